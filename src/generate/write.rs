//! Writes a dataset: the engine makes every record of a generator's request, and the folder is finished when the last is there.

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::dataset::format::{self, Format};
use crate::dataset::{
    self, DatasetWriter, ExtentAllocator, FolderOptions, Lines, Manifest, PayloadCursors, Shard, Split, format_lines,
};
use crate::encode;
use crate::error::{Error, Result};
use crate::generate::generator::{self, Generator};
use crate::generate::produce::{self, Draft, MixedProducer};
use crate::generate::workers::{self, Ticket};
use crate::record::{Record, Totals};

/// A dataset that is whole, in its folder.
#[derive(Debug)]
pub struct Dataset {
    pub(super) path: PathBuf,
    pub(super) left: Vec<PathBuf>,
}

/// How a dataset is written; none of it changes a byte.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Replace a dataset that is there already.
    pub overwrite: bool,
    /// Go on with a run of the same request that was cut off, if there is one; a dataset that is whole is left as it is.
    pub resume: bool,
    /// Time from one checkpoint to the next: what a run that is cut off can lose at most. 5 seconds, unless it is said.
    pub checkpoint: Duration,
    /// Write one of several parts alone, to be merged with the others by [`Dataset::merge`].
    pub shard: Option<Shard>,
    /// Files that the request was read from beside those that the generator opened, each with its field: none may lie in the folder.
    pub inputs: Vec<(&'static str, PathBuf)>,
    /// Ends the run within a piece of work, when it is set.
    pub interrupt: Arc<AtomicBool>,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            overwrite: false,
            resume: false,
            checkpoint: Duration::from_secs(5),
            shard: None,
            inputs: Vec::new(),
            interrupt: Arc::default(),
        }
    }
}

/// Hears how the writing of a dataset goes, and may end it.
pub trait Progress {
    /// Something that the user should know.
    fn note(&mut self, _text: &str) {}

    /// Everything is open: these records are made from now on, others being there already.
    fn begin(&mut self, _records: Range<u64>) {}

    /// A record was written, with so much in it. [`ControlFlow::Break`] ends the run, which can be gone on with, and nothing is finished.
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
        let records = options.shard.unwrap_or(Shard::WHOLE).records(spec.records)?;
        let bytes = generator::check_disk(spec, records.end - records.start, folder)?;
        dataset::keep_apart(folder, &options.inputs)?;
        let formats = format::chosen(spec)?;
        let manifest = manifest(generator, options.shard, &records);
        let how = FolderOptions {
            overwrite: options.overwrite,
            resume: options.resume,
            checkpoint: options.checkpoint,
            records: records.clone(),
            interrupt: &options.interrupt,
        };
        let Some(writer) = DatasetWriter::folder(folder, &how, &manifest, &formats)? else {
            progress.note(&format!("{} is whole already", folder.display()));
            return Ok(Self { path: folder.to_owned(), left: Vec::new() });
        };
        generator.notes().iter().chain(&bytes).for_each(|line| progress.note(line));
        let run = Run { generator, formats: &formats, split: Split::new(spec, records), interrupt: &options.interrupt };
        let left = run.write(writer, manifest, progress)?;
        Ok(Self { path: folder.to_owned(), left })
    }

    /// Writes the lines alone to standard output, in the request's one format: of one of several parts, or of all.
    ///
    /// # Errors
    /// As [`Dataset::write`]; [`Error::PipeClosed`] when nobody reads any more.
    pub fn stream(
        generator: &Generator,
        shard: Option<Shard>,
        interrupt: &AtomicBool,
        progress: &mut dyn Progress,
    ) -> Result<()> {
        let spec = generator.spec();
        let records = shard.unwrap_or(Shard::WHOLE).records(spec.records)?;
        let formats = format::chosen(spec)?;
        let manifest = manifest(generator, shard, &records);
        generator.notes().iter().for_each(|note| progress.note(note));
        let run = Run { generator, formats: &formats, split: Split::new(spec, records), interrupt };
        run.write(DatasetWriter::stream(formats[0])?, manifest, progress).map(drop)
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

/// The manifest of a run, without its files.
fn manifest(generator: &Generator, shard: Option<Shard>, records: &Range<u64>) -> Manifest {
    let spec = generator.spec();
    Manifest {
        masque: env!("CARGO_PKG_VERSION").to_owned(),
        seed: spec.seed.0,
        records: records.end - records.start,
        shard,
        request: spec.clone(),
        backend: generator.backend(),
        encoders: encode::versions(spec).into_iter().map(|(name, version)| (name.to_owned(), version)).collect(),
        inputs: generator.inputs(),
        files: Vec::new(),
    }
}

/// The writing of a dataset.
struct Run<'a> {
    generator: &'a Generator,
    formats: &'a [&'a Format],
    split: Split,
    interrupt: &'a AtomicBool,
}

impl Run<'_> {
    /// Makes every record that is not there yet.
    fn write(
        self,
        mut dataset: DatasetWriter,
        manifest: Manifest,
        progress: &mut dyn Progress,
    ) -> Result<Vec<PathBuf>> {
        let Self { generator, formats, split, interrupt } = self;
        let spec = generator.spec();
        let records = dataset.rest(split.records());
        let before = records.start - split.records().start;
        let producer = generator.producer(&dataset.store(spec));
        let extents = if produce::writes_in_place(spec) { dataset.extents()? } else { None };
        let maker = Maker { producer, formats, split, extents };
        if before > 0 {
            progress.note(&format!("{before} records are there already"));
        }
        progress.begin(records.clone());
        let mut written = 0;
        let write = |_, (lines, mut totals): (Lines, Totals)| {
            totals.written += dataset.write(&lines)?;
            written += 1;
            match progress.wrote(&totals) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::Interrupted { written }),
            }
        };
        let schedule = generator.schedule(&records, maker.extents.is_some());
        let made = workers::run(records, schedule, interrupt, |indices, ticket| maker.make(indices, ticket), write);
        if let Err(why) = made {
            let _ = dataset.abandon(); // the first failure is the one to tell
            return Err(match why {
                Error::Interrupted { written } => Error::Interrupted { written: before + written },
                other => other,
            });
        }
        dataset.finish(manifest)
    }
}

/// Makes the lines of a dataset's records.
struct Maker<'a> {
    producer: MixedProducer,
    formats: &'a [&'a Format],
    split: Split,
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
        let lines = |record: Record| {
            let spec = self.producer.spec_of(&record);
            (Lines::of(&record, spec, self.formats, self.split.begins(record.index)), Totals::of(&record))
        };
        records.into_iter().map(|record| record.map(lines)).collect()
    }

    /// Takes the places of the records' lines in the files, in order, writes what is there of them, and draws the rest into them.
    /// Makes nothing when the run is over, since nobody waits for it any more.
    fn finish_in_place(&self, draft: Draft, extents: &ExtentAllocator, ticket: Ticket<'_>) -> Vec<Result<Record>> {
        let records = draft.records.iter().flatten();
        let lines = records.map(|record| {
            let spec = self.producer.spec_of(record);
            format_lines(record, spec, self.formats, self.split.begins(record.index))
        });
        let lines: Vec<_> = lines.collect();
        let Some(taken) = ticket.pass(|| extents.take(&lines)) else { return Vec::new() };
        match dataset::write_lines(taken, &lines) {
            Ok(cursors) => self.producer.finish(draft, &cursors),
            Err(why) => vec![Err(why)],
        }
    }
}
