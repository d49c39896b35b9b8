//! `records.jsonl`: one line a record that says what the record holds, without the content.
//!
//! `{"index":0,"session_id":"session_000000","turns":[{"isl":[550],"osl":128,"images":[{"format":"png","width":512,…,
//! "bytes":788592,"sha256":"…"}],"audios":[],"videos":[]}]}`; `isl` is a number when the turn has one prompt. A system prompt's
//! tokens stand before the turns: `"system":{"tokens":1000}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dataset::line::Line;
use crate::frame::{FrameRate, Size};
use crate::io::payload::Body;
use crate::media_tokens::{self, ClipShape, ModelFamily};
use crate::record::{Count, Item, Metadata, Prompt, Record, Totals, Turn};
use crate::spec::Modality;

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

#[derive(Serialize, Deserialize)]
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
    /// By family of models.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tokens: BTreeMap<&'a str, u64>,
}

/// A record as its line tells it.
#[derive(Debug, Deserialize)]
pub struct ListedRecord {
    /// Its place in the dataset.
    pub index: u64,
    /// The name that load generators know it by.
    pub session_id: String,
    /// Which share of the mix it is of.
    #[serde(default)]
    pub share: Option<u64>,
    /// Its system prompt.
    #[serde(default)]
    pub system: Option<ListedSystem>,
    /// Its turns.
    pub turns: Vec<ListedTurn>,
}

/// A system prompt as a record's line tells it.
#[derive(Debug, Deserialize)]
pub struct ListedSystem {
    /// Its tokens.
    pub tokens: u64,
}

/// A turn as a record's line tells it.
#[derive(Debug, Deserialize)]
pub struct ListedTurn {
    /// Tokens of each prompt.
    #[serde(default, deserialize_with = "many")]
    pub isl: Vec<u64>,
    /// Tokens to ask for.
    #[serde(default)]
    pub osl: Option<u64>,
    /// Milliseconds to wait before it.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// Its images.
    pub images: Vec<ListedItem>,
    /// Its audio.
    pub audios: Vec<ListedItem>,
    /// Its clips.
    pub videos: Vec<ListedItem>,
}

/// An item as a record's line tells it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ListedItem {
    /// Its file format.
    pub format: String,
    /// Pixels, of images and clips.
    pub width: Option<u32>,
    /// Pixels, of images and clips.
    pub height: Option<u32>,
    /// Frames of a clip.
    pub frames: Option<u64>,
    /// Length of audio and clips.
    pub seconds: Option<f64>,
    /// Samples a second, of audio and a clip's track.
    pub sample_rate: Option<u32>,
    /// Channels of audio and a clip's track.
    pub channels: Option<u16>,
    /// FFmpeg's name of a clip's encoder.
    pub codec: Option<String>,
    /// FFmpeg's name of its audio track's encoder.
    pub audio_codec: Option<String>,
    /// Its file, from the dataset's folder; none of what stands in the lines.
    pub file: Option<String>,
    /// Its place in the pool of reused items.
    pub pool: Option<u64>,
    /// Its bytes, before base64.
    pub bytes: u64,
    /// Their SHA-256 in hex.
    pub sha256: String,
    /// Frames a second of a clip, as a number or a ratio.
    pub fps: Option<String>,
    /// Tokens, by family of models.
    pub tokens: BTreeMap<String, u64>,
}

impl ListedItem {
    /// Tokens that it costs models of a family; none where they do not take it.
    #[must_use]
    pub fn tokens_for(&self, modality: Modality, family: &ModelFamily) -> Option<u64> {
        let size = || Some(Size::new(self.width?, self.height?));
        match modality {
            Modality::Image => (family.image)(size()?),
            Modality::Audio => (family.audio)(media_tokens::samples(self.seconds?)),
            Modality::Video => {
                let rate = self.fps.as_deref()?.parse::<FrameRate>().ok()?.fps();
                (family.video)(&ClipShape { size: size()?, frames: self.frames?, rate })
            }
        }
    }
}

/// One number, or a list of them.
fn many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::One(number) => vec![number],
        OneOrMany::Many(numbers) => numbers,
    })
}

impl ListedTurn {
    /// Its items of each kind.
    #[must_use]
    pub fn items(&self) -> [(Modality, &[ListedItem]); 3] {
        [(Modality::Image, &self.images), (Modality::Audio, &self.audios), (Modality::Video, &self.videos)]
    }
}

impl ListedRecord {
    /// What it holds, but for the prompts' bytes, which its line does not tell.
    pub(super) fn totals(&self) -> Totals {
        let count = |of: fn(&ListedTurn) -> &Vec<ListedItem>| {
            let items = self.turns.iter().flat_map(of);
            items.fold(Count::default(), |all, item| Count {
                items: all.items + 1,
                bytes: all.bytes.saturating_add(item.bytes),
            })
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
    pub fn items(&self) -> impl Iterator<Item = &ListedItem> {
        self.turns.iter().flat_map(|turn| turn.images.iter().chain(&turn.audios).chain(&turn.videos))
    }
}

/// The record's line, with the tokens of its media for these families of models.
#[must_use]
pub fn record_line(record: &Record, families: &[String]) -> Line {
    let fields = RecordLine {
        index: record.index,
        session_id: record.session_id(),
        share: record.share,
        arrival_ms: record.arrival_ms,
        system: record.system.as_ref().map(|system| SystemLine { tokens: system.tokens }),
        turns: record.turns.iter().map(|it| turn(it, families)).collect(),
    };
    let mut line = Line::default();
    line.value(&fields);
    line
}

fn turn<'a>(turn: &'a Turn, families: &'a [String]) -> TurnLine<'a> {
    let items = |items| <[Item]>::iter(items).map(|it| item(it, families)).collect();
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

fn item<'a>(item: &'a Item, families: &'a [String]) -> ItemLine<'a> {
    let tokens = |family: &'a String| Some((family.as_str(), item.metadata.tokens(media_tokens::named(family)?)?));
    let file = match &item.payload.body {
        Body::File(name) => Some(name.as_str()),
        Body::Inline(_) | Body::Plain(_) | Body::Placed { .. } => None,
    };
    ItemLine {
        metadata: &item.metadata,
        file,
        pool: item.pool,
        uuid: item.uuid.as_deref(),
        bytes: item.payload.bytes,
        sha256: &item.payload.sha256,
        tokens: families.iter().filter_map(tokens).collect(),
    }
}
