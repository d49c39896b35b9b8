// RGB to YUV 4:2:0: the twin of src/render/yuv.rs. BT.709, limited range, an integer matrix in Q16, rounded to the nearest, ties up.
// An invocation makes 8 x 2 pixels; rows of luma are padded to 8 bytes, rows of chroma to 4 (I420) or 8 (NV12), the planes follow
// each other.

struct Band {
    // Pixels in a row, 1..
    width: u32,
    top: u32,
    // Rows, 1..
    rows: u32,
    // 0: I420, 1: NV12.
    format: u32,
}

@group(0) @binding(0) var<uniform> band: Band;
@group(0) @binding(1) var<storage, read> rgb: array<u32>;
@group(0) @binding(2) var<storage, read_write> yuv: array<u32>;

// Luma of R, G, B in 0..=255: 16..=235.
fn luma(c: vec3<i32>) -> u32 {
    return u32((11966 * c.r + 40254 * c.g + 4064 * c.b + (16 << 16u) + (1 << 15u)) >> 16u);
}

// Blue difference of the sums of four R, G, B, each in 0..=1020: 16..=240.
fn cb(c: vec3<i32>) -> u32 {
    return u32((-6596 * c.r - 22188 * c.g + 28784 * c.b + (128 << 18u) + (1 << 17u)) >> 18u);
}

// Red difference of the sums of four R, G, B, each in 0..=1020: 16..=240.
fn cr(c: vec3<i32>) -> u32 {
    return u32((28784 * c.r - 26145 * c.g - 2639 * c.b + (128 << 18u) + (1 << 17u)) >> 18u);
}

fn byte(index: u32) -> i32 {
    return i32((rgb[index / 4u] >> (index % 4u * 8u)) & 255u);
}

// A pixel; beyond the last column or row, the last one.
fn colour(x: u32, y: u32) -> vec3<i32> {
    let first = (min(y, band.rows - 1u) * band.width + min(x, band.width - 1u)) * 3u;
    return vec3<i32>(byte(first), byte(first + 1u), byte(first + 2u));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let blocks = (band.width + 7u) / 8u;
    let pairs = (band.rows + 1u) / 2u;
    if id.x >= blocks || id.y >= pairs {
        return;
    }
    // Luma of the upper and the lower row, then U and V, four bytes a word.
    var top = vec2<u32>();
    var bottom = vec2<u32>();
    var u = 0u;
    var v = 0u;
    for (var i = 0u; i < 4u; i++) {
        let x = id.x * 8u + i * 2u;
        let y = id.y * 2u;
        let a = colour(x, y);
        let b = colour(x + 1u, y);
        let c = colour(x, y + 1u);
        let d = colour(x + 1u, y + 1u);
        let shift = i % 2u * 16u;
        top[i / 2u] |= luma(a) << shift | luma(b) << (shift + 8u);
        bottom[i / 2u] |= luma(c) << shift | luma(d) << (shift + 8u);
        u |= cb(a + b + c + d) << (i * 8u);
        v |= cr(a + b + c + d) << (i * 8u);
    }
    let upper = id.y * 2u * blocks * 2u + id.x * 2u;
    yuv[upper] = top.x;
    yuv[upper + 1u] = top.y;
    if id.y * 2u + 1u < band.rows {
        yuv[upper + blocks * 2u] = bottom.x;
        yuv[upper + blocks * 2u + 1u] = bottom.y;
    }
    let chroma = band.rows * blocks * 2u;
    let place = id.y * blocks + id.x;
    if band.format == 0u {
        yuv[chroma + place] = u;
        yuv[chroma + pairs * blocks + place] = v;
    } else {
        yuv[chroma + place * 2u] = pair(u, v);
        yuv[chroma + place * 2u + 1u] = pair(u >> 16u, v >> 16u);
    }
}

// The two low bytes of each, as U, V, U, V.
fn pair(u: u32, v: u32) -> u32 {
    return (u & 255u) | (v & 255u) << 8u | (u & 0xff00u) << 8u | (v & 0xff00u) << 16u;
}
