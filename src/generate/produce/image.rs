//! An image by itself: noise or a source image, in any format.

use std::sync::Arc;

use super::{Producer, name};
use crate::encode::image::png::Stored;
use crate::error::Result;
use crate::frame::{Raster, Size};
use crate::io::payload::Payload;
use crate::pattern::{Pattern, SceneStyle};
use crate::plan::{ImagePlan, Planned};
use crate::record::{Item, Metadata};
use crate::render::{Clip, Pixels};
use crate::spec::{ImageSpec, Modality};

/// What shows through a transparent image in a format that has no transparency: what browsers and viewers show.
const WHITE: u8 = 255;

impl Producer {
    /// Any image.
    pub(super) fn image(&self, spec: &ImageSpec, planned: &Planned<ImagePlan>) -> Result<Item> {
        let ImagePlan { size, format, source } = planned.what;
        let codec = format.codec();
        let name = name(planned, Modality::Image, codec.name);
        if let Some(payload) = self.unmade(&name) {
            return Ok(item(planned, "".into(), payload));
        }
        let open = || self.store.open(&name.file());
        let (shown, image) = match (source, &self.resources.sources) {
            (Some(number), Some(sources)) => sources.image(number, size, spec.fit)?,
            _ if spec.stores_noise(format) => {
                let image = Stored::new(size, self.open_noise(planned)?, open()?)?;
                let payload = Stored::write_together(vec![image])?.remove(0);
                return Ok(item(planned, "noise".into(), payload));
            }
            _ => {
                let mut noise = Raster::blank(size, false)?;
                self.open_noise(planned)?.read(&mut noise.pixels)?;
                ("noise".into(), noise)
            }
        };
        let image = if codec.alpha { image } else { image.over(WHITE) };
        let mut out = open()?;
        (codec.encode)(&image, spec, &mut out)?;
        Ok(item(planned, shown, out.finish()?))
    }

    pub(super) fn open_noise(&self, planned: &Planned<ImagePlan>) -> Result<Box<dyn Pixels + '_>> {
        let (size, noise) = (planned.what.size, planned.address.noise(self.resources.spec.seed));
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        self.resources.renderer.open_still(&clip, 0)
    }
}

pub(super) fn item(planned: &Planned<ImagePlan>, source: Arc<str>, payload: Payload) -> Item {
    let ImagePlan { size: Size { width, height }, format, .. } = planned.what;
    Item {
        metadata: Metadata::Image { format: format.codec().name, width, height, source },
        name: name(planned, Modality::Image, format.codec().name),
        pool: planned.pool,
        uuid: None,
        payload,
    }
}
