//! `manifest.json`: what the dataset is and how it came to be.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::{LARGEST_MANIFEST, MANIFEST};
use super::shard::Shard;
use crate::error::{Error, Result};
use crate::io::input::Input;
use crate::spec::Spec;

/// The manifest. It has no time and no host in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of masque that made it.
    pub masque: String,
    /// The seed, as it stands in the request.
    pub seed: u64,
    /// Records in each format's files.
    pub records: u64,
    /// Which part of the request's records these are; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The whole request.
    pub request: Spec,
    /// `cpu`, or the GPU adapter's name: what was opened to make pixels. Others take its place where it fails; the bytes are the same.
    pub backend: String,
    /// The libraries that encoded it, whose bytes other versions do not promise, each with its version.
    pub encoders: BTreeMap<String, String>,
    /// The files that the records depend on.
    pub inputs: Vec<Input>,
    /// Every file of lines; the media files are in `records.jsonl`.
    pub files: Vec<FileEntry>,
}

impl Manifest {
    /// Its text.
    pub(super) fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|why| Error::encode("manifest", why))?;
        text.push(b'\n');
        Ok(text)
    }

    /// What two runs have in common that write the same bytes: all but where they were made and what came of it.
    ///
    /// # Errors
    /// [`Error::Encode`] when the request cannot be written down.
    pub(super) fn identity(&self) -> Result<Value> {
        let mut value = serde_json::to_value(self).map_err(|why| Error::encode("manifest", why))?;
        if let Value::Object(fields) = &mut value {
            fields.remove("backend");
            fields.remove("files");
        }
        Ok(value)
    }

    /// The manifest in this folder, if there is one and it is of this version's kind.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        Self::parse(folder).ok()
    }

    /// The same, with the reason when it cannot be read.
    pub(super) fn parse(folder: &Path) -> io::Result<Self> {
        let file = File::open(folder.join(MANIFEST))?.take(LARGEST_MANIFEST);
        serde_json::from_reader(BufReader::new(file)).map_err(io::Error::from)
    }
}

/// One file of lines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex; when no payload stands in its lines, or it is packed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// SHA-256 of its bytes with the base64 text of each payload replaced by the payload's own SHA-256 in hex, as
    /// `records.jsonl` has it. Payloads are digested once, on the workers; digesting their base64 text again, in order, would
    /// cost more than making them and bind the whole run to the speed of one core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256_elided: Option<String>,
}
