//! Which shapes a clip has and where they are in each frame: exact integer arithmetic, the same on every machine. Knows nothing
//! of pixels.

use rand::RngExt;

use super::{DISC, MAX_REACH, MAX_SHAPES, Params, SQUARE, Shape};
use crate::frame::{Size, Vector};
use crate::pattern::{Clip, Motion, SceneStyle, rgb};
use crate::seed::Stream;

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
    x: Way,
    y: Way,
}

/// How one coordinate of a centre changes; it wraps at the side.
enum Way {
    /// In integers.
    Exact {
        /// 1/16 px.
        start: i64,
        /// Sides in the whole clip, in 1/256.
        speed: i64,
    },
    /// In whole pixels, rounded down from the floating-point numbers of the tools whose scene this is.
    Rounded {
        /// Pixels.
        start: u32,
        /// Sides in the whole clip.
        speed: f64,
    },
}

impl Way {
    /// The coordinate in frame `index` of `frames`, 1/16 px. The integers' products stay below 2^62: a side is below 2^18, a
    /// speed at most 2^10, and so on.
    fn place(&self, side: u32, index: u32, frames: u32) -> i32 {
        match *self {
            Self::Exact { start, speed } => {
                let side = i64::from(side) * 16;
                let way = (side * speed * i64::from(index)).div_euclid(256 * i64::from(frames));
                (start + way).rem_euclid(side) as i32
            }
            Self::Rounded { start, speed } => {
                // The order of these operations is theirs: another one would round otherwise.
                let step = f64::from(side) / f64::from(frames) * speed;
                let place = f64::from(start) + step * f64::from(index);
                place.rem_euclid(f64::from(side)).floor() as i32 * 16
            }
        }
    }
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
                x: mover.x.place(self.size.width, index, self.frames),
                y: mover.y.place(self.size.height, index, self.frames),
                reach: mover.reach.min(MAX_REACH),
            };
        }
        params
    }

    /// The ways of the shapes to frame `index`, as whole pixels around the exact ones; each counts near its shape.
    pub(super) fn motion(&self, index: u32) -> Motion {
        let ways: Vec<_> = self.movers.iter().filter_map(|mover| self.way(mover, index)).collect();
        Box::new(move |x, y, vectors| {
            let near = |way: &&Moved| (0..2).all(|axis| ([x, y][axis] * 16 - way.place[axis]).abs() <= way.near);
            for vector in ways.iter().filter(near).flat_map(|way| &way.vectors) {
                if !vectors.contains(vector) {
                    vectors.push(*vector);
                }
            }
        })
    }

    /// None where a shape wraps at a side.
    fn way(&self, mover: &Mover, index: u32) -> Option<Moved> {
        let axes = [(&mover.x, self.size.width), (&mover.y, self.size.height)];
        let [now, last] = [index, index - 1].map(|index| axes.map(|(way, side)| way.place(side, index, self.frames)));
        let wraps = |axis: usize| now[axis].abs_diff(last[axis]) > axes[axis].1 * 8;
        // Each side of a shape is rounded for itself: down, or up.
        let [(left, right), (upper, lower)] = [0, 1].map(|axis| {
            let way = last[axis] - now[axis];
            ((way >> 4) as i16, -(-way >> 4) as i16)
        });
        let mut vectors = vec![[left, upper], [right, lower], [left, lower], [right, upper]];
        vectors.dedup();
        (!wraps(0) && !wraps(1)).then(|| Moved { place: now, near: mover.reach + NEAR, vectors })
    }
}

/// A shape that moved.
struct Moved {
    /// Its centre, 1/16 px.
    place: [i32; 2],
    /// How far from its centre in x and y its way counts, 1/16 px.
    near: i32,
    vectors: Vec<Vector>,
}

/// What a point may be away from a shape whose way counts there, 1/16 px.
const NEAR: i32 = 16 * 16;

/// The scene that other tools draw: a red disc of diameter 30, a green square of side 25 and a blue disc of diameter 20.
fn canonical(size: Size) -> Vec<Mover> {
    let Size { width, height } = size;
    let mover = |kind, colour, reach, x: (u32, f64), y: (u32, f64)| {
        let [x, y] = [x, y].map(|(start, speed)| Way::Rounded { start, speed });
        Mover { kind, colour, reach, x, y }
    };
    vec![
        mover(DISC, rgb(255, 0, 0), disc(30), (0, 2.0), (height / 2, 0.0)),
        mover(SQUARE, rgb(0, 255, 0), 25 * 8, (width / 2, 0.0), (0, 2.0)),
        mover(DISC, rgb(0, 0, 255), disc(20), (width, -1.5), (height, -1.5)),
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
    let movers = (0..count).map(|_| {
        let kind = if rng.random_range(0..5_u32) < 3 { DISC } else { SQUARE };
        let colour = bright(rng);
        let reach = rng.random_range(shorter / 48..=shorter / 14).max(8);
        let starts = [size.width, size.height].map(|side| rng.random_range(0..i64::from(side) * 16));
        let speeds = match rng.random_range(0..3_u32) {
            0 => [speed(rng), 0],
            1 => [0, speed(rng)],
            _ => [speed(rng), speed(rng)],
        };
        let [x, y] = [0, 1].map(|axis| Way::Exact { start: starts[axis], speed: speeds[axis] });
        Mover { kind, colour, reach, x, y }
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
