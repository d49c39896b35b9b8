//! Tokenizers: what is asked of them, and nothing of what for. The only file that names their crates.
//!
//! - OpenAI's two are embedded. Their patterns match from left to right, no match runs from a character that is no space over
//!   a space, and none looks back: so every seam is a border of matches, whatever stands around it, and counts add up over
//!   seams without a look at the whole.
//! - A `tokenizer.json` can say anything. Its counts of pieces only guide the search; each text is encoded as a whole before it
//!   is given out.

use std::fmt;
use std::path::Path;

use tiktoken_rs::CoreBPE;
use tokenizers::pipeline::{EncodeOptions, Override, PipelineTokenizer};

use super::hub;
use crate::error::{Error, Result};
use crate::input::read_regular;
use crate::spec::TextSpec;

type Table = fn() -> Option<CoreBPE>;

/// The tokenizers that are always there: their names on the command line, and their tables.
const EMBEDDED: [(&str, Table); 2] =
    [("builtin", || tiktoken_rs::o200k_base().ok()), ("cl100k_base", || tiktoken_rs::cl100k_base().ok())];

/// Bytes of a `tokenizer.json`; the largest in use have 40 MB.
const LARGEST: u64 = 256 << 20;

/// Whether a tokenizer of this name is part of the binary.
#[must_use]
pub fn is_embedded(name: &str) -> bool {
    EMBEDDED.iter().any(|(embedded, _)| *embedded == name)
}

/// An open tokenizer.
pub(super) struct Tokenizer {
    name: String,
    kind: Kind,
}

enum Kind {
    Embedded(Box<CoreBPE>),
    File { pipeline: Box<PipelineTokenizer>, plain: EncodeOptions },
}

impl Tokenizer {
    /// Opens the tokenizer that was asked for: an embedded one, a file, or one of the Hugging Face hub.
    pub(super) fn open(spec: &TextSpec) -> Result<Self> {
        let name = spec.tokenizer.clone();
        let kind = match EMBEDDED.iter().find(|(embedded, _)| *embedded == name) {
            Some((_, table)) => {
                let table = table().ok_or_else(|| Error::Text(format!("{name}: its embedded table is damaged")))?;
                Kind::Embedded(Box::new(table))
            }
            None => {
                let path = hub::find(&name, spec.revision.as_deref(), spec.offline)?;
                Kind::File { pipeline: Box::new(load(&path)?), plain: options(false) }
            }
        };
        Ok(Self { name, kind })
    }

    /// Its name on the command line.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether counts add up over seams for certain.
    pub(super) fn adds_up(&self) -> bool {
        matches!(self.kind, Kind::Embedded(_))
    }

    /// Special tokens that it adds to a text by itself.
    pub(super) fn added(&self) -> Result<u64> {
        let Kind::File { pipeline, .. } = &self.kind else { return Ok(0) };
        let (sample, mut ids) = ("word", Vec::new());
        pipeline.encode_into(sample, &options(true), &mut ids).map_err(|why| self.failed(why))?;
        Ok(ids.len() as u64 - self.count(sample)?)
    }

    /// The ids of `text`, without special tokens.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        match &self.kind {
            Kind::Embedded(bpe) => Ok(bpe.encode_ordinary(text)),
            Kind::File { pipeline, plain } => {
                let mut ids = Vec::with_capacity(text.len() / 3);
                pipeline.encode_into(text, plain, &mut ids).map_err(|why| self.failed(why))?;
                Ok(ids.into_iter().map(u32::from).collect())
            }
        }
    }

    /// Tokens of `text`, without special tokens.
    pub(super) fn count(&self, text: &str) -> Result<u64> {
        self.encode(text).map(|ids| ids.len() as u64)
    }

    /// Tokens before each of `seams` in `text`: those that each piece adds to what stands before it.
    pub(super) fn tally(&self, text: &str, seams: &[u32]) -> Result<Vec<u32>> {
        // Many tokenizers begin a text as if with a space, so that a piece counts differently alone. It is counted behind a
        // word, as it stands in a text.
        let word = match self.kind {
            Kind::Embedded(_) => "",
            Kind::File { .. } => "a",
        };
        let alone = self.count(word)?;
        let (mut behind, mut total) = (String::new(), 0);
        let mut tokens = vec![0];
        for piece in seams.windows(2) {
            behind.clear();
            behind.push_str(word);
            behind.push_str(&text[piece[0] as usize..piece[1] as usize]);
            total += self.count(&behind)?.saturating_sub(alone) as u32;
            tokens.push(total);
        }
        Ok(tokens)
    }

    fn failed(&self, why: impl fmt::Display) -> Error {
        Error::Text(format!("{}: cannot encode: {why}", self.name))
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Nothing is cut off or filled up, whatever the file says.
fn options(add_special_tokens: bool) -> EncodeOptions {
    EncodeOptions {
        add_special_tokens,
        encode_special_tokens: false,
        padding: Override::Off,
        truncation: Override::Off,
    }
}

fn load(path: &Path) -> Result<PipelineTokenizer> {
    let refuse = |why: String| {
        let why = why.lines().next().unwrap_or_default().trim_end_matches(['.', ':']).to_owned();
        Error::request("--tokenizer", format!("{}: {why}", path.display()), "use another one, or builtin")
    };
    let bytes = read_regular("--tokenizer", path, LARGEST)?;
    let json = std::str::from_utf8(&bytes).map_err(|why| refuse(format!("not JSON: {why}")))?;
    let json = tokenizers::canonicalize_str(json).map_err(|why| refuse(why.to_string()))?;
    tokenizers::from_json(&json).map_err(|why| refuse(why.to_string()))
}
