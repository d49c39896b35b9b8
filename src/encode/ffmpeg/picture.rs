//! Frames to packets: one encoder of one run of frames.

use ffmpeg_next as ff;
use ffmpeg_next::software::scaling;

use super::frame::{FrameRing, pixel, planes};
use super::open::{context, open};
use super::packet::{Header, Packet, drain, rational};
use super::turn::Turn;
use super::{failed, memory};
use crate::encode::codec::AtOnce;
use crate::encode::video::VideoSettings;
use crate::error::{Error, Result};
use crate::frame::{PixelFormat, Planes, Size};

/// An encoder of the frames `first..first + n` of a clip, which knows nothing of the frames before.
pub(crate) struct PictureEncoder {
    name: String,
    encoder: ff::encoder::Encoder,
    ring: FrameRing,
    convert: Option<(scaling::Context, FrameRing)>,
    format: PixelFormat,
    size: Size,
    unit: ff::Rational,
    next: i64,
    /// Given up last, when the encoder is closed.
    _turn: Option<Turn>,
}

impl PictureEncoder {
    /// Opens an encoder whose first frame is the clip's frame number `first`. Waits while as many are open as its codec allows;
    /// so no thread may hold two of these.
    ///
    /// # Errors
    /// [`Error::Encode`] when this FFmpeg lacks the encoder, it does not open, or it does not know an option.
    pub(crate) fn open(settings: &VideoSettings, first: u32) -> Result<Self> {
        let AtOnce::Most(most) = settings.at_once() else { return Self::open_now(settings, first) };
        loop {
            let turn = Turn::take(&settings.codec, most);
            match Self::open_now(settings, first) {
                Ok(encoder) => return Ok(Self { _turn: Some(turn), ..encoder }),
                Err(why) if !turn.refused() => return Err(why),
                Err(_) => {}
            }
        }
    }

    fn open_now(settings: &VideoSettings, first: u32) -> Result<Self> {
        memory::keep_flat();
        let name = settings.codec.clone();
        let size = settings.size;
        let wanted = settings.ffmpeg_pixel_format();
        let format = if wanted == "nv12" { PixelFormat::Nv12 } else { PixelFormat::I420 };
        let wanted: ff::format::Pixel =
            wanted.parse().map_err(|_| Error::encode(&name, format!("no pixel format {wanted}")))?;

        let mut video = context(&name)?.encoder().video().map_err(|e| failed(&name, e))?;
        video.set_width(size.width);
        video.set_height(size.height);
        video.set_format(wanted);
        video.set_aspect_ratio((1, 1));
        let unit = rational(settings.rate.den, settings.rate.num);
        video.set_time_base(unit);
        video.set_frame_rate(Some(rational(settings.rate.num, settings.rate.den)));
        video.set_colorspace(ff::color::Space::BT709);
        video.set_color_range(ff::color::Range::MPEG);
        video.set_color_primaries(ff::color::Primaries::BT709);
        video.set_color_transfer_characteristic(ff::color::TransferCharacteristic::BT709);
        let ff::codec::encoder::video::Video(ff::encoder::Encoder(context)) = video;
        let encoder = open(&name, context, &settings.encoder_options())?;

        let convert = match wanted == pixel(format) {
            true => None,
            false => Some(converter(&name, pixel(format), wanted, size)?),
        };
        Ok(Self {
            name,
            encoder,
            ring: FrameRing::new(pixel(format), size),
            convert,
            format,
            size,
            unit,
            next: i64::from(first),
            _turn: None,
        })
    }

    /// How the frames are to be laid out.
    pub(crate) fn format(&self) -> PixelFormat {
        self.format
    }

    /// What the muxer must know.
    pub(crate) fn header(&self) -> Header {
        Header::new(&self.encoder, self.unit)
    }

    /// Lends the next frame's planes to `fill`, encodes the frame and passes on the packets that are ready.
    ///
    /// # Errors
    /// What `fill` or `each` answers, and [`Error::Encode`] when the encoder fails.
    pub(crate) fn encode(
        &mut self,
        fill: impl FnOnce(&mut Planes<'_>) -> Result<()>,
        each: impl FnMut(Packet) -> Result<()>,
    ) -> Result<()> {
        let frame = self.ring.free();
        fill(&mut planes(frame, self.format, self.size))?;
        frame.set_pts(Some(self.next));
        self.next += 1;
        let sent = match &mut self.convert {
            None => self.encoder.send_frame(frame),
            Some((scaler, ring)) => {
                let converted = ring.free();
                converted.set_pts(frame.pts());
                scaler.run(frame, converted).and_then(|()| self.encoder.send_frame(converted))
            }
        };
        sent.map_err(|e| failed(&self.name, e))?;
        self.drain(each)
    }

    /// Ends the run of frames and passes on the packets that are left.
    ///
    /// # Errors
    /// As [`PictureEncoder::encode`].
    pub(crate) fn finish(mut self, each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        self.encoder.send_eof().map_err(|e| failed(&self.name, e))?;
        self.drain(each)
    }

    fn drain(&mut self, mut each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        drain(&self.name, &mut self.encoder, |mut packet| {
            packet.0.set_duration(1);
            each(packet)
        })
    }
}

fn converter(
    name: &str,
    from: ff::format::Pixel,
    to: ff::format::Pixel,
    size: Size,
) -> Result<(scaling::Context, FrameRing)> {
    let flags = scaling::Flags::BICUBIC | scaling::Flags::BITEXACT | scaling::Flags::ACCURATE_RND;
    let scaler = scaling::Context::get(from, size.width, size.height, to, size.width, size.height, flags)
        .map_err(|e| failed(name, e))?;
    Ok((scaler, FrameRing::new(to, size)))
}
