//! Lines that the workers write themselves. Long lines whose length is known before all that stands in them get their place in
//! the file first, in order; their payloads are then written there by many workers, a piece at a time, and are never whole in
//! memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::dataset::line::{Line, Piece};
use crate::error::Result;
use crate::io::payload::FileCursor;

/// The ends of the files of lines.
#[derive(Debug)]
pub struct ExtentAllocator {
    files: Vec<(FileCursor, AtomicU64)>,
}

impl ExtentAllocator {
    /// Files of lines, each with the place of the next.
    pub(super) fn new(files: Vec<FileCursor>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|file| (AtomicU64::new(file.at), file))
                .map(|(end, file)| (file, end))
                .collect(),
        }
    }

    /// Takes the next extent of each file for `records`, the lines of each in the order of the files. To be called in the
    /// order of the records.
    #[must_use]
    pub fn take(&self, records: &[Vec<Line>]) -> Vec<Extent> {
        let extent = |(number, (file, end)): (usize, &(FileCursor, AtomicU64))| {
            let bytes = records.iter().filter_map(|lines| lines.get(number)).map(Line::bytes).sum();
            Extent { start: file.at(end.fetch_add(bytes, Ordering::Relaxed)), bytes }
        };
        self.files.iter().enumerate().map(extent).collect()
    }
}

/// A stretch of a file, for the lines of some records.
#[derive(Debug)]
pub struct Extent {
    start: FileCursor,
    bytes: u64,
}

/// Where payloads go that lines are written without: a place in each file, by the payload's number.
#[derive(Debug, Default)]
pub struct PayloadCursors(Vec<Vec<FileCursor>>);

impl PayloadCursors {
    /// The places of this payload; none when it is not one of these.
    #[must_use]
    pub fn of(&self, number: usize) -> Option<&[FileCursor]> {
        self.0.get(number).map(Vec::as_slice)
    }

    fn push(&mut self, number: usize, cursor: FileCursor) {
        self.0.resize_with(self.0.len().max(number + 1), Vec::new);
        self.0[number].push(cursor);
    }
}

/// Writes what is in memory of the lines, and tells where the payloads go that are not.
///
/// # Errors
/// [`crate::error::Error::File`].
pub fn write_lines(extents: Vec<Extent>, records: &[Vec<Line>]) -> Result<PayloadCursors> {
    let mut payloads = PayloadCursors::default();
    for (file, Extent { start: mut cursor, bytes }) in extents.into_iter().enumerate() {
        cursor.reserve(bytes)?;
        for piece in records.iter().filter_map(|lines| lines.get(file)).flat_map(Line::pieces) {
            match piece {
                Piece::Bytes(bytes) => cursor.write(bytes)?,
                Piece::Placed { number, length } => {
                    payloads.push(number, cursor.clone());
                    cursor.at += length;
                }
            }
        }
    }
    Ok(payloads)
}
