//! What items hold, apart from drawn scenes: texts of exact length, images of files, noise to hear. None of them knows another.

pub mod audio;
pub mod image;
pub mod text;
