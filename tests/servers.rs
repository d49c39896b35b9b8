//! What servers would not take is refused before a run, and found after it; and clips of the universal profile are what it says, by the
//! word of ffprobe and of the file's own boxes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::path::Path;
use std::process::Command;

use binary::{masque, run};
use masque::servers::SERVERS;
use serde_json::Value;

const CLIP: &str = "--isl 0 --video-width 128 --video-height 96 --video-frames 40 --video-fps 8";
const IMAGE: &str = "--isl 0 --image-width-mean 64 --image-height-mean 64";

/// A request, the servers that it is for, and what is said of it.
const REFUSED: &[(&str, &str, &str)] = &[
    (CLIP, "dynamo", "--video-codec: dynamo: no decoder of vp9; give --video-profile universal"),
    (
        "--isl 0 --video-width 128 --video-height 96 --video-codec libsvtav1",
        "all",
        "--video-codec: vllm, sglang, dynamo, trtllm: no decoder of av1",
    ),
    (
        "--isl 0 --video-width 128 --video-height 96 --video-format mp4 --video-codec libx265",
        "all",
        "--video-codec: sglang: no decoder of hevc",
    ),
    (
        "--isl 0 --video-width 128 --video-height 96 --video-format mp4 --video-codec libx264 --video-pixel-format yuv444p",
        "dynamo",
        "--video-pixel-format: dynamo: no decoder of yuv444p",
    ),
    (
        "--isl 0 --video-width 128 --video-height 32 --video-format mp4",
        "dynamo",
        "--video-height: dynamo: no decoder of clips 32 pixels wide or high; give 64",
    ),
    (
        "--isl 0 --image-width-mean 4000 --image-height-mean 3000",
        "dynamo",
        "--max-payload-bytes: dynamo: a request of 45.8 MiB, more than 45.0 MiB; give --max-payload-bytes 35M",
    ),
    (
        "--isl 0 --image-width-mean 5000 --image-height-mean 5000",
        "sglang",
        "--image-width-mean: sglang: image of 71.6 MiB, more than 64.0 MiB",
    ),
    (
        "--isl 0 --image-width-mean 16000 --image-height-mean 16000 --image-format jpeg",
        "vllm",
        "--image-width-mean: vllm: an image of 16000x16000 is refused as a decompression bomb",
    ),
    ("--isl 0 --audio-length-mean 1000", "vllm", "--audio-length-mean: vllm: audio of 30.5 MiB, more than 25.0 MiB"),
    (
        "--isl 0 --image-width-mean 8 --image-height-mean 8 --media url --media-url-prefix http://10.0.0.7/d",
        "dynamo",
        "--media-url-prefix: dynamo: nothing is fetched from http://10.0.0.7/d",
    ),
    (
        "--isl 0 --image-width-mean 8 --image-height-mean 8 --media url --media-url-prefix http://host:80/d",
        "dynamo",
        "--media-url-prefix: dynamo: nothing is fetched from",
    ),
    (
        "--isl 0 --image-width-mean 8 --image-height-mean 8 --media url --media-url-prefix file:///d",
        "all",
        "--media-url-prefix: dynamo: nothing is fetched from file:///d",
    ),
    ("--isl 20", "vllm", "--for: there are no media, of which it tells"),
    (
        "--isl 0 --video-width 128 --video-height 96 --video-codec libsvtav1",
        "trtllm",
        "--video-codec: trtllm: no decoder of av1",
    ),
    (IMAGE, "triton", "--for: triton; give vllm, sglang, dynamo, trtllm or all"),
    (
        "--isl 0 --video-width 63 --video-height 64",
        "universal",
        "--video-width: 63 pixels; --video-profile universal has 64 or more",
    ),
    (
        "--isl 0 --video-width 128 --video-height 64 --video-fps 29.97",
        "universal",
        "--video-fps: 30000/1001 frames a second are no whole number; give 30",
    ),
    (
        "--isl 0 --video-width 128 --video-height 64 --video-fps 10 --video-gop 21",
        "universal",
        "--video-gop: 21 frames are more than 2 s at 10 frames a second; give 20 at most",
    ),
    (
        "--isl 0 --video-width 128 --video-height 64 --video-codec libx265",
        "universal",
        "--video-codec: --video-profile universal is H.264",
    ),
    ("--isl 0 --video-width 128 --video-height 64 --video-format webm", "universal", "--video-format: "),
    (
        "--isl 0 --video-width 128 --video-height 64 --video-audio-num-channels 1",
        "universal",
        "--video-audio-num-channels: ",
    ),
];

/// The flags that name what a row's request is for.
fn aimed(server: &str) -> String {
    if server == "universal" { "--video-profile universal".into() } else { format!("--for {server}") }
}

#[test]
fn what_would_fail_is_refused() {
    for (request, server, words) in REFUSED {
        binary::refused(&format!("{request} {}", aimed(server)), words);
    }
    for server in &SERVERS {
        assert!(REFUSED.iter().any(|row| row.1 == server.name), "{} is tried nowhere", server.name);
    }
}

/// Each thing that fails is told, in a line of its own.
#[test]
fn several_things_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("x");
    let flags = "--video-width 128 --video-height 96 --video-codec libsvtav1 --audio-length-mean 3000 --for all";
    let output = masque(&format!("generate --output {} --isl 0 {flags}", to.display()));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let flags: Vec<_> = said.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    let expected = ["--audio-length-mean", "--audio-length-mean", "--video-codec", "--max-payload-bytes"];
    assert_eq!(flags, expected, "{said}");
    assert!(!to.exists());
}

/// A dataset that was made for nobody is looked into for everybody; one that was made for somebody says so itself.
#[test]
fn what_would_fail_is_found_in_a_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    run(&format!("generate --output {} -n 3 --quiet {CLIP} --image-width-mean 8 --image-height-mean 8", at("vp9")));
    assert!(run(&format!("inspect {} --quiet --for vllm --for trtllm", at("vp9"))).contains("no fault found"));
    let output = masque(&format!("inspect {} --quiet --json --for all", at("vp9")));
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["fault_count"], 3, "{report}");
    let first = &report["faults"][0];
    assert_eq!(first["place"], "records.jsonl:1");
    assert_eq!(first["problem"], "dynamo: no decoder of vp9; give --video-profile universal");

    run(&format!("generate --output {} -n 2 --quiet {IMAGE} --media url --media-url-prefix http://h:1/d", at("url")));
    let output = masque(&format!("inspect {} --quiet --for dynamo", at("url")));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("manifest.json: dynamo: nothing is fetched from http://h:1/d"), "{said}");

    let request = format!("{CLIP} --video-profile universal --for all");
    run(&format!("generate --output {} -n 2 --quiet {request}", at("all")));
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("all/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["request"]["servers"], serde_json::json!(["all"]), "{manifest}");
    assert!(run(&format!("inspect {} --quiet", at("all"))).contains("no fault found"));
}

/// What passes, but has to be known.
#[test]
fn what_has_to_be_known_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("x").display().to_string();
    let said = |flags: &str| {
        let output = masque(&format!("generate --output {to} --overwrite -n 1 --random-seed 1 {flags}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{flags}: {said}");
        said
    };
    let files = said(&format!("{IMAGE} --media url --media-url-prefix file:///d --for vllm"));
    assert!(files.contains("vllm: start it with --allowed-local-media-path"), "{files}");
    let short = said("--isl 0 --video-width 128 --video-height 96 --video-frames 9 --video-fps 4 --for vllm");
    assert!(short.contains("vllm looks at 32 frames of a clip, or more; some have fewer: 9"), "{short}");
    let rare = said("--isl 0 --image-width-mean 1000 --image-width-stddev 900 --image-height-mean 3000 --for dynamo");
    assert!(
        rare.contains("some may fail: --image-width-mean") || rare.contains("some may fail: --max-payload-bytes"),
        "{rare}"
    );
}

/// The clips of a dataset, by ffprobe, and what stands in their boxes.
fn clips(folder: &Path) -> Vec<(Value, Vec<u8>)> {
    let lines = binary::lines(&folder.join("records.jsonl"));
    let files = lines.iter().map(|line| folder.join(line["turns"][0]["videos"][0]["file"].as_str().unwrap()));
    let probe = |file: &Path| {
        let args = ["-v", "error", "-select_streams", "v", "-show_streams", "-show_packets", "-of", "json"];
        let output = Command::new("ffprobe").args(args).arg(file).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    files.map(|file| (probe(&file), std::fs::read(&file).unwrap())).collect()
}

/// Whatever the encoder, the speed and the pattern.
#[test]
fn universal_clips_are_what_the_profile_says() {
    let folder = tempfile::tempdir().unwrap();
    let requests = [
        "--video-fps 10 --video-frames 55",
        "--video-fps 10 --video-frames 55 --video-codec libx264 --video-speed best",
        "--video-fps 6 --video-frames 40 --video-synth-type noise --video-speed default",
        "--video-fps 8 --video-fps-stddev 4 --video-fps-min 4 --video-fps-max 20 --video-duration 5 --video-width-stddev 40",
        "--video-fps 10 --video-frames 55 --video-gop 7 --video-bitrate 300k",
    ];
    for (number, request) in requests.iter().enumerate() {
        let at = folder.path().join(number.to_string());
        let all = format!("--isl 0 --video-width 96 --video-height 96 --video-profile universal --for all {request}");
        run(&format!("generate --output {} -n 3 --quiet --media files --random-seed 2 {all}", at.display()));
        for (probed, bytes) in clips(&at) {
            let stream = &probed["streams"][0];
            assert_eq!([&stream["codec_name"], &stream["pix_fmt"]], ["h264", "yuv420p"], "{request}");
            assert_eq!(stream["has_b_frames"], 0, "{request}: {stream}");
            assert_eq!([&stream["color_space"], &stream["color_range"]], ["bt709", "tv"], "{request}");
            let (rate, timed) = (stream["r_frame_rate"].as_str().unwrap(), stream["avg_frame_rate"].as_str().unwrap());
            assert_eq!(rate, timed, "{request}: the rate is constant");
            let (num, den) = rate.split_once('/').unwrap();
            assert_eq!(den, "1", "{request}");
            for side in ["width", "height"] {
                let side = stream[side].as_u64().unwrap();
                assert!(side % 2 == 0 && side >= 64, "{request}: {side}");
            }
            let packets = probed["packets"].as_array().unwrap();
            let keys: Vec<_> =
                packets.iter().map(|packet| packet["flags"].as_str().unwrap().starts_with('K')).collect();
            let longest = keys.split(|key| *key).map(<[bool]>::len).max().unwrap() + 1;
            assert!(keys[0] && longest as u64 <= 2 * num.parse::<u64>().unwrap(), "{request}: {longest} frames a GOP");
            assert!(packets.iter().all(|packet| packet["pts"] == packet["dts"]), "{request}: nothing is reordered");
            assert_eq!(packets[0]["pts"], 0, "{request}");
            let place = |kind: &[u8]| bytes.windows(4).position(|window| window == kind);
            assert!(place(b"moov") < place(b"mdat"), "{request}: the index comes first");
        }
    }
}
