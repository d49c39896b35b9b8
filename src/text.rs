//! Prompts: text whose tokens are counted exactly. The only room that knows tokenizers and the corpus; it knows nothing of
//! media, formats or files of lines.
//!
//! A text is put together from *stretches* of the corpus, which begin and end at *seams*: places where the tokenizer parts
//! left from right whatever stands there. Counts add up over seams, and the ids of a text's parts are the parts' own ids.

mod corpus;
mod marker;
mod seq_dist;
mod tokenizer;

use std::sync::Arc;

use rand::RngExt;

use crate::distribution::choose;
use crate::error::{Error, Result};
use crate::record::Prompt;
use crate::seed::{Seed, Stream};
use crate::spec::{CacheBust, Lengths, Prefixes, TextSpec};
use corpus::Corpus;
use marker::Marker;
use tokenizer::Tokenizer;

pub use seq_dist::seq_dist;

/// Writes the prompts of every conversation: a pure function of the request, the seed and the conversation's index.
#[derive(Debug)]
pub struct Prompter {
    spec: TextSpec,
    seed: Seed,
    tokenizer: Tokenizer,
    corpus: Corpus,
    /// Tokens that the tokenizer adds to each text by itself, when they are to be counted; else 0.
    added: u64,
    marker: Marker,
    /// The system prompt, without a marker.
    system: Option<Arc<str>>,
}

/// What one conversation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The system prompt.
    pub system: Option<Arc<str>>,
    /// Its turns.
    pub turns: Vec<Turn>,
}

/// What one turn says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its prompts.
    pub prompts: Vec<Prompt>,
    /// Tokens to ask for; none: the model decides.
    pub osl: Option<u64>,
}

impl Prompter {
    /// Opens the tokenizer and the corpus.
    ///
    /// # Errors
    /// [`Error::Request`] when one of them cannot be had or the request cannot be met with them; [`Error::Text`] when a system
    /// prompt of the asked length cannot be made.
    pub fn open(spec: &TextSpec, seed: Seed) -> Result<Self> {
        let tokenizer = Tokenizer::open(spec)?;
        let mut prompter = Self {
            corpus: Corpus::open(spec.corpus.as_deref())?,
            added: if spec.count_special_tokens { tokenizer.added()? } else { 0 },
            marker: Marker::new(seed, &tokenizer)?,
            system: spec.system_prompt.as_deref().map(Arc::from),
            spec: spec.clone(),
            seed,
            tokenizer,
        };
        if let Prefixes::Shared { system: Some(tokens), .. } = spec.prefixes {
            let marked = matches!(spec.cache_bust, CacheBust::SystemPrefix | CacheBust::SystemSuffix);
            let counted = prompter.added + if marked { prompter.marker.tokens } else { 0 };
            let mut text = Text::new(&prompter);
            text.cut(&mut seed.stream("text.system", 0), tokens, counted, "")?;
            prompter.system = Some(text.written.into());
        }
        Ok(prompter)
    }

    /// The text of conversation `index`, of so many turns.
    ///
    /// # Errors
    /// [`Error::Text`] when a length that was drawn cannot be reached with this tokenizer and corpus.
    pub fn converse(&self, index: u64, turns: usize) -> Result<Conversation> {
        let mut rng = self.seed.stream("text", index);
        let prefix = match self.spec.prefixes {
            Prefixes::Pool { size, .. } => Some(rng.random_range(0..size)),
            _ => None,
        };
        let kept = match &self.spec.lengths {
            Lengths::Apart { .. } => None,
            Lengths::Pairs(pairs) => {
                let pair = choose(pairs, &mut rng);
                Some((pair.isl.draw_int(&mut rng), Some(pair.osl.draw_int(&mut rng))))
            }
        };
        let turns = (0..turns).map(|turn| {
            let (isl, osl) = match (&self.spec.lengths, kept) {
                (_, Some(pair)) => pair,
                (Lengths::Apart { isl, osl }, None) => {
                    (isl.draw_int(&mut rng), osl.as_ref().map(|osl| osl.draw_int(&mut rng)))
                }
                (Lengths::Pairs(_), None) => (1, None),
            };
            let opens = turn == 0;
            let prompts = (0..self.spec.batch).map(|_| match opens {
                true => self.first_prompt(index, prefix, &mut rng, isl),
                false => self.prompt(&mut rng, isl),
            });
            Ok(Turn { prompts: prompts.collect::<Result<_>>()?, osl })
        });
        Ok(Conversation { turns: turns.collect::<Result<_>>()?, system: self.system(index)? })
    }

    fn prompt(&self, rng: &mut Stream, isl: u64) -> Result<Prompt> {
        let mut text = Text::new(self);
        text.cut(rng, isl, self.added, "")?;
        Ok(text.prompt(None))
    }

    /// A prompt that opens a conversation: marker, shared prefix or context, the prompt itself, marker.
    fn first_prompt(&self, index: u64, prefix: Option<u64>, rng: &mut Stream, isl: u64) -> Result<Prompt> {
        let mut text = Text::new(self);
        let (mut counted, mut tail) = (self.added, String::new());
        if matches!(self.spec.cache_bust, CacheBust::FirstTurnPrefix | CacheBust::FirstTurnSuffix) {
            let mark = self.marker.of(index, &self.tokenizer)?;
            counted += self.marker.tokens;
            match self.spec.cache_bust {
                CacheBust::FirstTurnPrefix => text.written = mark,
                _ => tail = format!(" {mark}"),
            }
        }
        match (&self.spec.prefixes, prefix) {
            (Prefixes::Pool { length, .. }, Some(number)) => {
                text.cut(&mut self.seed.stream("text.prefix", number), *length, 0, "")?;
            }
            (Prefixes::Shared { user_context: Some(length), .. }, _) => {
                text.cut(&mut self.seed.stream("text.context", index), *length, 0, "")?;
            }
            _ => {}
        }
        text.cut(rng, isl, counted, &tail)?;
        Ok(text.prompt(prefix))
    }

    fn system(&self, index: u64) -> Result<Option<Arc<str>>> {
        let Some(system) = &self.system else { return Ok(None) };
        let mark = || self.marker.of(index, &self.tokenizer);
        Ok(Some(match self.spec.cache_bust {
            CacheBust::SystemPrefix => format!("{} {system}", mark()?).into(),
            CacheBust::SystemSuffix => format!("{system} {}", mark()?).into(),
            _ => Arc::clone(system),
        }))
    }
}

/// A text under construction.
struct Text<'a> {
    prompter: &'a Prompter,
    written: String,
    tokens: u64,
}

impl<'a> Text<'a> {
    fn new(prompter: &'a Prompter) -> Self {
        Self { prompter, written: String::new(), tokens: 0 }
    }

    /// Appends a stretch of the corpus and then `tail`, so that the text has `tokens` more, `counted` of which are `tail` or
    /// were there before.
    fn cut(&mut self, rng: &mut Stream, tokens: u64, counted: u64, tail: &str) -> Result<()> {
        let Prompter { corpus, tokenizer, spec, .. } = self.prompter;
        if tokens <= counted {
            let least = counted + 1;
            let problem = "the marker and the special tokens take the rest; the nearest length is";
            return Err(Error::Text(format!("no text of {tokens} tokens can be made: {problem} {least}")));
        }
        let from = rng.random_range(0..corpus.bytes());
        let opens = self.written.is_empty();
        let found = corpus.find(tokenizer, from, tokens - counted, opens, &mut self.written)?;
        if let Some(nearest) = found {
            let lengths = nearest.map(|near| near.map(|near| (near + counted).to_string()));
            let nearest = lengths.into_iter().flatten().collect::<Vec<_>>().join(" and ");
            return Err(Error::Text(format!(
                "no text of {tokens} tokens can be cut from the corpus with the tokenizer {}; the nearest lengths are {nearest}",
                spec.tokenizer
            )));
        }
        self.written.push_str(tail);
        self.tokens += tokens;
        Ok(())
    }

    fn prompt(self, prefix: Option<u64>) -> Prompt {
        Prompt { text: self.written, tokens: self.tokens, prefix }
    }
}
