//! Sounds: Gaussian noise as WAV, or through FFmpeg, a piece at a time.

use super::{Producer, file};
use crate::audio::{Samples, quantise};
use crate::encode::sound::{Shape, encode_sound};
use crate::encode::wav;
use crate::error::Result;
use crate::plan::{AudioPlan, Planned};
use crate::record::{Facts, Item};
use crate::spec::{AudioFormat, AudioSpec};

impl Producer {
    pub(super) fn audio(&self, spec: &AudioSpec, planned: &Planned<AudioPlan>) -> Result<Item> {
        let AudioPlan { frames, sample_rate, bit_depth, format } = planned.what;
        let shape = Shape { sample_rate, channels: spec.channels, bit_depth };
        let file = file(planned, format.name());
        let mut samples = Samples::new(planned.address.noise(self.resources.spec.seed));
        let payload = match format {
            AudioFormat::Wav => {
                let mut out = self.store.open(&file)?;
                wav::encode(&mut samples, frames, shape, &mut out)?;
                out.finish()?
            }
            AudioFormat::Mp3 | AudioFormat::Flac | AudioFormat::Opus => {
                let fill = |piece: &mut [i32]| {
                    samples.fill(piece);
                    piece.iter_mut().for_each(|sample| *sample = quantise(*sample, bit_depth));
                    Ok(())
                };
                self.store.encode(&file, |out| encode_sound(format, shape, frames, fill, out))?
            }
        };
        let seconds = frames as f64 / f64::from(sample_rate);
        let facts = Facts::Audio { format, seconds, sample_rate, bit_depth, channels: spec.channels };
        Ok(Item { facts, pool: planned.pool, payload })
    }
}
