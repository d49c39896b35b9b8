//! A file of records that is being written and digested.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::FileEntry;
use super::names::partial;
use crate::dataset::format::Layout;
use crate::dataset::line::Line;
use crate::error::{Error, Result};
use crate::io::digest::Sha256;
use crate::io::payload::FileCursor;

/// Text of many small lines is gathered; a payload, which is larger, goes straight to the file.
const BUFFER: usize = 1 << 18;

/// One file.
#[derive(Debug)]
pub(super) struct LineFile {
    out: BufWriter<File>,
    /// As it will be called, for errors.
    path: PathBuf,
    name: &'static str,
    layout: Layout,
    bytes: u64,
    sha256: Sha256,
    payloads: bool,
}

impl LineFile {
    /// Makes the file that will be called `name` in this folder, under its partial name.
    pub(super) fn create(folder: &Path, name: &'static str, layout: Layout) -> Result<Self> {
        let path = folder.join(name);
        let file = File::create_new(partial(folder, name)).map_err(Error::file("create", &path))?;
        let out = BufWriter::with_capacity(BUFFER, file);
        let mut file = Self { out, path, name, layout, bytes: 0, sha256: Sha256::default(), payloads: false };
        file.text(layout.begin)?;
        Ok(file)
    }

    /// What it will be called.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Where the first record will stand, for others to write.
    pub(super) fn start(&mut self) -> Result<FileCursor> {
        self.out.flush().map_err(Error::file("write", &self.path))?;
        let file = self.out.get_ref().try_clone().map_err(Error::file("write", &self.path))?;
        Ok(FileCursor::start_of(file, self.path.clone()).at(self.bytes))
    }

    /// Appends a line; returns its bytes.
    pub(super) fn write(&mut self, line: &Line) -> Result<u64> {
        line.write_to(&mut self.out).map_err(Error::file("write", &self.path))?;
        Ok(self.wrote(line))
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.out.write_all(text.as_bytes()).map_err(Error::file("write", &self.path))?;
        self.sha256.update(text.as_bytes());
        self.bytes += text.len() as u64;
        Ok(())
    }

    /// Takes note of a line that has been written, the next of the file; returns its bytes.
    pub(super) fn wrote(&mut self, line: &Line) -> u64 {
        self.payloads |= line.digest(&mut self.sha256);
        let bytes = line.bytes();
        self.bytes += bytes;
        bytes
    }

    /// Cuts off what was written behind the lines that were taken note of.
    pub(super) fn cut(mut self) -> Result<()> {
        let cut = self.out.flush().and_then(|()| self.out.get_ref().set_len(self.bytes));
        cut.map_err(Error::file("write", &self.path))
    }

    /// Writes what is left, makes it durable, and tells what the file holds.
    pub(super) fn finish(mut self) -> Result<FileEntry> {
        if !self.layout.end.is_empty() {
            // Others may have written behind what was written here.
            self.out.seek(SeekFrom::Start(self.bytes)).map_err(Error::file("write", &self.path))?;
            self.text(self.layout.end)?;
        }
        let written = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        written.map_err(Error::file("write", &self.path))?;
        let digest = self.sha256.hex();
        let (sha256, sha256_elided) = if self.payloads { (None, Some(digest)) } else { (Some(digest), None) };
        Ok(FileEntry { path: self.name, bytes: self.bytes, sha256, sha256_elided })
    }
}
