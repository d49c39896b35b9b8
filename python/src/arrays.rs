//! Frames and samples as arrays of NumPy's, which own the memory that they were made in.

use numpy::{Element, PyArray1, PyArray2, PyArray4, PyArrayMethods};
use pyo3::exceptions::{PyImportError, PyMemoryError};
use pyo3::prelude::*;
use pyo3::types::PySlice;

use crate::item::Item;

/// The samples of an audio item, (samples, channels).
pub(crate) fn samples<'py>(py: Python<'py>, item: &Item) -> PyResult<Bound<'py, PyArray2<i16>>> {
    numpy(py)?;
    let source = &item.of.source;
    let generator = source.generator()?;
    let raise = |why| source.request.raise(why);
    let mut noise = generator.samples(item.of.record.index, item.ordinal()).map_err(raise)?;
    let (frames, channels) = (noise.frames() as usize, usize::from(noise.channels()));
    let mut samples = memory(frames.saturating_mul(channels))?;
    py.detach(|| noise.read(&mut samples));
    PyArray1::from_vec(py, samples).reshape([frames, channels])
}

/// Frames of a clip, (frames, height, width, 3).
pub(crate) fn frames<'py>(
    py: Python<'py>,
    item: &Item,
    start: Option<isize>,
    stop: Option<isize>,
) -> PyResult<Bound<'py, PyArray4<u8>>> {
    numpy(py)?;
    let source = &item.of.source;
    let generator = source.generator()?;
    let raise = |why| source.request.raise(why);
    let clip = generator.frames(item.of.record.index, item.ordinal()).map_err(raise)?;
    let length = clip.len() as isize;
    let part = PySlice::new(py, start.unwrap_or(0), stop.unwrap_or(length), 1).indices(length)?;
    let (size, bytes) = (clip.size(), clip.size().rgb_bytes() as usize);
    let mut pixels = memory(part.slicelength.saturating_mul(bytes))?;
    for (frame, rgb) in (part.start as u32..).zip(pixels.chunks_mut(bytes)) {
        py.detach(|| clip.read(frame, rgb)).map_err(raise)?;
        py.check_signals()?;
    }
    source.warn(py)?;
    PyArray1::from_vec(py, pixels).reshape([part.slicelength, size.height as usize, size.width as usize, 3])
}

/// Looks whether NumPy is there, which is an extra.
fn numpy(py: Python<'_>) -> PyResult<()> {
    let missing = |_| PyImportError::new_err("arrays are NumPy's, which is not installed; pip install masque[numpy]");
    py.import("numpy").map(drop).map_err(missing)
}

/// Zeros, or an error where there is no memory for them.
fn memory<T: Element + Clone + Default>(length: usize) -> PyResult<Vec<T>> {
    let mut memory = Vec::new();
    let refused = |_| PyMemoryError::new_err(format!("cannot have {} bytes of memory", length * size_of::<T>()));
    memory.try_reserve_exact(length).map_err(refused)?;
    memory.resize(length, T::default());
    Ok(memory)
}
