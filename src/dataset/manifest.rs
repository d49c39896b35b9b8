//! `manifest.json`: what the dataset is and how it came to be.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::io::input::Input;
use crate::spec::Spec;

/// The manifest. It has no time and no host in it.
#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    /// The version of masque that made it.
    pub masque: &'static str,
    /// The seed, as it stands in the request.
    pub seed: u64,
    /// Records in each file of lines.
    pub records: u64,
    /// The whole request.
    pub request: &'a Spec,
    /// `cpu`, or the GPU adapter's name: where the pixels came from. The bytes are the same.
    pub backend: &'a str,
    /// The libraries that encoded it, whose bytes other versions do not promise, each with its version.
    pub encoders: BTreeMap<&'static str, String>,
    /// The files that the records depend on.
    pub inputs: Vec<Input>,
    /// Every file of lines; the media files are in `records.jsonl`.
    pub files: Vec<FileEntry>,
}

impl Manifest<'_> {
    /// Its text.
    pub(super) fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|why| Error::encode("manifest", why))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// One file of lines.
#[derive(Debug, Serialize)]
pub struct FileEntry {
    /// Its name.
    pub path: &'static str,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex; when no payload stands in its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// SHA-256 of its bytes with the base64 text of each payload replaced by the payload's own SHA-256 in hex, as
    /// `records.jsonl` has it. Payloads are digested once, on the workers; digesting their base64 text again, in order, would
    /// cost more than making them and bind the whole run to the speed of one core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_elided: Option<String>,
}
