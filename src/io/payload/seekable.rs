//! What an encoder writes to that goes back over what it wrote, as muxers do: the item's own file, or memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// An item's bytes while an encoder writes them.
#[derive(Debug)]
pub enum Seekable {
    /// In memory.
    Memory(Cursor<Vec<u8>>),
    /// In a file.
    File {
        /// Open for reading as well.
        file: File,
        /// As it will be called: errors name it, since encoders pass on no more than their words.
        path: PathBuf,
    },
}

impl Seekable {
    /// All that was written.
    ///
    /// # Errors
    /// [`Error::File`] when it is in a file that cannot be read.
    pub(super) fn into_bytes(self, path: &Path) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self {
            Self::Memory(memory) => bytes = memory.into_inner(),
            mut file @ Self::File { .. } => {
                file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(Error::file("read", path))?;
            }
        }
        bytes.shrink_to_fit();
        Ok(bytes)
    }
}

/// Names the file in an error.
fn named<T>(path: &Path, done: io::Result<T>) -> io::Result<T> {
    done.map_err(|why| io::Error::new(why.kind(), format!("{}: cannot write: {why}", path.display())))
}

impl Write for Seekable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Memory(memory) => {
                let needed = memory.position().saturating_add(bytes.len() as u64);
                let held = memory.get_mut();
                let more = usize::try_from(needed).unwrap_or(usize::MAX).saturating_sub(held.len());
                held.try_reserve(more).map_err(|_| io::Error::other(Error::memory("an encoded item", needed)))?;
                memory.write(bytes)
            }
            Self::File { file, path } => named(path, file.write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::File { file, path } => named(path, file.flush()),
        }
    }
}

impl Read for Seekable {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(memory) => memory.read(into),
            Self::File { file, .. } => file.read(into),
        }
    }
}

impl Seek for Seekable {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Memory(memory) => memory.seek(to),
            Self::File { file, path } => named(path, file.seek(to)),
        }
    }
}
