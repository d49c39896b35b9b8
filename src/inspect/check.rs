//! One record: its line in `records.jsonl`, what stands in each format's file, and its media.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::InspectOptions;
use super::media::{self, Source};
use super::report::Quantity;
use crate::content::text::{SharedTexts, TokenCounter};
use crate::dataset::content::{Content, TurnContent};
use crate::dataset::format::{Format, Needs, Osl};
use crate::dataset::{Fault, FinishedDataset, ListedItem, ListedRecord, ListedTurn, Manifest, Places, ReadRecord};
use crate::encode;
use crate::error::{Error, Result};
use crate::io::input::Input;
use crate::media_tokens::{self, ModelFamily};
use crate::servers::{self, Medium, Objection, Server};
use crate::spec::{Modality, Spec};

/// Bytes that two prompts have in common which are said to begin alike: about sixteen tokens, as many as a server's cache of prefixes
/// has in a block.
const BEGINNING: usize = 64;

/// What does not change from record to record.
pub(super) struct Checker {
    places: Places,
    formats: Vec<&'static Format>,
    /// Of each share of the request.
    counters: Vec<Option<TokenCounter>>,
    /// Whose tokens are predicted.
    families: Vec<&'static ModelFamily>,
    /// Who is to take it.
    servers: Vec<&'static Server>,
    /// Pixel formats of the clips of each share, where the request names one.
    pixel_formats: Vec<Option<String>>,
    /// What was looked at of what several records share: files of the pool by their names, with their sizes and digests.
    pool: Mutex<HashMap<String, (u64, String)>>,
    /// Tokens of system prompts that were counted, by share; most records have the same.
    systems: Mutex<HashMap<(usize, u64), u64>>,
}

/// What became of a record.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) faults: Vec<Fault>,
    pub(super) values: Vec<(Quantity, u64)>,
    /// Predicted tokens of each medium: its kind and the number of the family.
    pub(super) tokens: Vec<(Modality, usize, u64)>,
    /// Of each prompt: its digest, and its beginning's.
    pub(super) prompts: Vec<(u64, u64)>,
    /// The first bytes of the digest of each item that is no item of the pool.
    pub(super) items: Vec<u64>,
    pub(super) decoded: u64,
    pub(super) undecoded: u64,
}

impl Checker {
    pub(super) fn open(dataset: &FinishedDataset, options: &InspectOptions) -> Result<Self> {
        let (mut families, hub): (Vec<&ModelFamily>, _) = (Vec::new(), options.hub.as_ref());
        for name in dataset.request().model_families.iter().chain(&options.model_families) {
            let Some(family) = media_tokens::named(name) else {
                let names: Vec<_> = media_tokens::FAMILIES.iter().map(|row| row.name).collect();
                let fix = format!("give {}", names.join(", "));
                return Err(Error::request("model_families", format!("there is no family {name}"), fix));
            };
            if families.iter().all(|known| known.name != family.name) {
                families.push(family);
            }
        }
        let named: Vec<_> = dataset.request().servers.iter().chain(&options.servers).cloned().collect();
        let mut shared = SharedTexts::default();
        let shares = dataset.request().shares();
        let counters = shares
            .iter()
            .map(|share| share.text.as_ref().map(|text| TokenCounter::open(text, hub, &mut shared)).transpose());
        Ok(Self {
            places: dataset.places(),
            formats: dataset.formats().to_vec(),
            counters: counters.collect::<Result<_>>()?,
            families,
            servers: servers::named(&named)?,
            pixel_formats: shares.iter().map(|share| share.video.as_ref()?.pixel_format.clone()).collect(),
            pool: Mutex::default(),
            systems: Mutex::default(),
        })
    }

    /// Whose tokens are predicted.
    pub(super) fn families(&self) -> &[&'static ModelFamily] {
        &self.families
    }

    /// Where what is in the dataset stands.
    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    /// Its formats.
    pub(super) fn formats(&self) -> &[&'static Format] {
        &self.formats
    }

    /// What counts the prompts of a share of the request.
    pub(super) fn counter(&self, share: u64) -> Option<&TokenCounter> {
        self.counters.get(usize::try_from(share).ok()?)?.as_ref()
    }

    /// Whether the tokenizers are those that the dataset was made with.
    pub(super) fn inputs(&self, manifest: &Manifest) -> Vec<Fault> {
        let now = self.counters.iter().flatten().filter_map(TokenCounter::input);
        let other = now.filter(|now| manifest.inputs.iter().all(|listed| listed != *now));
        let fault = |now: &Input| {
            let problem = format!("the tokenizer {} is another one now, of SHA-256 {}", now.name, now.sha256);
            Fault::new(Places::MANIFEST, problem)
        };
        other.map(fault).collect()
    }

    /// Whether the servers that are to take it get media where they are.
    pub(super) fn delivery(&self, request: &Spec) -> Vec<Fault> {
        let fault = |it: Objection| Fault::new(Places::MANIFEST, format!("{}; {}", it.problem, it.fix));
        servers::Delivery::of(request).objections(&self.servers).into_iter().map(fault).collect()
    }

    /// Parses a record and checks it.
    pub(super) fn check(&self, read: &mut ReadRecord) -> Checked {
        read.parse();
        let (mut checked, own) = (Checked::default(), self.formats.len());
        let place = |format| self.places.of(format, read.index);
        let Some(record) = &read.listed else {
            checked.faults.push(Fault::new(place(own), "it is no line of records.jsonl"));
            return checked;
        };
        let name = format!("session_{:06}", read.index);
        if record.index != read.index || record.session_id != name {
            let problem = format!("it is of record {} ({}), not {}", record.index, record.session_id, read.index);
            checked.faults.push(Fault::new(place(own), problem));
        }
        let share = record.share.unwrap_or_default() as usize;
        let mut counted: Option<Vec<Vec<String>>> = None;
        for (number, format) in self.formats.iter().enumerate() {
            let Some(text) = read.elided(number) else { continue };
            let value: Option<Value> = serde_json::from_slice(&text).ok();
            let Some(content) = value.as_ref().and_then(|value| (format.read)(value)) else {
                checked.faults.push(Fault::new(place(number), format!("it is no record of {}", format.name)));
                continue;
            };
            let texts = self.content(record, &content, format, (share, counted.as_ref()));
            match texts {
                Ok(texts) => counted = counted.or(texts),
                Err(problem) => checked.faults.push(Fault::new(place(number), problem)),
            }
        }
        for text in counted.iter().flatten().flatten() {
            let beginning = text.floor_char_boundary(BEGINNING);
            checked.prompts.push((hash(text), hash(&text[..beginning])));
        }
        self.measure(record, &mut checked);
        self.hold_against_servers(record, &mut checked);
        for turn in &record.turns {
            for (modality, items) in turn.items() {
                for (ordinal, item) in items.iter().enumerate() {
                    self.item(read, (modality, ordinal, item), &mut checked);
                    self.predict(read.index, (modality, ordinal, item), &mut checked);
                }
            }
        }
        checked
    }

    /// Holds what stands in a format's file against the record's line. Gives the prompts, of which each was counted, unless `known` has
    /// them already.
    fn content(
        &self,
        record: &ListedRecord,
        content: &Content<'_>,
        format: &Format,
        (share, known): (usize, Option<&Vec<Vec<String>>>),
    ) -> Result<Option<Vec<Vec<String>>>, String> {
        if let Some(session) = content.session.filter(|session| *session != record.session_id) {
            return Err(format!("it is of {session}, not {}", record.session_id));
        }
        same("turns", record.turns.len() as u64, content.turns.len() as u64)?;
        let Some(counter) = self.counters.get(share) else { return Err(format!("there is no share {share}")) };
        if let Some(text) = content.system {
            let listed = record.system.as_ref().ok_or("it has a system prompt, and records.jsonl tells of none")?;
            let counter = counter.as_ref().ok_or("it has a system prompt, and the request has no text")?;
            same("tokens of the system prompt", listed.tokens, self.system(share, text, counter)?)?;
        } else if record.system.is_some() && format.system {
            return Err("it has no system prompt, and records.jsonl tells of one".to_owned());
        }
        let mut all = Vec::new();
        for (number, (listed, turn)) in record.turns.iter().zip(&content.turns).enumerate() {
            let of_turn = |problem| match record.turns.len() {
                1 => problem,
                _ => format!("turn {number}: {problem}"),
            };
            let known = known.and_then(|known| known.get(number));
            all.push(self.turn(listed, turn, format, (counter.as_ref(), known)).map_err(of_turn)?);
        }
        let has_texts = all.iter().any(|texts| !texts.is_empty());
        Ok(has_texts.then_some(all))
    }

    fn turn(
        &self,
        listed: &ListedTurn,
        turn: &TurnContent<'_>,
        format: &Format,
        (counter, known): (Option<&TokenCounter>, Option<&Vec<String>>),
    ) -> Result<Vec<String>, String> {
        if matches!(format.osl, Osl::Each | Osl::Required) && turn.osl != listed.osl {
            let [found, listed] = [turn.osl, listed.osl].map(shown);
            return Err(format!("it asks for {found} tokens, and records.jsonl says {listed}"));
        }
        if let (Some(isl), false) = (turn.isl, turn.isl.as_slice() == listed.isl) {
            return Err(format!("it tells of {isl} tokens, and records.jsonl says {:?}", listed.isl));
        }
        // One prompt may stand in parts, with media between them.
        let texts: Vec<String> = match listed.isl.len() {
            1 if !turn.texts.is_empty() => vec![turn.texts.concat()],
            _ => turn.texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        if turn.isl.is_none() || !texts.is_empty() {
            same("prompts", listed.isl.len() as u64, texts.len() as u64)?;
        }
        match (known, counter) {
            (Some(known), _) if *known == texts => {}
            (Some(_), _) if !texts.is_empty() => {
                return Err("its prompts are not those of the other formats".to_owned());
            }
            (_, Some(counter)) => {
                for (text, listed) in texts.iter().zip(&listed.isl) {
                    same("tokens", *listed, counter.prompt(text).map_err(|why| why.to_string())?)?;
                }
            }
            (_, None) if !texts.is_empty() => return Err("it has a prompt, and the request has no text".to_owned()),
            (_, None) => {}
        }
        if let (Osl::Answers, Some(answer), Some(counter)) = (format.osl, turn.answer, counter) {
            let tokens = counter.answer(answer).map_err(|why| why.to_string())?;
            same("tokens of the answer", listed.osl.unwrap_or_default(), tokens)?;
        }
        for ((modality, items), found) in listed.items().into_iter().zip(&turn.media) {
            if format.arrivals == Needs::Requires {
                continue; // a trace has no media
            }
            same(&format!("{} items", modality.name()), items.len() as u64, found.len() as u64)?;
            for (ordinal, (item, found)) in items.iter().zip(found).enumerate() {
                let expected =
                    item.file.as_deref().map_or_else(|| item.sha256.clone(), |file| self.places.media_name(file));
                let found = if item.file.is_some() { found } else { found.rsplit(',').next().unwrap_or(found) };
                if found != expected {
                    let name = modality.name();
                    return Err(match &item.file {
                        Some(_) => format!("{name} {ordinal} is {}, and records.jsonl says {expected}", cut(found)),
                        None => format!("{name} {ordinal} is not the one whose SHA-256 records.jsonl has"),
                    });
                }
            }
        }
        Ok(texts)
    }

    /// Tokens of a system prompt.
    fn system(&self, share: usize, text: &str, counter: &TokenCounter) -> Result<u64, String> {
        let key = (share, hash(text));
        if let Some(tokens) = self.systems.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(*tokens);
        }
        let tokens = counter.prompt(text).map_err(|why| why.to_string())?;
        let mut known = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < 4096 {
            known.insert(key, tokens);
        }
        Ok(tokens)
    }

    /// What the servers that are to take it would not.
    fn hold_against_servers(&self, record: &ListedRecord, checked: &mut Checked) {
        if self.servers.is_empty() {
            return;
        }
        let format = self.pixel_formats.get(record.share.unwrap_or_default() as usize).and_then(Option::as_deref);
        let place = || self.places.of(self.formats.len(), record.index);
        let inline =
            |item: &&ListedItem| item.file.as_deref().is_none_or(|file| !self.places.media_name(file).contains("://"));
        let body = record.items().filter(inline).map(|item| item.bytes).sum();
        let items = record.turns.iter().flat_map(ListedTurn::items).flat_map(|(modality, items)| {
            items.iter().flat_map(move |item| {
                let codec = item.codec.as_deref().and_then(encode::codec_of);
                let medium = Medium {
                    modality,
                    sides: item.width.zip(item.height),
                    codec: codec.as_deref(),
                    pixel_format: format.filter(|_| modality == Modality::Video),
                    bytes: Some(item.bytes),
                };
                medium.objections(&self.servers)
            })
        });
        let all = items.chain(servers::of_body(&self.servers, body));
        checked.faults.extend(all.map(|it| Fault::new(place(), format!("{}; {}", it.problem, it.fix))));
    }

    /// Predicts the tokens of an item, and holds those that its line tells against it.
    fn predict(&self, index: u64, (modality, ordinal, item): (Modality, usize, &ListedItem), checked: &mut Checked) {
        let predicted = |family: &ModelFamily| item.tokens_for(modality, family);
        for (number, family) in self.families.iter().enumerate() {
            checked.tokens.extend(predicted(family).map(|tokens| (modality, number, tokens)));
        }
        let wrong = item
            .tokens
            .iter()
            .find(|(name, tokens)| media_tokens::named(name).is_none_or(|family| predicted(family) != Some(**tokens)));
        if let Some((name, tokens)) = wrong {
            let found = media_tokens::named(name).and_then(predicted);
            let problem =
                format!("{} {ordinal} costs {} tokens of {name}, not {tokens}", modality.name(), shown(found));
            checked.faults.push(Fault::new(self.places.of(self.formats.len(), index), problem));
        }
    }

    /// Checks an item's bytes, and decodes them, once where several records have it.
    fn item(
        &self,
        read: &ReadRecord,
        (modality, ordinal, item): (Modality, usize, &ListedItem),
        checked: &mut Checked,
    ) {
        let name = item.file.clone().unwrap_or_else(|| format!("{} {ordinal}", modality.name()));
        let place = match &item.file {
            Some(file) => file.clone(),
            None => self.places.of(self.formats.len(), read.index),
        };
        if item.pool.is_some() {
            let (key, value) =
                (item.file.clone().unwrap_or_else(|| item.sha256.clone()), (item.bytes, item.sha256.clone()));
            let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
            match pool.get(&key) {
                None => _ = pool.insert(key, value),
                Some(known) if *known == value => return,
                Some(_) => {
                    drop(pool);
                    let place = self.places.of(self.formats.len(), read.index);
                    checked.faults.push(Fault::new(place, format!("{name} is not as an earlier line tells of it")));
                    return;
                }
            }
        } else {
            checked.items.push(u64::from_str_radix(item.sha256.get(..16).unwrap_or_default(), 16).unwrap_or_default());
        }
        let file = self.places.media_file(item);
        let source = match (&item.file, &file) {
            (Some(_), None) => {
                checked.faults.push(Fault::new(place, format!("{name} is no name of masque's")));
                return;
            }
            (_, Some(path)) => {
                if let Some(problem) = media::differs(path, item) {
                    checked.faults.push(Fault::new(place, problem));
                    return;
                }
                Source::File(path)
            }
            (None, None) => match read.inline(&item.sha256) {
                Some(bytes) => Source::Memory(bytes),
                None => {
                    if read.formats.iter().any(Option::is_some) {
                        checked.faults.push(Fault::new(place, format!("{name} stands in no line with this SHA-256")));
                    }
                    return;
                }
            },
        };
        match media::decodes(modality, item, source) {
            Ok(true) => checked.decoded += 1,
            Ok(false) => checked.undecoded += 1,
            Err(problem) => {
                let problem = if item.file.is_some() { problem } else { format!("{name}: {problem}") };
                checked.faults.push(Fault::new(place, problem));
            }
        }
    }

    /// What a record adds to the figures.
    fn measure(&self, record: &ListedRecord, checked: &mut Checked) {
        let mut add = |quantity, value: Option<u64>| checked.values.extend(value.map(|value| (quantity, value)));
        let thousandths = |seconds: Option<f64>| seconds.map(|seconds| (seconds * 1000.0).round() as u64);
        add(Quantity::Turns, Some(record.turns.len() as u64));
        add(Quantity::System, record.system.as_ref().map(|system| system.tokens));
        for turn in &record.turns {
            turn.isl.iter().for_each(|tokens| add(Quantity::Isl, Some(*tokens)));
            add(Quantity::Osl, turn.osl);
            add(Quantity::Delay, turn.delay_ms);
            for image in &turn.images {
                add(Quantity::ImageWidth, image.width.map(u64::from));
                add(Quantity::ImageHeight, image.height.map(u64::from));
                add(Quantity::ImageBytes, Some(image.bytes));
            }
            for audio in &turn.audios {
                add(Quantity::AudioSeconds, thousandths(audio.seconds));
                add(Quantity::AudioBytes, Some(audio.bytes));
            }
            for video in &turn.videos {
                add(Quantity::VideoWidth, video.width.map(u64::from));
                add(Quantity::VideoHeight, video.height.map(u64::from));
                add(Quantity::VideoFrames, video.frames);
                add(Quantity::VideoSeconds, thousandths(video.seconds));
                add(Quantity::VideoBytes, Some(video.bytes));
            }
            for (quantity, items) in
                [(Quantity::Images, &turn.images), (Quantity::Audios, &turn.audios), (Quantity::Videos, &turn.videos)]
            {
                add(quantity, (!items.is_empty()).then_some(items.len() as u64));
            }
        }
        let media = record.items().map(|item| item.bytes).sum::<u64>();
        add(Quantity::Payload, record.items().next().map(|_| media));
    }
}

fn same(what: &str, listed: u64, found: u64) -> Result<(), String> {
    if listed == found { Ok(()) } else { Err(format!("it has {found} {what}, and records.jsonl says {listed}")) }
}

fn shown(number: Option<u64>) -> String {
    number.map_or_else(|| "nothing".to_owned(), |number| number.to_string())
}

/// The beginning of a text that may be long.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(80);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
