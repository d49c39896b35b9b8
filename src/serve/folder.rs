//! A dataset's folder: the files of its media, by the names that `records.jsonl` lists.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::answer::Content;
use crate::dataset::{FinishedDataset, ListedItem, ListedRecord};
use crate::error::{Error, Result};
use crate::record::{ItemName, MEDIA};
use crate::spec::Spec;

/// A dataset's media.
#[derive(Debug)]
pub struct ServedFolder {
    media: PathBuf,
    request: Box<Spec>,
    /// SHA-256 in hex and bytes of each file, by its name below the media folder.
    files: HashMap<String, (Box<str>, u64)>,
}

impl ServedFolder {
    /// Opens a dataset that is whole.
    ///
    /// # Errors
    /// [`Error::Request`] when there is none, or its media stand in its lines; [`Error::File`].
    pub fn open(folder: &Path) -> Result<Self> {
        let dataset = FinishedDataset::open(folder)?;
        let request = Box::new(dataset.request().clone());
        if !request.media.has_files() {
            let at = folder.display();
            let fix = format!("make it with --media files, or serve its request: --config {at}/manifest.json");
            return Err(Error::request(format!("dataset {at}"), "its media stand in its lines", fix));
        }
        let records = dataset.records_file();
        let read = |why| Error::file("read", &records)(why);
        let mut files = HashMap::new();
        for line in BufReader::new(std::fs::File::open(&records).map_err(read)?).lines() {
            let line = line.map_err(read)?;
            let record: ListedRecord = serde_json::from_str(&line).map_err(|why| {
                Error::request(
                    format!("dataset {}", folder.display()),
                    format!("records.jsonl: {why}"),
                    "see masque inspect",
                )
            })?;
            for item in record.items() {
                let ListedItem { file: Some(file), sha256, bytes, .. } = item else { continue };
                let name = file.strip_prefix(MEDIA).and_then(|name| name.strip_prefix('/')).and_then(ItemName::parse);
                files.extend(name.map(|name| (name.to_string(), (sha256.as_str().into(), *bytes))));
            }
        }
        Ok(Self { media: folder.join(MEDIA), request, files })
    }

    pub(super) fn request(&self) -> &Spec {
        &self.request
    }

    /// Files.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    pub(super) fn item(&self, name: &ItemName) -> Option<Content> {
        let written = name.to_string();
        let (sha256, bytes) = self.files.get(&written)?;
        Some(Content::file(self.media.join(written), *bytes, sha256, &name.mime()))
    }
}
