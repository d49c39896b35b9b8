//! The command line: what was typed, and its translation into a [`Spec`] and [`Options`]. The only file family that names
//! clap. Every refusal here comes before anything is written.

mod audio;
mod config;
mod conversation;
mod dataset;
mod doctor;
mod fields;
mod generate;
mod hub;
mod image;
mod inspect;
mod merge;
mod mix;
mod named;
mod needs;
mod placement;
mod preview;
mod profile;
mod progress;
mod quantity;
mod refusal;
mod request;
mod run;
mod schema;
mod seq_dist;
#[cfg(feature = "serve")]
mod serve;
mod shell;
mod suggest;
mod text;
mod typed;
mod value;
mod video;
mod written;

use clap::error::ErrorKind;
use clap::{Args, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, Result};
use crate::spec::{Distribution, Shape, Spec};
use needs::Given;
use request::RequestArgs;

pub use doctor::{DoctorArgs, doctor};
pub use generate::{Options, Output, generate};
pub use inspect::{InspectArgs, inspect};
pub use merge::{MergeArgs, merge};
pub use named::NamedRequest;
pub use preview::{PreviewArgs, preview};
pub use schema::schema;
pub use seq_dist::seq_dist;
#[cfg(feature = "serve")]
pub use serve::{Serve, serve};
pub use shell::{CompletionsArgs, ManArgs, completions, man};
pub use typed::Typed;

/// Synthetic datasets for benchmarking LLM and multimodal inference servers, reproducible from a seed.
#[derive(Debug, Parser)]
#[command(name = "masque", version, arg_required_else_help = true, args_override_self = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a dataset of prompts, images, audio and video
    #[command(args_override_self = true, allow_negative_numbers = true)]
    Generate(Box<GenerateArgs>),
    /// Join the parts of a dataset that were made with --shard
    #[command(args_override_self = true)]
    Merge(MergeArgs),
    /// Check a dataset: every digest, every medium, every prompt; and tell what is in it
    #[command(args_override_self = true)]
    Inspect(InspectArgs),
    /// Serve a dataset over HTTP, made or not: items are made when they are asked for
    #[cfg(feature = "serve")]
    #[command(args_override_self = true, allow_negative_numbers = true)]
    Serve(Box<serve::ServeArgs>),
    /// Tell what works on this machine, and what to do about what does not
    #[command(args_override_self = true)]
    Doctor(DoctorArgs),
    /// Draw one frame of a video scene, or a contact sheet of the clip, as a PNG
    #[command(args_override_self = true, allow_negative_numbers = true)]
    Preview(Box<PreviewArgs>),
    /// Print what a shell completes the program's words by
    Completions(CompletionsArgs),
    /// Print a page for man
    Man(ManArgs),
}

#[derive(Debug, Args)]
struct GenerateArgs {
    /// First, since what is read of the flags is taken from them.
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    run: run::RunArgs,
    #[command(flatten)]
    request: RequestArgs,
}

/// What is to be done.
#[derive(Debug)]
pub enum Request {
    /// Make a dataset.
    Generate(Box<(Spec, Options)>),
    /// Join parts.
    Merge(MergeArgs),
    /// Look into a dataset.
    Inspect(InspectArgs),
    /// Serve a dataset.
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Tell what works.
    Doctor(DoctorArgs),
    /// Draw a preview.
    Preview(Box<PreviewArgs>),
    /// Print completions.
    Completions(CompletionsArgs),
    /// Print a page for man.
    Man(ManArgs),
}

/// Why there is nothing to be done.
#[derive(Debug)]
pub enum Stop {
    /// Help or the version, which clap prints.
    Show(clap::Error),
    /// A request that cannot be met.
    Refuse(Error),
}

impl Typed {
    /// What was meant.
    ///
    /// # Errors
    /// [`Stop`]. A refusal names the flags as they were typed.
    pub fn read(&self) -> Result<Request, Stop> {
        let command = <Cli as clap::CommandFactory>::command();
        let cli = command.try_get_matches_from(&self.argv).and_then(|matches| Cli::from_arg_matches(&matches));
        let cli = cli.map_err(|complaint| match complaint.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Stop::Show(complaint),
            _ => Stop::Refuse(self.spell_flag(refusal::of(&complaint, self))),
        })?;
        let request = match cli.command {
            Command::Generate(args) => args.resolve(self).map(|(spec, mut options)| {
                options.notes.iter_mut().for_each(|note| *note = self.spell_text(note));
                options.resume_command = self.resume_command(options.seed_was_drawn.then_some(spec.seed));
                Request::Generate(Box::new((spec, options)))
            }),
            Command::Completions(args) => Ok(Request::Completions(args)),
            Command::Man(args) => Ok(Request::Man(args)),
            #[cfg(feature = "serve")]
            Command::Serve(args) => args.resolve(self).map(Request::Serve),
            Command::Merge(args) => Ok(Request::Merge(args)),
            Command::Doctor(args) => Ok(Request::Doctor(args)),
            Command::Inspect(args) => Ok(Request::Inspect(args)),
            Command::Preview(args) => args.check().map(|()| Request::Preview(args)),
        };
        request.map_err(|why| Stop::Refuse(self.spell(why)))
    }
}

impl GenerateArgs {
    /// What was meant: the request, and how to run it.
    ///
    /// # Errors
    /// [`Error::Request`] for anything that cannot be met.
    fn resolve(mut self, typed: &Typed) -> Result<(Spec, Options)> {
        let given = self.given.clone();
        if let Some(request) = &typed.request {
            return self.of_manifest(*request.clone());
        }
        let found = self.run.found();
        if given.has("resume") && given.flags().all(|flag| run::OF_A_RUN.contains(&flag.as_str())) {
            let Some(found) = found else {
                let problem = format!("{} holds no run to go on with", self.run.folder().display());
                return Err(Error::request("--resume", problem, "name its folder, or say what to begin with"));
            };
            self.run.take_shard(found.shard);
            return self.of_manifest(found.request);
        }
        let seed = found.map(|found| found.request.seed);
        if given.has("shard") && self.request.seed_given().or(seed).is_none() {
            let problem = "each part would draw a seed of its own";
            return Err(Error::request("--shard", problem, "give all parts the same --random-seed"));
        }
        let delivery = (self.run.media()?, self.run.files());
        let resolved = mix::resolve(typed, (self.given, self.request), delivery, seed)?;
        Ok((resolved.spec.clone(), self.run.options(resolved)?))
    }

    /// A manifest's request.
    fn of_manifest(self, request: Spec) -> Result<(Spec, Options)> {
        let given = self.given.has("media") || self.given.has("media-url-prefix");
        let media = given.then(|| self.run.media()).transpose()?;
        let resolved = self.request.of_manifest(self.given, request, (media, self.run.files()))?;
        Ok((resolved.spec.clone(), self.run.options(resolved)?))
    }
}

/// How many items a turn holds: a fixed number, or 1..=max when a maximum is given.
fn count(flag: &'static str, batch: u64, flag_max: &'static str, max: Option<u64>) -> Result<Distribution> {
    match max {
        None => Distribution::whole(flag, Shape::Fixed(batch as f64), 1.0, ITEMS as f64),
        Some(max) => Distribution::whole(flag_max, Shape::Uniform { low: 1.0, high: max as f64 }, 1.0, max as f64),
    }
}

/// The most items of a kind in a turn.
const ITEMS: u64 = 1000;
