//! `masque generate`: opens the request, writes its dataset, and shows how it goes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::progress::Progress;
use crate::dataset::{self, Shard, format};
use crate::error::{Error, Result};
use crate::generate::{Dataset, Generator, GeneratorOptions, WriteOptions};
use crate::spec::Spec;

/// How a request is run; none of it changes a byte of the dataset.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the dataset goes.
    pub output: Output,
    /// How the records are made.
    pub generator: GeneratorOptions,
    /// Files and folders that the request reads, each with its flag.
    pub inputs: Vec<(&'static str, PathBuf)>,
    /// Time from one checkpoint to the next.
    pub checkpoint: Duration,
    /// Make one of several parts alone.
    pub shard: Option<Shard>,
    /// The command that goes on with this run when it is cut off.
    pub resume_command: String,
    /// Show neither progress nor a summary.
    pub quiet: bool,
    /// The seed was drawn, so the user wants to know it.
    pub seed_was_drawn: bool,
    /// What the user has to know of the request before it is run.
    pub notes: Vec<String>,
}

/// Where the dataset goes.
#[derive(Debug, Clone)]
pub enum Output {
    /// To this folder.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Replace a dataset that is there already.
        overwrite: bool,
        /// Go on with a run that was cut off.
        resume: bool,
    },
    /// The lines, to standard output.
    Stdout,
}

/// Makes the dataset. `spell` names fields as they were typed.
///
/// # Errors
/// A request that cannot be met, before anything is written; or why the run stopped.
pub fn generate(
    spec: &Spec,
    options: &Options,
    interrupt: Arc<AtomicBool>,
    spell: impl Fn(&str) -> String,
) -> Result<()> {
    let mut notes = options.notes.clone();
    if options.seed_was_drawn {
        notes.push(format!("seed {}", spec.seed.0));
    }
    let mut progress = Progress::start(spec.records, options.quiet, notes, &spell);
    let opened = GeneratorOptions { warn: Some(progress.warner()), ..options.generator.clone() };
    let written = Generator::with(spec.clone(), &opened).and_then(|generator| match &options.output {
        Output::Folder { path, overwrite, resume } => {
            let how = WriteOptions {
                overwrite: *overwrite,
                resume: *resume,
                checkpoint: options.checkpoint,
                shard: options.shard,
                inputs: options.inputs.clone(),
                interrupt,
            };
            Dataset::write(&generator, path, &how, &mut progress).map(Some)
        }
        Output::Stdout => Dataset::stream(&generator, options.shard, &interrupt, &mut progress).map(|()| None),
    });
    match written {
        Ok(dataset) => {
            let left = dataset.as_ref().map(Dataset::left).unwrap_or_default();
            if let Some(first) = left.first() {
                let more = if left.len() > 1 { format!(" and {} more", left.len() - 1) } else { String::new() };
                let first = first.display();
                progress.say(&format!("left where it was, for it was not of the old dataset: {first}{more}"));
            }
            progress.finish(&format::notes(spec));
            Ok(())
        }
        Err(why) => {
            progress.abandon();
            Err(match &options.output {
                Output::Folder { path, .. } if why.exit_status() != 2 && dataset::is_unfinished(path) => {
                    Error::Unfinished { source: Box::new(why), resume: options.resume_command.clone() }
                }
                _ => why,
            })
        }
    }
}
