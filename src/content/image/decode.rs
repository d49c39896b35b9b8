//! Files into pixels: PNG, JPEG, WebP, GIF, BMP and TIFF, recognised by their first bytes. Limits come before memory: a header
//! that asks for more than [`LARGEST`] is refused unread. JPEG goes through libjpeg-turbo, whose decoder gives the same bytes
//! on every machine.

use std::io::{BufRead, Cursor, Read, Seek};

use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use turbojpeg::{Colorspace, Decompressor, PixelFormat};

use crate::frame::{Raster, Size};
use crate::io::buffer::zeros;

/// The most pixels of a source image.
pub(super) const LARGEST: u64 = 1 << 26;

/// The most bytes that a decoder may hold, the pixels included: 16 bits each of R, G, B and A at the largest size.
const MEMORY: u64 = LARGEST * 8;

/// The most scans of a progressive JPEG; more are a way to burn time.
const SCANS: u32 = 500;

/// The size that a file's header tells, or why it is no image to be taken.
pub(super) fn probe(file: impl BufRead + Seek) -> Result<Size, String> {
    let reader = ImageReader::new(file).with_guessed_format().map_err(|why| why.to_string())?;
    if reader.format() == Some(ImageFormat::Jpeg) {
        let mut file = reader.into_inner();
        // A header lies in the first few KiB, unless a large profile or preview stands before it.
        let mut head = Vec::new();
        let mut more = |file: &mut dyn BufRead, bytes| {
            file.take(bytes).read_to_end(&mut head).map_err(|why| why.to_string())?;
            header(&head).map(|(size, _)| size)
        };
        file.rewind().map_err(|why| why.to_string())?;
        return more(&mut file, 1 << 16).or_else(|_| more(&mut file, u64::MAX));
    }
    let (width, height) = reader.into_dimensions().map_err(|why| one_line(&why))?;
    within(width, height)
}

/// Decodes a whole file, turned upright as its EXIF says; an animation's first frame. Transparency stays where there is some.
pub(super) fn decode(bytes: &[u8]) -> Result<Raster, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|why| why.to_string())?;
    if reader.format() == Some(ImageFormat::Jpeg) {
        return jpeg(bytes);
    }
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|why| one_line(&why))?;
    let (width, height) = decoder.dimensions();
    within(width, height)?;
    limits.reserve(decoder.total_bytes()).map_err(|why| one_line(&why))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|why| one_line(&why))?;
    image.apply_orientation(orientation);
    let (size, alpha) = (Size::new(image.width(), image.height()), image.color().has_alpha());
    let pixels = if alpha { image.into_rgba8().into_raw() } else { image.into_rgb8().into_raw() };
    Ok(Raster { size, alpha, pixels }.without_idle_alpha())
}

fn jpeg(bytes: &[u8]) -> Result<Raster, String> {
    let failed = |why: turbojpeg::Error| one_line(&why);
    let (size, colours) = header(bytes)?;
    let mut decompressor = Decompressor::new().map_err(failed)?;
    decompressor.set_scan_limit(SCANS).map_err(failed)?;
    let printed = matches!(colours, Colorspace::CMYK | Colorspace::YCCK);
    let format = if printed { PixelFormat::CMYK } else { PixelFormat::RGB };
    let (width, height) = (size.width as usize, size.height as usize);
    let pitch = width * format.size();
    let mut pixels = zeros("an image", (pitch * height) as u64).map_err(|why| why.to_string())?;
    let into = turbojpeg::Image { pixels: pixels.as_mut_slice(), width, pitch, height, format };
    decompressor.decompress(bytes, into).map_err(failed)?;
    if printed {
        // Cyan, magenta, yellow and black are stored inverted: what is left of the light, not what the ink takes.
        let light = |pixel: &[u8]| [0, 1, 2].map(|ink| (u16::from(pixel[ink]) * u16::from(pixel[3]) / 255) as u8);
        pixels = pixels.chunks_exact(4).flat_map(light).collect();
    }
    // libjpeg-turbo leaves EXIF to others.
    let orientation = JpegDecoder::new(Cursor::new(bytes)).and_then(|mut decoder| decoder.orientation());
    let upright = RgbImage::from_raw(size.width, size.height, pixels).map(|pixels| {
        let mut image = DynamicImage::from(pixels);
        image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
        image
    });
    let upright = upright.ok_or("its pixels are too few")?;
    let size = Size::new(upright.width(), upright.height());
    Ok(Raster { size, alpha: false, pixels: upright.into_rgb8().into_raw() })
}

fn header(bytes: &[u8]) -> Result<(Size, Colorspace), String> {
    let header = turbojpeg::read_header(bytes).map_err(|why| one_line(&why))?;
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    Ok((within(side(header.width), side(header.height))?, header.colorspace))
}

fn within(width: u32, height: u32) -> Result<Size, String> {
    match u64::from(width) * u64::from(height) {
        0 => Err(format!("it has {width}x{height} pixels")),
        pixels if pixels > LARGEST => Err(format!("{width}x{height} pixels are more than {LARGEST}")),
        _ => Ok(Size::new(width, height)),
    }
}

fn one_line(why: &dyn std::fmt::Display) -> String {
    why.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
