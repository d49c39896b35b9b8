//! One planned item of any kind: of a record's plan, or of the pool of reused items.

use super::{AudioPlan, ImagePlan, Kind, Plan, Planned, Planner, TurnPlan, VideoPlan};
use crate::seed::Address;
use crate::spec::Modality;

/// An item of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum PlannedItem {
    /// An image.
    Image(Planned<ImagePlan>),
    /// An audio item.
    Audio(Planned<AudioPlan>),
    /// A clip.
    Video(Planned<VideoPlan>),
}

impl Plan {
    /// The `ordinal`-th item of its kind over all turns.
    #[must_use]
    pub fn item(&self, modality: Modality, ordinal: usize) -> Option<PlannedItem> {
        fn nth<T: Clone>(
            turns: &[TurnPlan],
            of: fn(&TurnPlan) -> &Vec<Planned<T>>,
            ordinal: usize,
        ) -> Option<Planned<T>> {
            turns.iter().flat_map(of).nth(ordinal).cloned()
        }
        match modality {
            Modality::Image => nth(&self.turns, |turn| &turn.images, ordinal).map(PlannedItem::Image),
            Modality::Audio => nth(&self.turns, |turn| &turn.audios, ordinal).map(PlannedItem::Audio),
            Modality::Video => nth(&self.turns, |turn| &turn.videos, ordinal).map(PlannedItem::Video),
        }
    }
}

impl Planner {
    /// The item at this place of the pool, which each share of a mix has a part of; none when there is no such place.
    #[must_use]
    pub fn pooled_item(&self, modality: Modality, place: u64) -> Option<PlannedItem> {
        let spec = &*self.spec;
        match modality {
            Modality::Image => self.pooled(spec.image.as_ref(), place).map(PlannedItem::Image),
            Modality::Audio => self.pooled(spec.audio.as_ref(), place).map(PlannedItem::Audio),
            Modality::Video => self.pooled(spec.video.as_ref(), place).map(PlannedItem::Video),
        }
    }

    fn pooled<K: Kind>(&self, kind: Option<&K>, place: u64) -> Option<Planned<K::Plan>> {
        let reuse = self.spec.reuse;
        let first = self.first_of_pool();
        let there = reuse.rate > 0.0 && place >= first && place - first < reuse.pool;
        let address = Address { label: K::MODALITY.pool(), stream: place };
        let plan = |kind: &K| kind.plan(&mut address.draws(self.spec.seed), place);
        let what = kind.filter(|_| there).map(plan)?;
        Some(Planned { address, pool: Some(place), what })
    }
}
