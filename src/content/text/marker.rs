//! Markers: short words, no two conversations alike, all of the same number of tokens.

use rand::Rng;

use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};
use crate::seed::{RECORDS, Seed};

/// The markers of one run, all at the beginning or all at the end of their text.
#[derive(Debug)]
pub(super) struct Marker {
    multiplier: u64,
    offset: u64,
    /// What stands before it when its tokens are counted: nothing, or a word and a space.
    behind: &'static str,
    tokens: u64,
}

/// Salts are tried until a marker has the right number of tokens, which about one in four has. They and the index fill 64 bits.
const SALT_BITS: u32 = 64 - RECORDS.trailing_zeros();

impl Marker {
    pub(super) fn new(seed: Seed, tokenizer: &Tokenizer, at_end: bool) -> Result<Self> {
        let mut rng = seed.stream("text.marker", 0);
        let behind = if at_end { "a " } else { "" };
        let mut it = Self { multiplier: rng.next_u64() | 1, offset: rng.next_u64(), behind, tokens: 0 };
        // The middle of many is a number that many have.
        let counts = (0..63).map(|index| it.count(&it.candidate(index, index), tokenizer));
        let mut counts = counts.collect::<Result<Vec<_>>>()?;
        counts.sort_unstable();
        it.tokens = counts[counts.len() / 2];
        Ok(it)
    }

    /// Tokens of each marker where it stands.
    pub(super) fn tokens(&self) -> u64 {
        self.tokens
    }

    /// The marker of conversation `index`, the first that `holds`.
    pub(super) fn find(
        &self,
        index: u64,
        tokenizer: &Tokenizer,
        holds: impl Fn(&str) -> Result<bool>,
    ) -> Result<String> {
        for salt in 0..1 << SALT_BITS {
            let candidate = self.candidate(index, salt);
            if self.count(&candidate, tokenizer)? == self.tokens && holds(&candidate)? {
                return Ok(candidate);
            }
        }
        Err(Error::Text(format!("`text.cache_bust`: no marker of {} tokens with {}", self.tokens, tokenizer.name())))
    }

    fn count(&self, candidate: &str, tokenizer: &Tokenizer) -> Result<u64> {
        let all = tokenizer.count(&format!("{}{candidate}", self.behind))?;
        Ok(all.saturating_sub(tokenizer.count(self.behind.trim_end())?))
    }

    /// `[`, 16 hex digits, `]`. An odd factor makes the digits a bijection of index and salt.
    fn candidate(&self, index: u64, salt: u64) -> String {
        let number = (index << SALT_BITS | salt).wrapping_mul(self.multiplier).wrapping_add(self.offset);
        format!("[{number:016x}]")
    }
}
