//! The table of image formats: what each is called, how large it goes, and who encodes it. Its rows are the test matrix.

mod jpeg;
pub mod png;
mod webp;

use crate::error::Result;
use crate::frame::Raster;
use crate::io::payload::Sink;
use crate::spec::{ImageFormat, ImageSpec};

/// One image format.
#[derive(Debug)]
pub struct ImageCodec {
    /// The request's word for it.
    pub format: ImageFormat,
    /// Its name on the command line and in media types, and the extension of its files.
    pub name: &'static str,
    /// The longest side that it holds, in pixels.
    pub longest: u32,
    /// Whether it holds transparency.
    pub alpha: bool,
    /// Bytes of memory to a pixel while it is encoded, the file's own among them, at most (noise at the best quality).
    pub working: f64,
    /// Bytes to a pixel of the largest files.
    pub densest: f64,
    /// The library that encodes it, and its version; none for our own writer.
    pub library: Option<(&'static str, &'static str)>,
    /// Encodes an image, which has transparency only where the format holds it.
    pub encode: fn(&Raster, &ImageSpec, &mut Sink) -> Result<()>,
}

/// Every image format.
pub const IMAGE_CODECS: [ImageCodec; 3] = [
    ImageCodec {
        format: ImageFormat::Png,
        name: ImageFormat::Png.name(),
        longest: 65_535,
        alpha: true,
        working: 7.0,
        densest: 3.0,
        library: None,
        encode: png::encode,
    },
    ImageCodec {
        format: ImageFormat::Jpeg,
        name: ImageFormat::Jpeg.name(),
        longest: 65_500,
        alpha: false,
        working: 10.0,
        densest: 3.0,
        library: Some(jpeg::LIBRARY),
        encode: jpeg::encode,
    },
    ImageCodec {
        format: ImageFormat::Webp,
        name: ImageFormat::Webp.name(),
        longest: 16_383,
        alpha: true,
        working: 36.0,
        densest: 2.0,
        library: Some(webp::LIBRARY),
        encode: webp::encode,
    },
];

impl ImageFormat {
    /// The format's row of the table.
    #[must_use]
    pub fn codec(self) -> &'static ImageCodec {
        match self {
            Self::Png => &IMAGE_CODECS[0],
            Self::Jpeg => &IMAGE_CODECS[1],
            Self::Webp => &IMAGE_CODECS[2],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_its_formats() {
        for row in &IMAGE_CODECS {
            assert_eq!(row.format.codec().name, row.name);
        }
    }
}
