//! What is written: a record with its prompts and its encoded media. Knows nothing of how it was made or of any format.

mod item_name;
mod totals;

use std::sync::Arc;

use serde::Serialize;

use crate::frame::{FrameRate, Size};
use crate::io::payload::{Body, FileName, Payload};
use crate::media_tokens::{self, ClipShape, ModelFamily};
use crate::spec::{AudioFormat, Modality};

pub use item_name::{ItemKind, ItemName, ItemPlace, MEDIA};
pub use totals::{Count, Totals};

/// One conversation.
#[derive(Debug)]
pub struct Record {
    /// Its place in the dataset, from 0.
    pub index: u64,
    /// Which share of the mix it is of.
    pub share: Option<u64>,
    /// A system prompt, to be sent as such.
    pub system: Option<SystemPrompt>,
    /// Milliseconds from the first moment at which it begins, when an arrival rate was asked for.
    pub arrival_ms: Option<u64>,
    /// Its turns, at least one.
    pub turns: Vec<Turn>,
}

/// One request of a conversation.
#[derive(Debug, Default)]
pub struct Turn {
    /// Its prompts.
    pub prompts: Vec<Prompt>,
    /// An answer made up for it, of as many tokens as are asked for, where the request wants answers.
    pub answer: Option<Prompt>,
    /// Tokens to ask for; none: the model decides.
    pub osl: Option<u64>,
    /// Milliseconds to wait before it.
    pub delay_ms: Option<u64>,
    /// Its images.
    pub images: Vec<Item>,
    /// Its audio items.
    pub audios: Vec<Item>,
    /// Its clips.
    pub videos: Vec<Item>,
}

/// A system prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPrompt {
    /// The text, which many conversations may share.
    pub text: Arc<str>,
    /// Tokens that the tokenizer counts in `text`, exactly.
    pub tokens: u64,
}

/// One prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The text.
    pub text: String,
    /// Tokens that the tokenizer counts in `text`, exactly.
    pub tokens: u64,
    /// Which prefix of the pool it begins with.
    pub prefix: Option<u64>,
}

/// One image, audio item or video.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is.
    pub metadata: Metadata,
    /// What its file is called below the media folder, where it has one.
    pub name: ItemName,
    /// Which item of the pool of reused ones it is.
    pub pool: Option<u64>,
    /// By what a server knows it again, where it may stand in several turns.
    pub uuid: Option<String>,
    /// Its bytes.
    pub payload: Payload,
}

/// The media type of a file of this format.
#[must_use]
pub fn media_type(modality: Modality, format: &str) -> String {
    let audio = AudioFormat::ALL.iter().find(|audio| modality == Modality::Audio && audio.name() == format);
    audio.map_or_else(|| format!("{}/{format}", modality.name()), |audio| audio.mime().to_owned())
}

impl ItemName {
    /// The media type of what it names.
    #[must_use]
    pub fn mime(&self) -> String {
        let modality = match self.kind {
            ItemKind::Whole(modality) => modality,
            ItemKind::Frame => Modality::Image,
        };
        media_type(modality, &self.extension)
    }

    /// The file that it names.
    #[must_use]
    pub(crate) fn file(&self) -> FileName {
        FileName { path: self.to_string(), shared: matches!(self.place, ItemPlace::Pool(_)) }
    }
}

impl Payload {
    /// A payload that is not made: it stands for what the file of this name would hold.
    #[must_use]
    pub(crate) fn in_file(name: &ItemName) -> Self {
        Self { bytes: 0, sha256: String::new(), body: Body::File(format!("{MEDIA}/{name}")) }
    }
}

impl Item {
    /// The bytes themselves; none when they are in a file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.payload.bytes).unwrap_or(0));
        let _ = self.payload.write_to(&mut bytes); // a vector takes everything
        bytes
    }

    /// The item as a data URL, such as `data:image/png;base64,…`; with nothing behind the comma when its bytes are in a file.
    #[must_use]
    pub fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.metadata.mime(), String::from_utf8_lossy(&self.payload.base64()))
    }
}

/// What an item is, as `records.jsonl` tells it.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Metadata {
    /// An image.
    Image {
        /// `png`, `jpeg`, `webp`.
        format: &'static str,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// `noise`, or the name of the source image.
        source: Arc<str>,
    },
    /// An audio item.
    Audio {
        /// `wav`, `mp3`, `flac`, `opus`.
        format: AudioFormat,
        /// Length.
        seconds: f64,
        /// Samples a second of each channel.
        sample_rate: u32,
        /// Bits a sample.
        bit_depth: u16,
        /// 1 or 2.
        channels: u16,
    },
    /// A clip.
    Video {
        /// `webm`, `mp4`.
        format: &'static str,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Frames a second, as a number or a ratio.
        fps: String,
        /// Frames.
        frames: u32,
        /// Length.
        seconds: f64,
        /// What it shows.
        pattern: &'static str,
        /// FFmpeg's name of the encoder.
        codec: String,
        /// Its audio track.
        #[serde(flatten)]
        track: Option<TrackMetadata>,
    },
}

/// What a clip's audio track is.
#[derive(Debug, Clone, Serialize)]
pub struct TrackMetadata {
    /// FFmpeg's name of the encoder.
    pub audio_codec: String,
    /// Samples a second of each channel.
    pub sample_rate: u32,
    /// Bits a sample of the noise before it was encoded.
    pub bit_depth: u16,
    /// 1 or 2.
    pub channels: u16,
}

impl Metadata {
    /// The file format, which is also the extension of a file's name.
    #[must_use]
    pub fn format(&self) -> &'static str {
        match self {
            Self::Image { format, .. } | Self::Video { format, .. } => format,
            Self::Audio { format, .. } => format.name(),
        }
    }

    /// The media type of a data URL.
    #[must_use]
    pub fn mime(&self) -> String {
        let modality = match self {
            Self::Image { .. } => Modality::Image,
            Self::Audio { .. } => Modality::Audio,
            Self::Video { .. } => Modality::Video,
        };
        media_type(modality, self.format())
    }

    /// Tokens that it costs models of a family; none where they do not take it.
    #[must_use]
    pub(crate) fn tokens(&self, family: &ModelFamily) -> Option<u64> {
        match self {
            Self::Image { width, height, .. } => (family.image)(Size::new(*width, *height)),
            Self::Audio { seconds, .. } => (family.audio)(media_tokens::samples(*seconds)),
            Self::Video { width, height, fps, frames, .. } => {
                let rate = fps.parse::<FrameRate>().ok()?.fps();
                (family.video)(&ClipShape { size: Size::new(*width, *height), frames: u64::from(*frames), rate })
            }
        }
    }

    /// Bytes of memory that the metadata hold on to beside their own.
    #[must_use]
    pub fn held(&self) -> usize {
        match self {
            Self::Image { source, .. } => source.len(),
            Self::Audio { .. } => 0,
            Self::Video { fps, codec, track, .. } => {
                fps.capacity() + codec.capacity() + track.as_ref().map_or(0, |track| track.audio_codec.capacity())
            }
        }
    }
}

impl Record {
    /// `session_000000`, the name that load generators know the conversation by.
    #[must_use]
    pub fn session_id(&self) -> String {
        format!("session_{:06}", self.index)
    }
}
