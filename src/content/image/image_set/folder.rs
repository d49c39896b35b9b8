//! A folder of the user's, whose files are sorted by name so that every machine agrees on the order.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Decoded, ImageSet, decoded};
use crate::content::image::decode;
use crate::error::{Error, Result};
use crate::io::digest::Sha256;
use crate::io::input::{Input, read_regular};

/// The largest file that is taken, in bytes: a file is read as a whole.
const LARGEST: u64 = 256 << 20;

/// The most bytes of a folder's images that are read beforehand for its digest.
const DIGESTED: u64 = 256 << 20;

/// Every image that lies right in a folder, at least one.
struct Folder {
    folder: PathBuf,
    /// Files whose header is that of an image, sorted.
    files: Vec<SourceFile>,
    skipped: u64,
    /// The first that was skipped, and why.
    first: Option<String>,
}

struct SourceFile {
    name: Box<OsStr>,
    bytes: u64,
}

/// Every image that lies right in the folder.
pub(super) fn open(folder: &Path) -> Result<Box<dyn ImageSet>> {
    let refused = |why: std::io::Error| {
        Error::request("image.source", format!("cannot read the folder {}: {why}", folder.display()), super::fix())
    };
    let mut names: Vec<OsString> = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        if !entry.path().is_dir() {
            names.push(entry.file_name());
        }
    }
    names.sort_unstable();
    let (mut files, mut skipped, mut first) = (Vec::new(), 0, None);
    for name in names {
        match probe(&folder.join(&name)) {
            Ok(bytes) => files.push(SourceFile { name: name.into_boxed_os_str(), bytes }),
            Err(why) => {
                skipped += 1;
                first.get_or_insert_with(|| format!("{}: {why}", name.display()));
            }
        }
    }
    match (files.is_empty(), first) {
        (true, None) => Err(Error::request("image.source", format!("{} is empty", folder.display()), super::fix())),
        (true, Some(first)) => {
            let problem = format!("{} holds {skipped} files but no readable image ({first})", folder.display());
            Err(Error::request("image.source", problem, super::fix()))
        }
        (false, first) => Ok(Box::new(Folder { folder: folder.to_owned(), files, skipped, first })),
    }
}

impl Folder {
    /// The whole file.
    fn read(&self, place: u32) -> Result<Vec<u8>> {
        let path = self.folder.join(&*self.files[place as usize].name);
        match read_regular("image.source", &path, LARGEST) {
            // The run may have begun: this is no refusal any more.
            Err(Error::Request { field, problem, .. }) => Err(Error::encode(field, problem)),
            read => read,
        }
    }
}

impl ImageSet for Folder {
    fn len(&self) -> u32 {
        u32::try_from(self.files.len()).unwrap_or(u32::MAX)
    }

    fn name(&self, place: u32) -> Arc<str> {
        self.files[place as usize].name.to_string_lossy().into()
    }

    fn image(&self, place: u32) -> Result<Decoded> {
        self.read(place).map(|bytes| decoded(&bytes))
    }

    /// The digest is over each image's length of the
    /// name, name, length and contents, in the order of the names, lengths being 64 bits, little-endian; of more than [`DIGESTED`]
    /// bytes the contents are left out.
    fn input(&self) -> Result<Option<Input>> {
        let bytes = self.files.iter().map(|file| file.bytes).sum();
        let contents = bytes <= DIGESTED;
        let mut sha256 = Sha256::default();
        for (place, file) in (0..).zip(&self.files) {
            let name = file.name.as_encoded_bytes();
            for part in [&(name.len() as u64).to_le_bytes(), name, &file.bytes.to_le_bytes()] {
                sha256.update(part);
            }
            if contents {
                sha256.update(&self.read(place)?);
            }
        }
        let what = if contents { "image_source" } else { "image_source_names" };
        Ok(Some(Input { what: what.into(), name: self.folder.display().to_string(), bytes, sha256: sha256.hex() }))
    }

    fn skipped(&self) -> Option<String> {
        let (files, skipped, first) = (self.files.len(), self.skipped, self.first.as_ref()?);
        Some(format!("`image.source`: {files} images; {skipped} other files are skipped ({first})"))
    }
}

/// The bytes of a file that is an image to be taken, by its header.
fn probe(path: &Path) -> std::result::Result<u64, String> {
    let found = fs::metadata(path).map_err(|why| why.to_string())?;
    if !found.is_file() {
        return Err("it is no regular file".into());
    }
    if found.len() > LARGEST {
        return Err(format!("{} bytes are more than {LARGEST}", found.len()));
    }
    let file = File::open(path).map_err(|why| why.to_string())?;
    decode::probe(BufReader::new(file)).map(|_| found.len())
}
