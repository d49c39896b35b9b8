//! Image flags.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::count;
use super::quantity::{Flags, Quantity, QuantityArgs};
use super::value::{self, per_turn};
use crate::content::image::IMAGE_SETS;
use crate::encode::IMAGE_CODECS;
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::media_tokens;
use crate::spec::{Chroma, Distribution, Fit, ImageFormat, ImageSource, ImageSpec, PngCompression, Sampling};

#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub(super) struct ImageArgs {
    #[command(flatten)]
    width: QuantityArgs<Width>,
    #[command(flatten)]
    height: QuantityArgs<Height>,
    /// Images of a size that costs so many tokens for the models of --model-family, instead of sides
    #[arg(long, value_name = "N", value_parser = value::whole::<u64>(1, 1 << 32, "tokens"),
        conflicts_with_all = ["image_width_mean", "image_height_mean"])]
    image_tokens: Option<u64>,
    /// Images in each turn
    #[arg(long, value_name = "N", default_value = "1", value_parser = per_turn("images"), visible_alias = "batch-size-image")]
    image_batch_size: u64,
    /// Draw 1 to this many images for each turn instead
    #[arg(long, value_name = "MAX", value_parser = per_turn("images"), conflicts_with = "image_batch_size")]
    image_count_max: Option<u64>,
    #[arg(long, value_name = source_names(), help = source_help(), default_value = NOISE, value_parser = value::text())]
    image_source: String,
    /// Which of a finite set of source images comes next
    #[arg(long, value_enum)]
    image_source_sampling: Option<SamplingArg>,
    /// How a source image comes to these sides: stretch changes its aspect ratio, cover cuts off what stands over, contain
    /// leaves black (or transparent) borders [default: stretch]
    #[arg(long, value_enum)]
    image_fit: Option<FitArg>,
    /// File formats to draw from; random stands for all
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = IMAGE_CODECS[0].name, value_parser = format_names())]
    image_format: Vec<String>,
    /// Quality of JPEG and WebP, 1 to 100
    #[arg(long, value_name = "Q", default_value = "85", value_parser = value::whole::<u8>(1, 100, ""))]
    image_quality: u8,
    /// How JPEG keeps colour: for each pixel, for two, or for four [default: 444]
    #[arg(long, value_enum)]
    image_chroma: Option<ChromaArg>,
    /// How hard PNG tries [default: noise is stored, all else is compressed fast]
    #[arg(long, value_enum)]
    image_png_compression: Option<CompressionArg>,
}

#[derive(Debug)]
struct Width;

impl Quantity for Width {
    const FLAGS: Flags = Flags {
        stem: "image-width",
        mean: "image-width-mean",
        help: "Mean width in pixels; images are on when both sides are above 0",
        what: "width",
        ..SIDE
    };
}

#[derive(Debug)]
struct Height;

impl Quantity for Height {
    const FLAGS: Flags = Flags {
        stem: "image-height",
        mean: "image-height-mean",
        help: "Mean height in pixels",
        what: "height",
        ..SIDE
    };
}

const SIDE: Flags = Flags {
    stem: "",
    mean: "",
    aliases: &[],
    help: "",
    what: "",
    value: "PIXELS",
    unit: "pixels",
    default: Some("0"),
    zero: true,
    least: 1.0,
    greatest: IMAGE_CODECS[0].longest as f64,
    whole: true,
};

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
    Yuv444,
    #[value(name = "422")]
    Yuv422,
    #[value(name = "420")]
    Yuv420,
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
        let folder = self.image_source != NOISE && is_folder(Path::new(&self.image_source));
        folder.then(|| ("--image-source", PathBuf::from(&self.image_source))).into_iter()
    }

    /// What was meant; `families` are the models of `--model-family`.
    pub(super) fn resolve(self, families: &[String], notes: &mut Vec<String>) -> Result<Option<ImageSpec>> {
        if let Some(tokens) = self.image_tokens {
            let size = size_for(tokens, families)?;
            let [width, height] = [size.width, size.height].map(|side| Distribution::fixed(side.into()));
            return self.of_sides(width, height).map(Some);
        }
        let (width, height) = (self.width.quantity(), self.height.quantity());
        match (width.is_on(), height.is_on()) {
            (false, false) => return Ok(None),
            (true, true) => {}
            (false, true) => return Err(missing("--image-width-mean", "--image-height-mean")),
            (true, false) => return Err(missing("--image-height-mean", "--image-width-mean")),
        }
        let formats = self.formats();
        let longest = formats.iter().map(|format| format.codec().longest).min().unwrap_or(1).into();
        let why = if formats.contains(&ImageFormat::Webp) { "WebP holds no longer side: " } else { "" };
        let (width, height) = (width.within(1.0, longest, why), height.within(1.0, longest, why));
        let (Some(width), Some(height)) = (width.resolve(notes)?, height.resolve(notes)?) else { return Ok(None) };
        self.of_sides(width, height).map(Some)
    }

    fn of_sides(self, width: Distribution, height: Distribution) -> Result<ImageSpec> {
        let formats = self.formats();
        if self.image_chroma.is_some() && !formats.contains(&ImageFormat::Jpeg) {
            let fix = "drop it, or add --image-format jpeg";
            return Err(Error::request("--image-chroma", "no image is a JPEG", fix));
        }
        Ok(ImageSpec {
            width,
            height,
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
                None | Some(ChromaArg::Yuv444) => Chroma::Yuv444,
                Some(ChromaArg::Yuv422) => Chroma::Yuv422,
                Some(ChromaArg::Yuv420) => Chroma::Yuv420,
            },
            png_compression: self.image_png_compression.map(|level| match level {
                CompressionArg::None => PngCompression::None,
                CompressionArg::Fast => PngCompression::Fast,
                CompressionArg::Best => PngCompression::Best,
            }),
        })
    }

    fn formats(&self) -> Vec<ImageFormat> {
        let named = |name| IMAGE_CODECS.iter().filter(move |row| name == row.name || name == RANDOM);
        self.image_format.iter().map(String::as_str).flat_map(named).map(|row| row.format).collect()
    }

    fn source(&self) -> Result<ImageSource> {
        let sampling = match self.image_source_sampling {
            None | Some(SamplingArg::RandomWithReplacement) => Sampling::RandomWithReplacement,
            Some(SamplingArg::ShuffleCycle) => Sampling::ShuffleCycle,
            Some(SamplingArg::SequentialCycle) => Sampling::SequentialCycle,
        };
        Ok(match self.image_source.as_str() {
            NOISE => {
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
            name => ImageSource::Set { name: name.into(), sampling },
        })
    }
}

/// The size of an image that costs models of the one family so many tokens.
fn size_for(tokens: u64, families: &[String]) -> Result<Size> {
    let refuse = |problem: String, fix: String| Err(Error::request("--image-tokens", problem, fix));
    let [name] = families else {
        let problem = format!("{} families of models are named", families.len());
        return refuse(problem, "give one, such as --model-family qwen3_vl".to_owned());
    };
    let found = media_tokens::named(name).map(|family| family.size_for(tokens));
    match found {
        Some(Ok(size)) => Ok(size),
        Some(Err([None, None])) | None => refuse(format!("{name} takes no images"), "name another family".to_owned()),
        Some(Err(nearest)) => {
            let near: Vec<_> = nearest.into_iter().flatten().map(|near| near.to_string()).collect();
            refuse(
                format!("no size of an image costs {tokens} tokens of {name}"),
                format!("give {}", near.join(" or ")),
            )
        }
    }
}

/// Stands for every format.
const RANDOM: &str = "random";

fn format_names() -> PossibleValuesParser {
    IMAGE_CODECS.iter().map(|row| row.name).chain([RANDOM]).collect::<Vec<_>>().into()
}

/// The source that is no finite set.
const NOISE: &str = "noise";

/// Whether a source that is no noise is a folder: whatever is no set's name.
fn is_folder(name: &Path) -> bool {
    IMAGE_SETS.iter().all(|row| name.as_os_str() != row.name)
}

/// The folder that a source reads, if one.
pub(super) fn folder(source: &ImageSource) -> Option<PathBuf> {
    match source {
        ImageSource::Set { name, .. } if is_folder(name) => Some(name.clone()),
        ImageSource::Set { .. } | ImageSource::Noise => None,
    }
}

fn source_names() -> String {
    let sets: Vec<_> = IMAGE_SETS.iter().map(|row| row.name).collect();
    format!("{NOISE}|{}|DIR", sets.join("|"))
}

fn source_help() -> String {
    let sets: Vec<_> = IMAGE_SETS.iter().map(|row| format!("{} ({})", row.name, row.help)).collect();
    format!("{NOISE}, {}, or a folder of images", sets.join(", "))
}

fn missing(flag: &str, other: &str) -> Error {
    Error::request(flag, "it is 0 while the other side is not", format!("give both sides, or drop {other}"))
}
