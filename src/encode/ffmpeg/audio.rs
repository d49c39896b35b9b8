//! Samples to packets: one encoder of one stream.

use ffmpeg_next as ff;
use ffmpeg_next::format::Sample;
use ffmpeg_next::format::sample::Type::{Packed, Planar};

use super::open::{context, find, open};
use super::packet::{Header, Packet, drain, rational};
use super::vorbis::Lengths;
use super::{failed, options};
use crate::encode::samples::AudioShape;
use crate::encode::video::track_codec;
use crate::error::{Error, Result};

/// Samples of each channel in a frame, for encoders that take any number.
const FRAME: usize = 4096;

/// An encoder of interleaved samples.
pub(crate) struct AudioEncoder {
    name: String,
    encoder: ff::encoder::Encoder,
    format: Sample,
    layout: ff::ChannelLayout,
    frame_size: usize,
    shape: AudioShape,
    next: i64,
    lengths: Option<Lengths>,
}

impl AudioEncoder {
    /// Opens the encoder of this name.
    ///
    /// # Errors
    /// [`Error::Encode`] when this FFmpeg lacks it or it does not take the shape.
    pub(crate) fn open(name: &str, shape: AudioShape) -> Result<Self> {
        let format = sample_format(name, shape.bit_depth)?;
        let layout = ff::ChannelLayout::default(i32::from(shape.channels));
        let mut audio = context(name)?.encoder().audio().map_err(|e| failed(name, e))?;
        audio.set_rate(shape.sample_rate as i32);
        audio.set_format(format);
        audio.set_channel_layout(layout);
        audio.set_time_base(rational(1, shape.sample_rate));
        let ff::codec::encoder::audio::Audio(ff::encoder::Encoder(mut context)) = audio;
        if let Sample::I32(_) = format {
            options::set(name, &mut context, &[("bits_per_raw_sample".to_owned(), shape.bit_depth.to_string())])?;
        }
        let encoder = ff::encoder::Audio(ff::codec::encoder::audio::Audio(open(name, context)?));
        let frame_size = match encoder.frame_size() {
            0 => FRAME,
            size => size as usize,
        };
        let ff::encoder::Audio(ff::codec::encoder::audio::Audio(encoder)) = encoder;
        let lengths = match track_codec(name) {
            Some(row) if row.whole_blocks => Lengths::of(&encoder),
            _ => None,
        };
        Ok(Self { name: name.to_owned(), encoder, format, layout, frame_size, shape, next: 0, lengths })
    }

    /// Samples of each channel in one [`AudioEncoder::encode`], save in the last.
    pub(crate) fn frame_size(&self) -> usize {
        self.frame_size
    }

    /// What the muxer must know.
    pub(crate) fn header(&self) -> Header {
        Header::new(&self.encoder, rational(1, self.shape.sample_rate))
    }

    /// Encodes one frame of interleaved samples, each in -2^(bit depth - 1)..2^(bit depth - 1), and passes on the packets
    /// that are ready. Only the last frame may be shorter than [`AudioEncoder::frame_size`].
    ///
    /// # Errors
    /// What `each` answers, and [`Error::Encode`] when the encoder fails.
    pub(crate) fn encode(&mut self, samples: &[i32], each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        let count = samples.len() / usize::from(self.shape.channels);
        let mut frame = ff::frame::Audio::new(self.format, count, self.layout);
        frame.set_rate(self.shape.sample_rate);
        frame.set_pts(Some(self.next));
        self.next += count as i64;
        fill(&mut frame, samples, self.shape)?;
        self.encoder.send_frame(&frame).map_err(|e| failed(&self.name, e))?;
        self.drain(each)
    }

    /// Ends the stream and passes on the packets that are left.
    ///
    /// # Errors
    /// As [`AudioEncoder::encode`].
    pub(crate) fn finish(mut self, each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        self.encoder.send_eof().map_err(|e| failed(&self.name, e))?;
        self.drain(each)
    }

    fn drain(&mut self, mut each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        let Self { name, encoder, lengths, next, .. } = self;
        drain(name, encoder, |mut packet| {
            if let Some(lengths) = lengths {
                lengths.trim(&mut packet, *next);
            }
            each(packet)
        })
    }
}

/// The sample rates that this encoder takes; none: any.
pub(crate) fn sample_rates(name: &str) -> Option<Vec<u32>> {
    let mut rates: Vec<u32> = find(name)?.audio().ok()?.rates()?.map(|rate| rate as u32).collect();
    rates.sort_unstable();
    Some(rates)
}

/// Integers of at least the asked bits where the encoder takes integers only, else 32-bit floats.
fn sample_format(name: &str, bit_depth: u16) -> Result<Sample> {
    let codec = find(name).ok_or_else(|| Error::encode(name, "this FFmpeg has no such encoder"))?;
    let formats: Vec<Sample> = codec.audio().ok().and_then(|c| c.formats()).into_iter().flatten().collect();
    let integer = if bit_depth <= 16 { Sample::I16(Packed) } else { Sample::I32(Packed) };
    [Sample::F32(Packed), Sample::F32(Planar), integer]
        .into_iter()
        .find(|format| formats.contains(format))
        .ok_or_else(|| Error::encode(name, format!("it takes no samples of {bit_depth} bits")))
}

/// Writes interleaved samples into the frame in its own format, scaled to its full range.
fn fill(frame: &mut ff::frame::Audio, samples: &[i32], shape: AudioShape) -> Result<()> {
    let depth = u32::from(shape.bit_depth);
    let channels = usize::from(shape.channels);
    let scale = 1.0 / (1u64 << (depth - 1)) as f32;
    match frame.format() {
        Sample::F32(Packed) => {
            let values = samples.iter().map(|&sample| sample as f32 * scale);
            packed(frame).zip(values).for_each(|(to, value)| *to = value.to_ne_bytes());
        }
        Sample::F32(Planar) => {
            for channel in 0..channels {
                let values = samples[channel..].iter().step_by(channels).map(|&sample| sample as f32 * scale);
                frame.plane_mut::<f32>(channel).iter_mut().zip(values).for_each(|(to, value)| *to = value);
            }
        }
        Sample::I16(Packed) => {
            let values = samples.iter().map(|&sample| (sample << (16 - depth)) as i16);
            packed(frame).zip(values).for_each(|(to, value)| *to = value.to_ne_bytes());
        }
        Sample::I32(Packed) => {
            let values = samples.iter().map(|&sample| sample << (32 - depth));
            packed(frame).zip(values).for_each(|(to, value)| *to = value.to_ne_bytes());
        }
        other => return Err(Error::encode("audio", format!("samples of kind {} are not known", other.name()))),
    }
    Ok(())
}

/// The one plane of interleaved samples of `N` bytes, which the wrapper lends as bytes.
fn packed<const N: usize>(frame: &mut ff::frame::Audio) -> std::slice::IterMut<'_, [u8; N]> {
    frame.data_mut(0).as_chunks_mut::<N>().0.iter_mut()
}
