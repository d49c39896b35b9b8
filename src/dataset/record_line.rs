//! `records.jsonl`: one line a record that says what the record holds, without the content.
//!
//! `{"index":0,"session_id":"session_000000","turns":[{"isl":[550],"osl":128,"images":[{"format":"png","width":512,…,
//! "bytes":788592,"sha256":"…"}],"audios":[],"videos":[]}]}`; `isl` is a number when the turn has one prompt. A system prompt's
//! tokens stand before the turns: `"system":{"tokens":1000}`.

use serde::{Deserialize, Serialize};

use crate::dataset::line::Line;
use crate::io::payload::Body;
use crate::record::{Count, Item, Metadata, Prompt, Record, Totals, Turn};

#[derive(Serialize)]
struct RecordLine<'a> {
    index: u64,
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrival_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<SystemLine>,
    turns: Vec<TurnLine<'a>>,
}

#[derive(Serialize)]
struct SystemLine {
    tokens: u64,
}

#[derive(Serialize)]
struct TurnLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    isl: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    osl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    images: Vec<ItemLine<'a>>,
    audios: Vec<ItemLine<'a>>,
    videos: Vec<ItemLine<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany {
    One(u64),
    Many(Vec<u64>),
}

#[derive(Serialize)]
struct ItemLine<'a> {
    #[serde(flatten)]
    metadata: &'a Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pool: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<&'a str>,
    bytes: u64,
    sha256: &'a str,
}

/// A record as its line tells it, as far as files need to know.
#[derive(Debug, Deserialize)]
pub(super) struct ListedRecord {
    turns: Vec<ListedTurn>,
}

#[derive(Debug, Deserialize)]
struct ListedTurn {
    images: Vec<ListedItem>,
    audios: Vec<ListedItem>,
    videos: Vec<ListedItem>,
}

/// An item as a record's line tells it.
#[derive(Debug, Deserialize)]
pub(super) struct ListedItem {
    /// Its file, from the dataset's folder; none of what stands in the lines.
    pub(super) file: Option<String>,
    /// Its place in the pool of reused items.
    pub(super) pool: Option<u64>,
    /// Its bytes, before base64.
    pub(super) bytes: u64,
    /// Their SHA-256 in hex.
    pub(super) sha256: String,
}

impl ListedRecord {
    /// What it holds, but for the prompts' bytes, which its line does not tell.
    pub(super) fn totals(&self) -> Totals {
        let count = |of: fn(&ListedTurn) -> &Vec<ListedItem>| {
            let items = self.turns.iter().flat_map(of);
            items.fold(Count::default(), |all, item| Count { items: all.items + 1, bytes: all.bytes + item.bytes })
        };
        Totals {
            records: 1,
            turns: self.turns.len() as u64,
            images: count(|turn| &turn.images),
            audios: count(|turn| &turn.audios),
            videos: count(|turn| &turn.videos),
            ..Totals::default()
        }
    }

    /// Every item.
    pub(super) fn items(&self) -> impl Iterator<Item = &ListedItem> {
        self.turns.iter().flat_map(|turn| turn.images.iter().chain(&turn.audios).chain(&turn.videos))
    }
}

/// The record's line.
#[must_use]
pub fn record_line(record: &Record) -> Line {
    let fields = RecordLine {
        index: record.index,
        session_id: record.session_id(),
        share: record.share,
        arrival_ms: record.arrival_ms,
        system: record.system.as_ref().map(|system| SystemLine { tokens: system.tokens }),
        turns: record.turns.iter().map(turn).collect(),
    };
    let mut line = Line::default();
    line.value(&fields);
    line
}

fn turn(turn: &Turn) -> TurnLine<'_> {
    let items = |items| <[Item]>::iter(items).map(item).collect();
    TurnLine {
        isl: one_or_many(&turn.prompts, |prompt| Some(prompt.tokens)),
        osl: turn.osl,
        prefix: one_or_many(&turn.prompts, |prompt| prompt.prefix),
        delay_ms: turn.delay_ms,
        images: items(&turn.images),
        audios: items(&turn.audios),
        videos: items(&turn.videos),
    }
}

fn one_or_many(prompts: &[Prompt], number: impl Fn(&Prompt) -> Option<u64>) -> Option<OneOrMany> {
    let mut numbers = prompts.iter().map(number).collect::<Option<Vec<_>>>()?;
    match numbers.len() {
        0 => None,
        1 => numbers.pop().map(OneOrMany::One),
        _ => Some(OneOrMany::Many(numbers)),
    }
}

fn item(item: &Item) -> ItemLine<'_> {
    let file = match &item.payload.body {
        Body::File(name) => Some(name.as_str()),
        Body::Inline(_) | Body::Placed { .. } => None,
    };
    ItemLine {
        metadata: &item.metadata,
        file,
        pool: item.pool,
        uuid: item.uuid.as_deref(),
        bytes: item.payload.bytes,
        sha256: &item.payload.sha256,
    }
}
