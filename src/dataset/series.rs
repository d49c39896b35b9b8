//! The files of one format, one after the other.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::FileEntry;
use super::lines::{FileKind, LineFile, Mark};
use super::names::RECORDS;
use super::split::Split;
use crate::dataset::format::{Format, Layout};
use crate::dataset::line::Line;
use crate::error::Result;
use crate::io::digest::Sha256;
use crate::io::payload::FileCursor;
use crate::spec::Spec;

/// The files of one format.
#[derive(Debug)]
pub(super) struct LineSeries {
    folder: PathBuf,
    kind: SeriesKind,
    /// The file that is being written.
    open: LineFile,
    finished: Vec<FileEntry>,
    /// Digests of the files that are finished, one after the other.
    sha256: Sha256,
}

/// What a format's files are, and how its records are dealt over them.
#[derive(Debug, Clone)]
pub(super) struct SeriesKind {
    pub(super) file: &'static str,
    pub(super) layout: Layout,
    pub(super) split: Arc<Split>,
}

impl SeriesKind {
    /// The files of each format, then those of `records.jsonl`, which is one file as it is.
    pub(super) fn all(formats: &[&Format], split: &Split) -> Vec<Self> {
        let kind = |file, layout, split: &Arc<Split>| Self { file, layout, split: Arc::clone(split) };
        let own = kind(RECORDS, Layout::LINES, &Arc::new(Split::new(&Spec::default(), split.records())));
        let split = Arc::new(split.clone());
        formats.iter().map(|row| kind(row.file, row.layout, &split)).chain([own]).collect()
    }

    /// The file of a record.
    pub(super) fn file(&self, index: u64) -> FileKind {
        let name = self.split.name(self.file, index);
        FileKind { name, layout: self.layout, compression: self.split.compression() }
    }
}

impl LineSeries {
    /// Makes the first file in this folder.
    pub(super) fn create(folder: &Path, kind: SeriesKind) -> Result<Self> {
        let open = LineFile::create(folder, kind.file(kind.split.records().start))?;
        Ok(Self::of(folder, kind, open))
    }

    /// Opens the files of a run that was cut off behind `mark`, which is of the file of the last of `records` records. They are to be
    /// [`LineSeries::replay`]ed.
    pub(super) fn reopen(folder: &Path, kind: SeriesKind, records: u64, mark: &Mark) -> Result<Self> {
        let start = kind.split.records().start;
        let only = kind.file(start).name == kind.file(start + records.saturating_sub(1)).name;
        let stored = if only { mark.stored } else { u64::MAX };
        let open = LineFile::reopen(folder, stored, kind.file(start))?;
        Ok(Self::of(folder, kind, open))
    }

    fn of(folder: &Path, kind: SeriesKind, open: LineFile) -> Self {
        Self { folder: folder.to_owned(), kind, open, finished: Vec::new(), sha256: Sha256::default() }
    }

    /// What its files are.
    pub(super) fn kind(&self) -> &SeriesKind {
        &self.kind
    }

    /// Where the next record will stand, for others to write; none where that is not known beforehand.
    pub(super) fn next(&mut self) -> Result<Option<FileCursor>> {
        if self.kind.split.is_plain() { self.open.next() } else { Ok(None) }
    }

    /// Appends the line of a record, or takes note of one that others have written; returns its bytes.
    pub(super) fn write(&mut self, index: u64, line: &Line, placed: bool) -> Result<u64> {
        if self.turns_over(index) {
            let next = LineFile::create(&self.folder, self.kind.file(index))?;
            self.turn_over(next)?;
        }
        let bytes = if placed { self.open.wrote(line) } else { self.open.write(line) }?;
        self.end_at(index)?;
        Ok(bytes)
    }

    /// Takes note of the line of a record that is there already; `last` is where the run was cut off.
    pub(super) fn replay(&mut self, index: u64, line: &Line, (last, mark): (u64, &Mark)) -> Result<()> {
        if self.turns_over(index) {
            let file = self.kind.file(index);
            let stored = if file.name == self.kind.file(last).name { mark.stored } else { u64::MAX };
            let next = LineFile::reopen(&self.folder, stored, file)?;
            self.turn_over(next)?;
        }
        self.open.replay(line)?;
        self.end_at(index)
    }

    /// Ends the file when this record is its last.
    fn end_at(&mut self, index: u64) -> Result<()> {
        if self.kind.split.ends(index) { self.open.end_packed() } else { Ok(()) }
    }

    fn turns_over(&self, index: u64) -> bool {
        index != self.kind.split.records().start && self.kind.split.begins(index)
    }

    fn turn_over(&mut self, next: LineFile) -> Result<()> {
        let full = std::mem::replace(&mut self.open, next);
        self.sha256.update(full.sha256().hex().as_bytes());
        self.finished.push(full.finish()?);
        Ok(())
    }

    /// Whether a run could go on from here.
    pub(super) fn is_at_rest(&self) -> bool {
        self.open.is_at_rest()
    }

    /// How far it has come, in all files.
    pub(super) fn mark(&mut self) -> Result<Mark> {
        let mark = self.open.mark()?;
        if self.finished.is_empty() {
            return Ok(mark);
        }
        let mut sha256 = self.sha256.clone();
        sha256.update(mark.sha256.as_bytes());
        Ok(Mark { sha256: sha256.hex(), ..mark })
    }

    /// Another handle of the file that is being written.
    pub(super) fn handle(&self) -> Result<File> {
        self.open.handle()
    }

    /// Cuts off what is behind the last line that was taken note of.
    pub(super) fn cut(&mut self) -> Result<()> {
        self.open.cut()
    }

    /// Writes what is left, makes it durable, and tells what the files hold.
    pub(super) fn finish(mut self) -> Result<Vec<FileEntry>> {
        self.finished.push(self.open.finish()?);
        Ok(self.finished)
    }
}
