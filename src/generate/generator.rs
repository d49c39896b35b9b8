//! A request that is open: whatever it needs is there, and any record of it can be made, in any order, on any thread.

mod capacity;
mod demand;
mod frames;
mod items;
mod records;
mod samples;

use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::content::text::Hub;
use crate::dataset::PayloadCursors;
use crate::error::{Error, Result};
use crate::generate::produce::{self, MixedProducer};
use crate::generate::workers::Schedule;
use crate::io::input::Input;
use crate::io::payload::Store;
use crate::record::{Metadata, Record};
use crate::render::{Backend, Warn};
use crate::seed::RECORDS;
use crate::servers;
use crate::spec::{Modality, Spec};

pub use frames::ClipFrames;
pub use records::Records;
pub use samples::AudioSamples;

/// Makes the records of one request: `record(i)` is a pure function of the [`Spec`], its seed and `i`. Cheap to clone; clones share
/// what is open.
///
/// ```
/// use masque::{Distribution, Generator, ImageSpec, Spec, TextSpec};
///
/// # fn main() -> masque::Result<()> {
/// let mut spec = Spec::default();
/// spec.records = 100;
/// spec.text = Some(TextSpec::new(Distribution::fixed(64.0)));
/// spec.image = Some(ImageSpec::new(Distribution::fixed(64.0), Distribution::fixed(48.0)));
/// let generator = Generator::new(spec)?;
/// let record = generator.record(7)?;
/// assert_eq!(record.turns[0].prompts[0].tokens, 64);
/// assert!(record.turns[0].images[0].data_url().starts_with("data:image/png;base64,iVBOR"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Generator {
    /// Makes records, their media as base64 text.
    producer: Arc<MixedProducer>,
    /// Makes items that are asked for by themselves, as they are.
    items: Arc<MixedProducer>,
    /// Threads that make records, 1..
    threads: usize,
    notes: Arc<[String]>,
}

/// How a request is met; none of it changes a byte.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct GeneratorOptions {
    /// Where pixels are made.
    pub backend: Backend,
    /// Which GPU adapter: its number, a part of its name, or `all`.
    pub adapter: Option<String>,
    /// Threads, 1..; none: one for each core. Fewer are used where records, cores or memory have no use for more.
    pub jobs: Option<usize>,
    /// Bytes of memory that it may take, about; none: three quarters of what the machine has to give.
    pub memory_limit: Option<u64>,
    /// Where tokenizers named as on the Hugging Face hub come from; none: such names are refused.
    pub hub: Option<Hub>,
    /// Hears, from any thread, of what went wrong but was mended: a GPU that failed, a source image that is broken.
    pub warn: Option<Warn>,
}

impl fmt::Debug for GeneratorOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratorOptions")
            .field("backend", &self.backend)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator").field("spec", self.spec()).finish_non_exhaustive()
    }
}

impl Generator {
    /// Opens what the request needs: its tokenizer, source images, encoders, and a GPU where there is one.
    ///
    /// # Errors
    /// [`Error::Request`] that names the field of what cannot be met.
    pub fn new(spec: Spec) -> Result<Self> {
        Self::with(spec, &GeneratorOptions::default())
    }

    /// The same, on the device and within the bounds that are given.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn with(spec: Spec, options: &GeneratorOptions) -> Result<Self> {
        let silent: Warn = Arc::new(|_| ());
        let warn = options.warn.as_ref().unwrap_or(&silent);
        let spec = produce::settle(spec.checked()?, &**warn)?;
        let heard = servers::check_request(&spec)?;
        let (threads, fewer) = capacity::threads(&spec, options.jobs, options.memory_limit)?;
        let shares = produce::open_shares(&spec, options, warn)?;
        let mut notes: Vec<String> =
            fewer.into_iter().chain(heard).chain(shares.iter().flat_map(|share| share.notes())).collect();
        notes.dedup();
        let spec = Arc::new(spec);
        let [producer, items] = [Store::memory(), Store::Plain]
            .map(|store| Arc::new(MixedProducer::new(Arc::clone(&spec), &shares, &store, 1)));
        Ok(Self { producer, items, threads, notes: notes.into() })
    }

    /// The request, settled: with the encoder that `auto` stands for, and so on.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.producer.spec
    }

    /// What the user should know of the request.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Threads that make records, 1..: as many as were asked for, or fewer where memory or cores have no use for more.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Record `index`, its media in memory.
    ///
    /// # Errors
    /// [`Error::Record`] with the index and the reason.
    pub fn record(&self, index: u64) -> Result<Record> {
        let failed = |source| Error::Record { index, source: Box::new(source) };
        let indices = self.within(index..index.saturating_add(1))?;
        let made = self.producer.finish(self.producer.draft(indices), &PayloadCursors::default());
        made.into_iter().next().unwrap_or(Err(Error::Interrupted { written: 0 })).map_err(failed)
    }

    /// Records in order, made ahead by threads of their own, which end when the iterator is dropped.
    ///
    /// # Errors
    /// [`Error::Request`] when an index is out of range, [`Error::Thread`] when there is no thread.
    pub fn records(&self, range: Range<u64>) -> Result<Records> {
        let range = self.within(range)?;
        Records::start(Arc::clone(&self.producer), self.schedule(&range, false), range)
    }

    /// Writes the bytes of one media item of record `index`, the `ordinal`-th of its kind over all turns, without making the rest
    /// of the record. Returns what it is.
    ///
    /// # Errors
    /// [`Error::Request`] when the record has no such item; [`Error::Record`]; [`Error::Output`] when `out` fails.
    pub fn media(&self, index: u64, kind: Modality, ordinal: usize, out: &mut impl Write) -> Result<Metadata> {
        self.within(index..index.saturating_add(1))?;
        let item = self.items.item(index, kind, ordinal).map_err(|why| match why {
            why @ Error::Request { .. } => why,
            source => Error::Record { index, source: Box::new(source) },
        })?;
        item.payload.write_to(out)?;
        Ok(item.metadata)
    }

    /// The raw frames of a clip of record `index`, the `ordinal`-th over all turns: what its encoder is given, in RGB.
    ///
    /// # Errors
    /// [`Error::Request`] when the record has no such clip.
    pub fn frames(&self, index: u64, ordinal: usize) -> Result<ClipFrames> {
        self.within(index..index.saturating_add(1))?;
        Ok(ClipFrames::new(Arc::clone(&self.producer), self.producer.clip(index, ordinal)?))
    }

    /// The samples of an audio item of record `index`, the `ordinal`-th over all turns: what its encoder is given, in 16 bits.
    ///
    /// # Errors
    /// [`Error::Request`] when the record has no such item.
    pub fn samples(&self, index: u64, ordinal: usize) -> Result<AudioSamples> {
        self.within(index..index.saturating_add(1))?;
        let (noise, shape, frames) = self.producer.samples(index, ordinal)?;
        Ok(AudioSamples::new(noise, shape, frames))
    }

    fn within(&self, range: Range<u64>) -> Result<Range<u64>> {
        match range.end <= RECORDS && range.start <= range.end {
            true => Ok(range),
            false => Err(Error::request("index", format!("{range:?}"), format!("give indices below {RECORDS}"))),
        }
    }

    /// `cpu`, or the GPU adapter's name: where pixels come from.
    pub(crate) fn backend(&self) -> String {
        self.producer.resources().next().map(|share| share.backend()).unwrap_or_default()
    }

    /// The files that the records depend on.
    pub(crate) fn inputs(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        for input in self.producer.resources().flat_map(|share| share.inputs()) {
            if !inputs.contains(input) {
                inputs.push(input.clone());
            }
        }
        inputs
    }

    /// Makes records whose media go to `store`, with cores that have no record of their own to make helping with long clips.
    pub(crate) fn producer(&self, store: &Store) -> MixedProducer {
        let shares: Vec<_> = self.producer.resources().cloned().collect();
        let encoders = self.threads.div_ceil(self.workers(self.spec().records));
        MixedProducer::new(Arc::clone(&self.producer.spec), &shares, store, encoders)
    }

    /// How the records of a range are spread over threads; `placed` images take no memory.
    pub(crate) fn schedule(&self, range: &Range<u64>, placed: bool) -> Schedule {
        let records = range.end - range.start;
        let workers = self.workers(records);
        // No worker is without work because others have more than their share.
        let share = records.div_ceil(workers as u64).max(1);
        let batch = self.producer.batch(placed).min(share);
        Schedule { workers, batch, lookahead: if batch > 1 { 1 } else { workers as u64 } }
    }

    fn workers(&self, records: u64) -> usize {
        self.threads.min(usize::try_from(records).unwrap_or(usize::MAX)).max(1)
    }
}

/// Checks that `folder`'s disk has room for so many records; returns what they will take, for the user.
pub(crate) fn check_disk(spec: &Spec, records: u64, folder: &Path) -> Result<Option<String>> {
    capacity::disk(spec, records, folder)
}
