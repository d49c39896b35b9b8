//! Flags of the dataset as a whole, and of how it is made.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use rand::RngExt;

use super::value;
use crate::content::text::Hub;
use crate::dataset::format::FORMATS;
use crate::generate::GeneratorOptions;
use crate::media_tokens::FAMILIES;
use crate::render::Backend;
use crate::seed::{RECORDS, Seed};
use crate::servers::{self, SERVERS};
use crate::spec::{BodySpec, Reuse};

#[derive(Debug, Args)]
#[command(next_help_heading = "Dataset")]
pub(super) struct DatasetArgs {
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
    /// Refuse what would fail at this server, before anything is made; repeat for several
    #[arg(id = "for", long = "for", visible_alias = "servers", value_name = "SERVER", value_parser = servers())]
    servers: Vec<String>,
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
}

/// The names of families of models.
pub(super) fn families() -> PossibleValuesParser {
    PossibleValuesParser::new(FAMILIES.iter().map(|row| PossibleValue::new(row.name).help(row.help)))
}

/// The names of servers.
pub(super) fn servers() -> PossibleValuesParser {
    let rows = SERVERS.iter().map(|row| PossibleValue::new(row.name).help(row.help));
    PossibleValuesParser::new(rows.chain([PossibleValue::new(servers::ALL).help("each of them")]))
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

/// A seed for a request that was given none.
pub(super) fn draw_seed() -> Seed {
    Seed(rand::rng().random_range(0..1 << 53))
}

impl DatasetArgs {
    pub(super) fn seed_given(&self) -> Option<Seed> {
        self.random_seed.map(Seed)
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

    pub(super) fn servers(&self) -> Vec<String> {
        self.servers.clone()
    }

    pub(super) fn reuse(&self) -> Reuse {
        Reuse { rate: self.media_reuse_rate, pool: self.media_pool_size }
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

    /// How records are made.
    pub(super) fn generator(self, hub: Hub) -> GeneratorOptions {
        GeneratorOptions {
            backend: self.render.backend(),
            adapter: self.render.gpu_adapter,
            jobs: self.jobs,
            memory_limit: self.memory_limit,
            hub: Some(hub),
            warn: None,
        }
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
