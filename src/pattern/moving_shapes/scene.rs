//! Which shapes a clip has and where they are in each frame: exact integer arithmetic, the same on every machine. Knows nothing
//! of pixels.

use rand::RngExt;

use super::{DISC, MAX_REACH, MAX_SHAPES, Params, SQUARE, Shape};
use crate::frame::Size;
use crate::pattern::{Clip, rgb};
use crate::seed::Stream;
use crate::spec::SceneStyle;

/// A clip's shapes.
pub(super) struct Scene {
    size: Size,
    frames: u32,
    ground: u32,
    movers: Vec<Mover>,
}

/// A shape on its way.
struct Mover {
    kind: u32,
    colour: u32,
    /// Half its extent, 1/16 px.
    reach: i32,
    /// Where its centre starts, 1/16 px.
    start: (i64, i64),
    /// Widths (heights) that it moves by in the whole clip, in 1/256.
    speed: (i64, i64),
}

impl Scene {
    pub(super) fn of(clip: &Clip) -> Self {
        let (ground, movers) = match clip.style {
            SceneStyle::Canonical => (rgb(0, 0, 0), canonical(clip.size)),
            SceneStyle::Unique => unique(clip.size, &mut clip.draws()),
        };
        Self { size: clip.size, frames: clip.frames.max(1), ground, movers }
    }

    /// What the kernel reads of frame `index`.
    pub(super) fn params(&self, index: u32) -> Params {
        let mut params: Params = bytemuck::Zeroable::zeroed();
        params.ground = self.ground;
        params.count = self.movers.len() as u32;
        for (shape, mover) in params.shapes.iter_mut().zip(&self.movers) {
            *shape = Shape {
                kind: mover.kind,
                colour: mover.colour,
                x: self.place(mover.start.0, mover.speed.0, self.size.width, index),
                y: self.place(mover.start.1, mover.speed.1, self.size.height, index),
                reach: mover.reach.min(MAX_REACH),
            };
        }
        params
    }

    /// A centre's coordinate in frame `index`, wrapped to the side, 1/16 px. The products stay below 2^62: a side is below
    /// 2^18, a speed at most 2^10, and so on.
    fn place(&self, start: i64, speed: i64, side: u32, index: u32) -> i32 {
        let side = i64::from(side) * 16;
        let way = (side * speed * i64::from(index)).div_euclid(256 * i64::from(self.frames));
        (start + way).rem_euclid(side) as i32
    }
}

/// The scene that other tools draw: a red disc of diameter 30, a green square of side 25 and a blue disc of diameter 20.
fn canonical(size: Size) -> Vec<Mover> {
    let (w, h) = (i64::from(size.width) * 16, i64::from(size.height) * 16);
    let mover = |kind, colour, reach, start, speed| Mover { kind, colour, reach, start, speed };
    vec![
        mover(DISC, rgb(255, 0, 0), disc(30), (0, h / 2), (512, 0)),
        mover(SQUARE, rgb(0, 255, 0), 25 * 8, (w / 2, 0), (0, 512)),
        mover(DISC, rgb(0, 0, 255), disc(20), (w, h), (-384, -384)),
    ]
}

/// The reach of a disc, 1/16 px. Half a pixel more than the radius: so it includes the pixels that lie on its rim, and no rim
/// ends in a single pixel.
fn disc(diameter: i32) -> i32 {
    diameter * 8 + 8
}

/// Three to nine shapes over a dark ground, a 24th to a 7th of the shorter side each. Value-stable: the order of the draws.
fn unique(size: Size, rng: &mut Stream) -> (u32, Vec<Mover>) {
    let shorter = size.width.min(size.height) as i32 * 16;
    let ground = rgb(rng.random_range(0..48), rng.random_range(0..48), rng.random_range(0..48));
    let count = rng.random_range(3..=9_u32).min(MAX_SHAPES as u32);
    let movers = (0..count).map(|_| Mover {
        kind: if rng.random_range(0..5_u32) < 3 { DISC } else { SQUARE },
        colour: bright(rng),
        reach: rng.random_range(shorter / 48..=shorter / 14).max(8),
        start: (rng.random_range(0..i64::from(size.width) * 16), rng.random_range(0..i64::from(size.height) * 16)),
        speed: match rng.random_range(0..3_u32) {
            0 => (speed(rng), 0),
            1 => (0, speed(rng)),
            _ => (speed(rng), speed(rng)),
        },
    });
    (ground, movers.collect())
}

/// Half a side to two and a half sides a clip, either way, in 1/256.
fn speed(rng: &mut Stream) -> i64 {
    let speed = rng.random_range(128..=640_i64);
    if rng.random() { speed } else { -speed }
}

/// A colour with one channel of 160 at least.
fn bright(rng: &mut Stream) -> u32 {
    let mut channels = [0, 1, 2].map(|_| rng.random_range(0..256_u32));
    channels[rng.random_range(0..3_u32) as usize] = rng.random_range(160..256);
    rgb(channels[0], channels[1], channels[2])
}
