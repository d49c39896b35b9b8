//! One record's JSON in parts, with what stands around it in its file: text that was put together here, and payloads that stay
//! where they are. A 4K image's 33 MB
//! are never copied into a line.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use crate::io::digest::Sha256;
use crate::io::payload::{Base64, Body};
use crate::record::Item;

/// A line under construction, built like the JSON it is: keys, values, and the brackets around them.
#[derive(Debug)]
pub struct Line {
    before: &'static str,
    after: &'static str,
    /// What stands in place of the media folder in the names of files.
    address: Option<Arc<str>>,
    parts: Vec<Part>,
    text: Vec<u8>,
    /// Whether the next key or value needs a comma before it.
    comma: bool,
}

#[derive(Debug)]
enum Part {
    Text(Vec<u8>),
    Payload { text: Text, sha256: String },
}

#[derive(Debug)]
enum Text {
    Inline(Arc<Base64>),
    Placed { number: usize, length: u64 },
    Copied(Vec<u8>),
}

/// What a line is written of.
#[derive(Debug)]
pub enum Piece<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// A payload that is written apart, as [`Body::Placed`] has it.
    Placed {
        /// Which one.
        number: usize,
        /// Characters of base64.
        length: u64,
    },
}

impl Default for Line {
    /// A line of JSON Lines.
    fn default() -> Self {
        Self::between("", "\n")
    }
}

impl Line {
    /// A record with these bytes before it and behind it.
    #[must_use]
    pub fn between(before: &'static str, after: &'static str) -> Self {
        Self { before, after, address: None, parts: Vec::new(), text: Vec::new(), comma: false }
    }

    /// A record as it stood in another file, with these bytes before it and behind it; payloads by their place and digest.
    #[must_use]
    pub fn copied(
        (before, after): (&'static str, &'static str),
        text: &[u8],
        payloads: Vec<(Range<usize>, String)>,
    ) -> Self {
        let mut line = Self::between(before, after);
        let mut rest = 0;
        for (place, sha256) in payloads {
            line.parts.push(Part::Text(text[rest..place.start].to_vec()));
            line.parts.push(Part::Payload { text: Text::Copied(text[place.clone()].to_vec()), sha256 });
            rest = place.end;
        }
        line.text = text[rest..].to_vec();
        line
    }

    /// The same, with these bytes before it and behind it.
    #[must_use]
    pub fn around(self, (before, after): (&'static str, &'static str)) -> Self {
        Self { before, after, ..self }
    }

    /// The same, with the files of items named by this address and what follows the media folder.
    #[must_use]
    pub fn with_files_at(self, address: Option<&str>) -> Self {
        Self { address: address.map(Arc::from), ..self }
    }

    /// Opens an object or array; `bracket` is `{` or `[`.
    pub fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.text.push(bracket as u8);
        self.comma = false;
        self
    }

    /// Closes an object or array; `bracket` is `}` or `]`.
    pub fn close(&mut self, bracket: char) -> &mut Self {
        self.text.push(bracket as u8);
        self.comma = true;
        self
    }

    /// Any key, such as a user's.
    pub fn named(&mut self, key: &str) -> &mut Self {
        self.value(key);
        self.text.push(b':');
        self.comma = false;
        self
    }

    /// A key, which needs no escaping.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.separate();
        self.text.push(b'"');
        self.text.extend_from_slice(key.as_bytes());
        self.text.extend_from_slice(b"\":");
        self.comma = false;
        self
    }

    /// Any value that serde can write.
    pub fn value(&mut self, value: &(impl serde::Serialize + ?Sized)) -> &mut Self {
        self.separate();
        // Serialising numbers, strings and plain structs into memory cannot fail.
        let _ = serde_json::to_writer(&mut self.text, value);
        self
    }

    /// A string that holds the item: `inline` before its base64 text, or the name or the address of its file.
    pub fn item(&mut self, inline: &str, item: &Item) -> &mut Self {
        let text = match &item.payload.body {
            Body::File(name) => {
                let below = name.split_once('/').map_or(name.as_str(), |(_media, below)| below);
                return match &self.address {
                    Some(address) => self.value(&format!("{address}/{below}")),
                    None => self.value(name),
                };
            }
            Body::Inline(base64) => Text::Inline(Arc::clone(base64)),
            Body::Plain(bytes) => Text::Inline(Arc::new(Base64::of(bytes))),
            Body::Placed { number, length } => Text::Placed { number: *number, length: *length },
        };
        self.separate();
        self.text.push(b'"');
        self.text.extend_from_slice(inline.as_bytes());
        self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        self.parts.push(Part::Payload { text, sha256: item.payload.sha256.clone() });
        self.text.push(b'"');
        self
    }

    /// Its bytes as it is written, with what stands around it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let length = |piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Placed { length, .. } => length,
        };
        self.pieces().map(length).sum()
    }

    /// Writes it and what stands around it, but for what is written apart.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.pieces().try_for_each(|piece| match piece {
            Piece::Bytes(bytes) => out.write_all(bytes),
            Piece::Placed { .. } => Ok(()),
        })
    }

    /// Digests it and what stands around it, each payload standing for itself by its own SHA-256 in hex. Returns whether there
    /// was any.
    pub fn digest(&self, sha256: &mut Sha256) -> bool {
        let mut payloads = false;
        sha256.update(self.before.as_bytes());
        for part in &self.parts {
            match part {
                Part::Text(text) => sha256.update(text),
                Part::Payload { sha256: digest, .. } => {
                    payloads = true;
                    sha256.update(digest.as_bytes());
                }
            }
        }
        sha256.update(&self.text);
        sha256.update(self.after.as_bytes());
        payloads
    }

    /// Everything from first to last.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Piece::Bytes(text),
            Part::Payload { text: Text::Inline(base64), .. } => Piece::Bytes(base64.text()),
            Part::Payload { text: Text::Copied(base64), .. } => Piece::Bytes(base64),
            Part::Payload { text: Text::Placed { number, length }, .. } => {
                Piece::Placed { number: *number, length: *length }
            }
        });
        let rest = [Piece::Bytes(&self.text), Piece::Bytes(self.after.as_bytes())];
        [Piece::Bytes(self.before.as_bytes())].into_iter().chain(parts).chain(rest)
    }

    fn separate(&mut self) {
        if self.comma {
            self.text.push(b',');
        }
        self.comma = true;
    }
}
