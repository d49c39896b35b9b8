//! A run: opens what is needed, lets the engine make and write every record, and finishes the dataset.

mod capacity;
mod demand;
mod machine;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::cache::BudgetedCache;
use crate::dataset::{self, Dataset, Lines, Manifest, Placing, format_lines};
use crate::encode;
use crate::engine::{self, Crew, Ticket};
use crate::error::{Error, Result};
use crate::format::{self, Format};
use crate::image::Sources;
use crate::payload::Place;
use crate::plan::Planner;
use crate::produce::{self, Draft, Producer};
use crate::progress::Progress;
use crate::render::{self, Backend};
use crate::spec::Spec;
use crate::tally::Tally;
use crate::text::Prompter;

/// How a request is run; none of it changes a byte of the dataset.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the dataset goes.
    pub output: Output,
    /// Threads, 1..; none: one for each core. Fewer run where records, cores or memory have no use for more.
    pub jobs: Option<usize>,
    /// Bytes of memory that the run may take, about; none: three quarters of what the machine has to give.
    pub memory_limit: Option<u64>,
    /// Where pixels are made.
    pub backend: Backend,
    /// Files and folders that the request reads, each with its flag.
    pub inputs: Vec<(&'static str, PathBuf)>,
    /// Which GPU adapter.
    pub adapter: Option<String>,
    /// Show neither progress nor a summary.
    pub quiet: bool,
    /// The seed was drawn, so the user wants to know it.
    pub seed_was_drawn: bool,
    /// What the user has to know of the request before it is run.
    pub notes: Vec<String>,
}

/// Where the dataset goes.
#[derive(Debug, Clone)]
pub enum Output {
    /// To this folder.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Replace a dataset that is there already.
        overwrite: bool,
    },
    /// The lines, to standard output.
    Stdout,
}

/// Makes the dataset.
///
/// # Errors
/// A request that cannot be met, before anything is written; or why the run stopped.
pub fn run(spec: &Spec, options: &Options, interrupt: &AtomicBool) -> Result<()> {
    let mut progress = Progress::start(spec.records, options.quiet);
    let warn = progress.warner();
    let spec = &settle(spec, &*warn)?;
    let (threads, fewer) = capacity::threads(spec, options.jobs, options.memory_limit)?;
    let bytes = match &options.output {
        Output::Folder { path, .. } => capacity::disk(spec, path)?,
        Output::Stdout => None,
    };
    let workers = threads.min(usize::try_from(spec.records).unwrap_or(usize::MAX));
    // Without pixels to make, no graphics device is opened just because there may be one.
    let pixels = spec.image.is_some() || spec.video.is_some() || options.adapter.is_some();
    let backend = if options.backend == Backend::Auto && !pixels { Backend::Cpu } else { options.backend };
    let renderer = render::open(backend, options.adapter.as_deref(), &warn)?;
    let prompter = spec.text.as_ref().map(|text| Prompter::open(text, spec.seed)).transpose()?;
    let sources = spec.image.as_ref().map(|image| Sources::open(&image.source, spec.seed, warn.clone()));
    let sources = sources.transpose()?.flatten();
    let folder = sources.as_ref().map(Sources::input).transpose()?.flatten();
    let inputs: Vec<_> = prompter.iter().flat_map(Prompter::inputs).cloned().chain(folder).collect();
    let formats: Vec<&Format> = spec.formats.iter().filter_map(|name| format::named(name)).collect();
    let mut dataset = match &options.output {
        Output::Folder { path, overwrite } => {
            dataset::keep_apart(path, &options.inputs)?;
            Dataset::create(path, *overwrite, spec, &formats)?
        }
        Output::Stdout => Dataset::stream()?,
    };
    // Of a request that is refused, nothing is said but why.
    let skipped = sources.as_ref().and_then(Sources::skipped);
    fewer.iter().chain(&bytes).chain(&skipped).for_each(|line| progress.note(line));
    let producer = Producer {
        spec,
        planner: Planner::new(spec),
        prompter,
        sources,
        renderer: renderer.as_ref(),
        store: dataset.store(spec),
        pool: BudgetedCache::new(produce::POOL),
        // Cores that have no record of their own to make help with long clips.
        encoders: threads.div_ceil(workers),
    };
    options.notes.iter().for_each(|note| progress.note(note));
    for note in producer.prompter.iter().flat_map(Prompter::notes) {
        progress.note(note);
    }
    if options.seed_was_drawn {
        progress.note(&format!("seed {}", spec.seed.0));
    }

    progress.begin();
    let placing = if produce::places(spec) { dataset.placing()? } else { None };
    let make = |indices: Range<u64>, ticket: Ticket<'_>| {
        let draft = producer.draft(indices);
        let places = placing.as_ref().map(|placing| place(&draft, &formats, placing, ticket)).transpose();
        let places = match places {
            Ok(places) => places,
            Err(why) => return vec![Err(why)],
        };
        let records = producer.finish(draft, places.as_deref()).into_iter();
        records.map(|record| record.map(|record| (Lines::of(&record, &formats), Tally::of(&record)))).collect()
    };
    let write = |_, (lines, mut tally): (Lines, Tally)| {
        tally.written += dataset.write(&lines)?;
        progress.wrote(tally);
        Ok(())
    };
    // No worker is without work because others have more than their share.
    let share = spec.records.div_ceil(workers as u64);
    let together = producer.together(placing.is_some()).min(share);
    let crew = Crew { workers, together, waiting: if together > 1 { 1 } else { workers as u64 } };
    if let Err(why) = engine::run(0..spec.records, crew, interrupt, make, write) {
        progress.abandon();
        let _ = dataset.abandon(); // the first failure is the one to tell
        return Err(why);
    }

    let left = dataset.finish(Manifest {
        masque: env!("CARGO_PKG_VERSION"),
        seed: spec.seed.0,
        records: spec.records,
        request: spec,
        backend: &renderer.name(),
        encoders: encode::versions(spec),
        inputs,
        files: Vec::new(),
    })?;
    if let Some(first) = left.first() {
        let more = if left.len() > 1 { format!(" and {} more", left.len() - 1) } else { String::new() };
        progress.note(&format!("left where it was, for it was not of the old dataset: {}{more}", first.display()));
    }
    progress.finish(&format::notes(spec));
    Ok(())
}

/// Gives the records' lines their places in the files, in order, and writes what is there of them. Returns the places of what is
/// still to be drawn.
fn place(draft: &Draft, formats: &[&Format], placing: &Placing, ticket: Ticket<'_>) -> Result<Vec<Vec<Place>>> {
    let lines: Vec<_> = draft.records.iter().flatten().map(|record| format_lines(record, formats)).collect();
    // Nobody hears of this error: the run is over, of another or on demand.
    let stretches = ticket.pass(|| placing.take(&lines)).ok_or(Error::Interrupted { written: 0 })?;
    dataset::lay(stretches, &lines)
}

/// Settles and checks what depends on the encoders that are installed.
fn settle(spec: &Spec, warn: &dyn Fn(&str)) -> Result<Spec> {
    let mut spec = spec.clone();
    if let Some(video) = &mut spec.video {
        *video = encode::settle_video(video, warn)?;
        encode::check_video(video)?;
    }
    if let Some(audio) = &spec.audio {
        encode::check_audio(audio)?;
    }
    Ok(spec)
}
