//! What an encoder of images is fed, as its context says it: written before its options are set, and compared with the
//! context afterwards. An encoder that takes frames for larger ones than they are reads past their end.

use ffmpeg_next as ff;

use super::packet::rational;
use crate::encode::video::VideoSettings;
use crate::error::{Error, Result};
use crate::frame::{FrameRate, Size};

/// What the frames are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input {
    pub(super) format: ff::format::Pixel,
    pub(super) size: Size,
    pub(super) rate: FrameRate,
}

impl Input {
    /// The frames of such a clip.
    ///
    /// # Errors
    /// [`Error::Encode`] when FFmpeg has no such pixel format.
    pub(super) fn of(settings: &VideoSettings) -> Result<Self> {
        let wanted = settings.ffmpeg_pixel_format();
        let unknown = |_| Error::encode(&settings.codec, format!("no pixel format {wanted}"));
        Ok(Self { format: wanted.parse().map_err(unknown)?, size: settings.size, rate: settings.rate })
    }

    /// Seconds of one frame.
    pub(super) fn time_base(&self) -> ff::Rational {
        rational(self.rate.den, self.rate.num)
    }

    /// Tells the encoder.
    pub(super) fn write(&self, video: &mut ff::codec::encoder::video::Video) {
        video.set_width(self.size.width);
        video.set_height(self.size.height);
        video.set_format(self.format);
        video.set_aspect_ratio((1, 1));
        video.set_time_base(self.time_base());
        video.set_frame_rate(Some(self.time_base().invert()));
        video.set_colorspace(ff::color::Space::BT709);
        video.set_color_range(ff::color::Range::MPEG);
        video.set_color_primaries(ff::color::Primaries::BT709);
        video.set_color_transfer_characteristic(ff::color::TransferCharacteristic::BT709);
    }

    /// Checks that the encoder still knows.
    ///
    /// # Errors
    /// [`Error::Encode`] with what an option, or the encoder itself, has changed.
    #[expect(unsafe_code, reason = "the wrapper cannot read most of these back")]
    pub(super) fn check(&self, name: &str, context: &ff::codec::Context) -> Result<()> {
        // SAFETY: the context is alive; plain numbers are read.
        let now = unsafe { &*context.as_ptr() };
        let pass = (ff::ffi::AV_CODEC_FLAG_PASS1 | ff::ffi::AV_CODEC_FLAG_PASS2) as i32;
        let aspect = ff::Rational::from(now.sample_aspect_ratio);
        let colours = (now.colorspace, now.color_range, now.color_primaries, now.color_trc);
        let bt709 = (
            ff::color::Space::BT709.into(),
            ff::color::Range::MPEG.into(),
            ff::color::Primaries::BT709.into(),
            ff::color::TransferCharacteristic::BT709.into(),
        );
        let kept = [
            ("the size", (now.width, now.height) == (self.size.width as i32, self.size.height as i32)),
            ("the shape of a pixel", aspect.numerator() == aspect.denominator()),
            ("the pixel format", now.pix_fmt == self.format.into()),
            ("the time base", ff::Rational::from(now.time_base) == self.time_base()),
            ("the frame rate", ff::Rational::from(now.framerate) == self.time_base().invert()),
            ("the colours", colours == bt709),
            ("the place of the headers", now.flags & super::open::FLAGS == super::open::FLAGS),
            ("the number of passes", now.flags & pass == 0),
        ];
        match kept.iter().find(|(_, kept)| !kept) {
            None => Ok(()),
            Some((what, _)) => Err(Error::encode(name, format!("an option would change {what}"))),
        }
    }
}
