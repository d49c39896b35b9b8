//! A file of records that is being written and digested.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::FileEntry;
use super::names::partial;
use super::packed::Packer;
use crate::dataset::format::Layout;
use crate::dataset::line::Line;
use crate::error::{Error, Result};
use crate::io::digest::Sha256;
use crate::io::payload::FileCursor;
use crate::spec::Compression;

/// Text of many small lines is gathered; a payload, which is larger, goes straight to the file.
const BUFFER: usize = 1 << 18;

/// Records of a packed file from one place where a run can go on to the next. Fewer would cost size.
const REST: u64 = 256;

/// One file.
#[derive(Debug)]
pub(super) struct LineFile {
    out: Out,
    /// As it will be called, for errors.
    path: PathBuf,
    name: String,
    layout: Layout,
    records: u64,
    /// Bytes of text.
    bytes: u64,
    sha256: Sha256,
    payloads: bool,
    /// Whether what stands behind all records is written.
    ended: bool,
}

#[derive(Debug)]
enum Out {
    Plain(BufWriter<File>),
    Packed(Box<Packer>),
}

/// How far a file has come: what a run that goes on with it finds there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Bytes of text.
    pub(super) bytes: u64,
    /// Bytes of the file.
    pub(super) stored: u64,
    /// SHA-256 of the text as the manifest has it, payloads elided.
    pub(super) sha256: String,
}

/// A file's name and what is special about it.
#[derive(Debug, Clone)]
pub(super) struct FileKind {
    pub(super) name: String,
    pub(super) layout: Layout,
    pub(super) compression: Option<Compression>,
}

impl LineFile {
    /// Makes the file in this folder, under its partial name.
    pub(super) fn create(folder: &Path, kind: FileKind) -> Result<Self> {
        let path = folder.join(&kind.name);
        let file = File::options().read(true).write(true).create_new(true).open(partial(folder, &kind.name));
        Self::open(file.map_err(Error::file("create", &path))?, path, 0, kind)
    }

    /// Opens a file that was cut off, of which so many bytes are known. Its lines are to be [`LineFile::replay`]ed, in order, and
    /// then the rest of it [`LineFile::cut`].
    pub(super) fn reopen(folder: &Path, stored: u64, kind: FileKind) -> Result<Self> {
        let path = folder.join(&kind.name);
        let file = File::options().read(true).write(true).open(partial(folder, &kind.name));
        Self::open(file.map_err(Error::file("open", &path))?, path, stored, kind)
    }

    fn open(file: File, path: PathBuf, stored: u64, FileKind { name, layout, compression }: FileKind) -> Result<Self> {
        let out = match compression {
            None => Out::Plain(BufWriter::with_capacity(BUFFER, file)),
            Some(packing) => {
                Out::Packed(Packer::new(file, stored, packing).map_err(Error::file("write", &path))?.into())
            }
        };
        let sha256 = Sha256::default();
        let mut file = Self { out, path, name, layout, records: 0, bytes: 0, sha256, payloads: false, ended: false };
        match stored {
            0 => file.text(layout.begin)?,
            _ => file.replay_text(layout.begin)?,
        }
        Ok(file)
    }

    /// Where the next record will stand, for others to write; of plain files.
    pub(super) fn next(&mut self) -> Result<Option<FileCursor>> {
        let Out::Plain(out) = &mut self.out else { return Ok(None) };
        let file = out.flush().and_then(|()| out.get_ref().try_clone()).map_err(Error::file("write", &self.path))?;
        Ok(Some(FileCursor::start_of(file, self.path.clone()).at(self.bytes)))
    }

    /// Appends a line; returns its bytes.
    pub(super) fn write(&mut self, line: &Line) -> Result<u64> {
        line.write_to(self.out.writer()).map_err(Error::file("write", &self.path))?;
        self.wrote(line)
    }

    /// Takes note of a line that was there when the file was opened again, the next of it.
    pub(super) fn replay(&mut self, line: &Line) -> Result<u64> {
        match self.out {
            Out::Plain(_) => self.wrote(line),
            Out::Packed(_) => self.write(line),
        }
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.out.writer().write_all(text.as_bytes()).map_err(Error::file("write", &self.path))?;
        self.count(text);
        Ok(())
    }

    fn replay_text(&mut self, text: &str) -> Result<()> {
        if matches!(self.out, Out::Packed(_)) {
            return self.text(text);
        }
        self.count(text);
        Ok(())
    }

    fn count(&mut self, text: &str) {
        self.sha256.update(text.as_bytes());
        self.bytes += text.len() as u64;
    }

    /// Takes note of a line that has been written, the next of the file; returns its bytes.
    pub(super) fn wrote(&mut self, line: &Line) -> Result<u64> {
        self.payloads |= line.digest(&mut self.sha256);
        let bytes = line.bytes();
        self.bytes += bytes;
        self.records += 1;
        if let Out::Packed(out) = &mut self.out
            && self.records.is_multiple_of(REST)
        {
            out.end_block().map_err(Error::file("write", &self.path))?;
        }
        Ok(bytes)
    }

    /// Ends the file if it is packed, its last record being there, so that a run can go on from here.
    pub(super) fn end_packed(&mut self) -> Result<()> {
        if matches!(self.out, Out::Packed(_)) {
            self.end()?;
        }
        match &mut self.out {
            Out::Packed(out) => out.end().map_err(Error::file("write", &self.path)),
            Out::Plain(_) => Ok(()),
        }
    }

    /// Writes what stands behind all records, once.
    fn end(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.ended, true) {
            true => Ok(()),
            false => self.text(self.layout.end),
        }
    }

    /// Whether a run could go on from here.
    pub(super) fn is_at_rest(&self) -> bool {
        let rests = self.ended || (self.records > 0 && self.records.is_multiple_of(REST));
        rests || matches!(self.out, Out::Plain(_))
    }

    /// How far it has come.
    pub(super) fn mark(&mut self) -> Result<Mark> {
        let stored = match &mut self.out {
            Out::Plain(out) => out.flush().map(|()| self.bytes),
            Out::Packed(out) => Ok(out.stored()),
        };
        let stored = stored.map_err(Error::file("write", &self.path))?;
        Ok(Mark { bytes: self.bytes, stored, sha256: self.sha256.clone().hex() })
    }

    /// Another handle of the file, to make it durable by.
    pub(super) fn handle(&self) -> Result<File> {
        let file = match &self.out {
            Out::Plain(out) => out.get_ref(),
            Out::Packed(out) => out.file(),
        };
        file.try_clone().map_err(Error::file("write", &self.path))
    }

    /// Cuts off what is behind the lines that were taken note of, and goes on there.
    pub(super) fn cut(&mut self) -> Result<()> {
        let cut = match &mut self.out {
            Out::Plain(out) => out.flush().and_then(|()| {
                out.get_ref().set_len(self.bytes)?;
                out.seek(SeekFrom::Start(self.bytes)).map(drop)
            }),
            Out::Packed(out) => out.file().set_len(out.stored()),
        };
        cut.map_err(Error::file("write", &self.path))
    }

    /// Writes what is left, makes it durable, and tells what the file holds.
    pub(super) fn finish(mut self) -> Result<FileEntry> {
        if let Out::Plain(out) = &mut self.out {
            // Others may have written behind what was written here.
            out.seek(SeekFrom::Start(self.bytes)).map_err(Error::file("write", &self.path))?;
        }
        self.end()?;
        let Self { out, path, name, bytes, sha256, payloads, .. } = self;
        let failed = || Error::file("write", &path);
        match out {
            Out::Plain(mut out) => {
                out.flush().and_then(|()| out.get_ref().sync_all()).map_err(failed())?;
                let digest = sha256.hex();
                let (sha256, sha256_elided) = if payloads { (None, Some(digest)) } else { (Some(digest), None) };
                Ok(FileEntry { path: name, bytes, sha256, sha256_elided })
            }
            Out::Packed(out) => {
                let (file, bytes, sha256) = out.finish().map_err(failed())?;
                file.sync_all().map_err(failed())?;
                Ok(FileEntry { path: name, bytes, sha256: Some(sha256.hex()), sha256_elided: None })
            }
        }
    }

    /// SHA-256 so far, payloads elided.
    pub(super) fn sha256(&self) -> Sha256 {
        self.sha256.clone()
    }
}

impl Out {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(out) => out,
            Self::Packed(out) => &mut **out,
        }
    }
}
