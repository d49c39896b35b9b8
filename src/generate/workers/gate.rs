//! A gate that workers pass one by one, in the order of their indices, however long each took to come to it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    /// Signalled when somebody has passed, or all must stop.
    passed: Condvar,
}

#[derive(Debug)]
struct State {
    /// The index whose turn it is.
    next: u64,
    /// Ranges that are done with before their turn has come: where each starts and ends.
    early: BTreeMap<u64, u64>,
    stop: bool,
}

impl Gate {
    pub(super) fn new(first: u64) -> Self {
        let state = State { next: first, early: BTreeMap::new(), stop: false };
        Self { state: Mutex::new(state), passed: Condvar::new() }
    }

    pub(super) fn ticket(&self, indices: Range<u64>) -> Ticket<'_> {
        Ticket { gate: self, indices }
    }

    /// Lets nobody pass any more.
    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.passed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to pass the gate once, when all lower indices have passed it or been given up. One that is dropped is given up.
#[derive(Debug)]
pub struct Ticket<'a> {
    gate: &'a Gate,
    indices: Range<u64>,
}

impl Ticket<'_> {
    /// Waits for the turn of these indices, and does what has to be done in order. None when the run is over.
    pub fn pass<R>(self, act: impl FnOnce() -> R) -> Option<R> {
        let waiting = |state: &mut State| !state.stop && state.next != self.indices.start;
        let state = self.gate.passed.wait_while(self.gate.lock(), waiting).unwrap_or_else(PoisonError::into_inner);
        let stop = state.stop;
        drop(state); // until this ticket is dropped it is nobody else's turn
        (!stop).then(act)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.early.insert(self.indices.start, self.indices.end);
        let mut next = state.next;
        while let Some(end) = state.early.remove(&next) {
            next = end;
        }
        state.next = next;
        drop(state);
        self.gate.passed.notify_all();
    }
}
