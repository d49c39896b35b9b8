//! What encoders hand to the muxer: packets, and the header of their stream.

use ffmpeg_next as ff;

use super::failed;
use super::input::Input;
use crate::encode::video::VideoSettings;
use crate::error::{Error, Result};

/// A compressed frame or piece of audio, its times in its stream's time base (frames, samples) from the clip's start.
pub(crate) struct Packet(pub(super) ff::Packet);

impl Packet {
    /// A frame that was coded elsewhere: its number in the clip, and whether it stands for itself.
    pub(crate) fn of(bytes: &[u8], number: u32, key: bool) -> Self {
        let mut packet = ff::Packet::copy(bytes);
        packet.set_pts(Some(number.into()));
        packet.set_dts(Some(number.into()));
        packet.set_duration(1);
        if key {
            packet.set_flags(ff::codec::packet::Flags::KEY);
        }
        Self(packet)
    }

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

    /// H.264 that was coded elsewhere, with its parameter sets as MP4 keeps them.
    ///
    /// # Errors
    /// [`Error::Memory`].
    #[expect(unsafe_code, reason = "the wrapper has no setters for what a stream without an encoder is")]
    pub(crate) fn of_h264(settings: &VideoSettings, configuration: &[u8]) -> Result<Self> {
        let input = Input::of(settings)?;
        let mut parameters = ff::codec::Parameters::new();
        let room = configuration.len() + ff::ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize;
        // SAFETY: the parameters are alive and ours; FFmpeg frees the extra data with them, so it comes from FFmpeg, with the zeros
        // behind it that FFmpeg wants, and is written within its bounds.
        unsafe {
            let into = parameters.as_mut_ptr();
            let extra = ff::ffi::av_mallocz(room).cast::<u8>();
            if into.is_null() || extra.is_null() {
                ff::ffi::av_free(extra.cast());
                return Err(Error::memory("a stream's header", room as u64));
            }
            std::ptr::copy_nonoverlapping(configuration.as_ptr(), extra, configuration.len());
            ((*into).extradata, (*into).extradata_size) = (extra, configuration.len() as i32);
            (*into).codec_type = ff::media::Type::Video.into();
            (*into).codec_id = ff::codec::Id::H264.into();
            (*into).format = ff::ffi::AVPixelFormat::from(input.format) as i32;
            ((*into).width, (*into).height) = (input.size.width as i32, input.size.height as i32);
            (*into).sample_aspect_ratio = ff::Rational::new(1, 1).into();
            (*into).field_order = ff::ffi::AVFieldOrder::AV_FIELD_PROGRESSIVE;
            (*into).color_space = ff::color::Space::BT709.into();
            (*into).color_range = ff::color::Range::MPEG.into();
            (*into).color_primaries = ff::color::Primaries::BT709.into();
            (*into).color_trc = ff::color::TransferCharacteristic::BT709.into();
            ((*into).profile, (*into).level) = (i32::from(configuration[1]), i32::from(configuration[3]));
        }
        Ok(Self { parameters, time_base: input.time_base() })
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
