//! JPEG through libjpeg-turbo: baseline, the standard Huffman tables, as Pillow writes it. Its SIMD code and its plain code
//! give the same bytes.

use turbojpeg::{Compressor, Image, OutputBuf, PixelFormat, Subsamp};

use crate::error::{Error, Result};
use crate::frame::Raster;
use crate::io::payload::Sink;
use crate::spec::{Chroma, ImageSpec};

/// The library and its version: what `turbojpeg-sys` of the version pinned in `Cargo.toml` bundles.
pub(super) const LIBRARY: (&str, &str) = ("libjpeg-turbo", "3.1.0");

/// Encodes an opaque image at the request's quality.
///
/// # Errors
/// The encoder's or the sink's.
pub(super) fn encode(image: &Raster, spec: &ImageSpec, out: &mut Sink) -> Result<()> {
    let failed = |why: turbojpeg::Error| Error::encode("jpeg", why);
    let (width, height) = (image.size.width as usize, image.size.height as usize);
    let mut compressor = Compressor::new().map_err(failed)?;
    compressor.set_quality(spec.quality.into()).map_err(failed)?;
    compressor
        .set_subsamp(match spec.chroma {
            Chroma::Yuv444 => Subsamp::None,
            Chroma::Yuv422 => Subsamp::Sub2x1,
            Chroma::Yuv420 => Subsamp::Sub2x2,
        })
        .map_err(failed)?;
    let most = compressor.buf_len(width, height).map_err(failed)?;
    // The library finds room as it goes, twice as much each time: the most that an image could take is several times what it does.
    let mut jpeg = OutputBuf::new_owned();
    let pixels = Image { pixels: &*image.pixels, width, pitch: width * 3, height, format: PixelFormat::RGB };
    compressor.compress(pixels, &mut jpeg).map_err(|why| match refused(&why) {
        true => Error::memory("a JPEG", most as u64),
        false => failed(why),
    })?;
    out.reserve(jpeg.len() as u64)?;
    out.put(&jpeg)
}

/// Whether the library had no memory, which it tells in words only.
fn refused(why: &turbojpeg::Error) -> bool {
    matches!(why, turbojpeg::Error::Null) || why.to_string().to_lowercase().contains("memory")
}
