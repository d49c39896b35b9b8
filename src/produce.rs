//! One record, in a straight line: draw the plan, then text, sounds, pictures and clips. Siblings meet here and nowhere else.

mod clip;
mod sound;

use std::io::Write;

use crate::encode::png;
use crate::error::{Error, Result};
use crate::pattern::Pattern;
use crate::payload::{Payload, Store};
use crate::plan::{ImagePlan, Plan, Planned};
use crate::record::{Facts, Item, Record, Turn};
use crate::render::{Clip, Renderer};
use crate::spec::{SceneStyle, Spec};
use crate::text::Prompter;

/// All that is needed to make any record; shared by the workers.
pub struct Producer<'a> {
    /// What was asked for.
    pub spec: &'a Spec,
    /// The writer of prompts, if any are asked for.
    pub prompter: Option<Prompter>,
    /// The maker of pixels.
    pub renderer: &'a dyn Renderer,
    /// Where items' bytes go.
    pub store: Store,
    /// Segments of one clip that are encoded at once, 1..
    pub encoders: usize,
}

impl Producer<'_> {
    /// Makes record `index`: a pure function of the spec and the index.
    ///
    /// # Errors
    /// The first that occurs.
    pub fn produce(&self, index: u64) -> Result<Record> {
        let plan = Plan::draw(self.spec, index);
        let mut record = Record { index, system: None, turns: Vec::with_capacity(plan.turns.len()) };
        record.turns.resize_with(plan.turns.len(), Turn::default);
        if let Some(prompter) = &self.prompter {
            let said = prompter.converse(index, record.turns.len())?;
            record.system = said.system;
            for (turn, said) in record.turns.iter_mut().zip(said.turns) {
                (turn.prompts, turn.osl) = (said.prompts, said.osl);
            }
        }
        let mut ordinals = [0; 3];
        for (plan, turn) in plan.turns.iter().zip(&mut record.turns) {
            turn.delay_ms = plan.delay_ms;
            if let Some(spec) = &self.spec.audio {
                for planned in &plan.audios {
                    let stem = stem(index, "audio", &mut ordinals[0], planned);
                    turn.audios.push(self.audio(spec, planned, &stem)?);
                }
            }
            for planned in &plan.images {
                let stem = stem(index, "image", &mut ordinals[1], planned);
                turn.images.push(self.image(planned, &stem)?);
            }
            if let Some(spec) = &self.spec.video {
                for planned in &plan.videos {
                    let stem = stem(index, "video", &mut ordinals[2], planned);
                    turn.videos.push(self.video(spec, planned, &stem)?);
                }
            }
        }
        Ok(record)
    }

    fn image(&self, planned: &Planned<ImagePlan>, stem: &str) -> Result<Item> {
        let ImagePlan { size, .. } = planned.what;
        let noise = planned.address.noise(self.spec.seed);
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        let mut pixels = self.renderer.open_picture(&clip, 0)?;
        let mut out = self.store.open(&format!("{stem}.png"))?;
        png::write_stored(size, pixels.as_mut(), &mut out)?;
        let facts = Facts::Image { format: "png", width: size.width, height: size.height, source: "noise".into() };
        Ok(Item { facts, pool: planned.pool, payload: out.finish()? })
    }

    /// Lays down an item that is whole in memory.
    fn put(&self, file: &str, bytes: &[u8]) -> Result<Payload> {
        let mut out = self.store.open(file)?;
        out.reserve(bytes.len() as u64);
        out.write_all(bytes).map_err(|source| Error::File { action: "write", path: file.into(), source })?;
        out.finish()
    }
}

/// The item's file without its extension, such as `0000/000012_image_0`: a thousand records to a folder, so that no folder
/// grows too large for its file system.
fn stem<T>(index: u64, kind: &str, ordinal: &mut u64, planned: &Planned<T>) -> String {
    *ordinal += 1;
    match planned.pool {
        Some(place) => format!("pool/{kind}_{place}"),
        None => format!("{:04}/{index:06}_{kind}_{}", index / 1000, *ordinal - 1),
    }
}
