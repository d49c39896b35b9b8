//! The bytes of one media item: in memory, as they are or as base64 text, in their place in a line, or in a file. A [`Sink`] takes them there.

mod encoding;
mod file;
mod region;
mod seekable;
mod sink;

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::io::buffer::Buffer;
use crate::io::digest::Sha256;
use file::ItemFile;

pub use encoding::{decode as decode_base64, encode as encode_base64};
pub use file::FileName;
pub use region::FileCursor;
pub use seekable::Seekable;
pub use sink::Sink;

/// An item's bytes.
#[derive(Debug, Clone)]
pub struct Payload {
    /// How many bytes the item has (before base64).
    pub bytes: u64,
    /// SHA-256 of them, in hex; empty while they are pending.
    pub sha256: String,
    /// Where they are.
    pub body: Body,
}

impl Payload {
    /// A payload of so many bytes that is to be written later, the `number`th of several.
    #[must_use]
    pub fn pending(number: usize, bytes: u64) -> Self {
        let body = Body::Placed { number, length: encoding::base64_length(bytes) };
        Self { bytes, sha256: String::new(), body }
    }

    /// The bytes as base64 text, when they are in memory; else nothing.
    #[must_use]
    pub fn base64(&self) -> Cow<'_, [u8]> {
        match &self.body {
            Body::Inline(base64) => base64.text().into(),
            Body::Plain(bytes) => encoding::encode(bytes).into_bytes().into(),
            Body::Placed { .. } | Body::File(_) => Cow::default(),
        }
    }

    /// Writes the bytes themselves, when they are in memory.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn write_to(&self, out: &mut dyn Write) -> Result<()> {
        match &self.body {
            Body::Plain(bytes) => out.write_all(bytes),
            Body::Inline(base64) => encoding::decode(base64.text(), out),
            Body::Placed { .. } | Body::File(_) => Ok(()),
        }
        .map_err(Error::Output)
    }

    /// Bytes of memory that the item holds on to beside its own.
    #[must_use]
    pub fn held(&self) -> usize {
        let body = match &self.body {
            Body::Inline(base64) => base64.text.capacity(),
            Body::Plain(bytes) => bytes.capacity(),
            Body::Placed { .. } => 0,
            Body::File(name) => name.capacity(),
        };
        self.sha256.capacity() + body
    }
}

/// Where an item's bytes are.
#[derive(Debug, Clone)]
pub enum Body {
    /// Here, as base64 text.
    Inline(Arc<Base64>),
    /// Here, as they are.
    Plain(Arc<Vec<u8>>),
    /// In its place in the lines, or to be written there; not in memory.
    Placed {
        /// Which one it is among those that are written at one time.
        number: usize,
        /// Characters of base64.
        length: u64,
    },
    /// In this file, named from the dataset's folder.
    File(String),
}

/// Base64 text in a buffer that goes back to its pool.
#[derive(Debug)]
pub struct Base64 {
    text: Buffer,
    pool: Arc<BufferPool>,
}

impl Base64 {
    /// The text of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut text = Buffer::default();
        encoding::Encoding::Base64.append(bytes, &mut text);
        Self { text, pool: Arc::default() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.text.filled()
    }
}

impl Drop for Base64 {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.text));
    }
}

/// Used buffers. A fresh buffer of 33 MB (a 4K noise PNG in base64) costs 8,000 page faults, about as much time as its text.
/// There are never more of them than there are payloads in flight.
#[derive(Debug, Default)]
pub struct BufferPool(Mutex<Vec<Buffer>>);

impl BufferPool {
    fn take(&self) -> Buffer {
        let mut buffer = self.0.lock().map(|mut kept| kept.pop()).ok().flatten().unwrap_or_default();
        buffer.clear();
        buffer
    }

    fn give(&self, buffer: Buffer) {
        if let Ok(mut kept) = self.0.lock() {
            kept.push(buffer);
        }
    }
}

/// Where payloads are laid down.
#[derive(Debug, Clone)]
pub enum Store {
    /// In the lines, as base64.
    Inline(Arc<BufferPool>),
    /// In memory, as they are.
    Plain,
    /// In files below `folder`, which will be called `name` when the dataset is finished.
    Files {
        /// The folder as it is called while the run lasts.
        folder: PathBuf,
        /// The folder's name in the finished dataset.
        name: &'static str,
    },
}

impl Store {
    /// Where items stay in memory, as base64.
    #[must_use]
    pub fn memory() -> Self {
        Self::Inline(Arc::new(BufferPool::default()))
    }

    /// Opens the payload called `file`.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be made.
    pub fn open(&self, file: &FileName) -> Result<Sink> {
        match self {
            Self::Inline(pool) => Ok(Sink::memory(pool)),
            Self::Plain => Ok(Sink::plain()),
            Self::Files { folder, name } => {
                let (file, open) = ItemFile::create(folder, name, file)?;
                Ok(Sink::file(FileCursor::start_of(open, file.path().to_owned()), file))
            }
        }
    }

    /// Forgets a payload that is not to be in the dataset.
    ///
    /// # Errors
    /// [`Error::File`] when its file cannot be removed.
    pub fn discard(&self, payload: &Payload) -> Result<()> {
        let (Self::Files { folder, .. }, Body::File(name)) = (self, &payload.body) else { return Ok(()) };
        let below = name.split_once('/').map_or(name.as_str(), |(_media, below)| below);
        std::fs::remove_file(folder.join(below)).map_err(Error::file("remove", name))
    }

    /// The payload called `file` from an encoder that goes back over what it wrote: `encode` fills what it is given and gives it
    /// back.
    ///
    /// # Errors
    /// What `encode` answers, and [`Error::File`].
    pub fn encode(&self, file: &FileName, encode: impl FnOnce(Seekable) -> Result<Seekable>) -> Result<Payload> {
        match self {
            Self::Inline(pool) => {
                let mut bytes = encode(Seekable::Memory(Cursor::default()))?;
                let mut out = Sink::memory(pool);
                out.reserve(bytes.seek(SeekFrom::End(0)).map_err(Error::file("read", &file.path))?)?;
                each_chunk(&mut bytes, Path::new(&file.path), |chunk| out.put(chunk))?;
                out.finish()
            }
            Self::Plain => {
                let bytes = encode(Seekable::Memory(Cursor::default()))?.into_bytes(Path::new(&file.path))?;
                let mut sha256 = Sha256::default();
                sha256.update(&bytes);
                Ok(Payload { bytes: bytes.len() as u64, sha256: sha256.hex(), body: Body::Plain(Arc::new(bytes)) })
            }
            Self::Files { folder, name } => {
                let (file, open) = ItemFile::create(folder, name, file)?;
                let mut written = encode(Seekable::File { file: open, path: file.path().to_owned() })?;
                let (mut sha256, mut bytes) = (Sha256::default(), 0);
                each_chunk(&mut written, file.path(), |chunk| {
                    sha256.update(chunk);
                    bytes += chunk.len() as u64;
                    Ok(())
                })?;
                Ok(Payload { bytes, sha256: sha256.hex(), body: file.finish()? })
            }
        }
    }
}

/// Passes on what was written, from its start.
fn each_chunk(from: &mut Seekable, path: &Path, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    from.rewind().map_err(Error::file("read", path))?;
    let mut chunk = vec![0; 1 << 18];
    loop {
        match from.read(&mut chunk).map_err(Error::file("read", path))? {
            0 => return Ok(()),
            n => each(&chunk[..n])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Front to back and with a way back, in memory in both ways and in a file.
    #[test]
    fn every_store_holds_the_same() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::file("create", "a folder"))?;
        let files = Store::Files { folder: folder.path().to_owned(), name: "media" };
        let data: Vec<u8> = (0..100_003_u32).map(|i| (i * 31) as u8).collect();
        let digest = |data: &[u8]| {
            let mut sha256 = Sha256::default();
            sha256.update(data);
            sha256.hex()
        };
        let file = |path: &str| FileName { path: path.into(), shared: false };
        for store in [Store::memory(), Store::Plain, files] {
            let mut sink = store.open(&file("forth"))?;
            data.chunks(1000).try_for_each(|part| sink.put(part))?;
            let forth = sink.finish()?;
            let back = store.encode(&file("back"), |mut out| {
                let write = |out: &mut Seekable, data: &[u8]| out.write_all(data).map_err(Error::file("write", "back"));
                write(&mut out, &[0; 10])?;
                write(&mut out, &data[10..])?;
                out.rewind().map_err(Error::file("write", "back"))?;
                write(&mut out, &data[..10])?;
                Ok(out)
            })?;
            for payload in [forth, back] {
                assert_eq!((payload.bytes, &payload.sha256), (data.len() as u64, &digest(&data)));
                let mut held = Vec::new();
                match &payload.body {
                    Body::File(name) => {
                        held = std::fs::read(folder.path().join(&name["media/".len()..]))
                            .map_err(Error::file("read", name))?;
                    }
                    _ => {
                        payload.write_to(&mut held)?;
                        assert_eq!(payload.base64(), encode_base64(&data).as_bytes());
                    }
                }
                assert!(held == data, "{:?}", store);
            }
        }
        Ok(())
    }
}
