//! What passes pixels from who makes them to who encodes them.

use super::Planes;
use crate::error::Result;

/// An image that is being read.
pub trait Pixels {
    /// Fills `rgb` with the image's next bytes. The reads of one image add up to [`super::Size::rgb_bytes`] at most.
    ///
    /// # Errors
    /// [`crate::error::Error::Gpu`] when the device fails; nothing of `rgb` counts as read then.
    fn read(&mut self, rgb: &mut [u8]) -> Result<()>;
}

/// A clip that is being read.
pub trait Frames {
    /// Fills the planes with the next frame.
    ///
    /// # Errors
    /// [`crate::error::Error::Gpu`] when the device fails; the frame does not count as read then.
    fn read(&mut self, planes: &mut Planes<'_>) -> Result<()>;
}
