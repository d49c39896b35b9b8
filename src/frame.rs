//! Raw images: sizes, rates, pixel formats and the planes that a renderer fills. Knows nothing of where pixels come from
//! or go to.

mod raster;
mod source;

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

pub use raster::Raster;
pub use source::{BLOCK, Block, Blocks, Frames, Pixels, Vector};

/// Width and height in pixels, each at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Pixels in a row, 1..
    pub width: u32,
    /// Rows, 1..
    pub height: u32,
}

impl Size {
    /// A size; both sides must be at least 1.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The same shape, or one as near to it as whole pixels are, with no side longer than `longest`.
    #[must_use]
    pub fn within(self, longest: u32) -> Self {
        let side = u64::from(self.width.max(self.height));
        if side <= u64::from(longest) {
            return self;
        }
        let scaled = |length: u32| ((u64::from(length) * u64::from(longest) + side / 2) / side).max(1) as u32;
        Self { width: scaled(self.width), height: scaled(self.height) }
    }

    /// Bytes of a tightly packed image, 3 bytes (R, G, B) a pixel.
    #[must_use]
    pub const fn rgb_bytes(self) -> u64 {
        self.width as u64 * self.height as u64 * 3
    }
}

/// Frames a second as a ratio, such as 30000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    /// Frames, 1..
    pub num: u32,
    /// In so many seconds, 1..
    pub den: u32,
}

impl FrameRate {
    /// Frames a second.
    #[must_use]
    pub fn fps(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// Seconds that so many frames last.
    #[must_use]
    pub fn seconds(self, frames: u32) -> f64 {
        f64::from(frames) * f64::from(self.den) / f64::from(self.num)
    }
}

impl std::fmt::Display for FrameRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.den {
            1 => write!(f, "{}", self.num),
            den => write!(f, "{}/{den}", self.num),
        }
    }
}

impl Serialize for FrameRate {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// `30` or `30000/1001`.
impl FromStr for FrameRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().map_err(|_| format!("{text:?} is no ratio such as 30000/1001"));
        let (num, den) = text.split_once('/').unwrap_or((text, "1"));
        Ok(Self { num: number(num)?, den: number(den)? })
    }
}

impl<'de> Deserialize<'de> for FrameRate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// How a renderer lays a video frame out. Colour is BT.709, limited range; chroma is halved both ways, sides rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// Three planes: Y, U, V (FFmpeg's `yuv420p`).
    I420,
    /// Two planes: Y, then U and V interleaved (FFmpeg's `nv12`).
    Nv12,
}

impl PixelFormat {
    /// Every format, for tests that loop over them.
    pub const ALL: [Self; 2] = [Self::I420, Self::Nv12];

    /// Bytes in a row and rows of each plane, tightly packed.
    #[must_use]
    pub fn planes(self, size: Size) -> Vec<(usize, usize)> {
        let (w, h) = (size.width as usize, size.height as usize);
        let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
        match self {
            Self::I420 => vec![(w, h), (cw, ch), (cw, ch)],
            Self::Nv12 => vec![(w, h), (cw * 2, ch)],
        }
    }

    /// Bytes of a tightly packed frame.
    #[must_use]
    pub fn frame_bytes(self, size: Size) -> usize {
        self.planes(size).iter().map(|(bytes, rows)| bytes * rows).sum()
    }
}

/// One plane to be filled: rows of `row` bytes, `stride` bytes apart.
#[derive(Debug)]
pub struct PlaneMut<'a> {
    /// The plane's memory, at least `stride * (rows - 1) + row` bytes.
    pub data: &'a mut [u8],
    /// Bytes from one row's start to the next, at least `row`.
    pub stride: usize,
}

/// The planes of one video frame to be filled, in the order of [`PixelFormat::planes`].
pub type Planes<'a> = Vec<PlaneMut<'a>>;

/// Cuts one tightly packed buffer of [`PixelFormat::frame_bytes`] bytes into its planes.
pub fn split_tight(buffer: &mut [u8], format: PixelFormat, size: Size) -> Planes<'_> {
    let mut rest = buffer;
    let mut planes = Planes::new();
    for (row, rows) in format.planes(size) {
        let (data, tail) = rest.split_at_mut(row * rows);
        planes.push(PlaneMut { data, stride: row });
        rest = tail;
    }
    planes
}
