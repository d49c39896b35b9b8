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
mod progress;
mod quantity;
mod refusal;
mod schema;
mod seq_dist;
mod shell;
mod text;
mod typed;
mod value;
mod video;
mod written;

use clap::error::ErrorKind;
use clap::{Args, FromArgMatches, Parser, Subcommand};

use crate::dataset::{FoundRun, format};
use crate::error::{Error, Result};
use crate::spec::{Distribution, Shape, Spec};
use needs::{Context, Given};

pub use doctor::{DoctorArgs, doctor};
pub use generate::{Options, Output, generate};
pub use inspect::{InspectArgs, inspect};
pub use merge::{MergeArgs, merge};
pub use named::NamedRequest;
pub use preview::{PreviewArgs, preview};
pub use schema::schema;
pub use seq_dist::seq_dist;
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
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    dataset: dataset::DatasetArgs,
    #[command(flatten)]
    conversation: conversation::ConversationArgs,
    #[command(flatten)]
    text: text::TextArgs,
    #[command(flatten)]
    placement: placement::PlacementArgs,
    #[command(flatten)]
    image: image::ImageArgs,
    #[command(flatten)]
    audio: audio::AudioArgs,
    #[command(flatten)]
    video: video::VideoArgs,
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
        if !self.shares.is_empty() {
            return mix::read(self);
        }
        let cli = command.try_get_matches_from(&self.argv).and_then(|matches| Cli::from_arg_matches(&matches));
        let cli = cli.map_err(|complaint| match complaint.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Stop::Show(complaint),
            _ => Stop::Refuse(self.spell_flag(refusal::of(&complaint, self))),
        })?;
        let request = match cli.command {
            Command::Generate(args) => args.resolve(self.request.as_deref(), |_| true).map(|(spec, mut options)| {
                options.notes.iter_mut().for_each(|note| *note = self.spell_text(note));
                options.resume_command = self.resume_command(options.seed_was_drawn.then_some(spec.seed));
                Request::Generate(Box::new((spec, options)))
            }),
            Command::Completions(args) => Ok(Request::Completions(args)),
            Command::Man(args) => Ok(Request::Man(args)),
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
    fn resolve(self, request: Option<&Spec>, counts: impl Fn(&str) -> bool) -> Result<(Spec, Options)> {
        if let Some(request) = request {
            return self.of_manifest(request.clone());
        }
        let found = self.dataset.found();
        if self.given.has("resume") && self.given.flags().all(|flag| dataset::OF_A_RUN.contains(&flag.as_str())) {
            return self.of_run(found);
        }
        let seed = self.dataset.seed_given().or(found.map(|found| found.request.seed));
        if seed.is_none() && self.given.has("shard") {
            let problem = "each part would draw a seed of its own";
            return Err(Error::request("--shard", problem, "give all parts the same --random-seed"));
        }
        let mut notes = Vec::new();
        let inputs = self.text.inputs().chain(self.placement.inputs()).chain(self.image.inputs()).collect();
        let conversation = self.conversation.resolve(&mut notes)?;
        let offline = self.text.offline;
        let lengths = ["prompt-input-tokens", "random-range-ratio", "seq-dist"];
        let alone = !self.given.flags().any(|flag| lengths.iter().any(|length| flag.starts_with(length)));
        let literals = self.placement.literals(alone)?;
        let mut text = self.text.resolve(&mut notes)?;
        if let Some(text) = &mut text {
            text.literals = literals;
        }
        let spec = Spec {
            seed: seed.unwrap_or_else(|| self.dataset.seed()),
            records: self.dataset.records(),
            files: self.dataset.files(),
            placement: self.placement.resolve(),
            mix: Vec::new(),
            max_payload_bytes: self.dataset.max_payload_bytes(),
            model_families: self.dataset.model_families(),
            image: self.image.resolve(&self.dataset.model_families(), &mut notes)?,
            audio: self.audio.resolve(&mut notes)?,
            video: self.video.resolve(&mut notes)?,
            reuse: self.dataset.reuse(),
            media: self.dataset.media()?,
            body: self.dataset.body(),
            arrival_rate: self.dataset.arrival_rate(),
            formats: self.dataset.formats().to_vec(),
            text,
            conversation,
        };
        let formats = format::chosen(&spec)?.iter().map(|row| row.name.to_owned()).collect();
        let spec = Spec { formats, ..spec };
        let options = self.dataset.options(&spec, inputs, notes, offline)?;
        needs::check(&Context { spec: &spec, given: &self.given }, counts)?;
        if spec.text.is_none() && !spec.has_media() {
            let fix = "give --image-width-mean 512 --image-height-mean 512, --audio-length-mean 10, or --video-width 640 --video-height 480 as well";
            return Err(Error::request(
                "--prompt-input-tokens-mean",
                "0 leaves text, images, audio and video all off",
                fix,
            ));
        }
        Ok((spec.checked()?, options))
    }

    /// The request of a run that was cut off.
    fn of_run(mut self, found: Option<FoundRun>) -> Result<(Spec, Options)> {
        let Some(found) = found else {
            let problem = format!("{} holds no run to go on with", self.dataset.folder().display());
            return Err(Error::request("--resume", problem, "name its folder, or say what to begin with"));
        };
        self.dataset.take_shard(found.shard);
        self.of_manifest(found.request)
    }

    /// A manifest's request, with what of it is the dataset's as a whole as it was typed.
    fn of_manifest(self, mut spec: Spec) -> Result<(Spec, Options)> {
        let given = |flag: &str| self.given.has(flag);
        if let Some(flag) = self.given.flags().find(|flag| !dataset::OF_ANY_REQUEST.contains(&flag.as_str())) {
            let fix = "drop it, or write a request file";
            return Err(Error::request(format!("--{flag}"), "the manifest holds the whole request", fix));
        }
        if given("random-seed") {
            spec.seed = self.dataset.seed();
        }
        if given("num-dataset-entries") {
            spec.records = self.dataset.records();
        }
        if given("format") {
            spec.formats = self.dataset.formats().to_vec();
        }
        if given("lines-per-file") || given("compress") {
            spec.files = self.dataset.files();
        }
        if given("media") || given("media-url-prefix") {
            spec.media = self.dataset.media()?;
        }
        spec.formats = format::chosen(&spec)?.iter().map(|row| row.name.to_owned()).collect();
        let mut inputs = Vec::new();
        for share in spec.shares() {
            let corpus = share.text.and_then(|text| text.corpus).map(|path| ("--corpus", path));
            let folder =
                share.image.and_then(|image| image::folder(&image.source)).map(|path| ("--image-source", path));
            inputs.extend(corpus.into_iter().chain(folder));
        }
        let offline = self.text.offline;
        let mut options = self.dataset.options(&spec, inputs, Vec::new(), offline)?;
        options.seed_was_drawn = false;
        Ok((spec.checked()?, options))
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
