//! The tables of containers and codecs: what each takes and how the speeds map to its own options. Their rows are the test
//! matrix. A codec that has no row is any other encoder of this FFmpeg, taken by name with its own settings.

use crate::spec::{AudioFormat, Speed};

/// One container.
#[derive(Debug)]
pub struct Container {
    /// Its name on the command line, which is also FFmpeg's and the file's extension.
    pub name: &'static str,
    /// The codec that is taken when none is named.
    pub codec: &'static str,
    /// The encoder of the sound track that is taken when none is named.
    pub sound: &'static str,
    /// The sound encoders that it holds.
    pub sounds: &'static [&'static str],
}

/// Every container.
pub const CONTAINERS: [Container; 2] = [
    Container { name: "webm", codec: "libvpx-vp9", sound: "libvorbis", sounds: &["libvorbis", "libopus"] },
    Container { name: "mp4", codec: "libx264", sound: "libopus", sounds: &["libopus", "aac"] },
];

/// One encoder.
#[derive(Debug)]
pub struct Codec {
    /// FFmpeg's name of it.
    pub name: &'static str,
    /// Where its stream may lie.
    pub containers: &'static [&'static str],
    /// The pixel format that it is fed, FFmpeg's name.
    pub pixel_format: &'static str,
    /// Least and greatest width and height.
    pub sides: (u32, u32),
    /// Whether both sides must be even (with halved chroma).
    pub even: bool,
    /// The option of constant quality, and its greatest value.
    pub crf: (&'static str, u32),
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

impl Codec {
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

/// Options that hold a list of the library's own options: a later list is added to an earlier one.
const LISTS: [&str; 4] = ["x264-params", "x265-params", "svtav1-params", "x264opts"];

/// Sets an option, in place of an earlier setting of it.
pub(super) fn set(options: &mut Vec<(String, String)>, key: &str, value: &str) {
    match options.iter_mut().find(|(known, _)| known == key) {
        Some((_, old)) if LISTS.contains(&key) => *old = format!("{old}:{value}"),
        Some((_, old)) => value.clone_into(old),
        None => options.push((key.to_owned(), value.to_owned())),
    }
}

/// The row of this name.
#[must_use]
pub(super) fn codec(name: &str) -> Option<&'static Codec> {
    CODECS.iter().find(|row| row.name == name)
}

/// The container of this name.
#[must_use]
pub(super) fn container(name: &str) -> Option<&'static Container> {
    CONTAINERS.iter().find(|row| row.name == name)
}

const NVENC: Codec = Codec {
    name: "",
    containers: &["mp4"],
    pixel_format: "nv12",
    sides: (160, 8192),
    even: true,
    crf: ("cq", 51),
    crf_with: &[("rc", "vbr"), ("b", "0")],
    always: &[],
    fastest: &[("preset", "p1"), ("tune", "ull")],
    fast: &[("preset", "p3"), ("tune", "hq")],
    best: &[("preset", "p7"), ("tune", "hq"), ("rc", "vbr"), ("cq", "15"), ("b", "0")],
    few: &[],
    on_cpu: None,
    // As many as the most liberal of NVIDIA's drivers allows on GeForce cards; more do not make any card faster.
    at_once: AtOnce::Most(8),
};

/// Every encoder that is known by more than its name, CPU encoders first, in the order in which `auto` prefers them.
pub const CODECS: [Codec; 8] = [
    Codec {
        name: "libvpx-vp9",
        containers: &["webm", "mp4"],
        pixel_format: "yuv420p",
        sides: (1, 16383),
        even: false,
        crf: ("crf", 63),
        crf_with: &[("b", "0")],
        always: &[("threads", "1")],
        fastest: &[("deadline", "realtime"), ("speed", "9"), ("lag-in-frames", "0")],
        fast: &[("deadline", "realtime"), ("speed", "8"), ("lag-in-frames", "0")],
        best: &[("deadline", "good"), ("speed", "1"), ("crf", "15"), ("b", "0")],
        few: &[],
        on_cpu: None,
        at_once: AtOnce::Any { segment: 240 },
    },
    Codec {
        name: "libx264",
        containers: &["mp4"],
        pixel_format: "nv12",
        sides: (2, 16384),
        even: true,
        crf: ("crf", 51),
        crf_with: &[],
        always: &[("threads", "1")],
        fastest: &[("preset", "ultrafast")],
        fast: &[("preset", "veryfast"), ("bf", "0"), ("rc-lookahead", "0"), ("mbtree", "0")],
        best: &[("preset", "slower"), ("crf", "14")],
        few: &[],
        on_cpu: None,
        at_once: AtOnce::Any { segment: 64 },
    },
    Codec {
        name: "libx265",
        containers: &["mp4"],
        pixel_format: "yuv420p",
        sides: (16, 16384),
        even: true,
        crf: ("crf", 51),
        crf_with: &[],
        always: &[("x265-params", "log-level=none:pools=none:frame-threads=1")],
        fastest: &[("preset", "ultrafast")],
        fast: &[("preset", "ultrafast"), ("x265-params", "bframes=0:rc-lookahead=1")],
        best: &[("preset", "slow"), ("crf", "14")],
        // With B-frames it never sets the decode times of fewer frames than it reorders.
        few: &[("x265-params", "bframes=0")],
        on_cpu: None,
        at_once: AtOnce::Any { segment: 64 },
    },
    Codec {
        name: "libsvtav1",
        containers: &["webm", "mp4"],
        pixel_format: "yuv420p",
        sides: (64, 16384),
        even: true,
        crf: ("crf", 63),
        crf_with: &[],
        // As many threads as it has work for; its bytes do not depend on them.
        always: &[("svtav1-params", "lp=6:irefresh-type=2")],
        fastest: &[("preset", "13"), ("svtav1-params", "pred-struct=1")],
        fast: &[("preset", "12"), ("svtav1-params", "pred-struct=1")],
        best: &[("preset", "5"), ("crf", "15")],
        few: &[],
        on_cpu: None,
        // SVT-AV1 keeps its tables of blocks in statics and writes them anew with each encoder.
        at_once: AtOnce::Most(1),
    },
    Codec {
        name: "libvpx",
        containers: &["webm"],
        pixel_format: "yuv420p",
        sides: (1, 16383),
        even: false,
        crf: ("crf", 63),
        crf_with: &[("b", "1000M")],
        always: &[("threads", "1")],
        fastest: &[("deadline", "realtime"), ("cpu-used", "16")],
        fast: &[("deadline", "realtime"), ("cpu-used", "8")],
        best: &[("deadline", "good"), ("cpu-used", "0"), ("crf", "4"), ("b", "1000M")],
        few: &[],
        on_cpu: None,
        at_once: AtOnce::Any { segment: 64 },
    },
    Codec { name: "h264_nvenc", sides: (160, 4096), on_cpu: Some("libx264"), ..NVENC },
    Codec { name: "hevc_nvenc", on_cpu: Some("libx265"), ..NVENC },
    Codec { name: "av1_nvenc", on_cpu: Some("libsvtav1"), ..NVENC },
];

/// One compressed format of sounds.
#[derive(Debug)]
pub struct Sound {
    /// The format.
    pub format: AudioFormat,
    /// FFmpeg's name of the encoder.
    pub encoder: &'static str,
    /// FFmpeg's name of the file format.
    pub muxer: &'static str,
    /// Sample rates that it takes, Hz; none: every rate up to 655350 Hz.
    pub rates: &'static [u32],
    /// Bits a sample that it takes.
    pub depths: &'static [u32],
}

/// Every compressed format of sounds.
pub const SOUNDS: [Sound; 3] = [
    Sound {
        format: AudioFormat::Mp3,
        encoder: "libmp3lame",
        muxer: "mp3",
        rates: &[8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000],
        depths: &[8, 16, 24, 32],
    },
    Sound { format: AudioFormat::Flac, encoder: "flac", muxer: "flac", rates: &[], depths: &[16, 24] },
    Sound {
        format: AudioFormat::Opus,
        encoder: "libopus",
        muxer: "ogg",
        rates: &[8000, 12000, 16000, 24000, 48000],
        depths: &[8, 16, 24, 32],
    },
];
