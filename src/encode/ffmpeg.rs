//! FFmpeg: the only room that names `ffmpeg-next`. Frames and samples go to packets, packets into a container. Knows
//! nothing of the command line or of what the pixels show.

mod audio;
mod decode;
mod excerpt;
mod frame;
mod input;
mod libraries;
mod log;
mod memory;
mod muxer;
mod open;
mod options;
mod packet;
mod permit;
mod probe;
mod video;
mod vorbis;

pub(super) use audio::{AudioEncoder, sample_rates};
pub(crate) use decode::{codec_of, decode};
pub(crate) use excerpt::{first_frame, first_seconds};
pub(super) use libraries::{licence, versions as library_versions};
pub(crate) use log::capture as capture_log;
pub(crate) use memory::keep_flat as keep_memory_flat;
pub(super) use muxer::Muxer;
pub(super) use open::{has_audio_encoder, pixel_formats, takes_size};
pub(super) use packet::{Header, Packet};
pub(super) use probe::check as check_clip;
pub(super) use video::VideoEncoder;

use std::sync::Once;

use crate::error::Error;

/// What FFmpeg answered, made an error of ours: its own last words when it logged any, else the text of its code.
fn failed(encoder: &str, code: ffmpeg_next::Error) -> Error {
    static WORDS: Once = Once::new();
    WORDS.call_once(ffmpeg_next::error::register_all); // else its codes have none
    let said = log::take();
    Error::encode(encoder, if said.is_empty() { code.to_string() } else { format!("{said} ({code})") })
}
