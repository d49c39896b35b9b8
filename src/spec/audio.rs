//! What audio items are to be.

use serde::{Deserialize, Serialize};

use crate::spec::Distribution;

/// Audio: Gaussian noise N(0, 0.3), clipped to [-1, 1].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AudioSpec {
    /// Seconds, 0.01..
    pub seconds: Distribution,
    /// Samples a second of each channel; one is drawn for each audio.
    pub sample_rates: Vec<u32>,
    /// Bits a sample, 8, 16, 24 or 32; one is drawn for each audio.
    pub bit_depths: Vec<u16>,
    /// 1 or 2.
    pub channels: u16,
    /// Audio in a turn.
    pub count: Distribution,
    /// How they are encoded; one is drawn for each audio.
    pub formats: Vec<AudioFormat>,
}

impl AudioSpec {
    /// Audio of so many seconds: WAV, 16 kHz, 16 bits, mono, one in each turn.
    #[must_use]
    pub fn new(seconds: Distribution) -> Self {
        Self {
            seconds,
            sample_rates: vec![16_000],
            bit_depths: vec![16],
            channels: 1,
            count: Distribution::fixed(1.0),
            formats: vec![AudioFormat::Wav],
        }
    }
}

/// An audio item's file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioFormat {
    /// PCM; 8 bits are unsigned.
    Wav,
    /// MPEG layer 3.
    Mp3,
    /// Lossless.
    Flac,
    /// In Ogg; always 48 kHz inside.
    Opus,
}

impl AudioFormat {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Wav, Self::Mp3, Self::Flac, Self::Opus];

    /// Its name on the command line, which is also the file's extension.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Opus => "opus",
        }
    }

    /// The media type of its files, as registered; WAV and FLAC as every browser has them.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Opus => "audio/ogg",
        }
    }
}
