//! What was found in a dataset, in figures.

use std::collections::HashSet;

use serde::{Serialize, Serializer};

use super::check::Checked;
use super::histogram::{Histogram, Summary};
use crate::dataset::{Fault, FinishedDataset};
use crate::media_tokens::ModelFamily;
use crate::spec::Modality;

/// Faults that are told one by one; the others are counted.
const TOLD: usize = 100;

/// Prompts, beginnings and items that are each compared with all before them: about 32 MiB of digests for each of the three. Those behind
/// are compared with these.
const COMPARED: usize = 1 << 21;

/// What is measured, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Turns of a record.
    Turns,
    /// Tokens of a prompt.
    Isl,
    /// Tokens of a system prompt.
    System,
    /// Tokens asked for in a turn.
    Osl,
    /// Pause before a turn.
    Delay,
    /// Images of a turn that has some.
    Images,
    /// Pixels.
    ImageWidth,
    /// Pixels.
    ImageHeight,
    /// Bytes of an image.
    ImageBytes,
    /// Audio items of a turn that has some.
    Audios,
    /// Length of audio.
    AudioSeconds,
    /// Bytes of an audio item.
    AudioBytes,
    /// Clips of a turn that has some.
    Videos,
    /// Pixels.
    VideoWidth,
    /// Pixels.
    VideoHeight,
    /// Frames of a clip.
    VideoFrames,
    /// Length of a clip.
    VideoSeconds,
    /// Bytes of a clip.
    VideoBytes,
    /// Bytes of a record's media, before base64.
    Payload,
}

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Things.
    One,
    /// Tokens.
    Tokens,
    /// Pixels.
    Pixels,
    /// Bytes.
    Bytes,
    /// Seconds, of which thousandths are counted.
    Seconds,
}

/// One quantity's name and unit.
type Row = (Quantity, &'static str, Unit);

/// Every quantity, in the order of [`Quantity`].
const ROWS: [Row; 19] = [
    (Quantity::Turns, "turns", Unit::One),
    (Quantity::Isl, "isl", Unit::Tokens),
    (Quantity::System, "system", Unit::Tokens),
    (Quantity::Osl, "osl", Unit::Tokens),
    (Quantity::Delay, "delay", Unit::Seconds),
    (Quantity::Images, "images", Unit::One),
    (Quantity::ImageWidth, "image_width", Unit::Pixels),
    (Quantity::ImageHeight, "image_height", Unit::Pixels),
    (Quantity::ImageBytes, "image_bytes", Unit::Bytes),
    (Quantity::Audios, "audios", Unit::One),
    (Quantity::AudioSeconds, "audio_seconds", Unit::Seconds),
    (Quantity::AudioBytes, "audio_bytes", Unit::Bytes),
    (Quantity::Videos, "videos", Unit::One),
    (Quantity::VideoWidth, "video_width", Unit::Pixels),
    (Quantity::VideoHeight, "video_height", Unit::Pixels),
    (Quantity::VideoFrames, "video_frames", Unit::One),
    (Quantity::VideoSeconds, "video_seconds", Unit::Seconds),
    (Quantity::VideoBytes, "video_bytes", Unit::Bytes),
    (Quantity::Payload, "payload_bytes", Unit::Bytes),
];

/// What was found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of masque that made the dataset.
    pub masque: String,
    /// Its seed.
    pub seed: u64,
    /// Its formats.
    pub formats: Vec<&'static str>,
    /// Records that were read.
    pub records: u64,
    /// Records that there should be.
    pub expected: u64,
    /// The first faults, in the order of the dataset.
    pub faults: Vec<Fault>,
    /// All faults.
    pub fault_count: u64,
    /// Media that were decoded; those of the pool once.
    pub decoded: u64,
    /// Images that were not decoded, since they have more pixels than decoders take.
    pub undecoded: u64,
    /// Prompts.
    pub prompts: Alike,
    /// Prompts whose first 64 bytes are those of another before them.
    pub beginnings: Alike,
    /// Media, but for those of the pool.
    pub items: Alike,
    /// What each quantity's values are.
    #[serde(serialize_with = "by_name")]
    distributions: Histograms,
}

/// Of every quantity; and of predicted tokens, by family and kind of medium.
#[derive(Debug)]
struct Histograms {
    quantities: Vec<Histogram>,
    families: Vec<&'static str>,
    tokens: Vec<[Histogram; 3]>,
}

/// How many there are, and how many of them are like one before.
#[derive(Debug, Default, Serialize)]
pub struct Alike {
    /// All.
    pub count: u64,
    /// Those that are like one before.
    pub repeated: u64,
    #[serde(skip)]
    seen: HashSet<u64>,
}

impl Alike {
    fn add(&mut self, digest: u64) {
        self.count += 1;
        let known = if self.seen.len() < COMPARED { !self.seen.insert(digest) } else { self.seen.contains(&digest) };
        self.repeated += u64::from(known);
    }
}

impl Report {
    pub(super) fn new(dataset: &FinishedDataset, families: &[&'static ModelFamily]) -> Self {
        let manifest = dataset.manifest();
        let records = dataset.records();
        Self {
            masque: manifest.masque.clone(),
            seed: manifest.seed,
            formats: dataset.formats().iter().map(|format| format.name).collect(),
            records: 0,
            expected: records.end - records.start,
            faults: Vec::new(),
            fault_count: 0,
            decoded: 0,
            undecoded: 0,
            prompts: Alike::default(),
            beginnings: Alike::default(),
            items: Alike::default(),
            distributions: Histograms {
                quantities: vec![Histogram::default(); ROWS.len()],
                families: families.iter().map(|family| family.name).collect(),
                tokens: vec![Default::default(); families.len()],
            },
        }
    }

    pub(super) fn fail(&mut self, faults: Vec<Fault>) {
        self.fault_count += faults.len() as u64;
        let room = TOLD.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }

    pub(super) fn add(&mut self, checked: Checked) {
        self.records += 1;
        self.decoded += checked.decoded;
        self.undecoded += checked.undecoded;
        for (quantity, value) in checked.values {
            self.distributions.quantities[quantity as usize].add(value);
        }
        for (modality, family, tokens) in checked.tokens {
            self.distributions.tokens[family][modality as usize].add(tokens);
        }
        for (whole, beginning) in checked.prompts {
            self.prompts.add(whole);
            self.beginnings.add(beginning);
        }
        checked.items.into_iter().for_each(|item| self.items.add(item));
        self.fail(checked.faults);
    }

    /// The quantities of which there are values: name, unit and what they are. Predicted tokens are called such as
    /// `image_tokens.qwen3_vl`.
    pub fn distributions(&self) -> impl Iterator<Item = (String, Unit, Summary)> {
        self.distributions.summaries()
    }
}

impl Histograms {
    fn summaries(&self) -> impl Iterator<Item = (String, Unit, Summary)> {
        let rows = ROWS.iter().zip(&self.quantities);
        let rows = rows.filter_map(|((_, name, unit), histogram)| {
            let unit_is = if *unit == Unit::Seconds { 1000.0 } else { 1.0 };
            Some(((*name).to_owned(), *unit, histogram.summary(unit_is)?))
        });
        let tokens = self.families.iter().zip(&self.tokens).flat_map(|(family, kinds)| {
            let kinds = Modality::ALL.iter().zip(kinds);
            kinds.filter_map(move |(modality, histogram)| {
                let name = format!("{}_tokens.{family}", modality.name());
                Some((name, Unit::Tokens, histogram.summary(1.0)?))
            })
        });
        rows.chain(tokens)
    }
}

fn by_name<S: Serializer>(histograms: &Histograms, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(histograms.summaries().map(|(name, _, summary)| (name, summary)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_quantities() {
        assert!(ROWS.iter().enumerate().all(|(place, (quantity, ..))| *quantity as usize == place));
    }
}
