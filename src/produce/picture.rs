//! Pictures. Noise that is stored as it is, the fastest of all items, is made several pictures at a time.

use std::sync::Arc;

use super::{Producer, file};
use crate::encode::png::Stored;
use crate::error::Result;
use crate::frame::Size;
use crate::pattern::Pattern;
use crate::payload::Payload;
use crate::plan::{ImagePlan, Plan, Planned};
use crate::record::{Facts, Item};
use crate::render::{Clip, Pixels};
use crate::spec::{ImageSource, ImageSpec, SceneStyle};

/// Stored pictures that are made side by side: the digests of four keep a processor busy.
const LANES: usize = 4;

/// The most bytes of one, so that a group of them is no burden on memory.
const LARGEST: f64 = 64e6;

impl Producer<'_> {
    /// How many records are best made together on one thread: as many as fill the lanes with stored pictures, where a record has
    /// these and little else.
    #[must_use]
    pub fn together(&self) -> u64 {
        match &self.spec.image {
            Some(image) if self.spec.video.is_none() && matches!(image.source, ImageSource::Noise) => {
                let bytes = 3.0 * image.width.bounds().1 * image.height.bounds().1;
                let stored = image.formats.iter().any(|format| image.stores_noise(*format));
                if stored && bytes <= LARGEST { LANES as u64 } else { 1 }
            }
            _ => 1,
        }
    }

    /// The stored pictures of these plans, in order.
    pub(super) fn stored_pictures<'a>(&'a self, plans: &'a [Plan]) -> impl Iterator<Item = Result<Item>> + 'a {
        let images = plans.iter().flat_map(|plan| &plan.turns).flat_map(|turn| &turn.images);
        let spec = self.spec.image.as_ref();
        let stored: Vec<_> = images.filter(|planned| spec.is_some_and(|spec| is_stored(spec, planned))).collect();
        let groups = stored.chunks(LANES).map(<[_]>::to_vec).collect::<Vec<_>>();
        groups.into_iter().flat_map(|planned| self.store_together(&planned))
    }

    /// A failure is one picture's: each is made again by itself then, so that it stops no other.
    fn store_together(&self, planned: &[&Planned<ImagePlan>]) -> Vec<Result<Item>> {
        let open = planned.iter().map(|planned| self.open_stored(planned)).collect::<Result<_>>();
        match open.and_then(Stored::write_together) {
            Ok(payloads) => {
                let item = |(planned, payload): (&&Planned<ImagePlan>, _)| Ok(item(planned, "noise".into(), payload));
                planned.iter().zip(payloads).map(item).collect()
            }
            Err(why) if planned.len() == 1 => vec![Err(why)],
            Err(_) => planned.iter().flat_map(|planned| self.store_together(&[planned])).collect(),
        }
    }

    fn open_stored(&self, planned: &Planned<ImagePlan>) -> Result<Stored<'_>> {
        let out = self.store.open(&file(planned, planned.what.format.codec().name))?;
        Ok(Stored::new(planned.what.size, self.open_noise(planned)?, out))
    }

    /// Any picture by itself.
    pub(super) fn image(&self, spec: &ImageSpec, planned: &Planned<ImagePlan>) -> Result<Item> {
        let ImagePlan { size, format, source } = planned.what;
        let (name, rgb) = match (source, &self.sources) {
            (Some(number), Some(sources)) => sources.picture(number, size)?,
            _ if spec.stores_noise(format) => {
                let payload = Stored::write_together(vec![self.open_stored(planned)?])?.remove(0);
                return Ok(item(planned, "noise".into(), payload));
            }
            _ => {
                let mut rgb = vec![0; size.rgb_bytes() as usize];
                self.open_noise(planned)?.read(&mut rgb)?;
                ("noise".into(), rgb)
            }
        };
        let codec = format.codec();
        let mut out = self.store.open(&file(planned, codec.name))?;
        (codec.encode)(size, &rgb, spec, &mut out)?;
        Ok(item(planned, name, out.finish()?))
    }

    fn open_noise(&self, planned: &Planned<ImagePlan>) -> Result<Box<dyn Pixels + '_>> {
        let (size, noise) = (planned.what.size, planned.address.noise(self.spec.seed));
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        self.renderer.open_picture(&clip, 0)
    }
}

/// Whether a picture is one of those that are made together: noise, stored, and not of the pool.
pub(super) fn is_stored(spec: &ImageSpec, planned: &Planned<ImagePlan>) -> bool {
    planned.what.source.is_none() && spec.stores_noise(planned.what.format) && planned.pool.is_none()
}

fn item(planned: &Planned<ImagePlan>, source: Arc<str>, payload: Payload) -> Item {
    let ImagePlan { size: Size { width, height }, format, .. } = planned.what;
    Item { facts: Facts::Image { format: format.codec().name, width, height, source }, pool: planned.pool, payload }
}
