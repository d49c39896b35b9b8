//! Writes a dataset: the engine makes every record of a generator's request, and the folder is finished when the last is there.

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::dataset::format::{self, Format};
use crate::dataset::{self, DatasetWriter, ExtentAllocator, Lines, Manifest, format_lines};
use crate::encode;
use crate::error::{Error, Result};
use crate::generate::generator::{self, Generator};
use crate::generate::produce::{self, Draft};
use crate::generate::workers::{self, Ticket};
use crate::io::payload::FileCursor;
use crate::record::Totals;

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
    /// [`Error::Request`] before anything is written; or why the run stopped, and then the folder has no manifest.
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
    /// As [`Dataset::write`]; [`Error::PipeClosed`] when nobody reads any more.
    pub fn stream(generator: &Generator, interrupt: &AtomicBool, progress: &mut dyn Progress) -> Result<()> {
        let formats = format::chosen(generator.spec())?;
        generator.notes().iter().for_each(|note| progress.note(note));
        run(generator, DatasetWriter::stream()?, &formats, interrupt, progress).map(drop)
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
    let make = |indices: Range<u64>, ticket: Ticket<'_>| {
        let draft = producer.draft(indices);
        let places = extents.as_ref().map(|extents| place(&draft, formats, extents, ticket)).transpose();
        let places = match places {
            Ok(places) => places,
            Err(why) => return vec![Err(why)],
        };
        let records = producer.finish(draft, places.as_deref()).into_iter();
        records.map(|record| record.map(|record| (Lines::of(&record, formats), Totals::of(&record)))).collect()
    };
    let write = |_, (lines, mut totals): (Lines, Totals)| {
        totals.written += dataset.write(&lines)?;
        if progress.wrote(&totals).is_break() {
            interrupt.store(true, Ordering::Relaxed);
        }
        Ok(())
    };
    let records = 0..spec.records;
    let schedule = generator.schedule(&records, extents.is_some());
    if let Err(why) = workers::run(records, schedule, interrupt, make, write) {
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

/// Gives the records' lines their places in the files, in order, and writes what is there of them. Returns the places of what is
/// still to be drawn.
fn place(
    draft: &Draft,
    formats: &[&Format],
    extents: &ExtentAllocator,
    ticket: Ticket<'_>,
) -> Result<Vec<Vec<FileCursor>>> {
    let lines: Vec<_> = draft.records.iter().flatten().map(|record| format_lines(record, formats)).collect();
    // Nobody hears of this error: the run is over, of another or on demand.
    let extents_taken = ticket.pass(|| extents.take(&lines)).ok_or(Error::Interrupted { written: 0 })?;
    dataset::write_lines(extents_taken, &lines)
}
