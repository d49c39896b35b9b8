//! A clock over a grid, with the frame's number: the CPU twin of `shaders/grid_clock.wgsl`. Coordinates are whole pixels, the
//! hands' directions and extents Q16.

mod scene;

use bytemuck::{Pod, Zeroable};

use super::font::{CELL_HEIGHT, CELL_WIDTH, Glyph, ROWS_IN_WORD};
use super::span::{self, Span};
use super::{Clip, Content, Drawing, Motion, Scene};
use crate::frame::Vector;

/// The most letters of the text: `Frame 4294967295`.
pub const MAX_LETTERS: usize = 16;

/// The longest reach, in pixels: a hand's products stay below 2^31.
pub const MAX_REACH: i32 = 1 << 13;

/// One hand, as the kernel reads it: a strip from the clock's centre.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Hand {
    /// R | G << 8 | B << 16.
    pub colour: u32,
    /// Direction, a vector of length 1, Q16.
    pub x: i32,
    /// Direction, Q16.
    pub y: i32,
    /// Pixels, Q16, below 2^29.
    pub length: i32,
    /// Half of the width in pixels, Q16.
    pub half: i32,
}

/// One frame, as the kernel reads it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Params {
    /// Colour between the lines.
    pub ground: u32,
    /// Colour of the grid's lines.
    pub grid: u32,
    /// Pixels from one line to the next, 1..
    pub pitch: u32,
    /// Width of a line in pixels.
    pub line: u32,
    /// Pixels that the grid is moved to the left.
    pub grid_x: u32,
    /// Pixels that the grid is moved up.
    pub grid_y: u32,
    /// The clock's centre.
    pub centre_x: i32,
    /// The clock's centre.
    pub centre_y: i32,
    /// Nothing of the clock is farther from its centre in x or y, 0..=[`MAX_REACH`].
    pub reach: i32,
    /// The circle: squares of distances above `inner` ..
    pub inner: i32,
    /// .. and up to `outer`; -1: no circle.
    pub outer: i32,
    /// Colour of the circle.
    pub circle: u32,
    /// The dot: squares of distances up to this.
    pub dot_square: i32,
    /// Colour of the dot.
    pub dot: u32,
    /// The hour hand, below ..
    pub hour: Hand,
    /// .. the minute hand, below the circle, below the dot, below the text.
    pub minute: Hand,
    /// The text's left edge.
    pub text_x: u32,
    /// The text's upper edge.
    pub text_y: u32,
    /// Pixels a side of a letter's dot, 1..
    pub text_scale: u32,
    /// Letters in use, 0..=[`MAX_LETTERS`].
    pub letters: u32,
    /// Colour of the text.
    pub text: u32,
    /// The letters' bitmaps.
    pub glyphs: [Glyph; MAX_LETTERS],
}

/// The scene of a clip.
pub(super) fn open(clip: &Clip) -> Box<dyn Scene> {
    Box::new(scene::Scene::of(clip))
}

impl Scene for scene::Scene {
    fn content(&self, index: u32) -> Content {
        Content::Drawing(Box::new(self.params(index)))
    }

    fn motion(&self, index: u32) -> Option<Motion> {
        let [last, now] = [index - 1, index].map(|index| self.params(index));
        Some(Box::new(move |x, y, vectors| {
            let (dx, dy) = (i64::from(x - now.centre_x), i64::from(y - now.centre_y));
            for (last, now) in [(last.minute, now.minute), (last.hour, now.hour)] {
                vectors.extend(way_of(&last, &now, dx, dy));
            }
        }))
    }
}

/// Pixels around a hand where its [`Motion`] still knows of it.
const NEAR: i64 = 16;

/// Where, seen from the point `dx`, `dy` from the clock's centre, what a hand shows there lay before the hand turned.
fn way_of(last: &Hand, now: &Hand, dx: i64, dy: i64) -> Option<Vector> {
    let [(x, y), (old_x, old_y)] = [now, last].map(|hand| (i64::from(hand.x), i64::from(hand.y)));
    let (along, across) = (dx * x + dy * y, dx * y - dy * x);
    let near = NEAR << 16;
    let covers = (-near..=i64::from(now.length) + near).contains(&along) && across.abs() <= i64::from(now.half) + near;
    let place = [along * old_x + across * old_y, along * old_y - across * old_x].map(|way| (way + (1 << 31)) >> 32);
    let vector = [(place[0] - dx) as i16, (place[1] - dy) as i16];
    (covers && vector != [0, 0]).then_some(vector)
}

/// Whether the text has ink at a pixel.
fn inked(x: u32, y: u32, params: &Params) -> bool {
    if x < params.text_x || y < params.text_y {
        return false;
    }
    let column = (x - params.text_x) / params.text_scale;
    let row = (y - params.text_y) / params.text_scale;
    if column >= params.letters * CELL_WIDTH || row >= CELL_HEIGHT {
        return false;
    }
    let word = params.glyphs[(column / CELL_WIDTH) as usize][(row / ROWS_IN_WORD) as usize];
    (word >> (row % ROWS_IN_WORD * CELL_WIDTH + column % CELL_WIDTH)) & 1 == 1
}

/// Whether a hand covers the pixel `dx`, `dy` from the clock's centre.
fn covers(hand: &Hand, dx: i32, dy: i32) -> bool {
    let along = dx * hand.x + dy * hand.y;
    let across = dx * hand.y - dy * hand.x;
    along >= 0 && along <= hand.length && across >= -hand.half && across < hand.half
}

/// The colour of a pixel where no shape lies.
fn ground(x: u32, y: u32, params: &Params) -> u32 {
    if (x + params.grid_x) % params.pitch < params.line || (y + params.grid_y) % params.pitch < params.line {
        return params.grid;
    }
    params.ground
}

/// The colour of a pixel.
#[must_use]
pub fn pixel(x: u32, y: u32, params: &Params) -> u32 {
    if inked(x, y, params) {
        return params.text;
    }
    let dx = x as i32 - params.centre_x;
    let dy = y as i32 - params.centre_y;
    if dx < -params.reach || dx > params.reach || dy < -params.reach || dy > params.reach {
        return ground(x, y, params);
    }
    let square = dx * dx + dy * dy;
    if square <= params.dot_square {
        return params.dot;
    }
    if square > params.inner && square <= params.outer {
        return params.circle;
    }
    if covers(&params.minute, dx, dy) {
        return params.minute.colour;
    }
    if covers(&params.hour, dx, dy) {
        return params.hour.colour;
    }
    ground(x, y, params)
}

impl Drawing for Params {
    fn params(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }

    fn pixel(&self, x: u32, y: u32) -> u32 {
        pixel(x, y, self)
    }

    fn ground(&self, x: u32, y: u32) -> u32 {
        ground(x, y, self)
    }

    fn ground_class(&self, y: u32) -> usize {
        usize::from((y + self.grid_y) % self.pitch < self.line)
    }

    fn ground_period(&self) -> u32 {
        self.pitch
    }

    fn spans(&self, y: u32, width: u32, spans: &mut Vec<Span>) {
        let (dy, reach) = (i64::from(y) - i64::from(self.centre_y), i64::from(self.reach));
        if dy.abs() <= reach {
            let mut add = |first: i64, last: i64, colour| {
                let x = i64::from(self.centre_x);
                span::push(spans, x + first.max(-reach), x + last.min(reach), width, colour);
            };
            for hand in [&self.hour, &self.minute] {
                let (first, last) = hand_row(hand, dy, reach);
                add(first, last, hand.colour);
            }
            let (inner, outer) =
                (span::root(i64::from(self.inner) - dy * dy), span::root(i64::from(self.outer) - dy * dy));
            add(-outer, -inner - 1, self.circle);
            add(inner + 1, outer, self.circle);
            let dot = span::root(i64::from(self.dot_square) - dy * dy);
            add(-dot, dot, self.dot);
        }
        self.text_spans(y, width, spans);
    }
}

/// The pixels of row `dy` that a hand covers, from the clock's centre.
fn hand_row(hand: &Hand, dy: i64, reach: i64) -> (i64, i64) {
    let (x, y, half) = (i64::from(hand.x), i64::from(hand.y), i64::from(hand.half));
    let along = span::between(x, dy * y, 0, i64::from(hand.length), reach);
    let across = span::between(y, -dy * x, -half, half - 1, reach);
    (along.0.max(across.0), along.1.min(across.1))
}

impl Params {
    fn text_spans(&self, y: u32, width: u32, spans: &mut Vec<Span>) {
        if y < self.text_y || (y - self.text_y) / self.text_scale >= CELL_HEIGHT {
            return;
        }
        for column in 0..self.letters * CELL_WIDTH {
            let x = self.text_x + column * self.text_scale;
            if inked(x, y, self) {
                span::push(spans, x.into(), (x + self.text_scale - 1).into(), width, self.text);
            }
        }
    }
}
