//! Image flags.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Spread, count};
use crate::encode::IMAGES;
use crate::error::{Error, Result};
use crate::spec::{ImageFormat, ImageSource, ImageSpec, PngCompression, Sampling};

#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub(super) struct ImageArgs {
    /// Mean width in pixels; images are on when both means are above 0
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    image_width_mean: f64,
    /// Standard deviation of the width
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    image_width_stddev: f64,
    /// Least width
    #[arg(long, value_name = "PIXELS")]
    image_width_min: Option<f64>,
    /// Greatest width
    #[arg(long, value_name = "PIXELS")]
    image_width_max: Option<f64>,
    /// Mean height in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    image_height_mean: f64,
    /// Standard deviation of the height
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    image_height_stddev: f64,
    /// Least height
    #[arg(long, value_name = "PIXELS")]
    image_height_min: Option<f64>,
    /// Greatest height
    #[arg(long, value_name = "PIXELS")]
    image_height_max: Option<f64>,
    /// Images in each turn
    #[arg(long, value_name = "N", default_value_t = 1, visible_alias = "batch-size-image")]
    image_batch_size: u64,
    /// Draw 1 to this many images for each turn instead
    #[arg(long, value_name = "MAX", conflicts_with = "image_batch_size")]
    image_count_max: Option<u64>,
    /// noise, assets (four bundled pictures), or a folder of pictures
    #[arg(long, value_name = "noise|assets|DIR", default_value = "noise")]
    image_source: String,
    /// Which of a finite set of source pictures comes next
    #[arg(long, value_enum)]
    image_source_sampling: Option<SamplingArg>,
    /// File format; random draws png, jpeg or webp for each
    #[arg(long, value_enum, default_value_t = FormatArg::Png)]
    image_format: FormatArg,
    /// Quality of JPEG and WebP, 1 to 100
    #[arg(long, value_name = "Q", default_value_t = 85, value_parser = clap::value_parser!(u8).range(1..=100))]
    image_quality: u8,
    /// How hard PNG tries [default: noise is stored, all else is compressed fast]
    #[arg(long, value_enum)]
    image_png_compression: Option<CompressionArg>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SamplingArg {
    RandomWithReplacement,
    ShuffleCycle,
    SequentialCycle,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArg {
    Png,
    Jpeg,
    Webp,
    Random,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CompressionArg {
    None,
    Fast,
    Best,
}

impl ImageArgs {
    /// What is read, with its flag.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let folder = !["noise", "assets"].contains(&self.image_source.as_str());
        folder.then(|| ("--image-source", PathBuf::from(&self.image_source))).into_iter()
    }

    pub(super) fn resolve(self) -> Result<Option<ImageSpec>> {
        if self.image_width_mean == 0.0 && self.image_height_mean == 0.0 {
            return Ok(None);
        }
        for (flag, other, mean) in [
            ("--image-width-mean", "--image-height-mean", self.image_width_mean),
            ("--image-height-mean", "--image-width-mean", self.image_height_mean),
        ] {
            if mean == 0.0 {
                let fix = format!("give both sides, or drop {other} to switch images off");
                return Err(Error::request(flag, "it is 0 while the other side is not", fix));
            }
        }
        let formats = match self.image_format {
            FormatArg::Png => vec![ImageFormat::Png],
            FormatArg::Jpeg => vec![ImageFormat::Jpeg],
            FormatArg::Webp => vec![ImageFormat::Webp],
            FormatArg::Random => IMAGES.iter().map(|row| row.format).collect(),
        };
        let longest = formats.iter().map(|format| format.codec().longest).min().unwrap_or(1).into();
        let width = Spread {
            mean: self.image_width_mean,
            stddev: self.image_width_stddev,
            min: self.image_width_min,
            max: self.image_width_max,
            ..Spread::new("--image-width-mean", 1.0, longest)
        };
        let height = Spread {
            mean: self.image_height_mean,
            stddev: self.image_height_stddev,
            min: self.image_height_min,
            max: self.image_height_max,
            ..Spread::new("--image-height-mean", 1.0, longest)
        };
        let sampling = match self.image_source_sampling {
            None | Some(SamplingArg::RandomWithReplacement) => Sampling::RandomWithReplacement,
            Some(SamplingArg::ShuffleCycle) => Sampling::ShuffleCycle,
            Some(SamplingArg::SequentialCycle) => Sampling::SequentialCycle,
        };
        let source = match self.image_source.as_str() {
            "noise" if self.image_source_sampling.is_some() => {
                let fix = "drop it, or name a finite source: --image-source assets or a folder";
                return Err(Error::request("--image-source-sampling", "noise has no finite set to sample", fix));
            }
            "noise" => ImageSource::Noise,
            "assets" => ImageSource::Assets(sampling),
            folder => ImageSource::Folder(folder.into(), sampling),
        };
        Ok(Some(ImageSpec {
            width: width.resolve()?,
            height: height.resolve()?,
            count: count("--image-batch-size", self.image_batch_size, "--image-count-max", self.image_count_max)?,
            source,
            formats,
            quality: self.image_quality,
            png_compression: self.image_png_compression.map(|level| match level {
                CompressionArg::None => PngCompression::None,
                CompressionArg::Fast => PngCompression::Fast,
                CompressionArg::Best => PngCompression::Best,
            }),
        }))
    }
}
