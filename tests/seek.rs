//! Clips as players meet them: seeks show the frame that a decoding from the start shows, MP4s can be read from a pipe, images
//! and audio begin together at 0, and bytes do not depend on how busy the machine is.
#![allow(clippy::unwrap_used)]

mod decode;

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use decode::{Clip, decode_audio, ffprobe, keyframes, output};
use masque::encode::samples::Samples;
use masque::encode::video::{VideoSettings, encode_clip};
use masque::encode::{CONTAINERS, VIDEO_CODECS, VideoCodec};
use masque::frame::{FrameRate, Planes, Size};
use masque::pattern::{Pattern, SceneStyle};
use masque::render::{self, CpuRenderer, Renderer};
use masque::seed::Noise;
use masque::spec::{Speed, TrackSpec};

const SPEEDS: [Speed; 4] = [Speed::Fastest, Speed::Fast, Speed::Default, Speed::Best];

/// Samples a second of the audio.
const RATE: u32 = 48_000;

/// Where the audio of [`click`] begins, samples from the start.
const CLICK: usize = 24_000;

fn cpu_codecs() -> impl Iterator<Item = &'static VideoCodec> {
    VIDEO_CODECS.iter().filter(|row| row.on_cpu.is_none())
}

fn settings(container: &'static str, codec: &str) -> VideoSettings {
    VideoSettings {
        size: Size::new(128, 96),
        rate: FrameRate { num: 25, den: 1 },
        frames: 50,
        container,
        codec: codec.to_owned(),
        speed: Speed::Fast,
        bitrate: None,
        crf: None,
        gop: None,
        pixel_format: None,
        options: Vec::new(),
        track: None,
        dense: false,
    }
}

/// Noise where the frames are dense, else moving shapes.
fn encode(settings: &VideoSettings) -> Vec<u8> {
    let noise = Noise { key: [5; 32], stream: 3 };
    let pattern = if settings.dense { Pattern::Noise } else { Pattern::MovingShapes };
    let style = SceneStyle::Unique;
    let clip = render::Clip { pattern, style, size: settings.size, frames: settings.frames, noise };
    let audio = settings.track.as_ref().map(|_| click());
    let out = encode_clip(settings, Cursor::new(Vec::new()), audio, 1, |format, frames| {
        let mut from = CpuRenderer.open_clip(&clip, format, frames.start)?;
        Ok(Box::new(move |planes: &mut Planes<'_>| from.read(planes)))
    });
    out.unwrap_or_else(|why| panic!("{} {:?}: {why}", settings.codec, settings.speed)).into_inner()
}

/// Silence, then a loud tone, in one channel.
fn click() -> Samples<'static> {
    let mut place = 0;
    Box::new(move |samples| {
        for sample in samples {
            *sample = if place < CLICK { 0 } else { [20_000, 20_000, -20_000, -20_000][place / 12 % 4] << 16 };
            place += 1;
        }
        Ok(())
    })
}

/// Frames of a clip from a time on, packed one after the other; all where `count` is none.
fn frames(path: &Path, from: Option<f64>, count: Option<usize>) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error"]);
    if let Some(seconds) = from {
        command.args(["-ss", &format!("{seconds:.3}")]);
    }
    command.arg("-i").arg(path).args(["-map", "0:v", "-fps_mode", "passthrough"]);
    if let Some(count) = count {
        command.args(["-frames:v", &count.to_string()]);
    }
    output(command.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]))
}

#[test]
fn seeks_show_what_a_decoding_from_the_start_shows() {
    for codec in cpu_codecs() {
        for speed in SPEEDS {
            let settings = VideoSettings { speed, gop: Some(12), ..settings(codec.containers[0], codec.name) };
            let file = Clip::save(settings.container, &encode(&settings));
            let whole = frames(file.path(), None, None);
            let size = whole.len() / settings.frames as usize;
            let keys = keyframes(file.path());
            assert!(keys.len() >= 4, "{} {speed:?}: {keys:?}", codec.name);
            for key in &keys[1..] {
                // From the keyframe itself, and from one of the frames that follow it.
                for (at, count) in [(*key, 4), (key + 1, 1)] {
                    let shown = frames(file.path(), Some(settings.rate.seconds(at as u32)), Some(count));
                    let count = count.min(settings.frames as usize - at);
                    assert!(shown == whole[at * size..][..count * size], "{} {speed:?}: frame {at}", codec.name);
                }
            }
        }
    }
}

/// The boxes of an MP4, by their four letters.
fn boxes(mut bytes: &[u8]) -> Vec<String> {
    let mut kinds = Vec::new();
    while let Some((size, rest)) = bytes.split_first_chunk::<4>() {
        kinds.push(String::from_utf8_lossy(&rest[..4]).into_owned());
        bytes = &bytes[u32::from_be_bytes(*size) as usize..];
    }
    kinds
}

#[test]
fn an_mp4_can_be_decoded_from_a_pipe() {
    for codec in VIDEO_CODECS.iter().filter(|row| row.on_cpu.is_none() && row.containers.contains(&"mp4")) {
        let mut track = TrackSpec::new("aac");
        track.sample_rate = RATE;
        let settings = VideoSettings { track: Some(track), ..settings("mp4", codec.name) };
        let bytes = encode(&settings);
        assert_eq!(boxes(&bytes)[..2], ["ftyp", "moov"], "{}", codec.name);
        let mut ffmpeg = Command::new("ffmpeg")
            .args(["-v", "error", "-i", "pipe:0", "-map", "0", "-f", "framemd5", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = ffmpeg.stdin.take().unwrap();
        let copy = bytes.clone();
        let feeder = thread::spawn(move || pipe.write_all(&copy));
        let piped = ffmpeg.wait_with_output().unwrap();
        feeder.join().unwrap().unwrap();
        assert_eq!(String::from_utf8_lossy(&piped.stderr), "", "{}", codec.name);
        let file = Clip::save("mp4", &bytes);
        let how = ["-map", "0", "-f", "framemd5", "-"];
        let from_file = output(Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(file.path()).args(how));
        assert!(piped.stdout == from_file, "{}", codec.name);
    }
}

#[test]
fn images_and_audio_begin_together_at_the_start() {
    for container in &CONTAINERS {
        for codec in cpu_codecs().filter(|row| row.containers.contains(&container.name)) {
            for (audio, speed) in
                container.tracks.iter().flat_map(|audio| [(audio, Speed::Fast), (audio, Speed::Default)])
            {
                let name = format!("{} {audio} {speed:?} in {}", codec.name, container.name);
                let mut track = TrackSpec::new(*audio);
                track.sample_rate = RATE;
                let settings = VideoSettings { track: Some(track), speed, ..settings(container.name, codec.name) };
                let file = Clip::save(container.name, &encode(&settings));
                assert_eq!(first_times(file.path()), [0.0, 0.0], "{name}");
                assert_eq!(ffprobe(file.path())["streams"][0]["start_time"], "0.000000", "{name}");
                let samples = decode_audio(file.path(), 1);
                let click = samples.iter().position(|sample| sample[0].abs() > 6000).unwrap();
                assert!(click.abs_diff(CLICK) < 200, "{name}: sample {click}");
            }
        }
    }
}

/// When the first frame and the first samples are shown, seconds.
fn first_times(path: &Path) -> [f64; 2] {
    ["v", "a"].map(|kind| {
        let how = ["-v", "error", "-select_streams", kind, "-show_entries", "frame=pts_time", "-of", "csv=p=0"];
        let times = output(Command::new("ffprobe").args(how).arg(path));
        let times = String::from_utf8(times).unwrap();
        times.lines().next().unwrap().trim_end_matches(',').parse().unwrap()
    })
}

/// Every encoder at every speed; those that may keep up with the clock at rates of which one leaves them no time.
#[test]
fn bytes_do_not_depend_on_the_load() {
    let kinds = cpu_codecs().flat_map(|codec| SPEEDS.map(|speed| (codec, speed)));
    let clips = kinds.flat_map(|(codec, speed)| {
        let quick = matches!(speed, Speed::Fastest | Speed::Fast);
        let (size, rates) = match codec.follows_the_clock && quick {
            true => (Size::new(320, 192), &[120, 180, 240, 300][..]),
            false => (Size::new(128, 96), &[30][..]),
        };
        rates.iter().map(move |num| VideoSettings {
            size,
            rate: FrameRate { num: *num, den: 1 },
            speed,
            frames: if quick { 24 } else { 6 },
            dense: true,
            ..settings(codec.containers[0], codec.name)
        })
    });
    let clips: Vec<_> = clips.map(|settings| (encode(&settings), settings)).collect();
    let again = || clips.iter().filter(|(alone, settings)| encode(settings) != *alone).map(|(_, settings)| settings);
    let done = AtomicBool::new(false);
    let differ: Vec<_> = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    while begun.elapsed() < Duration::from_millis(3) {}
                    thread::yield_now();
                }
            });
        }
        let encoders: Vec<_> = (0..2).map(|_| scope.spawn(|| again().collect::<Vec<_>>())).collect();
        let differ: Vec<_> = encoders.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        differ.into_iter().flat_map(|differ| differ.unwrap()).collect()
    });
    let names: Vec<_> = differ.iter().map(|settings| format!("{} {:?}", settings.codec, settings.speed)).collect();
    assert!(names.is_empty(), "{names:?}");
}

/// At a frame or less a second a deadline of a second is shorter than a frame, which an encoder may take as a haste.
#[test]
fn slow_clips_are_encoded_with_the_same_care() {
    let rate = FrameRate { num: 1, den: 2 };
    let quick = VideoSettings { speed: Speed::Best, ..settings("webm", "libvpx") };
    let slow = VideoSettings { rate, ..quick.clone() };
    let frames = |settings: &VideoSettings| frames(Clip::save("webm", &encode(settings)).path(), None, None);
    assert!(frames(&quick) == frames(&slow));
}
