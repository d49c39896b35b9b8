//! The frames of a clip as they are before any encoder.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::{FrameRate, Size};
use crate::generate::produce::MixedProducer;
use crate::pattern::Clip;

/// The raw frames of one clip, in order, each made when it is asked for: [`Size::rgb_bytes`] bytes, rows from the top, R, G, B.
pub struct ClipFrames {
    producer: Arc<MixedProducer>,
    clip: Clip,
    rate: FrameRate,
    next: u32,
}

impl ClipFrames {
    pub(super) fn new(producer: Arc<MixedProducer>, (clip, rate): (Clip, FrameRate)) -> Self {
        Self { producer, clip, rate, next: 0 }
    }

    /// Pixels of each frame.
    #[must_use]
    pub fn size(&self) -> Size {
        self.clip.size
    }

    /// Frames a second.
    #[must_use]
    pub fn rate(&self) -> FrameRate {
        self.rate
    }

    /// Renders frame `index`, counted from 0, into memory of [`Size::rgb_bytes`] bytes, whichever frames have been asked for.
    ///
    /// # Errors
    /// [`Error::Request`] when the clip has no such frame, or the memory another length; [`Error::Gpu`].
    pub fn read(&self, index: u32, rgb: &mut [u8]) -> Result<()> {
        if index >= self.clip.frames {
            let problem = format!("the clip has {} frames", self.clip.frames);
            return Err(Error::request("frame", problem, "give a smaller number, counted from 0"));
        }
        let bytes = self.clip.size.rgb_bytes();
        if rgb.len() as u64 != bytes {
            return Err(Error::request(
                "frame",
                format!("{} bytes", rgb.len()),
                format!("give memory of {bytes} bytes"),
            ));
        }
        let Some(resources) = self.producer.resources().next() else { return Ok(()) };
        resources.renderer.open_still(&self.clip, index)?.read(rgb)
    }
}

impl Iterator for ClipFrames {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        if index == self.clip.frames {
            return None;
        }
        self.next += 1;
        let mut rgb = vec![0; usize::try_from(self.clip.size.rgb_bytes()).unwrap_or(usize::MAX)];
        Some(self.read(index, &mut rgb).map(|()| rgb))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.clip.frames - self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for ClipFrames {}
