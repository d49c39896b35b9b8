//! A stretch of a file that one writer fills from front to back while others fill theirs.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::encoding::Encoding;
use crate::error::{Error, Result};
use crate::io::buffer::Buffer;

/// Bytes that are written by one call, from one multiple of this in the file to the next. The kernel takes whole pages of that
/// size in half the time of odd bytes, and the bytes are still in the processor's cache.
const PIECE: u64 = 1 << 18;

/// Less than this is not worth reserving.
const LARGE: u64 = 1 << 20;

/// A place in a file that is open for writing.
#[derive(Debug, Clone)]
pub struct FileCursor {
    file: Arc<Shared>,
    /// Bytes from the start of the file.
    pub at: u64,
}

#[derive(Debug)]
struct Shared {
    file: File,
    path: PathBuf,
    /// Held while the file is written to. The kernel lets in one writer at a time and has the others burn their time waiting;
    /// here they sleep.
    turn: Mutex<()>,
}

impl Shared {
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileCursor {
    /// The start of an open file, whose path is for errors.
    #[must_use]
    pub fn start_of(file: File, path: PathBuf) -> Self {
        Self { file: Arc::new(Shared { file, path, turn: Mutex::new(()) }), at: 0 }
    }

    /// This place's file, at another place.
    #[must_use]
    pub fn at(&self, at: u64) -> Self {
        Self { file: Arc::clone(&self.file), at }
    }

    /// Has the file system find room for so many bytes from here on, which is cheaper than to find it piece by piece, and
    /// tells a full disk before it is written to. File systems that cannot are left to find room as they go.
    ///
    /// # Errors
    /// [`Error::File`] when there is no room.
    pub fn reserve(&self, bytes: u64) -> Result<()> {
        if bytes < LARGE {
            return Ok(());
        }
        let _turn = self.file.turn();
        allocate(&self.file.file, self.at, bytes).map_err(|full| self.failed(full))
    }

    /// Writes these bytes and moves on behind them.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let turn = self.file.turn();
        self.file.file.write_all_at(bytes, self.at).map_err(|why| self.failed(why))?;
        drop(turn);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn failed(&self, why: io::Error) -> Error {
        Error::file("write", &self.file.path)(why)
    }
}

/// Finds room for so many bytes, and leaves the file as long as it is. Fails only where there is none.
#[cfg(target_os = "linux")]
fn allocate(file: &File, at: u64, bytes: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::KEEP_SIZE, at, bytes) {
        Err(full @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(full.into()),
        _ => Ok(()),
    }
}

/// Other systems find room as they go.
#[cfg(not(target_os = "linux"))]
fn allocate(_file: &File, _at: u64, _bytes: u64) -> io::Result<()> {
    Ok(())
}

/// What is written from a place on, gathered in pieces; the same to several places where several files have it.
#[derive(Debug)]
pub(super) struct Region {
    places: Vec<FileCursor>,
    encoding: Encoding,
    piece: Buffer,
}

impl Region {
    pub(super) fn new(places: Vec<FileCursor>, encoding: Encoding) -> Self {
        Self { places, encoding, piece: Buffer::default() }
    }

    /// Takes bytes in; in base64, whole groups of three, or the last.
    pub(super) fn write(&mut self, mut data: &[u8]) -> Result<()> {
        while !data.is_empty() {
            let at = self.places.first().map_or(0, |place| place.at);
            let piece = (PIECE - at % PIECE) as usize;
            let (part, rest) = data.split_at(data.len().min(self.encoding.fills(piece - self.piece.len())));
            self.encoding.append(part, &mut self.piece);
            if self.piece.len() >= piece {
                self.flush(piece)?;
            }
            data = rest;
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<()> {
        self.flush(self.piece.len())
    }

    pub(super) fn reserve(&self, bytes: u64) -> Result<()> {
        self.places.iter().try_for_each(|place| place.reserve(bytes))
    }

    fn flush(&mut self, length: usize) -> Result<()> {
        let piece = &self.piece.filled()[..length];
        self.places.iter_mut().try_for_each(|place| place.write(piece))?;
        self.piece.consume(length);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Any cut of the data, at any places of several files.
    #[test]
    fn bytes_come_whole_to_every_place() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::file("create", "a folder"))?;
        let data: Vec<u8> = (0..PIECE as usize * 3 + 7).map(|i| (i * 31) as u8).collect();
        for cut in [1000, 65_535, PIECE as usize, data.len()] {
            let paths = ["one", "two"].map(|name| folder.path().join(name));
            let place = |(path, at): (&PathBuf, u64)| {
                let file = File::create(path).map_err(Error::file("create", path))?;
                Ok(FileCursor::start_of(file, path.clone()).at(at))
            };
            let places = paths.iter().zip([0, PIECE - 3]).rev().map(place).collect::<Result<_>>()?;
            let mut region = Region::new(places, Encoding::Plain);
            region.reserve(data.len() as u64)?;
            data.chunks(cut).try_for_each(|part| region.write(part))?;
            region.finish()?;
            for (path, at) in paths.iter().zip([0, PIECE as usize - 3]) {
                let read = fs::read(path).map_err(Error::file("read", path))?;
                assert!(read.len() == at + data.len() && read[at..] == data, "cut {cut}, at {at}");
            }
        }
        Ok(())
    }
}
