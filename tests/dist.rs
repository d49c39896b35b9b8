//! What `make dist` links: it takes of FFmpeg what the tables of `encode` name, and its check of a program finds what must not be there.
//! Whether the programs run in bare roots is `make dist-test`'s to show.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use masque::encode::{AUDIO_CODECS, CONTAINERS, TRACK_CODECS, VIDEO_CODECS};

const PACKAGING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging");

/// Encoders that are under the GPL.
const GPL: [&str; 2] = ["libx264", "libx265"];

/// FFmpeg's encoders by their names in the tables; what its configure calls them, and the decoder and the parser of what they write.
const NAMES: [(&str, &str, &str, &str); 14] = [
    ("libvpx-vp9", "libvpx_vp9", "vp9", "vp9"),
    ("libvpx", "libvpx_vp8", "vp8", "vp8"),
    ("libx264", "libx264", "h264", "h264"),
    ("libx265", "libx265", "hevc", "hevc"),
    ("libsvtav1", "libsvtav1", "libdav1d", "av1"),
    ("h264_nvenc", "h264_nvenc", "h264", "h264"),
    ("hevc_nvenc", "hevc_nvenc", "hevc", "hevc"),
    ("av1_nvenc", "av1_nvenc", "libdav1d", "av1"),
    ("libvorbis", "libvorbis", "vorbis", "vorbis"),
    ("libopus", "libopus", "opus", "opus"),
    ("aac", "aac", "aac", "aac"),
    ("libmp3lame", "libmp3lame", "mp3float", "mpegaudio"),
    ("flac", "flac", "flac", "flac"),
    ("libopenh264", "libopenh264", "h264", "h264"),
];

/// Containers whose demuxer has a name of its own.
const DEMUXERS: [(&str, &str); 2] = [("webm", "matroska"), ("mp4", "mov")];

/// The words of a list of `parts.sh`.
fn list(name: &str) -> Vec<String> {
    let parts = fs::read_to_string(Path::new(PACKAGING).join("parts.sh")).unwrap();
    let (_, rest) = parts.split_once(&format!("\n{name}='")).unwrap_or_else(|| panic!("parts.sh has no {name}"));
    rest.split_once('\'').unwrap().0.split_whitespace().map(str::to_owned).collect()
}

fn holds(name: &str, wanted: &str) {
    let list = list(name);
    assert!(list.iter().any(|it| it == wanted), "packaging/parts.sh: add {wanted} to {name}: {list:?}");
}

/// The encoders of FFmpeg in the tables.
fn encoders() -> Vec<&'static str> {
    let video = VIDEO_CODECS.iter().filter(|row| !row.own).map(|row| row.name);
    let audio = AUDIO_CODECS.iter().filter_map(|row| row.ffmpeg).map(|(encoder, _)| encoder);
    video.chain(TRACK_CODECS.iter().map(|row| row.name)).chain(audio).collect()
}

#[test]
fn every_encoder_of_the_tables_is_linked_and_what_it_writes_can_be_read() {
    for encoder in encoders() {
        let row = NAMES.iter().find(|(name, ..)| *name == encoder);
        let (_, configured, decoder, parser) = row.unwrap_or_else(|| panic!("NAMES: add {encoder}"));
        holds(if GPL.contains(&encoder) { "encoders_gpl" } else { "encoders" }, configured);
        holds("decoders", decoder);
        holds("parsers", parser);
    }
    assert_eq!(list("encoders_gpl"), GPL, "what is under the GPL is in no other list");
}

#[test]
fn every_container_of_the_tables_is_written_and_read() {
    let audio = AUDIO_CODECS.iter().filter_map(|row| row.ffmpeg).map(|(_, container)| container);
    for container in CONTAINERS.iter().map(|row| row.name).chain(audio) {
        holds("muxers", container);
        let demuxer = DEMUXERS.iter().find(|(name, _)| *name == container);
        holds("demuxers", demuxer.map_or(container, |(_, demuxer)| demuxer));
    }
}

/// The program that the tests run is linked to the system's FFmpeg, and, where that has x264, not for the LGPL variant.
#[test]
fn a_program_that_needs_more_than_glibc_is_found_out() {
    let check = |variant: &str, file: &str| sh(&["check.sh", variant, file]);
    let Output { status, stderr, .. } = check("lgpl", env!("CARGO_BIN_EXE_masque"));
    let said = String::from_utf8(stderr).unwrap();
    assert!(!status.success() && said.contains("needs libavcodec.so"), "{said}");
    assert!(!check("lgpl", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).status.success());
}

#[test]
fn every_script_can_be_read_by_the_shell() {
    let scripts = fs::read_dir(PACKAGING).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let scripts: Vec<_> = scripts.filter(|name| name.ends_with(".sh")).collect();
    assert!(scripts.len() > 3);
    for script in scripts {
        let output = sh(&["-n", &script]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn sh(arguments: &[&str]) -> Output {
    Command::new("sh").current_dir(PACKAGING).args(arguments).output().unwrap()
}
