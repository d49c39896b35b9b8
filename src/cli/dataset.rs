//! Flags of the dataset as a whole, and of how it is made.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use rand::RngExt;

use super::generate::{Options, Output};
use super::hub;
use super::value;
use crate::dataset::format::FORMATS;
use crate::error::{Error, Result};
use crate::generate::generator::GeneratorOptions;
use crate::render::Backend;
use crate::seed::{RECORDS, Seed};
use crate::spec::{Media, Reuse, Spec};

#[derive(Debug, Args)]
#[command(next_help_heading = "Dataset")]
pub(super) struct DatasetArgs {
    /// Folder to write the dataset to; - streams the lines to standard output
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Records to make
    #[arg(long, short = 'n', value_name = "N", default_value = "100", value_parser = value::whole::<u64>(1, RECORDS, "records"),
        visible_aliases = ["num-prompts", "conversation-num", "num-conversations", "num-sessions"])]
    num_dataset_entries: u64,
    /// Seed that every byte is drawn from; without it a random one is drawn and printed
    #[arg(long, value_name = "S", value_parser = value::whole::<u64>(0, u64::MAX, ""))]
    random_seed: Option<u64>,
    /// File to write, in the format of a load generator; repeat for several [default: single_turn, or multi_turn for conversations and system prompts]
    #[arg(id = "format", long = "format", value_name = "FORMAT", value_parser = format_names())]
    formats: Vec<String>,
    /// Media bytes: base64 in the line, or a file each
    #[arg(long, value_enum, default_value_t = MediaArg::Inline)]
    media: MediaArg,
    /// Probability that an item is one of a pool of reused ones, to test a multimodal cache
    #[arg(long, value_name = "R", default_value = "0", value_parser = value::real(0.0, 1.0, ""))]
    media_reuse_rate: f64,
    /// Items of each kind in that pool
    #[arg(long, value_name = "K", default_value = "10", value_parser = value::whole::<u64>(1, RECORDS, "items"))]
    media_pool_size: u64,
    #[command(flatten)]
    render: RenderArgs,
    /// Threads [default: one for each core]; never more than records, cores and memory have use for
    #[arg(long, short, value_name = "JOBS", value_parser = value::whole::<usize>(1, 4096, "threads"))]
    jobs: Option<usize>,
    /// Memory that the run may take, about, such as 8G or 512M [default: three quarters of what is available]
    #[arg(long, value_name = "BYTES", value_parser = value::bytes)]
    memory_limit: Option<u64>,
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
    #[arg(long, value_name = "INDEX|NAME|all", value_parser = value::text())]
    gpu_adapter: Option<String>,
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

impl DatasetArgs {
    pub(super) fn seed(&self) -> Seed {
        Seed(self.random_seed.unwrap_or_else(|| rand::rng().random_range(0..1 << 53)))
    }

    pub(super) fn records(&self) -> u64 {
        self.num_dataset_entries
    }

    pub(super) fn formats(&self) -> &[String] {
        &self.formats
    }

    pub(super) fn reuse(&self) -> Reuse {
        Reuse { rate: self.media_reuse_rate, pool: self.media_pool_size }
    }

    pub(super) fn media(&self) -> Media {
        match self.media {
            MediaArg::Inline => Media::Inline,
            MediaArg::Files => Media::Files,
        }
    }

    /// How the request is run.
    pub(super) fn options(
        self,
        spec: &Spec,
        inputs: Vec<(&'static str, PathBuf)>,
        notes: Vec<String>,
        offline: bool,
    ) -> Result<Options> {
        let output = match self.output.as_os_str() == "-" {
            true => Output::Stdout,
            false => Output::Folder { path: self.output, overwrite: self.overwrite },
        };
        if matches!(output, Output::Stdout) && self.overwrite {
            return Err(Error::request(
                "--overwrite",
                "--output - has nothing to replace",
                "drop it, or name a folder",
            ));
        }
        if matches!(output, Output::Stdout) && spec.media == Media::Files {
            let fix = "name a folder, or use --media inline";
            return Err(Error::request("--media files", "--output - has no folder for files", fix));
        }
        if matches!(output, Output::Stdout) && spec.formats.len() > 1 {
            return Err(Error::request("--format", "--output - takes one format", "name one, or write to a folder"));
        }
        Ok(Options {
            output,
            inputs,
            generator: GeneratorOptions {
                backend: self.render.backend(),
                adapter: self.render.gpu_adapter,
                jobs: self.jobs,
                memory_limit: self.memory_limit,
                hub: Some(hub::of_environment(offline)),
                warn: None,
            },
            quiet: self.quiet,
            seed_was_drawn: self.random_seed.is_none(),
            notes,
        })
    }
}

/// The rows of FORMATS as clap's values, with their help.
fn format_names() -> PossibleValuesParser {
    FORMATS.iter().map(|row| PossibleValue::new(row.name).help(row.help)).collect::<Vec<_>>().into()
}
