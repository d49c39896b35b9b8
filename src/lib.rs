//! Synthetic datasets for benchmarking LLM and multimodal inference servers: prompts of exact token length, images, audio and
//! video, reproducible from a seed.
//!
//! A [`Spec`] says what is wanted. A [`Generator`] opens what that needs, and from then on makes any record of it, in any order, on
//! any thread: record *i* is a pure function of the request, its seed and *i*.
//!
//! ```
//! use masque::{Distribution, Generator, ImageSpec, Seed, Spec, TextSpec};
//!
//! # fn main() -> masque::Result<()> {
//! let mut spec = Spec::default();
//! spec.seed = Seed(42);
//! spec.text = Some(TextSpec::new(Distribution::normal(550.0, 100.0).between(100.0, 1000.0)));
//! spec.image = Some(ImageSpec::new(Distribution::fixed(64.0), Distribution::fixed(48.0)));
//!
//! let generator = Generator::new(spec)?;
//! for record in generator.records(0..3)? {
//!     let turn = &record?.turns[0];
//!     println!("{} tokens, and {}", turn.prompts[0].tokens, &turn.images[0].data_url()[..30]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! From here there are six ways on:
//!
//! - [`Generator::records`] makes records ahead by threads of its own, in order: the inner loop of a load generator.
//! - [`Generator::record`] and [`Generator::media`] make one record, or one item of it without the rest: a server's answer.
//! - [`Generator::frames`] gives a clip's raw frames to who encodes or shows them, [`Generator::samples`] an audio item's samples.
//! - [`serve()`] answers for a dataset over HTTP, made or not.
//! - [`inspect()`] looks into such a folder: every digest, every medium, every prompt.
//! - [`Dataset::write`] makes a folder that load generators read, as the program `masque generate` does; it goes on with a run that was
//!   cut off, and makes a [`Shard`] alone, to be joined with the others by [`Dataset::merge`].
//!
//! # What is asked for
//!
//! Each modality has a specification of its own, off unless it is there: [`TextSpec`], [`ImageSpec`], [`AudioSpec`],
//! [`VideoSpec`]. Each has a `new` with what it cannot do without, and public fields for the rest. A dataset of several shapes of
//! request has a [`Share`] for each. A quantity is a
//! [`Distribution`]: a length in tokens, a side in pixels, a number of items. Requests are checked by who opens them, wherever they
//! come from; an [`Error::Request`] names the field, such as `image.width`, says what was found, and what would work. They are
//! serialised with serde, and a dataset's manifest holds its own. Users who write requests by the names of the program's flags, as its
//! request files have them, are read by [`NamedRequest`] (feature `cli`).
//!
//! # What is promised
//!
//! - The same request gives the same bytes, whatever the number of threads, the backend and the order. Prompts, samples, raw
//!   frames, WAV files and stored PNGs are the same on every machine; what FFmpeg and libjpeg encode is for one build of them.
//! - `n` records are the beginning of more.
//! - Nothing is printed, no environment read, no signal handled, nothing of the process changed. What has to be process-wide is in
//!   [`process`], for who owns the process.
//!
//! # Features
//!
//! | feature | what it adds | what it needs |
//! |---|---|---|
//! | `gpu` | pixels by compute shaders, on Vulkan | a driver at run time; without one the CPU makes the same bytes |
//! | `video` | clips, and audio other than WAV | FFmpeg's libraries and headers |
//! | `hub` | tokenizers from the Hugging Face hub | |
//! | `serve` | a server of datasets over HTTP | |
//! | `cli` | the program | |
//!
//! All are on by default. A request for what is not built in is refused.

// The rooms. What of them is no part of the face below is public for this package's program, tests and benches alone, and may
// change with any version; `tests/layers.rs` holds which of them may know which.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod content;
#[doc(hidden)]
pub mod dataset;
#[doc(hidden)]
pub mod doctor;
#[doc(hidden)]
pub mod encode;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod frame;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod inspect;
#[doc(hidden)]
pub mod io;
#[doc(hidden)]
pub mod media_tokens;
#[doc(hidden)]
pub mod pattern;
#[doc(hidden)]
pub mod plan;
pub mod process;
#[doc(hidden)]
pub mod record;
#[doc(hidden)]
pub mod render;
#[doc(hidden)]
pub mod seed;
#[cfg(feature = "serve")]
#[doc(hidden)]
pub mod serve;
#[doc(hidden)]
pub mod servers;
#[doc(hidden)]
pub mod spec;

#[cfg(feature = "cli")]
pub use cli::NamedRequest;
pub use content::text::Hub;
pub use error::{Error, Result};
pub use frame::{FrameRate, Size};
pub use generate::{
    AudioSamples, ClipFrames, Dataset, Generator, GeneratorOptions, Progress, Records, Shard, WriteOptions,
};
pub use inspect::{Alike, Fault, InspectOptions, Report, Summary, Unit, inspect};
pub use io::payload::Payload;
pub use pattern::{Pattern, SceneStyle};
pub use record::{
    Count, Item, ItemKind, ItemName, ItemPlace, Metadata, Prompt, Record, SystemPrompt, Totals, TrackMetadata, Turn,
};
pub use render::{Backend, Warn};
pub use seed::Seed;
#[cfg(feature = "serve")]
pub use serve::{ServeOptions, ServedFolder, Source, serve};
pub use spec::{
    AudioFormat, AudioSpec, BodySpec, CacheBust, Chroma, Compression, Conversation, Distribution, FilesSpec, Fit,
    ImageFormat, ImageSource, ImageSpec, Lengths, Literals, Media, MediaOrder, Modality, Pair, Placement,
    PngCompression, Prefixes, Reuse, Sampling, Shape, Share, Spec, Speed, TextSpec, TrackSpec, Turns, VideoFormat,
    VideoSpec,
};
