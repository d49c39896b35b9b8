// Discs and squares that move and wrap at the edges: the twin of src/pattern/moving_shapes.rs.

const SQUARE = 1u;

struct Shape {
    kind: u32,
    colour: u32,
    x: i32,
    y: i32,
    reach: i32,
}

struct Params {
    ground: u32,
    count: u32,
    shapes: array<Shape, 16>,
}

@group(0) @binding(1) var<storage, read> params: Params;

// Whether a shape covers the point `dx`, `dy` (1/16 px) from its centre.
fn covers(shape: Shape, dx: i32, dy: i32) -> bool {
    let reach = shape.reach;
    if dx < -reach || dx > reach || dy < -reach || dy > reach {
        return false;
    }
    if shape.kind == SQUARE {
        return dx < reach && dy < reach;
    }
    return u32(dx * dx) + u32(dy * dy) <= u32(reach * reach);
}

// The colour of a pixel.
fn pixel(x: u32, y: u32) -> u32 {
    var colour = params.ground;
    for (var i = 0u; i < params.count; i++) {
        let shape = params.shapes[i];
        if covers(shape, i32(x) * 16 - shape.x, i32(y) * 16 - shape.y) {
            colour = shape.colour;
        }
    }
    return colour;
}
