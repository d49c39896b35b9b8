//! What is left of a macroblock after its prediction: transformed, quantised, dropped where it is not worth its bits, and put back
//! on the prediction as a decoder will do it. Knows nothing of where predictions come from.

use super::bits::BitCounter;
use super::cavlc::{self, Context};
use super::compare::squares_by_four;
use super::macroblock::Coded;
use super::picture::HALF;
use super::transform::{
    Rounding, backward, chroma_dc, chroma_dc_back, chroma_quantiser, is_silent, levels, luma_dc, luma_dc_back, scale,
};
use crate::frame::{BLOCK, Block};

/// How finely a macroblock is coded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    pub(super) quantiser: u8,
    /// What a bit may cost in squared differences, 1/256.
    pub(super) lambda: u64,
    pub(super) rounding: Rounding,
    /// Whether each level is weighed against its bits, or blocks only.
    pub(super) thin: bool,
}

/// What a bit is worth at each quantiser, in squared differences of 1/256: 0.85 x 2^((quantiser - 12) / 3).
pub(super) fn lambda(quantiser: u8) -> u64 {
    [14, 17, 22][usize::from(quantiser % 3)] << (quantiser / 3)
}

/// What is usual around a block whose bits are guessed.
const USUAL: Context = Context::Count(2);

/// A block of luma: its levels, their mask, and its differences as they come back.
type Weighed = ([i16; 16], u16, [i16; 16]);

impl Grain {
    /// Whether a block of these squared differences is better left alone: it has no levels, or a bad bargain; the shortest code of
    /// a block with a level takes two bits more than that of one without.
    fn is_near(&self, squares: u32) -> bool {
        u64::from(squares) * 256 <= 2 * self.lambda || is_silent(squares, self.quantiser, self.rounding)
    }
}

/// Levels for a block's differences, whose squares are `bare`, or nothing where nothing is the better bargain.
fn weigh(differences: &[i16; 16], bare: u32, grain: &Grain) -> Option<Weighed> {
    let (_, levels, mask) = levels(differences, grain.quantiser, grain.rounding, true);
    if mask == 0 {
        return None;
    }
    let mut best = (levels, mask, backward(&scale(&levels, grain.quantiser)));
    // What is left over costs some 80 bits at most, a level ten or fewer.
    let sure = u64::from(bare) * 256 > grain.lambda * u64::from(80 + 10 * mask.count_ones());
    if sure && !grain.thin {
        return Some(best);
    }
    let mut cost = price(differences, &best, grain);
    if grain.thin {
        cost = thin_out(differences, grain, &mut best, cost);
    }
    let nothing = u64::from(bare) * 256 + grain.lambda * u64::from(bits(&[0; 16], 0));
    (best.1 != 0 && cost < nothing).then_some(best)
}

/// Moves levels towards 0 where that costs less, from the last to the first. Returns the price of what is left.
fn thin_out(differences: &[i16; 16], grain: &Grain, best: &mut Weighed, mut cost: u64) -> u64 {
    for place in (0..16).rev() {
        if best.0[place] == 0 {
            continue;
        }
        let mut levels = best.0;
        levels[place] -= levels[place].signum();
        let tried = (levels, cavlc::mask(&levels), backward(&scale(&levels, grain.quantiser)));
        let tried_cost = price(differences, &tried, grain);
        if tried_cost < cost {
            (*best, cost) = (tried, tried_cost);
        }
    }
    cost
}

fn squares(differences: &[i16; 16]) -> u32 {
    differences.iter().map(|difference| i32::from(*difference).pow(2) as u32).sum()
}

fn bits(levels: &[i16; 16], mask: u16) -> u32 {
    let mut counter = BitCounter::default();
    cavlc::block(&mut counter, levels, mask, USUAL);
    counter.0
}

fn price(differences: &[i16; 16], (levels, mask, back): &Weighed, grain: &Grain) -> u64 {
    let left: u32 = differences.iter().zip(back).map(|(a, b)| (i32::from(*a) - i32::from(*b)).pow(2) as u32).sum();
    u64::from(left) * 256 + grain.lambda * u64::from(bits(levels, *mask))
}

/// The differences of a 4 x 4 block at `at` of two planes of `side` pixels a row.
fn differences(source: &[u8], prediction: &[u8], side: usize, at: usize) -> [i16; 16] {
    let mut out = [0; 16];
    for y in 0..4 {
        let (a, b) = (&source[at + y * side..][..4], &prediction[at + y * side..][..4]);
        (0..4).for_each(|x| out[4 * y + x] = i16::from(a[x]) - i16::from(b[x]));
    }
    out
}

fn add(plane: &mut [u8], side: usize, at: usize, differences: &[i16; 16]) {
    for (y, row) in differences.chunks_exact(4).enumerate() {
        for (pixel, difference) in plane[at + y * side..][..4].iter_mut().zip(row) {
            *pixel = (i16::from(*pixel) + difference).clamp(0, 255) as u8;
        }
    }
}

/// Where a block of luma starts.
fn luma_at(block: usize) -> usize {
    block / 4 * 4 * BLOCK + block % 4 * 4
}

/// Codes luma block by block; `made` holds the prediction, and then what a decoder sees.
pub(super) fn luma(source: &Block, grain: &Grain, coded: &mut Coded, made: &mut Block) {
    for band in 0..4 {
        let [theirs, ours] = [&source.y, &made.y].map(|luma| luma.as_chunks().0[4 * band..][..4].iter().copied());
        for (column, squares) in squares_by_four(theirs.zip(ours)).into_iter().enumerate() {
            if grain.is_near(squares) {
                continue;
            }
            let number = 4 * band + column;
            let at = luma_at(number);
            if let Some((levels, mask, back)) = weigh(&differences(&source.y, &made.y, BLOCK, at), squares, grain) {
                (coded.luma[number], coded.luma_masks[number]) = (levels, mask);
                add(&mut made.y, BLOCK, at, &back);
            }
        }
    }
}

/// Codes one block of 4 x 4 pixels over its prediction. Returns what a decoder sees.
pub(super) fn one(source: &Block, prediction: &[u8; 16], grain: &Grain, number: usize, coded: &mut Coded) -> [u8; 16] {
    let at = luma_at(number);
    let differences = std::array::from_fn(|place| {
        i16::from(source.y[at + place / 4 * BLOCK + place % 4]) - i16::from(prediction[place])
    });
    let mut made = *prediction;
    (coded.luma[number], coded.luma_masks[number]) = ([0; 16], 0);
    let bare = squares(&differences);
    if grain.is_near(bare) {
        return made;
    }
    if let Some((levels, mask, back)) = weigh(&differences, bare, grain) {
        (coded.luma[number], coded.luma_masks[number]) = (levels, mask);
        add(&mut made, 4, 0, &back);
    }
    made
}

/// Codes luma with the DC coefficients of all blocks together.
pub(super) fn luma_whole(source: &Block, grain: &Grain, coded: &mut Coded, made: &mut Block) {
    let mut dc = [0; 16];
    for (number, dc) in dc.iter_mut().enumerate() {
        let differences = differences(&source.y, &made.y, BLOCK, luma_at(number));
        (*dc, coded.luma[number], coded.luma_masks[number]) =
            levels(&differences, grain.quantiser, grain.rounding, false);
    }
    coded.luma_dc = luma_dc(&dc, grain.quantiser, NEAREST);
    let dc = luma_dc_back(&coded.luma_dc, grain.quantiser);
    for (number, dc) in dc.into_iter().enumerate() {
        let mut coefficients = scale(&coded.luma[number], grain.quantiser);
        coefficients[0] = dc;
        add(&mut made.y, BLOCK, luma_at(number), &backward(&coefficients));
    }
}

/// DC coefficients are rounded to the nearest: an eye sees flats that are off.
const NEAREST: Rounding = Rounding(32);

/// Codes both planes of chroma; `made` holds the prediction, and then what a decoder sees.
pub(super) fn chroma(source: &Block, grain: &Grain, coded: &mut Coded, made: &mut Block) {
    let quantiser = chroma_quantiser(grain.quantiser);
    for plane in 0..2 {
        // The shortest code of a plane with a level takes some bits more than that of one without.
        let squares = chroma_squares(&source.c[plane], &made.c[plane]);
        if u64::from(squares.iter().sum::<u32>()) * 256 > 4 * grain.lambda {
            chroma_plane(source, grain, quantiser, (plane, squares), coded, made);
        }
    }
}

/// The squared differences of each 4 x 4 block of a plane of chroma.
fn chroma_squares(a: &[u8; HALF * HALF], b: &[u8; HALF * HALF]) -> [u32; 4] {
    // Two rows of chroma are as long as one of luma: each half of those has a left and a right block.
    let (theirs, ours) = (a.as_chunks().0, b.as_chunks().0);
    let [a, b, c, d] = squares_by_four(theirs[..2].iter().copied().zip(ours[..2].iter().copied()));
    let [e, f, g, h] = squares_by_four(theirs[2..].iter().copied().zip(ours[2..].iter().copied()));
    [a + c, b + d, e + g, f + h]
}

fn chroma_plane(
    source: &Block,
    grain: &Grain,
    quantiser: u8,
    (plane, squares): (usize, [u32; 4]),
    coded: &mut Coded,
    made: &mut Block,
) {
    let at = |number: usize| number / 2 * 4 * HALF + number % 2 * 4;
    let mut dc = [0; 4];
    for (number, dc) in dc.iter_mut().enumerate() {
        if squares[number] == 0 {
            continue;
        }
        let differences = differences(&source.c[plane], &made.c[plane], HALF, at(number));
        if is_silent(squares[number], quantiser, grain.rounding) {
            *dc = differences.iter().map(|difference| i32::from(*difference)).sum();
            continue;
        }
        (*dc, coded.chroma[plane][number], coded.chroma_masks[plane][number]) =
            levels(&differences, quantiser, grain.rounding, false);
    }
    coded.chroma_dc[plane] = chroma_dc(dc, quantiser, grain.rounding);
    let dc = chroma_dc_back(coded.chroma_dc[plane], quantiser);
    for (number, dc) in dc.into_iter().enumerate() {
        if dc != 0 || coded.chroma_masks[plane][number] != 0 {
            let mut coefficients = scale(&coded.chroma[plane][number], quantiser);
            coefficients[0] = dc;
            add(&mut made.c[plane], HALF, at(number), &backward(&coefficients));
        }
    }
}
