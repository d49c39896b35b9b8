//! What was made, counted: one record's worth, or a run's.

use std::ops::AddAssign;

use crate::io::payload::Body;
use crate::record::{Item, Record};

/// Items of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub items: u64,
    /// Their bytes, before base64.
    pub bytes: u64,
}

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Conversations.
    pub records: u64,
    /// Requests.
    pub turns: u64,
    /// Tokens in the prompts.
    pub tokens: u64,
    /// Prompts; bytes of UTF-8.
    pub prompts: Share,
    /// Pictures.
    pub images: Share,
    /// Sounds.
    pub audios: Share,
    /// Clips.
    pub videos: Share,
    /// Bytes written, to the files of lines and to files of their own.
    pub written: u64,
}

impl Tally {
    /// What one record holds.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let mut tally = Self { records: 1, turns: record.turns.len() as u64, ..Self::default() };
        for turn in &record.turns {
            for prompt in &turn.prompts {
                tally.tokens += prompt.tokens;
                tally.prompts += Share { items: 1, bytes: prompt.text.len() as u64 };
            }
            tally.images += Share::of(&turn.images);
            tally.audios += Share::of(&turn.audios);
            tally.videos += Share::of(&turn.videos);
            let items = turn.images.iter().chain(&turn.audios).chain(&turn.videos);
            let files = items.filter(|item| matches!(item.payload.body, Body::File(_)));
            tally.written += files.map(|item| item.payload.bytes).sum::<u64>();
        }
        tally
    }
}

impl Share {
    fn of(items: &[Item]) -> Self {
        Self { items: items.len() as u64, bytes: items.iter().map(|item| item.payload.bytes).sum() }
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, more: Self) {
        self.items += more.items;
        self.bytes += more.bytes;
    }
}

impl AddAssign for Tally {
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
