//! Tokenizers: what is asked of them, and nothing of what for. The only file that names their crates.
//!
//! - OpenAI's two are embedded. Their patterns match from left to right, no match runs from a character that is no space over
//!   a space, and none looks back: so every seam is a border of matches, whatever stands around it, and counts add up over
//!   seams without a look at the whole.
//! - A `tokenizer.json` can say anything. Its counts of pieces only guide the search; each text is encoded as a whole before it
//!   is given out. A fast implementation reads most of them, the released one whatever that refuses.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use serde_json::Value;
use tiktoken_rs::CoreBPE;
use tokenizers::pipeline::{EncodeOptions, Override, PipelineTokenizer};
use tokenizers_released::Tokenizer as Released;

use super::hub::{self, Hub};
use crate::error::{Error, Result};
use crate::io::input::{Input, read_regular};
use crate::spec::TextSpec;

type Table = fn() -> Option<CoreBPE>;

/// The tokenizers that are always there: their names on the command line, and their tables. The first is one of the others.
const EMBEDDED: [(&str, Table); 3] = [
    ("builtin", || tiktoken_rs::o200k_base().ok()),
    ("o200k_base", || tiktoken_rs::o200k_base().ok()),
    ("cl100k_base", || tiktoken_rs::cl100k_base().ok()),
];

/// Bytes of white space in a row that the embedded ones are given. Their patterns take a step back for each, and the
/// engine gives up at a million.
const BLANKS: usize = 100_000;

/// Bytes of a `tokenizer.json`; the largest in use have 40 MB.
const LARGEST: u64 = 256 << 20;

/// The largest id of a token in a file. Vocabularies have up to a million.
const IDS: u64 = 1 << 24;

/// Bytes of long pieces that a file's tokens are counted for at a time, to guess where each of them ends.
const WINDOW: usize = 128;

/// What a tokenizer has to cope with before it is taken.
const SAMPLE: &str = "word It's 1,234 %\n\n\tnaïve e\u{301} 床前明月光 すし ไทย سلام 🙂👍🏽  end";

/// The names of the tokenizers that are part of the binary.
pub fn embedded() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// Whether a tokenizer of this name is part of the binary.
#[must_use]
pub fn is_embedded(name: &str) -> bool {
    EMBEDDED.iter().any(|(embedded, _)| *embedded == name)
}

/// A stretch of a text that so many tokens stand for: one, but where a character takes several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The stretch.
    pub text: String,
    /// Its tokens, 1..
    pub tokens: u32,
}

/// An open tokenizer.
pub(super) struct Tokenizer {
    name: String,
    kind: Kind,
    input: Option<Input>,
}

enum Kind {
    Embedded(Box<CoreBPE>),
    Fast(Box<PipelineTokenizer>),
    Released(Box<Released>),
}

impl Tokenizer {
    /// Opens the tokenizer that was asked for: an embedded one, a file, or one of the Hugging Face hub.
    pub(super) fn open(spec: &TextSpec, hub: Option<&Hub>) -> Result<Self> {
        let name = spec.tokenizer.clone();
        if let Some((_, table)) = EMBEDDED.iter().find(|(embedded, _)| *embedded == name) {
            let table = table().ok_or_else(|| Error::Text(format!("{name}: its embedded table is damaged")))?;
            return Ok(Self { name, kind: Kind::Embedded(Box::new(table)), input: None });
        }
        let path = hub::find(&name, spec.revision.as_deref(), hub)?;
        let bytes = read_regular("text.tokenizer", &path, LARGEST)?;
        let kind = load(&bytes).map_err(|why| refuse(&path, &why))?;
        Ok(Self { input: Some(Input::of("tokenizer", name.clone(), &bytes)), name, kind })
    }

    /// Its name on the command line.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The file that it was read from; none when it is embedded.
    pub(super) fn input(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    /// Whether counts add up over seams for certain.
    pub(super) fn adds_up(&self) -> bool {
        matches!(self.kind, Kind::Embedded(_))
    }

    /// Special tokens that it adds to a text by itself.
    pub(super) fn added(&self) -> Result<u64> {
        let ids = self.kind.encode(SAMPLE, true).map_err(|why| self.failed(why))?;
        Ok((ids.len() as u64).saturating_sub(self.count(SAMPLE)?))
    }

    /// Why it cannot encode `text`, if that is known.
    pub(super) fn objects(&self, text: &str) -> Option<String> {
        let blanks = || text.split(|c: char| !c.is_whitespace()).map(str::len).max().unwrap_or_default();
        (self.adds_up() && blanks() > BLANKS).then(|| format!("more than {BLANKS} bytes of white space in a row"))
    }

    /// The ids of `text`, without special tokens.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        self.kind.encode(text, false).map_err(|why| self.failed(why))
    }

    /// Tokens of `text`, without special tokens.
    pub(super) fn count(&self, text: &str) -> Result<u64> {
        self.encode(text).map(|ids| ids.len() as u64)
    }

    /// What each of these tokens, the first of a text, stands for. A tokenizer that changes texts before it parts them tells of the
    /// changed text.
    pub(super) fn pieces(&self, ids: &[u32]) -> Result<Vec<Piece>> {
        self.kind.pieces(ids).map_err(|why| self.failed(why))
    }

    /// Tokens before each of `cuts` in `text`, between which counts are best taken if they are seams.
    pub(super) fn totals(&self, text: &str, cuts: &[u32], is_seam: impl Fn(u32) -> bool) -> Result<Vec<u32>> {
        let mut counter = Counter::new(self)?;
        let mut tokens = vec![0];
        let mut total = 0;
        while tokens.len() < cuts.len() {
            let first = tokens.len() - 1;
            let start = cuts[first] as usize;
            let more = cuts[first + 1..cuts.len() - 1].iter().take_while(|cut| !is_seam(**cut)).count();
            let last = first + 1 + more;
            let run = &text[start..cuts[last] as usize];
            if more == 0 {
                total += counter.count(run)?;
                tokens.push(total);
                continue;
            }
            let ends = self.ends(run, &mut counter)?;
            for cut in &cuts[first + 1..=last] {
                tokens.push(total + ends.partition_point(|end| *end <= *cut as usize - start) as u32);
            }
            total += ends.len() as u32;
        }
        Ok(tokens)
    }

    /// Where each token of a long piece ends, in bytes: exactly, or about.
    fn ends(&self, run: &str, counter: &mut Counter<'_>) -> Result<Vec<usize>> {
        let mut ends = Vec::with_capacity(run.len() / 2);
        if let Kind::Embedded(bpe) = &self.kind {
            let mut end = 0;
            for id in self.encode(run)? {
                end += bpe.decode_bytes(&[id]).map_or(0, |bytes| bytes.len());
                ends.push(end);
            }
            return Ok(ends);
        }
        let mut start = 0;
        while start < run.len() {
            let end = run.ceil_char_boundary(start + WINDOW);
            let tokens = counter.count(&run[start..end])? as usize;
            ends.extend((1..=tokens).map(|token| start + (end - start) * token / tokens));
            start = end;
        }
        Ok(ends)
    }

    /// What became of a text in the middle of a run.
    fn failed(&self, why: String) -> Error {
        Error::Text(format!("`text.tokenizer` {}: it cannot encode a text: {why}", self.name))
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Counts pieces as they stand in a text. Many tokenizers begin a text as if with a space, so that a piece counts differently
/// alone; those of files count it behind a word.
struct Counter<'a> {
    tokenizer: &'a Tokenizer,
    behind: String,
    word: usize,
    alone: u64,
}

impl<'a> Counter<'a> {
    fn new(tokenizer: &'a Tokenizer) -> Result<Self> {
        let word = if tokenizer.adds_up() { "" } else { "a" };
        Ok(Self { tokenizer, behind: word.to_owned(), word: word.len(), alone: tokenizer.count(word)? })
    }

    fn count(&mut self, piece: &str) -> Result<u32> {
        self.behind.truncate(self.word);
        self.behind.push_str(piece);
        Ok(self.tokenizer.count(&self.behind)?.saturating_sub(self.alone) as u32)
    }
}

impl Kind {
    fn encode(&self, text: &str, special: bool) -> Result<Vec<u32>, String> {
        guarded(|| match self {
            Self::Embedded(bpe) => Ok(bpe.encode_ordinary(text)),
            Self::Fast(pipeline) => {
                let mut ids = Vec::with_capacity(text.len() / 3);
                pipeline.encode_into(text, &options(special), &mut ids).map_err(|why| why.to_string())?;
                Ok(ids.into_iter().map(u32::from).collect())
            }
            Self::Released(released) => {
                let encoding = released.encode_fast(text, special).map_err(|why| why.to_string())?;
                Ok(encoding.get_ids().to_vec())
            }
        })
    }

    fn pieces(&self, ids: &[u32]) -> Result<Vec<Piece>, String> {
        guarded(|| match self {
            Self::Embedded(bpe) => {
                let mut held = Vec::new();
                parted(ids, |id| {
                    held.extend(bpe.decode_bytes(&[id]).map_err(|why| why.to_string())?);
                    let whole = String::from_utf8(std::mem::take(&mut held));
                    Ok(whole.map_err(|part| held = part.into_bytes()).ok())
                })
            }
            Self::Fast(pipeline) => {
                let mut stream = pipeline.decode_stream(false);
                parted(ids, |id| stream.step(id).map_err(|why| why.to_string()))
            }
            Self::Released(released) => {
                let mut stream = released.decode_stream(false);
                parted(ids, |id| stream.step(id).map_err(|why| why.to_string()))
            }
        })
    }

    /// Whether it copes with the sample.
    fn proven(self) -> Result<Self, String> {
        self.encode(SAMPLE, true)?;
        match self.encode(SAMPLE, false)?.is_empty() {
            true => Err("it finds no token in a text".to_owned()),
            false => Ok(self),
        }
    }
}

/// Pieces of what comes out step by step, which may be nothing until a character is whole.
fn parted(ids: &[u32], mut step: impl FnMut(u32) -> Result<Option<String>, String>) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut tokens) = (Vec::with_capacity(ids.len()), 0);
    for id in ids {
        tokens += 1;
        if let Some(text) = step(*id)? {
            pieces.push(Piece { text, tokens: std::mem::take(&mut tokens) });
        }
    }
    Ok(pieces)
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

/// Reads a `tokenizer.json`: by the fast implementation, or else by the released one. The answer is the fast one's, whose words
/// are plainer.
fn load(json: &[u8]) -> Result<Kind, String> {
    let mut value: Value = serde_json::from_slice(json).map_err(|why| format!("it is not JSON: {why}"))?;
    let largest = largest_id(&value);
    if largest > IDS {
        return Err(format!("it has a token with the id {largest}, and {IDS} is the most"));
    }
    let fast = move || {
        tokenizers::canonicalize_value(&mut value).map_err(|why| why.to_string())?;
        let json = value.to_string();
        drop(value); // several times as large as the text
        tokenizers::from_json(&json).map_err(|why| why.to_string())
    };
    let released = || {
        let mut released = Released::from_bytes(json).map_err(|why| why.to_string())?;
        released.with_truncation(None).map_err(|why| why.to_string())?.with_padding(None);
        Ok(released)
    };
    let fast = guarded(fast).and_then(|it| Kind::Fast(Box::new(it)).proven());
    fast.or_else(|why| guarded(released).and_then(|it| Kind::Released(Box::new(it)).proven()).map_err(|_| why))
}

/// The largest id of a token; the libraries have a place for each that is smaller.
fn largest_id(json: &Value) -> u64 {
    let vocab = json["model"]["vocab"].as_object().into_iter().flat_map(|vocab| vocab.values());
    let added = json["added_tokens"].as_array().into_iter().flatten().map(|token| &token["id"]);
    vocab.chain(added).filter_map(Value::as_u64).max().unwrap_or_default()
}

/// Both libraries panic at some files, and at some texts with them.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|thrown| {
        let words = thrown.downcast_ref::<String>().map(String::as_str).or(thrown.downcast_ref::<&str>().copied());
        Err(format!("its library failed: {}", words.unwrap_or("it does not say why")))
    })
}

fn refuse(path: &Path, why: &str) -> Error {
    let why = why.lines().next().unwrap_or_default().trim_end_matches(['.', ':']);
    Error::request("text.tokenizer", format!("{}: {why}", path.display()), "use another one, or builtin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_panics_is_an_answer() {
        assert_eq!(guarded(|| Ok(7)), Ok(7));
        let broken = || -> Result<u8, String> { panic::resume_unwind(Box::new("index out of bounds")) };
        assert_eq!(guarded(broken), Err("its library failed: index out of bounds".to_owned()));
    }
}
