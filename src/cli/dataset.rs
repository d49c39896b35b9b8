//! Flags of the dataset as a whole, and of how it is made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use rand::RngExt;

use super::generate::{Options, Output};
use super::hub;
use super::value;
use crate::dataset::format::FORMATS;
use crate::dataset::{self, FoundRun, Shard};
use crate::error::{Error, Result};
use crate::generate::generator::GeneratorOptions;
use crate::media_tokens::FAMILIES;
use crate::render::Backend;
use crate::seed::{RECORDS, Seed};
use crate::spec::{BodySpec, Compression, FilesSpec, Media, Reuse, Spec};

#[derive(Debug, Args)]
#[command(next_help_heading = "Dataset")]
pub(super) struct DatasetArgs {
    /// Folder to write the dataset to; - streams the lines to standard output
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Request file: flags by their names, in YAML, TOML or JSON, before those that are typed; or a dataset's manifest.json
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
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
    /// Records of each file, if there are to be several for each format
    #[arg(long, value_name = "N", value_parser = value::whole::<u64>(1, RECORDS, "records"))]
    lines_per_file: Option<u64>,
    /// How the files of lines are packed [default: they are not]
    #[arg(long, value_enum, value_name = "HOW")]
    compress: Option<CompressArg>,
    /// Media bytes: base64 in the line, a file each that the line names, or a file each whose address the line gives
    #[arg(long, value_enum, default_value_t = MediaArg::Inline)]
    media: MediaArg,
    /// What stands before a file's name below media/ in its address, such as http://host:8000/d or file:///data/d/media
    #[arg(long, value_name = "PREFIX", value_parser = value::text())]
    media_url_prefix: Option<String>,
    /// The model that whole request bodies name (raw_payload, inputs_json)
    #[arg(long, value_name = "NAME", value_parser = value::text())]
    model: Option<String>,
    /// A field that whole request bodies have besides, such as temperature:0 or a JSON object of several; repeat for several
    #[arg(long, value_name = "KEY:VALUE|JSON", value_parser = fields_of)]
    extra_inputs: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Conversations that begin in a second, on average, as a Poisson process (mooncake_trace)
    #[arg(long, value_name = "RATE", value_parser = value::real(1e-6, 1e6, "a second"))]
    request_rate: Option<f64>,
    /// The most bytes of a record's media, before base64, such as 4M: items that would exceed it are drawn smaller, or left out
    #[arg(long, value_name = "BYTES", value_parser = value::bytes)]
    max_payload_bytes: Option<u64>,
    /// Tell in records.jsonl what each medium costs in tokens for models of this family; repeat for several
    #[arg(long, value_name = "FAMILY", value_parser = families())]
    model_family: Vec<String>,
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
    /// Go on with a run into the folder that was cut off; begin where there is none, and leave a dataset that is whole. With no other
    /// flag the request is the run's own
    #[arg(long)]
    resume: bool,
    /// Time between checkpoints, from which --resume goes on
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = value::real(0.0, 86_400.0, "seconds"))]
    checkpoint_interval: f64,
    /// Make the I-th of N parts alone, in a folder of its own, for masque merge
    #[arg(long, value_name = "I/N", value_parser = shard_of)]
    shard: Option<Shard>,
    /// No progress, no summary
    #[arg(long, short)]
    quiet: bool,
}

/// The names of families of models.
pub(super) fn families() -> PossibleValuesParser {
    PossibleValuesParser::new(FAMILIES.iter().map(|row| PossibleValue::new(row.name).help(row.help)))
}

/// Flags that say something of any request, a manifest's too.
pub(super) const OF_ANY_REQUEST: [&str; 19] = [
    "output",
    "config",
    "num-dataset-entries",
    "random-seed",
    "format",
    "media",
    "media-url-prefix",
    "backend",
    "gpu-adapter",
    "jobs",
    "memory-limit",
    "overwrite",
    "quiet",
    "offline",
    "lines-per-file",
    "compress",
    "resume",
    "checkpoint-interval",
    "shard",
];

/// Flags that say nothing of the request, only how it is run.
pub(super) const OF_A_RUN: [&str; 11] = [
    "output",
    "backend",
    "gpu-adapter",
    "jobs",
    "memory-limit",
    "overwrite",
    "quiet",
    "offline",
    "resume",
    "checkpoint-interval",
    "shard",
];

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
    Url,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CompressArg {
    Zstd,
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
        self.seed_given().unwrap_or_else(|| Seed(rand::rng().random_range(0..1 << 53)))
    }

    pub(super) fn seed_given(&self) -> Option<Seed> {
        self.random_seed.map(Seed)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.output
    }

    /// The run that is to be gone on with, if there is one in the folder.
    pub(super) fn found(&self) -> Option<FoundRun> {
        self.resume.then(|| dataset::find_run(&self.output)).flatten()
    }

    /// Makes this part, unless another one is asked for.
    pub(super) fn take_shard(&mut self, shard: Option<Shard>) {
        self.shard = self.shard.or(shard);
    }

    pub(super) fn files(&self) -> FilesSpec {
        let compression = self.compress.map(|CompressArg::Zstd| Compression::Zstd);
        FilesSpec { lines: self.lines_per_file, compression }
    }

    pub(super) fn records(&self) -> u64 {
        self.num_dataset_entries
    }

    pub(super) fn formats(&self) -> &[String] {
        &self.formats
    }

    pub(super) fn model_families(&self) -> Vec<String> {
        self.model_family.clone()
    }

    pub(super) fn reuse(&self) -> Reuse {
        Reuse { rate: self.media_reuse_rate, pool: self.media_pool_size }
    }

    pub(super) fn media(&self) -> Result<Media> {
        let url = matches!(self.media, MediaArg::Url);
        match &self.media_url_prefix {
            Some(prefix) if url => Ok(Media::Url { prefix: prefix.trim_end_matches('/').to_owned() }),
            Some(_) => Err(Error::request("--media-url-prefix", "lines give no addresses", "give --media url as well")),
            None if url => {
                let fix = "give --media-url-prefix http://HOST/PATH as well";
                Err(Error::request("--media", "url needs what stands before the files' names", fix))
            }
            None if matches!(self.media, MediaArg::Files) => Ok(Media::Files),
            None => Ok(Media::Inline),
        }
    }

    pub(super) fn body(&self) -> BodySpec {
        let mut body = BodySpec::default();
        body.model.clone_from(&self.model);
        body.extra.extend(self.extra_inputs.iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
        body
    }

    pub(super) fn max_payload_bytes(&self) -> Option<u64> {
        self.max_payload_bytes
    }

    pub(super) fn arrival_rate(&self) -> Option<f64> {
        self.request_rate
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
            false => Output::Folder { path: self.output, overwrite: self.overwrite, resume: self.resume },
        };
        if self.resume && (self.overwrite || matches!(output, Output::Stdout)) {
            let problem =
                if self.overwrite { "--overwrite begins anew" } else { "--output - has nothing to go on with" };
            return Err(Error::request("--resume", problem, "drop one of them"));
        }
        if matches!(output, Output::Stdout) && spec.files != FilesSpec::default() {
            let flag = if spec.files.lines.is_some() { "--lines-per-file" } else { "--compress" };
            return Err(Error::request(flag, "--output - has no files", "drop it, or name a folder"));
        }
        if matches!(output, Output::Stdout) && self.overwrite {
            return Err(Error::request(
                "--overwrite",
                "--output - has nothing to replace",
                "drop it, or name a folder",
            ));
        }
        if matches!(output, Output::Stdout) && spec.media.has_files() {
            let fix = "name a folder, or use --media inline";
            return Err(Error::request("--media", "--output - has no folder for files", fix));
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
            checkpoint: Duration::from_secs_f64(self.checkpoint_interval),
            shard: self.shard,
            resume_command: String::new(),
            quiet: self.quiet,
            seed_was_drawn: self.random_seed.is_none(),
            notes,
        })
    }
}

/// `2/4`, the second of four parts.
fn shard_of(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
        _ => Err("give 1/4 to 4/4 for four parts".to_owned()),
    }
}

/// `temperature:0`, `stop:["\n"]`, or an object. A value that is no JSON is text.
fn fields_of(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|why| format!("it is no JSON object ({why}); give KEY:VALUE or one"));
    }
    let (key, value) = text.split_once(':').ok_or("give KEY:VALUE, such as temperature:0, or a JSON object")?;
    if key.is_empty() {
        return Err("give a name before the colon, such as temperature:0".to_owned());
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok([(key.to_owned(), value)].into_iter().collect())
}

/// The rows of FORMATS as clap's values, with their help.
fn format_names() -> PossibleValuesParser {
    FORMATS.iter().map(|row| PossibleValue::new(row.name).help(row.help)).collect::<Vec<_>>().into()
}
