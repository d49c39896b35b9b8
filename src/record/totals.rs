//! What was made, counted: one record's worth, or a run's.

use std::ops::AddAssign;

use crate::io::payload::Body;
use crate::record::{Item, Record};

/// Items of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub items: u64,
    /// Their bytes, before base64.
    pub bytes: u64,
}

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Conversations.
    pub records: u64,
    /// Requests.
    pub turns: u64,
    /// Tokens in the prompts.
    pub tokens: u64,
    /// Prompts; bytes of UTF-8.
    pub prompts: Count,
    /// Images.
    pub images: Count,
    /// Audio.
    pub audios: Count,
    /// Clips.
    pub videos: Count,
    /// Bytes written, to the files of lines and to files of their own.
    pub written: u64,
}

impl Totals {
    /// What one record holds.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let mut totals = Self { records: 1, turns: record.turns.len() as u64, ..Self::default() };
        for turn in &record.turns {
            for prompt in &turn.prompts {
                totals.tokens += prompt.tokens;
                totals.prompts += Count { items: 1, bytes: prompt.text.len() as u64 };
            }
            totals.images += Count::of(&turn.images);
            totals.audios += Count::of(&turn.audios);
            totals.videos += Count::of(&turn.videos);
            let items = turn.images.iter().chain(&turn.audios).chain(&turn.videos);
            let files = items.filter(|item| matches!(item.payload.body, Body::File(_)));
            totals.written += files.map(|item| item.payload.bytes).sum::<u64>();
        }
        totals
    }
}

impl Count {
    fn of(items: &[Item]) -> Self {
        Self { items: items.len() as u64, bytes: items.iter().map(|item| item.payload.bytes).sum() }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        self.items += more.items;
        self.bytes += more.bytes;
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.records += more.records;
        self.turns += more.turns;
        self.tokens += more.tokens;
        self.prompts += more.prompts;
        self.images += more.images;
        self.audios += more.audios;
        self.videos += more.videos;
        self.written += more.written;
    }
}
