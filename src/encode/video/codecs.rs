//! The tables of containers and codecs: what each takes and how the speeds map to its own options. Their rows are the test
//! matrix. A codec that has no row is any other encoder of this FFmpeg, taken by name with its own settings.

use super::options::LISTS;
use crate::spec::{Speed, VideoFormat, VideoSpec};

/// One container.
#[derive(Debug)]
pub struct Container {
    /// The request's word for it.
    pub format: VideoFormat,
    /// Its name on the command line, which is also FFmpeg's and the file's extension.
    pub name: &'static str,
    /// The codec that is taken when none is named.
    pub codec: &'static str,
    /// The codec that goes before it for scenes that are drawn.
    pub drawn: Option<&'static str>,
    /// The encoder of the audio track that is taken when none is named.
    pub track: &'static str,
    /// The encoders of audio tracks that it holds, rows of [`TRACK_CODECS`].
    pub tracks: &'static [&'static str],
    /// Whether FFmpeg writes its index last, which has to be moved to the front.
    pub index_last: bool,
    /// Whether its times count from the first sample that is decoded, those too that only start the decoder up.
    pub counts_padding: bool,
    /// FFmpeg's option for the denominator of the unit of its own lengths, where it has one.
    pub clock: Option<&'static str>,
    /// The tag that players expect of HEVC in it.
    pub hevc_tag: Option<[u8; 4]>,
}

/// Every container.
pub const CONTAINERS: [Container; 2] = [
    Container {
        format: VideoFormat::Webm,
        name: VideoFormat::Webm.name(),
        codec: "libvpx-vp9",
        drawn: None,
        track: "libvorbis",
        tracks: &["libvorbis", "libopus"],
        index_last: false,
        counts_padding: true,
        clock: None,
        hevc_tag: None,
    },
    Container {
        format: VideoFormat::Mp4,
        name: VideoFormat::Mp4.name(),
        codec: "libx264",
        drawn: Some("masque_h264"),
        track: "libopus",
        tracks: &["libopus", "aac"],
        index_last: true,
        counts_padding: false,
        clock: Some("movie_timescale"),
        hevc_tag: Some(*b"hvc1"),
    },
];

/// One encoder.
#[derive(Debug)]
pub struct VideoCodec {
    /// FFmpeg's name of it, or this crate's.
    pub name: &'static str,
    /// FFmpeg's name of what it writes.
    pub stream: &'static str,
    /// Whether it is the encoder of this crate, which needs nothing of FFmpeg but the container, and takes drawings only.
    pub own: bool,
    /// Where its stream may lie.
    pub containers: &'static [&'static str],
    /// The pixel format that it is fed, FFmpeg's name.
    pub pixel_format: &'static str,
    /// Least and greatest width and height.
    pub sides: (u32, u32),
    /// Greatest height, where that is less.
    pub most_height: u32,
    /// Whether both sides must be even (with halved chroma).
    pub even: bool,
    /// The option of constant quality, and its greatest value.
    pub crf: (&'static str, u32),
    /// What stands for a constant quality of 0.
    pub crf_0: Zero,
    /// Least distance of keyframes that it keeps, in frames.
    pub gop: u32,
    /// Set with constant quality, so that no bit rate limits it.
    pub crf_with: &'static [(&'static str, &'static str)],
    /// Set at every speed: what would else depend on the machine.
    pub always: &'static [(&'static str, &'static str)],
    /// As fast as it can.
    pub fastest: &'static [(&'static str, &'static str)],
    /// Fast, of reasonable size.
    pub fast: &'static [(&'static str, &'static str)],
    /// Slow, of good quality.
    pub best: &'static [(&'static str, &'static str)],
    /// Set for clips of one or two frames, whatever else is asked.
    pub few: &'static [(&'static str, &'static str)],
    /// For an encoder on a graphics card: the CPU encoder of the same codec.
    pub on_cpu: Option<&'static str>,
    /// How many such encoders a process may have open.
    pub at_once: AtOnce,
    /// Frames' worth of memory that it holds while it is open, at most: at the fast speeds, and at the others.
    pub frames_held: (f64, f64),
    /// Whether, once open, it must be sent a frame and the end before it is closed, because it waits for them for ever.
    pub ends_before_it_closes: bool,
    /// Whether it may choose its speed by the time that it took so far, so that its bytes depend on the machine's load.
    pub follows_the_clock: bool,
}

/// What stands for a constant quality of 0, the best, in an encoder's options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zero {
    /// 0, as for any other value.
    Same,
    /// Another option, for 0 means that the usual one is not set.
    Other(&'static str, &'static str),
    /// Nothing: 1 is the best.
    Nothing,
}

/// How many encoders of a kind a process may have open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtOnce {
    /// As many as it likes.
    Any {
        /// Frames of a long clip's segment at the fast speeds, at least: enough to make little of what opening an encoder costs.
        segment: u32,
    },
    /// So many. A clip has one of them, which has threads or a card of its own, and is not cut.
    Most(usize),
}

impl VideoCodec {
    /// The options that the encoder is opened with at a speed.
    #[must_use]
    pub fn options(&self, speed: Speed) -> Vec<(String, String)> {
        let mut options = Vec::new();
        let speed = match speed {
            Speed::Fastest => self.fastest,
            Speed::Fast => self.fast,
            Speed::Default => &[],
            Speed::Best => self.best,
        };
        self.always.iter().chain(speed).for_each(|(key, value)| set(&mut options, key, value));
        options
    }
}

/// The greatest number of frames that is fewer than any encoder reorders.
pub(super) const FEW: u32 = 2;

/// Sets an option, in place of an earlier setting of it; a later list is added to an earlier one.
pub(super) fn set(options: &mut Vec<(String, String)>, key: &str, value: &str) {
    match options.iter_mut().find(|(known, _)| known == key) {
        Some((_, old)) if LISTS.contains(&key) => *old = format!("{old}:{value}"),
        Some((_, old)) => value.clone_into(old),
        None => options.push((key.to_owned(), value.to_owned())),
    }
}

/// The row of this name.
#[must_use]
pub(in crate::encode) fn codec(name: &str) -> Option<&'static VideoCodec> {
    VIDEO_CODECS.iter().find(|row| row.name == name)
}

/// Frames' worth of memory that the encoder of these clips holds while it is open, at most.
#[must_use]
pub fn frames_held(spec: &VideoSpec) -> f64 {
    let (fast, slow) = codec(&spec.codec).map_or(CPU.frames_held, |row| row.frames_held);
    if matches!(spec.speed, Speed::Fastest | Speed::Fast) { fast } else { slow }
}

/// The container of this name.
#[must_use]
pub(in crate::encode) fn container(name: &str) -> Option<&'static Container> {
    CONTAINERS.iter().find(|row| row.name == name)
}

/// What most CPU encoders have in common.
const CPU: VideoCodec = VideoCodec {
    name: "",
    stream: "",
    own: false,
    containers: &["mp4"],
    pixel_format: "yuv420p",
    sides: (1, 16384),
    most_height: u32::MAX,
    even: false,
    crf: ("crf", 51),
    crf_0: Zero::Same,
    gop: 1,
    crf_with: &[],
    always: &[],
    fastest: &[],
    fast: &[],
    best: &[],
    few: &[],
    on_cpu: None,
    at_once: AtOnce::Any { segment: 64 },
    frames_held: (64.0, 250.0),
    ends_before_it_closes: false,
    follows_the_clock: false,
};

const NVENC: VideoCodec = VideoCodec {
    pixel_format: "nv12",
    sides: (160, 8192),
    even: true,
    crf: ("cq", 51),
    crf_0: Zero::Nothing,
    crf_with: &[("rc", "vbr"), ("b", "0")],
    fastest: &[("preset", "p1"), ("tune", "ull")],
    fast: &[("preset", "p3"), ("tune", "hq")],
    best: &[("preset", "p7"), ("tune", "hq"), ("rc", "vbr"), ("cq", "15"), ("b", "0")],
    // As many as the most liberal of NVIDIA's drivers allows on GeForce cards; more do not make any card faster.
    at_once: AtOnce::Most(8),
    frames_held: (32.0, 64.0),
    ..CPU
};

/// Every encoder that is known by more than its name, CPU encoders first, in the order in which `auto` prefers them.
pub const VIDEO_CODECS: [VideoCodec; 9] = [
    VideoCodec {
        name: "libvpx-vp9",
        stream: "vp9",
        containers: &["webm", "mp4"],
        sides: (1, 16383),
        crf: ("crf", 63),
        crf_with: &[("b", "0")],
        always: &[("threads", "1")],
        fastest: &[("deadline", "realtime"), ("speed", "9"), ("lag-in-frames", "0")],
        fast: &[("deadline", "realtime"), ("speed", "8"), ("lag-in-frames", "0")],
        best: &[("deadline", "good"), ("speed", "1"), ("crf", "15"), ("b", "0")],
        at_once: AtOnce::Any { segment: 240 },
        frames_held: (64.0, 130.0),
        ..CPU
    },
    VideoCodec {
        name: "libx264",
        stream: "h264",
        pixel_format: "nv12",
        sides: (2, 16384),
        even: true,
        always: &[("threads", "1"), ("flags", "+cgop")],
        fastest: &[("preset", "ultrafast")],
        fast: &[("preset", "veryfast"), ("bf", "0"), ("rc-lookahead", "0"), ("mbtree", "0")],
        best: &[("preset", "slower"), ("crf", "14")],
        frames_held: (24.0, 200.0),
        ..CPU
    },
    VideoCodec {
        name: "libx265",
        stream: "hevc",
        sides: (16, 16384),
        even: true,
        always: &[("x265-params", "log-level=none:pools=none:frame-threads=1:open-gop=0")],
        fastest: &[("preset", "ultrafast")],
        fast: &[("preset", "ultrafast"), ("x265-params", "bframes=0:rc-lookahead=1")],
        best: &[("preset", "slow"), ("crf", "14")],
        // With B-frames it never sets the decode times of fewer frames than it reorders.
        few: &[("x265-params", "bframes=0")],
        frames_held: (56.0, 160.0),
        ..CPU
    },
    VideoCodec {
        name: "libsvtav1",
        stream: "av1",
        containers: &["webm", "mp4"],
        sides: (64, 16384),
        most_height: 8704,
        even: true,
        crf: ("crf", 63),
        crf_0: Zero::Other("svtav1-params", "qp=0"),
        // At 1 only the first of its intra frames is a keyframe.
        gop: 2,
        // As many threads as it has work for; its bytes do not depend on them.
        always: &[("svtav1-params", "lp=6:irefresh-type=2")],
        fastest: &[("preset", "13"), ("svtav1-params", "pred-struct=1")],
        fast: &[("preset", "12"), ("svtav1-params", "pred-struct=1")],
        best: &[("preset", "5"), ("crf", "15")],
        // SVT-AV1 keeps its tables of blocks in statics and writes them anew with each encoder.
        at_once: AtOnce::Most(1),
        ends_before_it_closes: true,
        frames_held: (56.0, 220.0),
        ..CPU
    },
    VideoCodec {
        name: "libvpx",
        stream: "vp8",
        containers: &["webm"],
        sides: (1, 16383),
        crf: ("crf", 63),
        // Its own least quantiser is 4.
        crf_with: &[("b", "1000M"), ("qmin", "0")],
        // A positive speed in real time is a bound of what it chooses by the clock, and a deadline that is shorter than a frame
        // means real time: so speeds are negative, or the deadline is longer than any frame, in microseconds.
        always: &[("threads", "1"), ("deadline", "2147483647")],
        fastest: &[("deadline", "realtime"), ("cpu-used", "-16")],
        fast: &[("deadline", "realtime"), ("cpu-used", "-8")],
        best: &[("cpu-used", "0"), ("crf", "4"), ("b", "1000M")],
        follows_the_clock: true,
        frames_held: (32.0, 40.0),
        ..CPU
    },
    VideoCodec {
        name: "masque_h264",
        stream: "h264",
        own: true,
        sides: (2, 8192),
        even: true,
        at_once: AtOnce::Any { segment: 120 },
        frames_held: (4.0, 4.0),
        ..CPU
    },
    VideoCodec { name: "h264_nvenc", stream: "h264", sides: (160, 4096), on_cpu: Some("libx264"), ..NVENC },
    VideoCodec { name: "hevc_nvenc", stream: "hevc", on_cpu: Some("libx265"), ..NVENC },
    VideoCodec { name: "av1_nvenc", stream: "av1", on_cpu: Some("libsvtav1"), ..NVENC },
];

/// One encoder of audio tracks.
#[derive(Debug)]
pub struct TrackCodec {
    /// FFmpeg's name of it.
    pub name: &'static str,
    /// The sample rate that it runs at whatever is asked for, Hz.
    pub sample_rate: Option<u32>,
    /// Whether its packets are as long as its blocks, so that the last has to be cut to the length of the track.
    pub whole_blocks: bool,
}

/// Every encoder of audio tracks.
pub const TRACK_CODECS: [TrackCodec; 3] = [
    TrackCodec { name: "libvorbis", sample_rate: None, whole_blocks: true },
    TrackCodec { name: "libopus", sample_rate: Some(48_000), whole_blocks: false },
    TrackCodec { name: "aac", sample_rate: None, whole_blocks: false },
];

/// The track encoder's row.
#[must_use]
pub(in crate::encode) fn track_codec(name: &str) -> Option<&'static TrackCodec> {
    TRACK_CODECS.iter().find(|row| row.name == name)
}
