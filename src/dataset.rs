//! The dataset: lines to a folder, with the media beside them, or to standard output. While the run lasts, every file has a
//! name that ends in `.partial`; when all is written the files get their names, and `manifest.json` is the last of them: a folder
//! with a manifest is complete.

mod aiperf;
mod body;
mod chat;
mod claim;
mod durable;
mod extents;
mod folder;
pub mod format;
pub mod line;
mod lines;
mod manifest;
mod names;
mod record_line;
mod stream;
mod sweep;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::io::payload::Store;
use crate::record::Record;
use crate::spec::Spec;

pub use extents::{Extent, ExtentAllocator, PayloadCursors, write_lines};
use format::Format;
use line::Line;

pub use folder::Folder;
pub use manifest::{FileEntry, Manifest};
pub use record_line::record_line;
pub use stream::Stream;

/// A record as it will be written: one line for each format, and one for `records.jsonl`.
#[derive(Debug)]
pub struct Lines {
    formats: Vec<Line>,
    record: Line,
}

impl Lines {
    /// The lines of a record, in the order of `formats`.
    #[must_use]
    pub fn of(record: &Record, spec: &Spec, formats: &[&Format]) -> Self {
        Self { formats: format_lines(record, spec, formats), record: record_line(record) }
    }
}

/// A record's line for each format.
#[must_use]
pub fn format_lines(record: &Record, spec: &Spec, formats: &[&Format]) -> Vec<Line> {
    formats.iter().map(|format| format.line(record, spec)).collect()
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
    /// Takes the folder, and makes the files in it beside the dataset that `overwrite` lets it replace.
    ///
    /// # Errors
    /// [`Error::Request`] when the folder is not masque's, is being written to, holds a dataset that is not to be replaced, or
    /// cannot be made; [`Error::File`] when a file cannot be made.
    pub fn create(path: &Path, overwrite: bool, spec: &Spec, formats: &[&Format]) -> Result<Self> {
        Ok(Self::Folder(Box::new(Folder::create(path, overwrite, spec, formats)?)))
    }

    /// Opens standard output.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn stream(format: &Format) -> Result<Self> {
        Ok(Self::Stream(Stream::open(format.layout)?))
    }

    /// From now on the formats' lines are written by the workers, to the places that this gives them; [`DatasetWriter::write`] takes
    /// note of them only. None where lines have no places: on standard output.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn extents(&mut self) -> Result<Option<ExtentAllocator>> {
        match self {
            Self::Folder(folder) => folder.extents().map(Some),
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

    /// Ends a run before its time. The files stay under their partial names; those that the workers wrote are cut behind the
    /// last line that [`DatasetWriter::write`] was told of.
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
    pub fn finish(self, manifest: Manifest<'_>) -> Result<Vec<PathBuf>> {
        match self {
            Self::Folder(folder) => folder.finish(manifest),
            Self::Stream(stream) => stream.finish().map(|()| Vec::new()),
        }
    }
}

/// Bytes that a run into this folder has again before it writes: those that a run before has left behind.
#[must_use]
pub fn reclaimable(folder: &Path) -> u64 {
    sweep::bytes(folder, &claim::leftover(folder)).unwrap_or(0)
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
