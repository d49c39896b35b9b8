//! `masque merge`: joins the parts of a dataset that were made with `--shard`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::progress::Progress;
use crate::dataset::{self, format};
use crate::error::Result;
use crate::generate::{Dataset, WriteOptions};

/// What was typed.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Folders of all parts, in any order
    #[arg(value_name = "DIR", required = true)]
    parts: Vec<PathBuf>,
    /// Folder to write the dataset to
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Replace a dataset that is in the folder already
    #[arg(long)]
    overwrite: bool,
    /// No progress, no summary
    #[arg(long, short)]
    quiet: bool,
}

/// Joins the parts. `spell` names fields as they were typed.
///
/// # Errors
/// Parts that do not belong together, before anything is written; or why it stopped.
pub fn merge(args: &MergeArgs, interrupt: Arc<AtomicBool>, spell: impl Fn(&str) -> String) -> Result<()> {
    let mut progress = Progress::start(0, args.quiet, Vec::new(), &spell);
    let how = WriteOptions { overwrite: args.overwrite, interrupt, ..WriteOptions::default() };
    match Dataset::merge(&args.parts, &args.output, &how, &mut progress) {
        Ok(dataset) => {
            let request = dataset::find_run(dataset.path()).map(|run| run.request);
            progress.finish(&request.as_ref().map(format::notes).unwrap_or_default());
            Ok(())
        }
        Err(why) => {
            progress.abandon();
            Err(why)
        }
    }
}
