//! Writes a dataset: the engine makes every record of a generator's request, and the folder is finished when the last is there.

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::dataset::format::{self, Format};
use crate::dataset::{self, DatasetWriter, ExtentAllocator, Lines, Manifest, PayloadCursors, format_lines};
use crate::encode;
use crate::error::Result;
use crate::generate::generator::{self, Generator};
use crate::generate::produce::{self, Draft, Producer};
use crate::generate::workers::{self, Ticket};
use crate::record::{Record, Totals};

/// A dataset that is whole, in its folder.
#[derive(Debug)]
pub struct Dataset {
    path: PathBuf,
    left: Vec<PathBuf>,
}

/// How a dataset is written; none of it changes a byte.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Replace a dataset that is there already.
    pub overwrite: bool,
    /// Files that the request was read from beside those that the generator opened, each with its field: none may lie in the folder.
    pub inputs: Vec<(&'static str, PathBuf)>,
    /// Ends the run within a piece of work, when it is set.
    pub interrupt: Arc<AtomicBool>,
}

/// Hears how the writing of a dataset goes, and may end it.
pub trait Progress {
    /// Something that the user should know.
    fn note(&mut self, _text: &str) {}

    /// Everything is open: records are made from now on.
    fn begin(&mut self) {}

    /// A record was written, with so much in it. [`ControlFlow::Break`] ends the run, and nothing is finished.
    fn wrote(&mut self, _record: &Totals) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Hears nothing.
impl Progress for () {}

impl Dataset {
    /// Makes every record of the generator's request and writes them to `folder`, which is new, empty or a dataset's.
    ///
    /// # Errors
    /// [`crate::Error::Request`] before anything is written; or why the run stopped, and then the folder has no manifest.
    pub fn write(
        generator: &Generator,
        folder: impl AsRef<Path>,
        options: &WriteOptions,
        progress: &mut dyn Progress,
    ) -> Result<Self> {
        let (folder, spec) = (folder.as_ref(), generator.spec());
        let bytes = generator::check_disk(spec, folder)?;
        dataset::keep_apart(folder, &options.inputs)?;
        let formats = format::chosen(spec)?;
        let writer = DatasetWriter::create(folder, options.overwrite, spec, &formats)?;
        generator.notes().iter().chain(&bytes).for_each(|line| progress.note(line));
        let left = run(generator, writer, &formats, &options.interrupt, progress)?;
        Ok(Self { path: folder.to_owned(), left })
    }

    /// Writes the lines alone to standard output, in the request's one format.
    ///
    /// # Errors
    /// As [`Dataset::write`]; [`crate::Error::PipeClosed`] when nobody reads any more.
    pub fn stream(generator: &Generator, interrupt: &AtomicBool, progress: &mut dyn Progress) -> Result<()> {
        let formats = format::chosen(generator.spec())?;
        generator.notes().iter().for_each(|note| progress.note(note));
        run(generator, DatasetWriter::stream(formats[0])?, &formats, interrupt, progress).map(drop)
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was left where it was, beside the dataset that this one replaced, for it was not of that dataset.
    #[must_use]
    pub fn left(&self) -> &[PathBuf] {
        &self.left
    }
}

fn run(
    generator: &Generator,
    mut dataset: DatasetWriter,
    formats: &[&Format],
    interrupt: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Vec<PathBuf>> {
    let spec = generator.spec();
    let producer = generator.producer(dataset.store(spec));
    progress.begin();
    let extents = if produce::writes_in_place(spec) { dataset.extents()? } else { None };
    let maker = Maker { producer, formats, extents };
    let write = |_, (lines, mut totals): (Lines, Totals)| {
        totals.written += dataset.write(&lines)?;
        if progress.wrote(&totals).is_break() {
            interrupt.store(true, Ordering::Relaxed);
        }
        Ok(())
    };
    let records = 0..spec.records;
    let schedule = generator.schedule(&records, maker.extents.is_some());
    if let Err(why) = workers::run(records, schedule, interrupt, |indices, ticket| maker.make(indices, ticket), write) {
        let _ = dataset.abandon(); // the first failure is the one to tell
        return Err(why);
    }
    dataset.finish(Manifest {
        masque: env!("CARGO_PKG_VERSION"),
        seed: spec.seed.0,
        records: spec.records,
        request: spec,
        backend: &generator.resources().backend(),
        encoders: encode::versions(spec),
        inputs: generator.resources().inputs().to_vec(),
        files: Vec::new(),
    })
}

/// Makes the lines of a dataset's records.
struct Maker<'a> {
    producer: Producer,
    formats: &'a [&'a Format],
    /// Where workers take their places in the files, when they write to them by themselves.
    extents: Option<ExtentAllocator>,
}

impl Maker<'_> {
    fn make(&self, indices: Range<u64>, ticket: Ticket<'_>) -> Vec<Result<(Lines, Totals)>> {
        let draft = self.producer.draft(indices);
        let records = match &self.extents {
            None => self.producer.finish(draft, &PayloadCursors::default()),
            Some(extents) => self.finish_in_place(draft, extents, ticket),
        };
        let spec = &self.producer.resources.spec;
        let lines = |record: Record| (Lines::of(&record, spec, self.formats), Totals::of(&record));
        records.into_iter().map(|record| record.map(lines)).collect()
    }

    /// Takes the places of the records' lines in the files, in order, writes what is there of them, and draws the rest into them.
    /// Makes nothing when the run is over, since nobody waits for it any more.
    fn finish_in_place(&self, draft: Draft, extents: &ExtentAllocator, ticket: Ticket<'_>) -> Vec<Result<Record>> {
        let spec = &self.producer.resources.spec;
        let records = draft.records.iter().flatten();
        let lines: Vec<_> = records.map(|record| format_lines(record, spec, self.formats)).collect();
        let Some(taken) = ticket.pass(|| extents.take(&lines)) else { return Vec::new() };
        match dataset::write_lines(taken, &lines) {
            Ok(cursors) => self.producer.finish(draft, &cursors),
            Err(why) => vec![Err(why)],
        }
    }
}
