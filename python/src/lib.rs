//! The Python module `masque._masque`: requests, datasets and records as Python has them. Everything is made by the library; here it
//! is only handed over. `masque/_masque.pyi` tells the same of its types.

mod arrays;
mod dataset;
mod failure;
mod item;
mod record;
mod records;
mod request;
mod source;
mod write;

use pyo3::prelude::*;

/// Synthetic datasets for benchmarking LLM and multimodal inference servers, reproducible from a seed.
#[pymodule(gil_used = false)]
mod _masque {
    use super::*;

    #[pymodule_export]
    use super::dataset::Dataset;
    #[pymodule_export]
    use super::item::{Audio, Image, Item, Track, Video};
    #[pymodule_export]
    use super::record::{Prompt, Record, Turn};
    #[pymodule_export]
    use super::records::RecordIterator;
    #[pymodule_export]
    use super::request::{_schema, _spec, Spec};
    #[pymodule_export]
    use super::source::_dataset;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        masque::process::capture_ffmpeg_log();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
