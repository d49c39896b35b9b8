//! A request that is open, as the objects made of it share it: also in a process that was forked from the one that opened it.

use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use masque::{Generator, GeneratorOptions, Warn};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;

use crate::dataset::{Dataset, View};
use crate::request::{Request, Spec};

/// An open request.
pub(crate) struct Source {
    pub(crate) request: Arc<Request>,
    open: Mutex<Open>,
    /// What went wrong but was mended, until it is told on a thread of Python's.
    warnings: Arc<Mutex<Vec<String>>>,
}

struct Open {
    process: u32,
    generator: Generator,
}

impl Source {
    pub(crate) fn open(py: Python<'_>, request: &Arc<Request>) -> PyResult<Self> {
        let warnings = Arc::default();
        let open = py.detach(|| Open::of(request, &warnings))?;
        Ok(Self { request: Arc::clone(request), open: Mutex::new(open), warnings })
    }

    /// What makes the records. A child that was forked opens the request anew, for threads and devices stay with the parent.
    pub(crate) fn generator(&self) -> PyResult<Generator> {
        let mut open = lock(&self.open);
        if open.process != process::id() {
            let anew = Open::of(&self.request, &self.warnings)?;
            std::mem::forget(std::mem::replace(&mut *open, anew)); // it is the parent's to close
        }
        Ok(open.generator.clone())
    }

    /// The same request, to be written in these formats.
    pub(crate) fn in_formats(&self, formats: Vec<String>) -> PyResult<Generator> {
        let mut spec = self.request.read.spec.clone();
        spec.formats = formats;
        Generator::with(spec, &options(&self.request, &self.warnings)).map_err(|why| self.request.raise(why))
    }

    /// Tells what there is to tell, as Python's warnings.
    pub(crate) fn warn(&self, py: Python<'_>) -> PyResult<()> {
        let category = py.get_type::<PyUserWarning>();
        for text in std::mem::take(&mut *lock(&self.warnings)) {
            let text = std::ffi::CString::new(self.request.read.spell_text(&text))?;
            PyErr::warn(py, &category, &text, 1)?;
        }
        Ok(())
    }
}

impl Open {
    fn of(request: &Arc<Request>, warnings: &Arc<Mutex<Vec<String>>>) -> PyResult<Self> {
        let generator = Generator::with(request.read.spec.clone(), &options(request, warnings));
        Ok(Self { process: process::id(), generator: generator.map_err(|why| request.raise(why))? })
    }
}

fn options(request: &Request, warnings: &Arc<Mutex<Vec<String>>>) -> GeneratorOptions {
    let warnings = Arc::clone(warnings);
    let warn: Warn = Arc::new(move |text| lock(&warnings).push(text.to_owned()));
    let mut options = request.read.options.clone();
    options.warn = Some(warn);
    options
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A dataset out of what its `__reduce__` gives.
#[pyfunction]
pub(crate) fn _dataset(py: Python<'_>, spec: &Bound<'_, Spec>, start: u64, step: i64, len: u64) -> PyResult<Dataset> {
    Ok(Dataset { source: Arc::new(Source::open(py, &spec.get().0)?), view: View { start, step, len } })
}
