//! Text flags.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Spread, between};
use crate::distribution::{Distribution, Shape};
use crate::error::{Error, Result};
use crate::input::read_regular;
use crate::spec::{CacheBust, Lengths, Prefixes, TextSpec};
use crate::text;

/// The longest prompt in tokens.
const TOKENS: f64 = 1e8;

/// The largest file of a system prompt, which stands in every line, in bytes.
const SYSTEM_PROMPT: u64 = 16 << 20;

#[derive(Debug, Args)]
#[command(next_help_heading = "Text")]
pub(super) struct TextArgs {
    /// Mean input tokens of a prompt, exact in each; 0 switches text off
    #[arg(long, value_name = "TOKENS", default_value_t = 550.0, visible_aliases = ["isl", "synthetic-input-tokens-mean"])]
    prompt_input_tokens_mean: f64,
    /// Standard deviation of the input tokens
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0, visible_aliases = ["isl-stddev", "synthetic-input-tokens-stddev"])]
    prompt_input_tokens_stddev: f64,
    /// Mean output tokens to ask for; without it the model decides
    #[arg(long, value_name = "TOKENS", visible_aliases = ["osl", "output-tokens-mean"])]
    prompt_output_tokens_mean: Option<f64>,
    /// Standard deviation of the output tokens
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0, visible_aliases = ["osl-stddev", "output-tokens-stddev"])]
    prompt_output_tokens_stddev: f64,
    /// Draw both lengths evenly from mean*(1-R) to mean*(1+R) instead
    #[arg(long, value_name = "R", conflicts_with_all = ["seq_dist", "prompt_input_tokens_stddev", "prompt_output_tokens_stddev"])]
    random_range_ratio: Option<f64>,
    /// Pairs of lengths with weights, one pair for each conversation, such as "64|10,32|8:70;256|40,128|20:30"
    #[arg(long, value_name = "PAIRS", visible_alias = "sequence-distribution",
        conflicts_with_all = ["prompt_input_tokens_mean", "prompt_input_tokens_stddev", "prompt_output_tokens_mean", "prompt_output_tokens_stddev"])]
    seq_dist: Option<String>,
    /// Prompts in each turn
    #[arg(long, short = 'b', value_name = "N", default_value_t = 1, visible_aliases = ["batch-size-text", "batch-size"])]
    prompt_batch_size: u64,
    /// Shared prefixes to draw from
    #[arg(long, value_name = "N", default_value_t = 0, visible_aliases = ["prefix-prompt-pool-size", "num-prefix-prompts"])]
    prompt_prefix_pool_size: u64,
    /// Tokens of each shared prefix, on top of the input tokens
    #[arg(long, value_name = "TOKENS", default_value_t = 0, visible_alias = "prefix-prompt-length")]
    prompt_prefix_length: u64,
    /// Tokens of one system prompt that all conversations share
    #[arg(long, value_name = "TOKENS")]
    shared_system_prompt_length: Option<u64>,
    /// Tokens of a context of its own that opens each conversation
    #[arg(long, value_name = "TOKENS")]
    user_context_prompt_length: Option<u64>,
    /// System prompt, word for word
    #[arg(long, value_name = "TEXT", conflicts_with = "system_prompt_file")]
    system_prompt: Option<String>,
    /// File that holds the system prompt
    #[arg(long, value_name = "FILE")]
    system_prompt_file: Option<PathBuf>,
    /// Put a marker unique to each conversation there, inside the exact count
    #[arg(long, value_enum, default_value_t = CacheBustArg::None)]
    cache_bust: CacheBustArg,
    /// builtin (o200k_base), cl100k_base, a tokenizer.json or its folder, or a Hugging Face name
    #[arg(long, value_name = "NAME|PATH", default_value = "builtin")]
    tokenizer: String,
    /// Revision of a Hugging Face tokenizer
    #[arg(long, value_name = "REVISION")]
    tokenizer_revision: Option<String>,
    /// Never download a tokenizer
    #[arg(long)]
    offline: bool,
    /// Count the special tokens that the tokenizer adds by itself
    #[arg(long)]
    count_special_tokens: bool,
    /// UTF-8 text to cut prompts from [default: Shakespeare, embedded]
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum CacheBustArg {
    None,
    SystemPrefix,
    SystemSuffix,
    FirstTurnPrefix,
    FirstTurnSuffix,
}

impl TextArgs {
    pub(super) fn resolve(self) -> Result<Option<TextSpec>> {
        let system = [
            ("--shared-system-prompt-length", self.shared_system_prompt_length.is_some()),
            ("--system-prompt", self.system_prompt.is_some()),
            ("--system-prompt-file", self.system_prompt_file.is_some()),
        ];
        let system = system.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag);
        if self.prompt_input_tokens_mean == 0.0 && self.seq_dist.is_none() {
            let alone =
                |flag| Error::request(flag, "there are no prompts", "give --prompt-input-tokens-mean 1 or more");
            return system.map_or(Ok(None), |flag| Err(alone(flag)));
        }
        between("--prompt-batch-size", self.prompt_batch_size, 1, 10_000)?;
        if matches!(self.cache_bust, CacheBustArg::SystemPrefix | CacheBustArg::SystemSuffix) && system.is_none() {
            let fix = "give --shared-system-prompt-length or --system-prompt, or use first_turn_prefix";
            return Err(Error::request("--cache-bust", "there is no system prompt to mark", fix));
        }
        Ok(Some(TextSpec {
            lengths: self.lengths()?,
            prefixes: self.prefixes()?,
            system_prompt: self.system_prompt()?,
            tokenizer: self.tokenizer,
            revision: self.tokenizer_revision,
            offline: self.offline,
            corpus: self.corpus,
            batch: self.prompt_batch_size,
            cache_bust: match self.cache_bust {
                CacheBustArg::None => CacheBust::None,
                CacheBustArg::SystemPrefix => CacheBust::SystemPrefix,
                CacheBustArg::SystemSuffix => CacheBust::SystemSuffix,
                CacheBustArg::FirstTurnPrefix => CacheBust::FirstTurnPrefix,
                CacheBustArg::FirstTurnSuffix => CacheBust::FirstTurnSuffix,
            },
            count_special_tokens: self.count_special_tokens,
        }))
    }

    fn lengths(&self) -> Result<Lengths> {
        if let Some(pairs) = &self.seq_dist {
            return text::seq_dist(pairs);
        }
        let length = |flag, mean, stddev| match self.random_range_ratio {
            None => Spread { mean, stddev, ..Spread::new(flag, 1.0, TOKENS) }.resolve(),
            Some(ratio) if (0.0..=1.0).contains(&ratio) => {
                let (low, high) = ((mean * (1.0 - ratio)).floor().max(1.0), (mean * (1.0 + ratio)).floor());
                Distribution::new(flag, Shape::Uniform { low, high }, 1.0, TOKENS)
            }
            Some(ratio) => Err(Error::request("--random-range-ratio", format!("{ratio}"), "give 0 to 1")),
        };
        if self.random_range_ratio.is_some() && self.prompt_output_tokens_mean.is_none() {
            return Err(Error::request("--random-range-ratio", "there is no output length", "give --osl as well"));
        }
        Ok(Lengths::Apart {
            isl: length("--prompt-input-tokens-mean", self.prompt_input_tokens_mean, self.prompt_input_tokens_stddev)?,
            osl: self
                .prompt_output_tokens_mean
                .map(|mean| length("--prompt-output-tokens-mean", mean, self.prompt_output_tokens_stddev))
                .transpose()?,
        })
    }

    fn prefixes(&self) -> Result<Prefixes> {
        let (size, length) = (self.prompt_prefix_pool_size, self.prompt_prefix_length);
        let (system, user_context) = (self.shared_system_prompt_length, self.user_context_prompt_length);
        for (flag, tokens) in
            [("--shared-system-prompt-length", system), ("--user-context-prompt-length", user_context)]
        {
            let Some(tokens) = tokens else { continue };
            between(flag, tokens, 1, TOKENS as u64)?;
            if size > 0 || length > 0 {
                return Err(Error::request(
                    flag,
                    "it excludes a prefix pool",
                    "drop it, or drop the --prompt-prefix flags",
                ));
            }
        }
        let written = self.system_prompt.is_some() || self.system_prompt_file.is_some();
        if system.is_some() && written {
            let fix = "keep one of them";
            return Err(Error::request("--shared-system-prompt-length", "there is a --system-prompt as well", fix));
        }
        match (size, length) {
            (0, 0) if system.is_none() && user_context.is_none() => Ok(Prefixes::None),
            (0, 0) => Ok(Prefixes::Shared { system, user_context }),
            (0, _) => Err(Error::request(
                "--prompt-prefix-length",
                "the pool has no prefix",
                "give --prompt-prefix-pool-size",
            )),
            (_, 0) => Err(Error::request(
                "--prompt-prefix-pool-size",
                "its prefixes have no length",
                "give --prompt-prefix-length",
            )),
            _ => {
                between("--prompt-prefix-pool-size", size, 1, 1 << 32)?;
                between("--prompt-prefix-length", length, 1, TOKENS as u64)?;
                Ok(Prefixes::Pool { size, length })
            }
        }
    }

    fn system_prompt(&self) -> Result<Option<String>> {
        let (flag, text) = match (&self.system_prompt_file, &self.system_prompt) {
            (None, None) => return Ok(None),
            (None, Some(text)) => ("--system-prompt", text.clone()),
            (Some(path), _) => {
                let flag = "--system-prompt-file";
                let bytes = read_regular(flag, path, SYSTEM_PROMPT)?;
                let not_text = |_| Error::request(flag, format!("{} is not UTF-8", path.display()), "convert it");
                (flag, String::from_utf8(bytes).map_err(not_text)?)
            }
        };
        if text.is_empty() {
            return Err(Error::request(flag, "it is empty", "drop it, or give it a text"));
        }
        Ok(Some(text))
    }
}
