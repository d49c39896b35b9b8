//! Iteration: records that threads make ahead, or, of a slice with a step, one after the other.

use std::process;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use masque::Records;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::dataset::View;
use crate::record::Record;
use crate::source::{Source, lock};

/// How long nobody looks whether the user interrupts.
const GLANCE: Duration = Duration::from_millis(50);

/// Records in order. Those ahead are made by threads, which end when the iterator goes.
#[pyclass(frozen, module = "masque", name = "RecordIterator")]
pub(crate) struct RecordIterator {
    source: Arc<Source>,
    state: Mutex<State>,
    /// The process whose threads these are.
    process: u32,
}

enum State {
    /// Made ahead.
    Ahead(Records),
    /// Made when they are asked for: from this place of the view on.
    Alone(View, u64),
    Over,
}

impl RecordIterator {
    pub(crate) fn start(source: Arc<Source>, view: View) -> PyResult<Self> {
        let state = match view.step {
            1 => {
                let records = source.generator()?.records(view.start..view.start + view.len);
                State::Ahead(records.map_err(|why| source.request.raise(why))?)
            }
            _ => State::Alone(view, 0),
        };
        Ok(Self { source, state: Mutex::new(state), process: process::id() })
    }

    /// The next record, if it is there within this time; pending while it is not.
    fn advance(&self, state: &mut State, wait: Duration) -> PyResult<Poll<Option<Record>>> {
        let made = match state {
            State::Over => return Ok(Poll::Ready(None)),
            State::Alone(view, place) if *place == view.len => Ok(None),
            State::Alone(view, place) => {
                *place += 1;
                Record::make(&self.source, view.index(*place - 1)).map(Some)
            }
            State::Ahead(records) => match records.poll(wait) {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(made) => {
                    let made = made.transpose().map_err(|why| self.source.request.raise(why));
                    made.map(|made| made.map(|made| Record::of(&self.source, made)))
                }
            },
        };
        if !matches!(made, Ok(Some(_))) {
            *state = State::Over;
        }
        made.map(Poll::Ready)
    }

    /// The next record without a pause, where one is there already and no other thread waits for it.
    fn at_hand(&self) -> PyResult<Poll<Option<Record>>> {
        match self.state.try_lock() {
            Ok(mut state) if matches!(*state, State::Ahead(_)) => self.advance(&mut state, Duration::ZERO),
            _ => Ok(Poll::Pending),
        }
    }
}

#[pymethods]
impl RecordIterator {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        if self.process != process::id() {
            return Err(PyRuntimeError::new_err(
                "an iterator stays with its process; iterate the dataset anew after a fork",
            ));
        }
        let mut next = self.at_hand()?;
        while next.is_pending() {
            py.check_signals()?;
            next = py.detach(|| self.advance(&mut lock(&self.state), GLANCE))?;
        }
        self.source.warn(py)?;
        let Poll::Ready(made) = next else { return Ok(None) };
        Ok(made)
    }
}

impl Drop for RecordIterator {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut *lock(&self.state), State::Over);
        if self.process != process::id() {
            return std::mem::forget(state); // its threads are the parent's
        }
        // They finish what they are at, for which they need no GIL: others may have it meanwhile.
        let mut state = Some(state);
        let _ = Python::try_attach(|py| py.detach(|| drop(state.take())));
    }
}
