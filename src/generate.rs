//! Records and datasets, made: one record in a straight line, the workers and their order, the run from opening to manifest.

pub mod generator;
mod merge;
pub mod produce;
pub mod workers;
pub mod write;

pub use crate::dataset::Shard;
pub use generator::{AudioSamples, ClipFrames, Generator, GeneratorOptions, Records};
pub use write::{Dataset, Progress, WriteOptions};
