//! The bytes of one media item on their way from an encoder to the dataset: counted, digested, and laid down as base64 text
//! or in a file. A [`Sink`] is written from front to back; an encoder that seeks back writes to memory or to a file first and
//! comes here through [`Sink::write`] or [`Store::adopt`].

mod huge_pages;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::digest::{self, Sha256};
use crate::error::{Error, Result};

/// A finished item's bytes.
#[derive(Debug, Clone)]
pub struct Payload {
    /// How many bytes the item has (before base64).
    pub bytes: u64,
    /// SHA-256 of them, in hex.
    pub sha256: String,
    /// Where they are.
    pub body: Body,
}

impl Payload {
    /// Bytes of memory that the item holds on to; none when it stands in a file.
    #[must_use]
    pub fn held(&self) -> usize {
        match &self.body {
            Body::Inline(base64) => base64.text.capacity(),
            Body::File(_) => 0,
        }
    }
}

/// Where an item's bytes are.
#[derive(Debug, Clone)]
pub enum Body {
    /// Here, as base64 text.
    Inline(Arc<Base64>),
    /// In this file, named from the dataset's folder.
    File(String),
}

/// Base64 text in a buffer that goes back to its pool.
#[derive(Debug)]
pub struct Base64 {
    text: Vec<u8>,
    pool: Arc<Pool>,
}

impl Base64 {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
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
pub struct Pool(Mutex<Vec<Vec<u8>>>);

impl Pool {
    fn take(&self) -> Vec<u8> {
        let mut buffer = self.0.lock().map(|mut kept| kept.pop()).ok().flatten().unwrap_or_default();
        buffer.clear();
        buffer
    }

    fn give(&self, buffer: Vec<u8>) {
        if let Ok(mut kept) = self.0.lock() {
            kept.push(buffer);
        }
    }
}

/// Where payloads are laid down.
#[derive(Debug)]
pub enum Store {
    /// In the lines, as base64.
    Inline(Arc<Pool>),
    /// In files below `folder`, which will be called `name` when the dataset is finished.
    Files {
        /// The folder as it is called while the run lasts.
        folder: PathBuf,
        /// The folder's name in the finished dataset.
        name: &'static str,
    },
}

impl Store {
    /// Opens the payload called `file`, such as `0000/000012_image_0.png`.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be made.
    pub fn open(&self, file: &str) -> Result<Sink> {
        let place = match self {
            Self::Inline(pool) => {
                Place::Inline { text: pool.take(), odd: Vec::with_capacity(3), pool: Arc::clone(pool) }
            }
            Self::Files { .. } => {
                let path = self.path(file)?;
                let out = File::create(&path).map_err(Error::file("create", &path))?;
                Place::File { out, path, name: self.name(file) }
            }
        };
        Ok(Sink { bytes: 0, sha256: Sha256::default(), place })
    }

    /// The path to write the file called `file` to, its folder made; only for [`Store::Files`].
    ///
    /// # Errors
    /// [`Error::File`] when the folder cannot be made.
    pub fn path(&self, file: &str) -> Result<PathBuf> {
        let Self::Files { folder, .. } = self else { return Ok(PathBuf::from(file)) };
        let path = folder.join(file);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
        }
        Ok(path)
    }

    /// Takes in a file that an encoder has written to [`Store::path`] by itself.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read back.
    pub fn adopt(&self, file: &str, path: &Path) -> Result<Payload> {
        let mut from = File::open(path).map_err(Error::file("read", path))?;
        let (mut sha256, mut bytes, mut chunk) = (Sha256::default(), 0, vec![0; 1 << 18]);
        loop {
            match from.read(&mut chunk).map_err(Error::file("read", path))? {
                0 => break,
                n => {
                    sha256.update(&chunk[..n]);
                    bytes += n as u64;
                }
            }
        }
        Ok(Payload { bytes, sha256: sha256.hex(), body: Body::File(self.name(file)) })
    }

    fn name(&self, file: &str) -> String {
        match self {
            Self::Inline(_) => file.to_owned(),
            Self::Files { name, .. } => format!("{name}/{file}"),
        }
    }
}

/// A payload that is being written.
#[derive(Debug)]
pub struct Sink {
    bytes: u64,
    sha256: Sha256,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// `odd` holds the up to two bytes that do not fill a base64 group yet.
    Inline {
        text: Vec<u8>,
        odd: Vec<u8>,
        pool: Arc<Pool>,
    },
    File {
        out: File,
        path: PathBuf,
        name: String,
    },
}

impl Sink {
    /// Closes the payload.
    ///
    /// # Errors
    /// None at present; a file's write errors came with the writes.
    pub fn finish(self) -> Result<Payload> {
        let body = match self.place {
            Place::Inline { mut text, odd, pool } => {
                append(&mut text, &odd);
                Body::Inline(Arc::new(Base64 { text, pool }))
            }
            Place::File { name, .. } => Body::File(name),
        };
        Ok(Payload { bytes: self.bytes, sha256: self.sha256.hex(), body })
    }

    /// Room for so many bytes in all, when that is known beforehand.
    pub fn reserve(&mut self, bytes: u64) {
        if let Place::Inline { text, .. } = &mut self.place {
            let before = text.capacity();
            text.reserve(usize::try_from(bytes.div_ceil(3) * 4).unwrap_or(0));
            if text.capacity() > before {
                huge_pages::advise(text.spare_capacity_mut());
            }
        }
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The file's path, for errors.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Inline { .. } => None,
            Place::File { path, .. } => Some(path),
        }
    }
}

impl Sink {
    /// Writes to each sink what is its own; the digests are taken together, which is faster than one after the other.
    ///
    /// # Errors
    /// That of the first sink that failed.
    pub fn write_together(sinks: &mut [(&mut Sink, &[u8])]) -> io::Result<()> {
        digest::update_together(sinks.iter_mut().map(|(sink, data)| (&mut sink.sha256, *data)));
        sinks.iter_mut().try_for_each(|(sink, data)| sink.lay(data))
    }

    /// Lays down bytes that are digested already.
    fn lay(&mut self, mut data: &[u8]) -> io::Result<()> {
        self.bytes += data.len() as u64;
        match &mut self.place {
            Place::File { out, .. } => out.write_all(data)?,
            Place::Inline { text, odd, .. } => {
                if !odd.is_empty() {
                    let fill = data.len().min(3 - odd.len());
                    odd.extend_from_slice(&data[..fill]);
                    data = &data[fill..];
                    if odd.len() == 3 {
                        append(text, odd);
                        odd.clear();
                    }
                }
                let whole = data.len() - data.len() % 3;
                append(text, &data[..whole]);
                odd.extend_from_slice(&data[whole..]);
            }
        }
        Ok(())
    }
}

impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.sha256.update(data);
        self.lay(data)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn append(text: &mut Vec<u8>, data: &[u8]) {
    base64_simd::STANDARD.encode_append(data, text);
}

/// Lower-case hex.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
