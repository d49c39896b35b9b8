//! What a request needs beside its numbers, opened once: tokenizer and corpus, source images, the device that renders.

use std::sync::Arc;

use crate::content::image::Sources;
use crate::content::text::{Hub, Prompter, SharedTexts};
use crate::dataset::format;
use crate::encode;
use crate::error::Result;
use crate::generate::GeneratorOptions;
use crate::io::input::Input;
use crate::plan::{Mix, Planner};
use crate::render::{self, Backend, Renderer, Warn};
use crate::spec::Spec;

/// What a request needs, shared by everybody who makes records of it.
pub struct Resources {
    /// What was asked for, settled.
    pub spec: Arc<Spec>,
    /// Draws what each record is to be.
    pub(super) planner: Planner,
    /// The images to show, unless they are noise.
    pub(super) sources: Option<Sources>,
    /// The writer of prompts, if any are asked for.
    pub(super) prompter: Option<Prompter>,
    /// The maker of pixels.
    pub(in crate::generate) renderer: Arc<dyn Renderer>,
    inputs: Vec<Input>,
}

impl Resources {
    /// Opens what a settled request of one shape needs, which may be a share of a mix.
    fn open(
        spec: Spec,
        share: Option<(Mix, usize)>,
        renderer: Arc<dyn Renderer>,
        (hub, texts): (Option<&Hub>, &mut SharedTexts),
        warn: &Warn,
    ) -> Result<Self> {
        let prompter = spec.text.as_ref().map(|text| Prompter::open_with(text, spec.seed, hub, texts)).transpose()?;
        let sources = spec.image.as_ref().map(|image| Sources::open(&image.source, spec.seed, warn.clone()));
        let sources = sources.transpose()?.flatten();
        let folder = sources.as_ref().map(Sources::input).transpose()?.flatten();
        let inputs = prompter.iter().flat_map(Prompter::inputs).cloned().chain(folder).collect();
        let spec = Arc::new(spec);
        let planner = Planner::new(Arc::clone(&spec)).of_share(share);
        Ok(Self { planner, spec, sources, prompter, renderer, inputs })
    }

    /// `cpu`, or the GPU adapter's name.
    #[must_use]
    pub fn backend(&self) -> String {
        self.renderer.name()
    }

    /// The files that the records depend on.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// What the user should know of the request: files that are no images, then lengths that are raised.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let skipped = self.sources.as_ref().and_then(Sources::skipped);
        skipped.into_iter().chain(self.prompter.iter().flat_map(Prompter::notes).cloned())
    }
}

/// Opens what a settled request needs, for each of its shares, or for itself. `warn` hears, from any thread, of what went wrong but was
/// mended.
///
/// # Errors
/// [`crate::error::Error::Request`] when something cannot be had.
pub fn open_shares(spec: &Spec, options: &GeneratorOptions, warn: &Warn) -> Result<Vec<Arc<Resources>>> {
    let GeneratorOptions { backend, adapter, hub, .. } = options;
    let (backend, adapter, shares) = (*backend, adapter.as_deref(), spec.shares());
    // Without pixels to make, no graphics device is opened just because there may be one.
    let pixels = adapter.is_some() || shares.iter().any(|share| share.image.is_some() || share.video.is_some());
    let backend = if backend == Backend::Auto && !pixels { Backend::Cpu } else { backend };
    let renderer: Arc<dyn Renderer> = render::open(backend, adapter, warn)?.into();
    let mut texts = SharedTexts::default();
    let open = |(number, share)| {
        let of = Mix::new(spec).map(|mix| (mix, number));
        let mixed = of.is_some();
        let opened = Resources::open(share, of, Arc::clone(&renderer), (hub.as_ref(), &mut texts), warn);
        opened.map(Arc::new).map_err(|why| if mixed { why.within(&format!("mix[{number}]")) } else { why })
    };
    shares.into_iter().enumerate().map(open).collect()
}

/// The request with what depends on the encoders that are installed settled and checked.
///
/// # Errors
/// [`crate::error::Error::Request`] when an encoder cannot be had or does not take what is asked for.
pub fn settle(spec: Spec, warn: &dyn Fn(&str)) -> Result<Spec> {
    let mixed = !spec.mix.is_empty();
    spec.map_shares(|number, share| {
        settle_share(share, warn).map_err(|why| if mixed { why.within(&format!("mix[{number}]")) } else { why })
    })
}

fn settle_share(mut spec: Spec, warn: &dyn Fn(&str)) -> Result<Spec> {
    let answers = format::hold_answers(&spec);
    if let Some(text) = spec.text.as_mut().filter(|_| answers) {
        text.answers = true;
        spec = spec.checked()?;
    }
    if let Some(image) = &mut spec.image {
        *image = encode::settle_images(image)?;
    }
    if let Some(video) = spec.video.as_mut().filter(|video| !video.as_frames) {
        *video = encode::settle_video(video, warn)?;
        encode::check_video(video)?;
    }
    if let Some(audio) = &mut spec.audio {
        *audio = encode::settle_audio(audio)?;
    }
    Ok(spec)
}
