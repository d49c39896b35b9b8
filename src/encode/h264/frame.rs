//! Frames into slices: what did not change is skipped, what did is decided on and written, and both pictures agree again at the end.

use super::bits::{BitWriter, Bits};
use super::choice::{Effort, Site, Verdict};
use super::headers::Slice;
use super::macroblock::{Around, Coded, Kind, Place, Shape, Trace, write, write_bare};
use super::motion::{expected_of_whole, skipped};
use super::picture::Picture;
use super::residual::lambda;
use super::search::root;
use crate::error::Result;
use crate::frame::{Block, Blocks, Vector};

/// What of a clip was coded so far, as a decoder sees it.
pub(super) struct Coder {
    /// The frame before ..
    reference: Picture,
    /// .. and the one that is being coded: the same, but for the macroblocks in `made`.
    current: Picture,
    made: Vec<Made>,
    /// Squared differences of each plane from what was rendered, of each macroblock and of all.
    errors: Vec<[u32; 3]>,
    error: [u64; 3],
    /// Traces of the row of macroblocks above, and of this one.
    above: Row,
    here: Row,
    out: BitWriter,
    source: Block,
    vectors: Vec<Vector>,
    /// What a bit is worth in this frame: in squared and in absolute differences.
    lambda: u64,
    weight: u32,
    /// Macroblocks that were skipped since the last one that was written.
    run: u32,
    /// The quantiser that the next macroblock's is told against.
    quantiser: u8,
    /// Whether the first level that is written is to be of the wrong sign, to see whether that is found.
    #[cfg(test)]
    pub(super) canary: bool,
}

/// A macroblock of the present frame: its column and row, and its squared differences in the frame before.
type Made = (usize, usize, [u32; 3]);

/// Traces of a row of macroblocks, most of them those of skipped ones.
struct Row {
    traces: Vec<Trace>,
    /// Those that are something else.
    touched: Vec<usize>,
}

impl Row {
    fn new(columns: usize) -> Self {
        Self { traces: vec![Trace::default(); columns], touched: Vec::new() }
    }

    fn clear(&mut self) {
        self.touched.drain(..).for_each(|column| self.traces[column] = Trace::default());
    }

    fn set(&mut self, column: usize, trace: Trace) {
        self.traces[column] = trace;
        self.touched.push(column);
    }
}

impl Coder {
    /// For frames of so many macroblocks.
    ///
    /// # Errors
    /// [`crate::error::Error::Memory`].
    pub(super) fn new(columns: usize, rows: usize) -> Result<Self> {
        Ok(Self {
            reference: Picture::new(columns, rows)?,
            current: Picture::new(columns, rows)?,
            made: Vec::new(),
            errors: vec![[0; 3]; columns * rows],
            error: [0; 3],
            above: Row::new(columns),
            here: Row::new(columns),
            out: BitWriter::default(),
            source: Block::default(),
            vectors: Vec::new(),
            lambda: 0,
            weight: 0,
            run: 0,
            quantiser: 0,
            #[cfg(test)]
            canary: false,
        })
    }

    /// Codes the frame that `blocks` has come to, and adds its slice. [`Coder::keep`] or [`Coder::undo`] has to follow.
    pub(super) fn code(&mut self, blocks: &mut dyn Blocks, slice: &Slice, effort: Effort, out: &mut Vec<u8>) {
        self.out.clear();
        slice.write(&mut self.out);
        (self.run, self.quantiser) = (0, slice.quantiser);
        self.lambda = lambda(slice.quantiser);
        self.weight = root(self.lambda);
        self.above.clear();
        for row in 0..self.current.rows {
            std::mem::swap(&mut self.above, &mut self.here);
            self.here.clear();
            self.code_row(blocks, row, slice, effort);
        }
        if self.run > 0 {
            self.out.ue(self.run);
        }
        slice.pack(self.out.finish(), out);
        self.here.clear();
    }

    /// Makes the frame that was coded the one before.
    pub(super) fn keep(&mut self) {
        for (column, row, _) in self.made.drain(..) {
            self.reference.copy(&self.current, column, row);
        }
    }

    /// Forgets the frame that was coded.
    pub(super) fn undo(&mut self) {
        while let Some((column, row, errors)) = self.made.pop() {
            self.current.copy(&self.reference, column, row);
            self.note(column, row, errors);
        }
    }

    fn code_row(&mut self, blocks: &mut dyn Blocks, row: usize, slice: &Slice, effort: Effort) {
        let columns = self.current.columns;
        let mut column = 0;
        while column < columns {
            let next = if slice.key { column } else { next_set(blocks.changed(row), column).min(columns) };
            self.run += (next - column) as u32;
            column = next;
            // Behind what moved, what did not may have to say so.
            while column < columns && (slice.key || is_set(blocks.changed(row), column)) {
                self.code_changed(blocks, column, row, slice, effort);
                column += 1;
            }
            if column > 0 && column < columns && next < column {
                self.code_unchanged(column, row);
                column += 1;
            }
        }
    }

    /// What is known around a macroblock.
    fn around<'a>(here: &'a Row, above: &'a Row, column: usize, row: usize) -> Around<'a> {
        let above = |column: usize| (row > 0).then(|| above.traces.get(column)).flatten();
        Around {
            left: column.checked_sub(1).map(|column| &here.traces[column]),
            above: above(column),
            above_left: column.checked_sub(1).and_then(above),
            above_right: above(column + 1),
        }
    }

    fn code_changed(&mut self, blocks: &mut dyn Blocks, column: usize, row: usize, slice: &Slice, effort: Effort) {
        let flat = blocks.read(column, row, &mut self.source);
        self.vectors.clear();
        if !slice.key {
            blocks.vectors(column, row, &mut self.vectors);
        }
        let around = Self::around(&self.here, &self.above, column, row);
        let place = Place { around, inter: !slice.key, quantiser: self.quantiser };
        let site = Site {
            reference: &self.reference,
            current: &mut self.current,
            column,
            row,
            place,
            expected: expected_of_whole(&around),
            source: &self.source,
            quantiser: slice.quantiser,
            lambda: self.lambda,
            weight: self.weight,
            effort,
            vectors: &self.vectors,
        };
        let verdict = site.decide(flat);
        self.made.push((column, row, self.errors[row * self.current.columns + column]));
        let exact = flat && !matches!(verdict, Verdict::Code(_));
        self.note(column, row, if exact { [0; 3] } else { self.current.error_at(column, row, &self.source) });
        match verdict {
            Verdict::Skip(vector) => {
                self.run += 1;
                if vector != [0, 0] {
                    self.here.set(column, Trace { vectors: [vector; 4], ..Trace::default() });
                }
            }
            Verdict::Bare(kind, vector, chroma) => self.write_bare((kind, vector, chroma), column, row, !slice.key),
            Verdict::Code(coded) => self.write(&coded, column, row, !slice.key),
        }
    }

    /// Keeps count of squared differences.
    fn note(&mut self, column: usize, row: usize, now: [u32; 3]) {
        let known = &mut self.errors[row * self.current.columns + column];
        for plane in 0..3 {
            self.error[plane] += u64::from(now[plane]);
            self.error[plane] -= u64::from(known[plane]);
        }
        *known = now;
    }

    /// Skips a macroblock that did not change, or says that it did not move where its neighbours lead to expect that it did.
    fn code_unchanged(&mut self, column: usize, row: usize) {
        if skipped(&Self::around(&self.here, &self.above, column, row)) == [0, 0] {
            self.run += 1;
            return;
        }
        self.write_bare((Kind::Inter(Shape::Whole), [0, 0], 0), column, row, true);
    }

    fn write_bare(&mut self, (kind, vector, chroma): (Kind, Vector, u8), column: usize, row: usize, inter: bool) {
        if inter {
            self.out.ue(self.run);
            self.run = 0;
        }
        let around = Self::around(&self.here, &self.above, column, row);
        let place = Place { around, inter, quantiser: self.quantiser };
        let trace = write_bare(kind, vector, chroma, &place, &mut self.out);
        self.here.set(column, trace);
    }

    fn write(&mut self, coded: &Coded, column: usize, row: usize, inter: bool) {
        if inter {
            self.out.ue(self.run);
            self.run = 0;
        }
        let around = Self::around(&self.here, &self.above, column, row);
        let place = Place { around, inter, quantiser: self.quantiser };
        #[cfg(test)]
        let coded = &super::tests::sing(&mut self.canary, coded);
        let (trace, quantiser) = write(coded, &place, &mut self.out);
        self.quantiser = quantiser;
        self.here.set(column, trace);
    }

    /// Squared differences of each plane from what was rendered, of the last frame.
    pub(super) fn error(&self) -> [u64; 3] {
        self.error
    }

    /// What a decoder sees.
    pub(super) fn picture(&self) -> &Picture {
        &self.reference
    }
}

fn is_set(words: &[u64], place: usize) -> bool {
    words[place / 64] >> (place % 64) & 1 == 1
}

/// The first place from `from` on that is set; one beyond all when there is none.
fn next_set(words: &[u64], from: usize) -> usize {
    let mut word = from / 64;
    let mut left = words.get(word).map_or(0, |bits| bits & (u64::MAX << (from % 64)));
    while left == 0 {
        word += 1;
        match words.get(word) {
            Some(bits) => left = *bits,
            None => return usize::MAX,
        }
    }
    word * 64 + left.trailing_zeros() as usize
}
