//! Sounds: Gaussian noise as WAV, or through FFmpeg.

use std::io::Cursor;

use super::{Producer, file};
use crate::audio::{Samples, quantise};
use crate::encode::sound::{Shape, encode_sound};
use crate::encode::wav;
use crate::error::Result;
use crate::plan::{AudioPlan, Planned};
use crate::record::{Facts, Item};
use crate::spec::{AudioFormat, AudioSpec};

impl Producer<'_> {
    pub(super) fn audio(&self, spec: &AudioSpec, planned: &Planned<AudioPlan>) -> Result<Item> {
        let AudioPlan { frames, sample_rate, bit_depth } = planned.what;
        let (format, channels) = (spec.format, spec.channels);
        let mut samples = Samples::new(planned.address.noise(self.spec.seed));
        let bytes = match format {
            AudioFormat::Wav => wav::encode(&mut samples, frames, sample_rate, bit_depth, channels)?,
            AudioFormat::Mp3 | AudioFormat::Flac | AudioFormat::Opus => {
                let shape = Shape { sample_rate, channels, bit_depth };
                let fill = |piece: &mut [i32]| {
                    samples.fill(piece);
                    piece.iter_mut().for_each(|sample| *sample = quantise(*sample, bit_depth));
                    Ok(())
                };
                encode_sound(format, shape, frames, fill, Cursor::new(Vec::new()))?.into_inner()
            }
        };
        let seconds = frames as f64 / f64::from(sample_rate);
        let facts = Facts::Audio { format: format.name(), seconds, sample_rate, bit_depth, channels };
        Ok(Item { facts, pool: planned.pool, payload: self.put(&file(planned, format.name()), &bytes)? })
    }
}
