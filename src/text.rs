//! Prompts, for now without any.
use crate::error::{Error, Result};
use crate::spec::Lengths;

/// The rows of `--seq-dist`.
///
/// # Errors
/// [`Error::Text`], always.
pub fn seq_dist(_pairs: &str) -> Result<Lengths> {
    Err(Error::Text("no prompts yet".into()))
}
