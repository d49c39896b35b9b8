//! What passes pixels from who makes them to who encodes them.

use super::Planes;
use crate::error::Result;

/// An image that is being read.
pub trait Pixels {
    /// Fills `rgb` with the image's next bytes. The reads of one image add up to [`super::Size::rgb_bytes`] at most.
    ///
    /// # Errors
    /// [`crate::error::Error::Gpu`] when the device fails; nothing of `rgb` counts as read then.
    fn read(&mut self, rgb: &mut [u8]) -> Result<()>;
}

/// A clip that is being read.
pub trait Frames {
    /// Fills the planes with the next frame.
    ///
    /// # Errors
    /// [`crate::error::Error::Gpu`] when the device fails; the frame does not count as read then.
    fn read(&mut self, planes: &mut Planes<'_>) -> Result<()>;
}

/// Pixels a side of a [`Block`].
pub const BLOCK: usize = 16;

/// 16 x 16 pixels of a frame, in YUV 4:2:0 as [`super::PixelFormat::I420`] has it, each plane row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Luma, 16 x 16.
    pub y: [u8; BLOCK * BLOCK],
    /// Blue and red difference, 8 x 8 each.
    pub c: [[u8; BLOCK * BLOCK / 4]; 2],
}

impl Default for Block {
    fn default() -> Self {
        Self { y: [0; BLOCK * BLOCK], c: [[0; BLOCK * BLOCK / 4]; 2] }
    }
}

/// A displacement in whole pixels, x to the right and y down.
pub type Vector = [i16; 2];

/// A clip that is read in blocks, by who wants to know what of a frame is new. Blocks are counted from the upper left, in columns
/// and rows of blocks; where they reach beyond the frame, they show what would be there.
pub trait Blocks {
    /// Goes on to the next frame, the first one at the beginning.
    ///
    /// # Errors
    /// As [`Frames::read`].
    fn advance(&mut self) -> Result<()>;

    /// The blocks of a row that differ from the frame before, column `x` as bit `x % 64` of word `x / 64`; all of the first frame.
    fn changed(&self, row: usize) -> &[u64];

    /// Reads a block; returns whether all of it is of one colour.
    fn read(&mut self, column: usize, row: usize, block: &mut Block) -> bool;

    /// Adds where, seen from the block, its content may lie in the frame before; all places are within the frame's blocks.
    fn vectors(&mut self, column: usize, row: usize, vectors: &mut Vec<Vector>);
}
