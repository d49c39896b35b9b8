//! Digests of a format's files while their lines are read, as their writer took them.

use std::ops::Range;

use super::manifest::FileEntry;
use super::names::RECORDS;
use super::series::SeriesKind;
use crate::dataset::line::Line;
use crate::io::digest::Sha256;

/// The files of one format, line by line.
#[derive(Debug)]
pub(super) struct FileDigests {
    kind: SeriesKind,
    open: Sha256,
    name: String,
    finished: Vec<(String, String)>,
}

impl FileDigests {
    pub(super) fn new(kind: SeriesKind) -> Self {
        let name = kind.file(kind.split.records().start).name;
        let mut open = Sha256::default();
        open.update(kind.layout.begin.as_bytes());
        Self { kind, open, name, finished: Vec::new() }
    }

    /// What its files are.
    pub(super) fn kind(&self) -> &SeriesKind {
        &self.kind
    }

    /// The line of a record, the next; `payloads` are where payloads stand in it, each with its digest.
    pub(super) fn line(&mut self, index: u64, text: &[u8], payloads: Vec<(Range<usize>, String)>) -> Line {
        self.begin(index);
        let line = Line::copied(self.kind.layout.around(self.kind.split.begins(index)), text, payloads);
        line.digest(&mut self.open);
        line
    }

    /// Takes note of the text of a record, the next, whose payloads stand for themselves by their digests.
    pub(super) fn count(&mut self, index: u64, elided: &[u8]) {
        self.begin(index);
        let (before, after) = self.kind.layout.around(self.kind.split.begins(index));
        [before.as_bytes(), elided, after.as_bytes()].into_iter().for_each(|part| self.open.update(part));
    }

    /// Goes over to the next file, where a record is its first.
    fn begin(&mut self, index: u64) {
        if self.kind.split.begins(index) && index != self.kind.split.records().start {
            let next = Self { finished: Vec::new(), name: self.kind.file(index).name, ..Self::new(self.kind.clone()) };
            let full = std::mem::replace(self, next);
            self.finished = full.finish();
        }
    }

    /// The digest of each file, by its name.
    pub(super) fn finish(mut self) -> Vec<(String, String)> {
        self.open.update(self.kind.layout.end.as_bytes());
        self.finished.push((self.name, self.open.hex()));
        self.finished
    }
}

/// The first of these files that is not as the manifest lists it. A packed file's digest is of what is packed, which is held against
/// the manifest by itself.
pub(super) fn differs<'a>(found: &'a [(String, String)], files: &[FileEntry], packed: bool) -> Option<&'a str> {
    let listed = |name: &str| files.iter().find(|entry| entry.path == name);
    let same = |(name, sha256): &&(String, String)| {
        listed(name).is_some_and(|entry| {
            entry.sha256.as_ref().or(entry.sha256_elided.as_ref()) == Some(sha256) || (packed && name != RECORDS)
        })
    };
    found.iter().find(|file| !same(file)).map(|(name, _)| name.as_str())
}
