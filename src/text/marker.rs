//! Markers: short words, no two conversations alike, each of the same number of tokens.

use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};
use crate::seed::Seed;
use rand::Rng;

/// The markers of one run.
#[derive(Debug)]
pub(super) struct Marker {
    /// Tokens of every marker.
    pub(super) tokens: u64,
    multiplier: u64,
    offset: u64,
}

/// The salts of a marker, tried until it has the right number of tokens.
const SALTS: u64 = 1 << 16;

impl Marker {
    pub(super) fn new(seed: Seed, tokenizer: &Tokenizer) -> Result<Self> {
        let mut rng = seed.stream("text.marker", 0);
        let (multiplier, offset) = (rng.next_u64() | 1, rng.next_u64());
        let mut it = Self { tokens: 0, multiplier, offset };
        // The middle of many is a number that many have.
        let mut counts =
            (0..63).map(|index| tokenizer.count(&it.candidate(index, index))).collect::<Result<Vec<_>>>()?;
        counts.sort_unstable();
        it.tokens = counts[counts.len() / 2];
        Ok(it)
    }

    /// The marker of conversation `index`.
    pub(super) fn of(&self, index: u64, tokenizer: &Tokenizer) -> Result<String> {
        for salt in 0..SALTS {
            let candidate = self.candidate(index, salt);
            if tokenizer.count(&candidate)? == self.tokens {
                return Ok(candidate);
            }
        }
        Err(Error::Text(format!("no marker of {} tokens for record {index}", self.tokens)))
    }

    /// `[` 12 hex digits, which an odd multiplier makes a bijection of the index, 4 of salt, `]`.
    fn candidate(&self, index: u64, salt: u64) -> String {
        let number = index.wrapping_mul(self.multiplier).wrapping_add(self.offset) & 0xffff_ffff_ffff;
        format!("[{number:012x}{salt:04x}]")
    }
}
