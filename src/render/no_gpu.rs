//! What stands in for GPUs in a build without the feature `gpu`: there are none.

use super::{Clip, Frames, Pixels, Renderer};
use crate::error::{Error, Result};
use crate::frame::PixelFormat;

/// There is none.
#[derive(Debug)]
pub enum Adapter {}

/// No adapter.
#[must_use]
pub fn adapters() -> Vec<Adapter> {
    Vec::new()
}

impl Adapter {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match *self {}
    }

    /// Whether it is a GPU.
    #[must_use]
    pub fn is_real(&self) -> bool {
        match *self {}
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match *self {}
    }

    /// Its driver.
    #[must_use]
    pub fn driver(&self) -> String {
        match *self {}
    }

    /// Bytes of its largest buffer.
    #[must_use]
    pub fn largest_buffer(&self) -> u64 {
        match *self {}
    }

    /// Whether it has memory of its own.
    #[must_use]
    pub fn is_discrete(&self) -> bool {
        match *self {}
    }
}

/// There is none.
#[derive(Debug)]
pub enum GpuRenderer {}

impl GpuRenderer {
    /// Opens no device.
    ///
    /// # Errors
    /// [`Error::Gpu`].
    pub fn open(_adapter: &Adapter) -> Result<Self> {
        Err(Error::Gpu("this build has none; build with the feature gpu".to_owned()))
    }
}

impl Renderer for GpuRenderer {
    fn name(&self) -> String {
        match *self {}
    }

    fn open_still(&self, _clip: &Clip, _frame: u32) -> Result<Box<dyn Pixels + '_>> {
        match *self {}
    }

    fn open_clip(&self, _clip: &Clip, _format: PixelFormat, _first: u32) -> Result<Box<dyn Frames + '_>> {
        match *self {}
    }
}
