//! Video flags.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};

use super::audio::hertz;
use super::count;
use super::profile::{self, Profile};
use super::quantity::{Flags, Quantity, QuantityArgs};
use super::value::{self, per_turn};
use crate::encode::{CONTAINERS, Container, usual_codec};
use crate::error::{Error, Result};
use crate::frame::FrameRate;
use crate::pattern::{PATTERNS, Pattern, SceneStyle};
use crate::spec::{Distribution, SIDES, Shape, Speed, TrackSpec, VideoSpec};

/// Most frames a second.
const RATE: f64 = 1000.0;

/// The flags that a clip's frames depend on.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Video")]
pub(super) struct ClipArgs {
    #[command(flatten)]
    width: QuantityArgs<Width>,
    #[command(flatten)]
    height: QuantityArgs<Height>,
    #[command(flatten)]
    duration: QuantityArgs<Duration>,
    /// Exact number of frames, instead of a length
    #[arg(long, value_name = "FRAMES", value_parser = value::whole::<u32>(1, 1 << 24, "frames"),
        conflicts_with_all = ["video_duration", "video_duration_stddev", "video_duration_min", "video_duration_max", "video_duration_distribution"])]
    video_frames: Option<u32>,
    /// Frames a second: 30, 29.97, or a ratio such as 30000/1001 [default: 4]
    #[arg(long, value_name = "FPS", value_parser = rate)]
    video_fps: Option<FrameRate>,
    #[command(flatten)]
    rates: QuantityArgs<Rate>,
    /// What the clip shows
    #[arg(long, value_name = "PATTERN", default_value = "moving_shapes", value_parser = pattern_names())]
    video_synth_type: String,
    /// unique: each clip is one of its own; canonical: the scene that other tools draw, the same each time [default: unique]
    #[arg(long, value_enum)]
    video_scene: Option<StyleArg>,
}

/// A clip's flags.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Video")]
pub(super) struct VideoArgs {
    #[command(flatten)]
    clip: ClipArgs,
    /// Clips in each turn
    #[arg(long, value_name = "N", default_value = "1", value_parser = per_turn("clips"), visible_alias = "batch-size-video")]
    video_batch_size: u64,
    /// Draw 1 to this many clips for each turn instead
    #[arg(long, value_name = "MAX", value_parser = per_turn("clips"), conflicts_with = "video_batch_size")]
    video_count_max: Option<u64>,
    /// Container
    #[arg(long, value_name = "CONTAINER", default_value = CONTAINERS[0].name, value_parser = container_names())]
    video_format: String,
    /// Clips that every server decodes: MP4, H.264 without B-frames, 4:2:0, even sides, GOPs of at most 2 s
    #[arg(long, value_enum, conflicts_with_all = profile::SETTLED)]
    video_profile: Option<Profile>,
    /// What a clip is in a record: a file, or its frames as JPEG images, in order, for servers that take no video [default: clips]
    #[arg(long, value_enum)]
    video_as: Option<AsArg>,
    /// Encoder, by FFmpeg's name, or masque_h264; auto takes NVENC where it works and masque_h264 would not do [default: libvpx-vp9
    /// for webm, masque_h264 for mp4, or libx264 for noise, sides above 8192, options and pixel formats]
    #[arg(long, value_name = "ENCODER", value_parser = value::text())]
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
    #[arg(long, value_name = "CRF", value_parser = value::whole::<u32>(0, 255, ""), conflicts_with = "video_bitrate")]
    video_crf: Option<u32>,
    /// Frames from one keyframe to the next, at most
    #[arg(long, value_name = "FRAMES", value_parser = value::whole::<u32>(1, i32::MAX as u64, "frames"))]
    video_gop: Option<u32>,
    /// Pixel format, by FFmpeg's name [default: the encoder's usual 4:2:0]
    #[arg(long, value_name = "FORMAT", value_parser = value::text())]
    video_pixel_format: Option<String>,
    /// An option of the encoder's own; repeat for several
    #[arg(id = "video_encoder_option", long = "video-encoder-option", value_name = "KEY=VALUE", value_parser = option)]
    video_encoder_options: Vec<(String, String)>,
    /// Channels of an audio track: 0 (none), 1 or 2
    #[arg(long, value_name = "N", default_value = "0", value_parser = value::one_of::<u16>(&[0, 1, 2]))]
    video_audio_num_channels: u16,
    /// Sample rate of the audio track, in kHz (or in Hz, when above 96)
    #[arg(long, value_name = "KHZ", default_value = "44.1", value_parser = hertz)]
    video_audio_sample_rate: u32,
    /// Encoder of the audio track: libvorbis, libopus, aac [default: libvorbis for webm, libopus for mp4]
    #[arg(long, value_name = "ENCODER", value_parser = value::text())]
    video_audio_codec: Option<String>,
    /// Bits a sample of the audio track's noise: 8, 16, 24 or 32
    #[arg(long, value_name = "BITS", default_value = "16", value_parser = value::one_of::<u16>(&[8, 16, 24, 32]))]
    video_audio_depth: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AsArg {
    Clips,
    Frames,
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

#[derive(Debug, Clone)]
struct Width;

impl Quantity for Width {
    const FLAGS: Flags = Flags {
        stem: "video-width",
        mean: "video-width",
        help: "Width in pixels; video is on when width and height are given. Drawn sizes are even where the codec needs it",
        what: "width",
        ..SIDE
    };
}

#[derive(Debug, Clone)]
struct Height;

impl Quantity for Height {
    const FLAGS: Flags =
        Flags { stem: "video-height", mean: "video-height", help: "Height in pixels", what: "height", ..SIDE };
}

const SIDE: Flags = Flags {
    stem: "",
    mean: "",
    aliases: &[],
    help: "",
    what: "",
    value: "PIXELS",
    unit: "pixels",
    default: None,
    zero: false,
    least: SIDES.0,
    greatest: SIDES.1,
    whole: true,
};

#[derive(Debug, Clone)]
struct Duration;

impl Quantity for Duration {
    const FLAGS: Flags = Flags {
        stem: "video-duration",
        mean: "video-duration",
        aliases: &[],
        help: "Length in seconds; frames are the whole number that fits",
        what: "length",
        value: "SECONDS",
        unit: "seconds",
        default: Some("5"),
        zero: false,
        least: 0.0,
        greatest: 86_400.0,
        whole: false,
    };
}

#[derive(Debug, Clone)]
struct Rate;

impl Quantity for Rate {
    const FLAGS: Flags = Flags {
        stem: "video-fps",
        mean: "video-fps",
        aliases: &[],
        help: "",
        what: "frames a second, drawn as whole numbers",
        value: "FPS",
        unit: "frames a second",
        default: None,
        zero: false,
        least: 1.0,
        greatest: RATE,
        whole: true,
    };
}

/// Frames a second of a clip of which nothing else is said.
const USUAL: FrameRate = FrameRate { num: 4, den: 1 };

impl ClipArgs {
    /// What the frames are to be, one clip a turn, with all else as if it were not asked for; none when video is off.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub(super) fn resolve(self, notes: &mut Vec<String>) -> Result<Option<VideoSpec>> {
        let (width, height) = (self.width.quantity(), self.height.quantity());
        match (width.is_on(), height.is_on()) {
            (false, false) => return Ok(None),
            (true, true) => {}
            (true, false) => return Err(missing("--video-height", "--video-width")),
            (false, true) => return Err(missing("--video-width", "--video-height")),
        }
        let row = PATTERNS.iter().find(|row| row.name == self.video_synth_type).unwrap_or(&PATTERNS[0]);
        if row.pattern == Pattern::Noise && self.video_scene.is_some() {
            let fix = "drop it, or give another --video-synth-type";
            return Err(Error::request("--video-scene", "noise has no scene", fix));
        }
        let (Some(width), Some(height)) = (width.resolve(notes)?, height.resolve(notes)?) else { return Ok(None) };
        Ok(Some(VideoSpec {
            seconds: self.seconds(notes)?,
            frames: self.video_frames,
            rate: self.video_fps.unwrap_or(USUAL),
            rates: self.rates(notes)?,
            pattern: row.pattern,
            style: match self.video_scene {
                None | Some(StyleArg::Unique) => SceneStyle::Unique,
                Some(StyleArg::Canonical) => SceneStyle::Canonical,
            },
            ..VideoSpec::new(width, height)
        }))
    }

    /// The length's distribution, never shorter than one frame.
    fn seconds(&self, notes: &mut Vec<String>) -> Result<Distribution> {
        let rate = self.video_fps.unwrap_or(USUAL);
        let (length, frame) = (self.duration.quantity(), rate.seconds(1));
        if let Some(frames) = self.video_frames {
            let seconds = rate.seconds(frames);
            return Distribution::new("--video-frames", Shape::Fixed(seconds), seconds, seconds);
        }
        if !length.is_uniform() && length.mean() < frame {
            let problem = format!("{} s is less than one frame at {rate} fps", length.mean());
            let fix = format!("give --video-duration {frame} or more, or a higher --video-fps");
            let flag = if length.mean_typed() { "--video-duration" } else { "--video-fps" };
            return Err(Error::request(flag, problem, fix));
        }
        let length = length.within(frame, Duration::FLAGS.greatest, "a clip has a frame at least: ");
        let seconds = length.resolve(notes)?;
        seconds.ok_or_else(|| Error::request("--video-duration", "there is no length", "give one in seconds"))
    }

    /// How the frames a second are spread; none when they are given exactly.
    fn rates(&self, notes: &mut Vec<String>) -> Result<Option<Distribution>> {
        let rates = self.rates.quantity().about(self.video_fps.unwrap_or(USUAL).fps(), self.video_fps.is_some());
        if !rates.varies() {
            return Ok(None);
        }
        Ok(rates.resolve(notes)?.filter(|rates| rates.constant().is_none()))
    }
}

fn missing(flag: &str, other: &str) -> Error {
    Error::request(flag, format!("it is missing beside {other}"), "give both")
}

impl VideoArgs {
    /// What was meant; none when video is off.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub(super) fn resolve(self, notes: &mut Vec<String>) -> Result<Option<VideoSpec>> {
        let named = |row: &&Container| match self.video_profile {
            Some(Profile::Universal) => row.format == profile::CONTAINER,
            None => row.name == self.video_format,
        };
        let container = CONTAINERS.iter().find(named).unwrap_or(&CONTAINERS[0]);
        let track = self.track(container);
        let Some(clip) = self.clip.resolve(notes)? else { return Ok(None) };
        let mut spec = VideoSpec {
            count: count("--video-batch-size", self.video_batch_size, "--video-count-max", self.video_count_max)?,
            container: container.format,
            track,
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
            as_frames: matches!(self.video_as, Some(AsArg::Frames)),
            ..clip
        };
        spec.codec = self.video_codec.unwrap_or_else(|| usual_codec(container, &spec).to_owned());
        if let Some(Profile::Universal) = self.video_profile {
            profile::settle(&mut spec)?;
        }
        Ok(Some(spec))
    }

    fn track(&self, container: &Container) -> Option<TrackSpec> {
        (self.video_audio_num_channels > 0).then(|| TrackSpec {
            channels: self.video_audio_num_channels,
            sample_rate: self.video_audio_sample_rate,
            codec: self.video_audio_codec.clone().unwrap_or_else(|| container.track.to_owned()),
            bit_depth: self.video_audio_depth,
        })
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
