//! Frames to packets: one encoder of one run of frames.

use ffmpeg_next as ff;
use ffmpeg_next::software::scaling;

use super::frame::{FrameRing, pixel, planes};
use super::input::Input;
use super::open::{context, open};
use super::packet::{Header, Packet, drain};
use super::permit::Permit;
use super::{failed, log, options};
use crate::encode::video::options::{Refusal, check};
use crate::encode::video::{AtOnce, VideoSettings};
use crate::error::{Error, Result};
use crate::frame::{FrameRate, PixelFormat, Planes, Size};

/// An encoder of the frames `first..first + n` of a clip, which knows nothing of the frames before.
pub(crate) struct VideoEncoder {
    name: String,
    encoder: ff::encoder::Encoder,
    ring: FrameRing,
    convert: Option<(scaling::Context, FrameRing)>,
    format: PixelFormat,
    size: Size,
    time_base: ff::Rational,
    next: i64,
    /// What is left to do before it may be closed.
    left: Left,
    /// Given up last, when the encoder is closed.
    permit: Option<Permit>,
}

/// What an encoder that waits in its own destruction needs before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing: it can be closed, or has ended.
    Nothing,
    /// A frame, and the end.
    Frame,
    /// The end.
    End,
}

impl VideoEncoder {
    /// Opens an encoder whose first frame is the clip's frame number `first`. Waits while as many are open as its codec allows;
    /// so no thread may hold two of these.
    ///
    /// # Errors
    /// [`Error::Encode`] when this FFmpeg lacks the encoder, it does not open, it does not know an option, or an option would
    /// change what the frames are.
    pub(crate) fn open(settings: &VideoSettings, first: u32) -> Result<Self> {
        let AtOnce::Most(most) = settings.at_once() else { return Self::open_now(settings, first) };
        loop {
            let permit = Permit::take(&settings.codec, most);
            match Self::open_now(settings, first) {
                Ok(mut encoder) => {
                    encoder.permit = Some(permit);
                    return Ok(encoder);
                }
                Err(why) if !permit.refused() => return Err(why),
                Err(_) => {}
            }
        }
    }

    fn open_now(settings: &VideoSettings, first: u32) -> Result<Self> {
        let name = settings.codec.clone();
        let size = settings.size;
        let input = Input::of(settings)?;
        let format = if input.format == pixel(PixelFormat::Nv12) { PixelFormat::Nv12 } else { PixelFormat::I420 };
        let convert = match input.format == pixel(format) {
            true => None,
            false => Some(converter(&name, pixel(format), input.format, size)?),
        };
        let this = Self {
            encoder: open(&name, prepare(settings, &input)?)?,
            name,
            ring: FrameRing::new(pixel(format), size),
            convert,
            format,
            size,
            time_base: input.time_base(),
            next: i64::from(first),
            left: if settings.ends_before_it_closes() { Left::Frame } else { Left::Nothing },
            permit: None,
        };
        // From here on the encoder is ended as it must be, whatever happens.
        match log::take_refused_options() {
            refused if refused.is_empty() => input.check(&this.name, &this.encoder)?,
            refused => return Err(Error::encode(&this.name, refused)),
        }
        Ok(this)
    }

    /// How the frames are to be laid out.
    pub(crate) fn format(&self) -> PixelFormat {
        self.format
    }

    /// What the muxer must know.
    pub(crate) fn header(&self) -> Header {
        Header::new(&self.encoder, self.time_base)
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
        if self.left == Left::Frame {
            self.left = Left::End;
        }
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
    /// As [`VideoEncoder::encode`].
    pub(crate) fn finish(mut self, each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        self.encoder.send_eof().map_err(|e| failed(&self.name, e))?;
        self.drain(each)?;
        self.left = Left::Nothing;
        Ok(())
    }

    fn drain(&mut self, mut each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        drain(&self.name, &mut self.encoder, |mut packet| {
            packet.0.set_duration(1);
            each(packet)
        })
    }
}

impl Drop for VideoEncoder {
    fn drop(&mut self) {
        // Nobody hears of what fails here: the encoder is given up.
        let nothing = |_: &mut Planes<'_>| Ok(());
        if self.left == Left::Frame {
            let _ = self.encode(nothing, |_| Ok(()));
        }
        if self.left == Left::End && self.encoder.send_eof().is_ok() {
            let _ = self.drain(|_| Ok(()));
        }
    }
}

/// An encoder of such frames with its options, not yet open.
fn prepare(settings: &VideoSettings, input: &Input) -> Result<ff::codec::Context> {
    let name = &settings.codec;
    check(&settings.options).map_err(|Refusal { problem, fix }| Error::encode(name, format!("{problem}; {fix}")))?;
    let mut video = context(name)?.encoder().video().map_err(|e| failed(name, e))?;
    input.write(&mut video);
    let ff::codec::encoder::video::Video(ff::encoder::Encoder(mut context)) = video;
    options::set(name, &mut context, &settings.encoder_options())?;
    input.check(name, &context)?;
    if settings.follows_the_clock() {
        check_pace(name, &mut context, settings.rate)?;
    }
    Ok(context)
}

/// Refuses what makes libvpx's VP8 encoder choose its speed by the time that it took so far: a deadline that is shorter than a
/// frame, but for 0 (take all the time), with a speed that is not below 0.
fn check_pace(name: &str, context: &mut ff::codec::Context, rate: FrameRate) -> Result<()> {
    let frame = rate.seconds(1) * 1e6;
    let deadline = options::number(context, c"deadline").unwrap_or(0);
    let speed = options::number(context, c"cpu-used").unwrap_or(0);
    if deadline > 0 && deadline as f64 <= frame && speed >= 0 {
        let problem =
            format!("cpu-used={speed} in real time makes the bytes depend on the machine's load; give it below 0");
        return Err(Error::encode(name, problem));
    }
    Ok(())
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
