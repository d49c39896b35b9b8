//! The validated request: what a dataset is to hold. No I/O, no clap; built once by `cli`, and past that point the types hold
//! the invariants. With the seed it determines every byte; where and how fast it runs is not part of it.

mod audio;
mod check;
pub(crate) mod distribution;
mod image;
mod mix;
mod placement;
mod text;
mod video;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};

use crate::io::digest::Sha256;
use crate::seed::Seed;

pub use audio::{AudioFormat, AudioSpec};
pub use distribution::{Distribution, Shape};
pub use image::{Chroma, Fit, ImageFormat, ImageSource, ImageSpec, PngCompression, Sampling};
pub use mix::Share;
pub use placement::{MediaOrder, Placement, Turns};
pub use text::{CacheBust, Lengths, Literals, Pair, Prefixes, TextSpec};
pub use video::{SIDES, Speed, TrackSpec, VideoFormat, VideoSpec};

/// What was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spec {
    /// The number that everything is drawn from.
    pub seed: Seed,
    /// Records (conversations), 1..
    pub records: u64,
    /// The rhythm of a conversation.
    pub conversation: Conversation,
    /// Prompts, if any.
    pub text: Option<TextSpec>,
    /// Images, if any.
    pub image: Option<ImageSpec>,
    /// Audio, if any.
    pub audio: Option<AudioSpec>,
    /// Clips, if any.
    pub video: Option<VideoSpec>,
    /// How often items come from a fixed pool.
    pub reuse: Reuse,
    /// Where media bytes go.
    pub media: Media,
    /// What whole request bodies say besides.
    pub body: BodySpec,
    /// Conversations that begin in a second, on average, as a Poisson process; for the formats that say when.
    pub arrival_rate: Option<f64>,
    /// Names of the files to write, rows of the FORMATS table.
    pub formats: Vec<String>,
    /// How these files are cut and packed.
    #[serde(default)]
    pub files: FilesSpec,
    /// Where media stand in a conversation.
    #[serde(default)]
    pub placement: Placement,
    /// Shapes of requests, of which each record is one; where there are any, they stand for what `conversation`, the modalities and
    /// `placement` say here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<Share>,
    /// The most bytes that a record's media have, before base64: what would exceed them is drawn smaller, or left out; none: no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_payload_bytes: Option<u64>,
    /// Families of models whose tokens for each medium `records.jsonl` tells, rows of the FAMILIES table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_families: Vec<String>,
    /// Servers that are to take it, rows of the SERVERS table: what would fail at one of them is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
}

impl Default for Spec {
    /// One record of one turn, with nothing in it yet.
    fn default() -> Self {
        Self {
            seed: Seed(0),
            records: 1,
            conversation: Conversation { turns: Distribution::fixed(1.0), delay_ms: None },
            text: None,
            image: None,
            audio: None,
            video: None,
            reuse: Reuse { rate: 0.0, pool: 10 },
            media: Media::Inline,
            body: BodySpec::default(),
            arrival_rate: None,
            formats: Vec::new(),
            files: FilesSpec::default(),
            placement: Placement::default(),
            mix: Vec::new(),
            max_payload_bytes: None,
            model_families: Vec::new(),
            servers: Vec::new(),
        }
    }
}

impl Spec {
    /// What tells its records from those of another request, 16 hex digits: SHA-256 of all of it but how many records there are, and where
    /// and in which formats they are written. Media that are made anywhere by a settled request of the same digest are the same.
    #[must_use]
    pub fn digest(&self) -> String {
        let plain = Self {
            records: 1,
            media: Media::Inline,
            formats: Vec::new(),
            files: FilesSpec::default(),
            model_families: Vec::new(),
            servers: Vec::new(),
            ..self.clone()
        };
        let mut sha256 = Sha256::default();
        sha256.update(&serde_json::to_vec(&plain).unwrap_or_default()); // a request is always JSON
        sha256.hex()[..16].to_owned()
    }

    /// Whether there are images, audio or videos.
    #[must_use]
    pub fn has_media(&self) -> bool {
        self.image.is_some() || self.audio.is_some() || self.video.is_some()
    }
}

/// Turns of a conversation and the pauses between them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Conversation {
    /// Turns, 1..
    pub turns: Distribution,
    /// Milliseconds before each turn but the first, already scaled by the delay ratio; none when no delay was asked for.
    pub delay_ms: Option<Distribution>,
}

/// Controlled reuse, to test a server's multimodal cache.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Reuse {
    /// Probability that an item is one of the pool, 0..=1.
    pub rate: f64,
    /// Items of each kind in the pool, 1..
    pub pool: u64,
}

/// A kind of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// Images.
    Image,
    /// Audio.
    Audio,
    /// Clips.
    Video,
}

impl Modality {
    /// Every modality.
    pub const ALL: [Self; 3] = [Self::Image, Self::Audio, Self::Video];

    /// Its name in files and in the labels of keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// The label of keys for the items of the pool of reused ones.
    pub(crate) const fn pool(self) -> &'static str {
        match self {
            Self::Image => "image.pool",
            Self::Audio => "audio.pool",
            Self::Video => "video.pool",
        }
    }
}

/// Where a media item's bytes go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// As base64 in the line.
    Inline,
    /// In a file of its own below `media/`, named by the line.
    Files,
    /// In such a file, which the line names by an address, such as `http://host/d/0000/000012_video_0.mp4`.
    Url {
        /// What stands before the file's name below `media/`, without a slash at its end, such as `http://host/d`.
        prefix: String,
    },
}

impl Media {
    /// Whether items have files of their own.
    #[must_use]
    pub fn has_files(&self) -> bool {
        *self != Self::Inline
    }
}

/// How a format's lines are dealt over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FilesSpec {
    /// Records of each file, 1..; the last one may have fewer. None: all in one.
    pub lines: Option<u64>,
    /// How the files are packed; none: they are not.
    pub compression: Option<Compression>,
}

/// How a file of lines is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Zstandard (RFC 8878), one frame with a checksum.
    Zstd,
}

impl Compression {
    /// What its files' names end in.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Zstd => "zst",
        }
    }
}

/// What whole request bodies say beside the conversation, for the formats that hold such.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BodySpec {
    /// The model that is asked.
    pub model: Option<String>,
    /// More fields, such as `"temperature": 0`.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// A path as it can be read; JSON has no other characters than Unicode's, paths may.
fn readable<S: Serializer>(path: &Path, out: S) -> Result<S::Ok, S::Error> {
    path.to_string_lossy().serialize(out)
}

/// The same of a path that may be none.
fn readable_if_any<S: Serializer>(path: &Option<PathBuf>, out: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(out)
}
