//! The planes of a video frame as pairs of luma rows with their chroma row. Knows nothing of colours.

use crate::frame::{PixelFormat, Planes, Size};

/// A frame's planes and their layout.
pub struct Still<'a, 'b> {
    /// The planes, as [`PixelFormat::planes`] has them.
    pub planes: &'a mut Planes<'b>,
    /// Their layout.
    pub format: PixelFormat,
    /// Pixels of the frame.
    pub size: Size,
}

/// Two luma rows and their chroma.
pub struct Pair<'a> {
    /// A byte a pixel each; the second is empty beyond an odd last row.
    pub luma: [&'a mut [u8]; 2],
    /// A byte, or two, for each two columns, rounded up.
    pub chroma: Chroma<'a>,
}

/// Chroma of one row of 2 x 2 blocks.
pub enum Chroma<'a> {
    /// U and V in planes of their own.
    Planar(&'a mut [u8], &'a mut [u8]),
    /// U, V, U, V, ..
    SemiPlanar(&'a mut [u8]),
}

impl Still<'_, '_> {
    /// Pairs of rows, the last one perhaps of one row only.
    #[must_use]
    pub fn pairs(&self) -> u32 {
        self.size.height.div_ceil(2)
    }

    /// The pair of rows `2 * index` and `2 * index + 1`.
    pub fn pair(&mut self, index: u32) -> Pair<'_> {
        let (width, chroma) = (self.size.width as usize, self.size.width.div_ceil(2) as usize);
        let index = index as usize;
        let both = 2 * index + 1 < self.size.height as usize;
        let [luma, rest @ ..] = &mut self.planes[..] else { unreachable!("a frame has planes") };
        let rows = &mut luma.data[2 * index * luma.stride..];
        let (first, second) = if both { rows.split_at_mut(luma.stride) } else { (rows, &mut [][..]) };
        let second_width = if both { width } else { 0 };
        let luma = [&mut first[..width], &mut second[..second_width]];
        let chroma = match (self.format, rest) {
            (PixelFormat::I420, [u, v]) => {
                Chroma::Planar(&mut u.data[index * u.stride..][..chroma], &mut v.data[index * v.stride..][..chroma])
            }
            (PixelFormat::Nv12, [uv]) => Chroma::SemiPlanar(&mut uv.data[index * uv.stride..][..2 * chroma]),
            _ => unreachable!("the planes are not those of the format"),
        };
        Pair { luma, chroma }
    }
}

impl Pair<'_> {
    /// The columns `start..end`; `start` is even.
    #[inline(always)]
    pub fn columns(&mut self, start: usize, end: usize) -> Pair<'_> {
        let (left, right) = (start / 2, end.div_ceil(2));
        let [first, second] = &mut self.luma;
        let second = if second.is_empty() { &mut [][..] } else { &mut second[start..end] };
        let luma = [&mut first[start..end], second];
        let chroma = match &mut self.chroma {
            Chroma::Planar(u, v) => Chroma::Planar(&mut u[left..right], &mut v[left..right]),
            Chroma::SemiPlanar(uv) => Chroma::SemiPlanar(&mut uv[2 * left..2 * right]),
        };
        Pair { luma, chroma }
    }

    /// Copies a pair of the same layout and at least this size.
    pub fn copy_from(&mut self, from: &Pair<'_>) {
        for (to, from) in self.luma.iter_mut().zip(&from.luma) {
            to.copy_from_slice(&from[..to.len()]);
        }
        match (&mut self.chroma, &from.chroma) {
            (Chroma::Planar(u, v), Chroma::Planar(from_u, from_v)) => {
                u.copy_from_slice(from_u);
                v.copy_from_slice(from_v);
            }
            (Chroma::SemiPlanar(uv), Chroma::SemiPlanar(from)) => uv.copy_from_slice(from),
            _ => unreachable!("pairs of one frame have one layout"),
        }
    }
}
