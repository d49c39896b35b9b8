//! Drafts: records that lack their stored images. Noise that is stored as it is, the fastest of all items, is drawn several
//! images at a time, and its length is known beforehand, so that it can be written to its place in the line at once.

use super::image::item;
use super::{Producer, name};
use crate::dataset::PayloadCursors;
use crate::encode::image::png::{self, Stored};
use crate::error::Result;
use crate::io::payload::{Payload, Sink};
use crate::plan::{ImagePlan, Planned};
use crate::record::{Item, Record};
use crate::spec::{ImageSource, ImageSpec, Media, Modality, Spec};

/// Lines of images from this size on, in bytes, are long.
const LONG: f64 = 1e6;

/// Stored images that are made side by side: the digests of four keep a processor busy.
const LANES: usize = 4;

/// The most bytes of one, so that a group of them is no burden on memory.
const LARGEST: f64 = 64e6;

/// Records whose stored images are still to be drawn.
pub struct Draft {
    /// The records.
    pub records: Vec<Result<Record>>,
    /// Their stored images; the number of each is its place here.
    pub(super) pending: Vec<Pending>,
}

/// A stored image that is still to be drawn.
pub(super) struct Pending {
    slot: Slot,
    planned: Planned<ImagePlan>,
}

/// Where an image stands in a draft.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) record: usize,
    pub(super) turn: usize,
    pub(super) image: usize,
}

/// Whether the records' lines are long, and their length is known before their images are drawn.
#[must_use]
pub fn writes_in_place(spec: &Spec) -> bool {
    spec.shares().iter().all(writes_share_in_place)
}

fn writes_share_in_place(spec: &Spec) -> bool {
    noise(spec).is_some_and(|image| {
        let stored = image.formats.iter().all(|format| image.stores_noise(*format));
        stored && spec.media == Media::Inline && 3.0 * image.width.typical() * image.height.typical() >= LONG
    })
}

/// Whether images may be drawn after all else: not where they stand in several turns, or what is left for one depends on another.
pub(super) fn puts_off(spec: &Spec) -> bool {
    spec.placement.window.is_none() && spec.max_payload_bytes.is_none()
}

/// What noise images are asked for, where no clip stands beside them.
fn noise(spec: &Spec) -> Option<&ImageSpec> {
    let image = spec.image.as_ref()?;
    (spec.video.is_none() && puts_off(spec) && matches!(image.source, ImageSource::Noise)).then_some(image)
}

impl Producer {
    /// How many records are best made together on one thread: as many as fill the lanes with stored images, where a record has
    /// these and little else. `placed` images take no memory.
    #[must_use]
    pub fn batch(&self, placed: bool) -> u64 {
        let side_by_side = noise(&self.resources.spec).is_some_and(|image| {
            let stored = image.formats.iter().any(|format| image.stores_noise(*format));
            stored && (placed || 3.0 * image.width.bounds().1 * image.height.bounds().1 <= LARGEST)
        });
        if side_by_side { LANES as u64 } else { 1 }
    }

    /// Draws the stored images of a draft: to these places, by their number, or where the store has them.
    pub fn finish(&self, draft: Draft, cursors: &PayloadCursors) -> Vec<Result<Record>> {
        let Draft { mut records, pending } = draft;
        let numbered: Vec<Numbered<'_>> = pending.iter().enumerate().collect();
        let payloads = numbered.chunks(LANES).flat_map(|images| self.draw_batch(images, cursors));
        for (Pending { slot, .. }, payload) in pending.iter().zip(payloads) {
            fill(&mut records[slot.record], *slot, payload);
        }
        records
    }

    /// A failure is one image's: each is drawn again by itself then, so that it stops no other.
    fn draw_batch(&self, images: &[Numbered<'_>], cursors: &PayloadCursors) -> Vec<Result<Payload>> {
        let open = images.iter().map(|image| self.open_stored(*image, cursors)).collect::<Result<_>>();
        match open.and_then(Stored::write_together) {
            Ok(payloads) => payloads.into_iter().map(Ok).collect(),
            Err(why) if images.len() == 1 => vec![Err(why)],
            Err(_) => images.chunks(1).flat_map(|image| self.draw_batch(image, cursors)).collect(),
        }
    }

    fn open_stored(&self, (number, pending): Numbered<'_>, cursors: &PayloadCursors) -> Result<Stored<'_>> {
        let planned = &pending.planned;
        let out = match cursors.of(number) {
            Some(cursors) => Sink::line(number, cursors.to_vec()),
            None => self.store.open(&name(planned, Modality::Image, planned.what.format.codec().name).file())?,
        };
        Stored::new(planned.what.size, self.open_noise(planned)?, out)
    }
}

/// A pending image and its number.
type Numbered<'a> = (usize, &'a Pending);

/// Whether an image is one of those that are made together: noise, stored, and not of the pool.
pub(super) fn is_stored(spec: &ImageSpec, planned: &Planned<ImagePlan>) -> bool {
    planned.what.source.is_none() && spec.stores_noise(planned.what.format) && planned.pool.is_none()
}

/// Puts a stored image off: its item lacks the bytes until the draft is finished.
pub(super) fn put_off(planned: &Planned<ImagePlan>, slot: Slot, pending: &mut Vec<Pending>) -> Item {
    let payload = Payload::pending(pending.len(), png::stored_length(planned.what.size));
    pending.push(Pending { slot, planned: planned.clone() });
    item(planned, "noise".into(), payload)
}

/// Gives an image of a record its bytes; the first image that has none takes the record with it.
fn fill(record: &mut Result<Record>, slot: Slot, payload: Result<Payload>) {
    if let Ok(found) = record {
        match payload {
            Ok(payload) => found.turns[slot.turn].images[slot.image].payload = payload,
            Err(why) => *record = Err(why),
        }
    }
}
