//! Items by their names, each made without the rest of its record; and the names, which a plan tells without making anything.

use std::sync::Arc;

use super::{Producer, name};
use crate::error::Result;
use crate::io::payload::Payload;
use crate::plan::{Plan, Planned, PlannedItem, Planner, VideoPlan};
use crate::record::{Item, ItemKind, ItemName, ItemPlace, Record};
use crate::seed::ITEMS_PER_RECORD;
use crate::spec::{ImageFormat, Modality};

impl Producer {
    /// What the `ordinal`-th item of its kind of record `index` is called; none when the plan has no such item.
    pub(super) fn item_name(&self, index: u64, modality: Modality, ordinal: usize) -> Option<ItemName> {
        self.resources.planner.draw_names(index).item(modality, ordinal).and_then(|planned| self.name_of(&planned))
    }

    /// Whether an item is called so.
    pub(super) fn has_item(&self, wanted: &ItemName) -> bool {
        match self.find(wanted, Planner::draw_names) {
            Some(Found::Item(planned)) => self.name_of(&planned).as_ref() == Some(wanted),
            Some(Found::Frame(..)) => wanted.extension == ImageFormat::Jpeg.codec().name,
            None => false,
        }
    }

    /// The item that is called so; none when there is none.
    pub(super) fn named(&self, wanted: &ItemName) -> Result<Option<Item>> {
        if !self.has_item(wanted) {
            return Ok(None);
        }
        match (self.find(wanted, Planner::draw), wanted.place) {
            // What is left for it depends on those before it.
            (_, ItemPlace::Own { record, .. }) if self.resources.spec.max_payload_bytes.is_some() => {
                let turns = self.whole(record)?.turns.into_iter();
                let mut items = turns.flat_map(|turn| turn.images.into_iter().chain(turn.audios).chain(turn.videos));
                Ok(items.find(|item| item.name == *wanted))
            }
            (Some(Found::Item(planned)), _) => self.make(&planned),
            (Some(Found::Frame(clip, frame)), _) => {
                let video = self.resources.spec.video.as_ref();
                video.map(|video| self.frame(video, &clip, frame)).transpose()
            }
            (None, _) => Ok(None),
        }
    }

    /// Makes a planned item; none when it is nothing by itself.
    pub(super) fn make(&self, planned: &PlannedItem) -> Result<Option<Item>> {
        let spec = &self.resources.spec;
        let made = match planned {
            PlannedItem::Image(it) => spec.image.as_ref().map(|spec| self.pooled(it, || self.image(spec, it))),
            PlannedItem::Audio(it) => spec.audio.as_ref().map(|spec| self.pooled(it, || self.audio(spec, it))),
            PlannedItem::Video(it) => {
                let clips = spec.video.as_ref().filter(|video| !video.as_frames);
                clips.map(|spec| self.pooled(it, || self.video(spec, it)))
            }
        };
        made.transpose()
    }

    /// A record whose media are named, and have no bytes; how many they would be is told if that is `sized`.
    pub(super) fn outline(&self, index: u64, sized: bool) -> Result<Record> {
        let spec = &self.resources.spec;
        let framed = spec.video.as_ref().is_some_and(|video| video.as_frames);
        // What stands in a record besides may depend on the bytes of its media.
        if !sized && !framed && spec.placement.window.is_none() && spec.max_payload_bytes.is_none() {
            return Self::of_outlines(Arc::clone(&self.resources)).record(index, 0, &mut Vec::new());
        }
        let mut record = self.whole(index)?;
        for turn in &mut record.turns {
            for item in turn.images.iter_mut().chain(&mut turn.audios).chain(&mut turn.videos) {
                item.payload.body = Payload::in_file(&item.name).body;
            }
        }
        Ok(record)
    }

    /// What this name is of, as `draw` draws its record.
    fn find(&self, wanted: &ItemName, draw: impl Fn(&Planner, u64) -> Plan) -> Option<Found> {
        let planner = &self.resources.planner;
        match (wanted.kind, wanted.place) {
            (ItemKind::Whole(modality), ItemPlace::Own { record, ordinal }) => {
                let ordinal = usize::try_from(ordinal).ok()?;
                draw(planner, record).item(modality, ordinal).map(Found::Item)
            }
            (ItemKind::Whole(modality), ItemPlace::Pool(place)) => {
                planner.pooled_item(modality, place).map(Found::Item)
            }
            (ItemKind::Frame, ItemPlace::Own { record, ordinal }) => self.frame_of(&draw(planner, record), ordinal),
            (ItemKind::Frame, ItemPlace::Pool(_)) => None,
        }
    }

    /// The clip and its frame that are a record's so many-th, where clips are their frames.
    fn frame_of(&self, plan: &Plan, ordinal: u64) -> Option<Found> {
        let video = self.resources.spec.video.as_ref().filter(|video| video.as_frames)?;
        let each = u64::from(video.most_frames()).max(1);
        let (clip, frame) = (ordinal / each, u32::try_from(ordinal % each).ok()?);
        let mut clips = plan.turns.iter().flat_map(|turn| &turn.videos);
        let clip = clips.find(|planned| planned.address.stream % ITEMS_PER_RECORD == clip)?;
        (frame < clip.what.frames).then(|| Found::Frame(clip.clone(), frame))
    }

    /// What a planned item is called; none when it is nothing by itself.
    fn name_of(&self, planned: &PlannedItem) -> Option<ItemName> {
        let video = self.resources.spec.video.as_ref();
        match planned {
            PlannedItem::Image(it) => Some(name(it, Modality::Image, it.what.format.codec().name)),
            PlannedItem::Audio(it) => Some(name(it, Modality::Audio, it.what.format.name())),
            PlannedItem::Video(it) => {
                let clips = video.filter(|video| !video.as_frames)?;
                Some(name(it, Modality::Video, clips.container.name()))
            }
        }
    }
}

/// What a name is of.
enum Found {
    Item(PlannedItem),
    /// A frame of a clip.
    Frame(Planned<VideoPlan>, u32),
}
