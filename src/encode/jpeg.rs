//! JPEG through libjpeg-turbo: baseline, chroma halved both ways, the standard Huffman tables. Its SIMD code and its plain code
//! give the same bytes.

use turbojpeg::{Compressor, Image, OutputBuf, PixelFormat, Subsamp};

use crate::error::{Error, Result};
use crate::frame::Size;
use crate::payload::Sink;
use crate::spec::ImageSpec;

/// Encodes a tightly packed 8-bit RGB picture at the request's quality.
///
/// # Errors
/// The encoder's or the sink's.
pub(super) fn encode(size: Size, rgb: &[u8], spec: &ImageSpec, out: &mut Sink) -> Result<()> {
    let failed = |why: turbojpeg::Error| Error::encode("jpeg", why);
    let (width, height) = (size.width as usize, size.height as usize);
    let mut compressor = Compressor::new().map_err(failed)?;
    compressor.set_quality(spec.quality.into()).map_err(failed)?;
    compressor.set_subsamp(Subsamp::Sub2x2).map_err(failed)?;
    let room = compressor.buf_len(width, height).map_err(failed)?;
    let mut jpeg = OutputBuf::allocate_owned(room);
    let picture = Image { pixels: rgb, width, pitch: width * 3, height, format: PixelFormat::RGB };
    compressor.compress(picture, &mut jpeg).map_err(failed)?;
    out.reserve(jpeg.len() as u64)?;
    out.put(&jpeg)
}
