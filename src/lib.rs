//! masque makes synthetic datasets for benchmarking LLM and multimodal inference servers: prompts of exact token length,
//! pictures, sound and video, reproducible from a seed. ARCHITECTURE.md is the map.

pub mod audio;
pub mod buffer;
mod bytes;
pub mod cache;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dataset;
pub mod digest;
pub mod distribution;
pub mod encode;
pub mod engine;
pub mod error;
pub mod format;
pub mod frame;
pub mod generator;
pub mod image;
pub mod input;
pub mod line;
pub mod pattern;
pub mod payload;
pub mod plan;
pub mod process;
pub mod produce;
pub mod raster;
pub mod record;
pub mod render;
pub mod seed;
pub mod spec;
pub mod tally;
pub mod text;
pub mod write;

pub use distribution::{Distribution, Shape};
pub use error::{Error, Result};
pub use generator::{Generator, GeneratorOptions, Records};
pub use record::{Facts, Item, Prompt, Record, SystemPrompt, Turn};
pub use render::Backend;
pub use seed::Seed;
pub use spec::*;
pub use tally::Tally;
pub use write::{Dataset, Progress, WriteOptions};
