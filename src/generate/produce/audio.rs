//! Audio: Gaussian noise in any format, a block at a time.

use super::{Producer, name};
use crate::content::audio::Samples;
use crate::encode::AudioShape;
use crate::error::Result;
use crate::plan::{AudioPlan, Planned};
use crate::record::{Item, Metadata};
use crate::spec::{AudioSpec, Modality};

impl Producer {
    pub(super) fn audio(&self, spec: &AudioSpec, planned: &Planned<AudioPlan>) -> Result<Item> {
        let AudioPlan { frames, sample_rate, bit_depth, format } = planned.what;
        let shape = AudioShape { sample_rate, channels: spec.channels, bit_depth };
        let name = name(planned, Modality::Audio, format.name());
        let mut noise = Samples::new(planned.address.noise(self.resources.spec.seed));
        let samples = Box::new(move |block: &mut [i32]| {
            noise.fill(block);
            Ok(())
        });
        let payload = match self.unmade(&name) {
            Some(unmade) => unmade,
            None => format.codec().encode(shape, frames, samples, &self.store, &name.file())?,
        };
        let seconds = frames as f64 / f64::from(sample_rate);
        let metadata = Metadata::Audio { format, seconds, sample_rate, bit_depth, channels: spec.channels };
        Ok(Item { metadata, name, pool: planned.pool, uuid: None, payload })
    }
}
