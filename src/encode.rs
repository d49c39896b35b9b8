//! Bytes. Turns pixels and samples into files' contents, through well-kept libraries. Knows nothing of records or of where
//! pixels come from.

mod codec;
mod faststart;
#[cfg_attr(not(feature = "video"), path = "encode/no_ffmpeg.rs")]
mod ffmpeg;
mod image;
mod jpeg;
mod options;
pub mod png;
mod preflight;
mod segment;
mod settings;
pub mod sound;
mod track;
mod versions;
pub mod video;
pub mod wav;
mod webp;

pub(crate) use ffmpeg::{capture_log, keep_memory_flat};

pub use codec::{AtOnce, CODECS, CONTAINERS, Codec, Container, SOUNDS, Sound, Zero, frames_held};
pub use image::{IMAGES, ImageCodec};
pub use preflight::{check_video, settle_audio, settle_images, settle_video};
pub use versions::versions;
