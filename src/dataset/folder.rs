//! A dataset in a folder, from its first file to its manifest. All is made beside what is there, under names that end in
//! `.partial`; a dataset that is to be replaced stays as it is until the new one is whole.

use std::fs;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpointer, Written};
use super::claim::{Claim, Rights};
use super::durable::{sync_folder, sync_tree};
use super::journal::{self, Checkpoint, Note};
use super::names::{MANIFEST, MARKER, MEDIA, Names, RECORDS, partial};
use super::replay::Unfinished;
use super::series::{LineSeries, SeriesKind};
use super::split::Split;
use super::{ExtentAllocator, FolderOptions, Lines, Manifest, sweep};
use crate::dataset::format::Format;
use crate::error::{Error, Result};
use crate::io::payload::Store;

/// A dataset that is being written to a folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    claim: Claim,
    /// The names in the finished dataset.
    names: Names,
    /// What was found among the media of the dataset that is replaced, or of a run that was cut off, and is not theirs.
    left: Vec<PathBuf>,
    /// The files of each format, then `records.jsonl`.
    series: Vec<LineSeries>,
    /// Whether the formats' lines are written by the workers.
    placed: bool,
    /// Records that are to be written.
    rest: Range<u64>,
    /// Records that are written, those of a run before included.
    written: u64,
    checkpointer: Checkpointer,
}

impl Folder {
    /// Takes the folder. None when it holds the very dataset already, and a run is to go on.
    pub(super) fn open(
        path: &Path,
        options: &FolderOptions<'_>,
        manifest: &Manifest,
        formats: &[&Format],
    ) -> Result<Option<Self>> {
        let identity = manifest.identity()?; // fails now, or never
        if options.resume
            && !path.join(MARKER).exists()
            && let Some(found) = Manifest::read(path)
        {
            return compare(path, &found.identity()?, &identity).map(|()| None);
        }
        let split = Split::new(&manifest.request, options.records.clone());
        let names = Names::new(&manifest.request, formats, &split);
        let rights = Rights { overwrite: options.overwrite, resume: options.resume };
        let claim = Claim::take(path, rights)?;
        let kinds = SeriesKind::all(formats, &split);
        let found = claim.journal.run.as_ref().filter(|_| options.resume);
        if let Some(found) = found {
            compare(path, found, &identity)?;
            if claim.dataset.is_some() && claim.journal.retired {
                return claim.release().map(|()| None); // cut off behind its last step
            }
        }
        let opened = match found.is_some().then(|| claim.journal.checkpoint.clone()).flatten() {
            Some(checkpoint) => Self::go_on(path, claim, names, kinds, &checkpoint, options),
            None => Self::begin(path, claim, names, kinds, identity, options),
        };
        opened.map(Some)
    }

    fn begin(
        path: &Path,
        mut claim: Claim,
        names: Names,
        kinds: Vec<SeriesKind>,
        run: serde_json::Value,
        options: &FolderOptions<'_>,
    ) -> Result<Self> {
        let left = match make_room(path, &names, &claim) {
            Ok(left) => left,
            Err(why) => {
                claim.withdraw();
                return Err(why);
            }
        };
        claim.forget()?;
        claim.note(&[Note::names(&names.partial()), Note::Run { run }])?;
        let series = kinds.into_iter().map(|kind| LineSeries::create(path, kind)).collect::<Result<_>>()?;
        Ok(Self::of(path, claim, names, left, series, 0, options))
    }

    fn go_on(
        path: &Path,
        claim: Claim,
        names: Names,
        kinds: Vec<SeriesKind>,
        checkpoint: &Checkpoint,
        options: &FolderOptions<'_>,
    ) -> Result<Self> {
        refuse_taken(path, &names, &claim)?;
        let retired = claim.journal.retired;
        let unfinished = Unfinished { folder: path, checkpoint, retired, interrupt: options.interrupt };
        let series = unfinished.go_on(kinds, &names)?;
        Ok(Self::of(path, claim, names, Vec::new(), series, checkpoint.records, options))
    }

    fn of(
        path: &Path,
        claim: Claim,
        names: Names,
        left: Vec<PathBuf>,
        series: Vec<LineSeries>,
        written: u64,
        options: &FolderOptions<'_>,
    ) -> Self {
        let Range { start, end } = options.records;
        let checkpointer = Checkpointer::new(path, options.checkpoint);
        let (path, rest) = (path.to_owned(), start + written..end);
        Self { path, claim, names, left, series, placed: false, rest, written, checkpointer }
    }

    /// Records that are still to be written.
    pub(super) fn rest(&self) -> Range<u64> {
        self.rest.clone()
    }

    pub(super) fn extents(&mut self) -> Result<Option<ExtentAllocator>> {
        let formats = self.series.iter_mut().filter(|series| series.kind().file != RECORDS);
        let starts = formats.map(LineSeries::next).collect::<Result<Option<_>>>()?;
        self.placed = starts.is_some();
        Ok(starts.map(ExtentAllocator::new))
    }

    pub(super) fn media(&self) -> Store {
        Store::Files { folder: partial(&self.path, MEDIA), name: MEDIA }
    }

    pub(super) fn adopt(&self, from: &Path, below: &str) -> Result<()> {
        let to = partial(&self.path, MEDIA).join(below);
        let made = to.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| clone_or_link(from, &to)).map_err(Error::file("create", self.path.join(MEDIA).join(below)))
    }

    pub(super) fn write(&mut self, lines: &Lines) -> Result<u64> {
        let index = self.rest.start;
        let formats = lines.formats.iter().map(|line| (line, self.placed));
        let lines = formats.chain([(&lines.record, false)]);
        let series = self.series.iter_mut().zip(lines);
        let bytes = series.map(|(series, (line, placed))| series.write(index, line, placed)).sum::<Result<_>>()?;
        self.rest.start += 1;
        self.written += 1;
        if self.checkpointer.is_due() && self.is_at_rest() {
            let (written, checkpoint) = self.checkpoint()?;
            self.checkpointer.begin(written, checkpoint)?;
        }
        Ok(bytes)
    }

    /// Whether a run could go on from here.
    fn is_at_rest(&self) -> bool {
        self.written > 0 && self.series.iter().all(LineSeries::is_at_rest)
    }

    fn checkpoint(&mut self) -> Result<(Written, Checkpoint)> {
        let files = self.series.iter_mut().map(LineSeries::mark).collect::<Result<_>>()?;
        let handles = self.series.iter().map(LineSeries::handle).collect::<Result<_>>()?;
        let opened = self.names.media.is_some().then(|| self.claim.opened.try_clone()).transpose();
        let tree = opened.map_err(Error::file("write", &self.path))?;
        let written = Written { files: handles, tree, marker: self.claim.marker()? };
        Ok((written, Checkpoint { records: self.written, files }))
    }

    /// Ends the run, so that it can be gone on with.
    pub(super) fn abandon(mut self) -> Result<()> {
        self.checkpointer.wait()?;
        self.series.iter_mut().try_for_each(LineSeries::cut)?;
        if self.is_at_rest() {
            let (written, checkpoint) = self.checkpoint()?;
            self.checkpointer.make_now(&written, checkpoint)?;
        }
        Ok(())
    }

    /// Each step is durable before the next one that counts on it:
    ///
    /// 1. the new files, under their partial names;
    /// 2. the marker's note of the final names, old and new: from here on they may be removed if there is no manifest;
    /// 3. the old manifest is gone, then the old files; that they are is noted, for from here on final names are those of the new files;
    /// 4. the new files have their names;
    /// 5. the new manifest, under its partial name, then under its own; then the marker is gone.
    pub(super) fn finish(mut self, mut manifest: Manifest) -> Result<Vec<PathBuf>> {
        self.checkpointer.wait()?;
        for series in self.series.drain(..) {
            manifest.files.append(&mut series.finish()?);
        }
        let media = partial(&self.path, MEDIA);
        if media.exists() {
            sync_tree(&self.claim.opened, &media)?;
        }
        self.retire()?;
        for entry in &manifest.files {
            rename(&partial(&self.path, &entry.path), &self.path.join(&entry.path))?;
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

    /// Notes the final names, and removes the dataset that is replaced.
    fn retire(&mut self) -> Result<()> {
        if self.claim.journal.retired {
            return Ok(()); // by the run that this one goes on with
        }
        // What an earlier try has begun to remove has no manifest any more, but it was noted.
        let begun = self.claim.leftover().iter().filter(|names| !names.is_partial());
        let old: Vec<Names> = self.claim.dataset.iter().chain(begun).cloned().collect();
        let mut notes: Vec<_> = old.iter().chain([&self.names]).map(Note::names).collect();
        if old.is_empty() {
            notes.push(Note::Retired { retired: true });
            return self.claim.note(&notes);
        }
        self.claim.note(&notes)?;
        for names in &old {
            self.remove(names)?;
        }
        self.claim.note(&[Note::Retired { retired: true }])
    }

    /// Removes the dataset that is replaced, its manifest first.
    fn remove(&mut self, old: &Names) -> Result<()> {
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

/// Refuses to go on with what is another run.
fn compare(folder: &Path, found: &serde_json::Value, asked: &serde_json::Value) -> Result<()> {
    let Some((place, found, asked)) = journal::difference(found, asked) else { return Ok(()) };
    let problem = format!("{} is of another request: {place} is {found} there and {asked} here", folder.display());
    Err(Error::request("resume", problem, "ask for the same, or pass `overwrite` instead"))
}

/// Removes what a run before has left behind, unless the folder is refused. Returns what lies there besides.
fn make_room(folder: &Path, names: &Names, claim: &Claim) -> Result<Vec<PathBuf>> {
    refuse_taken(folder, names, claim)?;
    let mut left = Vec::new();
    for leftover in claim.leftover() {
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
    let known: Vec<&Names> = claim.dataset.iter().chain(claim.leftover()).collect();
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

/// A second name for the same bytes at best, a copy of them at worst.
fn clone_or_link(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Ok(file) = fs::File::create_new(to) {
        let cloned = rustix::fs::ioctl_ficlone(&file, fs::File::open(from)?);
        if cloned.is_ok() {
            return Ok(());
        }
        fs::remove_file(to)?;
    }
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
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
