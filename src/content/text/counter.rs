//! Counts the tokens of texts that are there already, and parts texts into them.

use std::sync::Arc;

use super::hub::Hub;
use super::shared::SharedTexts;
use super::tokenizer::{Piece, Tokenizer};
use crate::error::Result;
use crate::io::input::Input;
use crate::spec::TextSpec;

/// Counts as a request counts.
#[derive(Debug)]
pub struct TokenCounter {
    tokenizer: Arc<Tokenizer>,
    /// Tokens that the tokenizer adds to each text by itself, when the request counts them; else 0.
    added: u64,
}

impl TokenCounter {
    /// Opens the tokenizer of a request.
    ///
    /// # Errors
    /// [`crate::error::Error::Request`] when it cannot be had.
    pub fn open(spec: &TextSpec, hub: Option<&Hub>, shared: &mut SharedTexts) -> Result<Self> {
        let tokenizer = shared.tokenizer(spec, hub)?;
        let added = if spec.count_special_tokens { tokenizer.added()? } else { 0 };
        Ok(Self { tokenizer, added })
    }

    /// Tokens of a prompt.
    ///
    /// # Errors
    /// [`crate::error::Error::Text`] when the tokenizer cannot encode it.
    pub fn prompt(&self, text: &str) -> Result<u64> {
        Ok(self.added + self.tokenizer.count(text)?)
    }

    /// Tokens of an answer, to which nothing is added.
    ///
    /// # Errors
    /// [`crate::error::Error::Text`] when the tokenizer cannot encode it.
    pub fn answer(&self, text: &str) -> Result<u64> {
        self.tokenizer.count(text)
    }

    /// What the first tokens of a text stand for, at most `most` of them, and how many it has; nothing is added to it.
    ///
    /// # Errors
    /// [`crate::error::Error::Text`] when the tokenizer cannot encode it, or not tell its tokens apart.
    pub fn pieces(&self, text: &str, most: usize) -> Result<(Vec<Piece>, u64)> {
        let ids = self.tokenizer.encode(text)?;
        Ok((self.tokenizer.pieces(&ids[..ids.len().min(most)])?, ids.len() as u64))
    }

    /// The file that the tokenizer was read from; none when it is embedded.
    #[must_use]
    pub fn input(&self) -> Option<&Input> {
        self.tokenizer.input()
    }
}
