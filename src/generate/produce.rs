//! Records, each in a straight line: draw the plan, then text, audio, images and videos. Siblings meet here and nowhere else.

mod audio;
mod budget;
mod draft;
mod frames;
mod image;
mod items;
mod mixed;
mod resources;
mod video;

use std::sync::Arc;

use crate::content::audio::Samples;
use crate::dataset::PayloadCursors;
use crate::encode::AudioShape;
use crate::error::{Error, Result};
use crate::frame::FrameRate;
use crate::io::cache::BudgetedCache;
use crate::io::payload::{Payload, Store};
use crate::pattern::Clip;
use crate::plan::{AudioPlan, Planned, TurnPlan};
use crate::record::{Item, ItemKind, ItemName, ItemPlace, Record, Turn};
use crate::seed::ITEMS_PER_RECORD;
use crate::spec::{Modality, Spec};

pub use draft::{Draft, writes_in_place};
use draft::{Pending, Slot, is_stored};
pub use mixed::MixedProducer;
pub use resources::{Resources, open_shares, settle};

/// Bytes of memory for the pool of reused items; those that stand in files take little of it.
const POOL: usize = 128 << 20;

/// Makes records, in any order, on any thread.
pub struct Producer {
    /// What the request needs.
    pub resources: Arc<Resources>,
    /// Where items' bytes go.
    store: Store,
    /// Threads that one long clip may be encoded by, 1..
    encoders: usize,
    /// Whether items are named, and not made.
    outlines: bool,
    /// Items of the pool of reused ones, by their address.
    pool: BudgetedCache<(&'static str, u64), Item>,
}

impl Producer {
    /// Makes records whose items' bytes go to `store`.
    #[must_use]
    pub fn new(resources: Arc<Resources>, store: Store, encoders: usize) -> Self {
        Self { resources, store, encoders, outlines: false, pool: BudgetedCache::new(POOL) }
    }

    /// Makes records whose media are named, and have no bytes.
    #[must_use]
    pub fn of_outlines(resources: Arc<Resources>) -> Self {
        Self { outlines: true, ..Self::new(resources, Store::memory(), 1) }
    }

    /// What stands for the bytes of an item that is not to be made.
    fn unmade(&self, name: &ItemName) -> Option<Payload> {
        self.outlines.then(|| Payload::in_file(name))
    }

    /// Record `index`, at a place of the draft: a pure function of the spec and the index, but for its stored images, which join those
    /// that are `pending`.
    fn record(&self, index: u64, place: usize, pending: &mut Vec<Pending>) -> Result<Record> {
        let plan = &self.resources.planner.draw(index);
        let mut record = Record {
            index: plan.index,
            share: None,
            system: None,
            arrival_ms: plan.arrival_ms,
            turns: Vec::with_capacity(plan.turns.len()),
        };
        record.turns.resize_with(plan.turns.len(), Turn::default);
        if let Some(prompter) = &self.resources.prompter {
            let said = prompter.converse(plan.index, record.turns.len())?;
            record.system = said.system;
            for (turn, said) in record.turns.iter_mut().zip(said.turns) {
                (turn.prompts, turn.answer, turn.osl) = (said.prompts, said.answer, said.osl);
            }
        }
        let mut left = self.resources.spec.max_payload_bytes;
        for (number, (plan, turn)) in plan.turns.iter().zip(&mut record.turns).enumerate() {
            turn.delay_ms = plan.delay_ms;
            self.media_of(plan, turn, (place, number), pending, &mut left)?;
        }
        if let Some(window) = self.resources.spec.placement.window {
            repeat_images(window, &mut record);
        }
        Ok(record)
    }

    /// Makes the media of a turn, whose record and number are these, within what is `left` of a budget.
    fn media_of(
        &self,
        plan: &TurnPlan,
        turn: &mut Turn,
        (record, number): (usize, usize),
        pending: &mut Vec<Pending>,
        left: &mut Option<u64>,
    ) -> Result<()> {
        let Spec { audio, image, video, .. } = &*self.resources.spec;
        if let Some(spec) = audio {
            let audio = |planned| self.within(left, planned, |planned| self.audio(spec, planned)).transpose();
            turn.audios = plan.audios.iter().filter_map(audio).collect::<Result<_>>()?;
        }
        if let Some(spec) = image {
            let put_off = draft::puts_off(&self.resources.spec) && !self.outlines;
            let image = |(image, planned)| match put_off && is_stored(spec, planned) {
                true => Some(Ok(draft::put_off(planned, Slot { record, turn: number, image }, pending))),
                false => self.within(left, planned, |planned| self.image(spec, planned)).transpose(),
            };
            turn.images = plan.images.iter().enumerate().filter_map(image).collect::<Result<_>>()?;
        }
        if let Some(spec) = video.as_ref().filter(|spec| spec.as_frames) {
            for planned in &plan.videos {
                self.frames(spec, planned, turn, left)?;
            }
        } else if let Some(spec) = video {
            let video = |planned| self.within(left, planned, |planned| self.video(spec, planned)).transpose();
            turn.videos = plan.videos.iter().filter_map(video).collect::<Result<_>>()?;
        }
        let empty = turn.prompts.is_empty() && turn.images.len() + turn.audios.len() + turn.videos.len() == 0;
        match empty {
            true => {
                Err(Error::request("max_payload_bytes", "nothing fits into a turn", "raise it, or ask for prompts"))
            }
            false => Ok(()),
        }
    }

    /// The `ordinal`-th item of its kind of record `index`, over all turns.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such item; else why it cannot be made.
    pub fn item(&self, index: u64, kind: Modality, ordinal: usize) -> Result<Item> {
        let framed = self.resources.spec.video.as_ref().is_some_and(|video| video.as_frames);
        let item = if self.resources.spec.max_payload_bytes.is_some() || framed {
            // What is left for it, and its place, depend on those before it.
            let turns = self.whole(index)?.turns.into_iter();
            let mut items = turns.flat_map(|turn| match kind {
                Modality::Image => turn.images,
                Modality::Audio => turn.audios,
                Modality::Video => turn.videos,
            });
            items.nth(ordinal)
        } else {
            let planned = self.resources.planner.draw(index).item(kind, ordinal);
            planned.map(|planned| self.make(&planned)).transpose()?.flatten()
        };
        item.ok_or_else(|| no_item(index, kind, ordinal))
    }

    /// Record `index` with all its media.
    fn whole(&self, index: u64) -> Result<Record> {
        let mut pending = Vec::new();
        let records = vec![self.record(index, 0, &mut pending)];
        let made = self.finish(Draft { records, pending }, &PayloadCursors::default());
        made.into_iter().next().unwrap_or(Err(Error::Interrupted { written: 0 }))
    }

    /// The `ordinal`-th clip of record `index`, over all turns, and its rate.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such clip.
    pub fn clip(&self, index: u64, ordinal: usize) -> Result<(Clip, FrameRate)> {
        if self.resources.spec.max_payload_bytes.is_some() {
            let problem = "a clip's size is known when it is encoded";
            return Err(Error::request("max_payload_bytes", problem, "ask for frames without it"));
        }
        let plan = self.resources.planner.draw(index);
        let planned = plan.turns.iter().flat_map(|turn| &turn.videos).nth(ordinal);
        let planned = planned.zip(self.resources.spec.video.as_ref());
        let (planned, spec) = planned.ok_or_else(|| no_item(index, Modality::Video, ordinal))?;
        Ok((video::clip(spec, planned, self.resources.spec.seed), planned.what.rate))
    }

    /// The noise of the `ordinal`-th audio item of record `index`, over all turns, its shape, and its samples of each channel.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such item.
    pub fn samples(&self, index: u64, ordinal: usize) -> Result<(Samples, AudioShape, u64)> {
        if self.resources.spec.max_payload_bytes.is_some() {
            let problem = "an audio item's length is known when it is encoded";
            return Err(Error::request("max_payload_bytes", problem, "ask for samples without it"));
        }
        let plan = self.resources.planner.draw(index);
        let planned = plan.turns.iter().flat_map(|turn| &turn.audios).nth(ordinal);
        let planned = planned.zip(self.resources.spec.audio.as_ref());
        let (planned, spec) = planned.ok_or_else(|| no_item(index, Modality::Audio, ordinal))?;
        let AudioPlan { frames, sample_rate, bit_depth, .. } = planned.what;
        let shape = AudioShape { sample_rate, channels: spec.channels, bit_depth };
        Ok((Samples::new(planned.address.noise(self.resources.spec.seed)), shape, frames))
    }

    /// An item of the pool is made once for every record that shows it; any other is made for its own.
    fn pooled<T>(&self, planned: &Planned<T>, make: impl FnOnce() -> Result<Item>) -> Result<Item> {
        match planned.pool {
            None => make(),
            Some(place) => {
                self.pool.get(&(planned.address.label, place), |item| item.payload.held() + item.metadata.held(), make)
            }
        }
    }
}

/// Has each turn show the images of the turns before it again, of so many turns in all, each by the same uuid.
fn repeat_images(window: u64, record: &mut Record) {
    for item in record.turns.iter_mut().flat_map(|turn| &mut turn.images) {
        item.uuid = uuid(&item.payload.sha256);
    }
    let own: Vec<Vec<Item>> = record.turns.iter().map(|turn| turn.images.clone()).collect();
    for (number, turn) in record.turns.iter_mut().enumerate() {
        let first = (number + 1).saturating_sub(usize::try_from(window).unwrap_or(usize::MAX));
        turn.images = own[first..=number].concat();
    }
}

/// The UUID of version 8 (RFC 9562, 5.8) that begins a digest in hex: the same bytes have the same one.
fn uuid(sha256: &str) -> Option<String> {
    let number = u128::from_str_radix(sha256.get(..32)?, 16).ok()?;
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

fn no_item(index: u64, kind: Modality, ordinal: usize) -> Error {
    let problem = format!("record {index} has no {} {ordinal}", kind.name());
    Error::request("ordinal", problem, "give a smaller one, counted from 0")
}

/// What an item is called: a thousand records to a folder, so that no folder grows too large for its file system.
fn name<T>(planned: &Planned<T>, modality: Modality, extension: &str) -> ItemName {
    let stream = planned.address.stream;
    let own = ItemPlace::Own { record: stream / ITEMS_PER_RECORD, ordinal: stream % ITEMS_PER_RECORD };
    let place = planned.pool.map_or(own, ItemPlace::Pool);
    ItemName { kind: ItemKind::Whole(modality), place, extension: extension.to_owned() }
}
