//! A picture that was coded, in whole macroblocks, and what is taken from it: blocks at a displacement (Rec. ITU-T H.264, 8.4.2), for
//! displacements of whole pixels only, and comparisons of blocks. Knows nothing of codes.

use super::compare::{Row, absolute, squares};
use crate::error::Result;
use crate::frame::{BLOCK, Block, Vector};
use crate::io::buffer::zeros;

/// Planes of whole macroblocks. Behind each lies as much as a row, so that from any place on rows are whole.
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
        let plane = |side| zeros("a coded frame", (columns * side * (rows * side + 1)) as u64);
        Ok(Self { columns, rows, y: plane(BLOCK)?, c: [plane(HALF)?, plane(HALF)?] })
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
        if self.y[from] != luma || !rows::<BLOCK>(&self.y, stride, from, BLOCK).all(|row| all_are(row, luma)) {
            return false;
        }
        let [dx, dy] = vector.map(i32::from);
        let from = (y as i32 / 2 + (dy >> 1)) as usize * stride / 2 + (x as i32 / 2 + (dx >> 1)) as usize;
        let (right, down) = ((dx & 1) as usize, (dy & 1) as usize);
        self.c.iter().zip([cb, cr]).all(|(plane, colour)| {
            let all_are = |from| rows::<HALF>(plane, stride / 2, from, HALF + down).all(|row| all_are(row, colour));
            all_are(from) && (right == 0 || all_are(from + 1))
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
            let chroma = |(plane, colour): (&Vec<u8>, u8)| all_are::<HALF>(first(plane, chroma - half), colour);
            all_are::<BLOCK>(first(&self.y, at - stride), luma) && self.c.iter().zip([cb, cr]).all(chroma)
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
        put::<BLOCK>(&mut self.y[row * BLOCK * stride + column * BLOCK..], stride, block.y.as_chunks().0.iter());
        for (plane, block) in self.c.iter_mut().zip(&block.c) {
            put::<HALF>(&mut plane[row * HALF * stride / 2 + column * HALF..], stride / 2, block.as_chunks().0.iter());
        }
    }

    /// Squared differences of each plane between what stands at a macroblock's place and another.
    pub(super) fn error_at(&self, column: usize, row: usize, block: &Block) -> [u32; 3] {
        let stride = self.stride();
        let at = row * BLOCK * stride + column * BLOCK;
        let luma = block.y.as_chunks().0.iter().copied().zip(rows(&self.y, stride, at, BLOCK).copied());
        let at = row * HALF * stride / 2 + column * HALF;
        let chroma = |plane: usize| {
            let mut there = rows::<HALF>(&self.c[plane], stride / 2, at, HALF);
            // Two rows of chroma are as long as one of luma.
            let pairs = std::iter::from_fn(|| Some(bytemuck::cast([*there.next()?, *there.next()?])));
            squares(block.c[plane].as_chunks().0.iter().copied().zip(pairs))
        };
        [squares(luma), chroma(0), chroma(1)]
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
        put::<BLOCK>(&mut self.y[at..], stride, rows(&from.y, stride, at, BLOCK));
        let at = row * HALF * stride / 2 + column * HALF;
        for (to, from) in self.c.iter_mut().zip(&from.c) {
            put::<HALF>(&mut to[at..], stride / 2, rows(from, stride / 2, at, HALF));
        }
    }

    /// Takes luma of `SIDE` pixels a side at `x`, `y`, displaced, into a macroblock's luma from `to` on.
    pub(super) fn luma<const SIDE: usize>(&self, x: usize, y: usize, vector: Vector, to: &mut [u8]) {
        let (stride, from) = (self.stride(), self.at(x, y, vector));
        put::<SIDE>(to, BLOCK, rows(&self.y, stride, from, SIDE));
    }

    /// Takes chroma of `SIDE` pixels a side at `x`, `y` of chroma, displaced, into a macroblock's planes from `to` on. Where a
    /// displacement is odd, chroma lies between its samples.
    pub(super) fn chroma<const SIDE: usize>(&self, x: usize, y: usize, vector: Vector, to: usize, block: &mut Block) {
        let [dx, dy] = vector;
        let stride = self.stride() / 2;
        let from = (y as i32 + i32::from(dy >> 1)) as usize * stride + (x as i32 + i32::from(dx >> 1)) as usize;
        let (right, down) = ((dx & 1) as usize, (dy & 1) as usize);
        for (plane, out) in self.c.iter().zip(&mut block.c) {
            if right + down == 0 {
                put::<SIDE>(&mut out[to..], HALF, rows(plane, stride, from, SIDE));
                continue;
            }
            // Each of four samples weighs a quarter; of two that are the same, a half.
            let beside = rows::<SIDE>(plane, stride, from, SIDE + down).zip(rows::<SIDE>(
                plane,
                stride,
                from + right,
                SIDE + down,
            ));
            let mut sums =
                beside.map(|(a, b)| -> [u16; SIDE] { std::array::from_fn(|x| u16::from(a[x]) + u16::from(b[x])) });
            let mut upper = if down == 1 { sums.next().unwrap_or([0; SIDE]) } else { [0; SIDE] };
            let rows: [[u8; SIDE]; SIDE] = std::array::from_fn(|_| {
                let lower = sums.next().unwrap_or(upper);
                let above = if down == 1 { upper } else { lower };
                upper = lower;
                std::array::from_fn(|x| ((above[x] + lower[x] + 2) >> 2) as u8)
            });
            put::<SIDE>(&mut out[to..], HALF, rows.iter());
        }
    }

    /// The sums of absolute differences of each quarter of luma at a displacement.
    pub(super) fn luma_errors(&self, x: usize, y: usize, vector: Vector, luma: &[u8; BLOCK * BLOCK]) -> [u32; 4] {
        let (stride, from) = (self.stride(), self.at(x, y, vector));
        let (upper, lower) = luma.as_chunks().0.split_at(HALF);
        let mut there = rows(&self.y, stride, from, BLOCK);
        let [a, b] = absolute(upper.iter().zip(&mut there));
        let [c, d] = absolute(lower.iter().zip(&mut there));
        [a, b, c, d]
    }
}

/// So many rows of what starts at a place of a plane and is so wide.
#[inline(always)]
fn rows<const WIDTH: usize>(
    plane: &[u8],
    stride: usize,
    at: usize,
    count: usize,
) -> impl Iterator<Item = &[u8; WIDTH]> {
    let mut rest = &plane[at..];
    (0..count).map_while(move |_| {
        let row;
        (row, rest) = rest.split_at_checked(stride)?;
        row.first_chunk()
    })
}

/// Puts rows one below the other into a plane.
#[inline(always)]
fn put<'a, const WIDTH: usize>(plane: &mut [u8], stride: usize, rows: impl Iterator<Item = &'a [u8; WIDTH]>) {
    let mut rest = plane;
    for row in rows {
        let Some(to) = rest.first_chunk_mut() else { return };
        *to = *row;
        rest = rest.get_mut(stride..).unwrap_or_default();
    }
}

/// The pixels of a plane from a place on.
#[inline(always)]
fn first<const N: usize>(plane: &[u8], at: usize) -> &[u8; N] {
    plane[at..].first_chunk().unwrap_or(&[0; N])
}

/// Whether pixels are all the same.
#[inline(always)]
fn all_are<const N: usize>(pixels: &[u8; N], colour: u8) -> bool {
    pixels.iter().fold(0, |differ, pixel| differ | (pixel ^ colour)) == 0
}

/// The sum of squared differences of as many pixels, a multiple of 16.
#[inline]
pub(super) fn error(a: &[u8], b: &[u8]) -> u32 {
    squares(a.as_chunks::<{ size_of::<Row>() }>().0.iter().copied().zip(b.as_chunks().0.iter().copied()))
}

/// The sum of squared differences of whole macroblocks.
pub(super) fn block_error(a: &Block, b: &Block) -> u32 {
    error(&a.y, &b.y) + error(&a.c[0], &b.c[0]) + error(&a.c[1], &b.c[1])
}
