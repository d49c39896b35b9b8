//! A segment being encoded, by FFmpeg or by the encoder of this crate: where its frames come from, and who makes packets of them.

use std::ops::Range;

use super::Frames;
use super::settings::VideoSettings;
use crate::encode::ffmpeg::{Header, Packet, VideoEncoder};
use crate::encode::h264::{Encoder, WholeFrames};
use crate::error::Result;
use crate::frame::{Blocks, PixelFormat};

/// Takes packets in order.
pub(super) type Each<'a> = &'a mut dyn FnMut(Packet) -> Result<()>;

/// A segment that is being encoded.
pub(super) trait Run {
    /// What the muxer must know.
    fn header(&self) -> Result<Header>;

    /// Encodes the next frame and passes on the packets that are ready.
    fn frame(&mut self, each: Each<'_>) -> Result<()>;

    /// Ends the segment and passes on the packets that are left.
    fn finish(self: Box<Self>, each: Each<'_>) -> Result<()>;
}

/// Starts a segment.
pub(super) type Start<'s, 'a> = dyn Fn(Range<u32>) -> Result<Box<dyn Run + 'a>> + Sync + 's;

/// Whole frames, encoded by FFmpeg.
struct Foreign<'a> {
    encoder: VideoEncoder,
    frames: Frames<'a>,
}

impl Run for Foreign<'_> {
    fn header(&self) -> Result<Header> {
        Ok(self.encoder.header())
    }

    fn frame(&mut self, each: Each<'_>) -> Result<()> {
        self.encoder.encode(&mut self.frames, each)
    }

    fn finish(self: Box<Self>, each: Each<'_>) -> Result<()> {
        self.encoder.finish(each)
    }
}

/// Blocks, encoded here.
struct Own<'a> {
    settings: VideoSettings,
    encoder: Encoder,
    blocks: Box<dyn Blocks + 'a>,
    /// The number in the clip of the frame that comes next.
    next: u32,
}

impl Run for Own<'_> {
    fn header(&self) -> Result<Header> {
        Header::of_h264(&self.settings, &self.encoder.configuration())
    }

    fn frame(&mut self, each: Each<'_>) -> Result<()> {
        let (units, key) = self.encoder.encode(&mut *self.blocks)?;
        let packet = Packet::of(&units, self.next, key);
        self.next += 1;
        each(packet)
    }

    fn finish(self: Box<Self>, _each: Each<'_>) -> Result<()> {
        Ok(())
    }
}

/// Starts a segment whose frames come as a whole.
pub(super) fn whole<'a>(
    settings: &VideoSettings,
    range: Range<u32>,
    open: &impl Fn(PixelFormat, Range<u32>) -> Result<Frames<'a>>,
) -> Result<Box<dyn Run + 'a>> {
    if settings.is_own() {
        let frames = open(PixelFormat::I420, range.clone())?;
        return in_blocks(settings, range, Box::new(WholeFrames::new(settings.size, frames)?));
    }
    let encoder = VideoEncoder::open(settings, range.start)?;
    let frames = open(encoder.format(), range)?;
    Ok(Box::new(Foreign { encoder, frames }))
}

/// Starts a segment that comes in blocks.
pub(super) fn in_blocks<'a>(
    settings: &VideoSettings,
    range: Range<u32>,
    blocks: Box<dyn Blocks + 'a>,
) -> Result<Box<dyn Run + 'a>> {
    let encoder = Encoder::new(settings.h264(&range))?;
    Ok(Box::new(Own { settings: settings.clone(), encoder, blocks, next: range.start }))
}
