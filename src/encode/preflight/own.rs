//! What the encoder of this crate takes, and when it is taken without being named.

use super::{codec, pixel_formats};
use crate::encode::h264::{MOST_BLOCKS, least_bitrate};
use crate::encode::video::{Container, VIDEO_CODECS};
use crate::error::{Error, Result};
use crate::frame::{BLOCK, Size};
use crate::pattern::Pattern;
use crate::spec::{SIDES, VideoSpec};

/// Its pixel format, FFmpeg's name.
const PIXEL_FORMAT: &str = "yuv420p";

/// The pixel formats that an encoder takes, whoever it is of; none when there is no such encoder.
pub(super) fn formats(name: &str) -> Option<Vec<String>> {
    match codec(name) {
        Some(row) if row.own => cfg!(feature = "video").then(|| vec![PIXEL_FORMAT.to_owned()]),
        _ => pixel_formats(name),
    }
}

/// The encoder of a request that names none: for drawings the container's own for them, unless the request asks for what that one
/// does not do.
#[must_use]
pub fn usual_codec(container: &Container, spec: &VideoSpec) -> &'static str {
    let plain = spec.options.is_empty() && spec.pixel_format.as_deref().is_none_or(|name| name == PIXEL_FORMAT);
    let drawn = container.drawn.filter(|_| plain && spec.pattern != Pattern::Noise && holds(spec));
    drawn.unwrap_or(container.codec)
}

/// Whether it takes such clips at all: their sides apart, which are settled.
pub(super) fn suits(spec: &VideoSpec) -> bool {
    check(spec).is_ok() && holds(spec)
}

/// Whether no side that the request itself names, and no frame of such sides, is too large.
fn holds(spec: &VideoSpec) -> bool {
    let most = codec("masque_h264").map_or(0.0, |row| row.sides.1.into());
    let [width, height] = [&spec.width, &spec.height].map(|side| match side.bounds().1 {
        high if side.constant().is_none() && high == SIDES.1 => most,
        high => high,
    });
    width.max(height) <= most && (spec.width.constant().is_none() || blocks(width, height) <= MOST_BLOCKS)
}

fn blocks(width: f64, height: f64) -> u64 {
    let [columns, rows] = [width, height].map(|side| (side as u64).div_ceil(BLOCK as u64));
    columns * rows
}

/// Checks a request that names it.
///
/// # Errors
/// [`Error::Request`].
pub(super) fn check(spec: &VideoSpec) -> Result<()> {
    let name = &spec.codec;
    if spec.pattern == Pattern::Noise {
        let container = spec.container.name();
        let others = VIDEO_CODECS.iter().filter(|row| !row.own && row.containers.contains(&container));
        let names: Vec<_> = others.map(|row| row.name).filter(|name| formats(name).is_some()).collect();
        let fix = format!("for noise in {container} take {}", names.join(", "));
        return Err(Error::request("video.codec", format!("{name} takes drawings, and noise is none"), fix));
    }
    if let Some((key, _)) = spec.options.first() {
        let fix = "give `video.speed`, `video.crf` or `video.bitrate`, or name another `video.codec`";
        return Err(Error::request("video.options", format!("{key}: {name} has no options of its own"), fix));
    }
    Ok(())
}

/// Checks a settled request that names it.
///
/// # Errors
/// [`Error::Request`].
pub(super) fn check_settled(spec: &VideoSpec) -> Result<()> {
    let (width, height) = (spec.width.bounds().1, spec.height.bounds().1);
    if blocks(width, height) > MOST_BLOCKS {
        let most = MOST_BLOCKS / (width as u64).div_ceil(BLOCK as u64) * BLOCK as u64;
        let flag = if spec.height.constant().is_some() { "video.height" } else { "video.height.max" };
        let problem = format!("{width} x {height} pixels are more than any level of H.264 holds");
        return Err(Error::request(flag, problem, format!("give at most {most} rows, or another `video.codec`")));
    }
    let size = Size::new(width as u32, height as u32);
    let least = least_bitrate(size, spec.rate, spec.gop);
    match spec.bitrate {
        Some(bits) if bits < least => {
            let problem =
                format!("{bits} bits a second are fewer than {} takes for frames that do not change", spec.codec);
            Err(Error::request("video.bitrate", problem, format!("give {least} or more, or another `video.codec`")))
        }
        _ => Ok(()),
    }
}
