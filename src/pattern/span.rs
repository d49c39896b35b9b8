//! Rows of shapes as runs of pixels: where the CPU need not test each pixel. Every function here gives exactly the pixels that
//! the plain twin's test accepts.

/// Pixels `start..end` of a row in one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First pixel.
    pub start: u32,
    /// One past the last pixel, > start.
    pub end: u32,
    /// R | G << 8 | B << 16.
    pub colour: u32,
}

/// Adds the pixels `first..=last`, cut to `0..width`, when any are left.
pub(super) fn push(spans: &mut Vec<Span>, first: i64, last: i64, width: u32, colour: u32) {
    let (first, last) = (first.max(0), last.min(i64::from(width) - 1));
    if first <= last {
        spans.push(Span { start: first as u32, end: last as u32 + 1, colour });
    }
}

/// The integers `d` with `low <= scale * d + offset <= high`, as first and last; none when first > last. With `scale` 0 that
/// is all of `within` or none of it.
pub(super) fn between(scale: i64, offset: i64, low: i64, high: i64, within: i64) -> (i64, i64) {
    let (low, high) = (low - offset, high - offset);
    match scale {
        0 if low <= 0 && 0 <= high => (-within, within),
        0 => (1, 0),
        1.. => (-(-low).div_euclid(scale), high.div_euclid(scale)),
        _ => (-high.div_euclid(-scale), (-low).div_euclid(-scale)),
    }
}

/// The greatest integer whose square is at most `square`; -1 when that is negative.
pub(super) fn root(square: i64) -> i64 {
    if square < 0 { -1 } else { square.isqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn between_matches_naive(scale in -9_i64..9, offset in -50_i64..50, low in -60_i64..60, length in -2_i64..40) {
            let (first, last) = between(scale, offset, low, low + length, 200);
            for d in -200..=200 {
                let naive = low <= scale * d + offset && scale * d + offset <= low + length;
                prop_assert_eq!(first <= d && d <= last, naive, "{} of {}..={}", d, first, last);
            }
        }

        #[test]
        fn root_matches_naive(square in -5_i64..5000) {
            prop_assert_eq!(root(square), (0..).take_while(|d| d * d <= square).last().unwrap_or(-1));
        }
    }
}
