//! The beginnings of clips and sounds, made small, to be shown: a clip's first frame, a sound's first seconds.

use std::io::{Read, Seek};

use ff::format::sample::Type::Packed;
use ffmpeg_next as ff;

use super::{failed, log};
use crate::encode::decoded::Excerpt;
use crate::error::Result;
use crate::frame::{Raster, Size};

/// A clip's first frame, no side of it longer than so many pixels.
///
/// # Errors
/// [`crate::error::Error::Encode`] with what FFmpeg says.
pub(crate) fn first_frame(from: impl Read + Seek + Send + 'static, longest: u32) -> Result<Raster> {
    log::take();
    frame_of(from, longest).map_err(|code| failed("ffmpeg", code))
}

/// The first seconds of a sound, at most so many, of one channel and of at most `rate` samples a second.
///
/// # Errors
/// [`crate::error::Error::Encode`] with what FFmpeg says.
pub(crate) fn first_seconds(from: impl Read + Seek + Send + 'static, rate: u32, seconds: f64) -> Result<Excerpt> {
    log::take();
    sound_of(from, rate, seconds).map_err(|code| failed("ffmpeg", code))
}

fn open(from: impl Read + Seek + Send + 'static) -> Result<ff::format::context::Input, ff::Error> {
    ff::format::input_from_stream(ff::format::context::StreamIo::from_read_seek(from)?, None, None)
}

fn frame_of(from: impl Read + Seek + Send + 'static, longest: u32) -> Result<Raster, ff::Error> {
    let mut input = open(from)?;
    let stream = input.streams().best(ff::media::Type::Video).ok_or(ff::Error::StreamNotFound)?;
    let (number, context) = (stream.index(), ff::codec::Context::from_parameters(stream.parameters())?);
    let (mut decoder, mut frame) = (context.decoder().video()?, ff::frame::Video::empty());
    for (_, packet) in input.packets().filter(|(stream, _)| stream.index() == number) {
        decoder.send_packet(&packet)?;
        if decoder.receive_frame(&mut frame).is_ok() {
            return raster(&frame, longest);
        }
    }
    decoder.send_eof()?;
    decoder.receive_frame(&mut frame)?;
    raster(&frame, longest)
}

/// A frame in small, in R, G, B. It is scaled as it is, in YUV, and its colours are taken for BT.709 of limited range, as those of
/// every clip here; FFmpeg's scaler would take them for BT.601.
fn raster(frame: &ff::frame::Video, longest: u32) -> Result<Raster, ff::Error> {
    let size = Size::new(frame.width(), frame.height()).within(longest);
    let is_rgb = frame.color_space() == ff::color::Space::RGB;
    let format = if is_rgb { ff::format::Pixel::RGB24 } else { ff::format::Pixel::YUV444P };
    let flags = ff::software::scaling::Flags::AREA
        | ff::software::scaling::Flags::ACCURATE_RND
        | ff::software::scaling::Flags::BITEXACT;
    let from = (frame.format(), frame.width(), frame.height());
    let mut scaler =
        ff::software::scaling::Context::get(from.0, from.1, from.2, format, size.width, size.height, flags)?;
    let mut small = ff::frame::Video::empty();
    scaler.run(frame, &mut small)?;
    let (width, height) = (size.width as usize, size.height as usize);
    let row = |plane: usize, y: usize, bytes: usize| &small.data(plane)[y * small.stride(plane)..][..bytes];
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        if is_rgb {
            pixels.extend_from_slice(row(0, y, width * 3));
            continue;
        }
        let (luma, cb, cr) = (row(0, y, width), row(1, y, width), row(2, y, width));
        (0..width).for_each(|x| pixels.extend_from_slice(&rgb(luma[x], cb[x], cr[x])));
    }
    Ok(Raster { size, alpha: false, pixels })
}

/// BT.709 of limited range, in 65536ths.
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = ((i32::from(y) - 16) * 76_309, i32::from(cb) - 128, i32::from(cr) - 128);
    let sums = [y + 117_489 * cr, y - 13_975 * cb - 34_925 * cr, y + 138_438 * cb];
    sums.map(|sum| ((sum + 32_768) >> 16).clamp(0, 255) as u8)
}

fn sound_of(from: impl Read + Seek + Send + 'static, rate: u32, seconds: f64) -> Result<Excerpt, ff::Error> {
    let mut input = open(from)?;
    let stream = input.streams().best(ff::media::Type::Audio).ok_or(ff::Error::StreamNotFound)?;
    let (number, context) = (stream.index(), ff::codec::Context::from_parameters(stream.parameters())?);
    let mut decoder = context.decoder().audio()?;
    let layout = ff::ChannelLayout::default(decoder.channels().into());
    let sample_rate = decoder.rate().min(rate);
    let (kind, mono) = (ff::format::Sample::I16(Packed), ff::ChannelLayout::MONO);
    let mut resampler =
        ff::software::resampling::Context::get(decoder.format(), layout, decoder.rate(), kind, mono, sample_rate)?;
    let most = (seconds * f64::from(sample_rate)) as usize;
    let (mut samples, mut frame) = (Vec::with_capacity(most), ff::frame::Audio::empty());
    let mut take = |decoder: &mut ff::decoder::Audio, samples: &mut Vec<i16>| -> Result<(), ff::Error> {
        while samples.len() < most && decoder.receive_frame(&mut frame).is_ok() {
            frame.set_channel_layout(layout); // WAV files need not tell theirs
            let mut converted = ff::frame::Audio::empty();
            resampler.run(&frame, &mut converted)?;
            samples.extend_from_slice(converted.plane::<i16>(0));
        }
        Ok(())
    };
    for (_, packet) in input.packets().filter(|(stream, _)| stream.index() == number) {
        decoder.send_packet(&packet)?;
        take(&mut decoder, &mut samples)?;
        if samples.len() >= most {
            break;
        }
    }
    if samples.len() < most {
        decoder.send_eof()?;
        take(&mut decoder, &mut samples)?;
    }
    samples.truncate(most);
    Ok(Excerpt { sample_rate, samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limited_range_ends_in_black_and_white() {
        assert_eq!((rgb(16, 128, 128), rgb(235, 128, 128)), ([0; 3], [255; 3]));
        assert_eq!(rgb(63, 102, 240), [255, 1, 0], "the nearest to red");
    }
}
