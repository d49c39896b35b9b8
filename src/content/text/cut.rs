//! A text under construction: how stretches that make an exact length are found and held to it.

use rand::RngExt;

use super::corpus::{Corpus, TextSpan};
use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};
use crate::record::Prompt;
use crate::seed::Stream;

/// Pieces tried as a beginning, one after the other.
const STARTS: u64 = 256;

/// Stretches tried to make up what is missing behind the first.
const FILLERS: u32 = 64;

/// Lengths aimed at, each corrected by what the one before came to, where counts are not certain.
const TRIES: usize = 8;

/// Where a text begins, and what sets it apart from others that begin there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    /// A piece of the corpus.
    pub(super) piece: u64,
    /// 0 goes on to the end; others change over to elsewhere in the middle, each to another place.
    pub(super) variant: u64,
}

/// A text under construction.
pub(super) struct Text<'a> {
    corpus: &'a Corpus,
    tokenizer: &'a Tokenizer,
    /// What is there.
    pub(super) written: String,
    /// Tokens, exactly, those counted in but not written included.
    tokens: u64,
}

/// What a cut has to come to.
struct Goal<'a> {
    /// Where the text ends now.
    at: usize,
    /// Its ids, which must stay; with a tokenizer whose counts add up they do.
    ids: Vec<u32>,
    /// Tokens to add, those of `tail` left out.
    tokens: u64,
    /// Comes after the span.
    tail: &'a str,
    tail_tokens: u64,
    /// The lengths below and above that were seen.
    nearest: [Option<u64>; 2],
}

impl<'a> Text<'a> {
    pub(super) fn new(corpus: &'a Corpus, tokenizer: &'a Tokenizer) -> Self {
        Self { corpus, tokenizer, written: String::new(), tokens: 0 }
    }

    /// The finished prompt.
    pub(super) fn prompt(self, prefix: Option<u64>) -> Prompt {
        Prompt { text: self.written, tokens: self.tokens, prefix }
    }

    /// Appends stretches of the corpus, so that the text has `tokens` more, `counted` of which stand there already or come from
    /// the tokenizer. The ids of what stands there stay as they are.
    ///
    /// # Errors
    /// [`Error::Text`] with the nearest lengths when that length cannot be reached.
    pub(super) fn cut(&mut self, opening: Opening, rng: &mut Stream, tokens: u64, counted: u64) -> Result<()> {
        self.cut_before(opening, rng, tokens, counted, ("", 0))
    }

    /// The same before a tail of so many tokens, which are among those counted.
    ///
    /// # Errors
    /// As [`Text::cut`].
    pub(super) fn cut_before(
        &mut self,
        opening: Opening,
        rng: &mut Stream,
        tokens: u64,
        counted: u64,
        (tail, tail_tokens): (&str, u64),
    ) -> Result<()> {
        let mut goal = Goal {
            at: self.written.len(),
            ids: Vec::new(),
            tokens: tokens.saturating_sub(counted),
            tail,
            tail_tokens,
            nearest: [None; 2],
        };
        if !self.tokenizer.adds_up() {
            goal.ids = self.tokenizer.encode(&self.written)?;
        }
        // The pieces that follow begin prompts of their own, with small variants: others keep this one from being their copy,
        // unless nothing else fits.
        let starts = STARTS.min(self.corpus.pieces());
        let apart = (0..starts).map(|next| (next, opening.variant + (next << 32)));
        for (next, variant) in apart.chain((1..starts).map(|next| (next, opening.variant))) {
            let piece = (opening.piece + next) % self.corpus.pieces();
            if self.fit(Opening { piece, variant }, rng, &mut goal)? {
                self.tokens += tokens;
                return Ok(());
            }
        }
        let nearest = goal.nearest.into_iter().flatten().filter(|near| *near > 0);
        let nearest = nearest.map(|near| (near + counted).to_string()).collect::<Vec<_>>();
        let nearest = if nearest.is_empty() { "none".to_owned() } else { nearest.join(" and ") };
        Err(Error::Text(format!(
            "no text of {tokens} tokens can be cut from the corpus with the tokenizer {}; the nearest lengths are {nearest}",
            self.tokenizer.name()
        )))
    }

    /// Appends what comes to the goal, with a beginning there. Where counts are not certain the text is encoded, and what is
    /// aimed at next is corrected by the difference.
    fn fit(&mut self, opening: Opening, rng: &mut Stream, goal: &mut Goal<'_>) -> Result<bool> {
        let (mut aims, mut aim, mut spare) = (Vec::with_capacity(TRIES), goal.tokens, 0);
        while aims.len() < TRIES && aim > spare {
            aims.push(aim);
            let Some(sure) = self.compose(opening, rng, (aim, spare), goal)? else { break };
            self.written.push_str(goal.tail);
            let added = if sure && self.tokenizer.adds_up() { Some(aim) } else { self.check(goal)? };
            if added == Some(goal.tokens) {
                return Ok(true);
            }
            self.written.truncate(goal.at);
            let Some(added) = added else { break };
            aim = (aim + goal.tokens).saturating_sub(added);
            // The same again would come to the same, so another filler takes the place of its end.
            spare += u64::from(aims.contains(&aim));
        }
        Ok(false)
    }

    /// Appends stretches that should come to `aim` tokens, the last `spare` of which are a filler; whether that is sure, or none
    /// when there are no such.
    fn compose(
        &mut self,
        opening: Opening,
        rng: &mut Stream,
        (aim, spare): (u64, u64),
        goal: &mut Goal<'_>,
    ) -> Result<Option<bool>> {
        let pieces = self.corpus.pieces();
        let Opening { mut piece, variant } = opening;
        let (mut left, mut sure) = (aim, true);
        if variant > 0 && aim > 1 {
            sure &= self.append(piece, aim / 2, &mut left)?.sure;
            piece = (piece + self.corpus.spread(variant % pieces)) % pieces;
        }
        let done = aim - left;
        let span = self.append(piece, left.saturating_sub(spare), &mut left)?;
        sure &= span.sure;
        if (aim, spare) == (goal.tokens, 0) {
            goal.saw(done + span.tokens);
            span.above.inspect(|above| goal.saw(done + above));
        }
        let mut fillers = if span.tokens > 0 { FILLERS } else { 0 };
        while left > 0 && fillers > 0 {
            fillers -= 1;
            let (at, wanted) = (self.written.len(), left);
            let filler = self.append(rng.random_range(0..pieces), wanted, &mut left)?;
            if left > 0 || (sure && !filler.sure) {
                left = wanted;
                self.written.truncate(at);
            }
        }
        if left > 0 {
            self.written.truncate(goal.at);
        }
        Ok((left == 0).then_some(sure))
    }

    /// Appends the longest span of at most `most` tokens that begins there, and takes its tokens off what is `left`.
    fn append(&mut self, piece: u64, most: u64, left: &mut u64) -> Result<TextSpan> {
        let span = self.corpus.span(self.tokenizer, piece, most, self.written.is_empty())?;
        if span.tokens > 0 {
            self.corpus.append(span, &mut self.written);
            *left -= span.tokens;
        }
        Ok(span)
    }

    /// Encodes the text: the tokens added, those of the tail left out; none when the ids before have changed.
    fn check(&self, goal: &mut Goal<'_>) -> Result<Option<u64>> {
        let added = if self.tokenizer.adds_up() {
            // What is added stands between seams.
            Some(self.tokenizer.count(&self.written[goal.at..self.written.len() - goal.tail.len()])?)
        } else {
            let ids = self.tokenizer.encode(&self.written)?;
            let added = (ids.len() as u64).checked_sub(goal.ids.len() as u64 + goal.tail_tokens);
            added.filter(|_| ids.starts_with(&goal.ids))
        };
        if let Some(added) = added {
            goal.saw(added);
        }
        Ok(added)
    }
}

impl Goal<'_> {
    /// Keeps the lengths that are nearest to the goal on either side.
    fn saw(&mut self, length: u64) {
        match length.cmp(&self.tokens) {
            std::cmp::Ordering::Less => self.nearest[0] = self.nearest[0].max(Some(length)),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => {
                self.nearest[1] = Some(self.nearest[1].map_or(length, |near| near.min(length)));
            }
        }
    }
}
