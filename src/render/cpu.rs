//! The CPU renderer: the rows of scenes by spans, noise by the cipher, straight into the caller's planes. One thread an image or
//! clip; many may be open at once. Knows nothing of kernels.

mod paint;

use std::ops::Range;

use super::yuv::{self, Still};
use super::{Clip, Frames, Pixels, Renderer};
use crate::error::Result;
use crate::frame::{PixelFormat, Planes};
use crate::pattern::noise::Keystream;
use crate::pattern::{Content, Scene};
use paint::Painter;

/// Renders on the CPU. Cheap to make; never fails but for a size that the pattern does not take.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuRenderer;

impl Renderer for CpuRenderer {
    fn name(&self) -> String {
        "cpu".into()
    }

    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>> {
        Ok(match clip.scene()?.content(index) {
            Content::Noise(params) => Box::new(Keystream::new(&params)),
            Content::Drawing(drawing) => {
                let row = vec![0; clip.size.width as usize * 3];
                Box::new(Drawn { painter: Painter::new(drawing, clip.size), y: 0, unread: row.len()..row.len(), row })
            }
        })
    }

    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>> {
        Ok(Box::new(CpuFrames { clip: *clip, scene: clip.scene()?, format, next: first, rows: Vec::new() }))
    }
}

impl Pixels for Keystream {
    fn read(&mut self, rgb: &mut [u8]) -> Result<()> {
        self.fill(rgb);
        Ok(())
    }
}

/// An image of a scene, read row by row.
struct Drawn {
    painter: Painter,
    /// The row that `row` takes next.
    y: u32,
    row: Vec<u8>,
    /// What of `row` was not yet given out.
    unread: Range<usize>,
}

impl Pixels for Drawn {
    fn read(&mut self, mut rgb: &mut [u8]) -> Result<()> {
        while !rgb.is_empty() {
            if self.unread.is_empty() {
                self.painter.row(self.y, &mut self.row);
                self.y += 1;
                self.unread = 0..self.row.len();
            }
            let length = self.unread.len().min(rgb.len());
            let (head, tail) = rgb.split_at_mut(length);
            head.copy_from_slice(&self.row[self.unread.start..][..length]);
            self.unread.start += length;
            rgb = tail;
        }
        Ok(())
    }
}

struct CpuFrames {
    clip: Clip,
    scene: Box<dyn Scene>,
    format: PixelFormat,
    next: u32,
    /// Two rows of noise.
    rows: Vec<u8>,
}

impl Frames for CpuFrames {
    fn read(&mut self, planes: &mut Planes<'_>) -> Result<()> {
        let mut image = Still { planes, format: self.format, size: self.clip.size };
        match self.scene.content(self.next) {
            Content::Drawing(drawing) => Painter::new(drawing, self.clip.size).frame(&mut image),
            Content::Noise(params) => noise_frame(&mut Keystream::new(&params), &mut self.rows, &mut image),
        }
        self.next += 1;
        Ok(())
    }
}

/// Two rows at a time, so that they stay in the first-level cache.
fn noise_frame(stream: &mut Keystream, rows: &mut Vec<u8>, image: &mut Still<'_, '_>) {
    let row = image.size.width as usize * 3;
    rows.resize(2 * row, 0);
    for index in 0..image.pairs() {
        let mut pair = image.pair(index);
        if pair.luma[1].is_empty() {
            stream.fill(&mut rows[..row]);
            yuv::convert(&rows[..row], &rows[..row], &mut pair);
        } else {
            stream.fill(rows);
            let (top, bottom) = rows.split_at(row);
            yuv::convert(top, bottom, &mut pair);
        }
    }
}
