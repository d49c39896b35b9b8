//! WAV, through `hound`.

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
    let failed = |why: hound::Error| Error::encode("wav", why);
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: hound::SampleFormat::Int };
    let total = frames * u64::from(channels);
    if total * u64::from(bits / 8) > LARGEST {
        return Err(Error::encode(
            "wav",
            format!("{frames} samples of {bits} bits in {channels} channels pass its 4 GiB"),
        ));
    }
    let mut bytes = Vec::with_capacity(total as usize * usize::from(bits / 8) + 128);
    let mut writer = hound::WavWriter::new(Cursor::new(&mut bytes), spec).map_err(failed)?;
    let mut block = [0; 4096];
    let mut left = total;
    while left > 0 {
        let block = &mut block[..left.min(4096) as usize];
        samples.fill(block);
        left -= block.len() as u64;
        if bits == 16 {
            let mut fast = writer.get_i16_writer(block.len() as u32);
            block.iter().for_each(|sample| fast.write_sample(quantise(*sample, 16) as i16));
            fast.flush().map_err(failed)?;
        } else {
            block.iter().try_for_each(|sample| writer.write_sample(quantise(*sample, bits))).map_err(failed)?;
        }
    }
    writer.finalize().map_err(failed)?;
    Ok(bytes)
}
