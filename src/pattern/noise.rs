//! Uniform noise: the CPU twin of `shaders/noise.wgsl`, and a keystream as its fast path. The pixels are
//! the ChaCha8 keystream of D. J. Bernstein's original layout (64-bit block counter, 64-bit nonce), row after row, R, G, B.
//! Frame n starts at the first block that frame n - 1 does not touch.

mod keystream;
#[cfg(target_arch = "x86_64")]
mod wide;

use bytemuck::{Pod, Zeroable};

use super::{Clip, Content, Scene};
use crate::seed::Noise;

pub use keystream::Keystream;

/// Bytes of a keystream block.
pub const BLOCK: u64 = 64;

/// Bytes of the blocks that the fast path makes at a time.
const GROUP: usize = 16 * BLOCK as usize;

/// One frame, as the kernel reads it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Params {
    /// The key's words.
    pub key: [u32; 8],
    /// The first block's number, low word.
    pub counter_low: u32,
    /// The first block's number, high word.
    pub counter_high: u32,
    /// The nonce, low word.
    pub nonce_low: u32,
    /// The nonce, high word.
    pub nonce_high: u32,
    /// Pixels in a row.
    pub width: u32,
}

struct Keyed {
    noise: Noise,
    width: u32,
    frame_blocks: u64,
}

/// The scene of a clip.
pub(super) fn open(clip: &Clip) -> Box<dyn Scene> {
    let frame_blocks = clip.size.rgb_bytes().div_ceil(BLOCK);
    Box::new(Keyed { noise: clip.noise, width: clip.size.width, frame_blocks })
}

impl Scene for Keyed {
    fn content(&self, index: u32) -> Content {
        Content::Noise(Params::of(&self.noise, u64::from(index).wrapping_mul(self.frame_blocks), self.width))
    }
}

impl Params {
    /// The keystream from block `counter` on, in rows of `width` pixels.
    #[must_use]
    pub fn of(noise: &Noise, counter: u64, width: u32) -> Self {
        let mut key = [0; 8];
        for (word, bytes) in key.iter_mut().zip(noise.key.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        let (nonce_low, nonce_high) = (noise.stream as u32, (noise.stream >> 32) as u32);
        Self { key, counter_low: 0, counter_high: 0, nonce_low, nonce_high, width }.at(counter)
    }

    /// The same keystream from block `counter` on.
    fn at(self, counter: u64) -> Self {
        Self { counter_low: counter as u32, counter_high: (counter >> 32) as u32, ..self }
    }

    /// The first block's number.
    fn counter(&self) -> u64 {
        u64::from(self.counter_high) << 32 | u64::from(self.counter_low)
    }
}

/// One quarter round on four words of the state.
fn quarter(s: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    s[a] = s[a].wrapping_add(s[b]);
    s[d] = (s[d] ^ s[a]).rotate_left(16);
    s[c] = s[c].wrapping_add(s[d]);
    s[b] = (s[b] ^ s[c]).rotate_left(12);
    s[a] = s[a].wrapping_add(s[b]);
    s[d] = (s[d] ^ s[a]).rotate_left(8);
    s[c] = s[c].wrapping_add(s[d]);
    s[b] = (s[b] ^ s[c]).rotate_left(7);
}

/// The sixteen words that the rounds of a block begin with: constants, key, counter, nonce.
fn input(params: &Params, low: u32, high: u32) -> [u32; 16] {
    let [a, b, c, d, e, f, g, h] = params.key;
    let [k, l, m, n] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
    [k, l, m, n, a, b, c, d, e, f, g, h, low, high, params.nonce_low, params.nonce_high]
}

/// The sixteen words of the block `number` blocks after the frame's first.
#[must_use]
pub fn block(number: u32, params: &Params) -> [u32; 16] {
    let low = params.counter_low.wrapping_add(number);
    let high = params.counter_high.wrapping_add(u32::from(low < number));
    let input = input(params, low, high);
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
    std::array::from_fn(|i| s[i].wrapping_add(input[i]))
}

/// The colour of a pixel, R | G << 8 | B << 16; its three bytes may lie in two blocks.
#[must_use]
pub fn pixel(x: u32, y: u32, params: &Params) -> u32 {
    let first = (u64::from(y) * u64::from(params.width) + u64::from(x)) * 3;
    let byte = |at: u64| block((at / BLOCK) as u32, params)[(at % BLOCK / 4) as usize] >> (at % 4 * 8) & 255;
    byte(first) | byte(first + 1) << 8 | byte(first + 2) << 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};

    const NOISE: Noise = Noise { key: [7; 32], stream: 0xfeed_0000_0000_0003 };

    /// The crate's generator at a block: the oracle.
    fn oracle(noise: &Noise, block: u64, length: usize) -> Vec<u8> {
        let mut rng = crate::seed::Stream::from_seed(noise.key);
        rng.set_stream(noise.stream);
        rng.set_word_pos(u128::from(block) * 16);
        let mut bytes = vec![0; length];
        rng.fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn counters_carry() {
        for counter in [0, 1, u64::from(u32::MAX) - 3, u64::from(u32::MAX), 5 << 32, u64::MAX - 2, u64::MAX] {
            let params = Params::of(&NOISE, counter, 1);
            let expected = oracle(&NOISE, counter, 1000);
            let mut bytes = vec![0; 1000];
            Keystream::new(&params).fill(&mut bytes);
            assert_eq!(bytes, expected, "keystream from block {counter}");
            let mut bytes = vec![0; GROUP];
            keystream::by_crate(&params, counter, &mut bytes);
            assert_eq!(bytes[..1000], expected, "the crate's cipher from block {counter}");
            let blocks: Vec<u8> = (0..16).flat_map(|n| block(n, &params)).flat_map(u32::to_le_bytes).collect();
            assert_eq!(blocks[..1000], expected, "blocks from {counter}");
        }
    }

    proptest! {
        #[test]
        fn keystream_matches_pixels(width in 1_u32..70, height in 1_u32..20, counter: u64, cuts in prop::collection::vec(1_usize..400, 1..9)) {
            let params = Params::of(&NOISE, counter, width);
            let mut bytes = vec![0; (width * height * 3) as usize];
            let mut stream = Keystream::new(&params);
            let mut rest = &mut bytes[..];
            for cut in cuts.iter().cycle() {
                let (head, tail) = rest.split_at_mut((*cut).min(rest.len()));
                stream.fill(head);
                rest = tail;
                if rest.is_empty() {
                    break;
                }
            }
            for (i, colour) in (0..).zip(bytes.chunks_exact(3)) {
                let expected = pixel(i % width, i / width, &params).to_le_bytes();
                prop_assert_eq!(colour, &expected[..3]);
            }
        }
    }
}
