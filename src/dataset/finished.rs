//! A dataset that is whole, or a part of one, read back record by record. Each file is held against the manifest's digest on the way;
//! what is not as it should be is told, and the rest is read on.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::digests::{self, FileDigests};
use super::manifest::{FileEntry, Manifest};
use super::names::{MANIFEST, MEDIA, RECORDS, below_media};
use super::reader::SeriesReader;
use super::record_line::{ListedItem, ListedRecord};
use super::series::SeriesKind;
use super::{Shard, elide};
use crate::dataset::format::{self, Format};
use crate::error::{Error, Result};
use crate::io::digest::digest_file;
use crate::record::Totals;
use crate::spec::{Media, Spec};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, from the dataset's folder, and a line of it: `single_turn.jsonl:3`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl Fault {
    /// This problem at this place.
    pub fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// What stands behind the last record of a file that should end there.
const MORE: &str = "there is more behind its last record";

/// Where what is in a dataset stands.
#[derive(Debug)]
pub struct Places {
    folder: PathBuf,
    /// Of each format, and of `records.jsonl` last.
    kinds: Vec<SeriesKind>,
    media: Media,
}

impl Places {
    /// The manifest.
    pub const MANIFEST: &str = MANIFEST;

    /// Where a record stands in a format's file, such as `single_turn.jsonl:3`; in `records.jsonl` behind the last format.
    #[must_use]
    pub fn of(&self, format: usize, index: u64) -> String {
        self.kinds.get(format).map(|kind| place(kind, index)).unwrap_or_default()
    }

    /// The file of an item, if its name is one that masque gives.
    #[must_use]
    pub fn media_file(&self, item: &ListedItem) -> Option<PathBuf> {
        Some(self.folder.join(MEDIA).join(below_media(item.file.as_deref()?)?))
    }

    /// How a line names the file of an item.
    #[must_use]
    pub fn media_name(&self, file: &str) -> String {
        match (&self.media, file.split_once('/')) {
            (Media::Url { prefix }, Some((_, below))) => format!("{prefix}/{below}"),
            _ => file.to_owned(),
        }
    }
}

fn place(kind: &SeriesKind, index: u64) -> String {
    let line = index - kind.split.first(index) + 1 + kind.layout.begin.matches('\n').count() as u64;
    format!("{}:{line}", kind.file(index).name)
}

/// A dataset's folder.
#[derive(Debug)]
pub struct FinishedDataset {
    folder: PathBuf,
    manifest: Manifest,
    formats: Vec<&'static Format>,
    records: Range<u64>,
    /// Of each format, and of `records.jsonl` last.
    files: Vec<OpenSeries>,
    faults: Vec<Fault>,
}

struct OpenSeries {
    /// None when it cannot be read on.
    reader: Option<SeriesReader>,
    digests: FileDigests,
}

impl std::fmt::Debug for OpenSeries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenSeries").field("digests", &self.digests).finish_non_exhaustive()
    }
}

/// The texts of a record: of each format, and of `records.jsonl` last; none where a file has no such record.
#[derive(Debug)]
pub struct ReadRecord {
    /// Its place in the dataset.
    pub index: u64,
    /// Of each format, where its file has it.
    pub formats: Vec<Option<Vec<u8>>>,
    /// Its line in `records.jsonl`.
    pub line: Vec<u8>,
    /// What it is, when the line can be read.
    pub listed: Option<ListedRecord>,
    /// Where payloads stand in each format's text, each with its digest.
    pub payloads: Vec<Vec<(Range<usize>, String)>>,
}

impl ReadRecord {
    /// Reads the line, and finds the payloads by its digests: the slow part, which any thread may do.
    pub fn parse(&mut self) {
        self.listed = serde_json::from_slice(&self.line).ok();
        let items: Vec<_> = self.listed.iter().flat_map(ListedRecord::items).collect();
        let payloads =
            |text: &Option<Vec<u8>>| text.as_ref().map_or_else(Vec::new, |text| elide::payloads(text, &items));
        self.payloads = self.formats.iter().map(payloads).collect();
    }

    /// Bytes of its texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.line.len() + self.formats.iter().flatten().map(Vec::len).sum::<usize>()
    }

    /// What it holds; `written` are the bytes of its texts and of its items' files.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let totals =
            self.listed.as_ref().map_or_else(|| Totals { records: 1, ..Totals::default() }, ListedRecord::totals);
        let items = self.listed.iter().flat_map(ListedRecord::items);
        let files = items.filter(|item| item.file.is_some()).map(|item| item.bytes).fold(0, u64::saturating_add);
        Totals { written: files.saturating_add(self.bytes() as u64), ..totals }
    }

    /// A format's text with each payload's base64 text replaced by its digest.
    #[must_use]
    pub fn elided(&self, format: usize) -> Option<Vec<u8>> {
        let text = self.formats.get(format)?.as_ref()?;
        let (mut elided, mut rest) = (Vec::with_capacity(text.len().min(1 << 16)), 0);
        for (place, sha256) in self.payloads.get(format).into_iter().flatten() {
            elided.extend_from_slice(&text[rest..place.start]);
            elided.extend_from_slice(sha256.as_bytes());
            rest = place.end;
        }
        elided.extend_from_slice(&text[rest..]);
        Some(elided)
    }

    /// The bytes of an item that stands in one of the formats' texts, by its digest.
    #[must_use]
    pub fn inline(&self, sha256: &str) -> Option<Vec<u8>> {
        let all = self.formats.iter().zip(&self.payloads);
        let mut found = all.filter_map(|(text, places)| {
            let (place, _) = places.iter().find(|(_, digest)| digest == sha256)?;
            Some(&text.as_ref()?[place.clone()])
        });
        let mut bytes = Vec::new();
        crate::io::payload::decode_base64(found.next()?, &mut bytes).ok()?;
        Some(bytes)
    }
}

impl FinishedDataset {
    /// The file that tells what each record holds.
    #[must_use]
    pub fn records_file(&self) -> PathBuf {
        self.folder.join(RECORDS)
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no dataset, or one that is not finished or of another version.
    pub fn open(folder: &Path) -> Result<Self> {
        let refuse =
            |problem: &str, fix: &str| Err(Error::request(format!("dataset {}", folder.display()), problem, fix));
        let mut manifest = match Manifest::parse(folder) {
            Ok(manifest) => manifest,
            Err(_) if super::is_unfinished(folder) => {
                return refuse("its run was cut off", "go on with it by `resume`");
            }
            Err(why) if why.kind() == io::ErrorKind::NotADirectory => {
                return refuse("it is a file", "name the folder of a dataset");
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return refuse(&format!("there is no {MANIFEST}"), "name the folder of a dataset");
            }
            Err(why) => {
                let fix = "make the dataset anew, or take the version of masque that made it";
                return refuse(&format!("its {MANIFEST} cannot be read: {why}"), fix);
            }
        };
        manifest.request = match manifest.request.checked() {
            Ok(request) => request,
            Err(why) => {
                return refuse(&format!("the request in its {MANIFEST} is none: {why}"), "make the dataset anew");
            }
        };
        let spec = &manifest.request;
        let records = manifest.shard.unwrap_or(Shard::WHOLE).records(spec.records)?;
        let formats = format::chosen(spec)?;
        let split = super::Split::new(spec, records.clone());
        let files = SeriesKind::all(&formats, &split).into_iter().map(|kind| OpenSeries {
            reader: Some(SeriesReader::finished(folder, kind.clone())),
            digests: FileDigests::new(kind),
        });
        let files = files.collect();
        let mut opened = Self { folder: folder.to_owned(), formats, records, files, faults: Vec::new(), manifest };
        opened.check_files();
        Ok(opened)
    }

    /// What made it.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What was asked for.
    #[must_use]
    pub fn request(&self) -> &Spec {
        &self.manifest.request
    }

    /// Its formats, in the order of their texts in [`ReadRecord`].
    #[must_use]
    pub fn formats(&self) -> &[&'static Format] {
        &self.formats
    }

    /// Its records.
    #[must_use]
    pub fn records(&self) -> Range<u64> {
        self.records.clone()
    }

    /// Where what is in it stands.
    #[must_use]
    pub fn places(&self) -> Places {
        let kinds = self.files.iter().map(|files| files.digests.kind().clone()).collect();
        Places { folder: self.folder.clone(), kinds, media: self.manifest.request.media.clone() }
    }

    /// Faults that were found since they were asked for last.
    pub fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// The next record's texts, in order. None when `records.jsonl` cannot be read on.
    pub fn read(&mut self, index: u64) -> Option<ReadRecord> {
        let mut texts: Vec<_> = (0..self.files.len()).map(|number| self.read_one(number, index)).collect();
        let line = texts.pop()??;
        Some(ReadRecord { index, formats: texts, line, listed: None, payloads: Vec::new() })
    }

    fn read_one(&mut self, number: usize, index: u64) -> Option<Vec<u8>> {
        let files = &mut self.files[number];
        let reader = files.reader.as_mut()?;
        if index != self.records.start && files.digests.kind().split.begins(index) && !reader.is_at_end() {
            let name = files.digests.kind().file(index - 1).name;
            self.faults.push(Fault::new(name, MORE));
        }
        match reader.read(index) {
            Ok(text) => Some(text),
            Err(why) => {
                files.reader = None;
                let problem = match why {
                    Error::File { source, .. } => format!("{source}; it is not read on"),
                    other => other.to_string(),
                };
                let place = place(files.digests.kind(), index);
                self.faults.push(Fault::new(place, problem));
                None
            }
        }
    }

    /// Takes note of a record that was read and parsed, in order, for the files' digests.
    pub fn count(&mut self, record: &ReadRecord) {
        let Some((own, formats)) = self.files.split_last_mut() else { return };
        for (number, files) in formats.iter_mut().enumerate() {
            if let Some(text) = record.elided(number) {
                files.digests.count(record.index, &text);
            }
        }
        own.digests.count(record.index, &record.line);
    }

    /// Ends, when all records were read: holds the digests of the files against the manifest.
    pub fn finish(mut self) -> Vec<Fault> {
        let packed = self.manifest.request.files.compression.is_some();
        for OpenSeries { reader, digests } in std::mem::take(&mut self.files) {
            let Some(mut reader) = reader else { continue };
            let last = digests.kind().file(self.records.end - 1).name;
            if !reader.is_at_end() {
                self.faults.push(Fault::new(last, MORE));
            }
            let found = digests.finish();
            for file in &found {
                if let Some(name) = digests::differs(std::slice::from_ref(file), &self.manifest.files, packed) {
                    self.faults.push(Fault::new(name, "its SHA-256 is not the manifest's"));
                }
            }
        }
        self.faults
    }

    /// Holds names and sizes of the files against the manifest, and the digests of packed ones.
    fn check_files(&mut self) {
        let kinds = self.files.iter().map(|files| files.digests.kind());
        let expected: Vec<_> = kinds.flat_map(|kind| kind.split.names(kind.file)).collect();
        let listed: Vec<_> = self.manifest.files.iter().map(|entry| entry.path.clone()).collect();
        if expected != listed {
            let problem = format!("it lists {}, and its request makes {}", listed.join(", "), expected.join(", "));
            self.faults.push(Fault::new(MANIFEST, problem));
        }
        let whole = self.records.end - self.records.start;
        if self.manifest.records != whole {
            let problem = format!("it says {} records, and its request makes {whole}", self.manifest.records);
            self.faults.push(Fault::new(MANIFEST, problem));
        }
        for entry in self.manifest.files.clone().iter().filter(|entry| expected.contains(&entry.path)) {
            if let Some(problem) = self.check_file(entry) {
                self.faults.push(Fault::new(&entry.path, problem));
            }
        }
    }

    fn check_file(&self, entry: &FileEntry) -> Option<String> {
        let path = self.folder.join(&entry.path);
        let bytes = match fs::symlink_metadata(&path) {
            Ok(file) if file.is_file() => file.len(),
            Ok(_) => return Some("it is no file".to_owned()),
            Err(why) => return Some(why.to_string()),
        };
        if bytes != entry.bytes {
            return Some(format!("it has {bytes} bytes, and the manifest says {}", entry.bytes));
        }
        let packed = self.manifest.request.files.compression.is_some() && entry.path != RECORDS;
        if !packed {
            return None;
        }
        match digest_file(&path) {
            Ok((_, sha256)) if entry.sha256.as_ref() == Some(&sha256) => None,
            Ok(_) => Some("its SHA-256 is not the manifest's".to_owned()),
            Err(why) => Some(why.to_string()),
        }
    }
}
