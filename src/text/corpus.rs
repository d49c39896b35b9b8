//! The text that prompts are cut from: a circle of pieces, each from one seam to the next. Knows seams and counts; it knows
//! nothing of prompts.
//!
//! A seam lies before a space that stands between two characters that are none: `"thy| lord,\nand| so"`. It is kept in
//! chunks of fixed size, and each chunk is tokenized once, by the first worker that needs it.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};

/// Shakespeare's works, 5 MB.
const EMBEDDED: &str = include_str!("../../assets/shakespeare.txt");

/// Characters of a chunk; it ends at the first seam after the line border that follows.
const CHUNK: usize = 1 << 15;

/// A circle of text: it begins with a space, so that its end meets its beginning at a seam.
#[derive(Debug)]
pub(super) struct Corpus {
    text: String,
    chunks: Vec<Chunk>,
}

#[derive(Debug)]
struct Chunk {
    bytes: Range<usize>,
    pieces: OnceLock<Pieces>,
}

/// The pieces of a chunk; both lists have one entry more than there are pieces.
#[derive(Debug)]
struct Pieces {
    /// Where each begins, in bytes of the chunk.
    seams: Vec<u32>,
    /// Tokens of the chunk before it.
    tokens: Vec<u32>,
}

/// The lengths below and above the one that was asked for.
pub(super) type Nearest = [Option<u64>; 2];

impl Corpus {
    /// Takes in the file, or the embedded text.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::new(EMBEDDED)) };
        let refuse = |problem: &str, fix| {
            Error::request("--corpus", format!("{} {problem}", path.display()), format!("{fix}, or drop the flag"))
        };
        let bytes = fs::read(path).map_err(|why| refuse(&format!("cannot be read: {why}"), "name a file"))?;
        let text = String::from_utf8(bytes)
            .map_err(|why| refuse(&format!("is not UTF-8 at byte {}", why.utf8_error().valid_up_to()), "convert it"))?;
        let corpus = Self::new(&text);
        if corpus.text.len() < 2 {
            return Err(refuse("is empty", "name a file with text in it"));
        }
        if u32::try_from(corpus.text.len()).is_err() {
            return Err(refuse("is larger than 4 GiB", "name a smaller one"));
        }
        Ok(corpus)
    }

    fn new(text: &str) -> Self {
        let text = format!(" {}", text.trim_start_matches('\u{feff}').trim());
        let mut chunks = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let end = chunk_end(&text, start);
            chunks.push(Chunk { bytes: start..end, pieces: OnceLock::new() });
            start = end;
        }
        Self { text, chunks }
    }

    /// Bytes of the circle.
    pub(super) fn bytes(&self) -> u64 {
        self.text.len() as u64
    }

    /// Appends a stretch of exactly `tokens` tokens to `out`, from the first suitable seam at or after byte `from`; without
    /// its first space when it `opens` the text. Appends nothing and gives the nearest lengths when there is none on the
    /// whole circle.
    pub(super) fn find(
        &self,
        tokenizer: &Tokenizer,
        from: u64,
        tokens: u64,
        opens: bool,
        out: &mut String,
    ) -> Result<Option<Nearest>> {
        let mut nearest = [None; 2];
        let first = self.chunks.partition_point(|chunk| chunk.bytes.end as u64 <= from);
        let within = from - self.chunks[first].bytes.start as u64;
        let first_piece = self.pieces(tokenizer, first)?.seams.partition_point(|seam| u64::from(*seam) <= within) - 1;
        for lap in 0..=self.chunks.len() {
            let chunk = (first + lap) % self.chunks.len();
            let pieces = self.pieces(tokenizer, chunk)?;
            let skipped = if lap == 0 { first_piece } else { 0 };
            for piece in skipped..pieces.seams.len() - 1 {
                let start = self.chunks[chunk].bytes.start + pieces.seams[piece] as usize;
                let (head, after) = match opens {
                    true => {
                        let end = self.chunks[chunk].bytes.start + pieces.seams[piece + 1] as usize;
                        (tokenizer.count(&self.text[start + 1..end])?, piece + 1)
                    }
                    false => (0, piece),
                };
                let met = match tokens.checked_sub(head) {
                    Some(rest) => self.measure(tokenizer, chunk, after, rest)?,
                    None => Err([None, Some(0)]),
                };
                match met {
                    Ok(bytes) => {
                        let head_bytes = u64::from(pieces.seams[after] - pieces.seams[piece]);
                        self.copy(start, head_bytes + bytes, opens, out);
                        return Ok(None);
                    }
                    Err(ends) => {
                        let [below, above] = ends.map(|end| end.map(|end| end + head));
                        nearest[0] = nearest[0].max(below.filter(|below| *below > 0));
                        nearest[1] = nearest[1].into_iter().chain(above).min();
                    }
                }
            }
        }
        Ok(Some(nearest))
    }

    /// Bytes of the stretch of exactly `tokens` tokens that begins with the piece; or the nearest lengths.
    fn measure(&self, tokenizer: &Tokenizer, chunk: usize, piece: usize, tokens: u64) -> Result<Result<u64, Nearest>> {
        let (mut chunk, mut piece) = (chunk, piece);
        let (mut bytes, mut left) = (0, tokens);
        loop {
            let pieces = self.pieces(tokenizer, chunk)?;
            let before = pieces.tokens[piece];
            let reach = u64::from(pieces.tokens[pieces.tokens.len() - 1] - before);
            if left <= reach {
                let target = before + left as u32;
                let found = pieces.tokens[piece..].binary_search(&target);
                return Ok(match found {
                    Ok(end) => Ok(bytes + u64::from(pieces.seams[piece + end] - pieces.seams[piece])),
                    Err(end) => {
                        let at = |end: usize| tokens - left + u64::from(pieces.tokens[piece + end] - before);
                        Err([Some(at(end - 1)), Some(at(end))])
                    }
                });
            }
            left -= reach;
            bytes += self.chunks[chunk].bytes.len() as u64 - u64::from(pieces.seams[piece]);
            (chunk, piece) = ((chunk + 1) % self.chunks.len(), 0);
        }
    }

    fn pieces(&self, tokenizer: &Tokenizer, chunk: usize) -> Result<&Pieces> {
        let Chunk { bytes, pieces } = &self.chunks[chunk];
        if let Some(pieces) = pieces.get() {
            return Ok(pieces);
        }
        let text = &self.text[bytes.clone()];
        let mut seams: Vec<u32> = seams(text).map(|seam| seam as u32).collect();
        seams.push(text.len() as u32);
        let tokens = tokenizer.tally(text, &mut seams)?;
        Ok(pieces.get_or_init(|| Pieces { seams, tokens }))
    }

    /// Appends `bytes` bytes from `start` on, around the circle as often as it takes.
    fn copy(&self, start: usize, mut bytes: u64, opens: bool, out: &mut String) {
        let mut start = if opens { start + 1 } else { start };
        bytes -= u64::from(opens);
        out.reserve(usize::try_from(bytes).unwrap_or(0));
        while bytes > 0 {
            let end = self.text.len().min(start + usize::try_from(bytes).unwrap_or(usize::MAX));
            out.push_str(&self.text[start..end]);
            bytes -= (end - start) as u64;
            start = 0;
        }
    }
}

/// Where pieces begin: 0, and each seam after it.
fn seams(text: &str) -> impl Iterator<Item = usize> {
    let inner = text.match_indices(' ').map(|(at, _)| at).filter(|&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + 1..].chars().next();
        at > 0 && before.is_some_and(|c| !c.is_whitespace()) && after.is_some_and(|c| !c.is_whitespace())
    });
    std::iter::once(0).chain(inner)
}

fn chunk_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let Some((full, _)) = rest.char_indices().nth(CHUNK) else { return text.len() };
    let line = rest[full..].find('\n').map_or(rest.len(), |line| full + line);
    seams(&rest[line..]).nth(1).map_or(text.len(), |seam| start + line + seam)
}
