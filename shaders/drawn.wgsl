// The kernel of the patterns that have a `pixel`. An invocation makes four pixels, three words.

fn at(index: u32) -> u32 {
    return pixel(index % band.width, band.top + index / band.width);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = number(id, groups);
    if i * 4u >= band.width * band.rows {
        return;
    }
    let a = at(i * 4u);
    let b = at(i * 4u + 1u);
    let c = at(i * 4u + 2u);
    let d = at(i * 4u + 3u);
    rgb[i * 3u] = a | b << 24u;
    rgb[i * 3u + 1u] = b >> 8u | c << 16u;
    rgb[i * 3u + 2u] = c >> 16u | d << 8u;
}
