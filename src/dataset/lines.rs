//! A file of JSON Lines that is being written and digested.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::FileEntry;
use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::line::Line;

/// Text of many small lines is gathered; a payload, which is larger, goes straight to the file.
const BUFFER: usize = 1 << 18;

/// One file.
#[derive(Debug)]
pub struct LineFile {
    out: BufWriter<File>,
    path: PathBuf,
    name: &'static str,
    bytes: u64,
    sha256: Sha256,
    payloads: bool,
}

impl LineFile {
    /// Makes the file at `path`, which will be called `name`.
    pub(super) fn create(path: PathBuf, name: &'static str) -> Result<Self> {
        let file = File::create(&path).map_err(Error::file("create", &path))?;
        let out = BufWriter::with_capacity(BUFFER, file);
        Ok(Self { out, path, name, bytes: 0, sha256: Sha256::default(), payloads: false })
    }

    /// Appends a line; returns its bytes.
    pub(super) fn write(&mut self, line: &Line) -> Result<u64> {
        line.write_to(&mut self.out).map_err(Error::file("write", &self.path))?;
        self.payloads |= line.digest(&mut self.sha256);
        let bytes = line.bytes();
        self.bytes += bytes;
        Ok(bytes)
    }

    /// Writes what is left and tells what the file holds.
    pub(super) fn finish(mut self) -> Result<FileEntry> {
        self.out.flush().map_err(Error::file("write", &self.path))?;
        let digest = self.sha256.hex();
        let (sha256, sha256_elided) = if self.payloads { (None, Some(digest)) } else { (Some(digest), None) };
        Ok(FileEntry { path: self.name, bytes: self.bytes, sha256, sha256_elided })
    }
}
