//! The GPU renderer: kernels through wgpu on Vulkan. This room is the only one that names wgpu; nothing it does panics, whatever
//! the device answers.

mod adapter;
mod kernels;
mod readback;

use std::sync::{Arc, OnceLock};

use super::{Clip, Frames, Pixels, Renderer};
use crate::error::{Error, Result};
use crate::frame::{PixelFormat, Planes};
use kernels::Kernels;
use readback::{Readback, copy_band};

pub use adapter::{Adapter, adapters};
pub use kernels::Band;

/// Renders on one GPU. Any number of images and clips may be open at once, from any number of threads.
#[derive(Debug)]
pub struct GpuRenderer {
    name: String,
    device: wgpu::Device,
    queue: wgpu::Queue,
    kernels: Kernels,
    fault: Arc<Fault>,
    /// What a test has happen to it.
    breakdown: OnceLock<Breakdown>,
    /// The most bytes of RGB that are rendered at once.
    band_bytes: u64,
}

/// Enough for a frame of 4K; larger ones are rendered in bands, so that an open clip holds about 100 MiB at most.
const BAND_BYTES: u64 = 32 << 20;

/// The first thing that went wrong on a device. It is not used any more then.
#[derive(Debug, Default)]
struct Fault(OnceLock<String>);

impl Fault {
    fn note(&self, problem: impl Into<String>) {
        // A later problem is an echo of the first.
        let _ = self.0.set(problem.into());
    }

    fn check(&self) -> Result<()> {
        self.0.get().map_or(Ok(()), |problem| Err(Error::Gpu(problem.clone())))
    }
}

impl GpuRenderer {
    /// Opens a device and builds its pipelines.
    ///
    /// # Errors
    /// [`Error::Gpu`] when the driver refuses.
    pub fn open(adapter: &Adapter) -> Result<Self> {
        Self::open_banded(adapter, BAND_BYTES)
    }

    /// As [`GpuRenderer::open`], with at most `band_bytes` bytes of RGB rendered at once (64 rows at least).
    ///
    /// # Errors
    /// As [`GpuRenderer::open`].
    pub fn open_banded(adapter: &Adapter, band_bytes: u64) -> Result<Self> {
        let (device, queue) = adapter.open_device()?;
        let fault = Arc::new(Fault::default());
        let (lost, other) = (fault.clone(), fault.clone());
        device.set_device_lost_callback(move |_, message| lost.note(format!("the device was lost: {message}")));
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| other.note(one_line(&error))));
        let limits = device.limits();
        let band_bytes = band_bytes.min(limits.max_storage_buffer_binding_size).min(limits.max_buffer_size);
        let kernels = Kernels::build(&device);
        fault.check()?;
        Ok(Self {
            name: adapter.name().to_owned(),
            device,
            queue,
            kernels,
            fault,
            breakdown: OnceLock::new(),
            band_bytes,
        })
    }

    /// Has this happen to the device from now on, as a driver's failure does. For tests of what happens then.
    pub fn break_down(&self, breakdown: Breakdown) {
        if breakdown == Breakdown::DeviceLost {
            self.device.destroy();
        }
        let _ = self.breakdown.set(breakdown);
    }

    fn suffers(&self, breakdown: Breakdown) -> bool {
        self.breakdown.get() == Some(&breakdown)
    }
}

/// What may happen to a device in the middle of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// The driver gives it up.
    DeviceLost,
    /// It has no memory for another buffer.
    AllocationRefused,
    /// What was rendered cannot be read.
    MappingFailed,
}

impl Breakdown {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::DeviceLost, Self::AllocationRefused, Self::MappingFailed];
}

/// wgpu's errors have many lines; the last ones name the cause.
fn one_line(error: &wgpu::Error) -> String {
    let text = error.to_string();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}

impl Renderer for GpuRenderer {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>> {
        let last = index.saturating_add(1);
        Ok(Box::new(GpuPixels { readback: Readback::open(self, clip, None, index..last)?, read: 0 }))
    }

    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>> {
        let frames = first..clip.frames.max(first.saturating_add(1));
        Ok(Box::new(GpuFrames { readback: Readback::open(self, clip, Some(format), frames)?, clip: *clip, format }))
    }
}

struct GpuPixels<'a> {
    readback: Readback<'a>,
    /// Bytes that were given out of the oldest band.
    read: usize,
}

impl Pixels for GpuPixels<'_> {
    fn read(&mut self, mut rgb: &mut [u8]) -> Result<()> {
        while !rgb.is_empty() {
            let (bytes, band) = self.readback.oldest()?;
            let left = band.rgb_bytes() as usize - self.read;
            let (head, tail) = rgb.split_at_mut(left.min(rgb.len()));
            head.copy_from_slice(&bytes[self.read..self.read + head.len()]);
            self.read += head.len();
            rgb = tail;
            if self.read == band.rgb_bytes() as usize {
                self.readback.release()?;
                self.read = 0;
            }
        }
        Ok(())
    }
}

struct GpuFrames<'a> {
    readback: Readback<'a>,
    clip: Clip,
    format: PixelFormat,
}

impl Frames for GpuFrames<'_> {
    fn read(&mut self, planes: &mut Planes<'_>) -> Result<()> {
        loop {
            let (bytes, band) = self.readback.oldest()?;
            copy_band(bytes, band, self.format, planes);
            self.readback.release()?;
            if band.top + band.rows == self.clip.size.height {
                return Ok(());
            }
        }
    }
}
