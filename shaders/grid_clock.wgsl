// A clock over a grid, with the frame's number: the twin of src/pattern/grid_clock.rs.

const CELL_WIDTH = 6u;
const CELL_HEIGHT = 8u;
const ROWS_IN_WORD = 5u;

struct Hand {
    colour: u32,
    x: i32,
    y: i32,
    length: i32,
    half: i32,
}

struct Params {
    ground: u32,
    grid: u32,
    pitch: u32,
    line: u32,
    grid_x: u32,
    grid_y: u32,
    centre_x: i32,
    centre_y: i32,
    reach: i32,
    inner: i32,
    outer: i32,
    circle: u32,
    dot_square: i32,
    dot: u32,
    hour: Hand,
    minute: Hand,
    text_x: u32,
    text_y: u32,
    text_scale: u32,
    letters: u32,
    text: u32,
    glyphs: array<array<u32, 2>, 16>,
}

@group(0) @binding(1) var<storage, read> params: Params;

// Whether the text has ink at a pixel.
fn inked(x: u32, y: u32) -> bool {
    if x < params.text_x || y < params.text_y {
        return false;
    }
    let column = (x - params.text_x) / params.text_scale;
    let row = (y - params.text_y) / params.text_scale;
    if column >= params.letters * CELL_WIDTH || row >= CELL_HEIGHT {
        return false;
    }
    let word = params.glyphs[column / CELL_WIDTH][row / ROWS_IN_WORD];
    return ((word >> (row % ROWS_IN_WORD * CELL_WIDTH + column % CELL_WIDTH)) & 1u) == 1u;
}

// Whether a hand covers the pixel `dx`, `dy` from the clock's centre.
fn covers(hand: Hand, dx: i32, dy: i32) -> bool {
    let along = dx * hand.x + dy * hand.y;
    let across = dx * hand.y - dy * hand.x;
    return along >= 0 && along <= hand.length && across >= -hand.half && across < hand.half;
}

// The colour of a pixel where no shape lies.
fn ground(x: u32, y: u32) -> u32 {
    if (x + params.grid_x) % params.pitch < params.line || (y + params.grid_y) % params.pitch < params.line {
        return params.grid;
    }
    return params.ground;
}

// The colour of a pixel.
fn pixel(x: u32, y: u32) -> u32 {
    if inked(x, y) {
        return params.text;
    }
    let dx = i32(x) - params.centre_x;
    let dy = i32(y) - params.centre_y;
    if dx < -params.reach || dx > params.reach || dy < -params.reach || dy > params.reach {
        return ground(x, y);
    }
    let square = dx * dx + dy * dy;
    if square <= params.dot_square {
        return params.dot;
    }
    if square > params.inner && square <= params.outer {
        return params.circle;
    }
    if covers(params.minute, dx, dy) {
        return params.minute.colour;
    }
    if covers(params.hour, dx, dy) {
        return params.hour.colour;
    }
    return ground(x, y);
}
