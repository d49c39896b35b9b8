//! Bytes. Turns pixels and samples into files' contents, through well-kept libraries.
