//! Pictures. Noise that is stored as it is, the fastest of all items, is made several pictures at a time.

use super::{Producer, file};
use crate::encode::png::Stored;
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::pattern::Pattern;
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
        let open = planned.iter().map(|planned| {
            let out = self.store.open(&file(planned, "png"))?;
            Ok(Stored::new(planned.what.size, self.open_noise(planned)?, out))
        });
        match open.collect::<Result<_>>().and_then(Stored::write_together) {
            Ok(payloads) => {
                let item = |(planned, payload): (&&Planned<ImagePlan>, _)| {
                    Ok(Item { facts: facts("png", planned.what.size, "noise"), pool: planned.pool, payload })
                };
                planned.iter().zip(payloads).map(item).collect()
            }
            Err(why) if planned.len() == 1 => vec![Err(why)],
            Err(_) => planned.iter().flat_map(|planned| self.store_together(&[planned])).collect(),
        }
    }

    /// Any picture; `stored` has the next one that is stored.
    pub(super) fn image(
        &self,
        spec: &ImageSpec,
        planned: &Planned<ImagePlan>,
        stored: &mut dyn Iterator<Item = Result<Item>>,
    ) -> Result<Item> {
        if is_stored(spec, planned) {
            return stored.next().unwrap_or_else(|| Err(Error::encode("png", "a picture is missing")));
        }
        let (size, codec) = (planned.what.size, planned.what.format.codec());
        let mut rgb = vec![0; size.rgb_bytes() as usize];
        self.open_noise(planned)?.read(&mut rgb)?;
        let mut out = self.store.open(&file(planned, codec.name))?;
        (codec.encode)(size, &rgb, spec, &mut out)?;
        Ok(Item { facts: facts(codec.name, size, "noise"), pool: planned.pool, payload: out.finish()? })
    }

    fn open_noise(&self, planned: &Planned<ImagePlan>) -> Result<Box<dyn Pixels + '_>> {
        let (size, noise) = (planned.what.size, planned.address.noise(self.spec.seed));
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        self.renderer.open_picture(&clip, 0)
    }
}

fn is_stored(spec: &ImageSpec, planned: &Planned<ImagePlan>) -> bool {
    planned.what.source.is_none() && spec.stores_noise(planned.what.format)
}

fn facts(format: &'static str, Size { width, height }: Size, source: &str) -> Facts {
    Facts::Image { format, width, height, source: source.into() }
}
