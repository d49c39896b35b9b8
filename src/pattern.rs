//! The PATTERNS table: what a clip can show. A pattern is one row here, one shader and its CPU twin of the same stem.

use serde::Serialize;

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
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
}

/// Every pattern, in the order of the help.
pub const PATTERNS: [Row; 3] = [
    Row {
        pattern: Pattern::MovingShapes,
        name: "moving_shapes",
        help: "discs and squares that move and wrap at the edges",
    },
    Row { pattern: Pattern::GridClock, name: "grid_clock", help: "a clock over a grid, with the frame's number" },
    Row { pattern: Pattern::Noise, name: "noise", help: "uniform noise, fresh each frame; hard to compress" },
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
