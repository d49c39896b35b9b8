//! The text that prompts are cut from: a circle of pieces, each from one seam to the next. Knows seams and counts; it knows
//! nothing of prompts.
//!
//! A seam lies before a space that stands between two characters that are none: `"thy| lord,\nand| so"`. It is kept in
//! chunks of fixed size, and each chunk is tokenized once, by the first worker that needs it.

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};
use crate::input::read_regular;

/// Shakespeare's works, 5 MB.
const EMBEDDED: &str = include_str!("../../assets/shakespeare.txt");

/// Bytes of a corpus. What is known of its tokens takes as much again.
const LARGEST: u64 = 256 << 20;

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

/// A piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    chunk: usize,
    piece: usize,
}

/// A part of the circle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    start: usize,
    bytes: u64,
}

/// The lengths that can be had below and above the one that was asked for.
pub(super) type Nearest = [Option<u64>; 2];

impl Corpus {
    /// Takes in the file, or the embedded text.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::new(EMBEDDED)) };
        let refuse = |problem: &str, fix| {
            Error::request("--corpus", format!("{} {problem}", path.display()), format!("{fix}, or drop the flag"))
        };
        let bytes = read_regular("--corpus", path, LARGEST)?;
        let text = String::from_utf8(bytes)
            .map_err(|why| refuse(&format!("is not UTF-8 at byte {}", why.utf8_error().valid_up_to()), "convert it"))?;
        let corpus = Self::new(&text);
        if corpus.text.len() < 2 {
            return Err(refuse("is empty", "name a file with text in it"));
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

    /// The piece that holds byte `at` of the circle.
    pub(super) fn place(&self, tokenizer: &Tokenizer, at: u64) -> Result<Place> {
        let chunk = self.chunks.partition_point(|chunk| chunk.bytes.end as u64 <= at);
        let within = at - self.chunks[chunk].bytes.start as u64;
        let piece = self.pieces(tokenizer, chunk)?.seams.partition_point(|seam| u64::from(*seam) <= within) - 1;
        Ok(Place { chunk, piece })
    }

    /// The piece after it.
    pub(super) fn next(&self, tokenizer: &Tokenizer, place: Place) -> Result<Place> {
        let last = place.piece + 2 >= self.pieces(tokenizer, place.chunk)?.seams.len();
        Ok(match last {
            true => Place { chunk: (place.chunk + 1) % self.chunks.len(), piece: 0 },
            false => Place { piece: place.piece + 1, ..place },
        })
    }

    /// The stretch of `tokens` tokens that begins with the piece, without its first space when it `opens` a text; or the
    /// nearest lengths of those that begin there.
    pub(super) fn stretch(
        &self,
        tokenizer: &Tokenizer,
        place: Place,
        tokens: u64,
        opens: bool,
    ) -> Result<Result<Stretch, Nearest>> {
        let Place { chunk, piece } = place;
        let pieces = self.pieces(tokenizer, chunk)?;
        let base = self.chunks[chunk].bytes.start;
        let start = base + pieces.seams[piece] as usize;
        if !opens {
            let measured = self.measure(tokenizer, place, tokens)?;
            return Ok(measured.map(|bytes| Stretch { start, bytes }));
        }
        // The first piece has no space before it, so it may count differently.
        let end = base + pieces.seams[piece + 1] as usize;
        let head = tokenizer.count(&self.text[start + 1..end])?;
        let Some(rest) = tokens.checked_sub(head) else { return Ok(Err([None, Some(head)])) };
        let measured = self.measure(tokenizer, Place { chunk, piece: piece + 1 }, rest)?;
        Ok(match measured {
            Ok(bytes) => Ok(Stretch { start: start + 1, bytes: bytes + (end - start - 1) as u64 }),
            Err(nearest) => Err(nearest.map(|near| near.map(|near| near + head))),
        })
    }

    /// Bytes from the piece on that hold exactly `tokens` tokens; or the nearest numbers.
    fn measure(&self, tokenizer: &Tokenizer, place: Place, tokens: u64) -> Result<Result<u64, Nearest>> {
        let Place { mut chunk, mut piece } = place;
        let (mut bytes, mut left, mut idle) = (0, tokens, 0);
        loop {
            let pieces = self.pieces(tokenizer, chunk)?;
            let before = pieces.tokens[piece];
            let reach = u64::from(pieces.tokens[pieces.tokens.len() - 1] - before);
            if left <= reach {
                let target = before + left as u32;
                return Ok(match pieces.tokens[piece..].binary_search(&target) {
                    Ok(end) => Ok(bytes + u64::from(pieces.seams[piece + end] - pieces.seams[piece])),
                    Err(end) => {
                        let at = |end: usize| tokens - left + u64::from(pieces.tokens[piece + end] - before);
                        Err([Some(at(end - 1)), Some(at(end))])
                    }
                });
            }
            // A tokenizer that finds no token in the whole circle would turn for ever.
            idle = if reach == 0 { idle + 1 } else { 0 };
            if idle > self.chunks.len() {
                return Ok(Err([None, None]));
            }
            left -= reach;
            bytes += self.chunks[chunk].bytes.len() as u64 - u64::from(pieces.seams[piece]);
            (chunk, piece) = ((chunk + 1) % self.chunks.len(), 0);
        }
    }

    /// The stretch of at most `bytes` bytes of whole characters from about `at` on.
    pub(super) fn span(&self, at: u64, bytes: u64) -> Stretch {
        let floor = |at: u64| (0..=at).rev().find(|at| self.text.is_char_boundary(*at as usize)).unwrap_or(0);
        let (start, end) = (floor(at), (floor(at) + bytes) % self.bytes());
        Stretch { start: start as usize, bytes: bytes.saturating_sub(end - floor(end)) }
    }

    /// Appends a stretch, around the circle as often as it takes.
    pub(super) fn append(&self, stretch: Stretch, out: &mut String) {
        let Stretch { mut start, mut bytes } = stretch;
        out.reserve(usize::try_from(bytes).unwrap_or(0));
        while bytes > 0 {
            let end = self.text.len().min(start + usize::try_from(bytes).unwrap_or(self.text.len()));
            out.push_str(&self.text[start..end]);
            bytes -= (end - start) as u64;
            start = 0;
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
        let tokens = tokenizer.tally(text, &seams)?;
        Ok(pieces.get_or_init(|| Pieces { seams, tokens }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seams_stand_before_single_spaces() {
        let text = " It was,\nin  all it\u{301} was\u{2003} é ü. ";
        let found: Vec<_> = seams(text).map(|at| &text[at..]).collect();
        assert_eq!(
            found,
            [
                text,
                " was,\nin  all it\u{301} was\u{2003} é ü. ",
                " it\u{301} was\u{2003} é ü. ",
                " was\u{2003} é ü. ",
                " ü. "
            ]
        );
    }

    #[test]
    fn chunks_tile_the_circle_and_begin_at_seams() {
        for text in [EMBEDDED, "one", &"no_space\n".repeat(20_000), &"é è\n".repeat(50_000)] {
            let corpus = Corpus::new(text);
            let mut end = 0;
            for chunk in &corpus.chunks {
                assert_eq!(chunk.bytes.start, end);
                assert!(corpus.text[end..].starts_with(' '));
                end = chunk.bytes.end;
            }
            assert_eq!((corpus.text.len(), corpus.bytes()), (end, end as u64));
        }
    }

    #[test]
    fn a_stretch_goes_around_the_circle() {
        let (corpus, mut out) = (Corpus::new("ab é"), String::new());
        corpus.append(Stretch { start: 3, bytes: 12 }, &mut out);
        assert_eq!(out, " é ab é ab");
        out.clear();
        corpus.append(corpus.span(5, 2), &mut out);
        assert_eq!(out, "é", "whole characters");
    }
}
