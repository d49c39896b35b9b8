//! Bytes. Turns pixels and samples into files' contents, through well-kept libraries. Knows nothing of records or of where
//! pixels come from.

pub mod audio;
mod decoded;
#[cfg_attr(not(feature = "video"), path = "encode/no_ffmpeg.rs")]
mod ffmpeg;
pub mod h264;
pub mod image;
mod preflight;
pub mod samples;
mod versions;
pub mod video;

pub(crate) use ffmpeg::{capture_log, decode, first_frame, first_seconds, keep_memory_flat};

pub use audio::{AUDIO_CODECS, AudioCodec};
pub use decoded::{DecodedAudio, DecodedMedia, DecodedVideo, Excerpt};
pub use image::{IMAGE_CODECS, ImageCodec};
pub use preflight::{Trial, check_video, settle_audio, settle_images, settle_video, trials, usual_codec};
pub use samples::AudioShape;
pub use versions::{ffmpeg_build, versions};
pub use video::{AtOnce, CONTAINERS, Container, TRACK_CODECS, TrackCodec, VIDEO_CODECS, VideoCodec, Zero};

/// FFmpeg's name of the codec that an encoder writes.
pub(crate) fn codec_of(encoder: &str) -> Option<String> {
    video::codec(encoder).map(|row| row.stream.to_owned()).or_else(|| ffmpeg::codec_of(encoder))
}
