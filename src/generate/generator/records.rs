//! Records made ahead: an iterator whose other end is a run of its own.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::task::Poll;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::vec;

use crate::dataset::PayloadCursors;
use crate::error::{Error, Result};
use crate::generate::produce::MixedProducer;
use crate::generate::workers::{self, Schedule};
use crate::record::Record;
use crate::spec::Spec;

/// Records that are handed over at one time, at most, where they are small: without media. To wake who waits takes longer than to make one.
const GROUP: usize = 64;

/// Records in order; after an error there are no more. Dropping it ends its threads, when each has finished its item.
#[derive(Debug)]
pub struct Records {
    made: Option<Receiver<Vec<Result<Record>>>>,
    /// What was handed over, and not yet asked for.
    here: vec::IntoIter<Result<Record>>,
    stop: Arc<AtomicBool>,
    run: Option<JoinHandle<()>>,
}

impl Records {
    pub(super) fn start(producer: Arc<MixedProducer>, schedule: Schedule, range: Range<u64>) -> Result<Self> {
        let (send, made) = sync_channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let interrupt = Arc::clone(&stop);
        let group = if producer.spec.shares().iter().any(Spec::has_media) { 1 } else { GROUP };
        let run = move || {
            let make =
                |indices, _: workers::Ticket<'_>| producer.finish(producer.draft(indices), &PayloadCursors::default());
            let mut here = Vec::new();
            let write = |_, record| {
                here.push(Ok(record));
                hand_over(&send, &mut here, group)
            };
            let ended = workers::run(range, schedule, &interrupt, make, write);
            here.extend(ended.err().map(Err));
            let _ = send.send(here); // nobody may be there to hear it
        };
        let run = thread::Builder::new().name("records".to_owned()).spawn(run).map_err(Error::Thread)?;
        Ok(Self { made: Some(made), here: Vec::new().into_iter(), stop, run: Some(run) })
    }

    /// The next record, if it is there within this time; pending while it is not. For who has something else to look after meanwhile.
    pub fn poll(&mut self, wait: Duration) -> Poll<Option<Result<Record>>> {
        loop {
            if let Some(record) = self.here.next() {
                return Poll::Ready(Some(record));
            }
            match self.made.as_ref().map(|made| made.recv_timeout(wait)) {
                Some(Ok(made)) => self.here = made.into_iter(),
                Some(Err(RecvTimeoutError::Timeout)) => return Poll::Pending,
                Some(Err(RecvTimeoutError::Disconnected)) | None => return Poll::Ready(None),
            }
        }
    }
}

/// Hands over what is there, as soon as somebody takes it, and waits for that when a group is full.
fn hand_over(send: &SyncSender<Vec<Result<Record>>>, here: &mut Vec<Result<Record>>, group: usize) -> Result<()> {
    match send.try_send(std::mem::take(here)) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(back)) if back.len() < group => {
            *here = back;
            Ok(())
        }
        Err(TrySendError::Full(back)) => send.send(back).map_err(|_| Error::PipeClosed),
        Err(TrySendError::Disconnected(_)) => Err(Error::PipeClosed),
    }
}

impl Iterator for Records {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        loop {
            if let Some(record) = self.here.next() {
                return Some(record);
            }
            self.here = self.made.as_ref()?.recv().ok()?.into_iter();
        }
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.made = None; // a run that waits to hand a record over is told
        if let Some(run) = self.run.take() {
            let _ = run.join(); // it catches its workers' panics
        }
    }
}
