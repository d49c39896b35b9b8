//! The right to write to a folder: whose it is, and that nobody else writes there. Knows what masque's own files are called,
//! and nothing of what is in them.
//!
//! A folder is taken when it is new, empty, a dataset of masque's (its manifest says so) or the leftover of a run (its marker
//! says so). The marker, `masque.partial`, is the first file that a run makes and the last that it removes: a line of JSON for
//! each set of names that may be removed of the run, each of them durable before the first of its names is given, and for how far
//! it has come (`journal`). It is locked
//! for as long as the run lasts; the system takes the lock back when a process ends, however it ends. On NFS the lock is the
//! server's and holds between machines; a file system that has no locks is refused.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::durable::sync_folder;
use super::journal::{Journal, Note};
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
    /// What a run before this one has noted.
    pub(super) journal: Journal,
}

/// What a run may do with what is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    /// Replace a finished dataset.
    pub(super) overwrite: bool,
    /// Go on with a run that was cut off, which had rights of its own.
    pub(super) resume: bool,
}

/// What a folder holds of masque's.
struct Held {
    dataset: Option<Names>,
    journal: Journal,
}

impl Claim {
    /// Takes the folder, which is made if it is not there; a finished dataset only if it may be replaced.
    ///
    /// # Errors
    /// [`Error::Request`] when it is somebody else's, or cannot be had; it is then as it was.
    pub(super) fn take(folder: &Path, rights: Rights) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            if let Some(claim) = Self::attempt(folder, rights)? {
                return Ok(claim);
            }
        }
        Err(busy(folder))
    }

    /// None when another run made or removed the marker in between.
    fn attempt(folder: &Path, rights: Rights) -> Result<Option<Self>> {
        let path = folder.join(MARKER);
        let mut made = false;
        match fs::symlink_metadata(&path) {
            Ok(marker) if marker.is_file() => {}
            Ok(_) => return Err(foreign(folder, MARKER.as_ref())),
            Err(_) => {
                // Nothing is put into a folder that is not ours, not even the marker.
                if judge(folder, rights, None)?.is_none() {
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
        let taken = Self::locked(folder, rights, marker, made);
        if made && taken.is_err() {
            let _ = fs::remove_file(&path);
        }
        taken
    }

    /// Takes the folder, whose marker is locked.
    fn locked(folder: &Path, rights: Rights, mut marker: File, made: bool) -> Result<Option<Self>> {
        let mut notes = Vec::new();
        marker.read_to_end(&mut notes).map_err(|why| unfit(folder, "read", &why))?;
        let held = judge(folder, rights, Some(&notes))?;
        let opened = File::open(folder).map_err(|why| unfit(folder, "read", &why))?;
        let folder = folder.to_owned();
        Ok(held.map(|Held { dataset, journal }| Self { folder, opened, marker, made, dataset, journal }))
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
        self.journal = Journal::default();
        self.marker.set_len(0).map_err(Error::file("write", self.folder.join(MARKER)))
    }

    /// Notes names that this run is about to give or to take back, and the like.
    ///
    /// # Errors
    /// [`Error::File`]; nothing is noted then.
    pub(super) fn note(&mut self, notes: &[Note]) -> Result<()> {
        Note::append(&self.marker, notes).map_err(Error::file("write", self.folder.join(MARKER)))?;
        sync_folder(&self.folder)
    }

    /// Another handle of the marker, to append to.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn marker(&self) -> Result<File> {
        self.marker.try_clone().map_err(Error::file("write", self.folder.join(MARKER)))
    }

    /// Names of files that a run before this one may have left behind.
    pub(super) fn leftover(&self) -> &[Names] {
        &self.journal.names
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
fn judge(folder: &Path, rights: Rights, notes: Option<&[u8]>) -> Result<Option<Held>> {
    let names = list(folder)?;
    if notes.is_none() && names.iter().any(|name| name == MARKER) {
        return Ok(None);
    }
    let notes = notes.unwrap_or_default();
    let dataset = Names::of_manifest(folder);
    let mut journal = Journal::read(notes);
    if !notes.is_empty() && journal.names.is_empty() {
        return Err(foreign(folder, MARKER.as_ref()));
    }
    journal.names = beside(dataset.as_ref(), journal.names);
    if dataset.is_some() && !rights.overwrite && !(rights.resume && journal.run.is_some()) {
        let problem = format!("{} holds a dataset already", folder.display());
        return Err(Error::request("folder", problem, "name another folder, or pass `overwrite`"));
    }
    if dataset.is_none()
        && journal.names.is_empty()
        && let Some(other) = names.into_iter().find(|name| name != MARKER)
    {
        return Err(foreign(folder, &other));
    }
    Ok(Some(Held { dataset, journal }))
}

/// What the marker of a run that was cut off says; nothing where there is no such marker.
pub(super) fn journal(folder: &Path) -> Journal {
    let marker = folder.join(MARKER);
    let is_file = fs::symlink_metadata(&marker).is_ok_and(|marker| marker.is_file());
    let notes = if is_file { fs::read(marker).unwrap_or_default() } else { Vec::new() };
    let journal = Journal::read(&notes);
    Journal { names: beside(Names::of_manifest(folder).as_ref(), journal.names), ..journal }
}

/// Of these names those that may be removed beside this dataset: its files have their names already, so only other names are left of a
/// run that was cut off.
fn beside(dataset: Option<&Names>, names: Vec<Names>) -> Vec<Names> {
    names.into_iter().filter(|names| dataset.is_none() || names.is_partial()).collect()
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
