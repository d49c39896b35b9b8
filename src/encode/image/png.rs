//! PNG. What cannot be compressed is stored: a writer of our own lays the pixels down at memory speed, block by block, while
//! they are in the cache (the `png` crate's stored mode costs 7 times the checksums). What can is compressed by the crate.

use std::io::Write;

use crate::error::{Error, Result};
use crate::frame::{Pixels, Raster, Size};
use crate::io::buffer::Buffer;
use crate::io::payload::{Payload, Sink};
use crate::spec::{ImageSpec, PngCompression};

/// The longest stored block of DEFLATE (RFC 1951, 3.2.4), in bytes.
const BLOCK: u64 = 65_535;

/// Bytes of an IDAT chunk of a compressed image, which leaves for its sink chunk by chunk.
const CHUNK: usize = 1 << 16;

/// An 8-bit RGB image on its way into a sink, uncompressed, read from first to last. One IDAT chunk holds one stored block.
pub struct Stored<'a> {
    size: Size,
    pixels: Box<dyn Pixels + 'a>,
    out: Sink,
    /// Bytes of scan lines that are yet to come.
    left: u64,
    /// The place in the scan line of the next of them.
    column: usize,
    adler: simd_adler32::Adler32,
    /// What is written next.
    bytes: Buffer,
}

impl<'a> Stored<'a> {
    /// An image to be written to `out`.
    ///
    /// # Errors
    /// The sink's, when it has no room.
    pub fn new(size: Size, pixels: Box<dyn Pixels + 'a>, mut out: Sink) -> Result<Self> {
        out.reserve(stored_length(size))?;
        let left = data_length(size);
        Ok(Self { size, pixels, out, left, column: 0, adler: simd_adler32::Adler32::new(), bytes: Buffer::default() })
    }

    /// Puts the next block and what goes with it into `bytes`; false when there is no more.
    fn advance(&mut self) -> Result<bool> {
        self.bytes.clear();
        if self.left == 0 {
            return Ok(false);
        }
        let first = self.out.is_empty();
        if first {
            self.bytes.push(b"\x89PNG\r\n\x1a\n");
            chunk(&mut self.bytes, b"IHDR", &header(self.size));
        }
        let row = self.size.width as usize * 3;
        let length = self.left.min(block_length(self.size)) as usize;
        self.left -= length as u64;
        let start = open(&mut self.bytes, b"IDAT");
        if first {
            self.bytes.push(&[0x78, 0x01]); // zlib: deflate, 32 KiB window, fastest
        }
        self.bytes.push(&[u8::from(self.left == 0)]); // last block?, stored
        self.bytes.push(&(length as u16).to_le_bytes());
        self.bytes.push(&(!(length as u16)).to_le_bytes());
        let data = self.bytes.fill(length);
        self.column = fill(data, row, self.column, &mut *self.pixels)?;
        self.adler.write(data);
        if self.left == 0 {
            self.bytes.push(&self.adler.finish().to_be_bytes());
        }
        close(&mut self.bytes, start);
        if self.left == 0 {
            chunk(&mut self.bytes, b"IEND", &[]);
        }
        Ok(true)
    }

    /// Writes whole images, block by block side by side, which takes less time than one after the other.
    ///
    /// # Errors
    /// The pixels' or the sinks'; no image is whole then.
    pub fn write_together(mut images: Vec<Self>) -> Result<Vec<Payload>> {
        loop {
            let mut blocks = Vec::with_capacity(images.len());
            for image in &mut images {
                if image.advance()? {
                    blocks.push((&mut image.out, image.bytes.filled()));
                }
            }
            if blocks.is_empty() {
                return images.into_iter().map(|image| image.out.finish()).collect();
            }
            Sink::put_together(&mut blocks)?;
        }
    }
}

/// Bytes of scan lines: a filter byte and the pixels of each row.
fn data_length(size: Size) -> u64 {
    (u64::from(size.width) * 3 + 1) * u64::from(size.height)
}

/// Bytes of a stored block but the last: whole rows where they fit, so that the renderer is asked for whole rows.
fn block_length(size: Size) -> u64 {
    let line = u64::from(size.width) * 3 + 1;
    if line <= BLOCK { BLOCK / line * line } else { BLOCK }
}

/// Bytes of the whole file of a stored image: signature, header, the zlib stream in a chunk a block, end.
#[must_use]
pub fn stored_length(size: Size) -> u64 {
    let data = data_length(size);
    8 + (12 + 13) + data.div_ceil(block_length(size)) * (12 + 5) + 2 + data + 4 + 12
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

fn chunk(bytes: &mut Buffer, kind: &[u8; 4], data: &[u8]) {
    let start = open(bytes, kind);
    bytes.push(data);
    close(bytes, start);
}

/// Opens a chunk, leaving room for its length; returns where it starts.
fn open(bytes: &mut Buffer, kind: &[u8; 4]) -> usize {
    let start = bytes.len();
    bytes.push(&[0; 4]);
    bytes.push(kind);
    start
}

/// Puts the length in front of the chunk that was opened at `start`, and its checksum behind.
fn close(bytes: &mut Buffer, start: usize) {
    let chunk = &mut bytes.filled_mut()[start..];
    let length = (chunk.len() - 8) as u32;
    chunk[..4].copy_from_slice(&length.to_be_bytes());
    let crc = crc32fast::hash(&chunk[4..]);
    bytes.push(&crc.to_be_bytes());
}

/// Encodes an image, compressed as the request says.
///
/// # Errors
/// The encoder's or the sink's.
pub fn encode(image: &Raster, spec: &ImageSpec, out: &mut Sink) -> Result<()> {
    let level = match spec.png_compression {
        Some(PngCompression::None) => png::Compression::NoCompression,
        Some(PngCompression::Best) => png::Compression::High,
        Some(PngCompression::Fast) | None => png::Compression::Fast,
    };
    let failed = |why: png::EncodingError| Error::encode("png", why);
    let mut encoder = png::Encoder::new(out, image.size.width, image.size.height);
    encoder.set_color(if image.alpha { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(level);
    let mut writer = encoder.write_header().map_err(failed)?;
    let mut rows = writer.stream_writer_with_size(CHUNK).map_err(failed)?;
    rows.write_all(&image.pixels).map_err(|why| Error::encode("png", why))?;
    rows.finish().map_err(failed)?;
    writer.finish().map_err(failed)
}
