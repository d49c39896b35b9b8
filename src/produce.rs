//! One record, in a straight line: draw the plan, then text, sounds, pictures and clips. Siblings meet here and nowhere else.

use std::fs::File;
use std::io::{BufWriter, Cursor, Seek, Write};
use std::ops::Range;

use crate::audio::Samples;
use crate::encode::png::Stored;
use crate::encode::video::{VideoEncoder, VideoSettings};
use crate::encode::wav;
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::pattern::Pattern;
use crate::payload::{Payload, Store};
use crate::plan::{AudioPlan, ImagePlan, Plan, Planned, VideoPlan};
use crate::record::{Facts, Item, Record, Turn};
use crate::render::{Clip, Renderer};
use crate::seed::{Address, ITEMS_PER_RECORD};
use crate::spec::{ImageFormat, ImageSource, Media, SceneStyle, Spec, VideoSpec};
use crate::text::Prompter;

/// Stored pictures that are made side by side: the digests of four keep a processor busy.
const LANES: usize = 4;

/// The most bytes of one, so that a group of them is no burden on memory.
const LARGEST: f64 = 64e6;

/// All that is needed to make any record; shared by the workers.
pub struct Producer<'a> {
    /// What was asked for.
    pub spec: &'a Spec,
    /// The writer of prompts, if any are asked for.
    pub prompter: Option<Prompter>,
    /// The maker of pixels.
    pub renderer: &'a dyn Renderer,
    /// Where items' bytes go.
    pub store: Store,
}

impl Producer<'_> {
    /// How many records are best made together on one thread: as many as fill the digest's lanes with noise pictures, where a
    /// record has few of them and little else.
    #[must_use]
    pub fn together(&self) -> u64 {
        match &self.spec.image {
            Some(image) if self.spec.video.is_none() && image.formats.contains(&ImageFormat::Png) => {
                let bytes = 3.0 * image.width.bounds().1 * image.height.bounds().1;
                if matches!(image.source, ImageSource::Noise) && bytes <= LARGEST { LANES as u64 } else { 1 }
            }
            _ => 1,
        }
    }

    /// Makes records: each a pure function of the spec and its index.
    pub fn produce(&self, indices: Range<u64>) -> Vec<Result<Record>> {
        let plans: Vec<_> = indices.map(|index| Plan::draw(self.spec, index)).collect();
        let turns = plans.iter().flat_map(|plan| &plan.turns);
        let stored: Vec<_> = turns.flat_map(|turn| &turn.images).collect();
        let mut noise = stored.chunks(LANES).flat_map(|planned| self.noise(planned));
        plans.iter().map(|plan| self.record(plan, &mut noise)).collect()
    }

    /// One record, in a straight line; `noise` has its stored pictures next.
    fn record(&self, plan: &Plan, noise: &mut dyn Iterator<Item = Result<Item>>) -> Result<Record> {
        let mut record = Record { index: plan.index, system: None, turns: Vec::with_capacity(plan.turns.len()) };
        record.turns.resize_with(plan.turns.len(), Turn::default);
        if let Some(prompter) = &self.prompter {
            let said = prompter.converse(plan.index, record.turns.len())?;
            record.system = said.system;
            for (turn, said) in record.turns.iter_mut().zip(said.turns) {
                (turn.prompts, turn.osl) = (said.prompts, said.osl);
            }
        }
        for (plan, turn) in plan.turns.iter().zip(&mut record.turns) {
            turn.delay_ms = plan.delay_ms;
            turn.audios = plan.audios.iter().map(|planned| self.audio(planned)).collect::<Result<_>>()?;
            turn.images = noise.take(plan.images.len()).collect::<Result<_>>()?;
            if let Some(spec) = &self.spec.video {
                turn.videos = plan.videos.iter().map(|planned| self.video(spec, planned)).collect::<Result<_>>()?;
            }
        }
        Ok(record)
    }

    /// Noise pictures that are stored as they are, made side by side. A failure is one picture's: each is made again by itself
    /// then, so that it stops no other.
    fn noise(&self, planned: &[&Planned<ImagePlan>]) -> Vec<Result<Item>> {
        let together = |planned: &[&Planned<ImagePlan>]| {
            let open = planned.iter().map(|planned| self.open_noise(planned)).collect::<Result<_>>();
            Stored::write_together(open?)
        };
        let item = |planned: &Planned<ImagePlan>, payload| {
            let Size { width, height } = planned.what.size;
            let facts = Facts::Image { format: "png", width, height, source: "noise".into() };
            Item { facts, pool: planned.pool, payload }
        };
        match together(planned) {
            Ok(payloads) => planned.iter().zip(payloads).map(|(planned, payload)| Ok(item(planned, payload))).collect(),
            Err(why) if planned.len() == 1 => vec![Err(why)],
            Err(_) => planned.iter().flat_map(|planned| self.noise(&[planned])).collect(),
        }
    }

    fn open_noise(&self, planned: &Planned<ImagePlan>) -> Result<Stored<'_>> {
        let (size, noise) = (planned.what.size, planned.address.noise(self.spec.seed));
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        let pixels = self.renderer.open_picture(&clip, 0)?;
        Ok(Stored::new(size, pixels, self.store.open(&format!("{}.png", stem(planned)))?))
    }

    fn audio(&self, planned: &Planned<AudioPlan>) -> Result<Item> {
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
        Ok(Item { facts, pool: planned.pool, payload: self.put(&format!("{}.wav", stem(planned)), &bytes)? })
    }

    /// Frames go from the renderer into the encoder's memory, one at a time; packets go straight to the file, or to memory
    /// when they are to stand in the line.
    fn video(&self, spec: &VideoSpec, planned: &Planned<VideoPlan>) -> Result<Item> {
        let Planned { what: VideoPlan { size, frames, rate }, address, pool } = *planned;
        let settings = VideoSettings::new(spec, size, frames);
        let clip =
            Clip { pattern: spec.pattern, style: spec.style, size, frames, noise: address.noise(self.spec.seed) };
        let file = format!("{}.{}", stem(planned), spec.container);
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
fn stem<T>(planned: &Planned<T>) -> String {
    let Address { label, stream } = planned.address;
    let (index, ordinal) = (stream / ITEMS_PER_RECORD, stream % ITEMS_PER_RECORD);
    match planned.pool {
        Some(place) => format!("pool/{}_{place}", label.trim_end_matches(".pool")),
        None => format!("{:04}/{index:06}_{label}_{ordinal}", index / 1000),
    }
}
