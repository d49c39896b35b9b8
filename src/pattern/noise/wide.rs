//! ChaCha8 with AVX-512: sixteen blocks at a time, four times as fast as what AVX2 allows. A vector holds one word of the state of
//! all sixteen, so that a round is the plain one, word for word; what comes out is transposed into one block behind the other.
//! Noise is bound by this cipher and by memory, and the `chacha20` crate has such code behind a flag of the compiler only, which
//! a package cannot set for who builds it.

use std::arch::x86_64::*;

use super::{GROUP, Params, input};

/// Whether this processor can.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
}

/// Fills `out`, whole groups of [`GROUP`] bytes, with the keystream from `block` on, if this processor can.
pub(super) fn fill(params: &Params, block: u64, out: &mut [u8]) -> bool {
    if !available() {
        return false;
    }
    #[expect(unsafe_code, reason = "calls code that was compiled for AVX-512")]
    // SAFETY: the processor has just been asked and has it.
    unsafe {
        groups(params, block, out);
    }
    true
}

#[target_feature(enable = "avx512f")]
fn groups(params: &Params, mut block: u64, out: &mut [u8]) {
    for group in out.as_chunks_mut::<GROUP>().0 {
        let input = state(params, block);
        let mut s = input;
        for _ in 0..4 {
            quarter(&mut s, 0, 4, 8, 12);
            quarter(&mut s, 1, 5, 9, 13);
            quarter(&mut s, 2, 6, 10, 14);
            quarter(&mut s, 3, 7, 11, 15);
            quarter(&mut s, 0, 5, 10, 15);
            quarter(&mut s, 1, 6, 11, 12);
            quarter(&mut s, 2, 7, 8, 13);
            quarter(&mut s, 3, 4, 9, 14);
        }
        for (word, first) in s.iter_mut().zip(input) {
            *word = _mm512_add_epi32(*word, first);
        }
        for (vector, bytes) in transposed(s).into_iter().zip(group.as_chunks_mut::<64>().0) {
            #[expect(unsafe_code, reason = "stores a vector through a pointer")]
            // SAFETY: `bytes` are 64 bytes that may be written, and the store asks for no alignment.
            unsafe {
                _mm512_storeu_si512(bytes.as_mut_ptr().cast(), vector);
            }
        }
        block = block.wrapping_add(16);
    }
}

/// The words that the rounds begin with: those of one block in every lane, and lane n's counter n further.
#[target_feature(enable = "avx512f")]
fn state(params: &Params, block: u64) -> [__m512i; 16] {
    let mut state = input(params, block as u32, (block >> 32) as u32).map(|word| _mm512_set1_epi32(word as i32));
    let lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    let low = _mm512_add_epi32(state[12], lanes);
    let carried = _mm512_cmplt_epu32_mask(low, lanes);
    state[13] = _mm512_mask_add_epi32(state[13], carried, state[13], _mm512_set1_epi32(1));
    state[12] = low;
    state
}

/// One quarter round on four words of every lane's state.
#[inline]
#[target_feature(enable = "avx512f")]
fn quarter(s: &mut [__m512i; 16], a: usize, b: usize, c: usize, d: usize) {
    s[a] = _mm512_add_epi32(s[a], s[b]);
    s[d] = _mm512_rol_epi32::<16>(_mm512_xor_si512(s[d], s[a]));
    s[c] = _mm512_add_epi32(s[c], s[d]);
    s[b] = _mm512_rol_epi32::<12>(_mm512_xor_si512(s[b], s[c]));
    s[a] = _mm512_add_epi32(s[a], s[b]);
    s[d] = _mm512_rol_epi32::<8>(_mm512_xor_si512(s[d], s[a]));
    s[c] = _mm512_add_epi32(s[c], s[d]);
    s[b] = _mm512_rol_epi32::<7>(_mm512_xor_si512(s[b], s[c]));
}

/// Lane n of the words w becomes word w of block n. Four words of four blocks first, within each quarter of the vectors; then
/// the quarters themselves.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(s: [__m512i; 16]) -> [__m512i; 16] {
    // Of `quarters[w][m]`, quarter k has the words 4w to 4w + 3 of block 4k + m.
    let mut quarters = [[s[0]; 4]; 4];
    for (of, words) in quarters.iter_mut().zip(s.as_chunks::<4>().0) {
        let (low, high) = (_mm512_unpacklo_epi32(words[0], words[1]), _mm512_unpackhi_epi32(words[0], words[1]));
        let (low_2, high_2) = (_mm512_unpacklo_epi32(words[2], words[3]), _mm512_unpackhi_epi32(words[2], words[3]));
        *of = [
            _mm512_unpacklo_epi64(low, low_2),
            _mm512_unpackhi_epi64(low, low_2),
            _mm512_unpacklo_epi64(high, high_2),
            _mm512_unpackhi_epi64(high, high_2),
        ];
    }
    let mut blocks = s;
    for m in 0..4 {
        let [a, b, c, d] = quarters.map(|of| of[m]);
        let (ab, cd) = (_mm512_shuffle_i32x4::<0x44>(a, b), _mm512_shuffle_i32x4::<0x44>(c, d)); // quarters 0 and 1
        blocks[m] = _mm512_shuffle_i32x4::<0x88>(ab, cd);
        blocks[4 + m] = _mm512_shuffle_i32x4::<0xdd>(ab, cd);
        let (ab, cd) = (_mm512_shuffle_i32x4::<0xee>(a, b), _mm512_shuffle_i32x4::<0xee>(c, d)); // quarters 2 and 3
        blocks[8 + m] = _mm512_shuffle_i32x4::<0x88>(ab, cd);
        blocks[12 + m] = _mm512_shuffle_i32x4::<0xdd>(ab, cd);
    }
    blocks
}
