//! Holds a record's media to a budget of bytes: what would exceed what is left of it is made again, smaller, or left out.

use super::Producer;
use crate::error::Result;
use crate::frame::Size;
use crate::plan::{AudioPlan, ImagePlan, Planned, VideoPlan};
use crate::record::Item;

/// How often an item is made again. Each time it is aimed at what is left, so that one or two are enough but for odd encoders.
const ATTEMPTS: u32 = 12;

/// What is aimed at of the bytes that are left, and the most that a smaller item is to be of a larger one.
const AIM: f64 = 0.9;

/// Sides of a clip in pixels, down to which it is made smaller before it is made shorter.
const LEAST_SIDE: u32 = 16;

/// What can be made smaller.
pub(super) trait Shrink: Clone {
    /// The same with about this part of its bytes, 0 to 1; none when it is as small as can be.
    fn shrink(&self, part: f64) -> Option<Self>;
}

impl Shrink for ImagePlan {
    fn shrink(&self, part: f64) -> Option<Self> {
        let size = scale(self.size, part, 1, 1);
        (size != self.size).then(|| Self { size, ..self.clone() })
    }
}

impl Shrink for AudioPlan {
    fn shrink(&self, part: f64) -> Option<Self> {
        let frames = ((self.frames as f64 * part) as u64).max(1);
        (frames < self.frames).then(|| Self { frames, ..self.clone() })
    }
}

impl Shrink for VideoPlan {
    fn shrink(&self, part: f64) -> Option<Self> {
        let size = scale(self.size, part, LEAST_SIDE, 2);
        if size != self.size {
            return Some(Self { size, ..self.clone() });
        }
        let frames = ((f64::from(self.frames) * part) as u32).max(1);
        (frames < self.frames).then(|| Self { frames, ..self.clone() })
    }
}

/// Sides that make about this part of the area: multiples of `step`, and `least` at least where they were.
fn scale(size: Size, part: f64, least: u32, step: u32) -> Size {
    let side = |side: u32| {
        let scaled = (f64::from(side) * part.sqrt()) as u32 / step * step;
        scaled.max(least.min(side))
    };
    Size::new(side(size.width), side(size.height))
}

impl Producer {
    /// The item, as large as what is `left` of the budget lets it be, which it is taken from; none when none fits.
    pub(super) fn within<T: Shrink>(
        &self,
        left: &mut Option<u64>,
        planned: &Planned<T>,
        make: impl Fn(&Planned<T>) -> Result<Item>,
    ) -> Result<Option<Item>> {
        let Some(left) = left else { return self.pooled(planned, || make(planned)).map(Some) };
        let mut planned = planned.clone();
        for _ in 0..ATTEMPTS {
            let item = make(&planned)?;
            if item.payload.bytes <= *left {
                *left -= item.payload.bytes;
                return Ok(Some(item));
            }
            let part = (*left as f64 / item.payload.bytes as f64).min(1.0) * AIM;
            self.store.discard(&item.payload)?;
            let Some(smaller) = planned.what.shrink(part) else { break };
            planned.what = smaller;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameRate;

    #[test]
    fn clips_become_smaller_then_shorter_then_nothing() {
        let rate = FrameRate { num: 30, den: 1 };
        let mut clip = VideoPlan { size: Size::new(640, 360), frames: 9, rate };
        let mut seen = Vec::new();
        while let Some(smaller) = clip.shrink(0.1) {
            seen.push((smaller.size.width, smaller.size.height, smaller.frames));
            clip = smaller;
        }
        assert_eq!(seen, [(202, 112, 9), (62, 34, 9), (18, 16, 9), (16, 16, 9), (16, 16, 1)]);
    }
}
