//! The text that prompts are cut from: a circle of pieces, each from one cut to the next. Knows cuts and counts; it knows
//! nothing of prompts.
//!
//! Most cuts are *seams*: they lie before a space that stands between two characters that are none, `"thy| lord,\nand| so"`.
//! Where seams are far apart, as in scripts without spaces, there are cuts before other white space as well, and where that
//! is rare too, between any two characters. Counts over these are close, but not certain.
//!
//! The circle is kept in chunks, and each chunk is tokenized once, by the first worker that needs it.

use std::path::Path;
use std::sync::OnceLock;

use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};
use crate::io::input::{Input, read_regular};

/// Shakespeare's works, 5 MB.
const EMBEDDED: &str = include_str!("../../../assets/shakespeare.txt");

/// Bytes of a corpus. What is known of its tokens takes as much again, or more.
const LARGEST: u64 = 256 << 20;

/// Bytes of a chunk, about; it ends at the next seam, or where it would be twice as long.
const CHUNK: usize = 1 << 15;

/// A piece of more bytes is divided where it can be.
const LONG: usize = 64;

/// In a corpus of fewer pieces every one is divided.
const FEW: u64 = 16;

/// A circle of text: it begins with a space, so that its end meets its beginning at a seam.
#[derive(Debug)]
pub(super) struct Corpus {
    text: String,
    chunks: Vec<Chunk>,
    /// Pieces of more bytes than this are divided.
    long: usize,
    pieces: u64,
    /// From one number to the next that is given out; it has no factor in common with the number of pieces.
    step: u64,
    input: Option<Input>,
}

#[derive(Debug)]
struct Chunk {
    start: usize,
    end: usize,
    /// The number of its first piece.
    first: u64,
    cuts: OnceLock<Cuts>,
}

/// The cuts of a chunk, its start and its end included.
#[derive(Debug)]
struct Cuts {
    /// Bytes of the chunk before each.
    at: Vec<u32>,
    /// Tokens of the chunk before each.
    tokens: Vec<u32>,
}

/// A part of the circle from one cut to another, without white space at its ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextSpan {
    start: usize,
    bytes: u64,
    /// Its tokens, behind a text and a space, or where it opens a text; 0 when it is empty.
    pub(super) tokens: u64,
    /// Whether that is certain with a tokenizer whose counts add up over seams.
    pub(super) sure: bool,
    /// Tokens of the next longer one.
    pub(super) above: Option<u64>,
}

impl Corpus {
    /// Takes in the file, or the embedded text.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::new(EMBEDDED)) };
        let refuse = |problem: &str, fix| {
            Error::request("text.corpus", format!("{} {problem}", path.display()), format!("{fix}, or drop the flag"))
        };
        let bytes = read_regular("text.corpus", path, LARGEST)?;
        let input = Input::of("corpus", path.display().to_string(), &bytes);
        let text = String::from_utf8(bytes)
            .map_err(|why| refuse(&format!("is not UTF-8 at byte {}", why.utf8_error().valid_up_to()), "convert it"))?;
        let corpus = Self { input: Some(input), ..Self::new(&text) };
        match corpus.pieces {
            0 => Err(refuse("is empty", "name a file with text in it")),
            _ => Ok(corpus),
        }
    }

    fn new(text: &str) -> Self {
        let text = format!(" {}", text.trim_start_matches('\u{feff}').trim());
        let mut it = Self { text, chunks: Vec::new(), long: LONG, pieces: 0, step: 1, input: None };
        if it.text.len() < 2 {
            return it;
        }
        it.divide();
        if it.pieces < FEW {
            it.long = 0;
            it.divide();
        }
        // The multiples of the golden ratio are the most evenly spread sequence there is.
        it.step = ((u128::from(it.pieces) * 0x9e37_79b9_7f4a_7c15) >> 64) as u64;
        while common_factor(it.step, it.pieces) != 1 {
            it.step += 1;
        }
        it
    }

    /// Finds the chunks, and how many pieces each has.
    fn divide(&mut self) {
        (self.chunks, self.pieces) = (Vec::new(), 0);
        let mut start = 0;
        while start < self.text.len() {
            let end = chunk_end(&self.text, start);
            self.chunks.push(Chunk { start, end, first: self.pieces, cuts: OnceLock::new() });
            self.pieces += cuts(&self.text[start..end], self.long).len() as u64 - 1;
            start = end;
        }
    }

    /// The file that it was read from; none when it is the embedded one.
    pub(super) fn input(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    /// What is in it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many pieces the circle has, 1..
    pub(super) fn pieces(&self) -> u64 {
        self.pieces
    }

    /// The `n`-th piece of all, far from those before: a bijection of the numbers below the number of pieces.
    pub(super) fn spread(&self, n: u64) -> u64 {
        (u128::from(n) * u128::from(self.step) % u128::from(self.pieces)) as u64
    }

    /// The longest span of at most `most` tokens that begins with piece `number`. It stands behind a text and a space,
    /// unless it `opens` a text.
    pub(super) fn span(&self, tokenizer: &Tokenizer, number: u64, most: u64, opens: bool) -> Result<TextSpan> {
        let chunk = self.chunks.partition_point(|chunk| chunk.first <= number) - 1;
        let piece = (number - self.chunks[chunk].first) as usize;
        let cuts = self.cuts(tokenizer, chunk)?;
        let place = |piece: usize| self.chunks[chunk].start + cuts.at[piece] as usize;
        let (cut, next) = (place(piece), place(piece + 1));
        let rest = &self.text[cut..];
        let start = cut + rest.len() - rest.trim_start().len();
        if !(opens && self.is_seam(cut) && self.is_seam(next)) {
            let span = self.measure(tokenizer, (chunk, piece), most)?;
            // Counted with the space before it, which it does not have where it opens a text.
            return Ok(TextSpan {
                start,
                bytes: span.bytes.saturating_sub((start - cut) as u64),
                sure: span.sure && self.is_seam(cut) && !opens,
                ..span
            });
        }
        // The first piece has no space before it, so it may count differently.
        let head = tokenizer.count(&self.text[start..next])?;
        let Some(most) = most.checked_sub(head) else {
            return Ok(TextSpan { start, bytes: 0, tokens: 0, sure: true, above: Some(head) });
        };
        let span = self.measure(tokenizer, (chunk, piece + 1), most)?;
        Ok(TextSpan {
            start,
            bytes: span.bytes + (next - start) as u64,
            tokens: span.tokens + head,
            sure: span.sure,
            above: span.above.map(|above| above + head),
        })
    }

    /// The longest span of at most `most` tokens from this cut of this chunk on; whether its end and all between is sure.
    fn measure(&self, tokenizer: &Tokenizer, from: (usize, usize), most: u64) -> Result<TextSpan> {
        let (mut chunk, mut piece) = from;
        let (mut bytes, mut left, mut idle, mut sure) = (0, most, 0, true);
        loop {
            let cuts = self.cuts(tokenizer, chunk)?;
            let before = cuts.tokens[piece];
            let reach = u64::from(cuts.tokens[cuts.tokens.len() - 1] - before);
            if left <= reach {
                let target = before + left as u32;
                let above = cuts.tokens.partition_point(|tokens| *tokens <= target);
                // The first of several cuts before which there are so many tokens is where the last token ends.
                let end = cuts.tokens.partition_point(|tokens| *tokens < cuts.tokens[above - 1]).max(piece);
                let count = |cut: usize| most - left + u64::from(cuts.tokens[cut] - before);
                return Ok(TextSpan {
                    start: 0,
                    bytes: bytes + u64::from(cuts.at[end] - cuts.at[piece]),
                    tokens: count(end),
                    sure: sure && self.is_seam(self.chunks[chunk].start + cuts.at[end] as usize),
                    above: (above < cuts.tokens.len()).then(|| count(above)),
                });
            }
            // A tokenizer that finds no token in the whole circle would turn for ever.
            idle = if reach == 0 { idle + 1 } else { 0 };
            if idle > self.chunks.len() {
                return Ok(TextSpan { start: 0, bytes: 0, tokens: 0, sure: false, above: None });
            }
            left -= reach;
            bytes += u64::from(cuts.at[cuts.at.len() - 1] - cuts.at[piece]);
            sure &= self.is_seam(self.chunks[chunk].end);
            (chunk, piece) = ((chunk + 1) % self.chunks.len(), 0);
        }
    }

    /// Appends a span, behind a space where there is a text already, and around the circle as often as it takes.
    pub(super) fn append(&self, span: TextSpan, out: &mut String) {
        let TextSpan { mut start, mut bytes, .. } = span;
        if !out.is_empty() && bytes > 0 {
            out.push(' ');
        }
        out.reserve(usize::try_from(bytes).unwrap_or(0));
        while bytes > 0 {
            let end = self.text.len().min(start + usize::try_from(bytes).unwrap_or(self.text.len()));
            out.push_str(&self.text[start..end]);
            bytes -= (end - start) as u64;
            start = 0;
        }
    }

    fn is_seam(&self, at: usize) -> bool {
        at == self.text.len() || is_seam(&self.text, at)
    }

    /// The cuts of a chunk, and the tokens between them.
    fn cuts(&self, tokenizer: &Tokenizer, chunk: usize) -> Result<&Cuts> {
        let Chunk { start, end, cuts: known, .. } = &self.chunks[chunk];
        if let Some(cuts) = known.get() {
            return Ok(cuts);
        }
        let text = &self.text[*start..*end];
        let at = cuts(text, self.long);
        let tokens = tokenizer.totals(text, &at, |at| self.is_seam(start + at as usize))?;
        Ok(known.get_or_init(|| Cuts { at, tokens }))
    }
}

/// Whether a seam lies there: at the start of a text, or before a space between two characters that are none.
fn is_seam(text: &str, at: usize) -> bool {
    let (left, right) = text.split_at(at);
    let right = right.strip_prefix(' ').and_then(|right| right.chars().next());
    !left.ends_with(char::is_whitespace) && right.is_some_and(|c| !c.is_whitespace())
}

/// The cuts of a chunk, its start and its end included: its seams, and those that divide long pieces.
fn cuts(text: &str, long: usize) -> Vec<u32> {
    // Spaces stand so close that looking at each byte is faster than a search for the next.
    let spaces = text.bytes().enumerate().filter(|(_, byte)| *byte == b' ').map(|(at, _)| at);
    let seams = spaces.filter(|at| *at > 0 && is_seam(text, *at));
    let mut cuts = vec![0];
    let mut start = 0;
    for end in seams.chain([text.len()]) {
        if end - start > long {
            divide(text, start, end, long, &mut cuts);
        }
        cuts.push(end as u32);
        start = end;
    }
    cuts
}

/// Divides a piece before white space, and what is long even then, between any two characters. Nothing is cut off behind
/// white space.
fn divide(text: &str, start: usize, end: usize, long: usize, cuts: &mut Vec<u32>) {
    let boundaries = |start: usize, end: usize| {
        let inner = text[start..end].char_indices().skip(1).map(move |(at, _)| start + at);
        inner.filter(|at| !text[..*at].ends_with(char::is_whitespace))
    };
    let mut from = start;
    for to in boundaries(start, end).filter(|at| text[*at..].starts_with(char::is_whitespace)).chain([end]) {
        if to - from > long {
            cuts.extend(boundaries(from, to).map(|at| at as u32));
        }
        if to < end {
            cuts.push(to as u32);
        }
        from = to;
    }
}

fn chunk_end(text: &str, start: usize) -> usize {
    let (near, far) = (text.ceil_char_boundary(start + CHUNK), text.ceil_char_boundary(start + 2 * CHUNK));
    let seam = text[near..far].match_indices(' ').map(|(at, _)| near + at).find(|at| is_seam(text, *at));
    let whole = |at: &usize| text.is_char_boundary(*at) && !text[..*at].ends_with(char::is_whitespace);
    seam.or_else(|| (far..text.len()).find(whole)).unwrap_or(text.len())
}

fn common_factor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_factor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Distribution, TextSpec};

    #[test]
    fn cuts_are_seams_and_divide_long_pieces() {
        let text = " It was,\nin  all it\u{301} was\u{2003} é ü.";
        let found = |long| {
            let cuts = cuts(text, long);
            cuts.windows(2).map(|cut| &text[cut[0] as usize..cut[1] as usize]).collect::<Vec<_>>()
        };
        assert_eq!(found(64), [" It", " was,\nin  all", " it\u{301}", " was\u{2003} é", " ü."]);
        assert_eq!(found(9), [" It", " was,", "\nin", "  all", " it\u{301}", " was", "\u{2003} é", " ü."]);
        let each = found(0);
        assert_eq!(each[..8], [" I", "t", " w", "a", "s", ",", "\ni", "n"]);
        assert_eq!(each.concat(), text);
    }

    #[test]
    fn chunks_tile_the_circle_and_pieces_are_numbered_through() {
        for text in [EMBEDDED, "one", &"no_space\n".repeat(20_000), &"é è\n".repeat(50_000), &"床前明".repeat(30_000)]
        {
            let corpus = Corpus::new(text);
            let (mut end, mut pieces) = (0, 0);
            for chunk in &corpus.chunks {
                assert_eq!((chunk.start, chunk.first), (end, pieces));
                assert!(chunk.end - chunk.start < 3 * CHUNK);
                pieces += cuts(&corpus.text[chunk.start..chunk.end], corpus.long).len() as u64 - 1;
                end = chunk.end;
            }
            assert_eq!((corpus.text.len(), corpus.pieces), (end, pieces));
            let spread: std::collections::HashSet<_> = (0..pieces).map(|n| corpus.spread(n)).collect();
            assert_eq!(spread.len() as u64, pieces, "each piece once");
        }
    }

    /// Of the pieces that end where no seam is, each; of the others a few. `CIMBER` is two tokens where it opens a text, and one behind a
    /// space.
    #[test]
    fn what_is_sure_is_so() {
        let (corpus, spec) = (Corpus::new(EMBEDDED), TextSpec::new(Distribution::fixed(1.0)));
        let Ok(tokenizer) = Tokenizer::open(&spec, None) else { panic!("it is embedded") };
        let (mut odd, mut sure) = (0, 0);
        for chunk in &corpus.chunks {
            let cuts = cuts(&corpus.text[chunk.start..chunk.end], corpus.long);
            for (number, cut) in (chunk.first..).zip(&cuts[1..]) {
                let is_odd = !corpus.is_seam(chunk.start + *cut as usize);
                odd += u64::from(is_odd);
                for opens in [true, false].into_iter().filter(|_| is_odd || number % 997 == 0) {
                    for most in [3, 20] {
                        let Ok(span) = corpus.span(&tokenizer, number, most, opens) else { panic!("{number}") };
                        let mut text = if opens { String::new() } else { "Behind".to_owned() };
                        let before = if opens { 0 } else { tokenizer.count(&text).unwrap_or_default() };
                        corpus.append(span, &mut text);
                        if span.sure && span.tokens > 0 {
                            sure += 1;
                            assert_eq!(
                                tokenizer.count(&text).ok(),
                                Some(before + span.tokens),
                                "{number} {opens}: {text}"
                            );
                        }
                    }
                }
            }
        }
        assert!(odd > 100 && sure > 1000, "{odd} {sure}");
    }

    #[test]
    fn a_stretch_goes_around_the_circle() {
        let (corpus, mut out) = (Corpus::new("ab é"), String::new());
        let span = TextSpan { start: 4, bytes: 11, tokens: 0, sure: false, above: None };
        corpus.append(span, &mut out);
        assert_eq!(out, "é ab é ab");
        corpus.append(span, &mut out);
        assert_eq!(out, "é ab é ab é ab é ab", "behind a space");
    }
}
