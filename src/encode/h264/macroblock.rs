//! The syntax of a macroblock (Rec. ITU-T H.264, 7.3.5): a choice that was made becomes codes, and leaves behind what its
//! neighbours' codes depend on. Knows nothing of pixels.

use super::bits::Bits;
use super::cavlc::{self, Context};
use super::motion::{expected, expected_of_whole};
use super::tables::PATTERN_NUMBER;
use crate::frame::Vector;

/// The blocks of a macroblock's luma in the order of coding, as places row by row.
pub(super) const ORDER: [usize; 16] = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15];

/// How a macroblock is divided for displacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Whole,
    Rows,
    Columns,
    Quarters,
}

impl Shape {
    pub(super) const ALL: [Self; 4] = [Self::Whole, Self::Rows, Self::Columns, Self::Quarters];

    /// The first quarter of each part.
    pub(super) fn parts(self) -> &'static [usize] {
        match self {
            Self::Whole => &[0],
            Self::Rows => &[0, 2],
            Self::Columns => &[0, 1],
            Self::Quarters => &[0, 1, 2, 3],
        }
    }

    /// Which part a quarter belongs to.
    pub(super) fn part_of(self, quarter: usize) -> usize {
        match self {
            Self::Whole => 0,
            Self::Rows => quarter / 2,
            Self::Columns => quarter % 2,
            Self::Quarters => quarter,
        }
    }
}

/// What predicts a macroblock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The frame before, at displacements.
    Inter(Shape),
    /// The neighbours, as a whole; the mode.
    Intra16(u8),
    /// The neighbours, block by block.
    Intra4,
}

/// A macroblock as it is coded. Blocks are counted row by row.
#[derive(Debug, Clone)]
pub(super) struct Coded {
    pub(super) kind: Kind,
    /// Displacements of the quarters.
    pub(super) vectors: [Vector; 4],
    /// Modes of Intra4's blocks.
    pub(super) modes: [u8; 16],
    /// Chroma's mode: 0 DC, 1 horizontal, 2 vertical.
    pub(super) chroma_mode: u8,
    pub(super) quantiser: u8,
    /// Levels of Intra16's DC coefficients.
    pub(super) luma_dc: [i16; 16],
    /// Levels of luma, and which of them are not 0; of Intra16 without the first.
    pub(super) luma: [[i16; 16]; 16],
    pub(super) luma_masks: [u16; 16],
    /// Levels of chroma's DC coefficients.
    pub(super) chroma_dc: [[i16; 4]; 2],
    /// Levels of chroma without the first, and which of them are not 0.
    pub(super) chroma: [[[i16; 16]; 4]; 2],
    pub(super) chroma_masks: [[u16; 4]; 2],
}

impl Coded {
    /// Nothing but its prediction.
    pub(super) fn bare(kind: Kind, quantiser: u8) -> Self {
        Self {
            kind,
            vectors: [[0; 2]; 4],
            modes: [2; 16],
            chroma_mode: 0,
            quantiser,
            luma_dc: [0; 16],
            luma: [[0; 16]; 16],
            luma_masks: [0; 16],
            chroma_dc: [[0; 4]; 2],
            chroma: [[[0; 16]; 4]; 2],
            chroma_masks: [[0; 4]; 2],
        }
    }

    /// A bit for each quarter of luma that has levels.
    fn luma_pattern(&self) -> u8 {
        let has = |quarter: usize| (4 * quarter..4 * quarter + 4).any(|number| self.luma_masks[ORDER[number]] != 0);
        (0..4).map(|quarter| u8::from(has(quarter)) << quarter).sum()
    }

    /// 0 when chroma has no levels, 1 when only its DC has, else 2.
    fn chroma_pattern(&self) -> u8 {
        if self.chroma_masks.iter().flatten().any(|mask| *mask != 0) {
            return 2;
        }
        u8::from(self.chroma_dc.iter().flatten().any(|level| *level != 0))
    }

    /// How many levels of luma and of chroma's finer coefficients are not 0.
    pub(super) fn levels(&self) -> u32 {
        let luma: [u64; 4] = bytemuck::cast(self.luma_masks);
        let chroma: [u64; 2] = bytemuck::cast(self.chroma_masks);
        luma.iter().chain(&chroma).map(|masks| masks.count_ones()).sum()
    }

    /// Whether there is anything but the prediction.
    pub(super) fn has_levels(&self) -> bool {
        self.luma_masks != [0; 16] || self.chroma_pattern() != 0 || self.luma_dc != [0; 16]
    }
}

/// What a macroblock's neighbours need to know of it; at first of one that is skipped and did not move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace {
    pub(super) intra: bool,
    pub(super) vectors: [Vector; 4],
    /// Levels that are not 0 of each block of luma ..
    pub(super) luma: [u8; 16],
    /// .. and of chroma.
    pub(super) chroma: [[u8; 4]; 2],
    /// Modes of the blocks of luma, DC where there are none.
    pub(super) modes: [u8; 16],
}

impl Default for Trace {
    fn default() -> Self {
        Self { intra: false, vectors: [[0; 2]; 4], luma: [0; 16], chroma: [[0; 4]; 2], modes: [2; 16] }
    }
}

/// The neighbours that were coded before; none beyond the picture's edge.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    pub(super) left: Option<&'a Trace>,
    pub(super) above: Option<&'a Trace>,
    pub(super) above_left: Option<&'a Trace>,
    pub(super) above_right: Option<&'a Trace>,
}

impl Around<'_> {
    /// The mode that is expected of block `at`, whose forerunners' modes are known.
    pub(super) fn expected_mode(&self, modes: &[u8; 16], at: usize) -> u8 {
        let left = if !at.is_multiple_of(4) { Some(modes[at - 1]) } else { self.left.map(|trace| trace.modes[at + 3]) };
        let above = if at >= 4 { Some(modes[at - 4]) } else { self.above.map(|trace| trace.modes[at + 12]) };
        left.zip(above).map_or(2, |(left, above)| left.min(above))
    }

    /// nC of a block of luma.
    fn luma_context(&self, counts: &[u8; 16], at: usize) -> Context {
        let left = if !at.is_multiple_of(4) { Some(counts[at - 1]) } else { self.left.map(|trace| trace.luma[at + 3]) };
        let above = if at >= 4 { Some(counts[at - 4]) } else { self.above.map(|trace| trace.luma[at + 12]) };
        context(left, above)
    }

    /// nC of a block of chroma.
    fn chroma_context(&self, counts: &[u8; 4], plane: usize, at: usize) -> Context {
        let left = if !at.is_multiple_of(2) {
            Some(counts[at - 1])
        } else {
            self.left.map(|trace| trace.chroma[plane][at + 1])
        };
        let above = if at >= 2 { Some(counts[at - 2]) } else { self.above.map(|trace| trace.chroma[plane][at + 2]) };
        context(left, above)
    }
}

fn context(left: Option<u8>, above: Option<u8>) -> Context {
    Context::Count(match (left, above) {
        (Some(left), Some(above)) => (left + above).div_ceil(2),
        (left, above) => left.or(above).unwrap_or(0),
    })
}

/// Where a macroblock is written: among its neighbours, in a slice of one kind, behind others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) around: Around<'a>,
    /// Whether the slice is P.
    pub(super) inter: bool,
    /// The quantiser of the last macroblock that had one.
    pub(super) quantiser: u8,
}

/// Writes a macroblock that is not skipped, from its type on. Returns what its neighbours need to know, and the quantiser that
/// the next one's is told against.
pub(super) fn write<B: Bits>(coded: &Coded, place: &Place<'_>, out: &mut B) -> (Trace, u8) {
    let (luma, chroma) = (coded.luma_pattern(), coded.chroma_pattern());
    let offset = if place.inter { 5 } else { 0 };
    match coded.kind {
        Kind::Inter(shape) => write_vectors(coded, shape, &place.around, out),
        Kind::Intra4 => {
            out.ue(offset);
            write_modes(coded, &place.around, out);
            out.ue(coded.chroma_mode.into());
        }
        Kind::Intra16(mode) => {
            out.ue(offset + 1 + u32::from(mode) + 4 * u32::from(chroma) + if luma != 0 { 12 } else { 0 });
            out.ue(coded.chroma_mode.into());
        }
    }
    let pattern = usize::from(luma | chroma << 4);
    let whole = matches!(coded.kind, Kind::Intra16(_));
    if !whole {
        out.ue(PATTERN_NUMBER[usize::from(coded.kind != Kind::Intra4)][pattern].into());
    }
    let mut trace = Trace { intra: true, ..Trace::default() };
    match coded.kind {
        Kind::Inter(_) => (trace.intra, trace.vectors) = (false, coded.vectors),
        Kind::Intra4 => trace.modes = coded.modes,
        Kind::Intra16(_) => {}
    }
    if pattern == 0 && !whole {
        return (trace, place.quantiser);
    }
    // mb_qp_delta, in -26..=25: it goes round a circle of 52.
    out.se((i32::from(coded.quantiser) - i32::from(place.quantiser) + 26).rem_euclid(52) - 26);
    write_luma(coded, luma, &place.around, &mut trace, out);
    write_chroma(coded, chroma, &place.around, &mut trace, out);
    (trace, coded.quantiser)
}

/// Writes a macroblock that is nothing but its prediction, as [`write`] would.
pub(super) fn write_bare<B: Bits>(kind: Kind, vector: Vector, chroma: u8, place: &Place<'_>, out: &mut B) -> Trace {
    let offset = if place.inter { 5 } else { 0 };
    match kind {
        Kind::Inter(_) => {
            out.ue(0);
            let expected = expected_of_whole(&place.around);
            (0..2).for_each(|axis| out.se(4 * (i32::from(vector[axis]) - i32::from(expected[axis]))));
            out.ue(0); // coded_block_pattern: nothing
            Trace { vectors: [vector; 4], ..Trace::default() }
        }
        Kind::Intra16(mode) => {
            out.ue(offset + 1 + u32::from(mode));
            out.ue(chroma.into());
            out.se(0); // mb_qp_delta
            cavlc::block(out, &[0; 16], 0, place.around.luma_context(&[0; 16], 0));
            Trace { intra: true, ..Trace::default() }
        }
        Kind::Intra4 => Trace::default(),
    }
}

/// The type of an Inter macroblock and its vectors, in quarters of a pixel.
fn write_vectors<B: Bits>(coded: &Coded, shape: Shape, around: &Around<'_>, out: &mut B) {
    out.ue(shape as u32);
    if shape == Shape::Quarters {
        (0..4).for_each(|_| out.ue(0)); // each of 8 x 8
    }
    for (part, quarter) in shape.parts().iter().enumerate() {
        let (vector, expected) = (coded.vectors[*quarter], expected(around, &coded.vectors, shape, part));
        (0..2).for_each(|axis| out.se(4 * (i32::from(vector[axis]) - i32::from(expected[axis]))));
    }
}

fn write_modes<B: Bits>(coded: &Coded, around: &Around<'_>, out: &mut B) {
    for at in ORDER {
        let (mode, expected) = (coded.modes[at], around.expected_mode(&coded.modes, at));
        if mode == expected {
            out.put(1, 1);
        } else {
            out.put(u32::from(mode - u8::from(mode > expected)), 4);
        }
    }
}

fn write_luma<B: Bits>(coded: &Coded, pattern: u8, around: &Around<'_>, trace: &mut Trace, out: &mut B) {
    let whole = matches!(coded.kind, Kind::Intra16(_));
    if whole {
        let context = around.luma_context(&trace.luma, 0);
        cavlc::block(out, &coded.luma_dc, cavlc::mask(&coded.luma_dc), context);
    }
    for (number, at) in ORDER.into_iter().enumerate() {
        if pattern >> (number / 4) & 1 == 0 && !(whole && pattern != 0) {
            continue;
        }
        let context = around.luma_context(&trace.luma, at);
        let (levels, mask) = (&coded.luma[at], coded.luma_masks[at]);
        let (levels, mask) = if whole { (&levels[1..], mask >> 1) } else { (&levels[..], mask) };
        trace.luma[at] = cavlc::block(out, levels, mask, context);
    }
}

fn write_chroma<B: Bits>(coded: &Coded, pattern: u8, around: &Around<'_>, trace: &mut Trace, out: &mut B) {
    if pattern > 0 {
        for levels in &coded.chroma_dc {
            cavlc::block(out, levels, cavlc::mask(levels), Context::ChromaDc);
        }
    }
    if pattern > 1 {
        for plane in 0..2 {
            for at in 0..4 {
                let context = around.chroma_context(&trace.chroma[plane], plane, at);
                let (levels, mask) = (&coded.chroma[plane][at], coded.chroma_masks[plane][at]);
                trace.chroma[plane][at] = cavlc::block(out, &levels[1..], mask >> 1, context);
            }
        }
    }
}
