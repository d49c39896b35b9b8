//! WAV: `hound` writes the header, and the samples are laid behind it a block at a time, which is several times faster than
//! handing them over one by one.

use std::io::Cursor;

use crate::audio::{Samples, quantise};
use crate::error::{Error, Result};

/// The most bytes of samples in a file, whose header counts in 32 bits and takes up to 68 bytes itself.
pub const LARGEST: u64 = u32::MAX as u64 - 68;

/// A WAV file of `frames` samples in each of `channels` (1 or 2) channels, `bits` 8 (unsigned), 16, 24 or 32.
///
/// # Errors
/// When the file would pass 4 GiB, which the format cannot hold.
pub fn encode(samples: &mut Samples, frames: u64, rate: u32, bits: u16, channels: u16) -> Result<Vec<u8>> {
    let total = frames * u64::from(channels);
    let length = total * u64::from(bits / 8);
    if length > LARGEST {
        return Err(Error::encode(
            "wav",
            format!("{frames} samples of {bits} bits in {channels} channels pass its 4 GiB"),
        ));
    }
    let mut bytes = header(rate, bits, channels, length as u32)?;
    bytes.reserve_exact(length as usize);
    let mut block = [0; 4096];
    let mut left = total;
    while left > 0 {
        let block = &mut block[..left.min(4096) as usize];
        samples.fill(block);
        left -= block.len() as u64;
        match bits {
            8 => bytes.extend(block.iter().map(|sample| (quantise(*sample, 8) + 128) as u8)),
            16 => lay(&mut bytes, block, |sample| (quantise(sample, 16) as i16).to_le_bytes()),
            24 => lay(&mut bytes, block, |sample| {
                let [low, middle, high, _] = quantise(sample, 24).to_le_bytes();
                [low, middle, high]
            }),
            _ => lay(&mut bytes, block, |sample| quantise(sample, 32).to_le_bytes()),
        }
    }
    Ok(bytes)
}

/// Appends the bytes of each sample.
fn lay<const N: usize>(bytes: &mut Vec<u8>, block: &[i32], encode: impl Fn(i32) -> [u8; N]) {
    let from = bytes.len();
    bytes.resize(from + block.len() * N, 0);
    for (place, sample) in bytes[from..].as_chunks_mut().0.iter_mut().zip(block) {
        *place = encode(*sample);
    }
}

/// The header of a file with no samples, and in it the two lengths: of what follows the first 8 bytes, and of the samples.
fn header(rate: u32, bits: u16, channels: u16, length: u32) -> Result<Vec<u8>> {
    let failed = |why: hound::Error| Error::encode("wav", why);
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: hound::SampleFormat::Int };
    let mut bytes = Vec::with_capacity(68);
    hound::WavWriter::new(Cursor::new(&mut bytes), spec).and_then(hound::WavWriter::finalize).map_err(failed)?;
    let end = bytes.len();
    bytes[4..8].copy_from_slice(&(end as u32 - 8 + length).to_le_bytes());
    bytes[end - 4..].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Noise;

    /// The same samples, one by one through `hound`.
    fn oracle(frames: u64, rate: u32, bits: u16, channels: u16) -> hound::Result<Vec<u8>> {
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: bits,
            sample_format: hound::SampleFormat::Int,
        };
        let mut samples = vec![0; (frames * u64::from(channels)) as usize];
        noise().fill(&mut samples);
        let mut bytes = Vec::new();
        let mut writer = hound::WavWriter::new(Cursor::new(&mut bytes), spec)?;
        samples.iter().try_for_each(|sample| writer.write_sample(quantise(*sample, bits)))?;
        writer.finalize()?;
        Ok(bytes)
    }

    fn noise() -> Samples {
        Samples::new(Noise { key: [7; 32], stream: 9 })
    }

    #[test]
    fn files_are_those_of_hound() -> std::result::Result<(), Box<dyn std::error::Error>> {
        for (frames, rate) in [(1, 8000), (4095, 16_000), (4097, 44_100), (10_000, 96_000)] {
            for bits in [8, 16, 24, 32] {
                for channels in [1, 2] {
                    let made = encode(&mut noise(), frames, rate, bits, channels)?;
                    assert!(made == oracle(frames, rate, bits, channels)?, "{frames} {rate} {bits} {channels}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn what_the_header_cannot_count_is_refused() {
        let why = encode(&mut noise(), 1 << 30, 96_000, 32, 1).unwrap_err();
        assert!(why.to_string().contains("4 GiB"), "{why}");
    }
}
