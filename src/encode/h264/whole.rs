//! Frames that come as a whole, read in blocks: what is new is found by comparing each frame with the one before. For who has no scene
//! to ask. Knows nothing of codes.

use super::picture::{HALF, Picture};
use crate::error::Result;
use crate::frame::{BLOCK, Block, Blocks, PlaneMut, Planes, Size, Vector};

/// Fills the planes of one frame after the other, in [`crate::frame::PixelFormat::I420`].
pub type Fill<'a> = Box<dyn FnMut(&mut Planes<'_>) -> Result<()> + 'a>;

/// See the module.
pub struct WholeFrames<'a> {
    fill: Fill<'a>,
    size: Size,
    now: Picture,
    last: Picture,
    /// Frames that were read.
    done: u64,
    changed: Vec<u64>,
    /// Words of `changed` in a row.
    words: usize,
}

impl<'a> WholeFrames<'a> {
    /// Frames of this size.
    ///
    /// # Errors
    /// [`crate::error::Error::Memory`].
    pub fn new(size: Size, fill: Fill<'a>) -> Result<Self> {
        let [columns, rows] = [size.width, size.height].map(|side| (side as usize).div_ceil(BLOCK));
        let words = columns.div_ceil(64);
        let (now, last) = (Picture::new(columns, rows)?, Picture::new(columns, rows)?);
        Ok(Self { fill, size, now, last, done: 0, changed: vec![u64::MAX; words * rows], words })
    }
}

impl Blocks for WholeFrames<'_> {
    fn advance(&mut self) -> Result<()> {
        std::mem::swap(&mut self.now, &mut self.last);
        let stride = self.now.stride();
        let Picture { y, c: [cb, cr], .. } = &mut self.now;
        let mut planes = vec![
            PlaneMut { data: y, stride },
            PlaneMut { data: cb, stride: stride / 2 },
            PlaneMut { data: cr, stride: stride / 2 },
        ];
        (self.fill)(&mut planes)?;
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        for (plane, (width, height)) in
            planes.iter_mut().zip([(width, height), (width / 2, height / 2), (width / 2, height / 2)])
        {
            extend(plane, width, height);
        }
        self.done += 1;
        if self.done > 1 {
            self.changed.fill(0);
            for row in 0..self.now.rows {
                for column in (0..self.now.columns).filter(|column| !self.now.agrees(&self.last, *column, row)) {
                    self.changed[row * self.words + column / 64] |= 1 << (column % 64);
                }
            }
        }
        Ok(())
    }

    fn changed(&self, row: usize) -> &[u64] {
        &self.changed[row * self.words..][..self.words]
    }

    fn read(&mut self, column: usize, row: usize, block: &mut Block) -> bool {
        let (x, y) = (column * BLOCK, row * BLOCK);
        self.now.luma::<BLOCK>(x, y, [0, 0], &mut block.y);
        self.now.chroma::<HALF>(x / 2, y / 2, [0, 0], 0, block);
        let flat = |plane: &[u8]| plane.iter().all(|pixel| *pixel == plane[0]);
        flat(&block.y) && flat(&block.c[0]) && flat(&block.c[1])
    }

    fn vectors(&mut self, _column: usize, _row: usize, _vectors: &mut Vec<Vector>) {}
}

/// Repeats the last column and row up to the plane's end.
fn extend(plane: &mut PlaneMut<'_>, width: usize, height: usize) {
    let stride = plane.stride;
    for row in plane.data.chunks_exact_mut(stride).take(height) {
        let last = row[width - 1];
        row[width..].fill(last);
    }
    let (known, rest) = plane.data.split_at_mut(height * stride);
    rest.chunks_exact_mut(stride).for_each(|row| row.copy_from_slice(&known[(height - 1) * stride..]));
}
