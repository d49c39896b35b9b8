//! Encoders tried out on one frame: that an encoder is listed does not mean that it opens.

use std::io::Cursor;

use super::choice::on_cpu;
use super::codec;
use crate::encode::ffmpeg::check_clip;
use crate::encode::samples::Samples;
use crate::encode::video::{Container, Frames, VideoSettings, encode_clip};
use crate::error::{Error, Result};
use crate::frame::{FrameRate, Size};
use crate::spec::{Speed, VideoSpec};

/// Pixels a side of the frame that a CPU encoder is tried on, where the request's are more: what it takes hardly depends on the
/// size within its bounds, and opening it for large frames takes up to half a second. An encoder on a graphics card, or an
/// unknown one, is tried on a frame of the real size.
const SIDE: u32 = 256;

/// Sides above this are tried as they are, because levels of standards end there, ..
const LONG: u32 = 4096;

/// .. unless that makes so many pixels that trying takes seconds and gigabytes.
const MANY: u64 = 1 << 25;

/// Encodes one frame as the request asks for it.
///
/// # Errors
/// [`Error::Request`] that blames the flag without which the encoder works.
pub(super) fn encode(spec: &VideoSpec) -> Result<()> {
    let real = Size::new(spec.width.bounds().1 as u32, spec.height.bounds().1 as u32);
    let long = real.width.max(real.height) > LONG && real.rgb_bytes() / 3 <= MANY;
    let small = |side: u32| (SIDE + side % 2).min(side);
    let size = match codec(&spec.codec) {
        Some(row) if row.on_cpu.is_none() && !long => Size::new(small(real.width), small(real.height)),
        _ => real,
    };
    let settings = VideoSettings::new(spec, size, spec.rate, 1);
    try_out(&settings).map_err(|reason| blame(spec, &settings, &reason))
}

/// Whether an encoder encodes at all.
///
/// # Errors
/// Why it does not.
pub(super) fn works(container: &Container, name: &str) -> Result<()> {
    try_out(&VideoSettings {
        size: Size::new(SIDE, SIDE),
        rate: FrameRate { num: 30, den: 1 },
        frames: 1,
        container: container.name,
        codec: name.to_owned(),
        speed: Speed::Fast,
        bitrate: None,
        crf: None,
        gop: None,
        pixel_format: None,
        options: Vec::new(),
        track: None,
        dense: false,
    })
}

/// Encodes one grey frame, and one frame's worth of silence, into memory, and decodes it again.
fn try_out(settings: &VideoSettings) -> Result<()> {
    let audio = settings.track.as_ref().map(|_| -> Samples<'_> {
        Box::new(|samples| {
            samples.fill(0);
            Ok(())
        })
    });
    let grey = |_, _| -> Result<Frames<'_>> {
        Ok(Box::new(|planes| {
            planes.iter_mut().for_each(|plane| plane.data.fill(128));
            Ok(())
        }))
    };
    let clip = encode_clip(settings, Cursor::new(Vec::new()), audio, 1, grey)?;
    check_clip(clip.into_inner(), settings)
}

fn blame(spec: &VideoSpec, settings: &VideoSettings, reason: &Error) -> Error {
    let name = &settings.codec;
    let bare = VideoSettings { options: Vec::new(), ..settings.clone() };
    let silent = VideoSettings { track: None, ..settings.clone() };
    let usual = VideoSettings { pixel_format: None, ..settings.clone() };
    let (flag, fix) = if !settings.options.is_empty() && try_out(&bare).is_ok() {
        ("video.options", format!("`ffmpeg -h encoder={name}` lists what it takes"))
    } else if settings.track.is_some() && try_out(&silent).is_ok() {
        ("video.track.codec", "take another one, or another rate".to_owned())
    } else if settings.pixel_format.is_some() && try_out(&usual).is_ok() {
        ("video.pixel_format", format!("take {}", usual.ffmpeg_pixel_format()))
    } else if let Some(row) = codec(name).filter(|row| row.on_cpu.is_some()) {
        let hint = "it needs NVIDIA's driver and a card with NVENC, which A100, H100, H200 and B200 lack";
        let instead = match on_cpu(row, spec) {
            Some(other) => format!("take {other} or add `video.fallback`"),
            None => "take another `video.codec`".to_owned(),
        };
        ("video.codec", format!("{hint}; {instead}"))
    } else {
        ("video.codec", format!("take another encoder than {name}, or other settings"))
    };
    Error::request(flag, reason.to_string(), fix)
}
