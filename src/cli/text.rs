//! Text flags.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::quantity::{Flags, Quantity, QuantityArgs};
use super::seq_dist::seq_dist;
use super::value;
use crate::error::{Error, Result};
use crate::io::input::read_regular;
use crate::spec::{CacheBust, Distribution, Lengths, Prefixes, Shape, TextSpec};

/// The longest prompt in tokens.
const TOKENS: f64 = 1e8;
const MOST: u64 = TOKENS as u64;

/// Flags that spread the lengths, which other flags that do so exclude.
const SPREADS: [&str; 8] = [
    "prompt_input_tokens_stddev",
    "prompt_input_tokens_min",
    "prompt_input_tokens_max",
    "prompt_input_tokens_distribution",
    "prompt_output_tokens_stddev",
    "prompt_output_tokens_min",
    "prompt_output_tokens_max",
    "prompt_output_tokens_distribution",
];

#[derive(Debug)]
struct InputTokens;

impl Quantity for InputTokens {
    const FLAGS: Flags = Flags {
        stem: "prompt-input-tokens",
        mean: "prompt-input-tokens-mean",
        aliases: &[("isl", "isl"), ("synthetic-input-tokens", "synthetic-input-tokens-mean")],
        help: "Mean input tokens of a prompt, exact in each; 0 switches text off",
        what: "number of input tokens",
        value: "TOKENS",
        unit: "tokens",
        default: Some("550"),
        zero: true,
        least: 1.0,
        greatest: TOKENS,
        whole: true,
    };
}

#[derive(Debug)]
struct OutputTokens;

impl Quantity for OutputTokens {
    const FLAGS: Flags = Flags {
        stem: "prompt-output-tokens",
        mean: "prompt-output-tokens-mean",
        aliases: &[("osl", "osl"), ("output-tokens", "output-tokens-mean")],
        help: "Mean output tokens to ask for; without it the model decides",
        what: "number of output tokens",
        value: "TOKENS",
        unit: "tokens",
        default: None,
        zero: false,
        least: 1.0,
        greatest: TOKENS,
        whole: true,
    };
}

/// The largest file of a system prompt, which stands in every line, in bytes.
const SYSTEM_PROMPT: u64 = 16 << 20;

#[derive(Debug, Args)]
#[command(next_help_heading = "Text")]
pub(super) struct TextArgs {
    #[command(flatten)]
    input: QuantityArgs<InputTokens>,
    #[command(flatten)]
    output: QuantityArgs<OutputTokens>,
    /// Draw both lengths evenly from mean*(1-R) to mean*(1+R) instead
    #[arg(long, value_name = "R", value_parser = value::real(0.0, 1.0, ""), conflicts_with = "seq_dist", conflicts_with_all = SPREADS)]
    random_range_ratio: Option<f64>,
    /// Pairs of lengths with weights, one pair for each conversation, such as "64|10,32|8:70;256|40,128|20:30"
    #[arg(long, value_name = "PAIRS", visible_alias = "sequence-distribution", value_parser = value::text(),
        conflicts_with_all = ["prompt_input_tokens_mean", "prompt_output_tokens_mean"], conflicts_with_all = SPREADS)]
    seq_dist: Option<String>,
    /// Prompts in each turn
    #[arg(long, short = 'b', value_name = "N", default_value = "1", value_parser = value::whole::<u64>(1, 10_000, "prompts"), visible_aliases = ["batch-size-text", "batch-size"])]
    prompt_batch_size: u64,
    /// Shared prefixes to draw from
    #[arg(long, value_name = "N", default_value = "0", value_parser = value::whole::<u64>(0, 1 << 32, "prefixes"), visible_aliases = ["prefix-prompt-pool-size", "num-prefix-prompts"])]
    prompt_prefix_pool_size: u64,
    /// Tokens of each shared prefix, on top of the input tokens
    #[arg(long, value_name = "TOKENS", default_value = "0", value_parser = value::whole::<u64>(0, MOST, "tokens"), visible_alias = "prefix-prompt-length")]
    prompt_prefix_length: u64,
    /// Tokens of one system prompt that all conversations share
    #[arg(long, value_name = "TOKENS", value_parser = value::whole::<u64>(1, MOST, "tokens"))]
    shared_system_prompt_length: Option<u64>,
    /// Tokens of a context of its own that opens each conversation
    #[arg(long, value_name = "TOKENS", value_parser = value::whole::<u64>(1, MOST, "tokens"))]
    user_context_prompt_length: Option<u64>,
    /// System prompt, word for word
    #[arg(long, value_name = "TEXT", value_parser = value::text(), conflicts_with = "system_prompt_file")]
    system_prompt: Option<String>,
    /// File that holds the system prompt
    #[arg(long, value_name = "FILE")]
    system_prompt_file: Option<PathBuf>,
    /// Put a marker unique to each conversation there, inside the exact count
    #[arg(long, value_enum, default_value_t = CacheBustArg::None)]
    cache_bust: CacheBustArg,
    /// builtin (which is o200k_base), cl100k_base, a tokenizer.json or its folder, or a Hugging Face name
    #[arg(long, value_name = "NAME|PATH", default_value = "builtin", value_parser = value::text())]
    tokenizer: String,
    /// Revision of a Hugging Face tokenizer
    #[arg(long, value_name = "REVISION", value_parser = value::text())]
    tokenizer_revision: Option<String>,
    /// Never download a tokenizer
    #[arg(long)]
    pub(super) offline: bool,
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
    /// What is read, each with its flag; a tokenizer that has a name only is nowhere.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let tokenizer = ("--tokenizer", Some(PathBuf::from(&self.tokenizer)));
        let files =
            [tokenizer, ("--corpus", self.corpus.clone()), ("--system-prompt-file", self.system_prompt_file.clone())];
        files.into_iter().filter_map(|(flag, path)| Some((flag, path?)))
    }

    pub(super) fn resolve(self, notes: &mut Vec<String>) -> Result<Option<TextSpec>> {
        if !self.input.quantity().is_on() && self.seq_dist.is_none() {
            return Ok(None);
        }
        let system = self.shared_system_prompt_length.is_some()
            || self.system_prompt.is_some()
            || self.system_prompt_file.is_some();
        if matches!(self.cache_bust, CacheBustArg::SystemPrefix | CacheBustArg::SystemSuffix) && !system {
            let fix = "give --shared-system-prompt-length or --system-prompt, or use first_turn_prefix";
            return Err(Error::request("--cache-bust", "there is no system prompt to mark", fix));
        }
        Ok(Some(TextSpec {
            lengths: self.lengths(notes)?,
            prefixes: self.prefixes()?,
            system_prompt: self.system_prompt()?,
            tokenizer: self.tokenizer,
            revision: self.tokenizer_revision,
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
            answers: false,
            literals: None,
        }))
    }

    fn lengths(&self, notes: &mut Vec<String>) -> Result<Lengths> {
        if let Some(pairs) = &self.seq_dist {
            return seq_dist(pairs);
        }
        let (input, output) = (self.input.quantity(), self.output.quantity());
        if let Some(ratio) = self.random_range_ratio {
            if !output.is_on() {
                return Err(Error::request("--random-range-ratio", "there is no output length", "give --osl as well"));
            }
            if input.is_written() || output.is_written() {
                let fix = "drop it, or give means alone";
                return Err(Error::request("--random-range-ratio", "a length is a distribution in full", fix));
            }
            let around = |flag, mean: f64| {
                let (low, high) = ((mean * (1.0 - ratio)).floor().max(1.0), (mean * (1.0 + ratio)).floor());
                Distribution::whole(flag, Shape::Uniform { low, high }, 1.0, TOKENS)
            };
            let isl = around("--prompt-input-tokens-mean", input.mean())?;
            return Ok(Lengths::Independent { isl, osl: Some(around("--prompt-output-tokens-mean", output.mean())?) });
        }
        let isl = input.resolve(notes)?;
        let isl = isl.ok_or_else(|| Error::request("--prompt-input-tokens-mean", "0 tokens", "give 1 or more"))?;
        Ok(Lengths::Independent { isl, osl: output.resolve(notes)? })
    }

    fn prefixes(&self) -> Result<Prefixes> {
        let (size, length) = (self.prompt_prefix_pool_size, self.prompt_prefix_length);
        let (system, user_context) = (self.shared_system_prompt_length, self.user_context_prompt_length);
        for (flag, tokens) in
            [("--shared-system-prompt-length", system), ("--user-context-prompt-length", user_context)]
        {
            if tokens.is_some() && (size > 0 || length > 0) {
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
            _ => Ok(Prefixes::Pool { size, length }),
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
