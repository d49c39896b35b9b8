//! Where media stand in a conversation.

use serde::{Deserialize, Serialize};

use crate::spec::Modality;

/// Where media stand in a conversation and in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Placement {
    /// Where a turn's media stand beside its text.
    pub order: MediaOrder,
    /// Turns that have images.
    pub images: Turns,
    /// Turns that have audio.
    pub audios: Turns,
    /// Turns that have clips.
    pub videos: Turns,
    /// Turns whose images stand in a turn, its own and those just before it, 2..; none: its own alone. All images have a `uuid` then, by
    /// which a server knows those that it has seen.
    pub window: Option<u64>,
}

/// Where a turn's media stand beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaOrder {
    /// Behind it.
    #[default]
    After,
    /// Before it.
    Before,
    /// One by one between parts of it, which are about as long as each other; text begins and ends the turn.
    Between,
}

/// Some turns of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turns {
    /// Every one.
    #[default]
    All,
    /// The first.
    First,
    /// The last.
    Last,
}

impl Placement {
    /// The turns that have media of this kind.
    #[must_use]
    pub fn turns(&self, kind: Modality) -> Turns {
        match kind {
            Modality::Image => self.images,
            Modality::Audio => self.audios,
            Modality::Video => self.videos,
        }
    }
}

impl Turns {
    /// Whether a turn is one of these.
    #[must_use]
    pub fn has(self, turn: u64, of: u64) -> bool {
        match self {
            Self::All => true,
            Self::First => turn == 0,
            Self::Last => turn + 1 == of,
        }
    }
}
