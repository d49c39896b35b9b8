//! Every record's counts, to be paged through and filtered; of very many records, some as evenly spaced as can be.

use std::ops::Range;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::spread::Spread;
use crate::dataset::{ListedItem, ListedRecord, ListedTurn, ReadRecord};
use crate::inspect::check::Checked;

/// Records that there is room for: 20,000 are half a megabyte.
const RECORDS: u64 = 20_000;

/// A column's name, and what a record has in it.
type Column = (&'static str, fn(&ListedRecord) -> u64);

const COLUMNS: [Column; 10] = [
    ("share", |record| record.share.unwrap_or_default()),
    ("turns", |record| record.turns.len() as u64),
    ("isl", |record| record.turns.iter().flat_map(|turn| &turn.isl).sum()),
    ("osl", |record| record.turns.iter().filter_map(|turn| turn.osl).sum()),
    ("images", |record| count(record, |turn| &turn.images)),
    ("image_bytes", |record| bytes(record, |turn| &turn.images)),
    ("audios", |record| count(record, |turn| &turn.audios)),
    ("audio_bytes", |record| bytes(record, |turn| &turn.audios)),
    ("videos", |record| count(record, |turn| &turn.videos)),
    ("video_bytes", |record| bytes(record, |turn| &turn.videos)),
];

fn count(record: &ListedRecord, items: fn(&ListedTurn) -> &Vec<ListedItem>) -> u64 {
    record.turns.iter().map(|turn| items(turn).len() as u64).sum()
}

fn bytes(record: &ListedRecord, items: fn(&ListedTurn) -> &Vec<ListedItem>) -> u64 {
    record.turns.iter().flat_map(items).fold(0, |all, item| all.saturating_add(item.bytes))
}

/// The records' counts, column by column.
#[derive(Debug)]
pub(super) struct Rows {
    spread: Spread,
    first: u64,
    index: Vec<u64>,
    columns: [Vec<u64>; COLUMNS.len()],
    faults: Vec<u64>,
}

impl Rows {
    pub(super) fn new(records: Range<u64>) -> Self {
        Self {
            first: records.start,
            spread: Spread::new(records, RECORDS),
            index: Vec::new(),
            columns: Default::default(),
            faults: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, record: &ReadRecord, checked: &Checked) {
        if !self.spread.takes(record.index) {
            return;
        }
        self.index.push(record.index);
        self.faults.push(checked.faults.len() as u64);
        for (column, (_, of)) in self.columns.iter_mut().zip(COLUMNS) {
            column.push(record.listed.as_ref().map_or(0, of));
        }
    }
}

/// `{"count":10000,"whole":true,"first":0,"index":[…],"turns":1,"isl":[…],…}`: one number stands for a column of nothing else. There is
/// no index where there are all.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("count", &self.index.len())?;
        map.serialize_entry("whole", &self.spread.is_whole())?;
        map.serialize_entry("first", &self.first)?;
        if !self.spread.is_whole() {
            map.serialize_entry("index", &self.index)?;
        }
        let columns = COLUMNS.iter().map(|(name, _)| *name).zip(&self.columns).chain([("faults", &self.faults)]);
        for (name, column) in columns {
            match column.first() {
                Some(first) if column.iter().all(|value| value == first) => map.serialize_entry(name, first)?,
                _ => map.serialize_entry(name, column)?,
            }
        }
        map.end()
    }
}
