//! Options of the encoders' own through the command line: what contradicts the frames, names a file or is not known is refused
//! before anything runs, and what is taken arrives in the stream.
#![allow(clippy::unwrap_used)]

mod binary;
mod decode;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use binary::{command, refused, run};
use decode::{ffprobe, keyframes};

const SMALL: &str = "--isl 0 -n 1 --random-seed 4 --video-width 64 --video-height 64 --video-frames 12 --video-fps 25";

/// The CPU encoders, each with a container that holds it.
const ENCODERS: [(&str, &str); 5] =
    [("libvpx-vp9", "webm"), ("libvpx", "webm"), ("libsvtav1", "webm"), ("libx264", "mp4"), ("libx265", "mp4")];

fn flags(encoder: &str) -> String {
    let container = ENCODERS.iter().find(|row| row.0 == encoder).unwrap().1;
    format!("{SMALL} --video-format {container} --video-codec {encoder}")
}

/// Makes one clip with these flags; the folder that it is in, and its file.
fn clip(flags: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    run(&format!("generate --output {} --overwrite --quiet --media files {flags}", folder.path().join("d").display()));
    let media = walk(&folder.path().join("d/media"));
    (folder, media.into_iter().next().unwrap())
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn options_that_contradict_the_frames_are_refused() {
    for (encoder, _) in ENCODERS {
        for (option, words) in [
            ("video_size=2048x2048", "give --video-width and --video-height"),
            ("pixel_format=yuv444p", "give --video-pixel-format"),
            ("s=32x32", "give --video-width and --video-height"),
            ("time_base=1/7", "give --video-fps"),
            ("color_range=pc", "what the colours mean"),
            ("colorspace=bt470bg", "what the colours mean"),
            ("aspect=2", "the size of the frames"),
            ("flags=0", "an option would change the place of the headers"),
            ("flags=+pass1", "an option would change the number of passes"),
        ] {
            let flags = format!("{} --video-encoder-option {option}", flags(encoder));
            refused(&flags, "--video-encoder-option: ");
            refused(&flags, words);
        }
    }
    for (encoder, option) in [
        ("libx264", "x264-params=fps=10"),
        ("libx264", "x264opts=no-mbtree:crop-rect=8,8,8,8"),
        ("libx264", "x264-params=colormatrix=bt470bg"),
        ("libx264", "x264-params=annexb=0"),
        ("libx265", "x265-params=input-res=2048x2048"),
        ("libx265", "x265-params=input_csp=i444"),
        ("libx265", "x265-params=inp\\ut-res=2048x2048"),
        ("libx265", "x265-params=range=full"),
        ("libsvtav1", "svtav1-params=resize-mode=1"),
        ("libsvtav1", "svtav1-params=lp=1:fps-num=7"),
        ("libsvtav1", "svtav1-params=color-range=1"),
    ] {
        refused(&format!("{} --video-encoder-option {option}", flags(encoder)), "--video-encoder-option: ");
    }
}

#[test]
fn options_that_name_files_are_refused_and_write_none() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("file").display().to_string();
    for (encoder, option) in [
        ("libx264", "x264-params=pass=1:stats=FILE"),
        ("libx264", "x264opts=pass=1:stats=FILE"),
        ("libx264", "x264-params=dump-yuv=FILE"),
        ("libx264", "x264-params=dump_yuv=FILE"),
        ("libx264", "x264-params=cqmfile=FILE"),
        ("libx264", "stats=FILE"),
        ("libx264", "passlogfile=FILE"),
        ("libx265", "x265-params=csv=FILE:input-res=1x1"),
        ("libx265", "x265-params=csv=FILE:nosuch=1"),
        ("libx265", "x265-params=pass=1:stats=FILE"),
        ("libx265", "x265-params=analysis-save=FILE"),
        ("libx265", "x265-params=analysis-reuse-file=FILE"),
        ("libx265", "x265-params=lambda-file=FILE"),
        ("libx265", "x265-params=zonefile=FILE"),
        ("libx265", "x265-params=scaling-list=FILE"),
        ("libx265", "x265-params=zones=0,3,csv=FILE"),
    ] {
        let option = option.replace("FILE", &file);
        refused(&format!("{} --video-encoder-option {option}", flags(encoder)), "--video-encoder-option: ");
        assert_eq!(walk(outside.path()), Vec::<PathBuf>::new(), "{option}");
    }
    let other = "--video-codec libaom-av1 --video-encoder-option";
    refused(
        &format!("{SMALL} {other} aom-params=film-grain-table={file}"),
        "aom-params is refused: it may read or write",
    );
}

/// An option that nobody knows ends the run at once, also where the encoder would wait for frames for ever.
#[test]
fn unknown_options_are_refused_by_name_without_a_hang() {
    for (encoder, option, words) in [
        ("libvpx-vp9", "speeed=4", "it knows no option speeed (did you mean speed?)"),
        ("libx264", "prest=fast", "(did you mean preset?)"),
        ("libsvtav1", "nosuch=1", "it knows no option nosuch"),
        ("libsvtav1", "preset=fourteen", "option preset=fourteen"),
        ("libsvtav1", "preset=77", "option preset=77"),
        ("libsvtav1", "svtav1-params=presett=5", "Error parsing option presett"),
        ("libx264", "x264-params=nonesuch=1", "Error parsing option"),
        ("libx265", "x265-params=nonesuch=1", "Unknown option: nonesuch"),
        ("libx264", "kvazaar-params=x=1", "kvazaar-params holds options of a library"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("x").display().to_string();
        let request = format!("generate --output {to} {} --video-encoder-option {option}", flags(encoder));
        let mut child = command(&request).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > Duration::from_secs(60) {
                child.kill().unwrap();
                panic!("{option} hangs");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}: {said}");
        assert!(said.contains("--video-encoder-option: ") && said.contains(words), "{option}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn options_that_are_taken_arrive() {
    for (encoder, option) in [
        ("libvpx-vp9", "g=3"),
        ("libx264", "x264-params=keyint=3:scenecut=0"),
        ("libx264", "x264opts=no-mbtree:keyint=3:scenecut=0"),
        ("libx265", "x265-params=keyint=3"),
        ("libsvtav1", "svtav1-params=keyint=3"),
        ("libvpx", "g=3"),
    ] {
        let (_folder, file) = clip(&format!("{} --video-encoder-option {option}", flags(encoder)));
        assert_eq!(keyframes(&file), [0, 3, 6, 9], "{encoder} {option}");
        assert_eq!(ffprobe(&file)["streams"][0]["width"], 64);
    }
}

/// The best constant quality and the shortest distance of keyframes are what they say, or are refused with what works.
#[test]
fn the_ends_of_quality_and_of_keyframes_are_heard() {
    for (encoder, _) in ENCODERS {
        let noise = format!("{} --video-synth-type noise", flags(encoder));
        let size = |crf: &str| fs::metadata(clip(&format!("{noise} {crf}")).1).unwrap().len();
        let (best, usual, bad) = (size("--video-crf 0"), size(""), size("--video-crf 50"));
        assert!(best > usual && best > 2 * bad, "{encoder}: {best}, {usual}, {bad}");
        if encoder == "libsvtav1" {
            refused(
                &format!("{noise} --video-gop 1"),
                "--video-gop: 1: libsvtav1 cannot make every frame a keyframe; give 2",
            );
        }
        let gop = if encoder == "libsvtav1" { 2 } else { 1 };
        let (_folder, file) = clip(&format!("{noise} --video-gop {gop}"));
        assert_eq!(keyframes(&file), (0..12).step_by(gop).collect::<Vec<_>>(), "{encoder}");
    }
}

/// What would make bytes depend on the machine or its load is refused.
#[test]
fn options_that_follow_the_machine_are_refused() {
    for (encoder, option, words) in [
        ("libx264", "threads=auto", "depend on the machine"),
        ("libx264", "x264-params=threads=0", "depend on the machine"),
        ("libx265", "x265-params=frame-threads=0", "depend on the machine"),
        ("libx264", "x264-params=non-deterministic=1", "depend on the machine"),
        ("libvpx", "cpu-used=8", "depend on the machine's load; give it below 0"),
    ] {
        refused(&format!("{} --video-encoder-option {option}", flags(encoder)), words);
    }
}

/// One option as FFmpeg lists it.
#[derive(Debug)]
struct Listed {
    name: String,
    kind: String,
    /// The ends of its range, where they are numbers.
    range: Option<(f64, f64)>,
    constants: Vec<String>,
}

/// The options in what `ffmpeg -h` prints.
fn listed(text: &str) -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
        if line.starts_with("  -") && second.starts_with('<') {
            let range = line.rsplit_once("(from ").and_then(|(_, range)| {
                let (low, high) = range.split_once(')')?.0.split_once(" to ")?;
                let number = |text: &str| match text {
                    "INT_MAX" => Some(f64::from(i32::MAX)),
                    "INT_MIN" => Some(f64::from(i32::MIN)),
                    "I64_MAX" | "FLT_MAX" => Some(f64::MAX),
                    other => other.parse().ok(),
                };
                Some((number(low)?, number(high)?))
            });
            let (name, kind) = (first[1..].to_owned(), second.to_owned());
            all.push(Listed { name, kind, range, constants: Vec::new() });
        } else if line.starts_with("     ") {
            all.last_mut().into_iter().for_each(|option| option.constants.push(first.to_owned()));
        } else if !line.starts_with("  -") {
            // Another heading: what is indented below it belongs to nothing before.
            all.push(Listed { name: String::new(), kind: String::new(), range: None, constants: Vec::new() });
        }
    }
    all
}

fn ffmpeg_help(topic: &str) -> String {
    let output = std::process::Command::new("ffmpeg").args(["-hide_banner", "-h", topic]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is wrong with an option's value, by the encoder's own list, or else by what all have in common.
fn wrong([own, common]: [&[Listed]; 2], key: &str, value: &str) -> Option<String> {
    let Some(option) = own.iter().chain(common).find(|option| option.name == key) else {
        return Some("there is no such option".to_owned());
    };
    let is_constant = |value: &str| option.constants.iter().any(|constant| constant == value);
    let number = value.strip_suffix('M').map_or(1.0, |_| 1e6);
    let number = value.trim_end_matches('M').parse::<f64>().ok().map(|value| value * number);
    let fine = match option.kind.as_str() {
        "<string>" | "<dictionary>" => true,
        "<boolean>" => ["0", "1", "true", "false", "auto", "-1"].contains(&value),
        "<flags>" => value.trim_start_matches('+').split('+').all(is_constant),
        _ => {
            is_constant(value)
                || number.is_some_and(|it| option.range.is_none_or(|(low, high)| (low..=high).contains(&it)))
        }
    };
    (!fine).then(|| format!("{value} is none of {option:?}"))
}

/// Each option of each row, at each speed, is one of the encoder's, with a value that it takes: NVENC's rows too, for which no card is
/// needed. Of encoders that this FFmpeg lacks it is said that they are not looked at; NVENC's rows are alike.
#[test]
fn every_option_of_the_table_is_one_of_the_encoders() {
    use masque::encode::{VIDEO_CODECS, Zero};
    let common = ffmpeg_help("full");
    let common = listed(common.split_once("AVCodecContext AVOptions:").unwrap().1);
    assert!(common.iter().any(|option| option.name == "flags" && option.constants.iter().any(|it| it == "cgop")));
    let (mut looked_at, mut faults) = (Vec::new(), Vec::new());
    for row in VIDEO_CODECS.iter().filter(|row| !row.own) {
        let help = ffmpeg_help(&format!("encoder={}", row.name));
        if !help.starts_with("Encoder ") {
            continue;
        }
        looked_at.push(row.name);
        let own = listed(&help);
        let options = [&own[..], &common];
        let lists = [row.always, row.fastest, row.fast, row.best, row.few, row.crf_with];
        let (crf, most) = row.crf;
        let most = most.to_string();
        let zero = match row.crf_0 {
            Zero::Same => Some((crf, "0")),
            Zero::Other(key, value) => Some((key, value)),
            Zero::Nothing => None,
        };
        let all = lists.into_iter().flatten().copied().chain([(crf, most.as_str())]).chain(zero);
        for (key, value) in all {
            faults.extend(wrong(options, key, value).map(|why| format!("{}: {key}={value}: {why}", row.name)));
        }
        // A canary: what is no value of this option is found.
        assert!(wrong(options, "nonesuch", "1").is_some() && wrong(options, crf, "nonesuch").is_some(), "{}", row.name);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(looked_at.len() >= 5 && looked_at.contains(&"h264_nvenc"), "{looked_at:?}");
}
