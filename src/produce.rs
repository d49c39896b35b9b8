//! One record, in a straight line: draw the plan, then text, sounds, pictures and clips. Siblings meet here and nowhere else.

use std::fs::File;
use std::io::{BufWriter, Cursor, Seek, Write};

use crate::audio::Samples;
use crate::encode::video::{VideoEncoder, VideoSettings};
use crate::encode::{png, wav};
use crate::error::{Error, Result};
use crate::image::Sources;
use crate::keep::Keep;
use crate::pattern::Pattern;
use crate::payload::{Payload, Store};
use crate::plan::{AudioPlan, ImagePlan, Planned, Planner, VideoPlan};
use crate::record::{Facts, Item, Record, Turn};
use crate::render::{Clip, Renderer};
use crate::spec::{ImageSpec, Media, SceneStyle, Spec, VideoSpec};
use crate::text::Prompter;

/// Bytes of the pool of reused items that are kept in memory; what stands in files takes none.
pub const POOL: usize = 128 << 20;

/// All that is needed to make any record; shared by the workers.
pub struct Producer<'a> {
    /// What was asked for.
    pub spec: &'a Spec,
    /// Draws what each record is to be.
    pub planner: Planner<'a>,
    /// The pictures to show, unless they are noise.
    pub sources: Option<Sources>,
    /// Items of the pool of reused ones, by their address.
    pub pool: Keep<(&'static str, u64), Item>,
    /// The writer of prompts, if any are asked for.
    pub prompter: Option<Prompter>,
    /// The maker of pixels.
    pub renderer: &'a dyn Renderer,
    /// Where items' bytes go.
    pub store: Store,
}

impl Producer<'_> {
    /// Makes record `index`: a pure function of the spec and the index.
    ///
    /// # Errors
    /// The first that occurs.
    pub fn produce(&self, index: u64) -> Result<Record> {
        let plan = self.planner.draw(index);
        let mut record = Record { index, system: None, turns: Vec::with_capacity(plan.turns.len()) };
        record.turns.resize_with(plan.turns.len(), Turn::default);
        if let Some(prompter) = &self.prompter {
            let said = prompter.converse(index, record.turns.len())?;
            record.system = said.system;
            for (turn, said) in record.turns.iter_mut().zip(said.turns) {
                (turn.prompts, turn.osl) = (said.prompts, said.osl);
            }
        }
        let mut ordinals = [0; 3];
        for (plan, turn) in plan.turns.iter().zip(&mut record.turns) {
            turn.delay_ms = plan.delay_ms;
            for planned in &plan.audios {
                let stem = stem(index, "audio", &mut ordinals[0], planned);
                turn.audios.push(self.lend(planned, || self.audio(planned, &stem))?);
            }
            if let Some(spec) = &self.spec.image {
                for planned in &plan.images {
                    let stem = stem(index, "image", &mut ordinals[1], planned);
                    turn.images.push(self.lend(planned, || self.image(spec, planned, &stem))?);
                }
            }
            if let Some(spec) = &self.spec.video {
                for planned in &plan.videos {
                    let stem = stem(index, "video", &mut ordinals[2], planned);
                    turn.videos.push(self.lend(planned, || self.video(spec, planned, &stem))?);
                }
            }
        }
        Ok(record)
    }

    /// An item of the pool is made once and lent to every record that shows it; any other is made for its own.
    fn lend<T>(&self, planned: &Planned<T>, make: impl FnOnce() -> Result<Item>) -> Result<Item> {
        match planned.pool {
            None => make(),
            Some(place) => self.pool.get(&(planned.address.label, place), |item| item.payload.held(), make),
        }
    }

    fn image(&self, spec: &ImageSpec, planned: &Planned<ImagePlan>, stem: &str) -> Result<Item> {
        let ImagePlan { size, format, source } = planned.what;
        let codec = format.codec();
        let file = format!("{stem}.{}", codec.name);
        let (source, payload) = match (source, &self.sources) {
            (Some(number), Some(sources)) => {
                let (name, rgb) = sources.picture(number, size)?;
                let mut out = self.store.open(&file)?;
                (codec.encode)(size, &rgb, spec, &mut out)?;
                (name, out.finish()?)
            }
            _ => ("noise".into(), self.noise(spec, planned, &file)?),
        };
        let facts = Facts::Image { format: codec.name, width: size.width, height: size.height, source };
        Ok(Item { facts, pool: planned.pool, payload })
    }

    /// Noise is stored as it is read where the format can; else it is read as a whole, and encoded.
    fn noise(&self, spec: &ImageSpec, planned: &Planned<ImagePlan>, file: &str) -> Result<Payload> {
        let ImagePlan { size, format, .. } = planned.what;
        let noise = planned.address.noise(self.spec.seed);
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        let mut pixels = self.renderer.open_picture(&clip, 0)?;
        let mut out = self.store.open(file)?;
        if spec.stores_noise(format) {
            png::write_stored(size, pixels.as_mut(), &mut out)?;
        } else {
            let mut rgb = vec![0; size.rgb_bytes() as usize];
            pixels.read(&mut rgb)?;
            (format.codec().encode)(size, &rgb, spec, &mut out)?;
        }
        out.finish()
    }

    fn audio(&self, planned: &Planned<AudioPlan>, stem: &str) -> Result<Item> {
        let AudioPlan { frames, sample_rate, bit_depth } = planned.what;
        let channels = self.spec.audio.as_ref().map_or(1, |audio| audio.channels);
        let mut samples = Samples::new(planned.address.noise(self.spec.seed));
        let bytes = wav::encode(&mut samples, frames, sample_rate, bit_depth, channels)?;
        let facts = Facts::Audio {
            format: "wav",
            seconds: frames as f64 / f64::from(sample_rate),
            sample_rate,
            bit_depth,
            channels,
        };
        Ok(Item { facts, pool: planned.pool, payload: self.put(&format!("{stem}.wav"), &bytes)? })
    }

    /// Frames go from the renderer into the encoder's memory, one at a time; packets go straight to the file, or to memory
    /// when they are to stand in the line.
    fn video(&self, spec: &VideoSpec, planned: &Planned<VideoPlan>, stem: &str) -> Result<Item> {
        let Planned { what: VideoPlan { size, frames, rate }, address, pool } = *planned;
        let settings = VideoSettings::new(spec, size, frames);
        let clip =
            Clip { pattern: spec.pattern, style: spec.style, size, frames, noise: address.noise(self.spec.seed) };
        let file = format!("{stem}.{}", spec.container);
        let payload = match self.spec.media {
            Media::Inline => {
                let encoded = self.encode(&clip, VideoEncoder::open(&settings, Cursor::new(Vec::new()))?)?;
                self.put(&file, encoded.get_ref())?
            }
            Media::Files => {
                let path = self.store.path(&file)?;
                let out = File::create(&path).map_err(Error::file("create", &path))?;
                self.encode(&clip, VideoEncoder::open(&settings, BufWriter::new(out))?)?;
                self.store.adopt(&file, &path)?
            }
        };
        let facts = Facts::Video {
            format: spec.container,
            width: size.width,
            height: size.height,
            fps: rate.to_string(),
            frames,
            seconds: rate.seconds(frames),
            pattern: spec.pattern.row().name,
            codec: spec.codec.clone(),
        };
        Ok(Item { facts, pool, payload })
    }

    fn encode<W: Write + Seek + Send + 'static>(&self, clip: &Clip, mut encoder: VideoEncoder<W>) -> Result<W> {
        let mut frames = self.renderer.open_clip(clip, encoder.format(), 0)?;
        for _ in 0..clip.frames {
            encoder.encode(|planes| frames.read(planes))?;
        }
        encoder.finish()
    }

    /// Lays down an item that is whole in memory.
    fn put(&self, file: &str, bytes: &[u8]) -> Result<Payload> {
        let mut out = self.store.open(file)?;
        out.reserve(bytes.len() as u64);
        out.write_all(bytes).map_err(|source| Error::File { action: "write", path: file.into(), source })?;
        out.finish()
    }
}

/// The item's file without its extension, such as `0000/000012_image_0`: a thousand records to a folder, so that no folder
/// grows too large for its file system.
fn stem<T>(index: u64, kind: &str, ordinal: &mut u64, planned: &Planned<T>) -> String {
    *ordinal += 1;
    match planned.pool {
        Some(place) => format!("pool/{kind}_{place}"),
        None => format!("{:04}/{index:06}_{kind}_{}", index / 1000, *ordinal - 1),
    }
}
