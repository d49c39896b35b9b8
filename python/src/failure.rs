//! Errors as Python raises them: each with the one line that the program tells.

use std::io;

use masque::Error;
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// The exception of an error. What was asked for is a `ValueError`, whatever it is; else the exception says who failed.
pub(crate) fn raise(error: &Error) -> PyErr {
    let line = error.line();
    match cause(error) {
        Error::Request { .. } | Error::Requests(_) | Error::Text(_) | Error::Unfit(_) => PyValueError::new_err(line),
        Error::File { source, .. } | Error::Output(source) => os_error(line, source),
        Error::Memory { .. } => PyMemoryError::new_err(line),
        Error::Interrupted { .. } => PyKeyboardInterrupt::new_err(line),
        _ => PyRuntimeError::new_err(line),
    }
}

fn cause(error: &Error) -> &Error {
    match error {
        Error::Record { source, .. } | Error::Unfinished { source, .. } => cause(source),
        other => other,
    }
}

/// With the system's number, and the line as its only argument: with both as arguments Python would put the line together anew.
fn os_error(line: String, source: &io::Error) -> PyErr {
    let error = PyOSError::new_err(line);
    Python::attach(|py| source.raw_os_error().map(|number| error.value(py).setattr("errno", number)));
    error
}
