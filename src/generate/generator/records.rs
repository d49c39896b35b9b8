//! Records made ahead: an iterator whose other end is a run of its own.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use crate::dataset::PayloadCursors;
use crate::error::{Error, Result};
use crate::generate::produce::MixedProducer;
use crate::generate::workers::{self, Schedule};
use crate::record::Record;

/// Records in order; after an error there are no more. Dropping it ends its threads, when each has finished its item.
#[derive(Debug)]
pub struct Records {
    made: Option<Receiver<Result<Record>>>,
    stop: Arc<AtomicBool>,
    run: Option<JoinHandle<()>>,
}

impl Records {
    pub(super) fn start(producer: Arc<MixedProducer>, schedule: Schedule, range: Range<u64>) -> Result<Self> {
        let (send, made) = sync_channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let interrupt = Arc::clone(&stop);
        let run = move || {
            let make =
                |indices, _: workers::Ticket<'_>| producer.finish(producer.draft(indices), &PayloadCursors::default());
            let write = |_, record| send.send(Ok(record)).map_err(|_| Error::PipeClosed);
            if let Err(why) = workers::run(range, schedule, &interrupt, make, write) {
                let _ = send.send(Err(why)); // nobody may be there to hear it
            }
        };
        let run = thread::Builder::new().name("records".to_owned()).spawn(run).map_err(Error::Thread)?;
        Ok(Self { made: Some(made), stop, run: Some(run) })
    }
}

impl Iterator for Records {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        self.made.as_ref()?.recv().ok()
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
