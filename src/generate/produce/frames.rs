//! Clips as their frames: images in order, for what takes no video.

use super::Producer;
use super::video::clip;
use crate::error::Result;
use crate::frame::Raster;
use crate::io::payload::FileName;
use crate::plan::{Planned, VideoPlan};
use crate::record::{Item, Metadata, Turn};
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
        let clip = clip(spec, planned, self.resources.spec.seed);
        let how = ImageSpec::new(Distribution::fixed(1.0), Distribution::fixed(1.0));
        let codec = ImageFormat::Jpeg.codec();
        let (index, ordinal) = (planned.address.stream / ITEMS_PER_RECORD, planned.address.stream % ITEMS_PER_RECORD);
        let first = ordinal * u64::from(spec.most_frames());
        for frame in 0..clip.frames {
            let mut image = Raster::blank(clip.size, false)?;
            self.resources.renderer.open_still(&clip, frame)?.read(&mut image.pixels)?;
            let number = first + u64::from(frame);
            let path = format!("{:04}/{index:06}_frame_{number}.{}", index / 1000, codec.name);
            let mut out = self.store.open(&FileName { path, shared: false })?;
            (codec.encode)(&image, &how, &mut out)?;
            let payload = out.finish()?;
            if let Some(left) = left {
                if payload.bytes > *left {
                    return self.store.discard(&payload);
                }
                *left -= payload.bytes;
            }
            let metadata = Metadata::Image {
                format: codec.name,
                width: clip.size.width,
                height: clip.size.height,
                source: format!("{}, clip {ordinal}, frame {frame}", spec.pattern.row().name).into(),
            };
            turn.images.push(Item { metadata, pool: None, uuid: None, payload });
        }
        Ok(())
    }
}
