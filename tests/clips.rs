//! Clips through the command line: what is refused before the run, what a request's spread becomes, and long clips on any
//! number of cores.
#![allow(clippy::unwrap_used)]

mod binary;
mod decode;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use binary::{lines, masque, refused, run};
use decode::ffprobe;
use serde_json::Value;

const SMALL: &str = "--isl 0 --video-width 160 --video-height 96";

/// The clips of a dataset that was made with these flags, and the dataset's first record file.
fn clips(folder: &Path, flags: &str) -> Vec<Value> {
    let to = folder.display();
    run(&format!("generate --output {to} --overwrite --random-seed 4 --quiet --media files {flags}"));
    let records = lines(&folder.join("records.jsonl"));
    let turns = records.iter().flat_map(|record| record["turns"].as_array().unwrap());
    turns.flat_map(|turn| turn["videos"].as_array().unwrap().clone()).collect()
}

/// Each bad request: its flags, and words that its one line must have.
#[test]
fn bad_clips_are_refused_in_one_line_before_anything_is_written() {
    let mp4 = "--video-format mp4";
    let rows = [
        ("--video-codec libx264".to_owned(), "--video-codec: libx264 does not go into webm; for webm give libvpx-vp9"),
        (format!("{mp4} --video-codec libvpx"), "for mp4 give libvpx-vp9 or libx264 or libx265"),
        ("--video-codec nonesuch".to_owned(), "--video-codec: this FFmpeg has no video encoder nonesuch"),
        ("--video-codec libvorbis".to_owned(), "has no video encoder libvorbis"),
        ("--video-codec ffv1".to_owned(), "--video-codec: webm: Only VP8 or VP9 or AV1"),
        (
            format!("{mp4} --video-width 161"),
            "--video-width: 161 pixels is odd; masque_h264 needs even sizes: 160 or 162; libvpx-vp9 takes odd",
        ),
        (format!("{mp4} --video-height 97 --video-codec libx265"), "--video-height: 97 pixels is odd"),
        (format!("{mp4} --video-width 8 --video-codec libx265"), "--video-width: 8 pixels; libx265 takes 16 to"),
        ("--video-width 16384".to_owned(), "--video-width: 16384 pixels; libvpx-vp9 takes 1 to 16383"),
        (
            format!("{mp4} --video-codec h264_nvenc --video-width 7680 --video-height 4320"),
            "h264_nvenc takes 160 to 4096 pixels a side, ",
        ),
        ("--video-frames 0".to_owned(), "--video-frames: 0"),
        ("--video-duration 0.1".to_owned(), "--video-duration: 0.1 s is less than one frame at 4 fps"),
        ("--video-duration 5 --video-duration-max 0.1".to_owned(), "--video-duration"),
        ("--video-crf 64".to_owned(), "--video-crf: 64 is out of range; libvpx-vp9 takes 0 to 63"),
        ("--video-gop 0".to_owned(), "--video-gop: 0; give a whole number, 1 to 2147483647"),
        (
            "--video-pixel-format rgb24".to_owned(),
            "--video-pixel-format: libvpx-vp9 takes no rgb24; libvpx-vp9 takes yuv420p",
        ),
        (
            format!("{mp4} --video-codec libvpx-vp9 --video-pixel-format yuv440p"),
            "--video-pixel-format: libvpx-vp9: what it writes cannot be decoded",
        ),
        (
            "--video-width 16383 --video-height 16383".to_owned(),
            "--video-height: FFmpeg takes no frames of 16383 x 16383 pixels; it takes 16383 x 16129 or 16129 x 16383",
        ),
        (
            format!("{mp4} --video-width 16384 --video-height 16384"),
            "FFmpeg takes no frames of 16384 x 16384 pixels; it takes 16384 x 16128 or 16128 x 16384",
        ),
        (
            "--video-codec libsvtav1 --video-height 8706".to_owned(),
            "--video-height: 8706 pixels; libsvtav1 takes 64 to 8704 pixels a side, libvpx-vp9 up to 16383",
        ),
        (format!("{mp4} --video-codec libx265 --video-width 16384 --video-height 16"), "--video-codec: libx265: "),
        (
            "--video-duration 0.65 --video-duration-stddev 0.01 --video-duration-min 0.6 --video-duration-max 0.7"
                .to_owned(),
            "--video-duration-max: no whole number of frames at 4 a second lasts 0.6 to 0.7 s; give 0.75 s or more",
        ),
        ("--video-fps 4.5 --video-fps-stddev 0.1 --video-fps-min 4.2 --video-fps-max 4.8".to_owned(), "--video-fps-"),
        (
            format!("{mp4} --video-audio-num-channels 1 --video-audio-codec libvorbis"),
            "--video-audio-codec: no audio encoder libvorbis for mp4; take libopus, aac",
        ),
        (
            format!("{mp4} --video-audio-num-channels 1 --video-audio-codec aac --video-audio-sample-rate 12345"),
            "--video-audio-sample-rate: aac takes no 12345 Hz; it takes 7350, 8000",
        ),
        ("--video-fps-stddev 1 --video-fps 0.5".to_owned(), "--video-fps: 0.5"),
        (
            format!("{mp4} --video-codec masque_h264 --video-synth-type noise"),
            "--video-codec: masque_h264 takes drawings, and noise is none; for noise in mp4 take libvpx-vp9, libx264, libx265",
        ),
        (
            format!("{mp4} --video-codec masque_h264 --video-encoder-option preset=fast"),
            "--video-encoder-option: preset: masque_h264 has no options of its own; give --video-speed, --video-crf or",
        ),
        (
            format!("{mp4} --video-codec masque_h264 --video-pixel-format yuv444p"),
            "--video-pixel-format: masque_h264 takes no yuv444p; masque_h264 takes yuv420p",
        ),
        (
            format!("{mp4} --video-codec masque_h264 --video-width 8192 --video-height 8192"),
            "--video-height: 8192 x 8192 pixels are more than any level of H.264 holds; give at most 4352 rows",
        ),
        (
            format!("{mp4} --video-fps 30 --video-bitrate 1k"),
            "--video-bitrate: 1000 bits a second are fewer than masque_h264 takes",
        ),
        ("--video-codec masque_h264".to_owned(), "--video-codec: masque_h264 does not go into webm"),
    ];
    for (flags, words) in rows {
        // Later flags win over the small size.
        refused(&format!("-n 2 {SMALL} {flags}"), words);
    }
}

/// Without NVENC a request for it is refused with what would work, or run by the CPU encoder of the same codec, saying so.
#[test]
fn nvenc_works_or_is_replaced_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    for (codec, on_cpu) in [("h264_nvenc", "libx264"), ("hevc_nvenc", "libx265")] {
        let request = format!(
            "generate --output {} --overwrite -n 1 --random-seed 1 --isl 0 --video-width 192 --video-height 160 --video-frames 3 --video-format mp4 --video-codec {codec}",
            folder.path().display()
        );
        let output = masque(&request);
        if output.status.success() {
            continue;
        }
        let said = String::from_utf8(output.stderr).unwrap();
        let words = format!("take {on_cpu} or add --encoder-fallback");
        assert!(output.status.code() == Some(2) && said.contains(&words) && said.lines().count() == 1, "{said}");
        let output = masque(&format!("{request} --encoder-fallback --quiet"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.contains(&format!("encoding with {on_cpu} instead")), "{said}");
        let record = &lines(&folder.path().join("records.jsonl"))[0];
        assert_eq!(record["turns"][0]["videos"][0]["codec"], on_cpu);
    }
}

/// Who names no encoder gets the one of this crate for drawings in MP4, unless the request asks for what that one does not do.
#[test]
fn drawings_in_mp4_have_an_encoder_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    for (flags, codec) in [
        ("", "masque_h264"),
        ("--video-synth-type grid_clock --video-crf 20", "masque_h264"),
        ("--video-pixel-format yuv420p --video-bitrate 1M", "masque_h264"),
        ("--video-codec libx264", "libx264"),
        ("--video-synth-type noise", "libx264"),
        ("--video-encoder-option preset=ultrafast", "libx264"),
        ("--video-pixel-format yuv444p", "libx264"),
        ("--video-width 8200", "libx264"),
    ] {
        let made = clips(folder.path(), &format!("{SMALL} -n 1 --video-format mp4 --video-frames 2 {flags}"));
        assert_eq!(made[0]["codec"], codec, "{flags}");
    }
}

#[test]
fn auto_takes_an_encoder_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    for (flags, codecs) in [
        ("--video-width 160 --video-height 96", &["libvpx-vp9"][..]),
        ("--video-format mp4 --video-width 192 --video-height 160", &["masque_h264"]),
        (
            "--video-format mp4 --video-width 192 --video-height 160 --video-synth-type noise",
            &["libx264", "h264_nvenc"],
        ),
        ("--video-format mp4 --video-width 64 --video-height 8200", &["libx264"]),
        ("--video-format mp4 --video-width 161 --video-height 97", &["libvpx-vp9"]),
        ("--video-format mp4 --video-width 192 --video-width-stddev 20 --video-height 160", &["masque_h264"]),
    ] {
        let made = clips(folder.path(), &format!("--isl 0 -n 1 --video-frames 2 --video-codec auto {flags}"));
        assert!(codecs.contains(&made[0]["codec"].as_str().unwrap()), "{flags}: {}", made[0]);
    }
}

/// Sizes, rates and lengths that are drawn: within their bounds, many, even where needed, and what the files really are.
#[test]
fn drawn_shapes_are_what_the_files_hold() {
    let folder = tempfile::tempdir().unwrap();
    let spread = "--isl 0 -n 20 --video-format mp4 --video-width 161 --video-width-stddev 30 --video-width-min 101 --video-width-max 221 \
        --video-height 96 --video-height-stddev 20 --video-fps 12 --video-fps-stddev 4 --video-fps-min 5 --video-fps-max 20 \
        --video-duration 1 --video-duration-stddev 0.3 --video-duration-min 0.5 --video-duration-max 1.5 --video-count-max 2";
    let made = clips(folder.path(), spread);
    let mut seen: [HashSet<String>; 4] = Default::default();
    for item in &made {
        let number = |key: &str| item[key].as_u64().unwrap();
        let (width, height, frames) = (number("width"), number("height"), number("frames"));
        let fps: u64 = item["fps"].as_str().unwrap().parse().unwrap();
        assert!((102..=220).contains(&width) && width % 2 == 0 && height % 2 == 0, "{item}");
        assert!((5..=20).contains(&fps) && (2..=30).contains(&frames), "{item}");
        let probe = ffprobe(&folder.path().join(item["file"].as_str().unwrap()));
        let video = &probe["streams"][0];
        assert_eq!((&video["width"], &video["height"]), (&item["width"], &item["height"]));
        assert_eq!(
            (&video["nb_read_frames"], &video["avg_frame_rate"]),
            (&frames.to_string().into(), &format!("{fps}/1").into())
        );
        for (set, value) in seen.iter_mut().zip(["width", "height", "frames", "fps"]) {
            set.insert(item[value].to_string());
        }
    }
    assert!(made.len() > 20 && seen.iter().all(|set| set.len() > 5), "{seen:?}");
}

/// A clip is never shorter or longer than its bounds, whatever its rate, and a rate below one frame in the usual length is none
/// of its business where frames are given.
#[test]
fn lengths_keep_within_their_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let spread = "--isl 0 -n 20 --video-width 64 --video-height 64 --video-fps 4 --video-fps-stddev 2 --video-fps-min 3 --video-fps-max 9 \
        --video-duration 1 --video-duration-stddev 0.5 --video-duration-min 0.7 --video-duration-max 1.4";
    for item in clips(folder.path(), spread) {
        let probe = ffprobe(&folder.path().join(item["file"].as_str().unwrap()));
        let seconds: f64 = probe["format"]["duration"].as_str().unwrap().parse().unwrap();
        assert!((0.699..=1.401).contains(&seconds), "{item}");
    }
    let slow = clips(folder.path(), &format!("{SMALL} -n 1 --video-fps 0.1 --video-frames 3"));
    let probe = ffprobe(&folder.path().join(slow[0]["file"].as_str().unwrap()));
    assert_eq!(probe["format"]["duration"], "30.000000");
    let exact = clips(folder.path(), &format!("{SMALL} -n 1 --video-fps 1.995 --video-frames 3"));
    let probe = ffprobe(&folder.path().join(exact[0]["file"].as_str().unwrap()));
    assert_eq!((&exact[0]["fps"], &probe["streams"][0]["avg_frame_rate"]), (&"399/200".into(), &"399/200".into()));
}

/// A long clip is cut into segments that several workers encode; its bytes are those of one worker.
#[test]
fn one_long_clip_is_the_same_on_any_number_of_cores() {
    let folder = tempfile::tempdir().unwrap();
    for flags in ["--video-format mp4 --video-audio-num-channels 2", "--video-gop 24 --video-audio-num-channels 1"] {
        let make = |jobs: u32| {
            let made = clips(
                folder.path(),
                &format!("{SMALL} -n 1 --video-fps 30000/1001 --video-frames 301 {flags} -j {jobs}"),
            );
            let file = folder.path().join(made[0]["file"].as_str().unwrap());
            let track = ["audio_codec", "sample_rate", "channels", "bit_depth"].map(|key| made[0][key].clone());
            assert!(track.iter().all(|fact| !fact.is_null()), "{track:?}");
            (fs::read(&file).unwrap(), ffprobe(&file)["streams"][0]["nb_read_frames"].clone())
        };
        let alone = make(1);
        assert_eq!(alone.1, "301");
        assert!(alone == make(2) && alone == make(5), "{flags}");
    }
}

/// What the package of this name says of its version.
fn packaged(pattern: &str) -> String {
    let query = Command::new("dpkg-query").args(["-W", "-f", "${source:Upstream-Version} ", pattern]).output().unwrap();
    String::from_utf8(query.stdout)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .split('+')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn the_manifest_names_the_libraries_that_encoded() {
    const CLIP: &str = "--video-width 64 --video-height 64 --video-frames 2";
    const IMAGE: &str = "--image-width-mean 8 --image-height-mean 8 --image-format";
    let of_ffmpeg = ["libavcodec", "libavformat", "libavutil"];
    let vpx = ("libvpx", "libvpx[0-9]*");
    let rows = [
        (format!("{CLIP} --video-codec auto"), vec![vpx]),
        (format!("{CLIP} --video-codec libvpx"), vec![vpx]),
        (format!("{CLIP} --video-codec libsvtav1"), vec![("SVT-AV1", "libsvtav1enc[0-9]*")]),
        (format!("{CLIP} --video-format mp4"), vec![]),
        (format!("{CLIP} --video-format mp4 --video-synth-type noise"), vec![("libx264", "libx264-*")]),
        (format!("{CLIP} --video-format mp4 --video-codec libx265"), vec![("libx265", "libx265-*")]),
        (format!("{CLIP} --video-audio-num-channels 1"), vec![vpx, ("libvorbis", "libvorbis0a")]),
        ("--audio-length-mean 0.1 --audio-format mp3".to_owned(), vec![("LAME", "libmp3lame0")]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let libraries = |flags: &str| {
        let to = folder.path().display();
        run(&format!("generate --output {to} --overwrite --quiet --random-seed 1 -n 1 --isl 0 {flags}"));
        let manifest = fs::read(folder.path().join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let libraries = manifest["encoders"].as_object().unwrap().clone();
        libraries.into_iter().map(|(name, version)| (name, version.as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    for (flags, expected) in rows {
        let found = libraries(&flags);
        assert_eq!(found.len(), of_ffmpeg.len() + expected.len(), "{flags}: {found:?}");
        let version = |name: &str| &found.iter().find(|(found, _)| found == name).unwrap().1;
        assert!(of_ffmpeg.iter().all(|name| version(name).contains('.')), "{found:?}");
        for (name, package) in expected {
            // x264 is known by a number inside of its package's version.
            let (version, known) = (version(name), packaged(package));
            let same = version.contains(&known) || known.contains(version);
            assert!(same && !known.is_empty(), "{flags}: {name} {version}, packaged as {known}");
        }
    }
    let images = [("jpeg", "turbojpeg-sys", "1.2.0"), ("webp", "libwebp-sys", "0.9.6")];
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    for (format, binding, version) in images {
        assert!(
            lock.contains(&format!("name = \"{binding}\"\nversion = \"{version}\"\n")),
            "{binding}: name what it bundles now"
        );
        assert_eq!(libraries(&format!("{IMAGE} {format}")).len(), 1, "{format}");
    }
    assert!(libraries(&format!("{IMAGE} png")).is_empty());
}
