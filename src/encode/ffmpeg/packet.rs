//! What encoders hand to the muxer: packets, and the header of their stream.

use ffmpeg_next as ff;

use super::failed;
use crate::error::Result;

/// A compressed frame or piece of audio, its times in its stream's time base (frames, samples) from the clip's start.
pub(crate) struct Packet(pub(super) ff::Packet);

impl Packet {
    /// Bytes.
    pub(crate) fn size(&self) -> usize {
        self.0.size()
    }

    /// The frame or sample that it starts to show.
    pub(crate) fn pts(&self) -> i64 {
        self.0.pts().unwrap_or(0)
    }
}

/// What the muxer must know of a stream before its first packet.
pub(crate) struct Header {
    /// The codec and its own header.
    pub(super) parameters: ff::codec::Parameters,
    /// Seconds of one frame or sample.
    pub(super) time_base: ff::Rational,
}

impl Header {
    pub(super) fn new(encoder: &ff::encoder::Encoder, time_base: ff::Rational) -> Self {
        Self { parameters: ff::codec::Parameters::from(encoder), time_base }
    }
}

/// A ratio of two numbers that fit FFmpeg's 32 signed bits: the request was checked for that.
pub(super) fn rational(num: u32, den: u32) -> ff::Rational {
    ff::Rational::new(num as i32, den as i32)
}

/// Passes on every packet that the encoder has ready.
pub(super) fn drain(
    name: &str,
    encoder: &mut ff::encoder::Encoder,
    mut each: impl FnMut(Packet) -> Result<()>,
) -> Result<()> {
    loop {
        let mut packet = ff::Packet::empty();
        match encoder.receive_packet(&mut packet) {
            Ok(()) => each(Packet(packet))?,
            Err(ff::Error::Eof) => return Ok(()),
            Err(ff::Error::Other { errno }) if errno == ff::error::EAGAIN => return Ok(()),
            Err(code) => return Err(failed(name, code)),
        }
    }
}
