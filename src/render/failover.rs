//! A renderer that may fail, with the CPU renderer behind it: the first failure is reported, and the CPU goes on from the very frame or
//! byte. Both make the same bytes, so that nobody can tell from them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Clip, CpuRenderer, Frames, Pixels, Renderer};
use crate::error::{Error, Result};
use crate::frame::{PixelFormat, Planes};

/// Takes one line about what went wrong and what happens now.
pub type Warn = Arc<dyn Fn(&str) + Send + Sync>;

/// See the module.
pub struct FailoverRenderer {
    first: Box<dyn Renderer>,
    failed: AtomicBool,
    warn: Warn,
}

impl FailoverRenderer {
    /// Renders with `first` until it fails; `warn` hears of that once.
    #[must_use]
    pub fn new(first: Box<dyn Renderer>, warn: Warn) -> Self {
        Self { first, failed: AtomicBool::new(false), warn }
    }

    /// Runs `on_first`, unless it has failed before; none when it has or does now.
    fn attempt<T>(&self, on_first: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
        if self.failed.load(Ordering::Acquire) {
            return Ok(None);
        }
        match on_first() {
            Ok(value) => Ok(Some(value)),
            Err(Error::Gpu(problem)) => {
                if !self.failed.swap(true, Ordering::AcqRel) {
                    (self.warn)(&format!("{}: {problem}; the CPU goes on with the same bytes", self.first.name()));
                }
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

impl Renderer for FailoverRenderer {
    fn name(&self) -> String {
        let first = self.first.name();
        if self.failed.load(Ordering::Acquire) { format!("{first}, then cpu") } else { first }
    }

    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>> {
        let pixels = self.attempt(|| self.first.open_still(clip, index))?;
        Ok(Box::new(FailoverPixels { renderer: self, clip: *clip, index, read: 0, pixels, spare: None }))
    }

    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>> {
        let frames = self.attempt(|| self.first.open_clip(clip, format, first))?;
        Ok(Box::new(FailoverFrames { renderer: self, clip: *clip, format, next: first, frames, spare: None }))
    }
}

struct FailoverPixels<'a> {
    renderer: &'a FailoverRenderer,
    clip: Clip,
    index: u32,
    /// Bytes that were given out.
    read: u64,
    /// The first renderer's, until it fails.
    pixels: Option<Box<dyn Pixels + 'a>>,
    /// The CPU's, from then on.
    spare: Option<Box<dyn Pixels + 'a>>,
}

impl Pixels for FailoverPixels<'_> {
    fn read(&mut self, rgb: &mut [u8]) -> Result<()> {
        let done = match &mut self.pixels {
            Some(pixels) => self.renderer.attempt(|| pixels.read(rgb))?.is_some(),
            None => false,
        };
        if !done {
            self.pixels = None;
            if self.spare.is_none() {
                let mut spare = CpuRenderer.open_still(&self.clip, self.index)?;
                skip(&mut *spare, self.read)?;
                self.spare = Some(spare);
            }
            if let Some(spare) = &mut self.spare {
                spare.read(rgb)?;
            }
        }
        self.read += rgb.len() as u64;
        Ok(())
    }
}

/// Reads past so many bytes.
fn skip(pixels: &mut dyn Pixels, bytes: u64) -> Result<()> {
    let mut left = bytes;
    let mut scratch = [0; 1 << 14];
    while left > 0 {
        let length = left.min(scratch.len() as u64);
        pixels.read(&mut scratch[..length as usize])?;
        left -= length;
    }
    Ok(())
}

struct FailoverFrames<'a> {
    renderer: &'a FailoverRenderer,
    clip: Clip,
    format: PixelFormat,
    next: u32,
    /// The first renderer's, until it fails.
    frames: Option<Box<dyn Frames + 'a>>,
    /// The CPU's, from then on.
    spare: Option<Box<dyn Frames + 'a>>,
}

impl Frames for FailoverFrames<'_> {
    fn read(&mut self, planes: &mut Planes<'_>) -> Result<()> {
        let done = match &mut self.frames {
            Some(frames) => self.renderer.attempt(|| frames.read(planes))?.is_some(),
            None => false,
        };
        if !done {
            self.frames = None;
            if self.spare.is_none() {
                self.spare = Some(CpuRenderer.open_clip(&self.clip, self.format, self.next)?);
            }
            if let Some(spare) = &mut self.spare {
                spare.read(planes)?;
            }
        }
        self.next += 1;
        Ok(())
    }
}
