//! Datasets: records by index, slices of them, and the way to a folder.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PySlice;

use crate::record::Record;
use crate::records::RecordIterator;
use crate::request::{Reduced, Spec};
use crate::source::Source;
use crate::write::{self, How};

/// The records of a request, each made when it is asked for.
///
/// `len(dataset)`, `dataset[7]`, `dataset[-1]` and slices are as of a list; a slice makes nothing yet. Iteration makes records ahead, in
/// order, by threads that need no GIL and end with the iterator. A record depends on the request, its seed and its index alone. A
/// dataset may be used by several threads, sent to other processes, and used after a fork, as long as nobody iterates at that moment.
#[pyclass(frozen, module = "masque", name = "Dataset")]
pub(crate) struct Dataset {
    pub(crate) source: Arc<Source>,
    pub(crate) view: View,
}

/// Which records, and in which order, as a range has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) start: u64,
    pub(crate) step: i64,
    pub(crate) len: u64,
}

impl View {
    /// The index of the record at a place of the view.
    pub(crate) fn index(&self, place: u64) -> u64 {
        self.start.wrapping_add_signed(self.step.wrapping_mul(place as i64))
    }
}

#[pymethods]
impl Dataset {
    #[new]
    fn new(py: Python<'_>, spec: &Bound<'_, Spec>) -> PyResult<Self> {
        let source = Source::open(py, &spec.get().0)?;
        source.warn(py)?;
        let len = source.request.read.spec.records;
        Ok(Self { source: Arc::new(source), view: View { start: 0, step: 1, len } })
    }

    /// What was asked for.
    #[getter]
    fn spec(&self) -> Spec {
        Spec(Arc::clone(&self.source.request))
    }

    /// What is to be known of how the request is met, such as that memory allows fewer threads.
    #[getter]
    fn notes(&self) -> PyResult<Vec<String>> {
        let (read, generator) = (&self.source.request.read, self.source.generator()?);
        let notes = generator.notes().iter().map(|note| read.spell_text(note));
        Ok(read.notes.iter().cloned().chain(notes).collect())
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.view.len).unwrap_or(usize::MAX)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(slice) = index.cast::<PySlice>() {
            let part = slice.indices(self.view.len as isize)?;
            let step = self.view.step.checked_mul(part.step as i64).unwrap_or(1);
            let view = View { start: self.view.index(part.start as u64), step, len: part.slicelength as u64 };
            return Ok(Bound::new(py, Self { source: Arc::clone(&self.source), view })?.into_any());
        }
        let whole = index.call_method0("__index__").map_err(|_| {
            let found = index.get_type().name().map(|name| name.to_string()).unwrap_or_default();
            PyTypeError::new_err(format!("a dataset has indices and slices, not {found}"))
        })?;
        let place: i64 = whole.extract().map_err(|_| out_of_range())?;
        let place = if place < 0 { place + self.view.len as i64 } else { place };
        let place = u64::try_from(place).ok().filter(|place| *place < self.view.len).ok_or_else(out_of_range)?;
        let record = py.detach(|| Record::make(&self.source, self.view.index(place)))?;
        self.source.warn(py)?;
        Ok(Bound::new(py, record)?.into_any())
    }

    fn __iter__(&self) -> PyResult<RecordIterator> {
        RecordIterator::start(Arc::clone(&self.source), self.view)
    }

    /// Writes the whole dataset to a folder, as `masque generate` does, and returns the folder.
    ///
    /// `formats` are files for load generators, those of the request unless they are given; `shard=(2, 4)` makes the second of four
    /// parts alone; `progress(written, records)` is called now and then. An interrupted run is gone on with by `resume=True`.
    #[pyo3(signature = (folder, formats = None, *, overwrite = false, resume = false, shard = None, progress = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments")]
    fn write(
        &self,
        py: Python<'_>,
        folder: PathBuf,
        formats: Option<Vec<String>>,
        overwrite: bool,
        resume: bool,
        shard: Option<(u64, u64)>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<PathBuf> {
        let whole = View { start: 0, step: 1, len: self.source.request.read.spec.records };
        if (self.view.start, self.view.step, self.view.len) != (whole.start, whole.step, whole.len) {
            let fix = "write the whole one, or a part of it by shard";
            return Err(pyo3::exceptions::PyValueError::new_err(format!(
                "folder: a slice is no dataset of its own; {fix}"
            )));
        }
        let how = How { folder, overwrite, resume, shard, progress };
        let written = write::write(py, &self.source, formats, how);
        self.source.warn(py)?;
        written
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let View { start, step, len } = self.view;
        let spec = Bound::new(py, self.spec())?.repr()?.to_string();
        let part = match (start, step, len == self.source.request.read.spec.records) {
            (0, 1, true) => String::new(),
            _ => format!("[{len} records from {start} by {step}]"),
        };
        Ok(format!("Dataset({spec}){part}"))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Reduced<'py, (Spec, u64, i64, u64)> {
        let View { start, step, len } = self.view;
        Ok((py.import("masque._masque")?.getattr("_dataset")?, (self.spec(), start, step, len)))
    }
}

fn out_of_range() -> PyErr {
    PyIndexError::new_err("dataset index out of range")
}
