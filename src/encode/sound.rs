//! Compressed sounds: interleaved samples into a finished MP3, FLAC or Ogg Opus file.

use std::io::{Seek, Write};

use super::codec::{SOUNDS, Sound};
use super::ffmpeg::{Muxer, SoundEncoder};
use crate::error::{Error, Result};
use crate::spec::AudioFormat;

/// The shape of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Samples a second of each channel.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: u16,
    /// Bits a sample, 8, 16, 24 or 32.
    pub bit_depth: u16,
}

/// Encodes so many samples of each channel and gives the output back, complete and flushed. `fill` is asked for interleaved
/// samples, each in -2^(bit depth - 1)..2^(bit depth - 1), one stretch after the other. The format's header says how many
/// samples there are, so that a decoder gives back exactly as many.
///
/// # Errors
/// What `fill` answers; [`Error::Encode`] when the encoder, the format or the output fails; what [`check_sound`] refuses
/// fails here too.
pub fn encode_sound<W: Write + Seek + Send + 'static>(
    format: AudioFormat,
    shape: Shape,
    frames: u64,
    mut fill: impl FnMut(&mut [i32]) -> Result<()>,
    out: W,
) -> Result<W> {
    let row = sound(format).ok_or_else(|| Error::encode("ffmpeg", "this format is written elsewhere"))?;
    let mut encoder = SoundEncoder::open(row.encoder, shape)?;
    let mut muxer = Muxer::new(row.muxer, out)?;
    muxer.add(encoder.header())?;
    let channels = usize::from(shape.channels);
    let mut piece = vec![0; encoder.piece() * channels];
    let mut left = frames;
    while left > 0 {
        let count = left.min(encoder.piece() as u64);
        let piece = &mut piece[..count as usize * channels];
        fill(piece)?;
        encoder.encode(piece, |packet| muxer.write(0, packet))?;
        left -= count;
    }
    encoder.finish(|packet| muxer.write(0, packet))?;
    muxer.finish()
}

/// Checks, before anything is written, that the format takes such sounds. Formats that are not in [`SOUNDS`] take all.
///
/// # Errors
/// [`Error::Request`] that lists what the format takes.
pub fn check_sound(format: AudioFormat, shape: Shape) -> Result<()> {
    let Some(row) = sound(format) else { return Ok(()) };
    let list = |values: &[u32]| values.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let (rate, depth) = (shape.sample_rate, u32::from(shape.bit_depth));
    if !row.rates.is_empty() && !row.rates.contains(&rate) {
        let fix = format!("{} takes {} Hz", format.name(), list(row.rates));
        return Err(Error::request("audio.sample_rates", format!("{} takes no {rate} Hz", format.name()), fix));
    }
    if !row.depths.contains(&depth) {
        let fix = format!("{} takes {} bits", format.name(), list(row.depths));
        return Err(Error::request("audio.bit_depths", format!("{} takes no {depth} bits", format.name()), fix));
    }
    SoundEncoder::open(row.encoder, shape).map(drop).map_err(|reason| {
        Error::request("audio.formats", format!("{} does not open: {reason}", format.name()), "take wav")
    })
}

fn sound(format: AudioFormat) -> Option<&'static Sound> {
    SOUNDS.iter().find(|row| row.format == format)
}
