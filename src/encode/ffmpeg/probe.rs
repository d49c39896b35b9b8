//! A clip that was just written, read again: whether its frames come back as what they went in.

use std::io::Cursor;

use ffmpeg_next as ff;

use super::{failed, log};
use crate::encode::video::VideoSettings;
use crate::error::{Error, Result};

/// Decodes a clip and compares its first frame and the number of frames with what the settings say. A codec that this FFmpeg
/// does not decode is taken on trust.
///
/// # Errors
/// [`Error::Encode`] with what came back.
pub(crate) fn check(clip: Vec<u8>, settings: &VideoSettings) -> Result<()> {
    log::take();
    let name = &settings.codec;
    let frames = decode(Cursor::new(clip)).map_err(|code| match failed(name, code) {
        Error::Encode { problem, .. } => Error::encode(name, format!("what it writes cannot be decoded: {problem}")),
        other => other,
    })?;
    let Some(frames) = frames else { return Ok(()) };
    let wanted = Seen::wanted(settings);
    match frames.first() {
        Some(seen) if *seen == wanted && frames.len() == settings.frames as usize => Ok(()),
        Some(seen) => {
            let problem = format!("frames: {} of {seen} come back, not {} of {wanted}", frames.len(), settings.frames);
            Err(Error::encode(name, problem))
        }
        None => Err(Error::encode(name, "what it writes cannot be decoded")),
    }
}

/// What can be seen of a frame. Not its colours: VP8 has no room for them, and its decoder makes them up.
#[derive(PartialEq, Eq)]
struct Seen {
    width: u32,
    height: u32,
    /// How often chroma is halved in x and y, and bits of a pixel.
    layout: Option<(u8, u8, i32)>,
}

impl Seen {
    fn wanted(settings: &VideoSettings) -> Self {
        let format = settings.ffmpeg_pixel_format().parse().unwrap_or(ff::format::Pixel::None);
        Self { width: settings.size.width, height: settings.size.height, layout: layout(format) }
    }

    fn of(frame: &ff::frame::Video) -> Self {
        Self { width: frame.width(), height: frame.height(), layout: layout(frame.format()) }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (x, y, bits) = self.layout.unwrap_or_default();
        write!(f, "{}x{} (chroma halved {x} and {y} times, {bits} bits a pixel)", self.width, self.height)
    }
}

fn layout(format: ff::format::Pixel) -> Option<(u8, u8, i32)> {
    format.descriptor().map(|format| (format.log2_chroma_w(), format.log2_chroma_h(), format.bits_per_pixel()))
}

/// Every frame of the clip; none when this FFmpeg has no decoder for it.
fn decode(clip: Cursor<Vec<u8>>) -> Result<Option<Vec<Seen>>, ff::Error> {
    let io = ff::format::context::StreamIo::from_read_seek(clip)?;
    let mut input = ff::format::input_from_stream(io, None, None)?;
    let stream = input.streams().best(ff::media::Type::Video).ok_or(ff::Error::StreamNotFound)?;
    let (number, parameters) = (stream.index(), stream.parameters());
    if ff::decoder::find(parameters.id()).is_none() {
        return Ok(None);
    }
    let mut decoder = ff::codec::Context::from_parameters(parameters)?.decoder().video()?;
    let mut frames = Vec::new();
    let mut frame = ff::frame::Video::empty();
    for (stream, packet) in input.packets() {
        if stream.index() == number {
            decoder.send_packet(&packet)?;
            while decoder.receive_frame(&mut frame).is_ok() {
                frames.push(Seen::of(&frame));
            }
        }
    }
    decoder.send_eof()?;
    while decoder.receive_frame(&mut frame).is_ok() {
        frames.push(Seen::of(&frame));
    }
    Ok(Some(frames))
}
