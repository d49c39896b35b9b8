//! A text under construction: how stretches that make an exact length are found and held to it.

use rand::RngExt;

use super::corpus::{Corpus, Nearest};
use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};
use crate::record::Prompt;
use crate::seed::Stream;

/// Seams tried as a beginning, one after the other. In running English two of three will do for any length.
const SEAMS: u32 = 256;

/// Beginnings tried anywhere, where the corpus has too few seams, as in scripts without spaces.
const ANYWHERE: u32 = 64;

/// Characters that the end is moved by, either way, around the place where the count should be right.
const NUDGES: u64 = 16;

/// A text under construction.
pub(super) struct Text<'a> {
    corpus: &'a Corpus,
    tokenizer: &'a Tokenizer,
    /// What is there.
    pub(super) written: String,
    /// Tokens, exactly, those counted in but not written included.
    tokens: u64,
    /// Where in the corpus the next stretch begins, in 2⁻⁶⁴ of the circle; drawn when none.
    pub(super) from: Option<u64>,
}

/// What a cut has to come to.
struct Goal<'a> {
    /// Where the text ends now.
    at: usize,
    /// Its ids, which must stay.
    ids: Vec<u32>,
    /// Tokens to add, those of `tail` left out.
    tokens: u64,
    /// Comes after the stretch.
    tail: &'a str,
    tail_tokens: u64,
    nearest: Nearest,
}

impl<'a> Text<'a> {
    pub(super) fn new(corpus: &'a Corpus, tokenizer: &'a Tokenizer) -> Self {
        Self { corpus, tokenizer, written: String::new(), tokens: 0, from: None }
    }

    /// The finished prompt.
    pub(super) fn prompt(self, prefix: Option<u64>) -> Prompt {
        Prompt { text: self.written, tokens: self.tokens, prefix }
    }

    /// Appends a stretch of the corpus, so that the text has `tokens` more, `counted` of which stand there already or come from
    /// the tokenizer. The ids of what stands there stay as they are.
    ///
    /// # Errors
    /// [`Error::Text`] with the nearest lengths when that length cannot be reached.
    pub(super) fn cut(&mut self, rng: &mut Stream, tokens: u64, counted: u64) -> Result<()> {
        self.cut_before(rng, tokens, counted, ("", 0))
    }

    /// The same before a tail of so many tokens, which are among those counted.
    ///
    /// # Errors
    /// As [`Text::cut`].
    pub(super) fn cut_before(
        &mut self,
        rng: &mut Stream,
        tokens: u64,
        counted: u64,
        (tail, tail_tokens): (&str, u64),
    ) -> Result<()> {
        if tokens <= counted {
            let taken = format!("{counted} of them are taken by the marker and special tokens");
            let least = counted + 1;
            return Err(Error::Text(format!("no text of {tokens} tokens: {taken}; the nearest length is {least}")));
        }
        let mut goal = Goal {
            at: self.written.len(),
            ids: Vec::new(),
            tokens: tokens - counted,
            tail,
            tail_tokens,
            nearest: [None; 2],
        };
        if !self.tokenizer.adds_up() {
            goal.ids = self.tokenizer.encode(&self.written)?;
        }
        let mut found = self.at_seams(rng, &mut goal)?;
        if !found {
            goal.ids = self.tokenizer.encode(&self.written)?;
            found = self.anywhere(rng, &mut goal)?;
        }
        if found {
            self.tokens += tokens;
            return Ok(());
        }
        let nearest = goal.nearest.into_iter().flatten().filter(|near| *near > 0);
        let nearest = nearest.map(|near| (near + counted).to_string()).collect::<Vec<_>>();
        let nearest = if nearest.is_empty() { "none".to_owned() } else { nearest.join(" and ") };
        Err(Error::Text(format!(
            "no text of {tokens} tokens can be cut from the corpus with the tokenizer {}; the nearest lengths are {nearest}",
            self.tokenizer.name()
        )))
    }

    /// Tries stretches from seam to seam.
    fn at_seams(&mut self, rng: &mut Stream, goal: &mut Goal<'_>) -> Result<bool> {
        let Self { corpus, tokenizer, .. } = *self;
        let from = self.from.take().unwrap_or_else(|| rng.random());
        let at = (u128::from(from) * u128::from(corpus.bytes())) >> 64;
        let mut place = corpus.place(tokenizer, at as u64)?;
        for _ in 0..SEAMS {
            match corpus.stretch(tokenizer, place, goal.tokens, goal.at == 0)? {
                Err(nearest) => goal.saw(nearest),
                Ok(stretch) => {
                    corpus.append(stretch, &mut self.written);
                    self.written.push_str(goal.tail);
                    if tokenizer.adds_up() || self.check(goal)? == Some(goal.tokens) {
                        return Ok(true);
                    }
                    self.written.truncate(goal.at);
                }
            }
            place = corpus.next(tokenizer, place)?;
        }
        Ok(false)
    }

    /// Tries stretches between any two characters; the end is found by halving.
    fn anywhere(&mut self, rng: &mut Stream, goal: &mut Goal<'_>) -> Result<bool> {
        for _ in 0..ANYWHERE {
            let start = rng.random_range(0..self.corpus.bytes());
            // `low` bytes hold fewer tokens than are asked for, `high` bytes as many or more.
            let (mut low, mut high) = (0, goal.tokens);
            while self.try_span(start, high, goal)?.is_some_and(|tokens| tokens < goal.tokens) {
                if high > goal.tokens << 8 {
                    return Ok(false);
                }
                (low, high) = (high, 2 * high);
            }
            while high - low > 1 {
                let middle = u64::midpoint(low, high);
                match self.try_span(start, middle, goal)? {
                    Some(tokens) if tokens >= goal.tokens => high = middle,
                    _ => low = middle,
                }
            }
            for bytes in high.saturating_sub(NUDGES).max(1)..high + NUDGES {
                if self.try_span(start, bytes, goal)? == Some(goal.tokens) {
                    self.corpus.append(self.corpus.span(start, bytes), &mut self.written);
                    self.tidy(goal);
                    self.written.push_str(goal.tail);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Tokens that the stretch would add, if it leaves the ids before it alone; nothing is written.
    fn try_span(&mut self, start: u64, bytes: u64, goal: &mut Goal<'_>) -> Result<Option<u64>> {
        self.corpus.append(self.corpus.span(start, bytes), &mut self.written);
        self.tidy(goal);
        self.written.push_str(goal.tail);
        let tokens = self.check(goal);
        self.written.truncate(goal.at);
        tokens
    }

    /// No text begins or ends with white space: chat templates trim it away.
    fn tidy(&mut self, goal: &Goal<'_>) {
        self.written.truncate(self.written.trim_end().len().max(goal.at));
        if goal.at == 0 {
            let blank = self.written.len() - self.written.trim_start().len();
            self.written.drain(..blank);
        }
    }

    /// Encodes the whole text: the tokens added, those of the tail left out; none when the ids before have changed.
    fn check(&self, goal: &mut Goal<'_>) -> Result<Option<u64>> {
        let ids = self.tokenizer.encode(&self.written)?;
        let added = (ids.len() as u64).checked_sub(goal.ids.len() as u64 + goal.tail_tokens);
        let added = added.filter(|_| ids.starts_with(&goal.ids));
        if let Some(added) = added {
            goal.saw([Some(added), Some(added)]);
        }
        Ok(added)
    }
}

impl Goal<'_> {
    /// Keeps the lengths that are nearest to the goal on either side.
    fn saw(&mut self, lengths: Nearest) {
        for length in lengths.into_iter().flatten() {
            match length.cmp(&self.tokens) {
                std::cmp::Ordering::Less => self.nearest[0] = self.nearest[0].max(Some(length)),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => {
                    self.nearest[1] = Some(self.nearest[1].map_or(length, |near| near.min(length)));
                }
            }
        }
    }
}
