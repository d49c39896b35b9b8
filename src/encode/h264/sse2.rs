//! Sums over rows of pixels, and blocks into levels, by SSE2, which every x86-64 has. Each has a plain twin in the file that calls it.
#![expect(unsafe_code, reason = "compilers do not find these instructions")]

use std::arch::x86_64::{
    __m128i, _mm_add_epi16, _mm_add_epi32, _mm_add_epi64, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi32_si128,
    _mm_cvtsi128_si32, _mm_cvtsi128_si64, _mm_madd_epi16, _mm_min_epi16, _mm_movemask_epi8, _mm_mulhi_epu16,
    _mm_mullo_epi16, _mm_or_si128, _mm_packs_epi16, _mm_packs_epi32, _mm_sad_epu8, _mm_set_epi16, _mm_set1_epi16,
    _mm_set1_epi32, _mm_setzero_si128, _mm_shuffle_epi32, _mm_srai_epi16, _mm_srl_epi32, _mm_sub_epi16, _mm_subs_epu8,
    _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpackhi_epi64, _mm_unpacklo_epi8, _mm_unpacklo_epi16,
    _mm_unpacklo_epi64, _mm_xor_si128,
};

use super::cavlc::MAX_LEVEL;
use super::compare::Row;

#[cfg(test)]
thread_local! {
    /// Calls in this thread for which the plain twins stood in, where they are to.
    static PLAIN: std::cell::Cell<Option<u64>> = const { std::cell::Cell::new(None) };
}

/// What a work comes to with the vectors and by the plain twins, which it must come to.
#[cfg(test)]
pub(super) fn twins<T>(work: impl Fn() -> T) -> [T; 2] {
    let wide = work();
    PLAIN.set(Some(0));
    let plain = work();
    assert!(PLAIN.take().is_some_and(|calls| calls > 0));
    [wide, plain]
}

/// Whether a plain twin is to stand in.
#[inline(always)]
pub(super) fn is_off() -> bool {
    #[cfg(test)]
    if let Some(calls) = PLAIN.get() {
        PLAIN.set(Some(calls + 1));
        return true;
    }
    false
}

/// As [`super::compare::absolute`].
#[inline(always)]
pub(super) fn absolute<'a>(pairs: impl Iterator<Item = (&'a Row, &'a Row)>) -> [u32; 2] {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn inner<'a>(pairs: impl Iterator<Item = (&'a Row, &'a Row)>) -> [u32; 2] {
        let mut sums = _mm_setzero_si128();
        for (a, b) in pairs {
            sums = _mm_add_epi64(sums, _mm_sad_epu8(bytemuck::cast(*a), bytemuck::cast(*b)));
        }
        [_mm_cvtsi128_si64(sums) as u32, _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)) as u32]
    }
    // SAFETY: every x86-64 has SSE2.
    unsafe { inner(pairs) }
}

/// As [`super::compare::squares_by_four`].
#[inline(always)]
pub(super) fn squares_by_four(pairs: impl Iterator<Item = (Row, Row)>) -> [u32; 4] {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn inner(pairs: impl Iterator<Item = (Row, Row)>) -> [__m128i; 2] {
        let zero = _mm_setzero_si128();
        let [mut left, mut right] = [zero; 2];
        for (a, b) in pairs {
            let (a, b) = (bytemuck::cast(a), bytemuck::cast(b));
            let difference = _mm_or_si128(_mm_subs_epu8(a, b), _mm_subs_epu8(b, a));
            let (low, high) = (_mm_unpacklo_epi8(difference, zero), _mm_unpackhi_epi8(difference, zero));
            left = _mm_add_epi32(left, _mm_madd_epi16(low, low));
            right = _mm_add_epi32(right, _mm_madd_epi16(high, high));
        }
        [left, right]
    }
    // SAFETY: every x86-64 has SSE2.
    let [[a, b, c, d], [e, f, g, h]]: [[u32; 4]; 2] = unsafe { inner(pairs) }.map(bytemuck::cast);
    [a + b, c + d, e + f, g + h]
}

/// As [`super::transform::levels`], but that levels are transposed, row by row. `scales` are those of the places, the same transposed.
#[inline(always)]
pub(super) fn levels(
    block: &[i16; 16],
    scales: &[u16; 16],
    half: u32,
    shift: u32,
    first: bool,
) -> (i32, [i16; 16], bool) {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn inner(
        rows: [__m128i; 2],
        scales: [__m128i; 2],
        half: u32,
        shift: u32,
        first: bool,
    ) -> (i32, [__m128i; 2], bool) {
        let [mut coefficients, rest] = forward(transposed(forward(rows)));
        let dc = i32::from(_mm_cvtsi128_si32(coefficients) as i16);
        if !first {
            coefficients = _mm_and_si128(coefficients, _mm_set_epi16(-1, -1, -1, -1, -1, -1, -1, 0));
        }
        let levels = [quantise(coefficients, scales[0], half, shift), quantise(rest, scales[1], half, shift)];
        let zeros = _mm_cmpeq_epi8(_mm_packs_epi16(levels[0], levels[1]), _mm_setzero_si128());
        (dc, levels, _mm_movemask_epi8(zeros) != 0xffff)
    }
    // SAFETY: every x86-64 has SSE2.
    let (dc, levels, any) = unsafe { inner(bytemuck::cast(*block), bytemuck::cast(*scales), half, shift, first) };
    (dc, bytemuck::cast(levels), any)
}

/// The transform of columns, of two rows each.
#[inline]
#[target_feature(enable = "sse2")]
fn forward([ab, cd]: [__m128i; 2]) -> [__m128i; 2] {
    const SWAP: i32 = 0b01_00_11_10;
    let dc = _mm_shuffle_epi32::<SWAP>(cd);
    // Of each, the lower half is what counts in the end.
    let (sums, differences) = (_mm_add_epi16(ab, dc), _mm_sub_epi16(ab, dc));
    let (inner_sums, inner_differences) = (_mm_shuffle_epi32::<SWAP>(sums), _mm_shuffle_epi32::<SWAP>(differences));
    let twice = |x| _mm_add_epi16(x, x);
    let first = _mm_add_epi16(sums, inner_sums);
    let second = _mm_add_epi16(twice(differences), inner_differences);
    let third = _mm_sub_epi16(sums, inner_sums);
    let fourth = _mm_sub_epi16(differences, twice(inner_differences));
    [_mm_unpacklo_epi64(first, second), _mm_unpacklo_epi64(third, fourth)]
}

#[inline]
#[target_feature(enable = "sse2")]
fn transposed([ab, cd]: [__m128i; 2]) -> [__m128i; 2] {
    let (ac, bd) = (_mm_unpacklo_epi16(ab, cd), _mm_unpackhi_epi16(ab, cd));
    [_mm_unpacklo_epi16(ac, bd), _mm_unpackhi_epi16(ac, bd)]
}

/// Levels of eight coefficients.
#[inline]
#[target_feature(enable = "sse2")]
fn quantise(coefficients: __m128i, scales: __m128i, half: u32, shift: u32) -> __m128i {
    let signs = _mm_srai_epi16::<15>(coefficients);
    let magnitudes = _mm_sub_epi16(_mm_xor_si128(coefficients, signs), signs);
    let (low, high) = (_mm_mullo_epi16(magnitudes, scales), _mm_mulhi_epu16(magnitudes, scales));
    let (half, shift) = (_mm_set1_epi32(half as i32), _mm_cvtsi32_si128(shift as i32));
    let down = |product| _mm_srl_epi32(_mm_add_epi32(product, half), shift);
    let levels = _mm_packs_epi32(down(_mm_unpacklo_epi16(low, high)), down(_mm_unpackhi_epi16(low, high)));
    let levels = _mm_min_epi16(levels, _mm_set1_epi16(MAX_LEVEL));
    _mm_sub_epi16(_mm_xor_si128(levels, signs), signs)
}
