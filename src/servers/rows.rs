//! The SERVERS table: what each server takes as it comes, without flags and variables that raise its limits. Its rows are the test matrix.
//! Read from their sources and documents of 2026.

/// One server.
#[derive(Debug)]
pub struct Server {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// The codecs of clips that it decodes, FFmpeg's names.
    pub codecs: &'static [&'static str],
    /// The pixel formats of clips that it decodes, FFmpeg's names; none: all.
    pub pixel_formats: &'static [&'static str],
    /// Pixels of a clip's shorter side, at least.
    pub clip_side: u32,
    /// Frames of a clip, and seconds, below which its sampler of frames shows one twice, or models miss one: for a note.
    pub short_clip: Option<(u32, f64)>,
    /// Pixels of an image, at most.
    pub image_pixels: u64,
    /// Bytes of an audio item, at most.
    pub audio_bytes: Option<u64>,
    /// Bytes of any item, at most.
    pub item_bytes: Option<u64>,
    /// Bytes of a request, at most.
    pub body_bytes: Option<u64>,
    /// Whether it opens `file://` addresses, and its flag that says which.
    pub files: Files,
    /// Whether it fetches from hosts that are named by a number, or with a port.
    pub plain_hosts: bool,
}

/// What becomes of `file://` addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// They are opened.
    Opened,
    /// They are opened below what a flag of the server names.
    Below(&'static str),
    /// They are refused.
    Refused,
}

const MIB: u64 = 1 << 20;

/// Pillow refuses images of more than twice its `MAX_IMAGE_PIXELS`.
const PILLOW: u64 = 2 * 89_478_485;

/// What OpenCV's wheels decode: they have no decoder of AV1 without a graphics card.
const OPENCV: &[&str] = &["h264", "hevc", "vp9", "vp8"];

/// Every server.
pub const SERVERS: [Server; 4] = [
    Server {
        name: "vllm",
        help: "vLLM",
        codecs: OPENCV,
        pixel_formats: &[],
        clip_side: 1,
        short_clip: Some((32, 0.0)),
        image_pixels: PILLOW,
        audio_bytes: Some(25 * MIB), // VLLM_MAX_AUDIO_CLIP_FILESIZE_MB
        item_bytes: None,
        body_bytes: None,
        files: Files::Below("--allowed-local-media-path"),
        plain_hosts: true,
    },
    Server {
        name: "sglang",
        help: "SGLang",
        codecs: &["h264", "vp9", "vp8"], // decord and torchcodec have open defects of HEVC and AV1
        pixel_formats: &[],
        clip_side: 1,
        short_clip: Some((4, 2.0)), // it samples 2 frames a second, 4 at least
        image_pixels: PILLOW,
        audio_bytes: None,
        item_bytes: Some(64 * MIB),
        body_bytes: None,
        files: Files::Opened,
        plain_hosts: true,
    },
    Server {
        name: "dynamo",
        help: "NVIDIA Dynamo, whose workers decode by NVDEC",
        codecs: &["h264", "hevc"],
        pixel_formats: &["yuv420p", "nv12"],
        clip_side: 64,
        short_clip: Some((32, 0.0)),
        image_pixels: PILLOW,
        audio_bytes: None,
        item_bytes: None,
        body_bytes: Some(45 * MIB), // DYN_HTTP_BODY_LIMIT_MB
        files: Files::Refused,
        plain_hosts: false,
    },
    Server {
        name: "trtllm",
        help: "TensorRT-LLM",
        codecs: OPENCV,
        pixel_formats: &[],
        clip_side: 1,
        short_clip: Some((10, 0.0)),
        image_pixels: PILLOW,
        audio_bytes: None,
        item_bytes: None,
        body_bytes: None,
        files: Files::Opened,
        plain_hosts: true,
    },
];
