//! The flags that say what records are to be, whoever makes them, and what they mean together.

use std::path::PathBuf;

use clap::Args;

use super::needs::{self, Context, Given};
use super::run::OF_ANY_REQUEST;
use super::{audio, conversation, dataset, hub, image, placement, text, video};
use crate::dataset::format;
use crate::error::{Error, Result};
use crate::generate::GeneratorOptions;
use crate::seed::Seed;
use crate::spec::{FilesSpec, Media, Spec};

#[derive(Debug, Args)]
pub(super) struct RequestArgs {
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

/// What was meant.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) spec: Spec,
    pub(super) given: Given,
    /// How the records are made.
    pub(super) generator: GeneratorOptions,
    /// Files and folders that the request reads, each with its flag.
    pub(super) inputs: Vec<(&'static str, PathBuf)>,
    /// What the user has to know of it.
    pub(super) notes: Vec<String>,
    /// Nobody gave a seed.
    pub(super) seed_was_drawn: bool,
}

impl RequestArgs {
    /// What was meant by these flags, which were `given`; `seed` stands where none was. A flag is held to what it needs if it `counts`.
    ///
    /// # Errors
    /// [`Error::Request`] for anything that cannot be met.
    pub(super) fn resolve(
        self,
        given: Given,
        (media, files): (Media, FilesSpec),
        seed: Option<Seed>,
        counts: impl Fn(&str) -> bool,
    ) -> Result<Resolved> {
        let Self { dataset, conversation, text, placement, image, audio, video } = self;
        let seed = dataset.seed_given().or(seed);
        let mut notes = Vec::new();
        let inputs = text.inputs().chain(placement.inputs()).chain(image.inputs()).collect();
        let conversation = conversation.resolve(&mut notes)?;
        let offline = text.offline;
        let lengths = ["prompt-input-tokens", "random-range-ratio", "seq-dist"];
        let alone = !given.flags().any(|flag| lengths.iter().any(|length| flag.starts_with(length)));
        let literals = placement.literals(alone)?;
        let mut text = text.resolve(&mut notes)?;
        if let Some(text) = &mut text {
            text.literals = literals;
        }
        let spec = Spec {
            seed: seed.unwrap_or_else(dataset::draw_seed),
            records: dataset.records(),
            files,
            placement: placement.resolve(),
            mix: Vec::new(),
            max_payload_bytes: dataset.max_payload_bytes(),
            model_families: dataset.model_families(),
            servers: dataset.servers(),
            image: image.resolve(&dataset.model_families(), &mut notes)?,
            audio: audio.resolve(&mut notes)?,
            video: video.resolve(&mut notes)?,
            reuse: dataset.reuse(),
            media,
            body: dataset.body(),
            arrival_rate: dataset.arrival_rate(),
            formats: dataset.formats().to_vec(),
            text,
            conversation,
        };
        let spec = Spec { formats: formats(&spec)?, ..spec };
        needs::check(&Context { spec: &spec, given: &given }, counts)?;
        if spec.text.is_none() && !spec.has_media() {
            let fix = "give --image-width-mean 512 --image-height-mean 512, --audio-length-mean 10, or --video-width 640 --video-height 480 as well";
            return Err(Error::request(
                "--prompt-input-tokens-mean",
                "0 leaves text, images, audio and video all off",
                fix,
            ));
        }
        let generator = dataset.generator(hub::of_environment(offline));
        Ok(Resolved { spec: spec.checked()?, given, generator, inputs, notes, seed_was_drawn: seed.is_none() })
    }

    /// A manifest's request, with what of it is the dataset's as a whole as it was typed: where its media go, if that was typed, and what of
    /// how its files are cut and packed.
    pub(super) fn of_manifest(
        self,
        flags: Given,
        mut spec: Spec,
        (media, files): (Option<Media>, FilesSpec),
    ) -> Result<Resolved> {
        let given = |flag: &str| flags.has(flag);
        if let Some(flag) = flags.flags().find(|flag| !OF_ANY_REQUEST.contains(&flag.as_str())) {
            let fix = "drop it, or write a request file";
            return Err(Error::request(format!("--{flag}"), "the manifest holds the whole request", fix));
        }
        if let Some(seed) = self.dataset.seed_given() {
            spec.seed = seed;
        }
        if given("num-dataset-entries") {
            spec.records = self.dataset.records();
        }
        if given("format") {
            spec.formats = self.dataset.formats().to_vec();
        }
        if given("for") {
            spec.servers = self.dataset.servers();
        }
        spec.files.lines = files.lines.or(spec.files.lines);
        spec.files.compression = files.compression.or(spec.files.compression);
        spec.media = media.unwrap_or(spec.media);
        let mut spec = spec.checked()?;
        spec.formats = formats(&spec)?;
        needs::check_shares(&spec, &flags)?;
        let mut inputs = Vec::new();
        for share in spec.shares() {
            let corpus = share.text.and_then(|text| text.corpus).map(|path| ("--corpus", path));
            let folder =
                share.image.and_then(|image| image::folder(&image.source)).map(|path| ("--image-source", path));
            inputs.extend(corpus.into_iter().chain(folder));
        }
        let generator = self.dataset.generator(hub::of_environment(self.text.offline));
        let notes = Vec::new();
        Ok(Resolved { spec, given: flags, generator, inputs, notes, seed_was_drawn: false })
    }

    /// The seed that was typed.
    pub(super) fn seed_given(&self) -> Option<Seed> {
        self.dataset.seed_given()
    }
}

/// The names of the formats of a request: those that it names, or a usual one.
pub(super) fn formats(spec: &Spec) -> Result<Vec<String>> {
    Ok(format::chosen(spec)?.iter().map(|row| row.name.to_owned()).collect())
}
