//! Which of a macroblock's possible codings is taken: the one whose squared differences and bits together cost least. What is all of
//! one colour is coded exactly, so that nothing is left behind where a shape went by.

use super::bits::BitCounter;
use super::compare::squares;
use super::intra::{DC, Edges, HORIZONTAL, MODES, Rim, VERTICAL};
use super::macroblock::{Coded, Kind, ORDER, Place, Shape, write};
use super::motion::skipped;
use super::picture::{HALF, Picture, block_error};
use super::residual::{Grain, chroma, luma, luma_whole, one};
use super::transform::Rounding;
use crate::frame::{BLOCK, Block, Vector};

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Whether macroblocks may be divided for displacement.
    pub(super) divide: bool,
    /// Rings of displacements around the best one that are tried where it does not fit.
    pub(super) rings: u32,
    /// Levels from which on neighbours are tried as well where the frame before predicts.
    pub(super) patience: u32,
    /// Modes of 4 x 4 blocks that are tried besides the usual one: 3, or all of them.
    pub(super) modes: u8,
    /// Whether each level is weighed against its bits.
    pub(super) thin: bool,
    /// Whether codings are tried as a whole, the true bits of each counted.
    pub(super) whole: bool,
}

/// The quantiser of what is all of one colour, at most: up to here it comes out exact.
const FLAT: u8 = 16;

/// Rounding of levels where the frame before predicts, and where neighbours do.
pub(super) const INTER: Rounding = Rounding(11);
const INTRA: Rounding = Rounding(21);

/// What was decided of a macroblock.
pub(super) enum Verdict {
    /// It is as the frame before, at the displacement that its neighbours lead to expect.
    Skip(Vector),
    /// It is its prediction, and nothing else: the kind, the displacement, chroma's mode.
    Bare(Kind, Vector, u8),
    /// It is coded.
    Code(Box<Coded>),
}

/// One macroblock that is to be decided on.
pub(super) struct Site<'a> {
    pub(super) reference: &'a Picture,
    pub(super) current: &'a mut Picture,
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) place: Place<'a>,
    /// The vector that is expected of the whole.
    pub(super) expected: Vector,
    pub(super) source: &'a Block,
    pub(super) quantiser: u8,
    /// What a bit is worth, as [`super::residual::lambda`] has it, and in absolute differences.
    pub(super) lambda: u64,
    pub(super) weight: u32,
    pub(super) effort: Effort,
    /// Where its content may lie in the frame before; filled by whoever knows the scene, all within the picture.
    pub(super) vectors: &'a [Vector],
}

/// A coding that was tried out.
pub(super) struct Tried {
    pub(super) coded: Coded,
    pub(super) made: Block,
    pub(super) cost: u64,
}

impl Site<'_> {
    pub(super) fn grain(&self, rounding: Rounding) -> Grain {
        let quantiser = self.quantiser;
        Grain { quantiser, lambda: self.lambda, rounding, thin: self.effort.thin }
    }

    /// Decides, and puts what a decoder will see to its place in the current picture. `flat`: it is all of one colour.
    pub(super) fn decide(mut self, flat: bool) -> Verdict {
        match (self.place.inter, flat) {
            (true, true) => {
                let near = self.flat_moved(false).or_else(|| self.flat_beside());
                near.or_else(|| self.flat_moved(true)).unwrap_or_else(|| self.flat())
            }
            (false, true) => self.flat_beside().unwrap_or_else(|| self.flat()),
            (true, false) if self.effort.whole => self.weighed(),
            (true, false) => self.moved(),
            (false, false) => self.still(),
        }
    }

    pub(super) fn put(&mut self, block: &Block) {
        self.current.put(self.column, self.row, block);
    }

    pub(super) fn take(&mut self, tried: Tried) -> Verdict {
        self.put(&tried.made);
        Verdict::Code(Box::new(tried.coded))
    }

    /// What a displacement of the whole makes of the frame before.
    pub(super) fn displaced(&self, vectors: &[Vector; 4]) -> Block {
        let (x, y) = (self.column * BLOCK, self.row * BLOCK);
        let mut block = Block::default();
        if vectors.iter().all(|vector| *vector == vectors[0]) {
            self.reference.luma::<BLOCK>(x, y, vectors[0], &mut block.y);
            self.reference.chroma::<HALF>(x / 2, y / 2, vectors[0], 0, &mut block);
            return block;
        }
        for (quarter, vector) in vectors.iter().enumerate() {
            let (right, down) = (quarter % 2 * HALF, quarter / 2 * HALF);
            self.reference.luma::<HALF>(x + right, y + down, *vector, &mut block.y[down * BLOCK + right..]);
            let at = down / 2 * HALF + right / 2;
            self.reference.chroma::<{ HALF / 2 }>((x + right) / 2, (y + down) / 2, *vector, at, &mut block);
        }
        block
    }

    /// What a flat macroblock is all of: Y, Cb, Cr.
    fn colour(&self) -> [u8; 3] {
        [self.source.y[0], self.source.c[0][0], self.source.c[1][0]]
    }

    /// Whether the frame before is the same there as this flat macroblock.
    fn fits(&self, vector: Vector) -> bool {
        self.reference.is_flat(self.column * BLOCK, self.row * BLOCK, vector, self.colour())
    }

    /// A flat macroblock that lies in the frame before just so: where its neighbours lead to expect it, or, with `far`, anywhere.
    fn flat_moved(&mut self, far: bool) -> Option<Verdict> {
        if far {
            return self.candidates(|vector| self.fits(vector)).map(|vector| self.take_flat(vector));
        }
        let skip = skipped(&self.place.around);
        if self.holds(skip) && self.fits(skip) {
            self.put(self.source);
            return Some(Verdict::Skip(skip));
        }
        let expected = self.expected;
        (self.holds(expected) && self.fits(expected)).then(|| self.take_flat(expected))
    }

    fn take_flat(&mut self, vector: Vector) -> Verdict {
        self.put(self.source);
        Verdict::Bare(Kind::Inter(Shape::Whole), vector, 0)
    }

    /// A flat macroblock beside one of its own colour.
    fn flat_beside(&mut self) -> Option<Verdict> {
        let [above, left] = self.current.flat_sides(self.column, self.row, self.colour());
        let kind = match (above, left) {
            (Some(true), _) => Kind::Intra16(VERTICAL),
            (_, Some(true)) => Kind::Intra16(HORIZONTAL),
            _ => return None,
        };
        // Chroma's DC takes fewest bits, but hears both sides.
        let chroma = match (above, left) {
            (None | Some(true), None | Some(true)) => DC,
            (Some(true), _) => VERTICAL,
            _ => HORIZONTAL,
        };
        self.put(self.source);
        Some(Verdict::Bare(kind, [0, 0], chroma_mode(chroma)))
    }

    /// A macroblock predicted as a whole from its neighbours, exact where it is flat.
    fn flat(&mut self) -> Verdict {
        let tried = self.whole(self.quantiser.min(FLAT), 0);
        self.take(tried)
    }

    /// Predicts luma as a whole from the neighbours and codes what is left.
    pub(super) fn whole(&self, quantiser: u8, lambda: u64) -> Tried {
        let edges = Edges::of(self.current, self.column, self.row);
        let mut made = Block::default();
        let mut coded = Coded::bare(Kind::Intra16(DC), self.place.quantiser);
        let mut left = 0;
        if let Some((mode, luma, error)) = nearest_luma(&edges, self.source) {
            (coded.kind, made.y, left) = (Kind::Intra16(mode), luma, error);
        }
        if let Some((mode, planes, _)) = nearest_chroma(&edges, self.source) {
            (coded.chroma_mode, made.c) = (chroma_mode(mode), planes);
        }
        if made != *self.source {
            coded.quantiser = quantiser;
            let grain = Grain { quantiser, lambda, rounding: INTRA, thin: false };
            // The levels of a whole take some dozen bits at least.
            if u64::from(left) * 256 > 12 * lambda {
                luma_whole(self.source, &grain, &mut coded, &mut made);
            }
            chroma(self.source, &grain, &mut coded, &mut made);
        }
        self.price(coded, made)
    }

    pub(super) fn price(&self, coded: Coded, made: Block) -> Tried {
        let mut counter = BitCounter::default();
        write(&coded, &self.place, &mut counter);
        let cost = u64::from(block_error(self.source, &made)) * 256 + self.lambda * u64::from(counter.0);
        Tried { coded, made, cost }
    }

    /// A macroblock of a frame that knows no other.
    fn still(&mut self) -> Verdict {
        if self.effort.modes < MODES && self.is_far() {
            let (coded, made) = self.blocks();
            self.put(&made);
            return Verdict::Code(Box::new(coded));
        }
        let whole = self.whole(self.quantiser, self.lambda);
        if !whole.coded.has_levels() {
            return self.take(whole);
        }
        let (coded, made) = self.blocks();
        let blocks = self.price(coded, made);
        let best = if blocks.cost < whole.cost { blocks } else { whole };
        self.take(best)
    }

    /// Whether luma as a whole is far from what its neighbours predict, so that blocks will do better.
    fn is_far(&self) -> bool {
        let [above, left] = self.current.sides(self.column, self.row);
        let rows = self.source.y.as_chunks::<BLOCK>().0;
        let above = above.map(|above| squares(rows.iter().map(|row| (above, *row))));
        let left = left.map(|left| squares(rows.iter().zip(left).map(|(row, left)| ([left; BLOCK], *row))));
        let nearest = above.unwrap_or(u32::MAX).min(left.unwrap_or(u32::MAX));
        u64::from(nearest) * 256 > self.lambda * 200
    }

    /// A macroblock that differs from the frame before at the same place.
    pub(super) fn moved(&mut self) -> Verdict {
        let skip = skipped(&self.place.around);
        let lambda = self.lambda;
        let mut skip_cost = u64::MAX;
        if self.holds(skip) && self.nearly(skip, self.weight) {
            let made = self.displaced(&[skip; 4]);
            skip_cost = u64::from(block_error(self.source, &made)) * 256 + lambda;
            if skip_cost < lambda * 6 {
                self.put(&made);
                return Verdict::Skip(skip);
            }
        }
        let (shape, vectors) = self.displacement();
        let mut made = self.displaced(&vectors);
        let mut coded = Coded { vectors, ..Coded::bare(Kind::Inter(shape), self.quantiser) };
        let grain = self.grain(INTER);
        luma(self.source, &grain, &mut coded, &mut made);
        chroma(self.source, &grain, &mut coded, &mut made);
        let costly = coded.levels() > self.effort.patience;
        if !costly && skip_cost == u64::MAX {
            self.put(&made);
            return Verdict::Code(Box::new(coded));
        }
        let mut best = self.price(coded, made);
        if costly {
            let (coded, made) = self.blocks();
            let blocks = self.price(coded, made);
            if blocks.cost < best.cost {
                best = blocks;
            }
        }
        if skip_cost <= best.cost {
            let made = self.displaced(&[skip; 4]);
            self.put(&made);
            return Verdict::Skip(skip);
        }
        self.take(best)
    }

    /// Whether luma at a displacement is so near that what is left might not be worth its bits.
    fn nearly(&self, vector: Vector, weight: u32) -> bool {
        let errors = self.reference.luma_errors(self.column * BLOCK, self.row * BLOCK, vector, &self.source.y);
        errors.iter().sum::<u32>() <= 24 * weight
    }

    /// Predicts luma block by block from the neighbours.
    pub(super) fn blocks(&mut self) -> (Coded, Block) {
        let grain = self.grain(INTRA);
        let weight = self.weight;
        let mut coded = Coded::bare(Kind::Intra4, self.quantiser);
        let mut made = Block::default();
        let (stride, columns) = (self.current.stride(), self.current.columns);
        for number in ORDER {
            let (x, y) = (number % 4, number / 4);
            let right = match (x, y) {
                (3, 0) => self.row > 0 && self.column + 1 < columns,
                (_, 0) => self.row > 0,
                (3, _) | (1, 1 | 3) => false,
                _ => true,
            };
            let (left, top) = (self.column * BLOCK + 4 * x, self.row * BLOCK + 4 * y);
            let rim = Rim::of(&self.current.y, stride, left, top, right);
            let usual = self.place.around.expected_mode(&coded.modes, number);
            let (mode, prediction) = self.nearest(&rim, number, usual, weight);
            coded.modes[number] = mode;
            let block = one(self.source, &prediction, &grain, number, &mut coded);
            for (y, row) in block.chunks_exact(4).enumerate() {
                self.current.y[(top + y) * stride + left..][..4].copy_from_slice(row);
                made.y[(number / 4 * 4 + y) * BLOCK + 4 * x..][..4].copy_from_slice(row);
            }
        }
        let edges = Edges::of(self.current, self.column, self.row);
        if let Some((mode, planes, _)) = nearest_chroma(&edges, self.source) {
            (coded.chroma_mode, made.c) = (chroma_mode(mode), planes);
        }
        chroma(self.source, &grain, &mut coded, &mut made);
        (coded, made)
    }

    /// The mode of a 4 x 4 block that comes nearest, bits counted; `usual` takes fewest.
    fn nearest(&self, rim: &Rim, number: usize, usual: u8, weight: u32) -> (u8, [u8; 16]) {
        let at = number / 4 * 4 * BLOCK + number % 4 * 4;
        let source: [u8; 16] = std::array::from_fn(|place| self.source.y[at + place / 4 * BLOCK + place % 4]);
        let mut best = (u32::MAX, 2, [0; 16]);
        for mode in std::iter::once(usual).chain((0..self.effort.modes).filter(|mode| *mode != usual)) {
            if !rim.allows(mode) {
                continue;
            }
            let made = rim.predict(mode);
            let error: u32 = source.iter().zip(&made).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
            let price = error + weight * if mode == usual { 1 } else { 4 };
            if price < best.0 {
                best = (price, mode, made);
            }
            if error == 0 {
                break;
            }
        }
        (best.1, best.2)
    }
}

/// The number of a mode of chroma.
fn chroma_mode(mode: u8) -> u8 {
    match mode {
        VERTICAL => 2,
        HORIZONTAL => 1,
        _ => 0,
    }
}

/// In the order of the bits that they take.
const WHOLE_MODES: [u8; 3] = [VERTICAL, HORIZONTAL, DC];

fn nearest_luma(edges: &Edges, source: &Block) -> Option<(u8, [u8; BLOCK * BLOCK], u32)> {
    let modes = WHOLE_MODES.into_iter().filter_map(|mode| {
        let luma = edges.luma(mode)?;
        let error = super::picture::error(&luma, &source.y);
        Some((mode, luma, error))
    });
    nearest_of(modes, |(.., error)| *error)
}

type Planes = [[u8; HALF * HALF]; 2];

fn nearest_chroma(edges: &Edges, source: &Block) -> Option<(u8, Planes, u32)> {
    let modes = [DC, HORIZONTAL, VERTICAL].into_iter().filter_map(|mode| {
        let planes = edges.chroma(mode)?;
        let error = (0..2).map(|plane| super::picture::error(&planes[plane], &source.c[plane])).sum();
        Some((mode, planes, error))
    });
    nearest_of(modes, |(.., error)| *error)
}

/// The first of the least; none is asked for behind one that is exact.
fn nearest_of<T>(all: impl Iterator<Item = T>, error: impl Fn(&T) -> u32) -> Option<T> {
    let mut best: Option<T> = None;
    for one in all {
        let nearer = best.as_ref().is_none_or(|best| error(&one) < error(best));
        if nearer {
            let exact = error(&one) == 0;
            best = Some(one);
            if exact {
                break;
            }
        }
    }
    best
}
