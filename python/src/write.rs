//! The writing of a dataset, on a thread of its own: Python's looks meanwhile whether the user interrupts, and tells how far it is.

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use masque::{Dataset, Error, Progress, Shard, Totals, WriteOptions};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::failure::raise;
use crate::source::Source;

/// How long nobody looks whether the user interrupts, and hears nothing of progress.
const GLANCE: Duration = Duration::from_millis(100);

/// Where and how.
pub(crate) struct How {
    pub(crate) folder: PathBuf,
    pub(crate) overwrite: bool,
    pub(crate) resume: bool,
    pub(crate) shard: Option<(u64, u64)>,
    /// Called with the records that are written, and all that are to be.
    pub(crate) progress: Option<Py<PyAny>>,
}

/// How far it is.
#[derive(Default)]
struct Count {
    written: AtomicU64,
    records: AtomicU64,
}

impl Progress for &Count {
    fn begin(&mut self, records: Range<u64>) {
        self.records.store(records.end - records.start, Ordering::Relaxed);
    }

    fn wrote(&mut self, _record: &Totals) -> ControlFlow<()> {
        self.written.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    }
}

/// Writes the dataset; returns its folder.
pub(crate) fn write(py: Python<'_>, source: &Source, formats: Option<Vec<String>>, how: How) -> PyResult<PathBuf> {
    let generator = py.detach(|| match formats {
        Some(formats) => source.in_formats(formats),
        None => source.generator(),
    })?;
    let mut options = WriteOptions::default();
    (options.overwrite, options.resume) = (how.overwrite, how.resume);
    options.shard = how.shard.map(|(index, of)| Shard { index, of });
    options.inputs.clone_from(&source.request.read.inputs);
    let interrupt = Arc::clone(&options.interrupt);
    let (generator, folder, options, count) = (&generator, &how.folder, &options, &Count::default());
    let written = py.detach(|| {
        thread::scope(|scope| {
            let (done, wait) = channel();
            let run = move || {
                let _ = done.send(Dataset::write(generator, folder, options, &mut { count }));
            };
            thread::Builder::new()
                .name("write".to_owned())
                .spawn_scoped(scope, run)
                .map_err(|why| raise(&Error::Thread(why)))?;
            loop {
                match wait.recv_timeout(GLANCE) {
                    Ok(written) => return written.map_err(|why| refuse(source, why)),
                    Err(RecvTimeoutError::Disconnected) => return Err(PyRuntimeError::new_err("internal error")),
                    Err(RecvTimeoutError::Timeout) => {
                        Python::attach(|py| glance(py, &how, count)).inspect_err(|_| {
                            interrupt.store(true, Ordering::Relaxed);
                        })?
                    }
                }
            }
        })
    })?;
    tell(py, &how, count)?;
    Ok(written.path().to_owned())
}

/// The exception of an error. The folder is an argument here, and no name of the request.
fn refuse(source: &Source, why: Error) -> PyErr {
    let of_folder = matches!(&why, Error::Request { field, .. } if field == "folder");
    match source.request.read.spell(why) {
        Error::Request { problem, fix, .. } if of_folder => raise(&Error::request("folder", problem, fix)),
        why => raise(&why),
    }
}

fn glance(py: Python<'_>, how: &How, count: &Count) -> PyResult<()> {
    py.check_signals()?;
    tell(py, how, count)
}

fn tell(py: Python<'_>, how: &How, count: &Count) -> PyResult<()> {
    let numbers = (count.written.load(Ordering::Relaxed), count.records.load(Ordering::Relaxed));
    how.progress.as_ref().map_or(Ok(()), |progress| progress.call1(py, numbers).map(drop))
}
