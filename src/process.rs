//! What belongs to the process as a whole, and is changed only where its owner says so. A program of its own calls all of it; a
//! library inside of another may leave it.

/// Takes FFmpeg's log over, for the whole process: nothing of it reaches standard error, and what FFmpeg and its encoders say of a
/// failure stands in the error. Without it encoders say nothing, and errors have FFmpeg's codes alone; options inside of
/// a list such as `x264-params` that the encoder does not know are then passed over in silence.
pub fn capture_ffmpeg_log() {
    crate::encode::capture_log();
}

/// Has large memory go back to the system as soon as it is freed, for the whole process; glibc alone keeps it. Long clips take more
/// memory than short ones without it.
pub fn return_large_memory() {
    crate::encode::keep_memory_flat();
}
