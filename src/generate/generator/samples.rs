//! The samples of an audio item as they are before any encoder.

use crate::content::audio::Samples;
use crate::encode::AudioShape;
use crate::encode::samples::quantise;

/// The samples of one audio item in 16 bits, whatever the bits of its file: interleaved, as a WAV file of 16 bits has them.
pub struct AudioSamples {
    noise: Samples,
    shape: AudioShape,
    frames: u64,
}

/// Samples that are drawn at a time.
const BLOCK: usize = 1 << 12;

impl AudioSamples {
    pub(super) fn new(noise: Samples, shape: AudioShape, frames: u64) -> Self {
        Self { noise, shape, frames }
    }

    /// Samples a second of each channel.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.shape.sample_rate
    }

    /// 1 or 2.
    #[must_use]
    pub fn channels(&self) -> u16 {
        self.shape.channels
    }

    /// Samples of each channel, of the whole item.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Fills `samples` with the next ones. The noise goes on behind the item's end.
    pub fn read(&mut self, samples: &mut [i16]) {
        let mut block = [0; BLOCK];
        for samples in samples.chunks_mut(BLOCK) {
            let block = &mut block[..samples.len()];
            self.noise.fill(block);
            samples.iter_mut().zip(block).for_each(|(sample, drawn)| *sample = quantise(*drawn, 16) as i16);
        }
    }
}
