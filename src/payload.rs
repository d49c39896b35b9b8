//! The bytes of one media item: in memory as base64 text, in their place in a line, or in a file. A [`Sink`] takes them there.

mod form;
mod lent;
mod region;
mod sink;

use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::buffer::Buffer;
use crate::digest::Sha256;
use crate::error::{Error, Result};

pub use lent::Lent;
pub use region::Place;
pub use sink::Sink;

/// An item's bytes.
#[derive(Debug, Clone)]
pub struct Payload {
    /// How many bytes the item has (before base64).
    pub bytes: u64,
    /// SHA-256 of them, in hex; empty while they are awaited.
    pub sha256: String,
    /// Where they are.
    pub body: Body,
}

impl Payload {
    /// A payload of so many bytes that is to be written later, the `number`th of several.
    #[must_use]
    pub fn awaited(number: usize, bytes: u64) -> Self {
        let body = Body::Placed { number, length: form::base64_length(bytes) };
        Self { bytes, sha256: String::new(), body }
    }

    /// Bytes of memory that the item holds on to; none when it stands in a file.
    #[must_use]
    pub fn held(&self) -> usize {
        match &self.body {
            Body::Inline(base64) => base64.text.capacity(),
            Body::Placed { .. } | Body::File(_) => 0,
        }
    }
}

/// Where an item's bytes are.
#[derive(Debug, Clone)]
pub enum Body {
    /// Here, as base64 text.
    Inline(Arc<Base64>),
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
    pool: Arc<Pool>,
}

impl Base64 {
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
pub struct Pool(Mutex<Vec<Buffer>>);

impl Pool {
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
        match self {
            Self::Inline(pool) => Ok(Sink::memory(pool)),
            Self::Files { .. } => {
                let out = self.make(file)?;
                Ok(Sink::file(Place::start_of(out, self.shown(file)), self.name(file)))
            }
        }
    }

    /// Makes the file called `file`, for an encoder that writes it by itself; only for [`Store::Files`].
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be made.
    pub fn create(&self, file: &str) -> Result<Lent> {
        Ok(Lent::new(self.make(file)?, self.shown(file)))
    }

    /// Takes in a file that an encoder has written to what [`Store::create`] made.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read back.
    pub fn adopt(&self, file: &str) -> Result<Payload> {
        let failed = |why| Error::file("read", self.shown(file))(why);
        let mut from = File::open(self.path(file)).map_err(failed)?;
        let (mut sha256, mut bytes, mut chunk) = (Sha256::default(), 0, vec![0; 1 << 18]);
        loop {
            match from.read(&mut chunk).map_err(failed)? {
                0 => break,
                n => {
                    sha256.update(&chunk[..n]);
                    bytes += n as u64;
                }
            }
        }
        Ok(Payload { bytes, sha256: sha256.hex(), body: Body::File(self.name(file)) })
    }

    /// Makes a file, and the folder that it lies in.
    fn make(&self, file: &str) -> Result<File> {
        let path = self.path(file);
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| File::create(&path)).map_err(Error::file("create", self.shown(file)))
    }

    /// Where the file is while the run lasts.
    fn path(&self, file: &str) -> PathBuf {
        match self {
            Self::Inline(_) => PathBuf::from(file),
            Self::Files { folder, .. } => folder.join(file),
        }
    }

    /// Where the file will be: what errors tell.
    fn shown(&self, file: &str) -> PathBuf {
        match self {
            Self::Inline(_) => PathBuf::from(file),
            Self::Files { folder, name } => folder.with_file_name(name).join(file),
        }
    }

    fn name(&self, file: &str) -> String {
        match self {
            Self::Inline(_) => file.to_owned(),
            Self::Files { name, .. } => format!("{name}/{file}"),
        }
    }
}

/// Lower-case hex.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
