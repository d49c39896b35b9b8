//! The compression of SHA-256 over one to four chains at a time.

use sha2::block_api::compress256;

use super::BLOCK;

/// A chain's state and the blocks that it is to take in.
pub(super) type Lane<'a> = (&'a mut [u32; 8], &'a [[u8; BLOCK]]);

/// Takes in every lane's blocks.
pub(super) fn compress(lanes: &mut [Lane<'_>]) {
    for group in lanes.chunks_mut(4) {
        #[cfg(target_arch = "x86_64")]
        together(group);
        for (state, blocks) in group {
            compress256(state, blocks);
        }
    }
}

/// Takes in as many blocks as two lanes or more have in common; what is left is for one at a time.
#[cfg(target_arch = "x86_64")]
fn together(lanes: &mut [Lane<'_>]) {
    if !(is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3")) {
        return;
    }
    #[expect(unsafe_code, reason = "calls code that was compiled for the SHA instructions")]
    // SAFETY: the processor has just been asked and has them.
    unsafe {
        match lanes {
            [a, b, c, d] => x86::compress([a, b, c, d]),
            [a, b, c] => x86::compress([a, b, c]),
            [a, b] => x86::compress([a, b]),
            _ => {}
        }
    }
}

/// The SHA instructions of x86, as Intel's "Intel SHA Extensions" (2013) lays them out, with the steps of `N` chains side by
/// side.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{BLOCK, Lane};

    /// FIPS 180-4, 4.2.2.
    #[rustfmt::skip]
    static CONSTANTS: [u32; 64] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// Takes in the blocks that all lanes have, and leaves each the rest.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub(super) fn compress<const N: usize>(lanes: [&mut Lane<'_>; N]) {
        let common = lanes.iter().map(|lane| lane.1.len()).min().unwrap_or(0);
        let mut states: [_; N] = std::array::from_fn(|lane| pack(lanes[lane].0));
        for block in 0..common {
            let mut words: [_; N] = std::array::from_fn(|lane| schedule(&lanes[lane].1[block]));
            let before = states;
            for round in 0..16 {
                let constants = load(&CONSTANTS, round);
                for (state, words) in states.iter_mut().zip(&mut words) {
                    four_rounds(state, words, round, constants);
                }
            }
            for (state, before) in states.iter_mut().zip(before) {
                *state = [_mm_add_epi32(state[0], before[0]), _mm_add_epi32(state[1], before[1])];
            }
        }
        for (lane, state) in lanes.into_iter().zip(states) {
            unpack(state, lane.0);
            lane.1 = &lane.1[common..];
        }
    }

    /// Four rounds, number `4 * round` and on; `words` holds the last sixteen of the message schedule, four to a register.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn four_rounds(state: &mut [__m128i; 2], words: &mut [__m128i; 4], round: usize, constants: __m128i) {
        if round >= 4 {
            let [a, b, c, d] = std::array::from_fn(|place| words[(round + place) % 4]);
            let sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
            words[round % 4] = _mm_sha256msg2_epu32(sum, d);
        }
        let input = _mm_add_epi32(words[round % 4], constants);
        state[1] = _mm_sha256rnds2_epu32(state[1], state[0], input);
        state[0] = _mm_sha256rnds2_epu32(state[0], state[1], _mm_shuffle_epi32(input, 0x0e));
    }

    /// A block as sixteen big-endian words.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn schedule(block: &[u8; BLOCK]) -> [__m128i; 4] {
        let order = _mm_set_epi64x(0x0c0d0e0f_08090a0b, 0x04050607_00010203);
        std::array::from_fn(|part| _mm_shuffle_epi8(load(block, part), order))
    }

    /// `[a..d, e..h]` in the instructions' order: ABEF, CDGH.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn pack(state: &[u32; 8]) -> [__m128i; 2] {
        let (cdab, efgh) = (_mm_shuffle_epi32(load(state, 0), 0xb1), _mm_shuffle_epi32(load(state, 1), 0x1b));
        [_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)]
    }

    /// The way back.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn unpack([abef, cdgh]: [__m128i; 2], state: &mut [u32; 8]) {
        let (feba, dchg) = (_mm_shuffle_epi32(abef, 0x1b), _mm_shuffle_epi32(cdgh, 0xb1));
        let halves = [_mm_blend_epi16(feba, dchg, 0xf0), _mm_alignr_epi8(dchg, feba, 8)];
        *state = bytemuck::cast(halves);
    }

    /// 16 bytes of an array, from byte `16 * part` on.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn load<T: bytemuck::Pod, const N: usize>(from: &[T; N], part: usize) -> __m128i {
        bytemuck::pod_read_unaligned(&bytemuck::cast_slice(from)[16 * part..16 * part + 16])
    }
}
