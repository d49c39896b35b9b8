//! What pictures are to be.

use std::path::PathBuf;

use serde::Serialize;

use crate::distribution::Distribution;

/// Pictures.
#[derive(Debug, Clone, Serialize)]
pub struct ImageSpec {
    /// Pixels, 1..
    pub width: Distribution,
    /// Pixels, 1..
    pub height: Distribution,
    /// Pictures in a turn.
    pub count: Distribution,
    /// What they show.
    pub source: ImageSource,
    /// How they are encoded; one is drawn for each picture.
    pub formats: Vec<ImageFormat>,
    /// JPEG and WebP quality, 1..=100.
    pub quality: u8,
    /// How hard PNG tries; none: noise is stored, all else is compressed fast.
    pub png_compression: Option<PngCompression>,
}

impl ImageSpec {
    /// Whether source pictures come in cycles, so that each picture's number counts.
    #[must_use]
    pub fn cycles(&self) -> bool {
        match self.source {
            ImageSource::Noise => false,
            ImageSource::Assets(sampling) | ImageSource::Folder(_, sampling) => {
                sampling != Sampling::RandomWithReplacement
            }
        }
    }

    /// Whether noise in this format is stored, since nothing else would make it smaller.
    #[must_use]
    pub fn stores_noise(&self, format: ImageFormat) -> bool {
        format == ImageFormat::Png && matches!(self.png_compression, None | Some(PngCompression::None))
    }
}

/// What pictures show.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// Every byte uniform, fresh for each picture.
    Noise,
    /// The embedded pictures, resized.
    Assets(Sampling),
    /// Every readable picture of a folder, resized.
    Folder(PathBuf, Sampling),
}

/// Which of a finite set of sources a picture takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Any, each time.
    RandomWithReplacement,
    /// All once in a random order, then all once in another, …
    ShuffleCycle,
    /// In the order of their names, over and over.
    SequentialCycle,
}

/// A picture's file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// Lossless.
    Png,
    /// Lossy, 4:2:0.
    Jpeg,
    /// Lossy or lossless.
    Webp,
}

/// How hard PNG tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PngCompression {
    /// Stored.
    None,
    /// Little.
    Fast,
    /// All it can.
    Best,
}
