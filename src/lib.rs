//! masque makes synthetic datasets for benchmarking LLM and multimodal inference servers: prompts of exact token length,
//! pictures, sound and video, reproducible from a seed. ARCHITECTURE.md is the map.

pub mod distribution;
pub mod encode;
pub mod error;
pub mod frame;
pub mod pattern;
pub mod render;
pub mod seed;
pub mod spec;
