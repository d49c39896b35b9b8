//! What record *i* will be. Every random choice about turns and media is made here, from the record's and the items' own
//! streams; what follows is a straight line. Prompts draw for themselves.

mod arrivals;
mod item;
mod mix;
mod numbering;
mod outline;

use std::sync::Arc;

use rand::RngExt;

use crate::frame::{FrameRate, Size};
use crate::seed::{Address, Stream};
use crate::spec::{
    AudioFormat, AudioSpec, Distribution, ImageFormat, ImageSource, ImageSpec, Modality, Reuse, Sampling, Spec,
    VideoSpec,
};

pub use item::PlannedItem;
pub use mix::Mix;
use numbering::Numbering;

/// One record to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its place in the dataset.
    pub index: u64,
    /// Milliseconds from the first moment at which it begins, when an arrival rate was asked for.
    pub arrival_ms: Option<u64>,
    /// Its turns, at least one.
    pub turns: Vec<TurnPlan>,
}

/// One turn to be made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnPlan {
    /// Milliseconds to wait before it.
    pub delay_ms: Option<u64>,
    /// Its images.
    pub images: Vec<Planned<ImagePlan>>,
    /// Its audio items.
    pub audios: Vec<Planned<AudioPlan>>,
    /// Its clips.
    pub videos: Vec<Planned<VideoPlan>>,
}

/// One item to be made, and where its randomness lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned<T> {
    /// Where the item's samples come from.
    pub address: Address,
    /// Its place in the pool of reused items, if it is one.
    pub pool: Option<u64>,
    /// What it is.
    pub what: T,
}

/// An image.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagePlan {
    /// Pixels.
    pub size: Size,
    /// File format.
    pub format: ImageFormat,
    /// Which source image it shows; none for noise. Any number when sources are sampled with replacement, else the
    /// image's own place among all images of the dataset, or of the pool.
    pub source: Option<u64>,
}

/// An audio item.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioPlan {
    /// Samples in each channel, 1..
    pub frames: u64,
    /// Samples a second.
    pub sample_rate: u32,
    /// Bits a sample.
    pub bit_depth: u16,
    /// File format.
    pub format: AudioFormat,
}

/// A clip.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoPlan {
    /// Pixels.
    pub size: Size,
    /// Frames, 1..
    pub frames: u32,
    /// Frames a second.
    pub rate: FrameRate,
}

impl Plan {
    /// Draws record `index` by itself; [`Planner`] draws many.
    #[must_use]
    pub fn draw(spec: &Spec, index: u64) -> Self {
        Planner::new(Arc::new(spec.clone())).draw(index)
    }
}

/// Draws the plans of a dataset's records, in any order, on any thread.
#[derive(Debug)]
pub struct Planner {
    spec: Arc<Spec>,
    numbering: Numbering,
    /// Of a mix: which share's records it draws.
    share: Option<(Mix, usize)>,
}

impl Planner {
    /// A planner of the records of `spec`.
    #[must_use]
    pub fn new(spec: Arc<Spec>) -> Self {
        Self { spec, numbering: Numbering::default(), share: None }
    }

    /// The same for the records of one share of a mix.
    #[must_use]
    pub fn of_share(self, share: Option<(Mix, usize)>) -> Self {
        Self { share, ..self }
    }

    /// Draws record `index`.
    #[must_use]
    pub fn draw(&self, index: u64) -> Plan {
        let cycles = self.spec.image.as_ref().is_some_and(ImageSpec::cycles);
        let first_image = if cycles { self.numbering.first(&self.spec, self.share.as_ref(), index) } else { 0 };
        self.draw_from(index, first_image)
    }

    /// The same, but for which source images it shows: what its items are called, and at once for any record.
    #[must_use]
    pub fn draw_names(&self, index: u64) -> Plan {
        self.draw_from(index, 0)
    }

    /// Whether all records before one are drawn to know which source images it shows.
    #[must_use]
    pub fn counts_images(&self) -> bool {
        self.spec.image.as_ref().is_some_and(ImageSpec::cycles)
            && numbering::images_of_each(&self.spec, self.share.is_some()).is_none()
    }

    fn draw_from(&self, index: u64, first_image: u64) -> Plan {
        let spec = &*self.spec;
        let rng = &mut spec.seed.stream("record", index);
        let outline = outline::draw(spec, rng);
        let pool = self.first_of_pool();
        let mut images = ItemPlanner::new(spec, spec.image.as_ref(), index, first_image, pool);
        let mut audios = ItemPlanner::new(spec, spec.audio.as_ref(), index, 0, pool);
        let mut videos = ItemPlanner::new(spec, spec.video.as_ref(), index, 0, pool);
        let turns = outline.into_iter().map(|turn| TurnPlan {
            delay_ms: turn.delay_ms,
            images: images.draw(turn.images, rng),
            audios: audios.draw(turn.audios, rng),
            videos: videos.draw(turn.videos, rng),
        });
        let arrival_ms = spec.arrival_rate.map(|rate| arrivals::milliseconds(spec.seed, rate, index));
        Plan { index, arrival_ms, turns: turns.collect() }
    }

    /// Where its part of the pool begins: each share has one of its own.
    fn first_of_pool(&self) -> u64 {
        self.share.as_ref().map_or(0, |(_, number)| *number as u64 * self.spec.reuse.pool)
    }
}

/// Draws a record's items of one modality, turn by turn.
struct ItemPlanner<'a, K> {
    spec: &'a Spec,
    /// What is asked of them; none when there are to be none.
    kind: Option<&'a K>,
    index: u64,
    /// The next item's place among the record's.
    ordinal: u64,
    /// The next item's place among the dataset's.
    number: u64,
    /// Where its pool of reused items begins.
    first: u64,
}

impl<'a, K: Kind> ItemPlanner<'a, K> {
    fn new(spec: &'a Spec, kind: Option<&'a K>, index: u64, number: u64, first: u64) -> Self {
        Self { spec, kind, index, ordinal: 0, number, first }
    }

    /// A turn's items. Each is one of the pool with the probability that was asked for, else it is the record's own.
    fn draw(&mut self, count: u64, rng: &mut Stream) -> Vec<Planned<K::Plan>> {
        let Some(kind) = self.kind else { return Vec::new() };
        let Reuse { rate, pool } = self.spec.reuse;
        (0..count)
            .map(|_| {
                let own = Address::of_item(K::MODALITY.name(), self.index, self.ordinal);
                let pool = (rate > 0.0 && rng.random_bool(rate)).then(|| self.first + rng.random_range(0..pool));
                let address = pool.map_or(own, |stream| Address { label: K::MODALITY.pool(), stream });
                let what = kind.plan(&mut address.draws(self.spec.seed), pool.unwrap_or(self.number));
                self.ordinal += 1;
                self.number += 1;
                Planned { address, pool, what }
            })
            .collect()
    }
}

/// A kind of item that a plan is drawn for.
trait Kind {
    const MODALITY: Modality;
    type Plan;
    /// Draws one item, the `number`-th of the dataset or of the pool.
    fn plan(&self, rng: &mut Stream, number: u64) -> Self::Plan;
}

impl Kind for ImageSpec {
    const MODALITY: Modality = Modality::Image;
    type Plan = ImagePlan;

    fn plan(&self, rng: &mut Stream, number: u64) -> ImagePlan {
        let size = Size::new(self.width.draw_int(rng) as u32, self.height.draw_int(rng) as u32);
        let format = self.formats[rng.random_range(0..self.formats.len() as u64) as usize];
        let source = match &self.source {
            ImageSource::Noise => None,
            ImageSource::Set { sampling, .. } => Some(match sampling {
                Sampling::RandomWithReplacement => rng.random::<u64>(),
                Sampling::ShuffleCycle | Sampling::SequentialCycle => number,
            }),
        };
        ImagePlan { size, format, source }
    }
}

impl Kind for AudioSpec {
    const MODALITY: Modality = Modality::Audio;
    type Plan = AudioPlan;

    fn plan(&self, rng: &mut Stream, _number: u64) -> AudioPlan {
        let seconds = self.seconds.draw(rng);
        let sample_rate = self.sample_rates[rng.random_range(0..self.sample_rates.len() as u64) as usize];
        let bit_depth = self.bit_depths[rng.random_range(0..self.bit_depths.len() as u64) as usize];
        let frames = (seconds * f64::from(sample_rate)).round().max(1.0) as u64;
        // Nothing is drawn for one format, so that audio items of one are the same whether more may be asked for or not.
        let format = match self.formats[..] {
            [only] => only,
            _ => self.formats[rng.random_range(0..self.formats.len() as u64) as usize],
        };
        AudioPlan { frames, sample_rate, bit_depth, format }
    }
}

impl Kind for VideoSpec {
    const MODALITY: Modality = Modality::Video;
    type Plan = VideoPlan;

    fn plan(&self, rng: &mut Stream, _number: u64) -> VideoPlan {
        let step = if self.even_sides { 2 } else { 1 };
        let mut side = |sides: &Distribution| sides.draw_multiple(rng, step) as u32;
        let size = Size::new(side(&self.width), side(&self.height));
        let seconds = self.seconds.draw(rng);
        let rate = self.rates.as_ref().map_or(self.rate, |rates| FrameRate { num: rates.draw_int(rng) as u32, den: 1 });
        let frames = self.frames(seconds, rate);
        VideoPlan { size, frames, rate }
    }
}
