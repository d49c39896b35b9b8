//! Items by their names, and records whose media are named and not made: what a server answers.

use super::Generator;
use crate::error::{Error, Result};
use crate::record::{Item, ItemName, ItemPlace, Record};
use crate::seed::RECORDS;
use crate::spec::Modality;

impl Generator {
    /// What the `ordinal`-th item of its kind of record `index` is called, over all turns; none when there is no such item. Items that
    /// several records show have one name.
    #[must_use]
    pub fn item_name(&self, index: u64, kind: Modality, ordinal: usize) -> Option<ItemName> {
        (index < RECORDS).then(|| self.producer.item_name(index, kind, ordinal)).flatten()
    }

    /// Whether an item is called so, which is known without making it, but for one that a budget of bytes may leave out.
    #[must_use]
    pub fn has_item(&self, name: &ItemName) -> bool {
        !matches!(name.place, ItemPlace::Own { record, .. } if record >= RECORDS) && self.producer.has_item(name)
    }

    /// Whether a record takes no more than its own work to make: not where source images are gone through one after the other, and records
    /// have different numbers of them. There all records before it are drawn, which the request's own are few enough for.
    #[must_use]
    pub fn is_at_hand(&self, index: u64) -> bool {
        index < self.spec().records || !self.producer.counts_images()
    }

    /// The item that is called so, its bytes in memory as they are; none when there is none.
    ///
    /// # Errors
    /// [`Error::Record`], or why an item of the pool cannot be made.
    pub fn item(&self, name: &ItemName) -> Result<Option<Item>> {
        match name.place {
            ItemPlace::Own { record, .. } if record >= RECORDS => Ok(None),
            ItemPlace::Own { record, .. } => {
                self.items.named(name).map_err(|why| Error::Record { index: record, source: Box::new(why) })
            }
            ItemPlace::Pool(_) => self.items.named(name),
        }
    }

    /// Record `index` with its media named and not made: they have no bytes, and are in the files of their names. With `sized` they are
    /// made for the numbers of their bytes and their digests; else these are told only where other things depend on them.
    ///
    /// # Errors
    /// As [`Generator::record`].
    pub fn outline(&self, index: u64, sized: bool) -> Result<Record> {
        self.within(index..index.saturating_add(1))?;
        self.producer.outline(index, sized).map_err(|source| Error::Record { index, source: Box::new(source) })
    }
}
