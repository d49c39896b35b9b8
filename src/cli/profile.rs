//! What `--video-profile` sets: clips that are accepted everywhere.

use clap::ValueEnum;

use crate::encode::VIDEO_CODECS;
use crate::error::{Error, Result};
use crate::frame::FrameRate;
use crate::spec::{Distribution, SIDES, VideoFormat, VideoSpec};

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Profile {
    /// What every server decodes
    Universal,
}

/// Flags that the profile sets itself, or leaves no room for; clap's names.
pub(super) const SETTLED: [&str; 5] =
    ["video_format", "video_as", "video_pixel_format", "video_encoder_option", "video_audio_num_channels"];

/// What is said of its encoder.
const STREAM: &str = "h264";

/// Pixels a side, at least: decoders on graphics cards take no smaller ones.
const SIDE: f64 = 64.0;

/// Seconds of a GOP, at most.
const GOP: f64 = 2.0;

/// The container that the profile asks for.
pub(super) const CONTAINER: VideoFormat = VideoFormat::Mp4;

/// Settles a request for clips, whose encoder is chosen.
///
/// # Errors
/// [`Error::Request`] when something that was typed leaves the profile.
pub(super) fn settle(spec: &mut VideoSpec) -> Result<()> {
    let row = VIDEO_CODECS.iter().find(|row| row.name == spec.codec && row.stream == STREAM);
    let Some(row) = row else {
        let able: Vec<_> = VIDEO_CODECS.iter().filter(|row| row.stream == STREAM).map(|row| row.name).collect();
        let problem = format!("--video-profile universal is H.264, and {} is not sure to be", spec.codec);
        return Err(Error::request("--video-codec", problem, format!("drop it, or give {}", able.join(", "))));
    };
    let least = least_rate(spec)?;
    let most = ((GOP * least).floor() as u32).max(1);
    match spec.gop {
        Some(gop) if gop > most => {
            let problem = format!("{gop} frames are more than {GOP} s at {least} frames a second");
            return Err(Error::request("--video-gop", problem, format!("give {most} at most")));
        }
        Some(_) => {}
        None => spec.gop = Some(most),
    }
    if !row.own {
        spec.options.push(("bf".to_owned(), "0".to_owned()));
    }
    spec.width = side("--video-width", &spec.width)?;
    spec.height = side("--video-height", &spec.height)?;
    Ok(())
}

/// Frames a second of the slowest clip: whole numbers, for there are samplers that round.
fn least_rate(spec: &VideoSpec) -> Result<f64> {
    match (&spec.rates, spec.rate) {
        (Some(rates), _) => Ok(rates.bounds().0.ceil()),
        (None, rate @ FrameRate { num, den }) if den == 0 || num % den != 0 => {
            let problem = format!("{rate} frames a second are no whole number");
            Err(Error::request("--video-fps", problem, format!("give {}", rate.fps().round().max(1.0))))
        }
        (None, rate) => Ok(rate.fps()),
    }
}

/// A side that is never too small; a least one that was typed stands.
fn side(flag: &str, side: &Distribution) -> Result<Distribution> {
    let (least, _) = side.bounds();
    match side.constant() {
        None if least <= SIDES.0 => side.within(flag, SIDE, SIDES.1),
        _ if least >= SIDE => Ok(side.clone()),
        constant => {
            let flag = if constant.is_some() { flag.to_owned() } else { format!("{flag}-min") };
            let problem = format!("{least} pixels; --video-profile universal has {SIDE} or more");
            Err(Error::request(flag, problem, format!("give {SIDE} or more")))
        }
    }
}
