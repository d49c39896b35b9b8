//! Bytes. Turns pixels and samples into files' contents, through well-kept libraries.

pub mod png;
pub mod wav;
