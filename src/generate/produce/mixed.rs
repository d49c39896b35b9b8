//! Records of a mix: each is made as its share alone would have it made.

use std::ops::Range;
use std::sync::Arc;

use super::draft::Pending;
use super::{Draft, Producer, Resources};
use crate::content::audio::Samples;
use crate::dataset::PayloadCursors;
use crate::encode::AudioShape;
use crate::error::Result;
use crate::frame::FrameRate;
use crate::io::payload::Store;
use crate::pattern::Clip;
use crate::plan::Mix;
use crate::record::{Item, ItemName, ItemPlace, Record};
use crate::spec::{Modality, Spec};

/// Makes the records of all shares.
pub struct MixedProducer {
    /// The whole request.
    pub spec: Arc<Spec>,
    /// One for each share, or one.
    shares: Vec<Producer>,
    mix: Option<Mix>,
}

impl MixedProducer {
    /// Makes records whose items' bytes go to `store`, with so many threads for one long clip.
    #[must_use]
    pub fn new(spec: Arc<Spec>, shares: &[Arc<Resources>], store: &Store, encoders: usize) -> Self {
        let producer = |share: &Arc<Resources>| Producer::new(Arc::clone(share), store.clone(), encoders);
        Self { mix: Mix::new(&spec), spec, shares: shares.iter().map(producer).collect() }
    }

    /// Records that lack their stored images.
    pub fn draft(&self, indices: Range<u64>) -> Draft {
        let mut pending: Vec<Pending> = Vec::new();
        let records = indices.enumerate().map(|(place, index)| {
            let mut record = self.share(index).record(index, place, &mut pending)?;
            record.share = self.mix.as_ref().map(|mix| mix.share(index) as u64);
            Ok(record)
        });
        let records = records.collect();
        Draft { records, pending }
    }

    /// Draws what a draft lacks: noise, which is the same whatever the share.
    pub fn finish(&self, draft: Draft, cursors: &PayloadCursors) -> Vec<Result<Record>> {
        self.shares[0].finish(draft, cursors)
    }

    /// How many records are best made together on one thread.
    #[must_use]
    pub fn batch(&self, placed: bool) -> u64 {
        self.shares.iter().map(|share| share.batch(placed)).min().unwrap_or(1)
    }

    /// The `ordinal`-th item of its kind of record `index`, over all turns.
    ///
    /// # Errors
    /// [`crate::error::Error::Request`] when there is no such item; else why it cannot be made.
    pub fn item(&self, index: u64, kind: Modality, ordinal: usize) -> Result<Item> {
        self.share(index).item(index, kind, ordinal)
    }

    /// What the `ordinal`-th item of its kind of record `index` is called; none when there is no such item.
    #[must_use]
    pub fn item_name(&self, index: u64, kind: Modality, ordinal: usize) -> Option<ItemName> {
        self.share(index).item_name(index, kind, ordinal)
    }

    /// Whether an item is called so.
    #[must_use]
    pub fn has_item(&self, name: &ItemName) -> bool {
        self.shares_with(name).any(|share| share.has_item(name))
    }

    /// The item that is called so; none when there is none.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn named(&self, name: &ItemName) -> Result<Option<Item>> {
        // No two shares have an item of one name.
        self.shares_with(name).find_map(|share| share.named(name).transpose()).transpose()
    }

    /// Record `index` with its media named and not made; how many bytes they would have is told if that is `sized`.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn outline(&self, index: u64, sized: bool) -> Result<Record> {
        let mut record = self.share(index).outline(index, sized)?;
        record.share = self.mix.as_ref().map(|mix| mix.share(index) as u64);
        Ok(record)
    }

    /// Whether all records before one are drawn to know which source images it shows.
    #[must_use]
    pub fn counts_images(&self) -> bool {
        self.shares.iter().any(|share| share.resources.planner.counts_images())
    }

    /// The shares that may have an item of this name: that of its record, or all with their pools.
    fn shares_with(&self, name: &ItemName) -> impl Iterator<Item = &Producer> {
        let (own, all) = match name.place {
            ItemPlace::Own { record, .. } => (Some(self.share(record)), &[][..]),
            ItemPlace::Pool(_) => (None, &self.shares[..]),
        };
        own.into_iter().chain(all)
    }

    /// The `ordinal`-th clip of record `index`, over all turns, and its rate.
    ///
    /// # Errors
    /// [`crate::error::Error::Request`] when there is no such clip.
    pub fn clip(&self, index: u64, ordinal: usize) -> Result<(Clip, FrameRate)> {
        self.share(index).clip(index, ordinal)
    }

    /// The noise of the `ordinal`-th audio item of record `index`, over all turns, its shape, and its samples of each channel.
    ///
    /// # Errors
    /// [`crate::error::Error::Request`] when there is no such item.
    pub fn samples(&self, index: u64, ordinal: usize) -> Result<(Samples, AudioShape, u64)> {
        self.share(index).samples(index, ordinal)
    }

    /// What is asked of a record.
    #[must_use]
    pub fn spec_of(&self, record: &Record) -> &Spec {
        let share = record.share.and_then(|share| self.shares.get(share as usize));
        share.map_or(&self.spec, |share| &share.resources.spec)
    }

    /// What the shares need, the first share's first.
    pub fn resources(&self) -> impl Iterator<Item = &Arc<Resources>> {
        self.shares.iter().map(|share| &share.resources)
    }

    fn share(&self, index: u64) -> &Producer {
        &self.shares[self.mix.as_ref().map_or(0, |mix| mix.share(index))]
    }
}
