//! What clips are to be.

use serde::Serialize;

use crate::distribution::Distribution;
use crate::frame::FrameRate;
use crate::pattern::Pattern;

/// Clips.
#[derive(Debug, Clone, Serialize)]
pub struct VideoSpec {
    /// Pixels, 1..
    pub width: Distribution,
    /// Pixels, 1..
    pub height: Distribution,
    /// Whether drawn sides are rounded down to even numbers, because the encoder takes no others.
    pub even_sides: bool,
    /// Seconds; frames are floor(seconds x rate), at least 1. Not used when `frames` is given.
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
    /// `webm` or `mp4`, a row of the CONTAINERS table.
    pub container: &'static str,
    /// FFmpeg's name of the encoder; `auto` until [`crate::encode::settle_video`] has chosen one.
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
    /// A sound track, if any.
    pub track: Option<TrackSpec>,
}

/// Least and greatest width and height that a request may name, in pixels; what an encoder takes may be less.
pub const SIDES: (f64, f64) = (1.0, 16_384.0);

/// Whether clips differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SceneStyle {
    /// Each clip is one of its own.
    Unique,
    /// The scene that other tools draw, the same each time.
    Canonical,
}

/// Speed against size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

/// A clip's sound track: Gaussian noise as long as the picture.
#[derive(Debug, Clone, Serialize)]
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
