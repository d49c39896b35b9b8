//! Image flags.

use clap::{Args, ValueEnum};

use super::{Spread, count};
use crate::encode::IMAGES;
use crate::error::{Error, Result};
use crate::spec::{Chroma, Fit, ImageFormat, ImageSource, ImageSpec, PngCompression, Sampling};

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
    /// How a source picture comes to these sides: stretch changes its aspect ratio, cover cuts off what stands over, contain
    /// leaves black (or transparent) borders [default: stretch]
    #[arg(long, value_enum)]
    image_fit: Option<FitArg>,
    /// File formats to draw from; random stands for all
    #[arg(long, value_enum, value_name = "FORMAT", value_delimiter = ',', default_values_t = [FormatArg::Png])]
    image_format: Vec<FormatArg>,
    /// Quality of JPEG and WebP, 1 to 100
    #[arg(long, value_name = "Q", default_value_t = 85, value_parser = clap::value_parser!(u8).range(1..=100))]
    image_quality: u8,
    /// How JPEG keeps colour: for each pixel, for two, or for four [default: 444]
    #[arg(long, value_enum)]
    image_chroma: Option<ChromaArg>,
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
enum FitArg {
    Stretch,
    Cover,
    Contain,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChromaArg {
    #[value(name = "444")]
    Whole,
    #[value(name = "422")]
    Half,
    #[value(name = "420")]
    Quarter,
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
        let formats: Vec<ImageFormat> = self.image_format.iter().flat_map(|format| format.formats()).collect();
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
        if self.image_chroma.is_some() && !formats.contains(&ImageFormat::Jpeg) {
            let fix = "drop it, or add --image-format jpeg";
            return Err(Error::request("--image-chroma", "no image is a JPEG", fix));
        }
        Ok(Some(ImageSpec {
            width: width.resolve()?,
            height: height.resolve()?,
            count: count("--image-batch-size", self.image_batch_size, "--image-count-max", self.image_count_max)?,
            source: self.source()?,
            fit: match self.image_fit {
                None | Some(FitArg::Stretch) => Fit::Stretch,
                Some(FitArg::Cover) => Fit::Cover,
                Some(FitArg::Contain) => Fit::Contain,
            },
            formats,
            quality: self.image_quality,
            chroma: match self.image_chroma {
                None | Some(ChromaArg::Whole) => Chroma::Whole,
                Some(ChromaArg::Half) => Chroma::Half,
                Some(ChromaArg::Quarter) => Chroma::Quarter,
            },
            png_compression: self.image_png_compression.map(|level| match level {
                CompressionArg::None => PngCompression::None,
                CompressionArg::Fast => PngCompression::Fast,
                CompressionArg::Best => PngCompression::Best,
            }),
        }))
    }

    fn source(&self) -> Result<ImageSource> {
        let sampling = match self.image_source_sampling {
            None | Some(SamplingArg::RandomWithReplacement) => Sampling::RandomWithReplacement,
            Some(SamplingArg::ShuffleCycle) => Sampling::ShuffleCycle,
            Some(SamplingArg::SequentialCycle) => Sampling::SequentialCycle,
        };
        Ok(match self.image_source.as_str() {
            "noise" => {
                let rows = [
                    (
                        "--image-source-sampling",
                        self.image_source_sampling.is_some(),
                        "noise has no finite set to sample",
                    ),
                    ("--image-fit", self.image_fit.is_some(), "noise is drawn at its size"),
                ];
                if let Some((flag, _, problem)) = rows.into_iter().find(|(_, given, _)| *given) {
                    let fix = "drop it, or name a finite source: --image-source assets or a folder";
                    return Err(Error::request(flag, problem, fix));
                }
                ImageSource::Noise
            }
            "assets" => ImageSource::Assets(sampling),
            folder => ImageSource::Folder(folder.into(), sampling),
        })
    }
}

impl FormatArg {
    fn formats(self) -> Vec<ImageFormat> {
        match self {
            Self::Png => vec![ImageFormat::Png],
            Self::Jpeg => vec![ImageFormat::Jpeg],
            Self::Webp => vec![ImageFormat::Webp],
            Self::Random => IMAGES.iter().map(|row| row.format).collect(),
        }
    }
}
