//! What an encoder is told of one clip: the request's settings and the options that FFmpeg makes of them.

use std::ops::Range;

use super::codecs::{AtOnce, codec};
#[cfg(feature = "video")]
use super::codecs::{FEW, Zero, set};
use crate::encode::h264::{self, Goal};
use crate::frame::{FrameRate, Size};
use crate::pattern::Pattern;
use crate::spec::{Speed, TrackSpec, VideoSpec};

/// Frames of a segment of an encoder that has no row, at least.
const SEGMENT: u32 = 64;

/// What one clip is to be, as far as its encoder is concerned.
#[derive(Debug, Clone)]
pub struct VideoSettings {
    /// Pixels of each frame.
    pub size: Size,
    /// Frames a second.
    pub rate: FrameRate,
    /// Frames, 1..
    pub frames: u32,
    /// `webm` or `mp4`.
    pub container: &'static str,
    /// FFmpeg's name of the encoder.
    pub codec: String,
    /// Speed against size.
    pub speed: Speed,
    /// Bits a second.
    pub bitrate: Option<u64>,
    /// Constant quality, in the encoder's own scale.
    pub crf: Option<u32>,
    /// Frames from one keyframe to the next, at most.
    pub gop: Option<u32>,
    /// FFmpeg's name of the pixel format; the encoder's usual one when none.
    pub pixel_format: Option<String>,
    /// The encoder's own options.
    pub options: Vec<(String, String)>,
    /// An audio track, if any.
    pub track: Option<TrackSpec>,
    /// Whether the frames hardly compress, so that a packet may be as large as a frame.
    pub dense: bool,
}

impl VideoSettings {
    /// The settings of a clip of this size, rate and length.
    #[must_use]
    pub fn new(spec: &VideoSpec, size: Size, rate: FrameRate, frames: u32) -> Self {
        Self {
            size,
            rate,
            frames,
            container: spec.container.name(),
            codec: spec.codec.clone(),
            speed: spec.speed,
            bitrate: spec.bitrate,
            crf: spec.crf,
            gop: spec.gop,
            pixel_format: spec.pixel_format.clone(),
            options: spec.options.clone(),
            track: spec.track.clone(),
            dense: spec.pattern == Pattern::Noise,
        }
    }

    /// FFmpeg's name of the pixel format that the encoder is fed.
    pub(in crate::encode) fn ffmpeg_pixel_format(&self) -> &str {
        self.pixel_format.as_deref().unwrap_or_else(|| codec(&self.codec).map_or("yuv420p", |row| row.pixel_format))
    }

    /// How many encoders like this one a process may have open.
    pub(in crate::encode) fn at_once(&self) -> AtOnce {
        codec(&self.codec).map_or(AtOnce::Any { segment: SEGMENT }, |row| row.at_once)
    }

    /// Whether the encoder of this crate is meant.
    #[must_use]
    pub fn is_own(&self) -> bool {
        codec(&self.codec).is_some_and(|row| row.own)
    }

    /// What the encoder of this crate is told of a segment.
    pub(in crate::encode) fn h264(&self, range: &Range<u32>) -> h264::Settings {
        h264::Settings {
            size: self.size,
            rate: self.rate,
            first: range.start,
            frames: range.end - range.start,
            gop: self.gop.unwrap_or(h264::GOP),
            effort: self.speed as usize,
            goal: match (self.bitrate, self.crf) {
                (Some(bits), _) => Goal::Bitrate(bits),
                (None, Some(crf)) => Goal::Quantiser(crf.min(51) as u8),
                (None, None) => Goal::Likeness,
            },
        }
    }

    #[cfg(feature = "video")]
    /// Whether the encoder, once open, must be sent a frame and the end before it is closed.
    pub(in crate::encode) fn ends_before_it_closes(&self) -> bool {
        codec(&self.codec).is_some_and(|row| row.ends_before_it_closes)
    }

    #[cfg(feature = "video")]
    /// Whether the encoder may choose its speed by the time that it took so far.
    pub(in crate::encode) fn follows_the_clock(&self) -> bool {
        codec(&self.codec).is_some_and(|row| row.follows_the_clock)
    }

    #[cfg(feature = "video")]
    /// Every option that the encoder is opened with: the table's, then what the request says, which goes before it.
    pub(in crate::encode) fn encoder_options(&self) -> Vec<(String, String)> {
        let row = codec(&self.codec);
        let mut options = row.map(|row| row.options(self.speed)).unwrap_or_default();
        let mut add = |more: &[(&str, &str)]| more.iter().for_each(|(key, value)| set(&mut options, key, value));
        if let Some(crf) = self.crf {
            let (key, with) = row.map_or(("crf", &[][..]), |row| (row.crf.0, row.crf_with));
            add(with);
            match row.map(|row| row.crf_0) {
                Some(Zero::Other(key, value)) if crf == 0 => add(&[(key, value)]),
                _ => add(&[(key, &crf.to_string())]),
            }
        }
        if let Some(bitrate) = self.bitrate {
            add(&[("b", &bitrate.to_string())]);
        }
        if let Some(gop) = self.gop {
            add(&[("g", &gop.to_string())]);
        }
        self.options.iter().for_each(|(key, value)| add(&[(key, value)]));
        if self.frames <= FEW {
            add(row.map_or(&[], |row| row.few));
        }
        options
    }
}
