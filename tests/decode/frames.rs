//! The frames of a clip, by decoders that share no code.

use std::path::Path;
use std::process::Command;

use openh264::OpenH264API;
use openh264::decoder::{DecodeOptions, DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

use super::output;

/// A program or library that decodes clips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameDecoder {
    /// FFmpeg, by its decoder of this name.
    Ffmpeg(&'static str),
    /// Cisco's OpenH264.
    OpenH264,
    /// struktur's libde265.
    Libde265,
}

use FrameDecoder::{Ffmpeg, Libde265, OpenH264};

/// Two decoders of what an encoder writes.
pub(crate) fn decoders(encoder: &str) -> [FrameDecoder; 2] {
    match encoder {
        "libvpx-vp9" => [Ffmpeg("vp9"), Ffmpeg("libvpx-vp9")],
        "libvpx" => [Ffmpeg("vp8"), Ffmpeg("libvpx")],
        "libsvtav1" | "av1_nvenc" => [Ffmpeg("libdav1d"), Ffmpeg("libaom-av1")],
        "libx265" | "hevc_nvenc" => [Ffmpeg("hevc"), Libde265],
        _ => [Ffmpeg("h264"), OpenH264],
    }
}

/// The frames as tightly packed I420, one after the other.
pub(crate) fn decode(path: &Path, decoder: FrameDecoder) -> Vec<u8> {
    match decoder {
        Ffmpeg(name) => {
            let mut command = Command::new("ffmpeg");
            command.args(["-v", "error", "-c:v", name, "-i"]).arg(path).args([
                "-map",
                "0:v",
                "-fps_mode",
                "passthrough",
            ]);
            output(command.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]))
        }
        OpenH264 => openh264(&bitstream(path, "h264_mp4toannexb", "h264")),
        Libde265 => {
            let folder = tempfile::tempdir().unwrap();
            let (stream, frames) = (folder.path().join("stream"), folder.path().join("frames"));
            std::fs::write(&stream, bitstream(path, "hevc_mp4toannexb", "hevc")).unwrap();
            let mut command = Command::new("libde265-dec265");
            let output = command.arg("-q").arg("-o").arg(&frames).arg(&stream).output().unwrap();
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
            std::fs::read(&frames).unwrap()
        }
    }
}

/// The clip's video without its container.
fn bitstream(path: &Path, filter: &str, format: &str) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v", "-c", "copy", "-bsf:v", filter, "-f", format, "-"]);
    output(&mut command)
}

pub(crate) fn openh264(stream: &[u8]) -> Vec<u8> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let mut decoder = Decoder::with_api_config(OpenH264API::from_source(), config).unwrap();
    let mut frames = Vec::new();
    for unit in openh264::nal_units(stream) {
        if let Some(frame) = decoder.decode_with_options(unit, DecodeOptions::new()).unwrap() {
            append(&mut frames, &frame);
        }
    }
    decoder.flush_remaining().unwrap().iter().for_each(|frame| append(&mut frames, frame));
    frames
}

fn append(frames: &mut Vec<u8>, frame: &DecodedYUV<'_>) {
    let (width, height) = frame.dimensions();
    let strides = frame.strides();
    let chroma = width.div_ceil(2);
    for (plane, stride, row, rows) in [
        (frame.y(), strides.0, width, height),
        (frame.u(), strides.1, chroma, height.div_ceil(2)),
        (frame.v(), strides.2, chroma, height.div_ceil(2)),
    ] {
        plane.chunks(stride).take(rows).for_each(|line| frames.extend_from_slice(&line[..row]));
    }
}
