//! The dataset's folder. While the run lasts, every file has a name that ends in `.partial`; when all is written the files get
//! their names, and `manifest.json` is the last of them: a folder with a manifest is complete.

mod facts;
mod lines;
mod manifest;
mod placing;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::format::{FORMATS, Format};
use crate::line::Line;
use crate::payload::{Pool, Store};
use crate::record::Record;
use crate::spec::{Media, Spec};

use lines::LineFile;

pub use facts::facts;
pub use manifest::{FileEntry, Manifest};
pub use placing::{Placing, Stretch, lay};

/// Where the media files are, from the dataset's folder.
const MEDIA: &str = "media";
const RECORDS: &str = "records.jsonl";
const MANIFEST: &str = "manifest.json";

/// A record as it will be written: one line for each format, and one for `records.jsonl`.
#[derive(Debug)]
pub struct Lines {
    formats: Vec<Line>,
    facts: Line,
}

impl Lines {
    /// The lines of a record, in the order of `formats`.
    #[must_use]
    pub fn of(record: &Record, formats: &[&Format]) -> Self {
        Self { formats: format_lines(record, formats), facts: facts(record) }
    }
}

/// A record's line for each format.
#[must_use]
pub fn format_lines(record: &Record, formats: &[&Format]) -> Vec<Line> {
    formats.iter().map(|format| (format.line)(record)).collect()
}

/// A dataset that is being written.
#[derive(Debug)]
pub enum Dataset {
    /// To a folder.
    Folder {
        /// The folder.
        path: PathBuf,
        /// A file for each format, then `records.jsonl`.
        files: Vec<LineFile>,
        /// Whether the formats' lines are written by the workers.
        placed: bool,
    },
    /// The first format's lines, to standard output.
    Stdout,
}

impl Dataset {
    /// Makes the folder and the files in it.
    ///
    /// # Errors
    /// [`Error::Request`] when the folder holds a dataset already and `overwrite` is not set, or cannot be made;
    /// [`Error::File`] when a file cannot be made.
    pub fn create(path: &Path, overwrite: bool, formats: &[&Format]) -> Result<Self> {
        let refuse = |problem: String, fix: &str| Err(Error::request("--output", problem, fix));
        if path.exists() && !path.is_dir() {
            return refuse(format!("{} is a file", path.display()), "name a folder");
        }
        if path.join(MANIFEST).exists() && !overwrite {
            return refuse(
                format!("{} holds a dataset already", path.display()),
                "name another folder, or pass --overwrite",
            );
        }
        if let Err(why) = fs::create_dir_all(path) {
            return refuse(format!("cannot create {}: {why}", path.display()), "name a folder that can be written");
        }
        // The manifest goes first, so that a folder is never taken for complete while it is replaced.
        let files = FORMATS.iter().map(|format| format.file).chain([RECORDS]);
        for name in [MANIFEST].into_iter().chain(files).chain([MEDIA]) {
            remove(&path.join(name))?;
            remove(&partial(path, name))?;
        }
        let names = formats.iter().map(|format| format.file).chain([RECORDS]);
        let files = names.map(|name| LineFile::create(partial(path, name), name)).collect::<Result<_>>()?;
        Ok(Self::Folder { path: path.to_owned(), files, placed: false })
    }

    /// From now on the formats' lines are written by the workers, to the places that this gives them; [`Dataset::write`] takes
    /// note of them only. None where lines have no places: on standard output.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn placing(&mut self) -> Result<Option<Placing>> {
        match self {
            Self::Folder { files, placed, .. } => {
                *placed = true;
                let formats = files.iter().filter(|file| file.name() != RECORDS);
                Ok(Some(Placing::new(formats.map(LineFile::start).collect::<Result<_>>()?)))
            }
            Self::Stdout => Ok(None),
        }
    }

    /// Where the items' bytes go.
    #[must_use]
    pub fn store(&self, spec: &Spec) -> Store {
        match (self, spec.media) {
            (Self::Folder { path, .. }, Media::Files) => Store::Files { folder: partial(path, MEDIA), name: MEDIA },
            _ => Store::Inline(Arc::new(Pool::default())),
        }
    }

    /// Writes a record's lines. Returns how many bytes they have in all.
    ///
    /// # Errors
    /// [`Error::File`], or [`Error::PipeClosed`] when nobody reads standard output any more.
    pub fn write(&mut self, lines: &Lines) -> Result<u64> {
        match self {
            Self::Folder { files, placed, .. } => {
                let formats = lines.formats.iter().map(|line| (line, *placed));
                let lines = formats.chain([(&lines.facts, false)]);
                let write = |(file, (line, placed)): (&mut LineFile, _)| match placed {
                    true => Ok(file.wrote(line)),
                    false => file.write(line),
                };
                files.iter_mut().zip(lines).map(write).sum()
            }
            Self::Stdout => {
                let mut out = io::stdout().lock();
                let line = &lines.formats[0];
                line.write_to(&mut out).and_then(|()| out.flush()).map_err(|why| match why.kind() {
                    io::ErrorKind::BrokenPipe => Error::PipeClosed,
                    _ => Error::File { action: "write", path: "standard output".into(), source: why },
                })?;
                Ok(line.bytes())
            }
        }
    }

    /// Ends a run before its time. The files stay under their partial names; those that the workers wrote are cut behind the
    /// last line that [`Dataset::write`] was told of.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn abandon(self) -> Result<()> {
        match self {
            Self::Folder { files, placed: true, .. } => files.into_iter().try_for_each(LineFile::cut),
            _ => Ok(()),
        }
    }

    /// Gives the files their names and writes the manifest, whose `files` are filled in here.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn finish(self, mut manifest: Manifest<'_>) -> Result<()> {
        let Self::Folder { path, files, .. } = self else { return Ok(()) };
        for file in files {
            manifest.files.push(file.finish()?);
        }
        for entry in &manifest.files {
            rename(&path, entry.path)?;
        }
        if partial(&path, MEDIA).exists() {
            rename(&path, MEDIA)?;
        }
        let to = partial(&path, MANIFEST);
        let mut text = serde_json::to_vec_pretty(&manifest).map_err(|why| Error::encode("manifest", why))?;
        text.push(b'\n');
        fs::write(&to, text).map_err(Error::file("write", &to))?;
        rename(&path, MANIFEST)
    }
}

fn partial(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.partial"))
}

fn rename(folder: &Path, name: &str) -> Result<()> {
    let to = folder.join(name);
    fs::rename(partial(folder, name), &to).map_err(Error::file("rename to", to))
}

/// Removes a file or a folder with all that it holds; it is fine when there is none.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(Error::file("remove", path)(why)),
        _ => Ok(()),
    }
}
