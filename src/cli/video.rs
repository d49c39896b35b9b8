//! Video flags.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};

use super::audio::hertz;
use super::{Spread, between, count};
use crate::distribution::{Distribution, Shape};
use crate::encode::{CONTAINERS, Container};
use crate::error::{Error, Result};
use crate::frame::FrameRate;
use crate::pattern::PATTERNS;
use crate::spec::{SIDES, SceneStyle, Speed, TrackSpec, VideoSpec};

/// Most frames a second.
const RATE: f64 = 1000.0;

/// A clip's flags.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Video")]
pub struct VideoArgs {
    /// Width in pixels; video is on when width and height are given
    #[arg(long, value_name = "PIXELS")]
    video_width: Option<f64>,
    /// Standard deviation of the width; sizes are rounded to even numbers where the codec needs them
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    video_width_stddev: f64,
    /// Least width
    #[arg(long, value_name = "PIXELS")]
    video_width_min: Option<f64>,
    /// Greatest width
    #[arg(long, value_name = "PIXELS")]
    video_width_max: Option<f64>,
    /// Height in pixels
    #[arg(long, value_name = "PIXELS")]
    video_height: Option<f64>,
    /// Standard deviation of the height
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    video_height_stddev: f64,
    /// Least height
    #[arg(long, value_name = "PIXELS")]
    video_height_min: Option<f64>,
    /// Greatest height
    #[arg(long, value_name = "PIXELS")]
    video_height_max: Option<f64>,
    /// Length in seconds; frames are the whole number that fits
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    video_duration: f64,
    /// Standard deviation of the length
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    video_duration_stddev: f64,
    /// Least length
    #[arg(long, value_name = "SECONDS")]
    video_duration_min: Option<f64>,
    /// Greatest length
    #[arg(long, value_name = "SECONDS")]
    video_duration_max: Option<f64>,
    /// Exact number of frames, instead of a length
    #[arg(long, value_name = "FRAMES", conflicts_with = "video_duration")]
    video_frames: Option<u32>,
    /// Frames a second: 30, 29.97, or a ratio such as 30000/1001
    #[arg(long, value_name = "FPS", default_value = "4", value_parser = rate)]
    video_fps: FrameRate,
    /// Standard deviation of the frames a second; drawn rates are whole numbers
    #[arg(long, value_name = "FPS", default_value_t = 0.0)]
    video_fps_stddev: f64,
    /// Least frames a second
    #[arg(long, value_name = "FPS")]
    video_fps_min: Option<f64>,
    /// Greatest frames a second
    #[arg(long, value_name = "FPS")]
    video_fps_max: Option<f64>,
    /// Clips in each turn
    #[arg(long, value_name = "N", default_value_t = 1, visible_alias = "batch-size-video")]
    video_batch_size: u64,
    /// Draw 1 to this many clips for each turn instead
    #[arg(long, value_name = "MAX", conflicts_with = "video_batch_size")]
    video_count_max: Option<u64>,
    /// What the clip shows
    #[arg(long, value_name = "PATTERN", default_value = "moving_shapes", value_parser = pattern_names())]
    video_synth_type: String,
    /// unique: each clip is one of its own; canonical: the scene that other tools draw, the same each time
    #[arg(long, value_enum, default_value_t = StyleArg::Unique)]
    video_scene: StyleArg,
    /// Container
    #[arg(long, value_name = "CONTAINER", default_value = CONTAINERS[0].name, value_parser = container_names())]
    video_format: String,
    /// Encoder, by FFmpeg's name; auto takes NVENC where it works [default: libvpx-vp9 for webm, libx264 for mp4]
    #[arg(long, value_name = "ENCODER")]
    video_codec: Option<String>,
    /// Let an NVENC request run on the CPU encoder of the same codec where NVENC does not work
    #[arg(long)]
    encoder_fallback: bool,
    /// Speed against size
    #[arg(long, value_enum, default_value_t = SpeedArg::Fast)]
    video_speed: SpeedArg,
    /// Bits a second, such as 4M or 800k
    #[arg(long, value_name = "BITS", value_parser = bits)]
    video_bitrate: Option<u64>,
    /// Constant quality in the encoder's own scale; lower is better
    #[arg(long, value_name = "CRF", conflicts_with = "video_bitrate")]
    video_crf: Option<u32>,
    /// Frames from one keyframe to the next, at most
    #[arg(long, value_name = "FRAMES")]
    video_gop: Option<u32>,
    /// Pixel format, by FFmpeg's name [default: the encoder's usual 4:2:0]
    #[arg(long, value_name = "FORMAT")]
    video_pixel_format: Option<String>,
    /// An option of the encoder's own; repeat for several
    #[arg(long = "video-encoder-option", value_name = "KEY=VALUE", value_parser = option)]
    video_encoder_options: Vec<(String, String)>,
    /// Channels of a sound track: 0 (none), 1 or 2
    #[arg(long, value_name = "N", default_value_t = 0)]
    video_audio_num_channels: u16,
    /// Sample rate of the sound track, in kHz (or in Hz, when above 96)
    #[arg(long, value_name = "KHZ", default_value_t = 44.1)]
    video_audio_sample_rate: f64,
    /// Encoder of the sound track: libvorbis, libopus, aac [default: libvorbis for webm, libopus for mp4]
    #[arg(long, value_name = "ENCODER")]
    video_audio_codec: Option<String>,
    /// Bits a sample of the sound track's noise: 8, 16, 24 or 32
    #[arg(long, value_name = "BITS", default_value_t = 16)]
    video_audio_depth: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StyleArg {
    Unique,
    Canonical,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SpeedArg {
    Fastest,
    Fast,
    Default,
    Best,
}

impl VideoArgs {
    /// What was meant; none when video is off.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub fn resolve(self) -> Result<Option<VideoSpec>> {
        let (width, height) = match (self.video_width, self.video_height) {
            (None, None) => return Ok(None),
            (Some(width), Some(height)) => (width, height),
            (Some(_), None) => {
                return Err(Error::request("--video-height", "it is missing beside --video-width", "give both"));
            }
            (None, Some(_)) => {
                return Err(Error::request("--video-width", "it is missing beside --video-height", "give both"));
            }
        };
        let width = Spread {
            mean: width,
            stddev: self.video_width_stddev,
            min: self.video_width_min,
            max: self.video_width_max,
            ..Spread::new("--video-width", SIDES.0, SIDES.1)
        };
        let height = Spread {
            mean: height,
            stddev: self.video_height_stddev,
            min: self.video_height_min,
            max: self.video_height_max,
            ..Spread::new("--video-height", SIDES.0, SIDES.1)
        };
        let container = CONTAINERS.iter().find(|row| row.name == self.video_format).unwrap_or(&CONTAINERS[0]);
        Ok(Some(VideoSpec {
            width: width.resolve()?,
            height: height.resolve()?,
            even_sides: false,
            seconds: self.seconds()?,
            frames: self.video_frames,
            rate: self.video_fps,
            rates: self.rates()?,
            count: count("--video-batch-size", self.video_batch_size, "--video-count-max", self.video_count_max)?,
            pattern: PATTERNS
                .iter()
                .find(|row| row.name == self.video_synth_type)
                .map_or(PATTERNS[0].pattern, |row| row.pattern),
            style: match self.video_scene {
                StyleArg::Unique => SceneStyle::Unique,
                StyleArg::Canonical => SceneStyle::Canonical,
            },
            container: container.name,
            track: self.track(container)?,
            codec: self.video_codec.unwrap_or_else(|| container.codec.to_owned()),
            fallback: self.encoder_fallback,
            speed: match self.video_speed {
                SpeedArg::Fastest => Speed::Fastest,
                SpeedArg::Fast => Speed::Fast,
                SpeedArg::Default => Speed::Default,
                SpeedArg::Best => Speed::Best,
            },
            bitrate: self.video_bitrate,
            crf: self.video_crf,
            gop: self.video_gop,
            pixel_format: self.video_pixel_format,
            options: self.video_encoder_options,
        }))
    }

    /// The length's distribution, never shorter than one frame.
    fn seconds(&self) -> Result<Distribution> {
        if let Some(frames) = self.video_frames {
            between("--video-frames", frames.into(), 1, 1 << 24)?;
            let seconds = self.video_fps.seconds(frames);
            return Distribution::new("--video-frames", Shape::Fixed(seconds), seconds, seconds);
        }
        let frame = self.video_fps.seconds(1);
        if self.video_duration < frame {
            let problem = format!("{} s is less than one frame at {} fps", self.video_duration, self.video_fps);
            return Err(Error::request(
                "--video-duration",
                problem,
                format!("give at least {frame} s, or a higher --video-fps"),
            ));
        }
        let spread = Spread {
            mean: self.video_duration,
            stddev: self.video_duration_stddev,
            min: self.video_duration_min.or(Some(frame)),
            max: self.video_duration_max,
            ..Spread::new("--video-duration", 0.0, 86_400.0)
        };
        spread.resolve()
    }

    /// How the frames a second are spread; none when they are given exactly.
    fn rates(&self) -> Result<Option<Distribution>> {
        let (stddev, min, max) = (self.video_fps_stddev, self.video_fps_min, self.video_fps_max);
        if stddev == 0.0 && min.is_none() && max.is_none() {
            return Ok(None);
        }
        let rates = Spread { mean: self.video_fps.fps(), stddev, min, max, ..Spread::new("--video-fps", 1.0, RATE) };
        let rates = rates.resolve()?;
        Ok(if rates.fixed().is_some() { None } else { Some(rates) })
    }

    fn track(&self, container: &Container) -> Result<Option<TrackSpec>> {
        if self.video_audio_num_channels == 0 {
            return Ok(None);
        }
        between("--video-audio-num-channels", self.video_audio_num_channels.into(), 0, 2)?;
        if ![8, 16, 24, 32].contains(&self.video_audio_depth) {
            let problem = format!("{}", self.video_audio_depth);
            return Err(Error::request("--video-audio-depth", problem, "give 8, 16, 24 or 32"));
        }
        Ok(Some(TrackSpec {
            channels: self.video_audio_num_channels,
            sample_rate: hertz("--video-audio-sample-rate", self.video_audio_sample_rate)?,
            codec: self.video_audio_codec.clone().unwrap_or_else(|| container.sound.to_owned()),
            bit_depth: self.video_audio_depth,
        }))
    }
}

fn container_names() -> PossibleValuesParser {
    CONTAINERS.iter().map(|row| PossibleValue::new(row.name)).collect::<Vec<_>>().into()
}

fn pattern_names() -> PossibleValuesParser {
    PATTERNS.iter().map(|row| PossibleValue::new(row.name).help(row.help)).collect::<Vec<_>>().into()
}

/// Whole rates that broadcasting slows down by 1000/1001.
const SLOWED: [u64; 5] = [24, 30, 48, 60, 120];

/// `30`, `30000/1001`, or a decimal; 23.976, 29.97, 59.94 and the like, in any number of digits from two on, are the ratios that
/// broadcasting uses.
fn rate(text: &str) -> Result<FrameRate, String> {
    let help = "give frames a second such as 30, 29.97 or 30000/1001";
    let ratio = |num: u64, den: u64| match (u32::try_from(num), u32::try_from(den)) {
        (Ok(num), Ok(den)) if num > 0 && den > 0 && f64::from(num) / f64::from(den) <= RATE => {
            Ok(FrameRate { num, den })
        }
        _ => Err(format!("must be above 0 and at most {RATE}; {help}")),
    };
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| help.to_owned());
    if let Some((num, den)) = text.split_once('/') {
        return ratio(number(num)?, number(den)?);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    let scale = u32::try_from(decimals.len()).ok().and_then(|digits| 10_u64.checked_pow(digits));
    let value = number(&format!("{whole}{decimals}"))?;
    let Some(scale) = scale else { return Err(format!("has too many digits; {help}")) };
    if scale >= 100
        && let Some(whole) = SLOWED.into_iter().find(|whole| prints_as(whole * 1000, 1001, value, scale))
    {
        return ratio(whole * 1000, 1001);
    }
    let divisor = common_divisor(value, scale);
    ratio(value / divisor, scale / divisor)
}

/// Whether `value` / `scale` is `num` / `den` in as many digits, rounded to the nearest or cut off.
fn prints_as(num: u64, den: u64, value: u64, scale: u64) -> bool {
    let exact = num.saturating_mul(scale);
    value == exact / den || value == (exact + den / 2) / den
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { common_divisor(b, a % b) }
}

/// A number of bits, with `k` or `M` for thousands or millions.
fn bits(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.chars().last() {
        Some('k' | 'K') => (&text[..text.len() - 1], 1e3),
        Some('m' | 'M') => (&text[..text.len() - 1], 1e6),
        _ => (text, 1.0),
    };
    match number.parse::<f64>() {
        Ok(number) if number * unit >= 1000.0 && number * unit <= 1e12 => Ok((number * unit) as u64),
        _ => Err("give bits a second such as 4M, 800k or 2500000".to_owned()),
    }
}

fn option(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("give key=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact() {
        let rows = [
            ("30", 30, 1),
            ("30000/1001", 30000, 1001),
            ("29.97", 30000, 1001),
            ("29.970", 30000, 1001),
            ("23.976", 24000, 1001),
            ("23.98", 24000, 1001),
            ("23.97", 24000, 1001),
            ("23.976024", 24000, 1001),
            ("47.952", 48000, 1001),
            ("59.94", 60000, 1001),
            ("119.88", 120_000, 1001),
            ("12.5", 25, 2),
            ("1.995", 399, 200),
            ("14.985", 2997, 200),
            ("29.9", 299, 10),
            ("29.96", 749, 25),
            ("0.1", 1, 10),
            ("25.00", 25, 1),
        ];
        for (text, num, den) in rows {
            assert_eq!(rate(text), Ok(FrameRate { num, den }), "{text}");
        }
        for bad in ["0", "-1", "x", "30/0", "1e9", "/", "nan", "inf", ".", "1001", "0.00000000001", "1.2.3"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bits_take_units() {
        assert_eq!([bits("4M"), bits("800k"), bits("2500000")], [Ok(4_000_000), Ok(800_000), Ok(2_500_000)]);
        assert!(["", "k", "0", "-4M", "nan"].iter().all(|bad| bits(bad).is_err()));
    }
}
