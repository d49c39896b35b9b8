//! Sums over rows of 16 pixels, in few instructions where a processor has them. Knows nothing of pictures.

#[cfg(target_arch = "x86_64")]
use super::sse2;
use crate::frame::BLOCK;

/// Pixels of a row.
pub(super) type Row = [u8; BLOCK];

/// The sums of absolute differences of the left and the right half of pairs of rows.
#[inline(always)]
pub(super) fn absolute<'a>(pairs: impl Iterator<Item = (&'a Row, &'a Row)>) -> [u32; 2] {
    #[cfg(target_arch = "x86_64")]
    if !sse2::is_off() {
        return sse2::absolute(pairs);
    }
    let mut sums = [0; 2];
    for (a, b) in pairs {
        a.iter().zip(b).enumerate().for_each(|(x, (a, b))| sums[x / 8] += u32::from(a.abs_diff(*b)));
    }
    sums
}

/// The sum of squared differences of pairs of rows, 4,000 at most.
#[inline(always)]
pub(super) fn squares(pairs: impl Iterator<Item = (Row, Row)>) -> u32 {
    squares_by_four(pairs).iter().sum()
}

/// The sums of squared differences of each four columns of pairs of rows, from left to right.
#[inline(always)]
pub(super) fn squares_by_four(pairs: impl Iterator<Item = (Row, Row)>) -> [u32; 4] {
    #[cfg(target_arch = "x86_64")]
    if !sse2::is_off() {
        return sse2::squares_by_four(pairs);
    }
    let mut sums = [0; 4];
    for (a, b) in pairs {
        a.iter().zip(b).enumerate().for_each(|(x, (a, b))| sums[x / 4] += u32::from(a.abs_diff(b)).pow(2));
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[cfg(target_arch = "x86_64")]
    proptest! {
        #[test]
        fn the_twins_agree(pairs in prop::collection::vec(any::<(Row, Row)>(), 0..20)) {
            let [wide, plain] = sse2::twins(|| absolute(pairs.iter().map(|(a, b)| (a, b))));
            prop_assert_eq!(wide, plain);
            let [wide, plain] = sse2::twins(|| squares_by_four(pairs.iter().copied()));
            prop_assert_eq!(wide, plain);
        }
    }

    #[test]
    fn the_greatest_differences_fit() {
        let far = [([0; 16], [255; 16]); 4000];
        assert_eq!(absolute(far.iter().map(|(a, b)| (a, b))), [4000 * 8 * 255; 2]);
        assert_eq!(u64::from(squares(far.iter().copied())), 4000 * 16 * 255 * 255);
        let (a, b) = ([1; 16], [3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 2]);
        assert_eq!(squares_by_four([(a, b)].into_iter()), [16, 0, 0, 4]);
        let (a, b) = ([7; 16], [0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9]);
        assert_eq!(absolute([(&a, &b)].into_iter()), [56, 16]);
    }
}
