//! Compressed audio through FFmpeg: interleaved samples into a finished MP3, FLAC or Ogg Opus file.

use super::AudioCodec;
use crate::encode::ffmpeg::{AudioEncoder, Muxer};
use crate::encode::samples::{AudioShape, Samples, quantise};
use crate::error::{Error, Result};
use crate::io::payload::{FileName, Payload, Seekable, Store};

/// Encodes into a file of the store. The format's header says how many samples there are, so that a decoder gives back exactly as
/// many.
pub(super) fn encode(
    row: &AudioCodec,
    shape: AudioShape,
    frames: u64,
    mut samples: Samples<'_>,
    store: &Store,
    file: &FileName,
) -> Result<Payload> {
    let (encoder, muxer) =
        row.ffmpeg.ok_or_else(|| Error::encode(row.format.name(), "FFmpeg does not write this format here"))?;
    store.encode(file, |out| write(encoder, muxer, shape, frames, &mut samples, out))
}

fn write(
    encoder: &str,
    muxer: &'static str,
    shape: AudioShape,
    frames: u64,
    samples: &mut Samples<'_>,
    out: Seekable,
) -> Result<Seekable> {
    let mut encoder = AudioEncoder::open(encoder, shape)?;
    let mut muxer = Muxer::new(muxer, out)?;
    muxer.add(encoder.header())?;
    let channels = usize::from(shape.channels);
    let mut block = vec![0; encoder.frame_size() * channels];
    let mut left = frames;
    while left > 0 {
        let count = left.min(encoder.frame_size() as u64);
        let block = &mut block[..count as usize * channels];
        samples(block)?;
        block.iter_mut().for_each(|sample| *sample = quantise(*sample, shape.bit_depth));
        encoder.encode(block, |packet| muxer.write(0, packet))?;
        left -= count;
    }
    encoder.finish(|packet| muxer.write(0, packet))?;
    muxer.finish()
}

/// Opens FFmpeg's encoder once.
pub(super) fn try_out(encoder: &str, shape: AudioShape) -> Result<()> {
    AudioEncoder::open(encoder, shape).map(drop)
}
