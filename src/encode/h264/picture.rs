//! A picture that was coded, in whole macroblocks, and what is taken from it: blocks at a displacement (Rec. ITU-T H.264, 8.4.2), for
//! displacements of whole pixels only, and comparisons of blocks. Knows nothing of codes.

use super::compare::{absolute, squares};
use crate::error::Result;
use crate::frame::{BLOCK, Block, Vector};
use crate::io::buffer::zeros;

/// Planes of whole macroblocks.
pub(super) struct Picture {
    /// Macroblocks of a row, and rows.
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) y: Vec<u8>,
    pub(super) c: [Vec<u8>; 2],
}

/// Pixels a side of a macroblock's chroma.
pub(super) const HALF: usize = BLOCK / 2;

impl Picture {
    /// A picture of so many macroblocks.
    ///
    /// # Errors
    /// [`crate::error::Error::Memory`].
    pub(super) fn new(columns: usize, rows: usize) -> Result<Self> {
        let pixels = (columns * rows * BLOCK * BLOCK) as u64;
        let plane = |pixels| zeros("a coded frame", pixels);
        Ok(Self { columns, rows, y: plane(pixels)?, c: [plane(pixels / 4)?, plane(pixels / 4)?] })
    }

    pub(super) fn stride(&self) -> usize {
        self.columns * BLOCK
    }

    /// Where luma at `x`, `y`, displaced within the picture, stands.
    pub(super) fn at(&self, x: usize, y: usize, [dx, dy]: Vector) -> usize {
        (y as i32 + i32::from(dy)) as usize * self.stride() + (x as i32 + i32::from(dx)) as usize
    }

    /// Whether a block of so many pixels a side, moved, stays within the picture.
    pub(super) fn holds(&self, x: usize, y: usize, [dx, dy]: Vector, side: usize) -> bool {
        let (x, y) = (x as i32 + i32::from(dx), y as i32 + i32::from(dy));
        let inside = |at: i32, blocks: usize| at >= 0 && at as usize + side <= blocks * BLOCK;
        inside(x, self.columns) && inside(y, self.rows)
    }

    /// Whether a macroblock at a displacement within the picture is all of one colour: Y, Cb, Cr.
    pub(super) fn is_flat(&self, x: usize, y: usize, vector: Vector, [luma, cb, cr]: [u8; 3]) -> bool {
        let (stride, from) = (self.stride(), self.at(x, y, vector));
        if self.y[from] != luma || !(0..BLOCK).all(|row| all_are::<BLOCK>(&self.y[from + row * stride..], luma)) {
            return false;
        }
        let [dx, dy] = vector.map(i32::from);
        let from = (y as i32 / 2 + (dy >> 1)) as usize * stride / 2 + (x as i32 / 2 + (dx >> 1)) as usize;
        let (right, down) = ((dx & 1) as usize, (dy & 1) as usize);
        self.c.iter().zip([cb, cr]).all(|(plane, colour)| {
            (0..HALF + down).all(|row| {
                let row = &plane[from + row * stride / 2..];
                all_are::<HALF>(row, colour) && (right == 0 || row.get(HALF) == Some(&colour))
            })
        })
    }

    /// Luma above and to the left of a macroblock; none where there is none.
    pub(super) fn sides(&self, column: usize, row: usize) -> [Option<[u8; BLOCK]>; 2] {
        let stride = self.stride();
        let at = row * BLOCK * stride + column * BLOCK;
        let above = (row > 0).then(|| std::array::from_fn(|x| self.y[at - stride + x]));
        let left = (column > 0).then(|| std::array::from_fn(|y| self.y[at + y * stride - 1]));
        [above, left]
    }

    /// Whether the pixels above and to the left of a macroblock are all of one colour; none where there are no such pixels.
    pub(super) fn flat_sides(&self, column: usize, row: usize, [luma, cb, cr]: [u8; 3]) -> [Option<bool>; 2] {
        let (stride, half) = (self.stride(), self.stride() / 2);
        let (at, chroma) = (row * BLOCK * stride + column * BLOCK, row * HALF * half + column * HALF);
        let above = (row > 0).then(|| {
            let chroma = |(plane, colour): (&Vec<u8>, u8)| all_are::<HALF>(&plane[chroma - half..], colour);
            all_are::<BLOCK>(&self.y[at - stride..], luma) && self.c.iter().zip([cb, cr]).all(chroma)
        });
        let left = (column > 0).then(|| {
            let chroma = |(plane, colour): (&Vec<u8>, u8)| (0..HALF).all(|y| plane[chroma + y * half - 1] == colour);
            (0..BLOCK).all(|y| self.y[at + y * stride - 1] == luma) && self.c.iter().zip([cb, cr]).all(chroma)
        });
        [above, left]
    }

    /// Puts a macroblock to its place.
    pub(super) fn put(&mut self, column: usize, row: usize, block: &Block) {
        let stride = self.stride();
        copy_in::<BLOCK>(&mut self.y[row * BLOCK * stride + column * BLOCK..], stride, &block.y);
        for (plane, block) in self.c.iter_mut().zip(&block.c) {
            copy_in::<HALF>(&mut plane[row * HALF * stride / 2 + column * HALF..], stride / 2, block);
        }
    }

    /// Squared differences of each plane between what stands at a macroblock's place and another.
    pub(super) fn error_at(&self, column: usize, row: usize, block: &Block) -> [u32; 3] {
        let stride = self.stride();
        let at = row * BLOCK * stride + column * BLOCK;
        let rows = block.y.as_chunks().0;
        let luma =
            rows.iter().enumerate().filter_map(|(y, row)| Some(squares(self.y[at + y * stride..].first_chunk()?, row)));
        let at = row * HALF * stride / 2 + column * HALF;
        let mut errors = [luma.sum(), 0, 0];
        for (number, (plane, block)) in self.c.iter().zip(&block.c).enumerate() {
            for (y, pair) in block.as_chunks().0.iter().enumerate() {
                let mut there = [0; 16];
                there[..8].copy_from_slice(&plane[at + 2 * y * stride / 2..][..8]);
                there[8..].copy_from_slice(&plane[at + (2 * y + 1) * stride / 2..][..8]);
                errors[1 + number] += squares(&there, pair);
            }
        }
        errors
    }

    /// Whether a macroblock is the same in a picture of the same size.
    pub(super) fn agrees(&self, other: &Self, column: usize, row: usize) -> bool {
        let stride = self.stride();
        let same = |a: &[u8], b: &[u8], stride: usize, side: usize| {
            let at = row * side * stride + column * side;
            (0..side).all(|y| a[at + y * stride..][..side] == b[at + y * stride..][..side])
        };
        same(&self.y, &other.y, stride, BLOCK) && self.c.iter().zip(&other.c).all(|(a, b)| same(a, b, stride / 2, HALF))
    }

    /// Copies a macroblock of a picture of the same size.
    pub(super) fn copy(&mut self, from: &Self, column: usize, row: usize) {
        let stride = self.stride();
        let at = row * BLOCK * stride + column * BLOCK;
        (0..BLOCK)
            .map(|y| at + y * stride)
            .for_each(|at| self.y[at..at + BLOCK].copy_from_slice(&from.y[at..at + BLOCK]));
        let at = row * HALF * stride / 2 + column * HALF;
        for (to, from) in self.c.iter_mut().zip(&from.c) {
            (0..HALF)
                .map(|y| at + y * stride / 2)
                .for_each(|at| to[at..at + HALF].copy_from_slice(&from[at..at + HALF]));
        }
    }

    /// Takes luma of `SIDE` pixels a side at `x`, `y`, displaced, into a macroblock's luma from `to` on.
    pub(super) fn luma<const SIDE: usize>(&self, x: usize, y: usize, vector: Vector, to: &mut [u8]) {
        let (stride, from) = (self.stride(), self.at(x, y, vector));
        for y in 0..SIDE {
            let from = self.y[from + y * stride..].first_chunk::<SIDE>();
            if let (Some(to), Some(from)) = (to[y * BLOCK..].first_chunk_mut(), from) {
                *to = *from;
            }
        }
    }

    /// Takes chroma of `SIDE` pixels a side at `x`, `y` of chroma, displaced, into a macroblock's planes from `to` on. Where a
    /// displacement is odd, chroma lies between its samples.
    pub(super) fn chroma<const SIDE: usize>(&self, x: usize, y: usize, vector: Vector, to: usize, block: &mut Block) {
        let [dx, dy] = vector;
        let stride = self.stride() / 2;
        let from = (y as i32 + i32::from(dy >> 1)) as usize * stride + (x as i32 + i32::from(dx >> 1)) as usize;
        let (right, down) = ((dx & 1) as usize, (dy & 1) as usize);
        for (plane, out) in self.c.iter().zip(&mut block.c) {
            for row in 0..SIDE {
                let four = [(0, 0), (0, right), (down, 0), (down, right)].map(|(down, right)| {
                    let at = from + (row + down) * stride + right;
                    plane[at..].first_chunk::<SIDE>()
                });
                let [Some(a), Some(b), Some(c), Some(d)] = four else { continue };
                let Some(out) = out[to + row * HALF..].first_chunk_mut::<SIDE>() else { continue };
                if right + down == 0 {
                    *out = *a;
                    continue;
                }
                // Each weighs a quarter; of two that are the same, a half.
                for x in 0..SIDE {
                    let sum = u16::from(a[x]) + u16::from(b[x]) + u16::from(c[x]) + u16::from(d[x]);
                    out[x] = ((sum + 2) >> 2) as u8;
                }
            }
        }
    }

    /// The sums of absolute differences of each quarter of luma at a displacement.
    pub(super) fn luma_errors(&self, x: usize, y: usize, vector: Vector, luma: &[u8; BLOCK * BLOCK]) -> [u32; 4] {
        let (stride, from) = (self.stride(), self.at(x, y, vector));
        let (rows, _) = luma.as_chunks();
        let mut sums = [0; 4];
        for (y, row) in rows.iter().enumerate() {
            let Some(there) = self.y[from + y * stride..].first_chunk() else { break };
            let [left, right] = absolute(there, row);
            sums[y / HALF * 2] += left;
            sums[y / HALF * 2 + 1] += right;
        }
        sums
    }
}

/// Whether the first pixels are all the same.
#[inline]
fn all_are<const N: usize>(pixels: &[u8], colour: u8) -> bool {
    let Some(pixels) = pixels.first_chunk::<N>() else { return false };
    pixels.iter().fold(0, |differ, pixel| differ | (pixel ^ colour)) == 0
}

fn copy_in<const SIDE: usize>(to: &mut [u8], stride: usize, from: &[u8]) {
    for (y, from) in from.as_chunks::<SIDE>().0.iter().enumerate() {
        if let Some(to) = to[y * stride..].first_chunk_mut() {
            *to = *from;
        }
    }
}

/// The sum of squared differences of as many pixels, a multiple of 16.
#[inline]
pub(super) fn error(a: &[u8], b: &[u8]) -> u32 {
    a.as_chunks().0.iter().zip(b.as_chunks().0).map(|(a, b)| squares(a, b)).sum()
}

/// The sum of squared differences of whole macroblocks.
pub(super) fn block_error(a: &Block, b: &Block) -> u32 {
    error(&a.y, &b.y) + error(&a.c[0], &b.c[0]) + error(&a.c[1], &b.c[1])
}
