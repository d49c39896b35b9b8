//! masque makes synthetic datasets for benchmarking LLM and multimodal inference servers: prompts of exact token length,
//! images, audio and video, reproducible from a seed. ARCHITECTURE.md is the map.

#[cfg(feature = "cli")]
pub mod cli;
pub mod content;
pub mod dataset;
pub mod encode;
pub mod error;
pub mod frame;
pub mod generate;
pub mod io;
pub mod pattern;
pub mod plan;
pub mod process;
pub mod record;
pub mod render;
pub mod seed;
pub mod spec;

pub use error::{Error, Result};
pub use generate::{Dataset, Generator, GeneratorOptions, Progress, Records, WriteOptions};
pub use record::{Item, Metadata, Prompt, Record, SystemPrompt, Totals, Turn};
pub use render::Backend;
pub use seed::Seed;
pub use spec::*;
