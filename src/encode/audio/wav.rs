//! WAV: `hound` writes the header, and the samples are written behind it a block at a time, which is several times faster than
//! handing them over one by one.

use std::io::Cursor;

use super::AudioCodec;
use crate::encode::samples::{AudioShape, Samples, quantise};
use crate::error::{Error, Result};
use crate::io::payload::{FileName, Payload, Sink, Store};

/// The most bytes of samples in a file, whose header counts in 32 bits and takes up to 68 bytes itself.
pub(super) const LARGEST: u64 = u32::MAX as u64 - 68;

/// Samples that are drawn, turned into bytes and written at a time.
const BLOCK: usize = 1 << 14;

/// Encodes into a file of the store; 8 bits are unsigned. The memory that it takes does not depend on its length.
pub(super) fn encode(
    _row: &AudioCodec,
    shape: AudioShape,
    frames: u64,
    samples: Samples<'_>,
    store: &Store,
    file: &FileName,
) -> Result<Payload> {
    let mut out = store.open(file)?;
    write(samples, frames, shape, &mut out)?;
    out.finish()
}

/// # Errors
/// When the file would pass 4 GiB, which the format cannot hold; or the sink's.
fn write(mut samples: Samples<'_>, frames: u64, shape: AudioShape, out: &mut Sink) -> Result<()> {
    let AudioShape { sample_rate, bit_depth: bits, channels } = shape;
    let total = frames * u64::from(channels);
    let length = total * u64::from(bits / 8);
    if length > LARGEST {
        let problem = format!("{frames} samples of {bits} bits in {channels} channels pass its 4 GiB");
        return Err(Error::encode("wav", problem));
    }
    // Every chunk of RIFF starts at an even place: a byte that belongs to none follows an odd one.
    let pad = length % 2;
    let header = header(sample_rate, bits, channels, length as u32, pad as u32)?;
    out.reserve(header.len() as u64 + length + pad)?;
    out.put(&header)?;
    let (mut block, mut bytes) = (vec![0; BLOCK], Vec::with_capacity(BLOCK * usize::from(bits / 8)));
    let mut left = total;
    while left > 0 {
        let block = &mut block[..left.min(BLOCK as u64) as usize];
        samples(block)?;
        left -= block.len() as u64;
        bytes.clear();
        append(&mut bytes, block, bits);
        out.put(&bytes)?;
    }
    out.put(&[0][..pad as usize])
}

/// Appends the bytes of each sample.
fn append(bytes: &mut Vec<u8>, block: &[i32], bits: u16) {
    match bits {
        8 => bytes.extend(block.iter().map(|sample| (quantise(*sample, 8) + 128) as u8)),
        16 => append_each(bytes, block, |sample| (quantise(sample, 16) as i16).to_le_bytes()),
        24 => append_each(bytes, block, |sample| {
            let [low, middle, high, _] = quantise(sample, 24).to_le_bytes();
            [low, middle, high]
        }),
        _ => append_each(bytes, block, |sample| quantise(sample, 32).to_le_bytes()),
    }
}

fn append_each<const N: usize>(bytes: &mut Vec<u8>, block: &[i32], encode: impl Fn(i32) -> [u8; N]) {
    let from = bytes.len();
    bytes.resize(from + block.len() * N, 0);
    for (place, sample) in bytes[from..].as_chunks_mut().0.iter_mut().zip(block) {
        *place = encode(*sample);
    }
}

/// The header of a file with no samples, and in it the two lengths: of what follows the first 8 bytes, and of the samples.
fn header(rate: u32, bits: u16, channels: u16, length: u32, pad: u32) -> Result<Vec<u8>> {
    let failed = |why: hound::Error| Error::encode("wav", why);
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: hound::SampleFormat::Int };
    let mut bytes = Vec::with_capacity(68);
    hound::WavWriter::new(Cursor::new(&mut bytes), spec).and_then(hound::WavWriter::finalize).map_err(failed)?;
    let end = bytes.len();
    bytes[4..8].copy_from_slice(&(end as u32 - 8 + length + pad).to_le_bytes());
    bytes[end - 4..].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;

    use crate::io::payload::{Body, FileName, Store};

    type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

    /// The same samples, one by one through `hound`, which forgets the byte that makes the length even.
    fn oracle(frames: u64, shape: AudioShape) -> hound::Result<Vec<u8>> {
        let spec = hound::WavSpec {
            channels: shape.channels,
            sample_rate: shape.sample_rate,
            bits_per_sample: shape.bit_depth,
            sample_format: hound::SampleFormat::Int,
        };
        let mut samples = vec![0; (frames * u64::from(shape.channels)) as usize];
        noise()(&mut samples).map_err(std::io::Error::other)?;
        let mut bytes = Vec::new();
        let mut writer = hound::WavWriter::new(Cursor::new(&mut bytes), spec)?;
        samples.iter().try_for_each(|sample| writer.write_sample(quantise(*sample, shape.bit_depth)))?;
        writer.finalize()?;
        if bytes.len() % 2 == 1 {
            bytes.push(0);
            let riff = bytes.len() as u32 - 8;
            bytes[4..8].copy_from_slice(&riff.to_le_bytes());
        }
        Ok(bytes)
    }

    /// Samples of every magnitude, the same each time.
    fn noise() -> Samples<'static> {
        let mut place = 0_u32;
        Box::new(move |block| {
            for sample in block {
                place += 1;
                *sample = (place.wrapping_mul(2_654_435_761) as i32).max(-i32::MAX);
            }
            Ok(())
        })
    }

    fn made(frames: u64, shape: AudioShape) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut out = Store::memory().open(&FileName { path: "x".into(), shared: false })?;
        write(noise(), frames, shape, &mut out)?;
        let Body::Inline(base64) = out.finish()?.body else { return Err("not in memory".into()) };
        Ok(base64::engine::general_purpose::STANDARD.decode(base64.text())?)
    }

    #[test]
    fn files_are_those_of_hound() -> Outcome {
        for (frames, sample_rate) in [(1, 8000), (4095, 16_000), (16_385, 44_100), (40_001, 96_000)] {
            for bit_depth in [8, 16, 24, 32] {
                for channels in [1, 2] {
                    let shape = AudioShape { sample_rate, bit_depth, channels };
                    assert!(made(frames, shape)? == oracle(frames, shape)?, "{frames} {shape:?}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn what_the_header_cannot_count_is_refused() {
        let why = made(1 << 30, AudioShape { sample_rate: 96_000, bit_depth: 32, channels: 1 });
        assert!(why.is_err_and(|why| why.to_string().contains("4 GiB")));
    }
}
