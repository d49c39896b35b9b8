//! The command line: what was typed, and its translation into a [`Spec`] and [`Options`]. The only file family that names
//! clap. Every refusal here comes before anything is written.

mod audio;
mod image;
mod text;
mod video;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rand::RngExt;

use crate::distribution::{Distribution, Shape};
use crate::error::{Error, Result};
use crate::format::{self, FORMATS};
use crate::render::Backend;
use crate::run::{Options, Output};
use crate::seed::{RECORDS, Seed};
use crate::spec::{Conversation, Media, Reuse, Spec};

pub use video::VideoArgs;

/// Synthetic datasets for benchmarking LLM and multimodal inference servers, reproducible from a seed.
#[derive(Debug, Parser)]
#[command(name = "masque", version, arg_required_else_help = true, args_override_self = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a dataset of prompts, pictures, sound and video
    #[command(args_override_self = true, allow_negative_numbers = true)]
    Generate(Box<GenerateArgs>),
    /// Draw one frame of a video scene, or a contact sheet of the clip, as a PNG
    Preview(Box<PreviewArgs>),
}

/// `masque generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    #[command(flatten)]
    general: GeneralArgs,
    #[command(flatten)]
    conversation: ConversationArgs,
    #[command(flatten)]
    text: text::TextArgs,
    #[command(flatten)]
    image: image::ImageArgs,
    #[command(flatten)]
    audio: audio::AudioArgs,
    #[command(flatten)]
    video: VideoArgs,
}

/// `masque preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    /// The PNG to write
    #[arg(long, short, value_name = "FILE.png")]
    pub output: PathBuf,
    /// Draw this frame (from 0); without it, a contact sheet of the whole clip
    #[arg(long, value_name = "K")]
    pub frame: Option<u32>,
    /// Draw the clip that this record would get
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    pub record: u64,
    /// Seed of a unique scene
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub random_seed: u64,
    /// Where it is drawn.
    #[command(flatten)]
    pub render: RenderArgs,
    /// What the clip is.
    #[command(flatten)]
    pub video: VideoArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Dataset")]
struct GeneralArgs {
    /// Folder to write the dataset to; - streams the lines to standard output
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Records to make
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100, visible_aliases = ["num-prompts", "conversation-num", "num-conversations", "num-sessions"])]
    num_dataset_entries: u64,
    /// Seed that every byte is drawn from; without it a random one is drawn and printed
    #[arg(long, value_name = "S")]
    random_seed: Option<u64>,
    /// File to write, in the format of a load generator; repeat for several [default: single_turn, or multi_turn for conversations and system prompts]
    #[arg(long = "format", value_name = "FORMAT", value_parser = format_names())]
    formats: Vec<String>,
    /// Media bytes: base64 in the line, or a file each
    #[arg(long, value_enum, default_value_t = MediaArg::Inline)]
    media: MediaArg,
    /// Probability that an item is one of a pool of reused ones, to test a multimodal cache
    #[arg(long, value_name = "R", default_value_t = 0.0)]
    media_reuse_rate: f64,
    /// Items of each kind in that pool
    #[arg(long, value_name = "K", default_value_t = 10)]
    media_pool_size: u64,
    #[command(flatten)]
    render: RenderArgs,
    /// Worker threads [default: one for each core]
    #[arg(long, short, value_name = "JOBS")]
    jobs: Option<usize>,
    /// Replace a dataset that is in the folder already
    #[arg(long)]
    overwrite: bool,
    /// No progress, no summary
    #[arg(long, short)]
    quiet: bool,
}

/// Where pixels are made.
#[derive(Debug, Clone, Args)]
pub struct RenderArgs {
    /// Where pixels are made; auto takes a real GPU, else the CPU. The bytes are the same
    #[arg(long, value_enum, default_value_t = BackendArg::Auto)]
    backend: BackendArg,
    /// GPU adapter by number or by part of its name; all deals the clips over all
    #[arg(long, value_name = "INDEX|NAME|all")]
    gpu_adapter: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Conversation")]
struct ConversationArgs {
    /// Mean number of turns
    #[arg(long, value_name = "TURNS", default_value_t = 1.0, visible_alias = "session-turns-mean")]
    conversation_turn_mean: f64,
    /// Standard deviation of the number of turns
    #[arg(long, value_name = "TURNS", default_value_t = 0.0, visible_alias = "session-turns-stddev")]
    conversation_turn_stddev: f64,
    /// Mean pause before each turn but the first, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0.0, visible_alias = "session-turn-delay-mean")]
    conversation_turn_delay_mean: f64,
    /// Standard deviation of the pause, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0.0, visible_alias = "session-turn-delay-stddev")]
    conversation_turn_delay_stddev: f64,
    /// Factor on every pause
    #[arg(long, value_name = "RATIO", default_value_t = 1.0, visible_alias = "session-delay-ratio")]
    conversation_turn_delay_ratio: f64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MediaArg {
    Inline,
    Files,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BackendArg {
    Auto,
    Gpu,
    Cpu,
}

impl RenderArgs {
    /// The backend asked for.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.backend {
            BackendArg::Auto => Backend::Auto,
            BackendArg::Gpu => Backend::Gpu,
            BackendArg::Cpu => Backend::Cpu,
        }
    }

    /// The adapter asked for.
    #[must_use]
    pub fn adapter(&self) -> Option<&str> {
        self.gpu_adapter.as_deref()
    }
}

impl GenerateArgs {
    /// What was meant: the request, and how to run it.
    ///
    /// # Errors
    /// [`Error::Request`] for anything that cannot be met.
    pub fn resolve(self) -> Result<(Spec, Options)> {
        let general = self.general;
        between("--num-dataset-entries", general.num_dataset_entries, 1, RECORDS)?;
        let conversation = self.conversation.resolve()?;
        let text = self.text.resolve()?;
        let spec = Spec {
            seed: Seed(general.random_seed.unwrap_or_else(|| rand::rng().random_range(0..1 << 53))),
            records: general.num_dataset_entries,
            image: self.image.resolve()?,
            audio: self.audio.resolve()?,
            video: self.video.resolve()?,
            reuse: reuse(general.media_reuse_rate, general.media_pool_size)?,
            media: match general.media {
                MediaArg::Inline => Media::Inline,
                MediaArg::Files => Media::Files,
            },
            formats: format::choose(&general.formats, &conversation, text.as_ref())?,
            text,
            conversation,
        };
        if spec.text.is_none() && spec.image.is_none() && spec.audio.is_none() && spec.video.is_none() {
            let fix = "enable one: --isl 550, --image-width-mean 512 --image-height-mean 512, --audio-length-mean 10, or --video-width 640 --video-height 480";
            return Err(Error::request("generate", "text, images, audio and video are all off", fix));
        }
        let output = match general.output.as_os_str() == "-" {
            true => Output::Stdout,
            false => Output::Folder { path: general.output, overwrite: general.overwrite },
        };
        if matches!(output, Output::Stdout) && spec.media == Media::Files {
            return Err(Error::request(
                "--media files",
                "--output - has no folder for files",
                "name a folder, or use --media inline",
            ));
        }
        if matches!(output, Output::Stdout) && spec.formats.len() > 1 {
            return Err(Error::request("--format", "--output - takes one format", "name one, or write to a folder"));
        }
        let jobs = general.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        between("--jobs", jobs as u64, 1, 4096)?;
        let options = Options {
            output,
            jobs,
            backend: general.render.backend(),
            adapter: general.render.gpu_adapter,
            quiet: general.quiet,
            seed_was_drawn: general.random_seed.is_none(),
        };
        Ok((spec, options))
    }
}

impl PreviewArgs {
    /// The request for nothing but the clip.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub fn spec(&self) -> Result<Spec> {
        Ok(Spec {
            seed: Seed(self.random_seed),
            records: self.record + 1,
            conversation: Conversation {
                turns: Distribution::new("turns", Shape::Fixed(1.0), 1.0, 1.0)?,
                delay_ms: None,
            },
            text: None,
            image: None,
            audio: None,
            video: self.video.clone().resolve()?,
            reuse: Reuse { rate: 0.0, pool: 1 },
            media: Media::Inline,
            formats: Vec::new(),
        })
    }
}

impl ConversationArgs {
    fn resolve(&self) -> Result<Conversation> {
        let ratio = self.conversation_turn_delay_ratio;
        if !(ratio.is_finite() && ratio >= 0.0) {
            return Err(Error::request("--conversation-turn-delay-ratio", format!("{ratio}"), "give 0 or more"));
        }
        let turns = Spread {
            mean: self.conversation_turn_mean,
            stddev: self.conversation_turn_stddev,
            ..Spread::new("--conversation-turn-mean", 1.0, 10_000.0)
        };
        let delay = Spread {
            mean: self.conversation_turn_delay_mean * ratio,
            stddev: self.conversation_turn_delay_stddev * ratio,
            ..Spread::new("--conversation-turn-delay-mean", 0.0, 1e12)
        };
        let delayed = delay.mean != 0.0 || delay.stddev != 0.0;
        Ok(Conversation { turns: turns.resolve()?, delay_ms: delayed.then(|| delay.resolve()).transpose()? })
    }
}

/// The rows of FORMATS as clap's values, with their help.
fn format_names() -> PossibleValuesParser {
    FORMATS.iter().map(|row| PossibleValue::new(row.name).help(row.help)).collect::<Vec<_>>().into()
}

fn reuse(rate: f64, pool: u64) -> Result<Reuse> {
    if !(0.0..=1.0).contains(&rate) {
        return Err(Error::request("--media-reuse-rate", format!("{rate}"), "give a probability, 0 to 1"));
    }
    between("--media-pool-size", pool, 1, RECORDS)?;
    Ok(Reuse { rate, pool })
}

/// A mean with its companions, and the bounds that the thing itself has.
struct Spread {
    flag: &'static str,
    mean: f64,
    stddev: f64,
    min: Option<f64>,
    max: Option<f64>,
    least: f64,
    greatest: f64,
}

impl Spread {
    /// For the flag of the mean; the values themselves must lie in `least..=greatest`.
    fn new(flag: &'static str, least: f64, greatest: f64) -> Self {
        Self { flag, mean: 0.0, stddev: 0.0, min: None, max: None, least, greatest }
    }

    fn resolve(self) -> Result<Distribution> {
        let Self { flag, mean, stddev, least, greatest, .. } = self;
        if !(least..=greatest).contains(&mean) {
            return Err(Error::request(flag, format!("{mean}"), format!("give {least} to {greatest}")));
        }
        for (end, value) in [("min", self.min), ("max", self.max)] {
            if value.is_some_and(|value| !(least..=greatest).contains(&value)) {
                let problem = format!("its -{end} is {}", value.unwrap_or_default());
                return Err(Error::request(flag, problem, format!("give {least} to {greatest}")));
            }
        }
        Distribution::normal(flag, mean, stddev, self.min.unwrap_or(least), self.max.unwrap_or(greatest))
    }
}

/// How many items a turn holds: a fixed number, or 1..=max when a maximum is given.
fn count(flag: &'static str, batch: u64, flag_max: &'static str, max: Option<u64>) -> Result<Distribution> {
    between(flag, batch, 1, 1000)?;
    match max {
        None => Distribution::new(flag, Shape::Fixed(batch as f64), 1.0, 1000.0),
        Some(max) => {
            between(flag_max, max, 1, 1000)?;
            Distribution::new(flag_max, Shape::Uniform { low: 1.0, high: max as f64 }, 1.0, max as f64)
        }
    }
}

fn between(flag: &str, value: u64, least: u64, greatest: u64) -> Result<()> {
    match (least..=greatest).contains(&value) {
        true => Ok(()),
        false => Err(Error::request(flag, format!("{value}"), format!("give {least} to {greatest}"))),
    }
}
