//! Lossy WebP through libwebp (the pure Rust encoders are lossless only).

use webp::{Encoder, PixelLayout, WebPConfig, WebPEncodingError, WebPMemory};

use crate::error::{Error, Result};
use crate::frame::Raster;
use crate::io::payload::Sink;
use crate::spec::ImageSpec;

/// The library and its version: what `libwebp-sys` of the version pinned in `Cargo.toml` bundles.
pub(super) const LIBRARY: (&str, &str) = ("libwebp", "1.3.1");

/// libwebp's effort, 0 (fast) to 6: 4 is its own choice and costs 3 times as much for files that are a few percent smaller.
const METHOD: i32 = 1;

/// The effort from which on `partition_limit` is heeded.
const HEEDING: i32 = 3;

/// Encodes an image at the request's quality.
///
/// # Errors
/// The encoder's or the sink's.
pub(super) fn encode(image: &Raster, spec: &ImageSpec, out: &mut Sink) -> Result<()> {
    let usual = config(spec, |config| config.method = METHOD)?;
    let webp = match encode_as(image, &usual) {
        // How each block of 16 x 16 pixels is predicted stands in a first part of the file, which holds 512 KiB: 4 bits a block
        // at the longest sides. Noise in small pieces takes 5 to 70, whole blocks of one segment 3.5.
        Err(WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW) => {
            let brief = config(spec, |config| {
                config.method = HEEDING;
                config.segments = 1;
                config.partition_limit = 100;
            })?;
            encode_as(image, &brief)
        }
        webp => webp,
    };
    let webp = webp.map_err(|why| match why {
        WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY
        | WebPEncodingError::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
        | WebPEncodingError::VP8_ENC_ERROR_NULL_PARAMETER // the pixels have found no room
        | WebPEncodingError::VP8_ENC_ERROR_BAD_WRITE => Error::memory("a WebP", image.pixels.len() as u64),
        why => Error::encode("webp", format!("{why:?}")),
    })?;
    out.reserve(webp.len() as u64)?;
    out.put(&webp)
}

fn config(spec: &ImageSpec, set: impl FnOnce(&mut WebPConfig)) -> Result<WebPConfig> {
    let mut config = WebPConfig::new().map_err(|()| Error::encode("webp", "libwebp is of another version"))?;
    config.quality = spec.quality.into();
    set(&mut config);
    Ok(config)
}

fn encode_as(image: &Raster, config: &WebPConfig) -> std::result::Result<WebPMemory, WebPEncodingError> {
    let layout = if image.alpha { PixelLayout::Rgba } else { PixelLayout::Rgb };
    Encoder::new(&image.pixels, layout, image.size.width, image.size.height).encode_advanced(config)
}
