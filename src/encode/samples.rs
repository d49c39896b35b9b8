//! Samples on their way to an encoder, of a file or of a clip's track: their shape, and how they are quantised. They come in fixed
//! point.

use crate::error::Result;

/// The shape of what is to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioShape {
    /// Samples a second of each channel.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: u16,
    /// Bits a sample, 8, 16, 24 or 32.
    pub bit_depth: u16,
}

/// Fills interleaved samples, ±[`FULL_SCALE`] at most, one stretch after the other.
pub type Samples<'a> = Box<dyn FnMut(&mut [i32]) -> Result<()> + 'a>;

/// Full scale of a sample in fixed point.
pub const FULL_SCALE: i32 = i32::MAX;

/// A sample in 8, 16, 24 or 32 signed `bits`: rounded to the nearest, full scale to full scale.
#[must_use]
#[inline]
pub fn quantise(sample: i32, bits: u16) -> i32 {
    let full = FULL_SCALE >> (32 - bits);
    let rounded = if bits == 32 { sample } else { ((sample >> (31 - bits)) + 1) >> 1 };
    rounded.clamp(-full, full)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of every magnitude and sign.
    fn some() -> impl Iterator<Item = i32> {
        let spread = (0..1000_u32).map(|i| i.wrapping_mul(2_654_435_761) as i32).filter(|sample| *sample != i32::MIN);
        spread.chain([127, 128, -128, -129, 1 << 23, -(1 << 23)])
    }

    #[test]
    fn quantise_rounds_to_the_nearest() {
        for bits in [8, 16, 24, 32] {
            let (step, full) = (2_f64.powi(32 - i32::from(bits)), FULL_SCALE >> (32 - bits));
            for sample in some() {
                let found = quantise(sample, bits);
                let error = f64::from(found) * step - f64::from(sample);
                assert!(error.abs() <= step / 2.0 || found.abs() == full, "{sample} in {bits} bits");
            }
        }
    }

    #[test]
    fn quantise_reaches_full_scale_and_zero() {
        for bits in [8, 16, 24, 32] {
            let full = ((1_i64 << (bits - 1)) - 1) as i32;
            assert_eq!([quantise(FULL_SCALE, bits), quantise(-FULL_SCALE, bits), quantise(0, bits)], [full, -full, 0]);
        }
    }
}
