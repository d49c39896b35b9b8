// What every kernel that makes RGB shares. Rows are tight, 3 bytes (R, G, B) a pixel, packed into words, low byte first.

// The rows of a frame that one dispatch makes.
struct Band {
    // Pixels in a row, 1..
    width: u32,
    // The first row, a multiple of 64, so that it starts with a block of the keystream.
    top: u32,
    // Rows, 1..
    rows: u32,
    format: u32,
}

@group(0) @binding(0) var<uniform> band: Band;
@group(0) @binding(2) var<storage, read_write> rgb: array<u32>;

// The number of an invocation of 64 a workgroup; rows of workgroups keep either dimension within 65,535.
fn number(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    return id.y * groups.x * 64u + id.x;
}
