//! What a run has noted of itself in the marker of its folder, so that it can be gone on with when it was cut off, and where it stands.
//! A line of JSON for each note; the last line may be half a one. Knows nothing of locks.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lines::Mark;
use super::names::Names;

/// One line of the marker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Note {
    /// Names that may be removed of the run.
    Names {
        masque: String,
        #[serde(flatten)]
        names: Names,
    },
    /// What the run is to make.
    Run { run: Value },
    /// How far it has come, durably.
    Checkpoint { checkpoint: Checkpoint },
    /// The dataset that it replaces, if any, is gone: from here on final names are its own.
    Retired { retired: bool },
}

impl Note {
    /// A note of names.
    pub(super) fn names(names: &Names) -> Self {
        Self::Names { masque: env!("CARGO_PKG_VERSION").to_owned(), names: names.clone() }
    }

    /// Appends notes to a marker and makes them durable; when that fails nothing is noted.
    pub(super) fn append(mut marker: &File, notes: &[Self]) -> io::Result<()> {
        let mut lines = Vec::new();
        for note in notes {
            serde_json::to_writer(&mut lines, note)?;
            lines.push(b'\n');
        }
        let before = marker.metadata()?.len();
        let written = marker.write_all(&lines).and_then(|()| marker.sync_all());
        if written.is_err() {
            let _ = marker.set_len(before); // half a line says nothing
        }
        written
    }
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Records that are whole, in every file, 1...
    pub(super) records: u64,
    /// The files of each format, those of `records.jsonl` last.
    pub(super) files: Vec<Mark>,
}

/// All that a marker says.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Names that may be removed.
    pub(super) names: Vec<Names>,
    /// What the run is to make, as its manifest will say it.
    pub(super) run: Option<Value>,
    /// The last checkpoint.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Whether final names are the run's own.
    pub(super) retired: bool,
}

impl Journal {
    /// Reads a marker's lines; what is no note says nothing.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut journal = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Note::Names { names, .. }) => journal.names.extend(names.checked()),
                Ok(Note::Run { run }) => journal.run = Some(run),
                Ok(Note::Checkpoint { checkpoint }) => journal.checkpoint = Some(checkpoint),
                Ok(Note::Retired { retired }) => journal.retired = retired,
                Err(_) => {}
            }
        }
        journal
    }
}

/// Where two runs differ first, in words: the place in the manifest, and what stands there; none where they are the same.
pub(super) fn difference(found: &Value, asked: &Value) -> Option<(String, String, String)> {
    /// What is looked at first says most.
    const ORDER: [&str; 7] = ["masque", "shard", "records", "seed", "request", "inputs", "encoders"];
    let at = |value: &Value, key: &str| value.get(key).cloned().unwrap_or(Value::Null);
    ORDER.iter().find_map(|key| within(key, &at(found, key), &at(asked, key)))
}

fn within(place: &str, found: &Value, asked: &Value) -> Option<(String, String, String)> {
    match (found, asked) {
        _ if found == asked => None,
        (Value::Object(one), Value::Object(other)) => {
            let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
            let at = |map: &serde_json::Map<String, Value>, key: &str| map.get(key).cloned().unwrap_or(Value::Null);
            keys.into_iter().find_map(|key| within(&format!("{place}.{key}"), &at(one, key), &at(other, key)))
        }
        _ => {
            let said = |value: &Value| if value.is_null() { "none".to_owned() } else { value.to_string() };
            Some((place.trim_start_matches("request.").to_owned(), said(found), said(asked)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let one = json!({"masque": "1", "seed": 5, "request": {"image": {"width": {"low": 3}}, "text": null}});
        let mut other = one.clone();
        assert_eq!(difference(&one, &other), None);
        other["request"]["image"]["width"]["low"] = json!(4);
        let said = |place: &str, found: &str, asked: &str| Some((place.into(), found.into(), asked.into()));
        assert_eq!(difference(&one, &other), said("image.width.low", "3", "4"));
        other["seed"] = json!(6);
        assert_eq!(difference(&one, &other), said("seed", "5", "6"));
        other["shard"] = json!({"index": 1, "of": 2});
        assert_eq!(difference(&one, &other), said("shard", "none", r#"{"index":1,"of":2}"#));
    }

    #[test]
    fn half_a_line_says_nothing() {
        let text = b"{\"run\":{\"seed\":1}}\n{\"checkpoint\":{\"records\":3,\"files\":[]}}\n{\"checkpoint\":{\"rec";
        let journal = Journal::read(text);
        assert_eq!(journal.checkpoint.map(|it| it.records), Some(3));
        assert!(journal.run.is_some() && !journal.retired);
    }
}
