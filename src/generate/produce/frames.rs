//! Clips as their frames: images in order, for what takes no video.

use super::Producer;
use super::video::clip;
use crate::error::Result;
use crate::frame::Raster;
use crate::plan::{Planned, VideoPlan};
use crate::record::{Item, ItemKind, ItemName, ItemPlace, Metadata, Turn};
use crate::seed::ITEMS_PER_RECORD;
use crate::spec::{Distribution, ImageFormat, ImageSpec, VideoSpec};

impl Producer {
    /// Adds the frames of a clip to a turn's images, as many as fit into what is `left` of a budget.
    pub(super) fn frames(
        &self,
        spec: &VideoSpec,
        planned: &Planned<VideoPlan>,
        turn: &mut Turn,
        left: &mut Option<u64>,
    ) -> Result<()> {
        for frame in 0..planned.what.frames {
            let item = self.frame(spec, planned, frame)?;
            if let Some(left) = left {
                if item.payload.bytes > *left {
                    return self.store.discard(&item.payload);
                }
                *left -= item.payload.bytes;
            }
            turn.images.push(item);
        }
        Ok(())
    }

    /// One frame of a clip.
    pub(super) fn frame(&self, spec: &VideoSpec, planned: &Planned<VideoPlan>, frame: u32) -> Result<Item> {
        let clip = clip(spec, planned, self.resources.spec.seed);
        let how = ImageSpec::new(Distribution::fixed(1.0), Distribution::fixed(1.0));
        let codec = ImageFormat::Jpeg.codec();
        let (record, number) = (planned.address.stream / ITEMS_PER_RECORD, planned.address.stream % ITEMS_PER_RECORD);
        let mut image = Raster::blank(clip.size, false)?;
        self.resources.renderer.open_still(&clip, frame)?.read(&mut image.pixels)?;
        let ordinal = number * u64::from(spec.most_frames()) + u64::from(frame);
        let place = ItemPlace::Own { record, ordinal };
        let name = ItemName { kind: ItemKind::Frame, place, extension: codec.name.to_owned() };
        let mut out = self.store.open(&name.file())?;
        (codec.encode)(&image, &how, &mut out)?;
        let metadata = Metadata::Image {
            format: codec.name,
            width: clip.size.width,
            height: clip.size.height,
            source: format!("{}, clip {number}, frame {frame}", spec.pattern.row().name).into(),
        };
        Ok(Item { metadata, name, pool: None, uuid: None, payload: out.finish()? })
    }
}
