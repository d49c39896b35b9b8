//! What can be known of a request for clips before anything is written: whether this FFmpeg has the encoders, whether they
//! really encode, and what they take. Every refusal names the flag and what would work.

use std::io::Cursor;

use super::codec::{CODECS, CONTAINERS, Codec, Container, codec, container};
use super::ffmpeg::{pixel_formats, sample_rates, sound_exists};
use super::settings::VideoSettings;
use super::track::{Samples, track_shape};
use super::video::{Frames, encode_clip};
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::spec::{TrackSpec, VideoSpec};

/// Pixels a side of the frame that is encoded to try an encoder out.
const TRIAL: u32 = 256;

/// Checks a request for clips, its `codec` resolved, by its own numbers and by really encoding one small frame.
///
/// # Errors
/// [`Error::Request`] with the flag, what was found and what would work.
pub fn check_video(spec: &VideoSpec) -> Result<()> {
    let container = find_container(spec.container)?;
    let row = codec(&spec.codec);
    check_codec(container, &spec.codec, row)?;
    check_frames(spec)?;
    check_pixel_format(spec)?;
    check_numbers(spec, row)?;
    let (width, height) = (whole(spec.width.bounds()), whole(spec.height.bounds()));
    check_side("--video-width", width, spec, row)?;
    check_side("--video-height", height, spec, row)?;
    if let Some(track) = &spec.track {
        check_track(container, track)?;
    }
    let side = |(low, high): (u32, u32)| TRIAL.clamp(low, high.max(low));
    try_out(&VideoSettings::new(spec, Size::new(side(width), side(height)), 1))
}

/// The encoder that a name stands for in a container, and a word on it when it is not the one that was asked for. `auto`
/// is an encoder on a graphics card where one really encodes frames of `largest` size, else the container's own. With
/// `fallback`, one that does not work becomes the CPU encoder of the same codec.
///
/// # Errors
/// [`Error::Request`] when nothing fits.
pub fn resolve_codec(container: &str, name: &str, largest: Size, fallback: bool) -> Result<(String, Option<String>)> {
    let container = find_container(container)?;
    let works = |row: &Codec| {
        let fits = largest.width.max(largest.height) <= row.sides.1;
        fits && row.containers.contains(&container.name) && try_out(&plain(container, row.name)).is_ok()
    };
    if name == "auto" {
        let on_card = CODECS.iter().find(|row| row.on_cpu.is_some() && works(row));
        let usual = codec(container.codec).filter(|row| works(row));
        let any = || CODECS.iter().find(|row| row.on_cpu.is_none() && works(row));
        return match on_card.or(usual).or_else(any) {
            Some(row) => Ok((row.name.to_owned(), None)),
            None => Err(lacking(container, "no encoder that works")),
        };
    }
    let on_cpu = codec(name).and_then(|row| row.on_cpu);
    match on_cpu {
        Some(on_cpu) if fallback => match try_out(&plain(container, name)) {
            Ok(()) => Ok((name.to_owned(), None)),
            Err(reason) => Ok((on_cpu.to_owned(), Some(format!("{reason}; encoding with {on_cpu} instead")))),
        },
        _ => Ok((name.to_owned(), None)),
    }
}

/// Whether the encoder takes frames of even width and height only; sizes that are drawn must be rounded to even ones then.
#[must_use]
pub fn needs_even_sides(codec_name: &str, pixel_format: Option<&str>) -> bool {
    let halved = pixel_format.is_none_or(|format| format.contains("420") || format.starts_with("nv12"));
    halved && codec(codec_name).is_some_and(|row| row.even)
}

fn find_container(name: &str) -> Result<&'static Container> {
    container(name).ok_or_else(|| {
        let names: Vec<_> = CONTAINERS.iter().map(|row| row.name).collect();
        Error::request("--video-format", format!("no container {name}"), format!("take {}", names.join(" or ")))
    })
}

fn check_codec(container: &Container, name: &str, row: Option<&Codec>) -> Result<()> {
    if row.is_some_and(|row| !row.containers.contains(&container.name)) {
        return Err(lacking(container, &format!("{name} does not go into {}", container.name)));
    }
    match pixel_formats(name) {
        Some(_) => Ok(()),
        None => Err(lacking(container, &format!("this FFmpeg has no video encoder {name}"))),
    }
}

/// A refusal that lists what this FFmpeg has for the container.
fn lacking(container: &Container, problem: &str) -> Error {
    let known = CODECS.iter().filter(|row| row.containers.contains(&container.name));
    let names: Vec<_> = known.map(|row| row.name).filter(|name| pixel_formats(name).is_some()).collect();
    Error::request("--video-codec", problem, format!("for {} it has {}", container.name, names.join(", ")))
}

fn check_frames(spec: &VideoSpec) -> Result<()> {
    let rate = spec.rate;
    let fits = |number: u32| (1..=i32::MAX as u32).contains(&number);
    if !fits(rate.num) || !fits(rate.den) {
        return Err(Error::request("--video-fps", format!("{rate} frames a second"), "give a rate above 0"));
    }
    if spec.frames == Some(0) {
        return Err(Error::request("--video-frames", "a clip of no frame", "give 1 or more"));
    }
    let longest = spec.seconds.bounds().1;
    if spec.frames.is_none() && longest * rate.fps() < 1.0 {
        let problem = format!("{longest} s at {rate} frames a second is less than one frame");
        return Err(Error::request("--video-duration", problem, format!("give {} s or more", 1.0 / rate.fps())));
    }
    Ok(())
}

fn check_pixel_format(spec: &VideoSpec) -> Result<()> {
    let Some(asked) = &spec.pixel_format else { return Ok(()) };
    let takes: Vec<_> = pixel_formats(&spec.codec).unwrap_or_default();
    let takes: Vec<_> = takes.into_iter().filter(|name| is_limited_yuv(name)).collect();
    match takes.contains(asked) {
        true => Ok(()),
        false => {
            let fix = format!("{} takes {}", spec.codec, takes.join(", "));
            Err(Error::request("--video-pixel-format", format!("{} takes no {asked}", spec.codec), fix))
        }
    }
}

/// Whether frames of BT.709, limited range, can be given in this pixel format: not RGB, no full range, no alpha.
fn is_limited_yuv(name: &str) -> bool {
    let yuv = ["yuv4", "nv1", "nv2", "p01", "p21", "p41"];
    yuv.iter().any(|start| name.starts_with(start))
}

fn check_numbers(spec: &VideoSpec, row: Option<&Codec>) -> Result<()> {
    if spec.bitrate == Some(0) {
        return Err(Error::request("--video-bitrate", "0 bits a second", "give more, such as 2000000"));
    }
    if spec.gop == Some(0) {
        return Err(Error::request("--video-gop", "0 frames", "give 1 or more"));
    }
    match (spec.crf, row) {
        (Some(crf), Some(row)) if crf > row.crf.1 => {
            let fix = format!("{} takes 0 to {}", row.name, row.crf.1);
            Err(Error::request("--video-crf", format!("{crf} is out of range"), fix))
        }
        _ => Ok(()),
    }
}

fn check_side(flag: &str, (low, high): (u32, u32), spec: &VideoSpec, row: Option<&Codec>) -> Result<()> {
    let Some(row) = row else { return Ok(()) };
    let (least, most) = row.sides;
    if low < least || high > most {
        let found = if low < least { low } else { high };
        let mut fix = format!("{} takes {least} to {most} pixels a side", row.name);
        let larger = CODECS.iter().filter(|other| other.sides.1 >= high && pixel_formats(other.name).is_some());
        if let Some(other) = larger.into_iter().find(|other| other.containers.contains(&spec.container)) {
            fix += &format!(", {} up to {}", other.name, other.sides.1);
        }
        return Err(Error::request(flag, format!("{found} pixels"), fix));
    }
    if low == high && low % 2 == 1 && needs_even_sides(row.name, spec.pixel_format.as_deref()) {
        let fix = format!("{} needs even sizes: {} or {}; libvpx-vp9 takes odd ones", row.name, low - 1, low + 1);
        return Err(Error::request(flag, format!("{low} pixels is odd"), fix));
    }
    Ok(())
}

fn check_track(container: &Container, track: &TrackSpec) -> Result<()> {
    let name = &track.codec;
    let known = || container.sounds.iter().filter(|name| sound_exists(name)).copied().collect::<Vec<_>>().join(", ");
    if !container.sounds.contains(&name.as_str()) || !sound_exists(name) {
        let problem = format!("no sound encoder {name} for {}", container.name);
        return Err(Error::request("--video-audio-codec", problem, format!("take {}", known())));
    }
    let shape = track_shape(track);
    match sample_rates(name) {
        Some(rates) if !rates.contains(&shape.sample_rate) => {
            let list = rates.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let problem = format!("{name} takes no {} Hz", shape.sample_rate);
            Err(Error::request("--video-audio-sample-rate", problem, format!("it takes {list} Hz")))
        }
        _ => Ok(()),
    }
}

/// Encodes one grey frame, and one frame's worth of silence, into memory.
fn try_out(settings: &VideoSettings) -> Result<()> {
    let encode = |settings: &VideoSettings| {
        let sound = settings.track.as_ref().map(|_| -> Samples<'_> {
            Box::new(|samples| {
                samples.fill(0);
                Ok(())
            })
        });
        encode_clip(settings, Cursor::new(Vec::new()), sound, 1, |_, _| {
            let grey: Frames<'_> = Box::new(|planes| {
                planes.iter_mut().for_each(|plane| plane.data.fill(128));
                Ok(())
            });
            Ok(grey)
        })
    };
    let Err(reason) = encode(settings) else { return Ok(()) };
    let name = &settings.codec;
    let bare = VideoSettings { options: Vec::new(), track: None, ..settings.clone() };
    let untracked = VideoSettings { track: None, ..settings.clone() };
    let (flag, fix) = if !settings.options.is_empty() && encode(&bare).is_ok() {
        ("--video-encoder-option", format!("`ffmpeg -h encoder={name}` lists what it takes"))
    } else if settings.track.is_some() && encode(&untracked).is_ok() {
        ("--video-audio-codec", "take another one, or another rate".to_owned())
    } else if let Some(on_cpu) = codec(name).and_then(|row| row.on_cpu) {
        let hint = "it needs NVIDIA's driver and a card with NVENC, which A100, H100, H200 and B200 lack";
        ("--video-codec", format!("{hint}; take {on_cpu} or add --encoder-fallback"))
    } else {
        ("--video-codec", format!("take another encoder than {name}, or other settings"))
    };
    Err(Error::request(flag, reason.to_string(), fix))
}

/// The bare settings that try an encoder out.
fn plain(container: &Container, name: &str) -> VideoSettings {
    VideoSettings {
        size: Size::new(TRIAL, TRIAL),
        rate: crate::frame::FrameRate { num: 30, den: 1 },
        frames: 1,
        container: container.name,
        codec: name.to_owned(),
        speed: crate::spec::Speed::Fast,
        bitrate: None,
        crf: None,
        gop: None,
        pixel_format: None,
        options: Vec::new(),
        track: None,
    }
}

/// Bounds in whole pixels.
fn whole((low, high): (f64, f64)) -> (u32, u32) {
    (low.ceil() as u32, high.floor() as u32)
}
