//! Flags of `generate` that say where the dataset goes, and how the run goes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::generate::{Options, Output};
use super::request::Resolved;
use super::value;
use crate::dataset::{self, FoundRun, Shard};
use crate::error::{Error, Result};
use crate::seed::RECORDS;
use crate::spec::{Compression, FilesSpec, Media};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Dataset")]
pub(super) struct RunArgs {
    /// Folder to write the dataset to; - streams the lines to standard output
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
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
    /// No progress, no notes, no summary: what is wrong alone is told
    #[arg(long, short)]
    quiet: bool,
}

/// Flags that say something of any request, a manifest's too.
pub(super) const OF_ANY_REQUEST: [&str; 24] = [
    "output",
    "config",
    "num-dataset-entries",
    "random-seed",
    "format",
    "for",
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
    "listen",
    "public-url",
    "cache",
    "queue",
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

impl RunArgs {
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

    /// How the request is run, and where what it makes goes.
    ///
    /// # Errors
    /// [`Error::Request`] when flags contradict each other.
    pub(super) fn options(self, resolved: Resolved) -> Result<Options> {
        let Resolved { spec, given, generator, inputs, notes, seed_was_drawn } = resolved;
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
        if matches!(output, Output::Stdout) && given.has("checkpoint-interval") {
            let problem = "--output - has nothing to go on with";
            return Err(Error::request("--checkpoint-interval", problem, "drop it, or name a folder"));
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
            generator,
            checkpoint: Duration::from_secs_f64(self.checkpoint_interval),
            shard: self.shard,
            resume_command: String::new(),
            quiet: self.quiet,
            seed_was_drawn,
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
