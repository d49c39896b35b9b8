//! A clip being written: its frames, and its audio track kept in step with them.

use std::io::{Seek, Write};

use super::codecs::track_codec;
use super::settings::VideoSettings;
use crate::encode::ffmpeg::{AudioEncoder, Header, Muxer, Packet};
use crate::encode::samples::{AudioShape, Samples, quantise};
use crate::error::{Error, Result};
use crate::frame::FrameRate;
use crate::spec::TrackSpec;

/// The stream of frames and the track, in their container.
pub(super) struct Output<'a, W> {
    muxer: Muxer<W>,
    track: Option<Track<'a>>,
    /// Whether the container knows its streams.
    started: bool,
}

impl<'a, W: Write + Seek + Send + 'static> Output<'a, W> {
    /// # Errors
    /// [`Error::Encode`] when the container or the track's encoder does not open, or a track has no samples.
    pub(super) fn new(settings: &VideoSettings, out: W, samples: Option<Samples<'a>>) -> Result<Self> {
        let muxer = Muxer::new(settings.container, out)?;
        let track = match (&settings.track, samples) {
            (None, _) => None,
            (Some(spec), Some(samples)) => Some(Track::open(settings, spec, samples)?),
            (Some(spec), None) => return Err(Error::encode(&spec.codec, "an audio track without samples")),
        };
        Ok(Self { muxer, track, started: false })
    }

    /// Tells the container of its streams, once; `header` is the frames'.
    pub(super) fn start(&mut self, header: impl FnOnce() -> Result<Header>) -> Result<()> {
        if !self.started {
            self.started = true;
            self.muxer.add(header()?)?;
            if let Some(track) = &self.track {
                self.muxer.add(track.encoder.header())?;
            }
        }
        Ok(())
    }

    /// Writes a frame, and the audio up to its end.
    pub(super) fn write(&mut self, image: Packet) -> Result<()> {
        if let Some(track) = &mut self.track {
            track.advance(image.pts() + 1, |packet| self.muxer.write(1, packet))?;
        }
        self.muxer.write(0, image)
    }

    /// Writes what is left and ends the container.
    pub(super) fn finish(self) -> Result<W> {
        let Self { mut muxer, track, .. } = self;
        if let Some(track) = track {
            track.finish(|packet| muxer.write(1, packet))?;
        }
        muxer.finish()
    }
}

/// Audio as long as the frames, to the sample.
struct Track<'a> {
    encoder: AudioEncoder,
    samples: Samples<'a>,
    shape: AudioShape,
    rate: FrameRate,
    /// Samples of each channel, all together.
    length: u64,
    /// Samples of each channel that are encoded.
    done: u64,
    block: Vec<i32>,
}

impl<'a> Track<'a> {
    fn open(settings: &VideoSettings, spec: &TrackSpec, samples: Samples<'a>) -> Result<Self> {
        let shape = track_shape(spec);
        let encoder = AudioEncoder::open(&spec.codec, shape)?;
        let (rate, length) = (settings.rate, track_length(settings.rate, settings.frames, shape.sample_rate));
        let block = vec![0; encoder.frame_size() * usize::from(shape.channels)];
        Ok(Self { encoder, samples, shape, rate, length, done: 0, block })
    }

    /// Encodes the pieces that start before the end of so many frames.
    fn advance(&mut self, frames: i64, mut each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        let frames = u32::try_from(frames).unwrap_or(0);
        let until = track_length(self.rate, frames, self.shape.sample_rate).min(self.length);
        while self.done < until {
            let channels = usize::from(self.shape.channels);
            let left = usize::try_from(self.length - self.done).unwrap_or(usize::MAX);
            let count = left.min(self.block.len() / channels);
            let block = &mut self.block[..count * channels];
            (self.samples)(block)?;
            block.iter_mut().for_each(|sample| *sample = quantise(*sample, self.shape.bit_depth));
            self.encoder.encode(block, &mut each)?;
            self.done += count as u64;
        }
        Ok(())
    }

    fn finish(mut self, mut each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        self.advance(i64::from(u32::MAX), &mut each)?;
        self.encoder.finish(each)
    }
}

/// The shape of a track's samples: as asked, but for encoders that run at a rate of their own.
#[must_use]
pub fn track_shape(spec: &TrackSpec) -> AudioShape {
    let sample_rate = track_codec(&spec.codec).and_then(|row| row.sample_rate).unwrap_or(spec.sample_rate);
    AudioShape { sample_rate, channels: spec.channels, bit_depth: spec.bit_depth }
}

/// Samples of each channel that last as long as so many frames, rounded to the nearest.
#[must_use]
pub fn track_length(rate: FrameRate, frames: u32, sample_rate: u32) -> u64 {
    let up = u128::from(frames) * u128::from(rate.den) * u128::from(sample_rate);
    let down = u128::from(rate.num);
    ((2 * up + down) / (2 * down)) as u64
}
