//! Pixels. A [`Renderer`] makes the frames of a [`Clip`], on the CPU or on a GPU, byte for byte the same. Knows nothing of
//! files, encoders or records.

mod blocks;
mod choice;
mod cpu;
mod failover;
#[cfg_attr(not(feature = "gpu"), path = "render/no_gpu.rs")]
pub mod gpu;
pub mod yuv;

use crate::error::Result;
use crate::frame::PixelFormat;

pub use crate::frame::{Frames, Pixels};
pub use crate::pattern::Clip;
pub use blocks::SceneBlocks;
pub use choice::{Backend, ShardedRenderer, open};
pub use cpu::CpuRenderer;
pub use failover::{FailoverRenderer, Warn};

/// A maker of pixels.
pub trait Renderer: Send + Sync {
    /// `cpu`, or the GPU adapter's name.
    fn name(&self) -> String;

    /// Frame `index` (0..frames) of a clip as tightly packed rows of R, G, B bytes, to be read from the first row to the last.
    ///
    /// # Errors
    /// [`crate::error::Error::Gpu`] when the device fails.
    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>>;

    /// The frames of a clip from number `first` on, to be read in order.
    ///
    /// # Errors
    /// [`crate::error::Error::Gpu`] when the device fails.
    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>>;
}
