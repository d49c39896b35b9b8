//! Prompts: text whose tokens are counted exactly. The only room that knows tokenizers and the corpus; it knows nothing of
//! media, formats or files of lines.
//!
//! A text is put together from *stretches* of the corpus, which begin and end at *seams*: places where the tokenizer parts
//! left from right whatever stands there. Counts add up over seams, and the ids of a text's parts are the parts' own ids.

mod corpus;
mod cut;
mod hub;
mod marker;
mod seq_dist;
mod tokenizer;

use std::sync::Arc;

use rand::{Rng, RngExt};

use crate::distribution::choose;
use crate::error::Result;
use crate::record::Prompt;
use crate::seed::{Seed, Stream};
use crate::spec::{CacheBust, Lengths, Prefixes, TextSpec};
use corpus::Corpus;
use cut::Text;
use marker::Marker;
use tokenizer::Tokenizer;

pub use seq_dist::seq_dist;
pub use tokenizer::is_embedded;

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
    system: Option<System>,
    /// Where the openings begin to be spread.
    origin: u64,
}

/// The system prompt, without a marker but with the space between.
#[derive(Debug)]
struct System {
    text: Arc<str>,
    /// Its tokens with the marker, when they were asked for.
    tokens: Option<u64>,
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
    /// [`Error::Request`](crate::error::Error::Request) when one of them cannot be had or the request cannot be met with them;
    /// [`Error::Text`](crate::error::Error::Text) when a system
    /// prompt of the asked length cannot be made.
    pub fn open(spec: &TextSpec, seed: Seed) -> Result<Self> {
        let tokenizer = Tokenizer::open(spec)?;
        let at_end = matches!(spec.cache_bust, CacheBust::SystemSuffix | CacheBust::FirstTurnSuffix);
        let mut prompter = Self {
            corpus: Corpus::open(spec.corpus.as_deref())?,
            added: if spec.count_special_tokens { tokenizer.added()? } else { 0 },
            marker: Marker::new(seed, &tokenizer, at_end)?,
            system: None,
            origin: seed.stream("text.opening", 0).next_u64(),
            spec: spec.clone(),
            seed,
            tokenizer,
        };
        prompter.system = prompter.shared_system()?;
        Ok(prompter)
    }

    /// The system prompt that all conversations share.
    fn shared_system(&self) -> Result<Option<System>> {
        let place = self.spec.cache_bust;
        if let Some(given) = &self.spec.system_prompt {
            let text = match place {
                CacheBust::SystemPrefix => format!(" {given}"),
                CacheBust::SystemSuffix => format!("{given} "),
                _ => given.clone(),
            };
            return Ok(Some(System { text: text.into(), tokens: None }));
        }
        let Prefixes::Shared { system: Some(tokens), .. } = self.spec.prefixes else { return Ok(None) };
        let (mut text, mut rng) = (self.text(), self.seed.stream("text.system", 0));
        let mark = || self.marker.find(0, &self.tokenizer, |_| Ok(true));
        let with_mark = self.added + self.marker.tokens();
        let text = match place {
            CacheBust::SystemPrefix => {
                text.written = mark()?;
                let start = text.written.len();
                text.cut(&mut rng, tokens, with_mark)?;
                text.written.split_off(start)
            }
            CacheBust::SystemSuffix => {
                let tail = format!(" {}", mark()?);
                text.cut_before(&mut rng, tokens, with_mark, (&tail, self.marker.tokens()))?;
                text.written.truncate(text.written.len() + 1 - tail.len());
                text.written
            }
            _ => {
                text.cut(&mut rng, tokens, self.added)?;
                text.written
            }
        };
        Ok(Some(System { text: text.into(), tokens: Some(tokens - self.added) }))
    }

    /// The text of conversation `index`, of so many turns.
    ///
    /// # Errors
    /// [`Error::Text`](crate::error::Error::Text) when a length that was drawn cannot be reached with this tokenizer and corpus.
    pub fn converse(&self, index: u64, turns: usize) -> Result<Conversation> {
        let mut rng = self.seed.stream("text", index);
        let prefix = match self.spec.prefixes {
            Prefixes::Pool { size, .. } => Some(rng.random_range(0..size)),
            _ => None,
        };
        let kept = matches!(self.spec.lengths, Lengths::Pairs(_)).then(|| draw(&self.spec.lengths, &mut rng));
        let turns = (0..turns).map(|turn| {
            let (isl, osl) = kept.unwrap_or_else(|| draw(&self.spec.lengths, &mut rng));
            let opens = turn == 0;
            let prompts = (0..self.spec.batch).map(|item| match opens {
                true => self.first_prompt(index, item, prefix, &mut rng, isl),
                false => self.prompt(&mut rng, isl),
            });
            Ok(Turn { prompts: prompts.collect::<Result<_>>()?, osl })
        });
        Ok(Conversation { turns: turns.collect::<Result<_>>()?, system: self.system(index)? })
    }

    /// Where prompt `item` of the first turn begins, in 2⁻⁶⁴ of the corpus. Drawn beginnings would soon meet: of 100,000 prompts
    /// of one length every sixth would be another's copy, which a server's prefix cache answers. These keep their distance:
    /// the multiples of the golden ratio, modulo 1, the most evenly spread sequence there is.
    fn opening(&self, index: u64, item: u64) -> u64 {
        let ordinal = index.wrapping_mul(self.spec.batch).wrapping_add(item);
        ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.origin)
    }

    /// A text to be written.
    fn text(&self) -> Text<'_> {
        Text::new(&self.corpus, &self.tokenizer)
    }

    fn prompt(&self, rng: &mut Stream, isl: u64) -> Result<Prompt> {
        let mut text = self.text();
        text.cut(rng, isl, self.added)?;
        Ok(text.prompt(None))
    }

    /// A prompt that opens a conversation: marker, shared prefix or context, the prompt itself, marker.
    fn first_prompt(&self, index: u64, item: u64, prefix: Option<u64>, rng: &mut Stream, isl: u64) -> Result<Prompt> {
        let mut text = self.text();
        let (mut counted, mut tail) = (self.added, None);
        if matches!(self.spec.cache_bust, CacheBust::FirstTurnPrefix | CacheBust::FirstTurnSuffix) {
            let mark = self.marker.find(index, &self.tokenizer, |_| Ok(true))?;
            counted += self.marker.tokens();
            match self.spec.cache_bust {
                CacheBust::FirstTurnPrefix => text.written = mark,
                _ => tail = Some(format!(" {mark}")),
            }
        }
        match (&self.spec.prefixes, prefix) {
            (Prefixes::Pool { length, .. }, Some(number)) => {
                text.cut(&mut self.seed.stream("text.prefix", number), *length, 0)?;
            }
            (Prefixes::Shared { user_context: Some(length), .. }, _) => {
                text.from = Some(self.opening(index, 0).wrapping_add(1 << 63));
                text.cut(&mut self.seed.stream("text.context", index), *length, 0)?;
            }
            _ => {}
        }
        text.from = Some(self.opening(index, item));
        match tail {
            None => text.cut(rng, isl, counted)?,
            Some(tail) => text.cut_before(rng, isl, counted, (&tail, self.marker.tokens()))?,
        }
        Ok(text.prompt(prefix))
    }

    fn system(&self, index: u64) -> Result<Option<Arc<str>>> {
        let Some(System { text, tokens }) = &self.system else { return Ok(None) };
        let marked = |mark: &str| match self.spec.cache_bust {
            CacheBust::SystemPrefix => Some(format!("{mark}{text}")),
            CacheBust::SystemSuffix => Some(format!("{text}{mark}")),
            _ => None,
        };
        if marked("").is_none() {
            return Ok(Some(Arc::clone(text)));
        }
        let exact = |mark: &str| match (tokens, marked(mark)) {
            (Some(tokens), Some(text)) if !self.tokenizer.adds_up() => Ok(self.tokenizer.count(&text)? == *tokens),
            _ => Ok(true),
        };
        let mark = self.marker.find(index, &self.tokenizer, exact)?;
        Ok(marked(&mark).map(Arc::from))
    }
}

/// Input and output tokens.
fn draw(lengths: &Lengths, rng: &mut Stream) -> (u64, Option<u64>) {
    match lengths {
        Lengths::Apart { isl, osl } => (isl.draw_int(rng), osl.as_ref().map(|osl| osl.draw_int(rng))),
        Lengths::Pairs(pairs) => {
            let pair = choose(pairs, rng);
            (pair.isl.draw_int(rng), Some(pair.osl.draw_int(rng)))
        }
    }
}
