//! An image in memory: 8 bits of R, G, B, with or without transparency. Knows nothing of where it comes from or how it is
//! encoded.

use crate::error::Result;
use crate::frame::Size;
use crate::io::buffer::zeros;

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels.
    pub size: Size,
    /// Whether each pixel has an A, not premultiplied, behind its R, G, B.
    pub alpha: bool,
    /// Tightly packed, row by row.
    pub pixels: Vec<u8>,
}

impl Raster {
    /// Black, and transparent where there is an A.
    ///
    /// # Errors
    /// [`crate::error::Error::Memory`].
    pub fn blank(size: Size, alpha: bool) -> Result<Self> {
        let channels = if alpha { 4 } else { 3 };
        Ok(Self { size, alpha, pixels: zeros("an image", size.rgb_bytes() / 3 * channels)? })
    }

    /// Bytes of a pixel.
    #[must_use]
    pub fn channels(&self) -> usize {
        if self.alpha { 4 } else { 3 }
    }

    /// Without an A that hides nothing.
    #[must_use]
    pub fn without_idle_alpha(self) -> Self {
        let idle = self.alpha && self.pixels.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
        if idle { self.over(0) } else { self }
    }

    /// Laid over a ground whose R, G and B are all `ground`, so that nothing is transparent any more.
    #[must_use]
    pub fn over(mut self, ground: u8) -> Self {
        if !self.alpha {
            return self;
        }
        let count = self.pixels.len() / 4;
        for place in 0..count {
            let [r, g, b, a] = [0, 1, 2, 3].map(|channel| u32::from(self.pixels[place * 4 + channel]));
            let mixed = [r, g, b].map(|value| ((value * a + u32::from(ground) * (255 - a) + 127) / 255) as u8);
            self.pixels[place * 3..][..3].copy_from_slice(&mixed);
        }
        self.pixels.truncate(count * 3);
        Self { alpha: false, ..self }
    }

    /// Puts a smaller image with the same channels in the middle.
    pub fn put_in_the_middle(&mut self, other: &Self) {
        let bytes = self.channels();
        let (row, length) = (self.size.width as usize * bytes, other.size.width as usize * bytes);
        let left = (self.size.width - other.size.width) as usize / 2 * bytes;
        let top = (self.size.height - other.size.height) as usize / 2;
        for (to, from) in self.pixels.chunks_exact_mut(row).skip(top).zip(other.pixels.chunks_exact(length)) {
            to[left..left + length].copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparency_is_mixed_with_the_ground_to_the_nearest() {
        for a in 0..=255_u8 {
            for value in [0, 1, 100, 254, 255] {
                let pixels = vec![value, 255 - value, 7, a, 1, 2, 3, 255];
                let flat = Raster { size: Size::new(2, 1), alpha: true, pixels }.over(255);
                let exact = (f64::from(value) * f64::from(a) + 255.0 * (255.0 - f64::from(a))) / 255.0;
                assert!((f64::from(flat.pixels[0]) - exact).abs() <= 0.5, "{value} {a}");
                assert!(!flat.alpha && flat.pixels[3..] == [1, 2, 3], "what is opaque stays");
            }
        }
    }

    #[test]
    fn only_an_alpha_that_hides_something_stays() {
        let two = |alpha| Raster { size: Size::new(2, 1), alpha: true, pixels: vec![9, 8, 7, 255, 6, 5, 4, alpha] };
        assert_eq!(two(255).without_idle_alpha().pixels, [9, 8, 7, 6, 5, 4]);
        assert_eq!(two(254).without_idle_alpha(), two(254));
    }
}
