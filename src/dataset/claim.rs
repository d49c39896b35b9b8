//! The right to write to a folder: whose it is, and that nobody else writes there. Knows what masque's own files are called,
//! and nothing of what is in them.
//!
//! A folder is taken when it is new, empty, a dataset of masque's (its manifest says so) or the leftover of a run (its marker
//! says so). The marker, `masque.partial`, is the first file that a run makes and the last that it removes: a line of JSON for
//! each set of names that may be removed of the run, each of them durable before the first of its names is given. It is locked
//! for as long as the run lasts; the system takes the lock back when a process ends, however it ends. On NFS the lock is the
//! server's and holds between machines; a file system that has no locks is refused.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::durable::sync_folder;
use super::names::{MARKER, Names};
use crate::error::{Error, Result};

/// How often a folder is looked at anew because another run began or ended just then.
const ATTEMPTS: u32 = 20;

/// A folder to write to, until this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    folder: PathBuf,
    /// The folder, open since before anything was written.
    pub(super) opened: File,
    marker: File,
    /// Whether the marker was made just now.
    made: bool,
    /// The finished dataset that is there.
    pub(super) dataset: Option<Names>,
    /// What a run before this one may have left behind.
    pub(super) leftover: Vec<Names>,
}

/// One line of the marker.
#[derive(Serialize, Deserialize)]
struct Note {
    masque: String,
    #[serde(flatten)]
    names: Names,
}

/// What a folder holds of masque's.
struct Held {
    dataset: Option<Names>,
    leftover: Vec<Names>,
}

impl Claim {
    /// Takes the folder, which is made if it is not there; a finished dataset only if it is to be replaced.
    ///
    /// # Errors
    /// [`Error::Request`] when it is somebody else's, or cannot be had; it is then as it was.
    pub(super) fn take(folder: &Path, overwrite: bool) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            if let Some(claim) = Self::attempt(folder, overwrite)? {
                return Ok(claim);
            }
        }
        Err(busy(folder))
    }

    /// None when another run made or removed the marker in between.
    fn attempt(folder: &Path, overwrite: bool) -> Result<Option<Self>> {
        let path = folder.join(MARKER);
        let mut made = false;
        match fs::symlink_metadata(&path) {
            Ok(marker) if marker.is_file() => {}
            Ok(_) => return Err(foreign(folder, MARKER.as_ref())),
            Err(_) => {
                // Nothing is put into a folder that is not ours, not even the marker.
                if judge(folder, overwrite, None)?.is_none() {
                    return Ok(None);
                }
                make(folder)?;
                match File::create_new(&path) {
                    Ok(_) => made = true,
                    Err(why) if why.kind() == ErrorKind::AlreadyExists => return Ok(None),
                    Err(why) => return Err(unfit(folder, "write to", &why)),
                }
            }
        }
        let marker = match File::options().read(true).append(true).open(&path) {
            Ok(marker) => marker,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(unfit(folder, "write to", &why)),
        };
        lock(folder, &marker)?;
        if !is_at(&marker, &path) {
            return Ok(None);
        }
        let taken = Self::locked(folder, overwrite, marker, made);
        if made && taken.is_err() {
            let _ = fs::remove_file(&path);
        }
        taken
    }

    /// Takes the folder, whose marker is locked.
    fn locked(folder: &Path, overwrite: bool, mut marker: File, made: bool) -> Result<Option<Self>> {
        let mut notes = Vec::new();
        marker.read_to_end(&mut notes).map_err(|why| unfit(folder, "read", &why))?;
        let held = judge(folder, overwrite, Some(&notes))?;
        let opened = File::open(folder).map_err(|why| unfit(folder, "read", &why))?;
        let folder = folder.to_owned();
        Ok(held.map(|Held { dataset, leftover }| Self { folder, opened, marker, made, dataset, leftover }))
    }

    /// Gives the folder back as it was, before anything was noted.
    pub(super) fn withdraw(self) {
        if self.made {
            let _ = fs::remove_file(self.folder.join(MARKER)); // empty, it is in nobody's way
        }
    }

    /// Forgets what earlier runs have noted; nothing of theirs may be left.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn forget(&mut self) -> Result<()> {
        self.leftover.clear();
        self.marker.set_len(0).map_err(Error::file("write", self.folder.join(MARKER)))
    }

    /// Notes names that this run is about to give, or to take back.
    ///
    /// # Errors
    /// [`Error::File`]; nothing is noted then.
    pub(super) fn note(&mut self, names: &Names) -> Result<()> {
        let note = Note { masque: env!("CARGO_PKG_VERSION").to_owned(), names: names.clone() };
        let mut line = serde_json::to_vec(&note).map_err(|why| Error::encode("marker", why))?;
        line.push(b'\n');
        let written = self.marker.metadata().and_then(|before| {
            let written = self.marker.write_all(&line).and_then(|()| self.marker.sync_all());
            if written.is_err() {
                let _ = self.marker.set_len(before.len()); // half a line says nothing
            }
            written
        });
        written.map_err(Error::file("write", self.folder.join(MARKER)))?;
        sync_folder(&self.folder)
    }

    /// Gives the folder back, finished. That the marker is gone need not be durable: beside a manifest it says nothing.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn release(self) -> Result<()> {
        let path = self.folder.join(MARKER);
        fs::remove_file(&path).map_err(Error::file("remove", path))
    }
}

/// Whether the folder may be written to, and what is there; without `notes`, those of the marker, there is to be no marker.
/// None when there is one nevertheless.
fn judge(folder: &Path, overwrite: bool, notes: Option<&[u8]>) -> Result<Option<Held>> {
    let names = list(folder)?;
    if notes.is_none() && names.iter().any(|name| name == MARKER) {
        return Ok(None);
    }
    let notes = notes.unwrap_or_default();
    let dataset = Names::of_manifest(folder);
    let leftover = read_notes(notes, dataset.as_ref());
    if !notes.is_empty() && read_notes(notes, None).is_empty() {
        return Err(foreign(folder, MARKER.as_ref()));
    }
    if dataset.is_some() && !overwrite {
        let problem = format!("{} holds a dataset already", folder.display());
        return Err(Error::request("folder", problem, "name another folder, or pass `overwrite`"));
    }
    if dataset.is_none()
        && leftover.is_empty()
        && let Some(other) = names.into_iter().find(|name| name != MARKER)
    {
        return Err(foreign(folder, &other));
    }
    Ok(Some(Held { dataset, leftover }))
}

/// The names that the marker of a run that was cut off lists; none where there is no such marker.
pub(super) fn leftover(folder: &Path) -> Vec<Names> {
    let marker = folder.join(MARKER);
    let is_file = fs::symlink_metadata(&marker).is_ok_and(|marker| marker.is_file());
    let notes = if is_file { fs::read(marker).unwrap_or_default() } else { Vec::new() };
    read_notes(&notes, Names::of_manifest(folder).as_ref())
}

/// The names that these notes list, and that are to be removed beside this dataset.
fn read_notes(notes: &[u8], dataset: Option<&Names>) -> Vec<Names> {
    let names = notes.split(|byte| *byte == b'\n').filter_map(read_note);
    // A dataset's files have their names already; only other names are left of a run that was cut off.
    names.filter(|names| dataset.is_none() || names.is_partial()).collect()
}

fn read_note(line: &[u8]) -> Option<Names> {
    serde_json::from_slice::<Note>(line).ok()?.names.checked()
}

/// The names in a folder, sorted; none when there is no folder yet.
fn list(folder: &Path) -> Result<Vec<OsString>> {
    let refuse = |problem: &str| {
        Err(Error::request("folder", format!("{} {problem}", folder.display()), "name a new or an empty folder"))
    };
    match fs::metadata(folder) {
        Ok(there) if there.is_dir() => {}
        Ok(there) if there.is_file() => return refuse("is a file"),
        Ok(_) => return refuse("is no folder"),
        Err(_) if folder.is_symlink() => return refuse("is a link to nothing"),
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(unfit(folder, "read", &why)),
    }
    let names = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    let mut names: Vec<OsString> = names.map_err(|why: io::Error| unfit(folder, "read", &why))?;
    names.sort_unstable();
    Ok(names)
}

/// Makes the folder and those that it lies in.
fn make(folder: &Path) -> Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|path| !path.exists()).collect();
    fs::create_dir_all(folder).map_err(|why| unfit(folder, "create", &why))?;
    for parent in missing.iter().filter_map(|path| path.parent()) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let _ = sync_folder(parent); // a folder that may be written to need not be one that may be read
    }
    Ok(())
}

/// Locks the marker, which is refused when another run has it.
fn lock(folder: &Path, marker: &File) -> Result<()> {
    match marker.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(busy(folder)),
        Err(TryLockError::Error(why)) => Err(unfit(folder, "lock", &why)),
    }
}

/// Whether this open file is the one that has the path: another run may have removed it just before.
fn is_at(file: &File, path: &Path) -> bool {
    let id = |it: fs::Metadata| (it.dev(), it.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(file), Ok(there)) => id(file) == id(there),
        _ => false,
    }
}

fn busy(folder: &Path) -> Error {
    let problem = format!("{} is being written by another run", folder.display());
    Error::request("folder", problem, "wait for it, or name another folder")
}

fn foreign(folder: &Path, name: &OsStr) -> Error {
    let problem = format!("{} holds what is not masque's, such as {}", folder.display(), name.display());
    Error::request("folder", problem, "name a new or an empty folder")
}

fn unfit(folder: &Path, action: &str, why: &io::Error) -> Error {
    let problem = format!("cannot {action} {}: {why}", folder.display());
    Error::request("folder", problem, "name a folder that can be read and written")
}
