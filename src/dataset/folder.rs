//! A dataset in a folder, from its first file to its manifest. All is made beside what is there, under names that end in
//! `.partial`; a dataset that is to be replaced stays as it is until the new one is whole.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::claim::Claim;
use super::durable::{sync_folder, sync_tree};
use super::lines::LineFile;
use super::names::{MANIFEST, MEDIA, Names, RECORDS, partial};
use super::{ExtentAllocator, Lines, Manifest, sweep};
use crate::dataset::format::{Format, Layout};
use crate::error::{Error, Result};
use crate::io::payload::Store;
use crate::spec::Spec;

/// A dataset that is being written to a folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    claim: Claim,
    /// The names in the finished dataset.
    names: Names,
    /// What was found among the media of the dataset that is replaced, or of a run that was cut off, and is not theirs.
    left: Vec<PathBuf>,
    /// A file for each format, then `records.jsonl`.
    files: Vec<LineFile>,
    /// Whether the formats' lines are written by the workers.
    placed: bool,
}

impl Folder {
    pub(super) fn create(path: &Path, overwrite: bool, spec: &Spec, formats: &[&Format]) -> Result<Self> {
        serde_json::to_vec(spec).map_err(|why| Error::encode("manifest", why))?; // fails now, or never
        let mut claim = Claim::take(path, overwrite)?;
        let names = Names::new(spec, formats);
        let left = match make_room(path, &names, &claim) {
            Ok(left) => left,
            Err(why) => {
                claim.withdraw();
                return Err(why);
            }
        };
        claim.forget()?;
        claim.note(&names.partial())?;
        let files = formats.iter().map(|format| (format.file, format.layout)).chain([(RECORDS, Layout::LINES)]);
        let files = files.map(|(name, layout)| LineFile::create(path, name, layout)).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), claim, names, left, files, placed: false })
    }

    pub(super) fn extents(&mut self) -> Result<ExtentAllocator> {
        self.placed = true;
        let formats = self.files.iter_mut().filter(|file| file.name() != RECORDS);
        Ok(ExtentAllocator::new(formats.map(LineFile::start).collect::<Result<_>>()?))
    }

    pub(super) fn media(&self) -> Store {
        Store::Files { folder: partial(&self.path, MEDIA), name: MEDIA }
    }

    pub(super) fn write(&mut self, lines: &Lines) -> Result<u64> {
        let formats = lines.formats.iter().map(|line| (line, self.placed));
        let lines = formats.chain([(&lines.record, false)]);
        let write = |(file, (line, placed)): (&mut LineFile, _)| match placed {
            true => Ok(file.wrote(line)),
            false => file.write(line),
        };
        self.files.iter_mut().zip(lines).map(write).sum()
    }

    pub(super) fn abandon(self) -> Result<()> {
        match self.placed {
            true => self.files.into_iter().try_for_each(LineFile::cut),
            false => Ok(()),
        }
    }

    /// Each step is durable before the next one that counts on it:
    ///
    /// 1. the new files, under their partial names;
    /// 2. the marker's note of the final names, old and new: from here on they may be removed if there is no manifest;
    /// 3. the old manifest is gone, then the old files;
    /// 4. the new files have their names;
    /// 5. the new manifest, under its partial name, then under its own; then the marker is gone.
    pub(super) fn finish(mut self, mut manifest: Manifest<'_>) -> Result<Vec<PathBuf>> {
        for file in self.files.drain(..) {
            manifest.files.push(file.finish()?);
        }
        let media = partial(&self.path, MEDIA);
        if media.exists() {
            sync_tree(&self.claim.opened, &media)?;
        }
        let old = self.claim.dataset.take();
        for names in old.iter().chain([&self.names]) {
            self.claim.note(names)?;
        }
        if let Some(old) = old {
            self.retire(&old)?;
        }
        for entry in &manifest.files {
            rename(&partial(&self.path, entry.path), &self.path.join(entry.path))?;
        }
        if media.exists() {
            self.place_media(&media)?;
        }
        sync_folder(&self.path)?;
        let text = manifest.text()?;
        let (from, to) = (partial(&self.path, MANIFEST), self.path.join(MANIFEST));
        write(&from, &text).map_err(Error::file("write", &to))?;
        rename(&from, &to)?;
        sync_folder(&self.path)?;
        self.claim.release()?;
        Ok(self.left)
    }

    /// Removes the dataset that is replaced, its manifest first.
    fn retire(&mut self, old: &Names) -> Result<()> {
        sweep::remove(&self.path, &Names { files: vec![MANIFEST.to_owned()], media: None })?;
        sync_folder(&self.path)?;
        self.left.append(&mut sweep::remove(&self.path, old)?);
        Ok(())
    }

    /// Gives the media their names: with their folder, or one by one where something of the user's has stayed behind.
    fn place_media(&self, from: &Path) -> Result<()> {
        let to = self.path.join(MEDIA);
        let joined = to.exists();
        place(from, &to, &|from, to| place(from, to, &rename))?;
        if joined { sync_tree(&self.claim.opened, &to) } else { Ok(()) }
    }
}

/// Removes what a run before has left behind, unless the folder is refused. Returns what lies there besides.
fn make_room(folder: &Path, names: &Names, claim: &Claim) -> Result<Vec<PathBuf>> {
    refuse_taken(folder, names, claim)?;
    let mut left = Vec::new();
    for leftover in &claim.leftover {
        left.append(&mut sweep::remove(folder, leftover)?);
    }
    let media = partial(folder, MEDIA);
    if names.media.is_some() && media.exists() {
        return Err(taken(&media)); // it is to get another name, with all that it holds
    }
    left.retain(|path| path.exists() || path.is_symlink()); // what is not of one run may have been of the next
    left.dedup();
    Ok(left)
}

/// Refuses the folder when a name that the run is going to give is somebody else's. What else they have among the media may
/// stay where it is.
fn refuse_taken(folder: &Path, names: &Names, claim: &Claim) -> Result<()> {
    let known: Vec<&Names> = claim.dataset.iter().chain(&claim.leftover).collect();
    for names in [names, &names.partial()] {
        let is_other = |name: &&String| {
            let path = folder.join(name);
            (path.exists() || path.is_symlink())
                && (!known.iter().any(|known| known.files.contains(name)) || is_folder(&path))
        };
        if let Some(other) = names.files.iter().find(is_other) {
            return Err(taken(&folder.join(other)));
        }
        let Some(items) = &names.media else { continue };
        let known: Vec<_> =
            known.iter().filter_map(|it| it.media.as_ref()).filter(|it| it.folder == items.folder).collect();
        if let Some(other) = sweep::find_other(folder, items, &known)? {
            return Err(taken(&other));
        }
    }
    Ok(())
}

fn taken(path: &Path) -> Error {
    let problem = format!("{} is not masque's and has a name that is needed", path.display());
    Error::request("folder", problem, "move it away, or name another folder")
}

/// Renames a folder, or moves what it holds, by `each`, where there is one of that name already.
fn place(from: &Path, to: &Path, each: &dyn Fn(&Path, &Path) -> Result<()>) -> Result<()> {
    if !to.exists() {
        return rename(from, to);
    }
    let entries = fs::read_dir(from).and_then(|entries| {
        let entry = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name());
        entries.map(entry).collect::<io::Result<Vec<_>>>()
    });
    for name in entries.map_err(Error::file("read", from))? {
        each(&from.join(&name), &to.join(&name))?;
    }
    fs::remove_dir(from).map_err(Error::file("remove", from))
}

/// Renames, but never over something that has come there since the run began.
fn rename(from: &Path, to: &Path) -> Result<()> {
    let renamed = match to.exists() || to.is_symlink() {
        true => Err(ErrorKind::AlreadyExists.into()),
        false => fs::rename(from, to),
    };
    renamed.map_err(Error::file("rename to", to))
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() && !path.is_symlink()
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let mut file = fs::File::create_new(path)?;
    file.write_all(text)?;
    file.sync_all()
}
