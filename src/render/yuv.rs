//! RGB to YUV 4:2:0: the CPU twin of `shaders/yuv.wgsl`, and a fast path over pairs of rows. BT.709, limited range (Rec. ITU-R
//! BT.709-6, section 3), as an integer matrix in Q16, rounded to the nearest, ties up. Chroma is taken from the sum of each 2 x 2
//! block, rounded once; at odd sizes the last column and row count twice.

mod rows;

pub use rows::{Chroma, Pair, Still};

/// The kernel, in WGSL.
pub const SHADER: &str = include_str!("../../shaders/yuv.wgsl");

/// Luma of R, G, B in 0..=255: 16..=235.
#[must_use]
pub const fn luma(r: i32, g: i32, b: i32) -> i32 {
    (11966 * r + 40254 * g + 4064 * b + (16 << 16) + (1 << 15)) >> 16
}

/// Blue difference of the sums of four R, G, B, each in 0..=1020: 16..=240.
#[must_use]
pub const fn cb(r: i32, g: i32, b: i32) -> i32 {
    (-6596 * r - 22188 * g + 28784 * b + (128 << 18) + (1 << 17)) >> 18
}

/// Red difference of the sums of four R, G, B, each in 0..=1020: 16..=240.
#[must_use]
pub const fn cr(r: i32, g: i32, b: i32) -> i32 {
    (28784 * r - 26145 * g - 2639 * b + (128 << 18) + (1 << 17)) >> 18
}

/// Pixels that are converted at once.
const CHUNK: usize = 64;

/// One colour channel of a chunk.
type Channel = [u8; CHUNK];

/// Converts a pair of rows, `top` and `bottom` in R, G, B bytes. At an odd last row both are the same and the pair has no second
/// luma row.
pub fn convert(top: &[u8], bottom: &[u8], pair: &mut Pair<'_>) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "calls code that was compiled for AVX2")]
        // SAFETY: the processor has just been asked and has AVX2.
        return unsafe { convert_avx2(top, bottom, pair) };
    }
    convert_chunks(top, bottom, pair);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn convert_avx2(top: &[u8], bottom: &[u8], pair: &mut Pair<'_>) {
    convert_chunks(top, bottom, pair);
}

#[inline(always)]
fn convert_chunks(top: &[u8], bottom: &[u8], pair: &mut Pair<'_>) {
    let whole = top.len() / (3 * CHUNK);
    for chunk in 0..whole {
        let (from, to) = (chunk * 3 * CHUNK, (chunk + 1) * 3 * CHUNK);
        convert_chunk(&top[from..to], &bottom[from..to], &mut pair.columns(chunk * CHUNK, (chunk + 1) * CHUNK));
    }
    let from = whole * 3 * CHUNK;
    let left = (top.len() - from) / 3;
    if left > 0 {
        let [top, bottom] = [padded(&top[from..]), padded(&bottom[from..])];
        convert_chunk(&top, &bottom, &mut pair.columns(whole * CHUNK, whole * CHUNK + left));
    }
}

/// Up to a chunk of pixels, the last one repeated.
fn padded(row: &[u8]) -> [u8; 3 * CHUNK] {
    let mut padded = [0; 3 * CHUNK];
    padded[..row.len()].copy_from_slice(row);
    for at in row.len()..3 * CHUNK {
        padded[at] = padded[at - 3];
    }
    padded
}

#[inline(always)]
fn convert_chunk(top: &[u8], bottom: &[u8], pair: &mut Pair<'_>) {
    let (top, bottom) = (channels(top), channels(bottom));
    let [first, second] = &mut pair.luma;
    for (luma, channels) in [(first, &top), (second, &bottom)] {
        let row = luma_row(channels);
        if luma.len() == CHUNK {
            luma.copy_from_slice(&row);
        } else {
            luma.copy_from_slice(&row[..luma.len()]);
        }
    }
    let sums = [0, 1, 2].map(|channel| sums(&top[channel], &bottom[channel]));
    let (mut u, mut v) = ([0; CHUNK / 2], [0; CHUNK / 2]);
    for i in 0..CHUNK / 2 {
        let [r, g, b] = [0, 1, 2].map(|channel| i32::from(sums[channel][i]));
        u[i] = cb(r, g, b) as u8;
        v[i] = cr(r, g, b) as u8;
    }
    match &mut pair.chroma {
        Chroma::Planar(to_u, to_v) => {
            to_u.copy_from_slice(&u[..to_u.len()]);
            to_v.copy_from_slice(&v[..to_v.len()]);
        }
        Chroma::SemiPlanar(to) => {
            for (to, (u, v)) in to.chunks_exact_mut(2).zip(u.iter().zip(&v)) {
                (to[0], to[1]) = (*u, *v);
            }
        }
    }
}

#[inline(always)]
fn channels(row: &[u8]) -> [Channel; 3] {
    let mut channels = [[0; CHUNK]; 3];
    for i in 0..CHUNK {
        for channel in 0..3 {
            channels[channel][i] = row[3 * i + channel];
        }
    }
    channels
}

#[inline(always)]
fn luma_row([r, g, b]: &[Channel; 3]) -> Channel {
    std::array::from_fn(|i| luma(r[i].into(), g[i].into(), b[i].into()) as u8)
}

#[inline(always)]
fn sums(top: &Channel, bottom: &Channel) -> [u16; CHUNK / 2] {
    let columns: [u16; CHUNK] = std::array::from_fn(|i| u16::from(top[i]) + u16::from(bottom[i]));
    std::array::from_fn(|i| columns[2 * i] + columns[2 * i + 1])
}
