//! What images are to be.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::spec::Distribution;

/// Images.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageSpec {
    /// Pixels, 1..
    pub width: Distribution,
    /// Pixels, 1..
    pub height: Distribution,
    /// Images in a turn.
    pub count: Distribution,
    /// What they show.
    pub source: ImageSource,
    /// How a source image comes to these sides.
    pub fit: Fit,
    /// How they are encoded; one is drawn for each image.
    pub formats: Vec<ImageFormat>,
    /// JPEG and WebP quality, 1..=100.
    pub quality: u8,
    /// How JPEG keeps colour.
    pub chroma: Chroma,
    /// How hard PNG tries; none: noise is stored, all else is compressed fast.
    pub png_compression: Option<PngCompression>,
}

impl ImageSpec {
    /// Noise of these sides in pixels, a PNG in each turn.
    #[must_use]
    pub fn new(width: Distribution, height: Distribution) -> Self {
        Self {
            width,
            height,
            count: Distribution::fixed(1.0),
            source: ImageSource::Noise,
            fit: Fit::Stretch,
            formats: vec![ImageFormat::Png],
            quality: 85,
            chroma: Chroma::Yuv444,
            png_compression: None,
        }
    }

    /// Whether source images come in cycles, so that each image's number counts.
    #[must_use]
    pub fn cycles(&self) -> bool {
        matches!(self.source, ImageSource::Set { sampling, .. } if sampling != Sampling::RandomWithReplacement)
    }

    /// Whether noise in this format is stored, since nothing else would make it smaller.
    #[must_use]
    pub fn stores_noise(&self, format: ImageFormat) -> bool {
        format == ImageFormat::Png && self.png_compression != Some(PngCompression::Best)
    }
}

/// What images show.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// Every byte uniform, fresh for each image.
    Noise,
    /// Images of a finite set, resized.
    Set {
        /// `assets` for the bundled ones; else a folder, for every readable image right in it.
        #[serde(serialize_with = "super::readable")]
        name: PathBuf,
        /// Which comes next.
        sampling: Sampling,
    },
}

/// Which of a finite set of sources an image takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Any, each time.
    RandomWithReplacement,
    /// All once in a random order, then all once in another, …
    ShuffleCycle,
    /// In the order of their names, over and over.
    SequentialCycle,
}

/// How an image comes to other sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Each side by itself; the aspect ratio changes.
    Stretch,
    /// The aspect ratio stays, and what stands over is cut off on both sides.
    Cover,
    /// The aspect ratio stays, and what is left over is black, or transparent in an image with transparency.
    Contain,
}

/// Samples of colour for those of brightness, as JPEG counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Chroma {
    /// 4:4:4, one for each pixel.
    #[serde(rename = "444")]
    Yuv444,
    /// 4:2:2, one for two pixels side by side.
    #[serde(rename = "422")]
    Yuv422,
    /// 4:2:0, one for a square of four pixels.
    #[serde(rename = "420")]
    Yuv420,
}

/// An image's file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// Lossless.
    Png,
    /// Lossy, without transparency.
    Jpeg,
    /// Lossy or lossless.
    Webp,
}

impl ImageFormat {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// Its name on the command line and in media types, and the extension of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
        }
    }
}

/// How hard PNG tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PngCompression {
    /// Stored.
    None,
    /// Little.
    Fast,
    /// All it can.
    Best,
}
