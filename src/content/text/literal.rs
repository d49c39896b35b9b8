//! Prompts that are given word for word.

use rand::RngExt;

use super::tokenizer::Tokenizer;
use crate::error::Result;
use crate::seed::Seed;
use crate::spec::Literals;

/// Given prompts, counted.
#[derive(Debug)]
pub(super) struct LiteralSet {
    literals: Vec<Literal>,
    /// Whether nothing stands behind them.
    pub(super) alone: bool,
    seed: Seed,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Literal {
    pub(super) text: String,
    /// Tokens that the tokenizer counts in it by itself.
    pub(super) tokens: u64,
}

impl LiteralSet {
    pub(super) fn new(given: &Literals, seed: Seed, tokenizer: &Tokenizer) -> Result<Self> {
        let count = |text: &String| {
            // What follows begins with a space, which would join one that stands there.
            let text = if given.alone { text.as_str() } else { text.trim_end() };
            Ok(Literal { text: text.to_owned(), tokens: tokenizer.count(text)? })
        };
        let literals = given.texts.iter().map(count).collect::<Result<_>>()?;
        Ok(Self { literals, alone: given.alone, seed })
    }

    /// The longest, in tokens.
    pub(super) fn longest(&self) -> u64 {
        self.literals.iter().map(|literal| literal.tokens).max().unwrap_or(0)
    }

    /// The one of a conversation's turn; each is drawn alike. `item` counts the turn's prompts.
    pub(super) fn draw(&self, index: u64, turn: u64, item: u64) -> &Literal {
        let mut rng = self.seed.stream(&format!("text.literal.{turn}.{item}"), index);
        &self.literals[rng.random_range(0..self.literals.len() as u64) as usize]
    }
}
