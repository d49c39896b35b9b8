// Uniform noise: the twin of src/pattern/noise.rs. The ChaCha8 keystream of D. J. Bernstein's original layout; an invocation makes
// one block of 64 bytes.

struct Params {
    key: array<u32, 8>,
    counter_low: u32,
    counter_high: u32,
    nonce_low: u32,
    nonce_high: u32,
    width: u32,
}

@group(0) @binding(1) var<storage, read> params: Params;

// Words of the state, in rotated columns: one vector operation is a quarter round on four columns.
alias Row = vec4<u32>;

fn rotate_left(row: Row, bits: u32) -> Row {
    return (row << Row(bits)) | (row >> Row(32u - bits));
}

// One quarter round on each of the four columns of the state.
fn quarters(s: ptr<function, array<Row, 4>>) {
    (*s)[0] += (*s)[1];
    (*s)[3] = rotate_left((*s)[3] ^ (*s)[0], 16u);
    (*s)[2] += (*s)[3];
    (*s)[1] = rotate_left((*s)[1] ^ (*s)[2], 12u);
    (*s)[0] += (*s)[1];
    (*s)[3] = rotate_left((*s)[3] ^ (*s)[0], 8u);
    (*s)[2] += (*s)[3];
    (*s)[1] = rotate_left((*s)[1] ^ (*s)[2], 7u);
}

// The sixteen words of the block `number` blocks after the frame's first.
fn block(number: u32) -> array<Row, 4> {
    let low = params.counter_low + number;
    let high = params.counter_high + select(0u, 1u, low < number);
    let input = array<Row, 4>(
        Row(0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u),
        Row(params.key[0], params.key[1], params.key[2], params.key[3]),
        Row(params.key[4], params.key[5], params.key[6], params.key[7]),
        Row(low, high, params.nonce_low, params.nonce_high),
    );
    var s = input;
    for (var i = 0u; i < 4u; i++) {
        quarters(&s);
        s[1] = s[1].yzwx;
        s[2] = s[2].zwxy;
        s[3] = s[3].wxyz;
        quarters(&s);
        s[1] = s[1].wxyz;
        s[2] = s[2].zwxy;
        s[3] = s[3].yzwx;
    }
    return array<Row, 4>(s[0] + input[0], s[1] + input[1], s[2] + input[2], s[3] + input[3]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = number(id, groups);
    if i >= (band.width * band.rows * 3u + 63u) / 64u {
        return;
    }
    var words = block(band.top / 64u * band.width * 3u + i);
    for (var word = 0u; word < 16u; word++) {
        rgb[i * 16u + word] = words[word / 4u][word % 4u];
    }
}
