//! What came back when a file of audio or a clip was decoded, whole or its beginning.

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecodedMedia {
    /// Its images, if any.
    pub video: Option<DecodedVideo>,
    /// Its sound, if any.
    pub audio: Option<DecodedAudio>,
}

/// A clip's frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedVideo {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames that came back.
    pub frames: u64,
    /// Frames that the container tells of, where it does: players and samplers believe it.
    pub told: Option<u64>,
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
}

/// Sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedAudio {
    /// Samples a second of each channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
    /// Samples of each channel that came back.
    pub samples: u64,
}

/// The beginning of a sound, of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Samples a second.
    pub sample_rate: u32,
    /// 16-bit samples.
    pub samples: Vec<i16>,
}
