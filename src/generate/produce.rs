//! Records, each in a straight line: draw the plan, then text, audio, images and videos. Siblings meet here and nowhere else.

mod audio;
mod draft;
mod image;
mod resources;
mod video;

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::FrameRate;
use crate::io::cache::BudgetedCache;
use crate::io::payload::{FileName, Store};
use crate::pattern::Clip;
use crate::plan::{Plan, Planned, TurnPlan};
use crate::record::{Item, Record, Turn};
use crate::seed::{Address, ITEMS_PER_RECORD};
use crate::spec::Modality;

pub use draft::{Draft, writes_in_place};
use draft::{Pending, Slot, is_stored};
pub use resources::{Resources, settle};

/// Bytes of memory for the pool of reused items; those that stand in files take little of it.
const POOL: usize = 128 << 20;

/// Makes records, in any order, on any thread.
pub struct Producer {
    /// What the request needs.
    pub resources: Arc<Resources>,
    /// Where items' bytes go.
    pub store: Store,
    /// Threads that one long clip may be encoded by, 1..
    pub encoders: usize,
    /// Items of the pool of reused ones, by their address.
    pool: BudgetedCache<(&'static str, u64), Item>,
}

impl Producer {
    /// Makes records whose items' bytes go to `store`.
    #[must_use]
    pub fn new(resources: Arc<Resources>, store: Store, encoders: usize) -> Self {
        Self { resources, store, encoders, pool: BudgetedCache::new(POOL) }
    }

    /// Makes records, each a pure function of the spec and its index, but for their stored images.
    pub fn draft(&self, indices: Range<u64>) -> Draft {
        let mut pending = Vec::new();
        let plans = indices.map(|index| self.resources.planner.draw(index)).enumerate();
        let records = plans.map(|(place, plan)| self.record(&plan, place, &mut pending)).collect();
        Draft { records, pending }
    }

    /// The record at a place of the draft; its stored images join those that are `pending`.
    fn record(&self, plan: &Plan, place: usize, pending: &mut Vec<Pending>) -> Result<Record> {
        let mut record = Record {
            index: plan.index,
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
        for (number, (plan, turn)) in plan.turns.iter().zip(&mut record.turns).enumerate() {
            turn.delay_ms = plan.delay_ms;
            if let Some(spec) = &self.resources.spec.audio {
                let audio = |planned| self.pooled(planned, || self.audio(spec, planned));
                turn.audios = plan.audios.iter().map(audio).collect::<Result<_>>()?;
            }
            if let Some(spec) = &self.resources.spec.image {
                let window = self.resources.spec.placement.window.is_some();
                let image = |(image, planned)| match is_stored(spec, planned) && !window {
                    true => Ok(draft::put_off(planned, Slot { record: place, turn: number, image }, pending)),
                    false => self.pooled(planned, || self.image(spec, planned)),
                };
                turn.images = plan.images.iter().enumerate().map(image).collect::<Result<_>>()?;
            }
            if let Some(spec) = &self.resources.spec.video {
                let video = |planned| self.pooled(planned, || self.video(spec, planned));
                turn.videos = plan.videos.iter().map(video).collect::<Result<_>>()?;
            }
        }
        if let Some(window) = self.resources.spec.placement.window {
            repeat_images(window, &mut record);
        }
        Ok(record)
    }

    /// The `ordinal`-th item of its kind of record `index`, over all turns.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such item; else why it cannot be made.
    pub fn item(&self, index: u64, kind: Modality, ordinal: usize) -> Result<Item> {
        let plan = self.resources.planner.draw(index);
        let (turns, spec) = (&plan.turns, &self.resources.spec);
        let item = match kind {
            Modality::Image => nth(turns, ordinal, |turn| &turn.images)
                .zip(spec.image.as_ref())
                .map(|(planned, spec)| self.pooled(planned, || self.image(spec, planned))),
            Modality::Audio => nth(turns, ordinal, |turn| &turn.audios)
                .zip(spec.audio.as_ref())
                .map(|(planned, spec)| self.pooled(planned, || self.audio(spec, planned))),
            Modality::Video => nth(turns, ordinal, |turn| &turn.videos)
                .zip(spec.video.as_ref())
                .map(|(planned, spec)| self.pooled(planned, || self.video(spec, planned))),
        };
        item.unwrap_or_else(|| Err(no_item(index, kind, ordinal)))
    }

    /// The `ordinal`-th clip of record `index`, over all turns, and its rate.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such clip.
    pub fn clip(&self, index: u64, ordinal: usize) -> Result<(Clip, FrameRate)> {
        let plan = self.resources.planner.draw(index);
        let planned = nth(&plan.turns, ordinal, |turn| &turn.videos).zip(self.resources.spec.video.as_ref());
        let (planned, spec) = planned.ok_or_else(|| no_item(index, Modality::Video, ordinal))?;
        Ok((video::clip(spec, planned, self.resources.spec.seed), planned.what.rate))
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

/// The `ordinal`-th item of a kind over all turns.
fn nth<T>(turns: &[TurnPlan], ordinal: usize, of: impl Fn(&TurnPlan) -> &Vec<Planned<T>>) -> Option<&Planned<T>> {
    turns.iter().flat_map(of).nth(ordinal)
}

/// The item's file, such as `0000/000012_image_0.png`: a thousand records to a folder, so that no folder grows too large for its
/// file system.
fn file<T>(planned: &Planned<T>, extension: &str) -> FileName {
    let Address { label, stream } = planned.address;
    let (index, ordinal) = (stream / ITEMS_PER_RECORD, stream % ITEMS_PER_RECORD);
    let path = match planned.pool {
        Some(place) => format!("pool/{}_{place}.{extension}", label.trim_end_matches(".pool")),
        None => format!("{:04}/{index:06}_{label}_{ordinal}.{extension}", index / 1000),
    };
    FileName { path, shared: planned.pool.is_some() }
}
