//! A payload on its way: written from front to back, counted, digested, and laid down. An encoder that seeks back writes to
//! a [`super::Seekable`] instead.

use std::io::{self, Write};
use std::sync::Arc;

use super::encoding::{Encoding, base64_length};
use super::file::ItemFile;
use super::region::{FileCursor, Region};
use super::{Base64, Body, BufferPool, Payload};
use crate::error::Result;
use crate::io::buffer::Buffer;
use crate::io::digest::{self, Sha256};

/// A payload that is being written.
#[derive(Debug)]
pub struct Sink {
    bytes: u64,
    sha256: Sha256,
    /// The up to two bytes that do not fill a group of base64 yet.
    odd: Vec<u8>,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Base64 text in memory.
    Memory { text: Buffer, pool: Arc<BufferPool> },
    /// Base64 text in its place in the files of lines.
    Line { region: Region, number: usize },
    /// The bytes themselves, in memory.
    Plain(Buffer),
    /// The bytes themselves, in a file.
    File { region: Region, file: ItemFile },
}

impl Sink {
    /// A payload in memory, as base64.
    pub(super) fn memory(pool: &Arc<BufferPool>) -> Self {
        Self::new(Target::Memory { text: pool.take(), pool: Arc::clone(pool) })
    }

    /// A payload in memory, as it is.
    pub(super) fn plain() -> Self {
        Self::new(Target::Plain(Buffer::default()))
    }

    /// A payload in a file of its own, from the start of it.
    pub(super) fn file(start: FileCursor, file: ItemFile) -> Self {
        Self::new(Target::File { region: Region::new(vec![start], Encoding::Plain), file })
    }

    /// The payload that stands as [`Body::Placed`] with this number in lines, at these places.
    #[must_use]
    pub fn line(number: usize, places: Vec<FileCursor>) -> Self {
        Self::new(Target::Line { region: Region::new(places, Encoding::Base64), number })
    }

    fn new(target: Target) -> Self {
        Self { bytes: 0, sha256: Sha256::default(), odd: Vec::with_capacity(3), target }
    }

    /// Makes room for so many bytes in all, when that is known beforehand.
    ///
    /// # Errors
    /// [`crate::error::Error::File`] when the disk has no room, [`crate::error::Error::Memory`] when the memory has none.
    pub fn reserve(&mut self, bytes: u64) -> Result<()> {
        match &mut self.target {
            Target::Memory { text, .. } => text.reserve(base64_length(bytes)),
            Target::Plain(buffer) => buffer.reserve(bytes),
            Target::Line { .. } => Ok(()), // the line has room
            Target::File { region, .. } => region.reserve(bytes),
        }
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Writes these bytes.
    ///
    /// # Errors
    /// As [`Sink::reserve`].
    pub fn put(&mut self, data: &[u8]) -> Result<()> {
        self.sha256.update(data);
        self.append(data)
    }

    /// Writes to each sink what is its own; the digests are taken together, which is faster than one after the other.
    ///
    /// # Errors
    /// That of the first sink that failed.
    pub fn put_together(sinks: &mut [(&mut Self, &[u8])]) -> Result<()> {
        digest::update_together(sinks.iter_mut().map(|(sink, data)| (&mut sink.sha256, *data)));
        sinks.iter_mut().try_for_each(|(sink, data)| sink.append(data))
    }

    /// Closes the payload.
    ///
    /// # Errors
    /// [`crate::error::Error::File`].
    pub fn finish(mut self) -> Result<Payload> {
        let odd = std::mem::take(&mut self.odd);
        self.append_whole(&odd)?;
        let body = match self.target {
            Target::Memory { text, pool } => Body::Inline(Arc::new(Base64 { text, pool })),
            Target::Plain(buffer) => Body::Plain(Arc::new(buffer.into_bytes())),
            Target::Line { region, number } => {
                region.finish()?;
                Body::Placed { number, length: base64_length(self.bytes) }
            }
            Target::File { region, file } => {
                region.finish()?;
                file.finish()?
            }
        };
        Ok(Payload { bytes: self.bytes, sha256: self.sha256.hex(), body })
    }

    /// Lays down bytes that are digested already.
    fn append(&mut self, mut data: &[u8]) -> Result<()> {
        self.bytes += data.len() as u64;
        if matches!(self.target, Target::File { .. } | Target::Plain(_)) {
            return self.append_whole(data);
        }
        if !self.odd.is_empty() {
            let fill = data.len().min(3 - self.odd.len());
            self.odd.extend_from_slice(&data[..fill]);
            data = &data[fill..];
            if self.odd.len() == 3 {
                let group = std::mem::take(&mut self.odd);
                self.append_whole(&group)?;
            }
        }
        let whole = data.len() - data.len() % 3;
        self.odd.extend_from_slice(&data[whole..]);
        self.append_whole(&data[..whole])
    }

    /// Lays down bytes as they are, or whole groups of base64, or the last of these.
    fn append_whole(&mut self, data: &[u8]) -> Result<()> {
        match &mut self.target {
            Target::Memory { text, .. } => {
                text.find_room(base64_length(data.len() as u64))?;
                Encoding::Base64.append(data, text);
            }
            Target::Plain(buffer) => {
                buffer.find_room(data.len() as u64)?;
                buffer.push(data);
            }
            Target::Line { region, .. } | Target::File { region, .. } => region.write(data)?,
        }
        Ok(())
    }
}

/// For encoders that write by themselves.
impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.put(data).map_err(io::Error::other)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
