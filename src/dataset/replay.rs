//! Goes on with a run that was cut off: everything up to its last checkpoint is read again and held against the digests that were noted,
//! and what is behind it is cut off.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::elide;
use super::journal::Checkpoint;
use super::lines::Mark;
use super::names::{MANIFEST, MARKER, MEDIA, Names, RECORDS, below_media, partial};
use super::reader::SeriesReader;
use super::record_line::{ListedItem, ListedRecord};
use super::series::{LineSeries, SeriesKind};
use super::sweep;
use crate::dataset::line::Line;
use crate::error::{Error, Result};
use crate::io::digest::digest_file;

/// A run that was cut off, in its folder.
pub(super) struct Unfinished<'a> {
    pub(super) folder: &'a Path,
    pub(super) checkpoint: &'a Checkpoint,
    /// Whether files that have final names are its own.
    pub(super) retired: bool,
    pub(super) interrupt: &'a AtomicBool,
}

impl Unfinished<'_> {
    /// Opens the files of these kinds, the records' own last, behind the last record of the checkpoint.
    ///
    /// # Errors
    /// [`Error::Request`] when something is not as the run left it.
    pub(super) fn go_on(&self, kinds: Vec<SeriesKind>, names: &Names) -> Result<Vec<LineSeries>> {
        let Checkpoint { records, files } = self.checkpoint;
        let Some(split) = kinds.first().map(|kind| kind.split.clone()) else { return Ok(Vec::new()) };
        if *records == 0 || *records > split.records().end - split.records().start || files.len() != kinds.len() {
            return Err(self.damaged(&self.folder.join(MARKER)));
        }
        let done = split.records().start..split.records().start + records;
        self.take_back_names(names)?;
        let marks = || kinds.iter().zip(files);
        let open = |(kind, mark): (&SeriesKind, _)| LineSeries::reopen(self.folder, kind.clone(), *records, mark);
        let mut series = marks().map(open).collect::<Result<Vec<_>>>()?;
        let read = |(kind, mark): (&SeriesKind, &Mark)| {
            SeriesReader::unfinished(self.folder, kind.clone(), done.end - 1, mark.clone())
        };
        let mut readers = marks().map(read).collect::<Vec<_>>();
        self.replay(done.clone(), &mut series, &mut readers)?;
        for (series, mark) in series.iter_mut().zip(files) {
            if series.mark()? != *mark {
                return Err(self.damaged(&self.folder.join(series.kind().file(done.end - 1).name)));
            }
            series.cut()?;
        }
        self.remove_what_follows(&kinds, done.end)?;
        Ok(series)
    }

    /// Reads every record that is there into the files that hold it.
    fn replay(&self, done: Range<u64>, series: &mut [LineSeries], readers: &mut [SeriesReader]) -> Result<()> {
        let (Some((own, formats)), last) = (readers.split_last_mut(), done.end - 1) else { return Ok(()) };
        let mut pool = HashSet::new();
        for index in done.clone() {
            if self.interrupt.load(Ordering::Relaxed) {
                return Err(Error::Interrupted { written: self.checkpoint.records });
            }
            let text = own.read(index).map_err(|_| self.damaged(own.path()))?;
            let record: ListedRecord = serde_json::from_slice(&text).map_err(|_| self.damaged(own.path()))?;
            let items: Vec<_> = record.items().collect();
            for item in &items {
                let is_new = item.pool.is_none() || item.file.as_ref().is_none_or(|file| pool.insert(file.clone()));
                if is_new {
                    self.check(item)?;
                }
            }
            let texts = formats.iter_mut().map(|it| it.read(index).map_err(|_| self.damaged(it.path())));
            for ((series, text), mark) in series.iter_mut().zip(texts.chain([Ok(text)])).zip(&self.checkpoint.files) {
                let text = text?;
                let kind = series.kind();
                let payloads = if kind.file == RECORDS { Vec::new() } else { elide::payloads(&text, &items) };
                let line = Line::copied(kind.layout.around(kind.split.begins(index)), &text, payloads);
                series.replay(index, &line, (last, mark)).map_err(|why| match why {
                    Error::File { path, source, .. } if source.kind() == io::ErrorKind::InvalidData => {
                        self.damaged(&path)
                    }
                    other => other,
                })?;
            }
        }
        Ok(())
    }

    /// Checks the file of an item.
    fn check(&self, item: &ListedItem) -> Result<()> {
        let Some(file) = &item.file else { return Ok(()) };
        let damaged = || self.damaged(&self.folder.join(file));
        let below = below_media(file).ok_or_else(damaged)?;
        let (bytes, sha256) = digest_file(&partial(self.folder, MEDIA).join(below)).map_err(|_| damaged())?;
        if (bytes, &sha256) == (item.bytes, &item.sha256) { Ok(()) } else { Err(damaged()) }
    }

    /// Gives files that have their final names the early ones again, where these names are the run's own already.
    fn take_back_names(&self, names: &Names) -> Result<()> {
        if !self.retired {
            return Ok(());
        }
        sweep::move_media(self.folder, names, &partial(self.folder, MEDIA))?;
        for name in &names.files {
            let (early, last) = (partial(self.folder, name), self.folder.join(name));
            if !early.exists() && last.exists() {
                fs::rename(&last, &early).map_err(Error::file("rename", last))?;
            }
        }
        Ok(())
    }

    /// Removes files that were begun behind the checkpoint: later ones of lines, the manifest, copies of items of the pool.
    fn remove_what_follows(&self, kinds: &[SeriesKind], next: u64) -> Result<()> {
        let mut begun = vec![partial(self.folder, MANIFEST)];
        for kind in kinds.iter().filter(|kind| kind.file != RECORDS) {
            let last = kind.file(next - 1).name;
            let later: Vec<_> = kind.split.names(kind.file).skip_while(|name| *name != last).skip(1).collect();
            begun.extend(later.iter().map(|name| partial(self.folder, name)));
        }
        begun.extend(copies(&partial(self.folder, MEDIA).join("pool")));
        for path in begun.iter().filter(|path| path.exists()) {
            fs::remove_file(path).map_err(Error::file("remove", path))?;
        }
        Ok(())
    }

    fn damaged(&self, path: &Path) -> Error {
        let problem = format!("{} is not as the run left it that is to go on", path.display());
        Error::request("resume", problem, "drop it, and pass `overwrite` to make the dataset anew")
    }
}

/// Files of the pool that were being written.
fn copies(pool: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(pool) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "partial")).collect()
}
