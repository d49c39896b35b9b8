//! Records, their turns and their prompts.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::item::{self, Audio, Image, Item, Video};
use crate::source::Source;

/// A record as all objects made of it share it.
pub(crate) struct Made {
    pub(crate) record: masque::Record,
    pub(crate) source: Arc<Source>,
}

/// One conversation.
#[pyclass(frozen, module = "masque", name = "Record")]
pub(crate) struct Record(Arc<Made>);

impl Record {
    pub(crate) fn of(source: &Arc<Source>, record: masque::Record) -> Self {
        Self(Arc::new(Made { record, source: Arc::clone(source) }))
    }

    /// Makes the record of this index.
    pub(crate) fn make(source: &Arc<Source>, index: u64) -> PyResult<Self> {
        let record = source.generator()?.record(index).map_err(|why| source.request.raise(why))?;
        Ok(Self::of(source, record))
    }
}

#[pymethods]
impl Record {
    /// Its place in the dataset, from 0.
    #[getter]
    fn index(&self) -> u64 {
        self.0.record.index
    }

    /// Which share of the request's mix it is of.
    #[getter]
    fn share(&self) -> Option<u64> {
        self.0.record.share
    }

    /// The name that load generators know the conversation by, such as `session_000007`.
    #[getter]
    fn session_id(&self) -> String {
        self.0.record.session_id()
    }

    /// A system prompt, to be sent as such.
    #[getter]
    fn system(&self) -> Option<Prompt> {
        let system = self.0.record.system.as_ref()?;
        Some(Prompt(masque::Prompt { text: system.text.to_string(), tokens: system.tokens, prefix: None }))
    }

    /// Milliseconds from the first moment at which it begins, where the request has a rate.
    #[getter]
    fn arrival_ms(&self) -> Option<u64> {
        self.0.record.arrival_ms
    }

    /// Its turns, at least one.
    #[getter]
    fn turns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, (0..self.0.record.turns.len()).map(|number| Turn { of: Arc::clone(&self.0), number }))
    }

    fn __repr__(&self) -> String {
        let turns = self.0.record.turns.len();
        let first = self.0.record.turns.first().map(describe).unwrap_or_default();
        let more = if turns > 1 { format!("{turns} turns, the first: ") } else { String::new() };
        format!("<Record {}: {more}{first}>", self.0.record.index)
    }
}

/// One request of a conversation.
#[pyclass(frozen, module = "masque", name = "Turn")]
pub(crate) struct Turn {
    of: Arc<Made>,
    number: usize,
}

impl Turn {
    fn turn(&self) -> &masque::Turn {
        &self.of.record.turns[self.number]
    }
}

#[pymethods]
impl Turn {
    /// The text of its first prompt; empty where it has none.
    #[getter]
    fn text(&self) -> &str {
        self.turn().prompts.first().map_or("", |prompt| &prompt.text)
    }

    /// Its prompts.
    #[getter]
    fn prompts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.turn().prompts.iter().map(|prompt| Prompt(prompt.clone())))
    }

    /// An answer made up for it, where the request's formats hold answers.
    #[getter]
    fn answer(&self) -> Option<Prompt> {
        self.turn().answer.clone().map(Prompt)
    }

    /// Tokens to ask for; None: the model decides.
    #[getter]
    fn osl(&self) -> Option<u64> {
        self.turn().osl
    }

    /// Milliseconds to wait before it.
    #[getter]
    fn delay_ms(&self) -> Option<u64> {
        self.turn().delay_ms
    }

    /// Its images.
    #[getter]
    fn images<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        item::tuple(py, self.items(masque::Modality::Image), Image::read)
    }

    /// Its audio items.
    #[getter]
    fn audios<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        item::tuple(py, self.items(masque::Modality::Audio), Audio::read)
    }

    /// Its clips.
    #[getter]
    fn videos<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        item::tuple(py, self.items(masque::Modality::Video), Video::read)
    }

    fn __repr__(&self) -> String {
        format!("<Turn {} of record {}: {}>", self.number, self.of.record.index, describe(self.turn()))
    }
}

impl Turn {
    fn items(&self, kind: masque::Modality) -> impl Iterator<Item = Item> {
        let count = item::of_turn(self.turn(), kind).len();
        (0..count).map(move |number| Item { of: Arc::clone(&self.of), turn: self.number, kind, number })
    }
}

/// What a turn holds, such as `550 tokens, 2 images`.
fn describe(turn: &masque::Turn) -> String {
    let tokens: u64 = turn.prompts.iter().map(|prompt| prompt.tokens).sum();
    let counts = [
        (tokens, "token", "tokens"),
        (turn.images.len() as u64, "image", "images"),
        (turn.audios.len() as u64, "audio item", "audio items"),
        (turn.videos.len() as u64, "clip", "clips"),
    ];
    let there = counts.iter().filter(|(count, ..)| *count > 0);
    there
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect::<Vec<_>>()
        .join(", ")
}

/// One prompt.
#[pyclass(frozen, module = "masque", name = "Prompt")]
pub(crate) struct Prompt(masque::Prompt);

#[pymethods]
impl Prompt {
    /// The text.
    #[getter]
    fn text(&self) -> &str {
        &self.0.text
    }

    /// Tokens that the request's tokenizer counts in the text, exactly.
    #[getter]
    fn tokens(&self) -> u64 {
        self.0.tokens
    }

    /// Which prefix of the request's pool it begins with.
    #[getter]
    fn prefix(&self) -> Option<u64> {
        self.0.prefix
    }

    fn __str__(&self) -> &str {
        &self.0.text
    }

    fn __repr__(&self) -> String {
        let start: String = self.0.text.chars().take(40).collect();
        let dots = if start.len() < self.0.text.len() { "…" } else { "" };
        format!("<Prompt of {} tokens: {start:?}{dots}>", self.0.tokens)
    }
}
