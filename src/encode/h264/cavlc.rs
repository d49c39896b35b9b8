//! One block of quantised coefficients as CAVLC codes (Rec. ITU-T H.264, 9.2). Knows nothing of macroblocks.

use super::bits::Bits;
use super::tables::{CHROMA_COEFF_TOKEN, CHROMA_TOTAL_ZEROS, COEFF_TOKEN, Code, RUN_BEFORE, TOTAL_ZEROS};

/// The greatest magnitude of a level: what is coded with 12 bits behind a prefix of 15, whatever went before.
pub(super) const MAX_LEVEL: i16 = 2047;

/// Which neighbours' coefficients choose the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// nC.
    Count(u8),
    /// Chroma's DC coefficients.
    ChromaDc,
}

/// A bit for each coefficient that is not 0, the first one's lowest.
#[inline]
pub(super) fn mask<const N: usize>(levels: &[i16; N]) -> u16 {
    let mut mask = 0;
    for (place, level) in levels.iter().enumerate() {
        mask |= u16::from(*level != 0) << place;
    }
    mask
}

#[inline]
fn put<B: Bits>(out: &mut B, code: Code) {
    out.put(code.bits.into(), code.length.into());
}

/// Writes the levels of a block in the order of the scan, 4, 15 or 16 of at most [`MAX_LEVEL`]; `mask` is theirs. Returns how many
/// are not 0.
#[inline]
pub(super) fn block<B: Bits>(out: &mut B, levels: &[i16], mask: u16, context: Context) -> u8 {
    let total = mask.count_ones();
    let ones = trailing_ones(levels, mask);
    match context {
        Context::Count(count @ 0..8) => {
            let table = [0, 0, 1, 1, 2, 2, 2, 2][usize::from(count)];
            put(out, COEFF_TOKEN[table][total as usize][ones as usize]);
        }
        Context::Count(_) => out.put(if total == 0 { 3 } else { (total - 1) << 2 | ones }, 6),
        Context::ChromaDc => put(out, CHROMA_COEFF_TOKEN[total as usize][ones as usize]),
    }
    if total > 0 {
        write_levels(out, levels, mask, ones);
        write_runs(out, levels.len(), mask, context);
    }
    total as u8
}

/// How many of the last coefficients, at most 3, are 1 or -1.
fn trailing_ones(levels: &[i16], mask: u16) -> u32 {
    let (mut left, mut ones) = (mask, 0);
    while left != 0 && ones < 3 {
        let place = left.ilog2();
        if levels[place as usize].unsigned_abs() != 1 {
            break;
        }
        ones += 1;
        left ^= 1 << place;
    }
    ones
}

fn write_levels<B: Bits>(out: &mut B, levels: &[i16], mask: u16, ones: u32) {
    let total = mask.count_ones();
    let mut left = mask;
    for _ in 0..ones {
        let place = left.ilog2();
        left ^= 1 << place;
        out.put(u32::from(levels[place as usize] < 0), 1);
    }
    let mut suffix = u32::from(total > 10 && ones < 3);
    let mut first = ones < 3;
    while left != 0 {
        let place = left.ilog2();
        left ^= 1 << place;
        let level = i32::from(levels[place as usize]);
        let magnitude = level.unsigned_abs();
        // The first one behind fewer than three trailing ones is no 1 itself.
        let code = 2 * magnitude - 2 + u32::from(level < 0) - 2 * u32::from(first);
        first = false;
        write_level(out, code, suffix);
        suffix = suffix.max(1);
        if magnitude > 3 << (suffix - 1) && suffix < 6 {
            suffix += 1;
        }
    }
}

/// level_prefix and level_suffix.
fn write_level<B: Bits>(out: &mut B, code: u32, suffix: u32) {
    match (suffix, code) {
        (0, 0..14) => out.put(1, code + 1),
        (0, 14..30) => out.put(1 << 4 | (code - 14), 15 + 4),
        (0, _) => out.put(1 << 12 | (code - 30), 16 + 12),
        _ if code < 15 << suffix => out.put(1 << suffix | (code & ((1 << suffix) - 1)), (code >> suffix) + 1 + suffix),
        _ => out.put(1 << 12 | (code - (15 << suffix)), 16 + 12),
    }
}

fn write_runs<B: Bits>(out: &mut B, length: usize, mask: u16, context: Context) {
    let total = mask.count_ones();
    let mut place = mask.ilog2();
    let mut zeros = place + 1 - total;
    if (total as usize) < length {
        let table = match context {
            Context::ChromaDc => CHROMA_TOTAL_ZEROS[total as usize - 1],
            Context::Count(_) => TOTAL_ZEROS[total as usize - 1],
        };
        put(out, table[zeros as usize]);
    }
    let mut left = mask ^ 1 << place;
    while zeros > 0 && left != 0 {
        let next = left.ilog2();
        let run = place - next - 1;
        put(out, RUN_BEFORE[zeros.min(7) as usize - 1][run as usize]);
        zeros -= run;
        left ^= 1 << next;
        place = next;
    }
}
