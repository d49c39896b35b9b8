//! Makes what a run has written durable from time to time, beside the run, and notes it then: the most that a cut can cost is the time
//! from one checkpoint to the next.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::durable::sync_tree;
use super::journal::{Checkpoint, Note};
use super::names::MARKER;
use crate::error::{Error, Result};

/// Makes checkpoints.
#[derive(Debug)]
pub(super) struct Checkpointer {
    folder: PathBuf,
    every: Duration,
    last: Instant,
    running: Option<JoinHandle<Result<()>>>,
}

/// What has to be durable before a checkpoint is noted.
#[derive(Debug)]
pub(super) struct Written {
    /// Files of lines that are open.
    pub(super) files: Vec<File>,
    /// The dataset's folder, where there are other files in it that the records name.
    pub(super) tree: Option<File>,
    /// The marker, to append to.
    pub(super) marker: File,
}

impl Checkpointer {
    /// One every so often.
    pub(super) fn new(folder: &Path, every: Duration) -> Self {
        Self { folder: folder.to_owned(), every, last: Instant::now(), running: None }
    }

    /// Whether it is time for one, and the last one is done.
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every && self.running.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Begins one, on a thread of its own where there is one to be had.
    ///
    /// # Errors
    /// What the last one came to.
    pub(super) fn begin(&mut self, written: Written, checkpoint: Checkpoint) -> Result<()> {
        self.wait()?;
        self.last = Instant::now();
        let folder = self.folder.clone();
        let work = move || make(&folder, &written, checkpoint);
        // A checkpoint that has no thread is left out: the next may have one.
        self.running = thread::Builder::new().name("checkpoint".to_owned()).spawn(work).ok();
        Ok(())
    }

    /// Makes one now.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn make_now(&mut self, written: &Written, checkpoint: Checkpoint) -> Result<()> {
        self.wait()?;
        make(&self.folder, written, checkpoint)
    }

    /// Waits for the one that is being made.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn wait(&mut self) -> Result<()> {
        let Some(running) = self.running.take() else { return Ok(()) };
        running.join().unwrap_or_else(|payload| Err(Error::panic(&*payload)))
    }
}

fn make(folder: &Path, written: &Written, checkpoint: Checkpoint) -> Result<()> {
    let Written { files, tree, marker } = written;
    if let Some(tree) = tree {
        sync_tree(tree, folder)?;
    }
    files.iter().try_for_each(File::sync_data).map_err(Error::file("write", folder))?;
    let noted = Note::append(marker, &[Note::Checkpoint { checkpoint }]);
    noted.map_err(Error::file("write", folder.join(MARKER)))
}
