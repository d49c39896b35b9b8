//! masque makes synthetic datasets for benchmarking LLM and multimodal inference servers: prompts of exact token length,
//! pictures, sound and video, reproducible from a seed. ARCHITECTURE.md is the map.

pub mod audio;
pub mod buffer;
pub mod cache;
pub mod cli;
pub mod dataset;
pub mod digest;
pub mod distribution;
pub mod encode;
pub mod engine;
pub mod error;
pub mod format;
pub mod frame;
pub mod image;
pub mod input;
pub mod line;
pub mod pattern;
pub mod payload;
pub mod plan;
pub mod preview;
pub mod produce;
pub mod progress;
pub mod raster;
pub mod record;
pub mod render;
pub mod run;
pub mod seed;
pub mod spec;
pub mod tally;
pub mod text;
