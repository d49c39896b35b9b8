//! Discs and squares that move and wrap at the edges: the CPU twin of `shaders/moving_shapes.wgsl`. Positions and sizes are in
//! sixteenths of a pixel; a pixel stands for the point at its own whole coordinates.

mod scene;

use bytemuck::{Pod, Zeroable};

use super::span::{self, Span};
use super::{Clip, Content, Drawing, Motion, Scene};

/// The most shapes of a scene.
pub const MAX_SHAPES: usize = 16;

/// The longest reach, 2,047.9 px: its square stays below 2^30, and the sum of two such below 2^32.
pub const MAX_REACH: i32 = (1 << 15) - 1;

/// A shape's `kind`: all points at most `reach` away.
pub const DISC: u32 = 0;

/// A shape's `kind`: `reach` to each side, the far sides left out.
pub const SQUARE: u32 = 1;

/// One shape, as the kernel reads it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Shape {
    /// [`DISC`] or [`SQUARE`].
    pub kind: u32,
    /// R | G << 8 | B << 16.
    pub colour: u32,
    /// Its centre, 1/16 px, 0..2^18.
    pub x: i32,
    /// Its centre, 1/16 px, 0..2^18.
    pub y: i32,
    /// Half its extent, 1/16 px, 0..=[`MAX_REACH`].
    pub reach: i32,
}

/// One frame, as the kernel reads it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Params {
    /// R | G << 8 | B << 16.
    pub ground: u32,
    /// Shapes in use, 0..=[`MAX_SHAPES`]; a later one covers an earlier one.
    pub count: u32,
    /// The shapes.
    pub shapes: [Shape; MAX_SHAPES],
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
        Some(self.motion(index))
    }
}

/// Whether a shape covers the point `dx`, `dy` (1/16 px) from its centre.
fn covers(shape: &Shape, dx: i32, dy: i32) -> bool {
    let reach = shape.reach;
    if dx < -reach || dx > reach || dy < -reach || dy > reach {
        return false;
    }
    if shape.kind == SQUARE {
        return dx < reach && dy < reach;
    }
    (dx * dx) as u32 + (dy * dy) as u32 <= (reach * reach) as u32
}

/// The colour of a pixel.
#[must_use]
pub fn pixel(x: u32, y: u32, params: &Params) -> u32 {
    let mut colour = params.ground;
    for i in 0..params.count {
        let shape = &params.shapes[i as usize];
        if covers(shape, x as i32 * 16 - shape.x, y as i32 * 16 - shape.y) {
            colour = shape.colour;
        }
    }
    colour
}

impl Drawing for Params {
    fn params(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }

    fn pixel(&self, x: u32, y: u32) -> u32 {
        pixel(x, y, self)
    }

    fn ground(&self, _x: u32, _y: u32) -> u32 {
        self.ground
    }

    fn ground_class(&self, _y: u32) -> usize {
        0
    }

    fn ground_period(&self) -> u32 {
        1
    }

    fn spans(&self, y: u32, width: u32, spans: &mut Vec<Span>) {
        for shape in &self.shapes[..self.count as usize] {
            let (dy, reach) = (y as i32 * 16 - shape.y, shape.reach);
            if dy < -reach || dy > reach || (shape.kind == SQUARE && dy == reach) {
                continue;
            }
            let (low, high) = if shape.kind == SQUARE {
                (-i64::from(reach), i64::from(reach) - 1)
            } else {
                let half = span::root(i64::from(reach * reach - dy * dy));
                (-half, half)
            };
            let (first, last) = span::between(16, -i64::from(shape.x), low, high, 0);
            span::push(spans, first, last, width, shape.colour);
        }
    }
}
