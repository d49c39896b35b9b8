//! What clips are to be.

use serde::{Deserialize, Serialize};

use crate::frame::FrameRate;
use crate::pattern::{Pattern, SceneStyle};
use crate::spec::Distribution;

/// Clips.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VideoSpec {
    /// Pixels, 1..
    pub width: Distribution,
    /// Pixels, 1..
    pub height: Distribution,
    /// Whether drawn sides are rounded to even numbers, because the encoder takes no others.
    pub even_sides: bool,
    /// Seconds; frames are floor(seconds x rate), within [`VideoSpec::frames_at`]. Not used when `frames` is given.
    pub seconds: Distribution,
    /// Frames, when given exactly.
    pub frames: Option<u32>,
    /// Frames a second.
    pub rate: FrameRate,
    /// How frames a second are spread, drawn as whole numbers, 1..; none: each clip has `rate`.
    pub rates: Option<Distribution>,
    /// Clips in a turn.
    pub count: Distribution,
    /// What they show.
    pub pattern: Pattern,
    /// Whether clips differ.
    pub style: SceneStyle,
    /// The file format.
    pub container: VideoFormat,
    /// FFmpeg's name of the encoder; `auto` until a generator has chosen one.
    pub codec: String,
    /// Whether an encoder on a graphics card that does not work may become the CPU encoder of the same codec.
    pub fallback: bool,
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
    /// The encoder's own options, as `key=value`, in order.
    pub options: Vec<(String, String)>,
    /// An audio track, if any.
    pub track: Option<TrackSpec>,
    /// Whether a clip's frames stand in a record as images, in order, each a JPEG, for what takes no video; nothing is said to an encoder
    /// then.
    #[serde(default)]
    pub as_frames: bool,
}

impl VideoSpec {
    /// `moving_shapes` of these sides in pixels, 5 seconds at 4 frames a second, VP9 in WebM, one in each turn.
    #[must_use]
    pub fn new(width: Distribution, height: Distribution) -> Self {
        Self {
            width,
            height,
            even_sides: false,
            seconds: Distribution::fixed(5.0),
            frames: None,
            rate: FrameRate { num: 4, den: 1 },
            rates: None,
            count: Distribution::fixed(1.0),
            pattern: Pattern::MovingShapes,
            style: SceneStyle::Unique,
            container: VideoFormat::Webm,
            track: None,
            codec: "libvpx-vp9".to_owned(),
            fallback: false,
            speed: Speed::Fast,
            bitrate: None,
            crf: None,
            gop: None,
            pixel_format: None,
            options: Vec::new(),
            as_frames: false,
        }
    }

    /// The least and the greatest number of frames of a clip at this rate: as many as last neither shorter nor longer than the
    /// request allows, at least 1. The least is the greater one when no whole number of frames does.
    #[must_use]
    pub fn frames_at(&self, rate: FrameRate) -> (u32, u32) {
        if let Some(frames) = self.frames {
            return (frames, frames);
        }
        let (shortest, longest) = self.seconds.limits();
        ((shortest * rate.fps() - HAIR).ceil().max(1.0) as u32, (longest * rate.fps() + HAIR).floor() as u32)
    }

    /// The most frames of a clip.
    #[must_use]
    pub fn most_frames(&self) -> u32 {
        let rate = self.rates.as_ref().map_or(self.rate, |rates| FrameRate { num: rates.bounds().1 as u32, den: 1 });
        self.frames_at(rate).1
    }

    /// Frames of a clip at this rate that is to last so long.
    #[must_use]
    pub fn frames(&self, seconds: f64, rate: FrameRate) -> u32 {
        let (least, most) = self.frames_at(rate);
        ((seconds * rate.fps() + HAIR).floor() as u32).min(most).max(least)
    }
}

/// What a number of frames may miss a whole one by and still be it: 0.1 s at 30000/1001 and the like lose no frame to rounding.
const HAIR: f64 = 1e-9;

/// Least and greatest width and height that a request may name, in pixels; what an encoder takes may be less.
pub const SIDES: (f64, f64) = (1.0, 16_384.0);

/// A clip's file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VideoFormat {
    /// Matroska's subset for the web.
    Webm,
    /// ISO's base media format, its index in front.
    Mp4,
}

impl VideoFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Webm, Self::Mp4];

    /// Its name on the command line, which is also FFmpeg's and the file's extension.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webm => "webm",
            Self::Mp4 => "mp4",
        }
    }
}

/// Speed against size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speed {
    /// As fast as the encoder can.
    Fastest,
    /// Fast, of reasonable size.
    Fast,
    /// FFmpeg's own settings.
    Default,
    /// Slow, of good quality.
    Best,
}

/// A clip's audio track: Gaussian noise as long as its frames.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrackSpec {
    /// 1 or 2.
    pub channels: u16,
    /// Samples a second of each channel.
    pub sample_rate: u32,
    /// FFmpeg's name of the encoder.
    pub codec: String,
    /// Bits a sample that the noise is quantised to before it is encoded.
    pub bit_depth: u16,
}

impl TrackSpec {
    /// One channel of 48,000 samples a second, 16 bits each, encoded by the encoder that FFmpeg calls `codec`.
    #[must_use]
    pub fn new(codec: impl Into<String>) -> Self {
        Self { channels: 1, sample_rate: 48_000, codec: codec.into(), bit_depth: 16 }
    }
}
