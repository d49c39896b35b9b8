//! Reads the lines of a format back, record by record, whatever stands around them and however the files are cut and packed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::lines::Mark;
use super::names::partial;
use super::packed::unpack;
use super::series::SeriesKind;
use crate::error::{Error, Result};

/// Bytes that are read at a time.
const BUFFER: usize = 1 << 18;

/// Bytes of the longest line that is read. A packed file of some megabytes could hold one that no memory does.
const LONGEST: u64 = 1 << 32;

/// Reads the files of one format.
pub(super) struct SeriesReader {
    folder: PathBuf,
    kind: SeriesKind,
    /// Of a run that was cut off: the last record to be read, and how far its file had come.
    end: Option<(u64, Mark)>,
    open: Option<Box<dyn BufRead>>,
    /// The file that is read, for errors.
    path: PathBuf,
}

impl SeriesReader {
    /// The files of a finished dataset.
    pub(super) fn finished(folder: &Path, kind: SeriesKind) -> Self {
        Self { folder: folder.to_owned(), kind, end: None, open: None, path: PathBuf::new() }
    }

    /// The files of a run that was cut off behind record `last`.
    pub(super) fn unfinished(folder: &Path, kind: SeriesKind, last: u64, mark: Mark) -> Self {
        Self { end: Some((last, mark)), ..Self::finished(folder, kind) }
    }

    /// The file that was read last, as it is called in a finished dataset.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The record's value as JSON text, without what stands around it. To be called in order.
    ///
    /// # Errors
    /// [`Error::File`], also when there is no such record.
    pub(super) fn read(&mut self, index: u64) -> Result<Vec<u8>> {
        let layout = self.kind.layout;
        if self.open.is_none() || self.kind.split.begins(index) {
            self.open(index)?;
        }
        let Some(open) = &mut self.open else { return Ok(Vec::new()) };
        let mut line = Vec::new();
        open.take(LONGEST).read_until(b'\n', &mut line).map_err(Error::file("read", &self.path))?;
        if line.len() as u64 == LONGEST {
            let problem = format!("the line of record {index} has more than {LONGEST} bytes");
            return Err(Error::file("read", &self.path)(io::Error::new(io::ErrorKind::InvalidData, problem)));
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if layout.before.starts_with(',') && line.last() == Some(&b',') {
            line.pop();
        }
        if line.first() != Some(&b'{') {
            let missing = io::Error::new(io::ErrorKind::UnexpectedEof, format!("record {index} is not there"));
            return Err(Error::file("read", &self.path)(missing));
        }
        Ok(line)
    }

    /// Whether nothing stands behind the record that was read last but what ends its file.
    pub(super) fn is_at_end(&mut self) -> bool {
        let Some(open) = &mut self.open else { return true };
        let end = self.kind.layout.end.trim_start_matches('\n').as_bytes();
        let mut rest = Vec::new();
        open.take(end.len() as u64 + 1).read_to_end(&mut rest).is_ok_and(|_| rest == end)
    }

    /// Opens the file of a record and reads over what stands before all records.
    fn open(&mut self, index: u64) -> Result<()> {
        let kind = self.kind.file(index);
        self.path = self.folder.join(&kind.name);
        let failed = || Error::file("read", &self.path);
        let (at, bytes) = match &self.end {
            None => (self.path.clone(), None),
            Some((last, mark)) => {
                let is_last = self.kind.file(*last).name == kind.name;
                (partial(&self.folder, &kind.name), is_last.then_some(mark.bytes))
            }
        };
        let file = File::open(at).map_err(failed())?;
        let text: Box<dyn Read> = match kind.compression {
            None => Box::new(file),
            Some(packing) => Box::new(unpack(file, packing).map_err(failed())?),
        };
        let mut text = BufReader::with_capacity(BUFFER, text.take(bytes.unwrap_or(u64::MAX)));
        let mut begin = vec![0; kind.layout.begin.len()];
        text.read_exact(&mut begin).map_err(failed())?;
        self.open = Some(Box::new(text));
        Ok(())
    }
}
