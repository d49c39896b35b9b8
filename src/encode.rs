//! Bytes. Turns pixels and samples into files' contents, through well-kept libraries. Knows nothing of records or of where
//! pixels come from.

mod codec;
mod ffmpeg;
mod image;
mod jpeg;
pub mod png;
pub mod video;
pub mod wav;
mod webp;

pub use codec::{CODECS, CONTAINERS, Codec, Container};
pub use image::{IMAGES, ImageCodec};
