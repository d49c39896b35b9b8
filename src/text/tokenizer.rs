//! Tokenizers: what is needed of them, and nothing of what they are used for.

use tiktoken_rs::CoreBPE;

use crate::error::{Error, Result};
use crate::spec::TextSpec;

/// An open tokenizer.
pub(super) enum Tokenizer {
    /// One of OpenAI's, embedded.
    Tiktoken(Box<CoreBPE>),
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokenizer")
    }
}

impl Tokenizer {
    pub(super) fn open(spec: &TextSpec) -> Result<Self> {
        let embedded = match spec.tokenizer.as_str() {
            "builtin" => tiktoken_rs::o200k_base(),
            "cl100k_base" => tiktoken_rs::cl100k_base(),
            other => {
                return Err(Error::request(
                    "--tokenizer",
                    format!("{other} is not known"),
                    "use builtin, which is always there",
                ));
            }
        };
        let embedded = embedded.map_err(|why| Error::Text(format!("{}: {why}", spec.tokenizer)))?;
        Ok(Self::Tiktoken(Box::new(embedded)))
    }

    /// Special tokens that it adds to a text by itself.
    pub(super) fn added(&self) -> Result<u64> {
        Ok(0)
    }

    /// Tokens of `text`, without special tokens.
    pub(super) fn count(&self, text: &str) -> Result<u64> {
        match self {
            Self::Tiktoken(bpe) => Ok(bpe.count_ordinary(text) as u64),
        }
    }

    /// Tokens before each of `seams` in `text`; seams that turn out to be none are removed.
    pub(super) fn tally(&self, text: &str, seams: &mut Vec<u32>) -> Result<Vec<u32>> {
        match self {
            Self::Tiktoken(bpe) => {
                let mut tokens = vec![0];
                for piece in seams.windows(2) {
                    let count = bpe.count_ordinary(&text[piece[0] as usize..piece[1] as usize]);
                    tokens.push(tokens[tokens.len() - 1] + count as u32);
                }
                Ok(tokens)
            }
        }
    }
}
