//! Sums over rows of 16 pixels, in one instruction where a processor has it. Knows nothing of pictures.

/// Pixels of a row.
pub(super) type Row = [u8; 16];

#[cfg(test)]
thread_local! {
    /// Calls of the plain twin in this thread, where it is to stand in.
    pub(super) static PLAIN: std::cell::Cell<Option<u64>> = const { std::cell::Cell::new(None) };
}

/// The sums of absolute differences of the left and the right half.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(unsafe_code, reason = "compilers do not find this instruction, which does all of it")]
pub(super) fn absolute(a: &Row, b: &Row) -> [u32; 2] {
    #[cfg(test)]
    if let Some(calls) = PLAIN.get() {
        PLAIN.set(Some(calls + 1));
        return absolute_plain(a, b);
    }
    use std::arch::x86_64::{_mm_cvtsi128_si64, _mm_loadu_si128, _mm_sad_epu8, _mm_unpackhi_epi64};
    // SAFETY: SSE2 is a part of x86-64, and both rows are 16 bytes that may be read.
    unsafe {
        let [a, b] = [a, b].map(|row| _mm_loadu_si128(row.as_ptr().cast()));
        let sums = _mm_sad_epu8(a, b);
        [_mm_cvtsi128_si64(sums) as u32, _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)) as u32]
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use absolute_plain as absolute;

/// The plain twin.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(super) fn absolute_plain(a: &Row, b: &Row) -> [u32; 2] {
    [0..8, 8..16].map(|half| half.map(|x| u32::from(a[x].abs_diff(b[x]))).sum())
}

/// The sum of squared differences.
#[inline(always)]
pub(super) fn squares(a: &Row, b: &Row) -> u32 {
    let mut sum = 0;
    for x in 0..16 {
        let difference = i16::from(a[x]) - i16::from(b[x]);
        sum += i32::from(difference) * i32::from(difference);
    }
    sum as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_twins_agree(a in any::<Row>(), b in any::<Row>()) {
            prop_assert_eq!(absolute(&a, &b), absolute_plain(&a, &b));
        }
    }

    #[test]
    fn the_greatest_differences_fit() {
        assert_eq!(absolute(&[0; 16], &[255; 16]), [8 * 255; 2]);
        assert_eq!(squares(&[0; 16], &[255; 16]), 16 * 255 * 255);
        assert_eq!(absolute(&[7; 16], &[0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9]), [56, 16]);
        assert_eq!(squares(&[1; 16], &[3; 16]), 64);
    }
}
