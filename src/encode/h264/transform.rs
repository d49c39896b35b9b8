//! The 4 x 4 transform, its quantisation and the way back (Rec. ITU-T H.264, 8.5), in integers. Blocks are row by row; levels are
//! in the order of the zigzag scan. Knows nothing of predictions or codes.

use super::cavlc::{MAX_LEVEL, mask};
#[cfg(target_arch = "x86_64")]
use super::sse2;

/// The place, row by row, of each coefficient of the scan.
pub(super) const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// The same of columns.
#[cfg(target_arch = "x86_64")]
const TRANSPOSED: [usize; 16] = {
    let mut all = ZIGZAG;
    let mut place = 0;
    while place < 16 {
        all[place] = ZIGZAG[place] % 4 * 4 + ZIGZAG[place] / 4;
        place += 1;
    }
    all
};

/// Scales at quantiser 0..6, for places with both coordinates even, both odd, and the others: forward, 2^15 in all ..
const FORWARD: [[u16; 3]; 6] = [
    [13107, 5243, 8066],
    [11916, 4660, 7490],
    [10082, 4194, 6554],
    [9362, 3647, 5825],
    [8192, 3355, 5243],
    [7282, 2893, 4559],
];

/// .. and backward (8.5.9).
const BACKWARD: [[u16; 3]; 6] = [[10, 16, 13], [11, 18, 14], [13, 20, 16], [14, 23, 18], [16, 25, 20], [18, 29, 23]];

/// Which scale a place takes.
const CLASS: [usize; 16] = [0, 2, 0, 2, 2, 1, 2, 1, 0, 2, 0, 2, 2, 1, 2, 1];

const fn spread(scales: [[u16; 3]; 6]) -> [[u16; 16]; 6] {
    let mut all = [[0; 16]; 6];
    let mut place = 0;
    while place < 6 * 16 {
        all[place / 16][place % 16] = scales[place / 16][CLASS[place % 16]];
        place += 1;
    }
    all
}

static BACKWARD_AT: [[u16; 16]; 6] = spread(BACKWARD);
static FORWARD_AT: [[u16; 16]; 6] = spread(FORWARD);

/// How chroma's quantiser follows luma's from 30 on (table 8-15).
const CHROMA: [u8; 22] = [29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39];

/// Chroma's quantiser.
pub(super) fn chroma_quantiser(quantiser: u8) -> u8 {
    if quantiser < 30 { quantiser } else { CHROMA[usize::from(quantiser) - 30] }
}

/// What is added before a level is rounded down, in 1/64 of a step, 0..=32.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rounding(pub(super) u32);

/// How many there are of [`Rounding`].
const ROUNDINGS: usize = 33;

/// For each rounding and quantiser, the least sum of squared differences from which a block has levels.
static LEAST: [[u32; 52]; ROUNDINGS] = {
    let mut least = [[u32::MAX; 52]; ROUNDINGS];
    let mut entry = 0;
    while entry < ROUNDINGS * 52 {
        let (rounding, quantiser) = (entry / 52, entry % 52);
        let shift = 15 + quantiser / 6;
        let mut class = 0;
        while class < 3 {
            // A coefficient is a sum of differences; of the squares of their weights it is the root at most (Cauchy and Schwarz).
            let weights = [16_u64, 100, 40][class];
            let coefficient =
                ((1 << shift) - ((rounding as u64) << (shift - 6))).div_ceil(FORWARD[quantiser % 6][class] as u64);
            let squares = (coefficient * coefficient).div_ceil(weights) as u32;
            if squares < least[rounding][quantiser] {
                least[rounding][quantiser] = squares;
            }
            class += 1;
        }
        entry += 1;
    }
    least
};

/// Whether blocks of these squared differences have no levels, whatever the differences are.
#[inline]
pub(super) fn is_silent(squares: u32, quantiser: u8, rounding: Rounding) -> bool {
    squares < LEAST[rounding.0 as usize][usize::from(quantiser)]
}

/// Four rows of four, so that compilers make vectors of rows.
type Rows = [[i32; 4]; 4];

#[inline(always)]
fn rows(block: impl Fn(usize) -> i32) -> Rows {
    let mut rows = [[0; 4]; 4];
    for place in 0..16 {
        rows[place / 4][place % 4] = block(place);
    }
    rows
}

#[inline(always)]
fn turned(rows: &Rows) -> Rows {
    let mut turned = [[0; 4]; 4];
    for y in 0..4 {
        for x in 0..4 {
            turned[x][y] = rows[y][x];
        }
    }
    turned
}

#[inline(always)]
fn flat<T>(rows: &Rows, each: impl Fn(i32) -> T) -> [T; 16] {
    std::array::from_fn(|place| each(rows[place / 4][place % 4]))
}

/// The transform of a block of differences.
#[inline]
fn forward(block: &[i16; 16]) -> [i32; 16] {
    let columns = turned(&forward_rows(&rows(|place| i32::from(block[place]))));
    flat(&turned(&forward_rows(&columns)), |coefficient| coefficient)
}

#[inline(always)]
fn forward_rows([a, b, c, d]: &Rows) -> Rows {
    let mut out = [[0; 4]; 4];
    for x in 0..4 {
        let (sum, inner, difference, inner_difference) = (a[x] + d[x], b[x] + c[x], a[x] - d[x], b[x] - c[x]);
        out[0][x] = sum + inner;
        out[1][x] = 2 * difference + inner_difference;
        out[2][x] = sum - inner;
        out[3][x] = difference - 2 * inner_difference;
    }
    out
}

/// What becomes of a block of differences: its DC coefficient, and its levels and which of them are not 0; with that of the DC
/// coefficient, or, where that goes another way, without.
#[inline]
pub(super) fn levels(block: &[i16; 16], quantiser: u8, rounding: Rounding, with_dc: bool) -> (i32, [i16; 16], u16) {
    let shift = 15 + u32::from(quantiser / 6);
    let half = rounding.0 << (shift - 6);
    let scales = &FORWARD_AT[usize::from(quantiser % 6)];
    #[cfg(target_arch = "x86_64")]
    if !sse2::is_off() {
        let (dc, levels, any) = sse2::levels(block, scales, half, shift, with_dc);
        if !any {
            return (dc, [0; 16], 0);
        }
        let levels = scan(&levels, &TRANSPOSED);
        return (dc, levels, mask(&levels));
    }
    let mut coefficients = forward(block);
    let dc = coefficients[0];
    if !with_dc {
        coefficients[0] = 0;
    }
    let straight = std::array::from_fn(|place| {
        // A coefficient is 9180 at most, of 36 differences of 255.
        signed((coefficients[place].unsigned_abs() * u32::from(scales[place]) + half) >> shift, coefficients[place])
    });
    let levels = scan(&straight, &ZIGZAG);
    (dc, levels, mask(&levels))
}

#[inline(always)]
fn scan(levels: &[i16; 16], order: &[usize; 16]) -> [i16; 16] {
    let mut scanned = [0; 16];
    for (to, from) in order.iter().enumerate() {
        scanned[to] = levels[*from];
    }
    scanned
}

/// The level of a DC coefficient that went through a second transform.
fn quantise_dc(coefficient: i32, quantiser: u8, rounding: Rounding) -> i16 {
    let shift = 16 + u32::from(quantiser / 6);
    let half = u64::from(rounding.0) << (shift - 6);
    let scaled = u64::from(coefficient.unsigned_abs()) * u64::from(FORWARD[usize::from(quantiser % 6)][0]) + half;
    signed((scaled >> shift) as u32, coefficient)
}

fn signed(magnitude: u32, sign: i32) -> i16 {
    let level = magnitude.min(MAX_LEVEL as u32) as i16;
    if sign < 0 { -level } else { level }
}

/// Coefficients of levels, row by row.
#[inline]
pub(super) fn scale(levels: &[i16; 16], quantiser: u8) -> [i32; 16] {
    let scales = &BACKWARD_AT[usize::from(quantiser % 6)];
    let mut coefficients = [0; 16];
    for (level, place) in levels.iter().zip(ZIGZAG) {
        coefficients[place] = (i32::from(*level) * i32::from(scales[place])) << (quantiser / 6);
    }
    coefficients
}

/// The differences of coefficients.
#[inline]
pub(super) fn backward(coefficients: &[i32; 16]) -> [i16; 16] {
    // Rows first, as the Recommendation has it: it rounds between the two.
    let columns = backward_rows(&turned(&rows(|place| coefficients[place])));
    flat(&backward_rows(&turned(&columns)), |sum| ((sum + 32) >> 6) as i16)
}

#[inline(always)]
fn backward_rows([a, b, c, d]: &Rows) -> Rows {
    let mut out = [[0; 4]; 4];
    for x in 0..4 {
        let (sum, difference) = (a[x] + c[x], a[x] - c[x]);
        let (odd, even) = ((b[x] >> 1) - d[x], b[x] + (d[x] >> 1));
        out[0][x] = sum + even;
        out[1][x] = difference + odd;
        out[2][x] = difference - odd;
        out[3][x] = sum - even;
    }
    out
}

/// The second transform of the DC coefficients of 16 blocks, its own inverse but for a factor of 16.
fn hadamard(block: &[i32; 16]) -> [i32; 16] {
    let mut rows = [0; 16];
    for y in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|x| block[4 * y + x]);
        rows[4 * y] = a + b + c + d;
        rows[4 * y + 1] = a + b - c - d;
        rows[4 * y + 2] = a - b - c + d;
        rows[4 * y + 3] = a - b + c - d;
    }
    let mut out = [0; 16];
    for x in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|y| rows[4 * y + x]);
        out[x] = a + b + c + d;
        out[4 + x] = a + b - c - d;
        out[8 + x] = a - b - c + d;
        out[12 + x] = a - b + c - d;
    }
    out
}

/// Levels of the DC coefficients of 16 blocks of luma, given row by row.
pub(super) fn luma_dc(coefficients: &[i32; 16], quantiser: u8, rounding: Rounding) -> [i16; 16] {
    let transformed = hadamard(coefficients);
    ZIGZAG.map(|place| quantise_dc((transformed[place] + 1) >> 1, quantiser, rounding))
}

/// The way back, row by row.
pub(super) fn luma_dc_back(levels: &[i16; 16], quantiser: u8) -> [i32; 16] {
    let mut coefficients = [0; 16];
    levels.iter().zip(ZIGZAG).for_each(|(level, place)| coefficients[place] = i32::from(*level));
    let (scale, shift) = (16 * i32::from(BACKWARD[usize::from(quantiser % 6)][0]), u32::from(quantiser / 6));
    hadamard(&coefficients).map(|sum| match shift {
        6.. => (sum * scale) << (shift - 6),
        _ => (sum * scale + (1 << (5 - shift))) >> (6 - shift),
    })
}

fn square([a, b, c, d]: [i32; 4]) -> [i32; 4] {
    [a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d]
}

/// Levels of the DC coefficients of 4 blocks of chroma.
pub(super) fn chroma_dc(coefficients: [i32; 4], quantiser: u8, rounding: Rounding) -> [i16; 4] {
    square(coefficients).map(|coefficient| quantise_dc(coefficient, quantiser, rounding))
}

/// The way back.
pub(super) fn chroma_dc_back(levels: [i16; 4], quantiser: u8) -> [i32; 4] {
    let scale = 16 * i32::from(BACKWARD[usize::from(quantiser % 6)][0]);
    square(levels.map(i32::from)).map(|sum| ((sum * scale) << (quantiser / 6)) >> 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The matrix of the transform.
    const MATRIX: [[i32; 4]; 4] = [[1, 1, 1, 1], [2, 1, -1, -2], [1, -1, -1, 1], [1, -2, 2, -1]];

    fn naive(block: &[i16; 16]) -> [i32; 16] {
        std::array::from_fn(|place| {
            let (v, u) = (place / 4, place % 4);
            let term = |at: usize| MATRIX[v][at / 4] * MATRIX[u][at % 4] * i32::from(block[at]);
            (0..16).map(term).sum()
        })
    }

    proptest! {
        #[test]
        fn forward_matches_naive(block in prop::array::uniform16(-255_i16..=255)) {
            prop_assert_eq!(forward(&block), naive(&block));
        }

        #[cfg(target_arch = "x86_64")]
        #[test]
        fn the_twins_agree(
            block in prop::array::uniform16(-255_i16..=255),
            quantiser in 0_u8..=51,
            rounding in 0_u32..=32,
            with_dc in any::<bool>(),
        ) {
            for block in [block, block.map(|difference| difference.signum() * 255), [block[0]; 16]] {
                let all = || levels(&block, quantiser, Rounding(rounding), with_dc);
                let [wide, plain] = sse2::twins(all);
                prop_assert_eq!(wide, plain);
            }
        }

        /// The least squares that make a level are not above those of any block that has one, and not far below them.
        #[test]
        fn what_is_silent_has_no_levels(
            block in prop::array::uniform16(-12_i16..=12),
            quantiser in 4_u8..=40,
            rounding in 0_u32..=32,
            alike in any::<bool>(),
        ) {
            let block = if alike { block.map(|_| block[0]) } else { block };
            let squares = block.iter().map(|difference| i32::from(*difference).pow(2) as u32).sum();
            let (_, _, mask) = levels(&block, quantiser, Rounding(rounding), true);
            prop_assert!(mask == 0 || !is_silent(squares, quantiser, Rounding(rounding)));
            if alike && quantiser >= 16 {
                // All differences go into one coefficient: hardly any could do with less.
                prop_assert!(mask != 0 || is_silent(squares * 3 / 4, quantiser, Rounding(rounding)));
            }
        }

        /// A difference comes back within what a step of the quantiser may move it.
        #[test]
        fn what_goes_in_comes_back(block in prop::array::uniform16(-255_i16..=255), quantiser in 10_u8..=51) {
            let (_, levels, _) = levels(&block, quantiser, Rounding(32), true);
            let back = backward(&scale(&levels, quantiser));
            let step = 0.625 * 2_f64.powf(f64::from(quantiser) / 6.0);
            for (a, b) in block.iter().zip(back) {
                prop_assert!(f64::from(a.abs_diff(b)) <= 2.0 * step + 1.0, "{:?} {:?} at {}", block, back, quantiser);
            }
        }

        /// A flat difference of a macroblock comes back exactly up to quantiser 18, of chroma's planes too.
        #[test]
        fn flat_differences_are_exact(level in -255_i16..=255, quantiser in 10_u8..=18) {
            let dc = forward(&[level; 16])[0];
            let luma = luma_dc_back(&luma_dc(&[dc; 16], quantiser, Rounding(32)), quantiser);
            prop_assert!(luma.iter().all(|dc| backward(&only(*dc)) == [level; 16]));
            let chroma = chroma_dc_back(chroma_dc([dc; 4], quantiser, Rounding(32)), quantiser);
            prop_assert!(chroma.iter().all(|dc| backward(&only(*dc)) == [level; 16]));
        }
    }

    fn only(dc: i32) -> [i32; 16] {
        let mut coefficients = [0; 16];
        coefficients[0] = dc;
        coefficients
    }
}
