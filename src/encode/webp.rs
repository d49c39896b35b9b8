//! Lossy WebP through libwebp (the pure Rust encoders are lossless only).

use webp::{Encoder, WebPConfig};

use crate::error::{Error, Result};
use crate::frame::Size;
use crate::payload::Sink;
use crate::spec::ImageSpec;

/// libwebp's effort, 0 (fast) to 6: 4 is its own choice and costs 3 times as much for files that are a few percent smaller.
const METHOD: i32 = 1;

/// Encodes a tightly packed 8-bit RGB picture at the request's quality.
///
/// # Errors
/// The encoder's or the sink's.
pub(super) fn encode(size: Size, rgb: &[u8], spec: &ImageSpec, out: &mut Sink) -> Result<()> {
    let mut config = WebPConfig::new().map_err(|()| Error::encode("webp", "libwebp is of another version"))?;
    config.quality = spec.quality.into();
    config.method = METHOD;
    let encoder = Encoder::from_rgb(rgb, size.width, size.height);
    let webp = encoder.encode_advanced(&config).map_err(|why| Error::encode("webp", format!("{why:?}")))?;
    out.reserve(webp.len() as u64)?;
    out.put(&webp)
}
