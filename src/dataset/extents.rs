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
    /// Files of lines that are still empty.
    pub(super) fn new(files: Vec<FileCursor>) -> Self {
        Self { files: files.into_iter().map(|file| (file, AtomicU64::new(0))).collect() }
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

/// A extent of a file, for the lines of some records.
#[derive(Debug)]
pub struct Extent {
    start: FileCursor,
    bytes: u64,
}

/// Writes what is in memory of the lines, and tells where the payloads go that are not: by their number, a place for each file.
///
/// # Errors
/// [`crate::error::Error::File`].
pub fn write_lines(extents: Vec<Extent>, records: &[Vec<Line>]) -> Result<Vec<Vec<FileCursor>>> {
    let mut payloads: Vec<Vec<FileCursor>> = Vec::new();
    for (file, Extent { start: mut place, bytes }) in extents.into_iter().enumerate() {
        place.reserve(bytes)?;
        for piece in records.iter().filter_map(|lines| lines.get(file)).flat_map(Line::pieces) {
            match piece {
                Piece::Bytes(bytes) => place.write(bytes)?,
                Piece::Placed { number, length } => {
                    payloads.resize_with(payloads.len().max(number + 1), Vec::new);
                    payloads[number].push(place.clone());
                    place.at += length;
                }
            }
        }
    }
    Ok(payloads)
}
