//! The dataset: lines to a folder, with the media beside them, or to standard output. While the run lasts, every file has a
//! name that ends in `.partial`; when all is written the files get their names, and `manifest.json` is the last of them: a folder
//! with a manifest is complete.

mod aiperf;
mod body;
mod chat;
mod checkpoint;
mod claim;
pub mod content;
mod digests;
mod durable;
mod elide;
mod extents;
mod finished;
mod folder;
pub mod format;
mod journal;
pub mod line;
mod lines;
mod manifest;
mod merge;
mod names;
mod packed;
mod reader;
mod record_line;
mod replay;
mod series;
mod shard;
mod split;
mod stream;
mod sweep;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::io::payload::Store;
use crate::record::Record;
use crate::spec::Spec;

pub use extents::{Extent, ExtentAllocator, PayloadCursors, write_lines};
use format::Format;
use line::Line;

pub use finished::{Fault, FinishedDataset, Places, ReadRecord};
pub use folder::Folder;
pub use manifest::{FileEntry, Manifest};
pub use merge::Parts;
pub use record_line::{ListedItem, ListedRecord, ListedSystem, ListedTurn, record_line};
pub use shard::Shard;
pub use split::Split;
pub use stream::Stream;

/// A record as it will be written: one line for each format, and one for `records.jsonl`.
#[derive(Debug)]
pub struct Lines {
    formats: Vec<Line>,
    record: Line,
}

impl Lines {
    /// The lines of a record, in the order of `formats`; it may be the `first` of its files.
    #[must_use]
    pub fn of(record: &Record, spec: &Spec, formats: &[&Format], first: bool) -> Self {
        Self { formats: format_lines(record, spec, formats, first), record: record_line(record, &spec.model_families) }
    }
}

/// A record's line for each format.
#[must_use]
pub fn format_lines(record: &Record, spec: &Spec, formats: &[&Format], first: bool) -> Vec<Line> {
    formats.iter().map(|format| format.line(record, spec, first)).collect()
}

/// How a folder is written to.
#[derive(Debug)]
pub struct FolderOptions<'a> {
    /// Replace a dataset that is there already.
    pub overwrite: bool,
    /// Go on with a run that was cut off; one that is finished is left as it is.
    pub resume: bool,
    /// Time from one checkpoint to the next.
    pub checkpoint: Duration,
    /// Records to write.
    pub records: Range<u64>,
    /// Ends the reading of what is there, when it is set.
    pub interrupt: &'a AtomicBool,
}

/// A dataset that is being written.
#[derive(Debug)]
pub enum DatasetWriter {
    /// To a folder.
    Folder(Box<Folder>),
    /// The first format's lines, to standard output.
    Stream(Stream),
}

impl DatasetWriter {
    /// Takes the folder, and makes the files in it beside the dataset that it may replace, or goes on with those of a run that was cut
    /// off. None when the dataset of a run that is to go on is whole already.
    ///
    /// # Errors
    /// [`Error::Request`] when the folder is not masque's, is being written to, holds a dataset that is not to be replaced or what is
    /// of another run, or cannot be made; [`Error::File`] when a file cannot be made.
    pub fn folder(
        path: &Path,
        options: &FolderOptions<'_>,
        manifest: &Manifest,
        formats: &[&Format],
    ) -> Result<Option<Self>> {
        let folder = Folder::open(path, options, manifest, formats)?;
        Ok(folder.map(|folder| Self::Folder(Box::new(folder))))
    }

    /// Records of these that are still to be written.
    #[must_use]
    pub fn rest(&self, records: Range<u64>) -> Range<u64> {
        match self {
            Self::Folder(folder) => folder.rest(),
            Self::Stream(_) => records,
        }
    }

    /// Opens standard output.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn stream(format: &Format) -> Result<Self> {
        Ok(Self::Stream(Stream::open(format.layout)?))
    }

    /// From now on the formats' lines are written by the workers, to the places that this gives them; [`DatasetWriter::write`] takes
    /// note of them only. None where lines have no places: on standard output, and in files that are cut or packed.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn extents(&mut self) -> Result<Option<ExtentAllocator>> {
        match self {
            Self::Folder(folder) => folder.extents(),
            Self::Stream(_) => Ok(None),
        }
    }

    /// Where the items' bytes go.
    #[must_use]
    pub fn store(&self, spec: &Spec) -> Store {
        match self {
            Self::Folder(folder) if spec.media.has_files() => folder.media(),
            _ => Store::memory(),
        }
    }

    /// Writes a record's lines. Returns how many bytes they have in all.
    ///
    /// # Errors
    /// [`Error::File`], or [`Error::PipeClosed`] when nobody reads standard output any more.
    pub fn write(&mut self, lines: &Lines) -> Result<u64> {
        match self {
            Self::Folder(folder) => folder.write(lines),
            Self::Stream(stream) => stream.write(&lines.formats[0]),
        }
    }

    /// Takes a copy of a file of media, which is called so from the media folder: a clone or a link, where the file system can.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn adopt(&self, from: &Path, below: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.adopt(from, below),
            Self::Stream(_) => Ok(()),
        }
    }

    /// Ends a run before its time. The files stay under their partial names, cut behind the last line that [`DatasetWriter::write`] was
    /// told of, and the run can be gone on with.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn abandon(self) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.abandon(),
            Self::Stream(_) => Ok(()),
        }
    }

    /// Removes the dataset that is replaced, gives the files their names, and writes the manifest, whose `files` are filled in
    /// here. Returns what it found among the old media that is not of the dataset, and has left there.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn finish(self, manifest: Manifest) -> Result<Vec<PathBuf>> {
        match self {
            Self::Folder(folder) => folder.finish(manifest),
            Self::Stream(stream) => stream.finish().map(|()| Vec::new()),
        }
    }
}

/// Bytes that a run into this folder has again before it writes: those that a run before has left behind.
#[must_use]
pub fn reclaimable(folder: &Path) -> u64 {
    sweep::bytes(folder, &claim::journal(folder).names).unwrap_or(0)
}

/// A run into a folder that was cut off and can be gone on with, or that is finished.
#[derive(Debug, Clone)]
pub struct FoundRun {
    /// What was asked for.
    pub request: Spec,
    /// Which part of it.
    pub shard: Option<Shard>,
}

/// The run that this folder is of, if it is of this version.
#[must_use]
pub fn find_run(folder: &Path) -> Option<FoundRun> {
    let found = |run: &serde_json::Value| {
        let request = serde_json::from_value(run.get("request")?.clone()).ok()?;
        Some(FoundRun { request, shard: run.get("shard").and_then(|shard| serde_json::from_value(shard.clone()).ok()) })
    };
    claim::journal(folder).run.as_ref().and_then(found).or_else(|| {
        let manifest = Manifest::read(folder)?;
        Some(FoundRun { request: manifest.request, shard: manifest.shard })
    })
}

/// Whether a run into this folder was cut off and can be gone on with.
#[must_use]
pub fn is_unfinished(folder: &Path) -> bool {
    claim::journal(folder).run.is_some()
}

/// Refuses a request whose `inputs`, each with its flag, lie in the folder that it writes to.
///
/// # Errors
/// [`Error::Request`].
pub fn keep_apart(folder: &Path, inputs: &[(&'static str, PathBuf)]) -> Result<()> {
    let Ok(whole) = folder.canonicalize() else { return Ok(()) };
    let inside = |input: &Path| input.canonicalize().is_ok_and(|input| input.starts_with(&whole));
    match inputs.iter().find(|(_, input)| inside(input)) {
        None => Ok(()),
        Some((flag, input)) => {
            let problem = format!("{} lies in {}, where the dataset is written", input.display(), folder.display());
            Err(Error::request(*flag, problem, "move it out, or name another `folder`"))
        }
    }
}
