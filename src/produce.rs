//! Records, each in a straight line: draw the plan, then text, sounds, pictures and clips. Siblings meet here and nowhere else.

mod clip;
mod draft;
mod picture;
mod sound;

use std::ops::Range;

use crate::cache::BudgetedCache;
use crate::error::Result;
use crate::image::Sources;
use crate::payload::{FileName, Store};
use crate::plan::{ImagePlan, Plan, Planned, Planner};
use crate::record::{Item, Record, Turn};
use crate::render::Renderer;
use crate::seed::{Address, ITEMS_PER_RECORD};
use crate::spec::Spec;
use crate::text::Prompter;

pub use draft::{Draft, places};
use draft::{await_stored, is_stored};

/// Bytes of memory for the pool of reused items; those that stand in files take little of it.
pub const POOL: usize = 128 << 20;

/// All that is needed to make any record; shared by the workers.
pub struct Producer<'a> {
    /// What was asked for.
    pub spec: &'a Spec,
    /// Draws what each record is to be.
    pub planner: Planner<'a>,
    /// The pictures to show, unless they are noise.
    pub sources: Option<Sources>,
    /// Items of the pool of reused ones, by their address.
    pub pool: BudgetedCache<(&'static str, u64), Item>,
    /// The writer of prompts, if any are asked for.
    pub prompter: Option<Prompter>,
    /// The maker of pixels.
    pub renderer: &'a dyn Renderer,
    /// Where items' bytes go.
    pub store: Store,
    /// Threads that one long clip may be encoded by, 1..
    pub encoders: usize,
}

impl Producer<'_> {
    /// Makes records, each a pure function of the spec and its index, but for their stored pictures.
    pub fn draft(&self, indices: Range<u64>) -> Draft {
        let mut awaited = Vec::new();
        let records = indices.map(|index| self.record(&self.planner.draw(index), &mut awaited)).collect();
        Draft { records, awaited }
    }

    /// One record; its stored pictures join those that are `awaited`.
    fn record(&self, plan: &Plan, awaited: &mut Vec<Planned<ImagePlan>>) -> Result<Record> {
        let mut record = Record { index: plan.index, system: None, turns: Vec::with_capacity(plan.turns.len()) };
        record.turns.resize_with(plan.turns.len(), Turn::default);
        if let Some(prompter) = &self.prompter {
            let said = prompter.converse(plan.index, record.turns.len())?;
            record.system = said.system;
            for (turn, said) in record.turns.iter_mut().zip(said.turns) {
                (turn.prompts, turn.osl) = (said.prompts, said.osl);
            }
        }
        for (plan, turn) in plan.turns.iter().zip(&mut record.turns) {
            turn.delay_ms = plan.delay_ms;
            if let Some(spec) = &self.spec.audio {
                let audio = |planned| self.lend(planned, || self.audio(spec, planned));
                turn.audios = plan.audios.iter().map(audio).collect::<Result<_>>()?;
            }
            if let Some(spec) = &self.spec.image {
                let image = |planned| match is_stored(spec, planned) {
                    true => Ok(await_stored(planned, awaited)),
                    false => self.lend(planned, || self.image(spec, planned)),
                };
                turn.images = plan.images.iter().map(image).collect::<Result<_>>()?;
            }
            if let Some(spec) = &self.spec.video {
                let video = |planned| self.lend(planned, || self.video(spec, planned));
                turn.videos = plan.videos.iter().map(video).collect::<Result<_>>()?;
            }
        }
        Ok(record)
    }

    /// An item of the pool is made once and lent to every record that shows it; any other is made for its own.
    fn lend<T>(&self, planned: &Planned<T>, make: impl FnOnce() -> Result<Item>) -> Result<Item> {
        match planned.pool {
            None => make(),
            Some(place) => {
                self.pool.get(&(planned.address.label, place), |item| item.payload.held() + item.facts.held(), make)
            }
        }
    }
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
