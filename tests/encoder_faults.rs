//! Encoders and muxers that fail in the midst of a clip, a sound or a track: each of FFmpeg's functions on the way, at its middle and at its
//! last call. The run ends in one line, what stands is no dataset, and `--resume` makes of it what a run without faults makes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use binary::command;
use whole::tree;

/// One encoder's threads call in one order.
const COMMON: &str = "--quiet -n 2 -j 1 --random-seed 1 --isl 0 --media files";

const CLIP: &str = "--video-width 96 --video-height 64 --video-frames 40 --video-fps 10";

/// A request, and what its refusals name: the encoder, or the container.
const ROWS: [(&str, &[&str]); 5] = [
    ("--video-format webm", &["libvpx-vp9", "webm"]),
    ("--video-format mp4 --video-codec libx264 --video-audio-num-channels 1", &["libx264", "aac", "mp4"]),
    ("--video-format mp4 --video-synth-type moving_shapes", &["mp4"]),
    ("--video-format mp4 --video-codec libx264 --video-gop 8 --video-frames 160", &["libx264", "mp4"]),
    ("--audio-length-mean 3 --audio-format mp3", &["mp3"]),
];

fn generate(to: &Path, request: &str, shim: &Path, fault: &[(&str, &str)]) -> Output {
    let clip = if request.contains("--audio-length") { "" } else { CLIP };
    let frames = if request.contains("--video-frames") { clip.replace(" --video-frames 40", "") } else { clip.into() };
    let mut generate = command(&format!("generate {COMMON} {frames} {request} --output"));
    generate.arg(to).env("LD_PRELOAD", shim).envs(fault.iter().copied()).output().unwrap()
}

#[test]
fn an_encoder_that_fails_midway_leaves_nothing_that_looks_whole() {
    let folder = tempfile::tempdir().unwrap();
    let shim = folder.path().join("failing.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/failing.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&shim).args([source, "-ldl"]).status().unwrap();
    assert!(built.success());
    for (number, (request, names)) in ROWS.iter().enumerate() {
        let (good, told) = (folder.path().join(format!("good{number}")), folder.path().join(format!("calls{number}")));
        let output = generate(&good, request, &shim, &[("CALLS", told.to_str().unwrap())]);
        assert!(output.status.success(), "{request}: {}", String::from_utf8_lossy(&output.stderr));
        let told = fs::read_to_string(told).unwrap();
        let mut faults = 0;
        for (function, calls) in told.lines().filter_map(|line| line.split_once(' ')) {
            let calls: u32 = calls.parse().unwrap();
            // The first ones try the encoder out; what fails there is refused beforehand.
            let at = [calls / 2 + 1, calls];
            for at in at.into_iter().filter(|at| (2..=calls).contains(at)) {
                faults += 1;
                let case = format!("{request}: {function}, call {at} of {calls}");
                let to = folder.path().join("to");
                let output = generate(&to, request, &shim, &[("FAIL", function), ("AT", &at.to_string())]);
                let said = String::from_utf8(output.stderr).unwrap();
                assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{case}: {said}");
                assert!(said.contains("record ") && names.iter().any(|name| said.contains(name)), "{case}: {said}");
                assert!(said.contains("--resume") && !to.join("manifest.json").exists(), "{case}: {said}");
                let output = generate(&to, &format!("{request} --resume"), Path::new(""), &[]);
                assert!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stderr));
                assert!(tree(&to) == tree(&good), "{case}");
                fs::remove_dir_all(&to).unwrap();
            }
        }
        assert!(faults >= 4, "{request}: {told}");
    }
}
