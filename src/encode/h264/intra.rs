//! Predictions from a macroblock's neighbours in its own frame (Rec. ITU-T H.264, 8.3). Knows nothing of codes or choices.

use super::picture::{HALF, Picture};
use crate::frame::BLOCK;

/// Numbers of the modes of 16 x 16 luma; chroma has them in the order DC, horizontal, vertical.
pub(super) const VERTICAL: u8 = 0;
pub(super) const HORIZONTAL: u8 = 1;
pub(super) const DC: u8 = 2;

/// The pixels around a macroblock, none beyond the picture's edge.
pub(super) struct Edges {
    pub(super) above: Option<[u8; BLOCK]>,
    pub(super) left: Option<[u8; BLOCK]>,
    pub(super) chroma_above: Option<[[u8; HALF]; 2]>,
    pub(super) chroma_left: Option<[[u8; HALF]; 2]>,
}

impl Edges {
    pub(super) fn of(picture: &Picture, column: usize, row: usize) -> Self {
        let half = picture.stride() / 2;
        let chroma = row * HALF * half + column * HALF;
        let (above, left) = (row > 0, column > 0);
        let [luma_above, luma_left] = picture.sides(column, row);
        Self {
            above: luma_above,
            left: luma_left,
            chroma_above: above
                .then(|| [0, 1].map(|plane| std::array::from_fn(|x| picture.c[plane][chroma - half + x]))),
            chroma_left: left
                .then(|| [0, 1].map(|plane| std::array::from_fn(|y| picture.c[plane][chroma + y * half - 1]))),
        }
    }

    /// Predicts luma in one of the three modes; none where its neighbours are missing.
    pub(super) fn luma(&self, mode: u8) -> Option<[u8; BLOCK * BLOCK]> {
        let mut luma = [0; BLOCK * BLOCK];
        match mode {
            VERTICAL => {
                let above = self.above?;
                luma.chunks_exact_mut(BLOCK).for_each(|row| row.copy_from_slice(&above));
            }
            HORIZONTAL => {
                let left = self.left?;
                luma.chunks_exact_mut(BLOCK).zip(left).for_each(|(row, left)| row.fill(left));
            }
            _ => luma.fill(average(&[self.above.as_ref().map(|row| &row[..]), self.left.as_ref().map(|row| &row[..])])),
        }
        Some(luma)
    }

    /// Predicts both planes of chroma in one of the three modes of luma; none where its neighbours are missing.
    pub(super) fn chroma(&self, mode: u8) -> Option<[[u8; HALF * HALF]; 2]> {
        let mut planes = [[0; HALF * HALF]; 2];
        for (number, plane) in planes.iter_mut().enumerate() {
            let (above, left) = (self.chroma_above.map(|rows| rows[number]), self.chroma_left.map(|rows| rows[number]));
            match mode {
                VERTICAL => {
                    let above = above?;
                    plane.chunks_exact_mut(HALF).for_each(|row| row.copy_from_slice(&above));
                }
                HORIZONTAL => {
                    let left = left?;
                    plane.chunks_exact_mut(HALF).zip(left).for_each(|(row, left)| row.fill(left));
                }
                _ => chroma_dc(plane, above.as_ref(), left.as_ref()),
            }
        }
        Some(planes)
    }
}

/// Each quarter is the mean of what lies beside it; the two off the diagonal prefer one side.
fn chroma_dc(plane: &mut [u8; HALF * HALF], above: Option<&[u8; HALF]>, left: Option<&[u8; HALF]>) {
    for quarter in 0..4 {
        let (x, y) = (quarter % 2 * 4, quarter / 2 * 4);
        let (above, left) = (above.map(|row| &row[x..x + 4]), left.map(|column| &column[y..y + 4]));
        let sides = match quarter {
            1 => [above.or(left), None],
            2 => [left.or(above), None],
            _ => [above, left],
        };
        let mean = average(&sides);
        (y..y + 4).for_each(|y| plane[y * HALF + x..][..4].fill(mean));
    }
}

/// The mean of the pixels of these sides, grey when there are none.
fn average(sides: &[Option<&[u8]>; 2]) -> u8 {
    let pixels = || sides.iter().flatten().flat_map(|side| side.iter());
    let count = pixels().count() as u32;
    if count == 0 {
        return 128;
    }
    let sum: u32 = pixels().map(|pixel| u32::from(*pixel)).sum();
    ((sum + count / 2) >> count.ilog2()) as u8
}

/// Modes of a 4 x 4 block.
pub(super) const MODES: u8 = 9;

/// The 13 pixels around a 4 x 4 block: those to its left from below to above, the corner, and eight above.
pub(super) struct Rim {
    pixels: [u8; 13],
    above: bool,
    left: bool,
}

impl Rim {
    /// Around the block at `x`, `y` of a plane. `right` tells whether the pixels above and to the right are known.
    pub(super) fn of(plane: &[u8], stride: usize, x: usize, y: usize, right: bool) -> Self {
        let (at, above, left) = (y * stride + x, y > 0, x > 0);
        let mut pixels = [0; 13];
        if left {
            (0..4).for_each(|row| pixels[3 - row] = plane[at + row * stride - 1]);
        }
        if above && left {
            pixels[4] = plane[at - stride - 1];
        }
        if above {
            let row = &plane[at - stride..];
            pixels[5..9].copy_from_slice(&row[..4]);
            if right {
                pixels[9..].copy_from_slice(&row[4..8]);
            } else {
                pixels[9..].fill(row[3]);
            }
        }
        Self { pixels, above, left }
    }

    /// Whether the pixels that a mode needs are there.
    pub(super) fn allows(&self, mode: u8) -> bool {
        match mode {
            0 | 3 | 7 => self.above,
            1 | 8 => self.left,
            2 => true,
            _ => self.above && self.left,
        }
    }

    /// The block that a mode predicts, row by row.
    pub(super) fn predict(&self, mode: u8) -> [u8; 16] {
        let above = |x: usize| self.pixels[5 + x];
        let left = |y: usize| self.pixels[3 - y];
        match mode {
            0 => std::array::from_fn(|at| above(at % 4)),
            1 => std::array::from_fn(|at| left(at / 4)),
            2 => [self.mean(); 16],
            3 => std::array::from_fn(|at| match at % 4 + at / 4 {
                6 => third(above(6), above(7), above(7)),
                way => third(above(way), above(way + 1), above(way + 2)),
            }),
            4 => std::array::from_fn(|at| self.three(4 + at % 4 - at / 4)),
            5 => std::array::from_fn(|at| self.vertical_right(at % 4, at / 4)),
            6 => std::array::from_fn(|at| self.horizontal_down(at % 4, at / 4)),
            7 => std::array::from_fn(|at| {
                let (x, y) = (at % 4 + at / 4 / 2, at / 4);
                if y % 2 == 0 { half(above(x), above(x + 1)) } else { third(above(x), above(x + 1), above(x + 2)) }
            }),
            _ => std::array::from_fn(|at| {
                let (y, odd) = ((at % 4 + 2 * (at / 4)) / 2, at % 2 == 1);
                match (y, odd) {
                    (3.., _) => left(3),
                    (2, true) => third(left(2), left(3), left(3)),
                    (_, true) => third(left(y), left(y + 1), left(y + 2)),
                    (_, false) => half(left(y), left(y + 1)),
                }
            }),
        }
    }

    fn mean(&self) -> u8 {
        let (left, above) = (&self.pixels[..4], &self.pixels[5..9]);
        average(&[self.above.then_some(above), self.left.then_some(left)])
    }

    /// The weighted mean around a place of the rim.
    fn three(&self, at: usize) -> u8 {
        third(self.pixels[at - 1], self.pixels[at], self.pixels[at + 1])
    }

    fn vertical_right(&self, x: usize, y: usize) -> u8 {
        match (2 * x + 8 - y) as i32 - 8 {
            way @ 0.. if way % 2 == 0 => {
                let at = 4 + x - y / 2;
                half(self.pixels[at], self.pixels[at + 1])
            }
            0.. => self.three(4 + x - y / 2),
            -1 => self.three(4),
            _ => self.three(5 - y),
        }
    }

    fn horizontal_down(&self, x: usize, y: usize) -> u8 {
        match (2 * y + 8 - x) as i32 - 8 {
            way @ 0.. if way % 2 == 0 => {
                let at = 4 + x / 2 - y;
                half(self.pixels[at], self.pixels[at - 1])
            }
            0.. => self.three(4 + x / 2 - y),
            -1 => self.three(4),
            _ => self.three(3 + x),
        }
    }
}

fn half(a: u8, b: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + 1) >> 1) as u8
}

fn third(a: u8, b: u8, c: u8) -> u8 {
    ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) >> 2) as u8
}
