//! What prompts are to be.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::spec::Distribution;

/// Prompts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextSpec {
    /// `builtin`, `cl100k_base`, a path, or a Hugging Face name.
    pub tokenizer: String,
    /// Revision of a Hugging Face tokenizer; `main` when none.
    pub revision: Option<String>,
    /// Text to cut prompts from; the embedded one when none.
    #[serde(serialize_with = "super::readable_if_any")]
    pub corpus: Option<PathBuf>,
    /// Tokens in and out.
    pub lengths: Lengths,
    /// Prompts in each turn, 1..
    pub batch: u64,
    /// What requests share.
    pub prefixes: Prefixes,
    /// A system prompt given word for word.
    pub system_prompt: Option<String>,
    /// Where a marker unique to each conversation goes.
    pub cache_bust: CacheBust,
    /// Whether the special tokens that the tokenizer adds by itself count towards the length.
    pub count_special_tokens: bool,
    /// Whether each turn has an answer made up for it, of exactly as many tokens as are asked for: for what replays conversations.
    /// Formats that hold answers set it.
    pub answers: bool,
    /// Prompts that are given word for word.
    #[serde(default)]
    pub literals: Option<Literals>,
}

/// Prompts that are given word for word, of which one is drawn for each prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literals {
    /// The texts, 1 at least.
    pub texts: Vec<String>,
    /// Whether they are whole prompts, whatever `lengths` say of input tokens; else text of the corpus follows, and the length is that of
    /// both.
    pub alone: bool,
}

impl TextSpec {
    /// Prompts of so many tokens, counted by the built-in tokenizer, one in each turn.
    #[must_use]
    pub fn new(isl: Distribution) -> Self {
        Self {
            tokenizer: "builtin".to_owned(),
            revision: None,
            corpus: None,
            lengths: Lengths::Independent { isl, osl: None },
            batch: 1,
            prefixes: Prefixes::None,
            system_prompt: None,
            cache_bust: CacheBust::None,
            count_special_tokens: false,
            answers: false,
            literals: None,
        }
    }

    /// Whether conversations have a system prompt.
    #[must_use]
    pub fn has_system(&self) -> bool {
        self.system_prompt.is_some() || matches!(self.prefixes, Prefixes::Shared { system: Some(_), .. })
    }
}

/// Tokens in a prompt (ISL) and asked for in the answer (OSL).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lengths {
    /// Drawn apart from each other, for each turn.
    Independent {
        /// Input tokens.
        isl: Distribution,
        /// Output tokens; none: the model decides.
        osl: Option<Distribution>,
    },
    /// One pair drawn for each conversation, by weight.
    Pairs(Vec<(f64, Pair)>),
}

/// One row of `--seq-dist`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pair {
    /// Input tokens.
    pub isl: Distribution,
    /// Output tokens.
    pub osl: Distribution,
}

/// Text that several requests share, so that a server's KV cache can answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefixes {
    /// Nothing is shared.
    None,
    /// Each record draws one of `size` prefixes of `length` tokens.
    Pool {
        /// Prefixes, 1..
        size: u64,
        /// Tokens in each, 1..
        length: u64,
    },
    /// One system prompt for all, and a context for each conversation.
    Shared {
        /// Tokens of the system prompt; none: no generated system prompt.
        system: Option<u64>,
        /// Tokens of the context that opens each conversation; none: no context.
        user_context: Option<u64>,
    },
}

/// Where a marker unique to each conversation goes, to defeat a server's prefix cache. It lies inside the exact count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheBust {
    /// Nowhere.
    None,
    /// Before the system prompt.
    SystemPrefix,
    /// After the system prompt.
    SystemSuffix,
    /// Before the first turn's prompt.
    FirstTurnPrefix,
    /// After the first turn's prompt.
    FirstTurnSuffix,
}
