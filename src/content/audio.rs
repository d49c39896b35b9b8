//! Audio: clipped white Gaussian noise in fixed point. Integers from the keystream to the sample, so that samples are
//! value-stable and portable.

use std::sync::LazyLock;

use chacha20::ChaCha8;
use chacha20::cipher::{KeyIvInit, StreamCipher};

use crate::seed::Noise;

/// The standard deviation of a sample, where full scale is 1.
pub const DEVIATION: f64 = 0.3;

/// Full scale of a sample in fixed point.
pub const FULL_SCALE: i32 = i32::MAX;

/// Segments of the inverse of the cumulative distribution; the low 18 bits of a 32-bit draw interpolate inside one.
const SEGMENTS: usize = 1 << 14;
const FRACTION: u32 = 18;

/// Each segment's first sample and the step to the next one's, clipped to ±[`FULL_SCALE`].
static QUANTILES: LazyLock<Box<[(i32, i32); SEGMENTS]>> = LazyLock::new(|| {
    let quantiles = quantiles();
    Box::new(std::array::from_fn(|i| (quantiles[i], quantiles[i + 1] - quantiles[i])))
});

/// An endless row of independent samples, N(0, 0.3) clipped to ±1, each ±[`FULL_SCALE`] at most.
pub struct Samples(ChaCha8);

impl Samples {
    /// The samples of one noise, from its start.
    #[must_use]
    pub fn new(noise: Noise) -> Self {
        let mut nonce = chacha20::Nonce::default();
        nonce[4..].copy_from_slice(&noise.stream.to_le_bytes());
        Self(ChaCha8::new(&noise.key.into(), &nonce))
    }

    /// Fills `samples` with the next ones.
    pub fn fill(&mut self, samples: &mut [i32]) {
        let quantiles = &**QUANTILES;
        let mut draws = [0; 4 * 1024];
        for samples in samples.chunks_mut(draws.len() / 4) {
            let draws = &mut draws[..samples.len() * 4];
            self.0.write_keystream(draws);
            for (sample, draw) in samples.iter_mut().zip(draws.as_chunks().0) {
                let draw = u32::from_le_bytes(*draw);
                let (first, step) = quantiles[(draw >> FRACTION) as usize];
                let within = i64::from(draw & ((1 << FRACTION) - 1));
                *sample = first + ((i64::from(step) * within) >> FRACTION) as i32;
            }
        }
    }
}

/// The sample below which a share `i / SEGMENTS` of all samples lies, clipped to ±[`FULL_SCALE`], for each `i` up to [`SEGMENTS`].
///
/// Sums the Gaussian density up in small steps and notes where each share is reached. Only additions, multiplications and
/// divisions, which IEEE 754 rounds alike everywhere; the density goes on by e^(-(z+h)^2/2) = e^(-z^2/2) e^(-zh) e^(-h^2/2).
fn quantiles() -> Vec<i32> {
    const STEPS: usize = 1 << 17;
    let clip = 1.0 / DEVIATION;
    let h = clip / STEPS as f64;
    // 1/sqrt(2 pi), e^(-h^2) and e^(-h^2/2): the last two by their series, as h is about 2.5e-5.
    let (mut density, square) = (0.398_942_280_401_432_7, 1.0 - h * h + h * h * h * h / 2.0);
    let mut ratio = 1.0 - h * h / 2.0 + h * h * h * h / 8.0;
    let (mut share, mut next) = (0.5, SEGMENTS / 2);
    let mut quantiles = vec![FULL_SCALE; SEGMENTS + 1];
    for step in 0..STEPS {
        let after = density * ratio;
        let more = (density + after) / 2.0 * h;
        while next <= SEGMENTS && next as f64 / SEGMENTS as f64 <= share + more {
            let z = (step as f64 + (next as f64 / SEGMENTS as f64 - share) / more) * h;
            quantiles[next] = (z * DEVIATION * f64::from(FULL_SCALE)) as i32;
            next += 1;
        }
        (density, ratio, share) = (after, ratio * square, share + more);
    }
    for i in 0..SEGMENTS / 2 {
        quantiles[i] = -quantiles[SEGMENTS - i];
    }
    quantiles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(count: usize) -> Vec<i32> {
        let mut samples = vec![0; count];
        Samples::new(Noise { key: [7; 32], stream: 9 }).fill(&mut samples);
        samples
    }

    #[test]
    fn reads_in_pieces_are_the_whole() {
        let (whole, mut pieces) = (some(5000), vec![0; 5000]);
        let mut samples = Samples::new(Noise { key: [7; 32], stream: 9 });
        pieces.chunks_mut(617).for_each(|piece| samples.fill(piece));
        assert_eq!(whole, pieces);
    }

    /// Moments of the clipped Gaussian: mean 0, deviation 0.2998, and 0.0858 % of the samples at full scale.
    #[test]
    fn samples_are_clipped_white_gaussian_noise() {
        let count = 2_000_000;
        let samples: Vec<f64> = some(count).iter().map(|s| f64::from(*s) / f64::from(FULL_SCALE)).collect();
        let mean = |f: &dyn Fn(usize) -> f64, n: usize| (0..n).map(f).sum::<f64>() / n as f64;
        let variance = mean(&|i| samples[i] * samples[i], count);
        assert!(mean(&|i| samples[i], count).abs() < 1e-3);
        assert!((variance.sqrt() - 0.2998).abs() < 5e-4, "{}", variance.sqrt());
        let clipped = mean(&|i| f64::from(u8::from(samples[i].abs() >= 1.0)), count);
        assert!((clipped - 8.58e-4).abs() < 1e-4, "{clipped}");
        let within = mean(&|i| f64::from(u8::from(samples[i].abs() < DEVIATION)), count);
        assert!((within - 0.6827).abs() < 1e-3, "{within}");
        for lag in [1, 2, 3, 7, 64, 1000] {
            let correlation = mean(&|i| samples[i] * samples[i + lag], count - lag) / variance;
            assert!(correlation.abs() < 4e-3, "lag {lag}: {correlation}");
        }
    }
}
