//! The PATTERNS table: what a clip can show. A pattern is one row here, one shader and its CPU twin of the same stem. Host
//! arithmetic (motion, palettes, text) ends in a pattern's `Params`; the twins only test pixels, in 32-bit integers. Knows
//! nothing of devices, pixel formats or encoders.

mod angle;
pub(crate) mod font;
pub mod grid_clock;
pub mod moving_shapes;
pub mod noise;
mod span;

use rand::SeedableRng;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::error::{Error, Result};
use crate::frame::{Size, Vector};
use crate::seed::{Noise, Stream};

pub use span::Span;

/// What a clip shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Discs and squares that move and wrap at the edges.
    MovingShapes,
    /// A clock over a grid, with the frame's number.
    GridClock,
    /// Every pixel's R, G and B uniform, fresh each frame.
    Noise,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The pattern.
    pub pattern: Pattern,
    /// Its name on the command line and in files, and the stem of its shader and its twin.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its kernel: WGSL sources, to be concatenated in this order.
    pub shader: &'static [&'static str],
    open: fn(&Clip) -> Box<dyn Scene>,
}

const COMMON: &str = include_str!("../shaders/common.wgsl");
const DRAWN: &str = include_str!("../shaders/drawn.wgsl");

/// Every pattern, in the order of the help.
pub const PATTERNS: &[Row] = &[
    Row {
        pattern: Pattern::MovingShapes,
        name: "moving_shapes",
        help: "discs and squares that move and wrap at the edges",
        shader: &[COMMON, DRAWN, include_str!("../shaders/moving_shapes.wgsl")],
        open: moving_shapes::open,
    },
    Row {
        pattern: Pattern::GridClock,
        name: "grid_clock",
        help: "a clock over a grid, with the frame's number",
        shader: &[COMMON, DRAWN, include_str!("../shaders/grid_clock.wgsl")],
        open: grid_clock::open,
    },
    Row {
        pattern: Pattern::Noise,
        name: "noise",
        help: "uniform noise, fresh each frame; hard to compress",
        shader: &[COMMON, include_str!("../shaders/noise.wgsl")],
        open: noise::open,
    },
];

impl Pattern {
    /// Its row of [`PATTERNS`].
    #[must_use]
    pub fn row(self) -> &'static Row {
        &PATTERNS[self as usize]
    }
}

impl Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.row().name)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let row = PATTERNS.iter().find(|row| row.name == name);
        row.map(|row| row.pattern).ok_or_else(|| de::Error::custom(format!("there is no pattern {name:?}")))
    }
}

/// Whether clips differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SceneStyle {
    /// Each clip is one of its own.
    Unique,
    /// The scene that other tools draw, the same each time.
    Canonical,
}

/// What is to be rendered. A noise image is the first frame of a noise clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clip {
    /// What it shows.
    pub pattern: Pattern,
    /// Whether it is one of its own, drawn from `noise`, or the scene that other tools draw.
    pub style: SceneStyle,
    /// Pixels of each frame.
    pub size: Size,
    /// Frames, 1..; the motion of a scene goes once through its course in so many.
    pub frames: u32,
    /// The keystream of the noise, and the source of a unique scene's parameters.
    pub noise: Noise,
}

/// The most pixels a side of a scene that is drawn. Up to here no product in a kernel leaves 32 bits. Noise has no such cap.
pub const MAX_SIDE: u32 = 16_384;

/// The scene of one clip, all its randomness drawn.
pub trait Scene: Send + Sync {
    /// What frame `index` (from 0) shows.
    fn content(&self, index: u32) -> Content;

    /// How what moves came from where it lay in the frame before `index` (1..); none where nothing does.
    fn motion(&self, _index: u32) -> Option<Motion> {
        None
    }
}

/// Adds where, seen from a point (x, y) of a frame, what moves there lay in the frame before: a guess, in whole pixels. What stands
/// still and what is far from the point adds nothing.
pub type Motion = Box<dyn Fn(i32, i32, &mut Vec<Vector>) + Send>;

/// What one frame shows.
pub enum Content {
    /// Shapes over a ground.
    Drawing(Box<dyn Drawing>),
    /// A keystream.
    Noise(noise::Params),
}

/// One frame of shapes over a ground. Colours are R | G << 8 | B << 16.
pub trait Drawing: Send {
    /// The kernel's `Params`, as bytes.
    fn params(&self) -> &[u8];

    /// The colour of a pixel: the plain twin of the kernel.
    fn pixel(&self, x: u32, y: u32) -> u32;

    /// The colour of a pixel where no shape lies.
    fn ground(&self, x: u32, y: u32) -> u32;

    /// Rows of the same class (0 or 1) have the same ground. The ground is the same in every frame of a clip.
    fn ground_class(&self, y: u32) -> usize;

    /// Pixels after which the ground repeats, in x and in y, 1..
    fn ground_period(&self) -> u32;

    /// Adds the pixels of row `y` that shapes cover, in the order of painting, cut to `0..width`.
    fn spans(&self, y: u32, width: u32, spans: &mut Vec<Span>);
}

impl Clip {
    /// Its scene.
    ///
    /// # Errors
    /// [`Error::Request`] when a side of a scene other than noise is over [`MAX_SIDE`].
    pub fn scene(&self) -> Result<Box<dyn Scene>> {
        let Size { width, height } = self.size;
        if self.pattern != Pattern::Noise && width.max(height) > MAX_SIDE {
            let flag = if width >= height { "video.width" } else { "video.height" };
            let problem = format!("{width}x{height} is too large for {}", self.pattern.row().name);
            return Err(Error::request(flag, problem, format!("give at most {MAX_SIDE} pixels a side")));
        }
        Ok((self.pattern.row().open)(self))
    }

    /// The stream that a unique scene is drawn from.
    fn draws(&self) -> Stream {
        let mut rng = Stream::from_seed(self.noise.key);
        rng.set_stream(self.noise.stream);
        rng
    }
}

impl Content {
    /// The kernel's `Params`, as bytes.
    #[must_use]
    pub fn params(&self) -> &[u8] {
        match self {
            Self::Drawing(drawing) => drawing.params(),
            Self::Noise(params) => bytemuck::bytes_of(params),
        }
    }

    /// The colour of a pixel, computed as the kernel does: slow, for comparison.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> u32 {
        match self {
            Self::Drawing(drawing) => drawing.pixel(x, y),
            Self::Noise(params) => noise::pixel(x, y, params),
        }
    }
}

/// A colour: R | G << 8 | B << 16.
const fn rgb(r: u32, g: u32, b: u32) -> u32 {
    r | g << 8 | b << 16
}
