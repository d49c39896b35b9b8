//! What can be known of a request before anything is written: whether this FFmpeg has the encoders, whether they really
//! encode, and what they take. Every refusal names the flag and what would work. Knows nothing of the command line's parser.

mod choice;
mod every;
mod own;
mod trial;

use super::ffmpeg::{has_audio_encoder, pixel_formats, sample_rates, takes_size};
use super::samples::AudioShape;
use super::video::options::{self, Refusal};
use super::video::{CONTAINERS, Container, VIDEO_CODECS, VideoCodec, Zero, codec, container, track_shape};
use crate::error::{Error, Result};
use crate::frame::{FrameRate, Size};
use crate::spec::{AudioSpec, Distribution, ImageSpec, SIDES, TrackSpec, VideoSpec};
use choice::choose;

pub use every::{Trial, trials};
pub use own::usual_codec;

/// Settles what the request leaves to this FFmpeg: the encoder that `auto` or a fallback stands for, its pixel format, and
/// the sides that it takes. `warn` hears of an encoder that is not the one asked for. Nothing is encoded but for `auto` and
/// fallbacks.
///
/// # Errors
/// [`Error::Request`] with the field, what was found and what would work.
pub fn settle_video(spec: &VideoSpec, warn: &dyn Fn(&str)) -> Result<VideoSpec> {
    let mut spec = spec.clone();
    let container = find_container(spec.container.name())?;
    spec.codec = choose(container, &spec, warn)?;
    let row = codec(&spec.codec);
    check_codec(container, &spec, row)?;
    if row.is_some_and(|row| row.own) {
        own::check(&spec)?;
    }
    settle_pixel_format(&mut spec, row)?;
    row.map_or(Ok(spec.clone()), |row| settle_sides(&spec, row))
}

/// Checks a settled request for clips, by its own numbers and by really encoding one small frame.
///
/// # Errors
/// As [`settle_video`].
pub fn check_video(spec: &VideoSpec) -> Result<()> {
    check_size(spec)?;
    check_frames(spec)?;
    check_numbers(spec, codec(&spec.codec))?;
    if codec(&spec.codec).is_some_and(|row| row.own) {
        own::check_settled(spec)?;
    }
    options::check(&spec.options).map_err(|Refusal { problem, fix }| Error::request("video.options", problem, fix))?;
    if let Some(track) = &spec.track {
        check_track(find_container(spec.container.name())?, track)?;
    }
    trial::encode(spec)
}

/// The request with sides that every one of its formats holds.
///
/// # Errors
/// As [`settle_video`].
pub fn settle_images(spec: &ImageSpec) -> Result<ImageSpec> {
    let longest = spec.formats.iter().map(|format| format.codec().longest).min().unwrap_or(1);
    let side = |field, side: &Distribution| side.clone().settled(field, (1.0, longest.into()), true);
    Ok(ImageSpec {
        width: side("image.width", &spec.width)?,
        height: side("image.height", &spec.height)?,
        ..spec.clone()
    })
}

/// The request with lengths that its formats hold, checked: each format takes every rate and depth that may be drawn.
///
/// # Errors
/// As [`settle_video`].
pub fn settle_audio(spec: &AudioSpec) -> Result<AudioSpec> {
    check_audio(spec)?;
    let most = |values: &mut dyn Iterator<Item = u32>| f64::from(values.max().unwrap_or(1));
    let second = most(&mut spec.sample_rates.iter().copied())
        * f64::from(spec.channels)
        * most(&mut spec.bit_depths.iter().map(|bits| u32::from(bits / 8)));
    let largest = spec.formats.iter().map(|format| format.codec().largest).min().unwrap_or(u64::MAX);
    let longest = (largest as f64 / second).floor();
    Ok(AudioSpec { seconds: spec.seconds.clone().settled("audio.seconds", (0.0, longest), false)?, ..spec.clone() })
}

/// Checks that each format of a request for audio takes every rate and depth that may be drawn.
///
/// # Errors
/// As [`settle_video`].
fn check_audio(spec: &AudioSpec) -> Result<()> {
    let shapes = spec.sample_rates.iter().flat_map(|rate| spec.bit_depths.iter().map(move |depth| (*rate, *depth)));
    let mut shapes =
        shapes.map(|(sample_rate, bit_depth)| AudioShape { sample_rate, bit_depth, channels: spec.channels });
    shapes.try_for_each(|shape| spec.formats.iter().try_for_each(|format| format.codec().check(shape)))
}

/// Pixels a side of the greatest square that FFmpeg takes: drawn sides, of which the request names no greatest, stay below.
const SQUARE: f64 = 16_255.0;

fn find_container(name: &str) -> Result<&'static Container> {
    container(name).ok_or_else(|| {
        let names: Vec<_> = CONTAINERS.iter().map(|row| row.name).collect();
        Error::request("video.container", format!("no container {name}"), format!("take {}", names.join(" or ")))
    })
}

fn check_codec(container: &Container, spec: &VideoSpec, row: Option<&VideoCodec>) -> Result<()> {
    let name = &spec.codec;
    if row.is_some_and(|row| !row.containers.contains(&container.name)) {
        return Err(lacking(container, spec, &format!("{name} does not go into {}", container.name)));
    }
    match own::formats(name) {
        Some(_) => Ok(()),
        // Nobody names what is taken where masque_h264 cannot be.
        None if name == container.codec && container.drawn.is_some() => {
            let problem = format!("this FFmpeg has no {name}, which encodes what masque_h264 does not");
            Err(lacking(container, spec, &problem))
        }
        None => Err(lacking(container, spec, &format!("this FFmpeg has no video encoder {name}"))),
    }
}

/// A refusal that lists what works here for the container and the request.
fn lacking(container: &Container, spec: &VideoSpec, problem: &str) -> Error {
    let usable =
        |row: &&VideoCodec| fits(row, spec) && (row.on_cpu.is_none() || trial::works(container, row.name).is_ok());
    let names: Vec<_> = VIDEO_CODECS.iter().filter(usable).map(|row| row.name).collect();
    Error::request("video.codec", problem, format!("for {} give {}", container.name, names.join(" or ")))
}

/// Checks the pixel format that was asked for; an encoder without a row is given the first that it takes.
fn settle_pixel_format(spec: &mut VideoSpec, row: Option<&VideoCodec>) -> Result<()> {
    let takes = own::formats(&spec.codec).unwrap_or_default();
    let takes: Vec<_> = takes.into_iter().filter(|name| is_limited_yuv(name)).collect();
    let usual = || takes.iter().find(|name| *name == "yuv420p").or(takes.first()).cloned();
    match (&spec.pixel_format, row, usual()) {
        (Some(asked), ..) if !takes.contains(asked) => {
            let fix = format!("{} takes {}", spec.codec, takes.join(", "));
            Err(Error::request("video.pixel_format", format!("{} takes no {asked}", spec.codec), fix))
        }
        (None, None, None) => {
            let problem = format!("{} takes no frames in YUV of limited range", spec.codec);
            Err(Error::request("video.codec", problem, "take another encoder"))
        }
        (None, None, usual) => {
            spec.pixel_format = usual;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether frames of BT.709, limited range, can be given in this pixel format: not RGB, no full range, no alpha.
fn is_limited_yuv(name: &str) -> bool {
    let yuv = ["yuv4", "nv1", "nv2", "p01", "p21", "p41"];
    yuv.iter().any(|start| name.starts_with(start))
}

/// Whether the pixel format, an encoder's usual one when none, has less chroma than luma.
fn halved(pixel_format: Option<&str>) -> bool {
    pixel_format.is_none_or(|name| !name.contains("444"))
}

/// The request with both its sides as the encoder takes them.
fn settle_sides(spec: &VideoSpec, row: &VideoCodec) -> Result<VideoSpec> {
    let mut spec = spec.clone();
    spec.even_sides = row.even && halved(spec.pixel_format.as_deref());
    let widest = |row: &VideoCodec| row.sides.1;
    let tallest = |row: &VideoCodec| row.sides.1.min(row.most_height);
    spec.width = settle_side("video.width", &spec.width, &spec, row, widest)?;
    spec.height = settle_side("video.height", &spec.height, &spec, row, tallest)?;
    Ok(spec)
}

/// Moves the bounds of drawn sides into what the encoder takes, save bounds that the request names itself; `most` is the
/// greatest such side that an encoder takes.
fn settle_side(
    flag: &str,
    sides: &Distribution,
    spec: &VideoSpec,
    row: &VideoCodec,
    most: impl Fn(&VideoCodec) -> u32,
) -> Result<Distribution> {
    let (least, greatest) = (f64::from(row.sides.0), f64::from(most(row)));
    let (low, high) = sides.bounds();
    let low = if sides.constant().is_none() && low == SIDES.0 { least } else { low.ceil() };
    let high = if sides.constant().is_none() && high == SIDES.1 { greatest.min(SQUARE) } else { high.floor() };
    if low < least || high > greatest {
        let flag = match (sides.constant().is_some(), low < least) {
            (true, _) => flag.to_owned(),
            (false, true) => format!("{flag}-min"),
            (false, false) => format!("{flag}-max"),
        };
        let mut fix = format!("{} takes {least} to {greatest} pixels a side", row.name);
        let mut larger = VIDEO_CODECS.iter().filter(|other| f64::from(most(other)) >= high && low >= least);
        if let Some(other) = larger.find(|other| fits(other, spec)) {
            fix += &format!(", {} up to {}", other.name, most(other));
        }
        return Err(Error::request(flag, format!("{} pixels", if low < least { low } else { high }), fix));
    }
    let even = |side: f64| side % 2.0 == 0.0;
    if spec.even_sides && low == high && !even(low) {
        let mut fix = format!("{} needs even sizes: {} or {}", row.name, low - 1.0, low + 1.0);
        if let Some(other) = VIDEO_CODECS.iter().find(|other| !other.even && fits(other, spec)) {
            fix += &format!("; {} takes odd ones", other.name);
        }
        return Err(Error::request(flag, format!("{low} pixels is odd"), fix));
    }
    let (low, high) =
        if spec.even_sides { ((low / 2.0).ceil() * 2.0, (high / 2.0).floor() * 2.0) } else { (low, high) };
    sides.within(flag, low, high)
}

/// Whether another encoder could be named for this request.
fn fits(other: &VideoCodec, spec: &VideoSpec) -> bool {
    other.name != spec.codec
        && (!other.own || own::suits(spec))
        && other.containers.contains(&spec.container.name())
        && own::formats(other.name).is_some()
}

/// Checks that FFmpeg takes frames of the greatest sides that may be drawn.
fn check_size(spec: &VideoSpec) -> Result<()> {
    let (width, height) = (spec.width.bounds().1 as u32, spec.height.bounds().1 as u32);
    if takes_size(Size::new(width, height)) {
        return Ok(());
    }
    let most = (1..height).rev().find(|height| takes_size(Size::new(width, *height))).unwrap_or(0);
    let step = if spec.even_sides { 2 } else { 1 };
    let fix = format!("it takes {width} x {} or {} x {height}", most / step * step, most_width(height) / step * step);
    let flag = match (spec.width.constant(), spec.height.constant()) {
        (_, None) => "video.height.max",
        (None, Some(_)) => "video.width.max",
        _ => "video.height",
    };
    Err(Error::request(flag, format!("FFmpeg takes no frames of {width} x {height} pixels"), fix))
}

/// The greatest width that FFmpeg takes of frames of this height.
fn most_width(height: u32) -> u32 {
    (1..=SIDES.1 as u32).rev().find(|width| takes_size(Size::new(*width, height))).unwrap_or(0)
}

fn check_frames(spec: &VideoSpec) -> Result<()> {
    let fits = |number: u32| (1..=i32::MAX as u32).contains(&number);
    if !fits(spec.rate.num) || !fits(spec.rate.den) {
        return Err(Error::request("video.rate", format!("{} frames a second", spec.rate), "give a rate above 0"));
    }
    if spec.frames == Some(0) {
        return Err(Error::request("video.frames", "a clip of no frame", "give 1 or more"));
    }
    let Some(rates) = &spec.rates else { return check_length(spec, spec.rate) };
    let (low, high) = (rates.bounds().0.ceil() as u32, rates.bounds().1.floor() as u32);
    if low > high {
        let problem = format!("no whole number lies between {} and {}", rates.bounds().0, rates.bounds().1);
        return Err(Error::request("video.rates.max", problem, "drawn rates are whole numbers; widen the bounds"));
    }
    (low..=high).try_for_each(|num| check_length(spec, FrameRate { num, den: 1 }))
}

/// Checks that a whole number of frames at this rate lasts as long as a clip may.
fn check_length(spec: &VideoSpec, rate: FrameRate) -> Result<()> {
    let (least, most) = spec.frames_at(rate);
    if least <= most {
        return Ok(());
    }
    let (shortest, longest) = spec.seconds.limits();
    let problem = format!("no whole number of frames at {rate} a second lasts {shortest} to {longest} s");
    let fix = format!("give {} s or more", (rate.seconds(least) * 1e6).ceil() / 1e6);
    Err(Error::request("video.seconds.max", problem, fix))
}

fn check_numbers(spec: &VideoSpec, row: Option<&VideoCodec>) -> Result<()> {
    if spec.bitrate == Some(0) {
        return Err(Error::request("video.bitrate", "0 bits a second", "give more, such as 2000000"));
    }
    if !spec.gop.is_none_or(|gop| (1..=i32::MAX as u32).contains(&gop)) {
        let problem = format!("{} frames", spec.gop.unwrap_or(0));
        return Err(Error::request("video.gop", problem, "give 1 or more"));
    }
    let Some(row) = row else { return Ok(()) };
    if let Some(gop) = spec.gop.filter(|gop| *gop < row.gop) {
        let problem = format!("{gop}: {} cannot make every frame a keyframe", row.name);
        return Err(Error::request(
            "video.gop",
            problem,
            format!("give {} or more, or take another `video.codec`", row.gop),
        ));
    }
    let least = u32::from(row.crf_0 == Zero::Nothing);
    if let Some(crf) = spec.crf.filter(|crf| !(least..=row.crf.1).contains(crf)) {
        let fix = format!("{} takes {least} to {}", row.name, row.crf.1);
        return Err(Error::request("video.crf", format!("{crf} is out of range"), fix));
    }
    Ok(())
}

fn check_track(container: &Container, track: &TrackSpec) -> Result<()> {
    let name = &track.codec;
    let known =
        || container.tracks.iter().filter(|name| has_audio_encoder(name)).copied().collect::<Vec<_>>().join(", ");
    if !container.tracks.contains(&name.as_str()) || !has_audio_encoder(name) {
        let problem = format!("no audio encoder {name} for {}", container.name);
        return Err(Error::request("video.track.codec", problem, format!("take {}", known())));
    }
    let shape = track_shape(track);
    match sample_rates(name) {
        Some(rates) if !rates.contains(&shape.sample_rate) => {
            let list = rates.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let problem = format!("{name} takes no {} Hz", shape.sample_rate);
            Err(Error::request("video.track.sample_rate", problem, format!("it takes {list} Hz")))
        }
        _ => Ok(()),
    }
}
