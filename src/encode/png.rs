//! PNG. What cannot be compressed is stored: a writer of our own lays the pixels down at memory speed, block by block, while
//! they are in the cache (the `png` crate's stored mode costs 7 times the checksums). What can is compressed by the crate.

use std::io::{Read, Write};

use crate::error::{Error, Result};
use crate::frame::Size;
use crate::payload::Sink;
use crate::render::Pixels;
use crate::spec::{ImageSpec, PngCompression};

/// The longest stored block of DEFLATE (RFC 1951, 3.2.4), in bytes.
const BLOCK: usize = 65_535;

/// Writes an 8-bit RGB picture uncompressed, reading it from first to last. One IDAT chunk holds one stored block.
///
/// # Errors
/// The pixels' or the sink's.
pub fn write_stored(size: Size, pixels: &mut dyn Pixels, out: &mut Sink) -> Result<()> {
    let row = size.width as usize * 3;
    let mut left = (row as u64 + 1) * u64::from(size.height);
    out.reserve(left + (left / BLOCK as u64 + 1) * 24 + 64);
    put(out, b"\x89PNG\r\n\x1a\n")?;
    put(out, &chunk(b"IHDR", &header(size)))?;

    // Whole rows to a block where they fit, so that the renderer is asked for whole rows.
    let block = if row < BLOCK { BLOCK / (row + 1) * (row + 1) } else { BLOCK };
    let mut adler = simd_adler32::Adler32::new();
    let mut idat = Vec::with_capacity(block + 32);
    let mut column = 0;
    let mut first = true;
    while left > 0 {
        let length = left.min(block as u64) as usize;
        left -= length as u64;
        idat.clear();
        idat.extend_from_slice(&[0; 4]);
        idat.extend_from_slice(b"IDAT");
        if first {
            idat.extend_from_slice(&[0x78, 0x01]); // zlib: deflate, 32 KiB window, fastest
            first = false;
        }
        idat.push(u8::from(left == 0)); // last block?, stored
        idat.extend_from_slice(&(length as u16).to_le_bytes());
        idat.extend_from_slice(&(!(length as u16)).to_le_bytes());
        let data = idat.len();
        idat.resize(data + length, 0);
        column = fill(&mut idat[data..], row, column, pixels)?;
        adler.write(&idat[data..]);
        if left == 0 {
            idat.extend_from_slice(&adler.finish().to_be_bytes());
        }
        close(&mut idat);
        put(out, &idat)?;
    }
    put(out, &chunk(b"IEND", &[]))
}

/// Fills `data` with scan lines (a filter byte of 0, then `row` bytes), going on at `column` of the scan line; returns the
/// column after the last byte.
fn fill(data: &mut [u8], row: usize, mut column: usize, pixels: &mut dyn Pixels) -> Result<usize> {
    let mut at = 0;
    while at < data.len() {
        if column == 0 {
            data[at] = 0;
            at += 1;
        } else {
            let length = (row + 1 - column).min(data.len() - at);
            pixels.read(&mut data[at..at + length])?;
            at += length;
            column += length - 1;
        }
        column = (column + 1) % (row + 1);
    }
    Ok(column)
}

/// Width, height, 8 bits, truecolour, deflate, adaptive filters, not interlaced.
fn header(size: Size) -> [u8; 13] {
    let mut header = [0; 13];
    header[..4].copy_from_slice(&size.width.to_be_bytes());
    header[4..8].copy_from_slice(&size.height.to_be_bytes());
    header[8..].copy_from_slice(&[8, 2, 0, 0, 0]);
    header
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = vec![0; 4];
    chunk.extend_from_slice(kind);
    chunk.extend_from_slice(data);
    close(&mut chunk);
    chunk
}

/// Puts a chunk's length in front and its checksum behind.
fn close(chunk: &mut Vec<u8>) {
    let length = (chunk.len() - 8) as u32;
    chunk[..4].copy_from_slice(&length.to_be_bytes());
    let crc = crc32fast::hash(&chunk[4..]);
    chunk.extend_from_slice(&crc.to_be_bytes());
}

fn put(out: &mut Sink, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|why| Error::encode("png", why))
}

/// Encodes a tightly packed 8-bit RGB picture, compressed as the request says.
///
/// # Errors
/// The encoder's or the sink's.
pub fn encode(size: Size, rgb: &[u8], spec: &ImageSpec, out: &mut Sink) -> Result<()> {
    let level = match spec.png_compression {
        Some(PngCompression::None) => return write_stored(size, &mut { rgb }, out),
        Some(PngCompression::Best) => png::Compression::High,
        Some(PngCompression::Fast) | None => png::Compression::Fast,
    };
    let failed = |why: png::EncodingError| Error::encode("png", why);
    let mut encoder = png::Encoder::new(out, size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(level);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(rgb).map_err(failed)?;
    writer.finish().map_err(failed)
}

impl Pixels for &[u8] {
    fn read(&mut self, rgb: &mut [u8]) -> Result<()> {
        self.read_exact(rgb).map_err(|_| Error::encode("png", "the picture has fewer pixels than its size says"))
    }
}
