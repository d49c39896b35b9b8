//! Prompts: text whose tokens are counted exactly. The only room that knows tokenizers and the corpus; it knows nothing of
//! media, formats or files of lines.
//!
//! A text is put together from *stretches* of the corpus, which begin and end at *seams* where they can: places where the
//! tokenizer parts left from right whatever stands there. Counts add up over seams, and the ids of a text's parts are the
//! parts' own ids. What is put together otherwise is encoded as a whole before it is given out.
//!
//! No two prompts begin alike, as long as the corpus has pieces to begin with: the *n*-th prompt of a kind begins with the
//! *n*-th piece of an order that is known beforehand. Later rounds, and later turns, change over to another place in the middle.

mod corpus;
mod counter;
mod cut;
mod hub;
mod lengths;
mod literal;
mod marker;
mod shared;
mod tokenizer;

use std::sync::Arc;

use rand::{Rng, RngExt};

use crate::error::{Error, Result};
use crate::io::input::Input;
use crate::record::{Prompt, SystemPrompt};
use crate::seed::{Seed, Stream};
use crate::spec::{CacheBust, Lengths, Prefixes, TextSpec};
pub use counter::TokenCounter;
pub use hub::Hub;
pub use shared::SharedTexts;

use corpus::Corpus;
use cut::{Opening, Text};
use literal::{Literal, LiteralSet};
use marker::Marker;
use tokenizer::Tokenizer;

pub use tokenizer::{Piece, embedded, is_embedded};

/// Writes the prompts of every conversation: a pure function of the request, the seed and the conversation's index.
#[derive(Debug)]
pub struct Prompter {
    spec: TextSpec,
    seed: Seed,
    tokenizer: Arc<Tokenizer>,
    corpus: Arc<Corpus>,
    /// Tokens that the tokenizer adds to each text by itself, when they are to be counted; else 0.
    added: u64,
    marker: Marker,
    system: Option<System>,
    literals: Option<LiteralSet>,
    /// Where the openings begin to be spread.
    origin: u64,
    notes: Vec<String>,
}

/// Continuations that are tried behind a given prompt.
const JOINS: u64 = 64;

/// Tokens of a rehearsed prompt. Lengths that cannot be reached are short ones.
const REHEARSED: u64 = 5_000;

/// The system prompt, without a marker but with the space between.
#[derive(Debug)]
struct System {
    text: Arc<str>,
    /// Its tokens; those that were asked for include the marker's.
    tokens: u64,
    asked: bool,
}

/// What one conversation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The system prompt.
    pub system: Option<SystemPrompt>,
    /// Its turns.
    pub turns: Vec<Turn>,
}

/// What one turn says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its prompts.
    pub prompts: Vec<Prompt>,
    /// Its answer, where answers are wanted.
    pub answer: Option<Prompt>,
    /// Tokens to ask for; none: the model decides.
    pub osl: Option<u64>,
}

impl Prompter {
    /// Opens the tokenizer, which may be the `hub`'s, and the corpus, and rehearses a prompt.
    ///
    /// # Errors
    /// [`Error::Request`] when one of them cannot be had, or the request cannot be met with them.
    pub fn open(spec: &TextSpec, seed: Seed, hub: Option<&Hub>) -> Result<Self> {
        Self::open_with(spec, seed, hub, &mut SharedTexts::default())
    }

    /// The same with what is open already.
    ///
    /// # Errors
    /// As [`Prompter::open`].
    pub fn open_with(spec: &TextSpec, seed: Seed, hub: Option<&Hub>, shared: &mut SharedTexts) -> Result<Self> {
        let (tokenizer, corpus) = (shared.tokenizer(spec, hub)?, shared.corpus(spec)?);
        let corpora = [
            ("text.corpus", corpus.input().map(|_| corpus.text())),
            ("text.system_prompt", spec.system_prompt.as_deref()),
        ];
        for (flag, text) in corpora {
            if let Some(why) = text.and_then(|text| tokenizer.objects(text)) {
                let fix = "shorten it, or use a tokenizer.json";
                return Err(Error::request(flag, format!("it has {why}, too much for {}", tokenizer.name()), fix));
            }
        }
        let at_end = matches!(spec.cache_bust, CacheBust::SystemSuffix | CacheBust::FirstTurnSuffix);
        let literals = spec.literals.as_ref().map(|given| LiteralSet::new(given, seed, &tokenizer)).transpose()?;
        let mut prompter = Self {
            literals,
            corpus,
            added: if spec.count_special_tokens { tokenizer.added()? } else { 0 },
            marker: Marker::new(seed, &tokenizer, at_end)?,
            system: None,
            origin: seed.stream("text.opening", 0).next_u64(),
            notes: Vec::new(),
            spec: spec.clone(),
            seed,
            tokenizer,
        };
        let taken = prompter.make_room()?;
        prompter.system = prompter.shared_system()?;
        prompter.rehearse(taken).map_err(|why| prompter.refuse(lengths::flag(&spec.lengths), why))?;
        Ok(prompter)
    }

    /// What the user should know about the request.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The files that the prompts depend on.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.corpus.input().into_iter().chain(self.tokenizer.input())
    }

    /// Raises the least length of a prompt above what the marker and special tokens take; returns what that is.
    fn make_room(&mut self) -> Result<u64> {
        let marker =
            |places: [CacheBust; 2]| if places.contains(&self.spec.cache_bust) { self.marker.tokens() } else { 0 };
        let system = self.added + marker([CacheBust::SystemPrefix, CacheBust::SystemSuffix]);
        let literal = self.literals.as_ref().filter(|set| !set.alone).map_or(0, LiteralSet::longest);
        let first_turn = self.added + marker([CacheBust::FirstTurnPrefix, CacheBust::FirstTurnSuffix]) + literal;
        if let Prefixes::Shared { system: Some(tokens), .. } = self.spec.prefixes
            && tokens <= system
        {
            return Err(lengths::too_short("text.prefixes.system", tokens, system));
        }
        let (lengths, note) = lengths::above(&self.spec.lengths, first_turn)?;
        self.spec.lengths = lengths;
        self.notes.extend(note);
        Ok(first_turn)
    }

    /// Makes a prompt such as the first, so that what can never be made is known before anything is written.
    fn rehearse(&self, taken: u64) -> Result<()> {
        let mut rng = self.seed.stream("text.rehearsal", 0);
        let (isl, _) = lengths::draw(&self.spec.lengths, &mut rng);
        self.text().cut(self.opening(0, 0), &mut rng, isl.min(REHEARSED + taken), taken)
    }

    /// A text that cannot be made is a request that cannot be met, as long as nothing is written.
    fn refuse(&self, flag: &str, why: Error) -> Error {
        let flag = if self.tokenizer.adds_up() { flag } else { "text.tokenizer" };
        match why {
            Error::Text(problem) => {
                Error::request(flag, problem, "ask for another length, or use another tokenizer or corpus")
            }
            other => other,
        }
    }

    /// The system prompt that all conversations share.
    fn shared_system(&self) -> Result<Option<System>> {
        let place = self.spec.cache_bust;
        if let Some(given) = &self.spec.system_prompt {
            let tokens =
                self.added + self.tokenizer.count(given).map_err(|why| self.refuse("text.system_prompt", why))?;
            let text = match place {
                CacheBust::SystemPrefix => format!(" {given}"),
                CacheBust::SystemSuffix => format!("{given} "),
                _ => given.clone(),
            };
            return Ok(Some(System { text: text.into(), tokens, asked: false }));
        }
        let Prefixes::Shared { system: Some(tokens), .. } = self.spec.prefixes else { return Ok(None) };
        let text = self.system_of(tokens).map_err(|why| self.refuse("text.prefixes.system", why))?;
        Ok(Some(System { text: text.into(), tokens, asked: true }))
    }

    /// A system prompt of so many tokens with its marker, but without it.
    fn system_of(&self, tokens: u64) -> Result<String> {
        let (mut text, mut rng) = (self.text(), self.seed.stream("text.system", 0));
        let opening = Opening { piece: rng.random_range(0..self.corpus.pieces()), variant: 0 };
        let mark = || self.marker.find(0, &self.tokenizer, |_| Ok(true));
        let with_mark = self.added + self.marker.tokens();
        Ok(match self.spec.cache_bust {
            CacheBust::SystemPrefix => {
                text.written = mark()?;
                let start = text.written.len();
                text.cut(opening, &mut rng, tokens, with_mark)?;
                text.written.split_off(start)
            }
            CacheBust::SystemSuffix => {
                let tail = format!(" {}", mark()?);
                text.cut_before(opening, &mut rng, tokens, with_mark, (&tail, self.marker.tokens()))?;
                text.written.truncate(text.written.len() + 1 - tail.len());
                text.written
            }
            _ => {
                text.cut(opening, &mut rng, tokens, self.added)?;
                text.written
            }
        })
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
        let kept = matches!(self.spec.lengths, Lengths::Pairs(_)).then(|| lengths::draw(&self.spec.lengths, &mut rng));
        let turns = (0..turns as u64).map(|turn| {
            let (isl, osl) = kept.unwrap_or_else(|| lengths::draw(&self.spec.lengths, &mut rng));
            let prompts = (0..self.spec.batch).map(|item| {
                let opening = self.opening(index.wrapping_mul(self.spec.batch).wrapping_add(item), turn);
                if let Some(set) = &self.literals {
                    return self.given_prompt(set, set.draw(index, turn, item), opening, &mut rng, isl);
                }
                match turn {
                    0 => self.first_prompt(index, opening, prefix, &mut rng, isl),
                    _ => self.prompt(opening, &mut rng, isl),
                }
            });
            let prompts = prompts.collect::<Result<_>>()?;
            let answer = osl.filter(|_| self.spec.answers).map(|osl| self.answer(index, turn, osl)).transpose()?;
            Ok(Turn { prompts, answer, osl })
        });
        Ok(Conversation { turns: turns.collect::<Result<_>>()?, system: self.system(index)? })
    }

    /// Where the `ordinal`-th prompt of all `turn`-th ones begins. Drawn beginnings would soon meet: of 100,000 prompts of one
    /// length every sixth would be another's copy, which a server's prefix cache answers. So each piece of the corpus begins a
    /// prompt before one begins a second; and where one does, or in a later turn, no two have the same variant.
    fn opening(&self, ordinal: u64, turn: u64) -> Opening {
        let pieces = self.corpus.pieces();
        let (round, place) = (ordinal / pieces, ordinal % pieces);
        let piece =
            self.origin % pieces + self.corpus.spread(place) + self.corpus.spread(turn.wrapping_mul(7919) % pieces);
        // The pairs of round and turn, numbered along their diagonals.
        let both = round.wrapping_add(turn);
        let variant = (u128::from(both) * (u128::from(both) + 1) / 2) as u64;
        Opening { piece: piece % pieces, variant: variant.wrapping_add(turn) }
    }

    /// The `ordinal`-th opening of texts of another kind, as far from those of prompts as can be.
    fn opening_apart(&self, ordinal: u64) -> Opening {
        let opening = self.opening(ordinal, 0);
        Opening { piece: (opening.piece + self.corpus.pieces() / 2) % self.corpus.pieces(), ..opening }
    }

    /// A text to be written.
    fn text(&self) -> Text<'_> {
        Text::new(&self.corpus, &self.tokenizer)
    }

    fn prompt(&self, opening: Opening, rng: &mut Stream, isl: u64) -> Result<Prompt> {
        let mut text = self.text();
        text.cut(opening, rng, isl, self.added)?;
        Ok(text.prompt(None))
    }

    /// A prompt that is given, or begins with what is given.
    fn given_prompt(
        &self,
        set: &LiteralSet,
        literal: &Literal,
        opening: Opening,
        rng: &mut Stream,
        isl: u64,
    ) -> Result<Prompt> {
        let counted = self.added + literal.tokens;
        if set.alone {
            return Ok(Prompt { text: literal.text.clone(), tokens: counted, prefix: None });
        }
        // What is given may join what follows it in one token; then something else follows.
        for other in 0..JOINS.min(self.corpus.pieces()) {
            let mut text = self.text();
            text.written.clone_from(&literal.text);
            let piece = (opening.piece + self.corpus.spread(other)) % self.corpus.pieces();
            text.cut(Opening { piece, ..opening }, rng, isl, counted)?;
            if self.added + self.tokenizer.count(&text.written)? == isl {
                return Ok(text.prompt(None));
            }
        }
        Err(Error::Text(format!("no text of {isl} tokens begins with the given prompt and parts from it")))
    }

    /// A prompt that opens a conversation: marker, shared prefix or context, the prompt itself, marker.
    fn first_prompt(
        &self,
        index: u64,
        opening: Opening,
        prefix: Option<u64>,
        rng: &mut Stream,
        isl: u64,
    ) -> Result<Prompt> {
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
                text.cut(self.opening_apart(number), &mut self.seed.stream("text.prefix", number), *length, 0)?;
            }
            (Prefixes::Shared { user_context: Some(length), .. }, _) => {
                text.cut(self.opening_apart(index), &mut self.seed.stream("text.context", index), *length, 0)?;
            }
            _ => {}
        }
        match tail {
            None => text.cut(opening, rng, isl, counted)?,
            Some(tail) => text.cut_before(opening, rng, isl, counted, (&tail, self.marker.tokens()))?,
        }
        Ok(text.prompt(prefix))
    }

    /// An answer, drawn apart from the prompts, so that they are the same with answers and without.
    fn answer(&self, index: u64, turn: u64, osl: u64) -> Result<Prompt> {
        let mut rng = self.seed.stream(&format!("text.answer.{turn}"), index);
        let opening = Opening { piece: rng.random_range(0..self.corpus.pieces()), variant: 0 };
        let mut text = self.text();
        text.cut(opening, &mut rng, osl, 0)?;
        Ok(text.prompt(None))
    }

    fn system(&self, index: u64) -> Result<Option<SystemPrompt>> {
        let Some(System { text, tokens, asked }) = &self.system else { return Ok(None) };
        let marked = |mark: &str| match self.spec.cache_bust {
            CacheBust::SystemPrefix => Some(format!("{mark}{text}")),
            CacheBust::SystemSuffix => Some(format!("{text}{mark}")),
            _ => None,
        };
        if marked("").is_none() {
            return Ok(Some(SystemPrompt { text: Arc::clone(text), tokens: *tokens }));
        }
        let count = |mark: &str| marked(mark).map_or(Ok(0), |text| Ok(self.added + self.tokenizer.count(&text)?));
        let exact = |mark: &str| Ok(!asked || self.tokenizer.adds_up() || count(mark)? == *tokens);
        let mark = self.marker.find(index, &self.tokenizer, exact)?;
        let tokens = if *asked { *tokens } else { count(&mark)? };
        Ok(marked(&mark).map(|text| SystemPrompt { text: text.into(), tokens }))
    }
}
