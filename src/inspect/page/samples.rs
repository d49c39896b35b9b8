//! Some records as they read: what is said and answered, part by part, each text with its tokens, and the media in their places. Taken
//! are records as evenly spaced as can be, and the first in which a fault was found.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::media::Gallery;
use super::spread::Spread;
use crate::content::text::TokenCounter;
use crate::dataset::content::{Content, Part, TurnContent};
use crate::dataset::{Fault, ListedRecord, ListedTurn, ReadRecord};
use crate::inspect::check::Checker;
use crate::spec::Modality;

/// Records that are taken, evenly spaced.
const EVENLY: u64 = 24;
/// Records that are taken besides, for their faults.
const FAULTY: u64 = 8;
/// Turns of a record, parts of each kind in a turn, parts and faults of a record, that are shown; the others are counted.
const TURNS: usize = 24;
const OF_A_KIND: usize = 8;
const PARTS: usize = 64;
const FAULTS: usize = 8;
/// Bytes of one text, about 2,000 tokens, and of all.
const TEXT: usize = 8 << 10;
const TEXTS: u64 = 1 << 20;

/// So many bytes, shared out over records: each may take its share and what those before it left.
#[derive(Debug)]
pub(super) struct Budget {
    share: u64,
    left: u64,
}

impl Budget {
    pub(super) fn new(bytes: u64, records: u64) -> Self {
        Self { share: bytes / records.max(1), left: 0 }
    }

    /// What there is for what comes next.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    pub(super) fn next_record(&mut self) {
        self.left += self.share;
    }

    pub(super) fn take(&mut self, bytes: u64) {
        self.left = self.left.saturating_sub(bytes);
    }
}

/// The records that are shown.
#[derive(Debug, Serialize)]
pub(super) struct Samples {
    records: Vec<Sample>,
    texts: Vec<Text>,
    #[serde(flatten)]
    gallery: Gallery,
    #[serde(skip)]
    known: HashMap<(u64, u64), usize>,
    #[serde(skip)]
    room: Budget,
    #[serde(skip)]
    spread: Spread,
    #[serde(skip)]
    faulty: u64,
    /// Parts of the present record that are shown.
    #[serde(skip)]
    parts: usize,
}

/// A record that is shown. Texts and media are numbers in the lists of all.
#[derive(Debug, Serialize)]
struct Sample {
    index: u64,
    /// Where it stands in each file.
    places: Vec<String>,
    faults: Vec<Fault>,
    system: Option<usize>,
    system_tokens: Option<u64>,
    /// Its images, sounds and clips.
    items: [usize; 3],
    turns: Vec<Turn>,
    /// Turns that are not shown.
    more: usize,
}

#[derive(Debug, Serialize)]
struct Turn {
    /// Of all its prompts.
    isl: Option<u64>,
    prompts: usize,
    osl: Option<u64>,
    delay_ms: Option<u64>,
    parts: Vec<Shown>,
    /// Parts that are not shown.
    more: usize,
    answer: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Shown {
    Text(usize),
    Item(usize),
}

/// A text, or its beginning.
#[derive(Debug, Serialize)]
struct Text {
    text: String,
    /// What its tokens stand for, one behind the other; none where they cannot be told apart.
    pieces: Option<Vec<Length>>,
    /// Tokens of all of it.
    tokens: Option<u64>,
    /// Tokens that are not shown; bytes, where its tokens cannot be told apart.
    more: u64,
    /// Whether it is the text as the tokenizer changes it.
    changed: bool,
}

/// How long a piece is, in the UTF-16 units that browsers count in, and its tokens where they are several.
#[derive(Debug)]
struct Length(usize, u32);

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.1 == 1 { self.0.serialize(to) } else { (self.0, self.1).serialize(to) }
    }
}

impl Samples {
    pub(super) fn new(records: Range<u64>) -> Self {
        let spread = Spread::new(records, EVENLY);
        let most = spread.len() + if spread.is_whole() { 0 } else { FAULTY };
        Self {
            records: Vec::new(),
            texts: Vec::new(),
            gallery: Gallery::new(most),
            known: HashMap::new(),
            room: Budget::new(TEXTS, most),
            spread,
            faulty: 0,
            parts: 0,
        }
    }

    /// Takes a record, or leaves it.
    pub(super) fn add(&mut self, read: &ReadRecord, faults: &[Fault], checker: &Checker) {
        if !self.spread.takes(read.index) {
            if faults.is_empty() || self.faulty == FAULTY {
                return;
            }
            self.faulty += 1;
        }
        self.parts = 0;
        self.room.next_record();
        self.gallery.next_record();
        let formats = checker.formats();
        let values = (0..formats.len()).map(|number| serde_json::from_slice(&read.elided(number)?).ok());
        let values: Vec<Option<Value>> = values.collect();
        let contents = values.iter().zip(formats).filter_map(|(value, format)| (format.read)(value.as_ref()?));
        let contents: Vec<Content<'_>> = contents.collect();
        let has_text = |content: &&Content<'_>| content.turns.iter().any(|turn| !turn.texts.is_empty());
        let content = contents.iter().find(has_text).or(contents.first());
        let listed = read.listed.as_ref();
        let share = listed.and_then(|record| record.share).unwrap_or_default();
        let counter = (share, checker.counter(share));
        let system = contents.iter().find_map(|content| content.system).map(|text| self.text(text, counter));
        let turns = listed.map_or(0, |record| record.turns.len());
        let turns = turns.max(content.map_or(0, |content| content.turns.len()));
        let shown = (0..turns.min(TURNS)).map(|number| {
            let answer = contents.iter().find_map(|content| content.turns.get(number)?.answer);
            let answer = answer.filter(|answer| !answer.is_empty());
            let listed = listed.and_then(|record| record.turns.get(number));
            let turn = content.and_then(|content| content.turns.get(number));
            let (parts, more) = self.parts(listed, turn, read, checker, counter);
            Turn {
                isl: listed.filter(|turn| !turn.isl.is_empty()).map(|turn| turn.isl.iter().sum()),
                prompts: listed.map_or(0, |turn| turn.isl.len()),
                osl: listed.and_then(|turn| turn.osl),
                delay_ms: listed.and_then(|turn| turn.delay_ms),
                parts,
                more,
                answer: answer.map(|text| self.text(text, counter)),
            }
        });
        let shown = shown.collect();
        self.records.push(Sample {
            index: read.index,
            places: (0..=formats.len()).map(|format| checker.places().of(format, read.index)).collect(),
            faults: faults.iter().take(FAULTS).cloned().collect(),
            system,
            system_tokens: listed.and_then(|record| record.system.as_ref()).map(|system| system.tokens),
            items: Modality::ALL.map(|kind| listed.map_or(0, |record| count(record, kind))),
            turns: shown,
            more: turns.saturating_sub(TURNS),
        });
    }

    /// A turn's parts in their order, and how many are left out.
    fn parts(
        &mut self,
        listed: Option<&ListedTurn>,
        turn: Option<&TurnContent<'_>>,
        read: &ReadRecord,
        checker: &Checker,
        counter: (u64, Option<&TokenCounter>),
    ) -> (Vec<Shown>, usize) {
        let items = listed.map_or([(Modality::Image, &[][..]); 3], ListedTurn::items);
        let texts = turn.map_or(&[][..], |turn| &turn.texts[..]);
        let usual = || {
            let items = items.iter().flat_map(|(kind, items)| vec![Part::Item(*kind); items.len()]);
            vec![Part::Text; texts.len()].into_iter().chain(items).collect()
        };
        let order = turn.map(|turn| turn.order.clone()).filter(|order| !order.is_empty()).unwrap_or_else(usual);
        let (mut parts, mut of_a_kind, all) = (Vec::new(), [0; 4], order.len());
        for part in order {
            let place = match part {
                Part::Text => &mut of_a_kind[3],
                Part::Item(kind) => &mut of_a_kind[kind as usize],
            };
            let number = std::mem::replace(place, *place + 1);
            if number >= OF_A_KIND || self.parts >= PARTS {
                continue;
            }
            let shown = match part {
                Part::Text => texts.get(number).map(|text| Shown::Text(self.text(text, counter))),
                Part::Item(kind) => {
                    let item = items[kind as usize].1.get(number);
                    item.map(|item| Shown::Item(self.gallery.add(read, checker, kind, item)))
                }
            };
            self.parts += usize::from(shown.is_some());
            parts.extend(shown);
        }
        let more = all - parts.len();
        (parts, more)
    }

    /// The number of a text.
    fn text(&mut self, text: &str, (share, counter): (u64, Option<&TokenCounter>)) -> usize {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let key = (share, hasher.finish());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let room = TEXT.min(usize::try_from(self.room.left()).unwrap_or(usize::MAX));
        let shown = counter.and_then(|counter| tokens(text, counter, room)).unwrap_or_else(|| {
            let (text, rest) = text.split_at(text.floor_char_boundary(room));
            Text { text: text.to_owned(), pieces: None, tokens: None, more: rest.len() as u64, changed: false }
        });
        self.room.take(shown.text.len() as u64);
        self.texts.push(shown);
        self.known.insert(key, self.texts.len() - 1);
        self.texts.len() - 1
    }
}

fn count(record: &ListedRecord, kind: Modality) -> usize {
    record.turns.iter().map(|turn| turn.items()[kind as usize].1.len()).sum()
}

/// A text of whole tokens, of at most so many bytes.
fn tokens(text: &str, counter: &TokenCounter, room: usize) -> Option<Text> {
    let (pieces, tokens) = counter.pieces(text, room).ok()?;
    let (mut shown, mut lengths, mut more) = (String::new(), Vec::new(), tokens);
    for piece in pieces {
        if shown.len() + piece.text.len() > room {
            break;
        }
        shown.push_str(&piece.text);
        more = more.saturating_sub(piece.tokens.into());
        lengths.push(Length(piece.text.encode_utf16().count(), piece.tokens));
    }
    let changed = !text.starts_with(&shown);
    Some(Text { text: shown, pieces: Some(lengths), tokens: Some(tokens), more, changed })
}
