//! What a record says, as it is read back from a format's file: the other way round of what the format writes.

use serde_json::Value;

use crate::spec::Modality;

/// A record as it stands in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Content<'a> {
    /// The name of its conversation, where the format has one.
    pub session: Option<&'a str>,
    /// Its system prompt.
    pub system: Option<&'a str>,
    /// Its turns.
    pub turns: Vec<TurnContent<'a>>,
}

/// A turn as it stands in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TurnContent<'a> {
    /// Its texts, in order; one prompt may stand in several, one behind the other.
    pub texts: Vec<&'a str>,
    /// Its answer.
    pub answer: Option<&'a str>,
    /// Tokens of its prompt, where the format says how many.
    pub isl: Option<u64>,
    /// Tokens to ask for, where the format says how many.
    pub osl: Option<u64>,
    /// Its images, audio and clips: a path, an address, or what ends in base64 text behind a comma, if any.
    pub media: [Vec<&'a str>; 3],
    /// What stands behind what, where the format has an order; else there are the texts, then images, audio and clips.
    pub order: Vec<Part>,
}

/// What a part of a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The next text.
    Text,
    /// The next item of this kind.
    Item(Modality),
}

impl<'a> Content<'a> {
    /// A record of one turn without a name.
    pub(super) fn of_turn(turn: TurnContent<'a>) -> Self {
        Self { turns: vec![turn], ..Self::default() }
    }
}

/// A number at a key.
pub(super) fn number(value: &Value, key: &str) -> Option<u64> {
    value.get(key)?.as_u64()
}

/// A string at a key.
pub(super) fn string<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// The strings of the list at a key; none where there is no such key.
pub(super) fn strings<'a>(value: &'a Value, key: &str) -> Option<Vec<&'a str>> {
    match value.get(key) {
        None => Some(Vec::new()),
        Some(list) => list.as_array()?.iter().map(Value::as_str).collect(),
    }
}
