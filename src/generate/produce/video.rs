//! Clips: frames go from the renderer into the encoder's memory, one at a time; packets go straight to the file, or to memory
//! when they are to stand in the line. An encoder that asks for what is new gets it from the scene itself, whatever renders else.

use std::ops::Range;

use super::{Producer, name};
use crate::content::audio;
use crate::encode::samples::Samples;
use crate::encode::video::{VideoSettings, encode_clip, encode_scene, track_shape};
use crate::error::Result;
use crate::frame::Blocks;
use crate::io::payload::Seekable;
use crate::pattern::Clip;
use crate::plan::{Planned, VideoPlan};
use crate::record::{Item, Metadata, TrackMetadata};
use crate::render::SceneBlocks;
use crate::seed::{Address, Noise, Seed};
use crate::spec::{Modality, TrackSpec, VideoSpec};

impl Producer {
    pub(super) fn video(&self, spec: &VideoSpec, planned: &Planned<VideoPlan>) -> Result<Item> {
        let Planned { what: VideoPlan { size, frames, rate }, address, pool } = *planned;
        let settings = VideoSettings::new(spec, size, rate, frames);
        let clip = clip(spec, planned, self.resources.spec.seed);
        let name = name(planned, Modality::Video, spec.container.name());
        let payload = match self.unmade(&name) {
            Some(unmade) => unmade,
            None => self.store.encode(&name.file(), |out| self.encode(&settings, &clip, address, out))?,
        };
        let metadata = Metadata::Video {
            format: spec.container.name(),
            width: size.width,
            height: size.height,
            fps: rate.to_string(),
            frames,
            seconds: rate.seconds(frames),
            pattern: spec.pattern.row().name,
            codec: spec.codec.clone(),
            track: spec.track.as_ref().map(track_metadata),
        };
        Ok(Item { metadata, name, pool, uuid: None, payload })
    }

    fn encode(&self, settings: &VideoSettings, clip: &Clip, address: Address, out: Seekable) -> Result<Seekable> {
        let audio = settings.track.as_ref().map(|_| self.track(address));
        if settings.is_own() {
            let open =
                |range: Range<u32>| -> Result<Box<dyn Blocks>> { Ok(Box::new(SceneBlocks::open(clip, range.start)?)) };
            return encode_scene(settings, out, audio, self.encoders, open);
        }
        encode_clip(settings, out, audio, self.encoders, |format, range| {
            let mut frames = self.resources.renderer.open_clip(clip, format, range.start)?;
            Ok(Box::new(move |planes| frames.read(planes)))
        })
    }

    /// The samples of a clip's audio track, apart from the clip's other randomness.
    fn track(&self, address: Address) -> Samples<'static> {
        let key = self.resources.spec.seed.key(&format!("{}.track", address.label));
        let mut samples = audio::Samples::new(Noise { key, stream: address.stream });
        Box::new(move |block| {
            samples.fill(block);
            Ok(())
        })
    }
}

/// What a clip shows.
pub(super) fn clip(spec: &VideoSpec, planned: &Planned<VideoPlan>, seed: Seed) -> Clip {
    let VideoPlan { size, frames, .. } = planned.what;
    Clip { pattern: spec.pattern, style: spec.style, size, frames, noise: planned.address.noise(seed) }
}

fn track_metadata(track: &TrackSpec) -> TrackMetadata {
    let shape = track_shape(track);
    TrackMetadata {
        audio_codec: track.codec.clone(),
        sample_rate: shape.sample_rate,
        bit_depth: shape.bit_depth,
        channels: shape.channels,
    }
}
