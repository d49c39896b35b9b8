//! Models that cut an image into a grid of squares, after making it fit their limits.
//!
//! Sources: `smart_resize` and `sample_frames` of `transformers` 5 in `qwen2_vl` and `qwen3_vl`, and `pixtral`.

use super::ClipShape;
use crate::frame::Size;

/// The longest side of an image by its shortest that these models take.
const LONGEST: f64 = 200.0;

/// Frames that are taken together.
const TOGETHER: u64 = 2;

/// A family's squares and limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// Pixels a side of what becomes one token.
    pub(super) side: u64,
    /// Fewest and most pixels of an image.
    pub(super) image: (u64, u64),
    /// Fewest and most pixels of a clip's frame, or of all its frames.
    pub(super) video: (u64, u64),
    /// Whether these are of all frames.
    pub(super) whole_clip: bool,
    pub(super) sampler: Sampler,
}

/// Which frames of a clip are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampler {
    /// So many a second ..
    pub(super) rate: f64,
    /// .. but so many at least and at most, and no more than there are.
    pub(super) frames: (u64, u64),
    /// Rounded down to an even number.
    pub(super) even: bool,
}

impl Grid {
    pub(super) fn image(&self, size: Size) -> Option<u64> {
        let (least, most) = self.image;
        self.squares(1.0, size, 1.0, (least as f64, most as f64))
    }

    pub(super) fn video(&self, clip: &ClipShape) -> Option<u64> {
        let frames = self.sampler.frames(clip);
        if frames < TOGETHER {
            return None; // the processors refuse a single frame
        }
        let limits = (self.video.0 as f64, self.video.1 as f64);
        let squares = if self.whole_clip {
            let size = self.at_least_one(clip.size);
            let even = (frames as f64 / 2.0).round_ties_even() * 2.0;
            self.squares(frames as f64, size, even, limits)
        } else {
            self.squares(1.0, clip.size, 1.0, limits)
        };
        Some(squares? * frames.div_ceil(TOGETHER))
    }

    /// Sides below one square are brought up to it.
    fn at_least_one(&self, size: Size) -> Size {
        let side = self.side as f64;
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        if width >= side && height >= side {
            return size;
        }
        let scale = (side / height).max(side / width);
        Size::new((width * scale) as u32, (height * scale) as u32)
    }

    /// Squares of a frame, whose sides are rounded to whole ones within the limits of all `frames`, which count as `even` ones while that
    /// is looked at.
    fn squares(&self, frames: f64, size: Size, even: f64, (least, most): (f64, f64)) -> Option<u64> {
        let side = self.side as f64;
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        if width.max(height) / width.min(height) > LONGEST {
            return None;
        }
        let whole = |length: f64| (length / side).round_ties_even();
        let (mut columns, mut rows) = (whole(width), whole(height));
        let pixels = even * columns * rows * side * side;
        if pixels > most {
            let shrink = (frames * height * width / most).sqrt();
            let fewer = |length: f64| (length / shrink / side).floor().max(1.0);
            (columns, rows) = (fewer(width), fewer(height));
        } else if pixels < least {
            let grow = (least / (frames * height * width)).sqrt();
            let more = |length: f64| (length * grow / side).ceil();
            (columns, rows) = (more(width), more(height));
        }
        Some((columns * rows) as u64)
    }
}

impl Sampler {
    fn frames(&self, clip: &ClipShape) -> u64 {
        let (least, most) = (self.frames.0, self.frames.1);
        let wanted = clip.frames as f64 / clip.rate * self.rate;
        if self.even {
            let most = most.min(clip.frames) / TOGETHER * TOGETHER;
            let wanted = wanted.max(least as f64).min(most as f64).min(clip.frames as f64);
            // The processor steps through the clip by a fraction, and may find one frame more at its end.
            let (all, wanted) = (clip.frames as f64, (wanted as u64 / TOGETHER * TOGETHER) as f64);
            return (all / (all / wanted)).ceil() as u64;
        }
        (wanted as u64).max(least).min(most).min(clip.frames)
    }
}

/// Pixtral's squares of 16 pixels, and one token more for the end of each row.
pub(super) fn pixtral(size: Size) -> u64 {
    const LONGEST: f64 = 1024.0;
    const SIDE: u64 = 16;
    let ratio = f64::from(size.width.max(size.height)) / LONGEST;
    let fit = |length: u32| if ratio > 1.0 { (f64::from(length) / ratio).floor() as u64 } else { u64::from(length) };
    let squares = |length: u64| (length.saturating_sub(1)) / SIDE + 1;
    (squares(fit(size.width)) + 1) * squares(fit(size.height))
}
