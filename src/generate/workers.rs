//! Workers and order. Indices are claimed in order, made in parallel, and written in order; workers run ahead of the writer by
//! a bounded number. Knows nothing of what is made.

mod gate;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

use gate::Gate;
pub use gate::Ticket;

/// How the work is spread.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Threads that make, 1..
    pub workers: usize,
    /// Indices that a worker makes at one time, 1..
    pub batch: u64,
    /// Groups of them that may wait to be written while all workers are at work: the bound on memory.
    pub lookahead: u64,
}

/// Makes every index of `range` on the schedule's threads, `make` returning the results of the indices that it is given, and hands
/// the results to `write` in order, on this thread. With its ticket `make` may wait until all lower indices have got as far.
/// Threads that the system refuses are done without, as long as there is one.
///
/// # Errors
/// The failure of the lowest index that failed, whoever failed first; all before it were written. A panic is a failure of the first of the
/// indices that were made together.
/// [`Error::Interrupted`] once `interrupt` is set; [`Error::Thread`] when there is no thread at all.
pub fn run<T: Send>(
    range: Range<u64>,
    schedule: Schedule,
    interrupt: &AtomicBool,
    make: impl Fn(Range<u64>, Ticket<'_>) -> Vec<Result<T>> + Sync,
    mut write: impl FnMut(u64, T) -> Result<()>,
) -> Result<()> {
    let line = Queue::new(&range, schedule);
    let work = || {
        while let Some(indices) = line.claim() {
            let ticket = line.gate.ticket(indices.clone());
            let made = panic::catch_unwind(AssertUnwindSafe(|| make(indices.clone(), ticket)));
            line.put(indices, made.unwrap_or_else(|payload| vec![Err(Error::panic(&*payload))]));
        }
    };
    thread::scope(|scope| {
        // However this scope is left, its threads are told; else it would wait for them for ever.
        let _stop = StopOnDrop(&line);
        for number in 0..schedule.workers {
            let worker = thread::Builder::new().name(format!("worker {number}")).spawn_scoped(scope, work);
            match worker {
                Err(why) if number == 0 => return Err(Error::Thread(why)),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        range.clone().try_for_each(|index| {
            let made = line.take(index, interrupt).ok_or(Error::Interrupted { written: index - range.start })?;
            write(index, made.map_err(|source| Error::Record { index, source: Box::new(source) })?)
        })
    })
}

/// The line between workers and writer.
struct Queue<T> {
    state: Mutex<State<T>>,
    /// Signalled when the writer has moved on, or all must stop.
    room: Condvar,
    /// Signalled when something was made, or all must stop.
    made: Condvar,
    gate: Gate,
    end: u64,
    batch: u64,
    /// Indices that may be made or waiting to be written at one time.
    ahead: u64,
}

struct State<T> {
    next: u64,
    written: u64,
    ready: BTreeMap<u64, Result<T>>,
    stop: bool,
}

impl<T> Queue<T> {
    fn new(range: &Range<u64>, schedule: Schedule) -> Self {
        let state = State { next: range.start, written: range.start, ready: BTreeMap::new(), stop: false };
        Self {
            state: Mutex::new(state),
            room: Condvar::new(),
            made: Condvar::new(),
            gate: Gate::new(range.start),
            end: range.end,
            batch: schedule.batch,
            ahead: (schedule.workers as u64 + schedule.lookahead) * schedule.batch,
        }
    }

    /// The next indices to make; none when there is no more to do.
    fn claim(&self) -> Option<Range<u64>> {
        let state = self.lock();
        let full = |state: &mut State<T>| {
            !state.stop && state.next < self.end && state.next + self.batch > state.written + self.ahead
        };
        let mut state = self.room.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        if state.stop || state.next >= self.end {
            return None;
        }
        let first = state.next;
        state.next = self.end.min(first + self.batch);
        Some(first..state.next)
    }

    fn put(&self, indices: Range<u64>, made: Vec<Result<T>>) {
        self.lock().ready.extend(indices.zip(made));
        self.made.notify_one();
    }

    /// What was made of `index`, once it is there; none when the run is interrupted.
    fn take(&self, index: u64, interrupt: &AtomicBool) -> Option<Result<T>> {
        let mut state = self.lock();
        loop {
            if interrupt.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(made) = state.ready.remove(&index) {
                state.written = index + 1;
                drop(state);
                self.room.notify_all();
                return Some(made);
            }
            // A signal handler may only set the flag, so it is looked at from time to time.
            let waited = self.made.wait_timeout(state, Duration::from_millis(50));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn stop(&self) {
        self.lock().stop = true;
        self.gate.stop();
        self.room.notify_all();
        self.made.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops everybody when the writer is done, has failed or has panicked.
struct StopOnDrop<'a, T>(&'a Queue<T>);

impl<T> Drop for StopOnDrop<'_, T> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    fn schedule(workers: usize, batch: u64, lookahead: u64) -> Schedule {
        Schedule { workers, batch, lookahead }
    }

    /// Makes each index by itself.
    fn each<T>(make: impl Fn(u64) -> Result<T> + Sync) -> impl Fn(Range<u64>, Ticket<'_>) -> Vec<Result<T>> + Sync {
        move |indices, _| indices.map(&make).collect()
    }

    /// Uneven work, so that indices are made out of order.
    fn slowly(index: u64) -> u64 {
        thread::sleep(Duration::from_micros((index * 7919) % 500));
        index * 10
    }

    #[test]
    fn results_come_in_order_for_any_crew() -> Result<()> {
        for (workers, batch, lookahead) in [(1, 1, 0), (2, 1, 2), (3, 4, 1), (8, 3, 8), (8, 150, 1)] {
            let mut written = Vec::new();
            let write = |index, made| {
                written.push((index, made));
                Ok(())
            };
            let schedule = schedule(workers, batch, lookahead);
            run(5..105, schedule, &AtomicBool::new(false), each(|i| Ok(slowly(i))), write)?;
            assert_eq!(written, (5..105).map(|i| (i, i * 10)).collect::<Vec<_>>());
        }
        Ok(())
    }

    #[test]
    fn tickets_are_used_in_order_whoever_gives_his_up() -> Result<()> {
        for (workers, batch) in [(1, 1), (3, 1), (8, 3)] {
            let passed = Mutex::new(Vec::new());
            let make = |indices: Range<u64>, ticket: Ticket<'_>| {
                let made: Vec<_> = indices.clone().map(slowly).map(Ok).collect();
                if !indices.start.is_multiple_of(4) {
                    ticket.pass(|| passed.lock().map(|mut passed| passed.push(indices.start)).is_ok());
                }
                made
            };
            run(0..100, schedule(workers, batch, 8), &AtomicBool::new(false), make, |_, _| Ok(()))?;
            let starts = (0..100).step_by(batch as usize).filter(|start: &u64| !start.is_multiple_of(4));
            assert_eq!(passed.into_inner().unwrap_or_default(), starts.collect::<Vec<_>>());
        }
        Ok(())
    }

    #[test]
    fn nobody_waits_for_a_turn_that_will_not_come() {
        let make = |indices: Range<u64>, ticket: Ticket<'_>| match indices.start {
            3 => vec![Err(Error::encode("test", 3))],
            _ => ticket.pass(|| vec![Ok(())]).unwrap_or_default(),
        };
        let failure = run(0..1000, schedule(4, 1, 8), &AtomicBool::new(false), make, |_, _| Ok(())).unwrap_err();
        assert_eq!(failure.to_string(), "record 3: test: 3");
    }

    #[test]
    fn workers_run_ahead_by_a_bounded_number() -> Result<()> {
        let (claimed, written) = (AtomicU64::new(0), AtomicU64::new(0));
        let make = |index| {
            claimed.fetch_max(index + 1, Ordering::SeqCst);
            assert!(index < written.load(Ordering::SeqCst) + 10 + 1);
            Ok(())
        };
        let write = |index, ()| {
            thread::sleep(Duration::from_millis(1));
            written.store(index + 1, Ordering::SeqCst);
            Ok(())
        };
        run(0..50, schedule(3, 2, 2), &AtomicBool::new(false), each(make), write)?;
        assert_eq!(claimed.into_inner(), 50);
        Ok(())
    }

    #[test]
    fn the_lowest_failure_is_reported_and_all_before_it_is_written() {
        let mut written = 0;
        let make = |index| match index {
            20 | 21 | 30 => Err(Error::encode("test", index)),
            _ => Ok(slowly(index)),
        };
        let write = |_, _| {
            written += 1;
            Ok(())
        };
        let failure = run(0..100, schedule(4, 3, 2), &AtomicBool::new(false), each(make), write).unwrap_err();
        assert_eq!((failure.to_string().as_str(), written), ("record 20: test: 20", 20));
    }

    #[test]
    fn an_interruption_ends_the_run() {
        let interrupt = AtomicBool::new(false);
        let write = |index, _| {
            interrupt.store(index == 9, Ordering::SeqCst);
            Ok(())
        };
        let failure = run(0..1000, schedule(2, 1, 2), &interrupt, each(|i| Ok(slowly(i))), write).unwrap_err();
        assert!(matches!(failure, Error::Interrupted { written: 10 }), "{failure}");
    }

    #[test]
    fn a_panic_is_a_failure_like_any_other() {
        let make = |index| if index == 7 { panic!("seven") } else { Ok(index) };
        let failure = run(0..1000, schedule(3, 1, 2), &AtomicBool::new(false), each(make), |_, _| Ok(())).unwrap_err();
        assert_eq!(failure.to_string(), "record 7: internal error: seven");
        let write = |index, _| if index == 7 { panic!("seven") } else { Ok(()) };
        let dead = thread::scope(|scope| {
            scope.spawn(|| run(0..1000, schedule(3, 1, 2), &AtomicBool::new(false), each(Ok), write)).join()
        });
        assert!(dead.is_err(), "the writer's panic goes on, and no worker holds it up");
    }

    #[test]
    fn a_failed_write_ends_the_run() {
        let write = |index, _| if index == 3 { Err(Error::PipeClosed) } else { Ok(()) };
        assert!(matches!(
            run(0..1000, schedule(2, 2, 1), &AtomicBool::new(false), each(Ok), write),
            Err(Error::PipeClosed)
        ));
    }
}
