//! Every pattern in every codec and container, read back by other programs: frames, size, rate, duration, colour, audio and
//! image quality; and the same bytes for any number of workers.
#![allow(clippy::unwrap_used)]

mod decode;

use std::io::Cursor;

use decode::frames::{decode, decoders};
use decode::{Clip, decode_audio, ffprobe, ratio};
use masque::encode::samples::Samples;
use masque::encode::video::{VideoSettings, encode_clip, track_length, track_shape};
use masque::encode::{CONTAINERS, Container, VIDEO_CODECS, VideoCodec};
use masque::frame::{FrameRate, PixelFormat, Planes, Size, split_tight};
use masque::pattern::{PATTERNS, Pattern, SceneStyle};
use masque::render::{self, CpuRenderer, Renderer};
use masque::seed::Noise;
use masque::spec::{Speed, TrackSpec};

/// Least PSNR of luma and of each chroma plane in dB at `best`. Noise is what no codec predicts: the constant quality that
/// is right for images quantises it a little harder.
fn floor(pattern: Pattern) -> f64 {
    if pattern == Pattern::Noise { 30.0 } else { 38.0 }
}

fn settings(container: &'static str, codec: &str) -> VideoSettings {
    VideoSettings {
        size: Size::new(192, 112),
        rate: FrameRate { num: 30, den: 1 },
        frames: 12,
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

fn clip(settings: &VideoSettings, pattern: Pattern, style: SceneStyle) -> render::Clip {
    let noise = Noise { key: [5; 32], stream: 3 };
    render::Clip { pattern, style, size: settings.size, frames: settings.frames, noise }
}

fn encode(settings: &VideoSettings, workers: usize, clip: &render::Clip) -> masque::error::Result<Vec<u8>> {
    let audio = settings.track.as_ref().map(|track| tone(track.channels));
    let out = encode_clip(settings, Cursor::new(Vec::new()), audio, workers, |format, frames| {
        let mut from = CpuRenderer.open_clip(clip, format, frames.start)?;
        Ok(Box::new(move |planes: &mut Planes<'_>| from.read(planes)))
    })?;
    Ok(out.into_inner())
}

/// A triangle wave of 16 bits.
fn tone(channels: u16) -> Samples<'static> {
    let mut place = 0;
    Box::new(move |samples| {
        for sample in samples {
            *sample = (((place / i32::from(channels)) % 200 - 100).abs() * 300 - 15_000) << 16;
            place += 1;
        }
        Ok(())
    })
}

fn track(codec: &str, channels: u16) -> TrackSpec {
    let mut track = TrackSpec::new(codec);
    track.channels = channels;
    track
}

/// Every codec in each of its containers; those that need a graphics card, where there is one.
fn rows() -> impl Iterator<Item = (&'static VideoCodec, &'static Container)> {
    let here = |codec: &VideoCodec, container: &Container| {
        let settings = settings(container.name, codec.name);
        codec.on_cpu.is_none() || encode(&settings, 1, &clip(&settings, Pattern::Noise, SceneStyle::Unique)).is_ok()
    };
    let pairs = VIDEO_CODECS.iter().flat_map(|codec| CONTAINERS.iter().map(move |container| (codec, container)));
    pairs
        .filter(|(codec, container)| codec.containers.contains(&container.name))
        .filter(move |(codec, container)| here(codec, container))
}

/// Checks what ffprobe finds in a clip with these settings; returns its frames, on which two decoders must agree.
fn check(name: &str, settings: &VideoSettings, file: &Clip) -> Vec<u8> {
    let probe = ffprobe(file.path());
    let streams = probe["streams"].as_array().unwrap();
    let video = &streams[0];
    assert_eq!(video["nb_read_frames"], settings.frames.to_string(), "{name}: {video}");
    assert_eq!((&video["width"], &video["height"]), (&settings.size.width.into(), &settings.size.height.into()));
    assert_eq!(video["sample_aspect_ratio"].as_str().unwrap_or("1:1"), "1:1", "{name}");
    let rate = settings.rate;
    assert_eq!(ratio(&video["avg_frame_rate"]), (rate.num, rate.den), "{name}: {video}");
    for tag in ["color_space", "color_transfer", "color_primaries"] {
        // VP8 has no room for these tags; its container has.
        assert_eq!(video[tag], "bt709", "{name}: {video}");
    }
    assert_eq!(video["color_range"], "tv", "{name}");
    let seconds: f64 = probe["format"]["duration"].as_str().unwrap().parse().unwrap();
    // WebM counts in milliseconds; a track's last packet may be a fraction of a frame longer.
    let slack = if settings.track.is_some() { 0.025 } else { 0.001 };
    assert!((seconds - rate.seconds(settings.frames)).abs() <= slack, "{name}: {seconds} s");
    assert_eq!(streams.len(), 1 + usize::from(settings.track.is_some()), "{name}");
    if let Some(track) = &settings.track {
        let shape = track_shape(track);
        let length = track_length(rate, settings.frames, shape.sample_rate);
        let decoded = decode_audio(file.path(), shape.channels).len() as u64;
        if settings.container == "mp4" {
            // The edit list tells the length; ffmpeg's decoder does not cut the last packet at it.
            let (num, den) = ratio(&streams[1]["time_base"]);
            assert_eq!(
                streams[1]["duration_ts"].as_u64().unwrap() * u64::from(num * shape.sample_rate),
                length * u64::from(den),
                "{name}"
            );
            assert!((length..length + 1024).contains(&decoded), "{name}: {decoded} for {length}");
        } else {
            assert_eq!(decoded, length, "{name}");
        }
    }
    let [frames, others] = decoders(&settings.codec).map(|decoder| decode(file.path(), decoder));
    assert!(frames == others, "{name}: two decoders differ");
    frames
}

/// Encodes such a clip of the pattern, and checks it.
fn make_and_check(name: &str, settings: &VideoSettings, pattern: Pattern) {
    let made = encode(settings, 1, &clip(settings, pattern, SceneStyle::Unique));
    check(name, settings, &Clip::save(settings.container, &made.unwrap_or_else(|why| panic!("{name}: {why}"))));
}

/// PSNR in dB of each plane of a decoded clip against the frames that were rendered.
fn psnr(clip: &render::Clip, decoded: &[u8]) -> Vec<f64> {
    let format = PixelFormat::I420;
    let mut squares = [0.0_f64; 3];
    let mut frames = CpuRenderer.open_clip(clip, format, 0).unwrap();
    let mut raw = vec![0; format.frame_bytes(clip.size)];
    assert_eq!(decoded.len(), raw.len() * clip.frames as usize);
    for decoded in decoded.chunks(raw.len()) {
        frames.read(&mut split_tight(&mut raw, format, clip.size)).unwrap();
        let mut from = 0;
        for ((row, rows), sum) in format.planes(clip.size).into_iter().zip(&mut squares) {
            let pairs = raw[from..][..row * rows].iter().zip(&decoded[from..]);
            *sum += pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>();
            from += row * rows;
        }
    }
    let planes = format.planes(clip.size).into_iter().zip(squares);
    let mean = |(row, rows): (usize, usize), sum: f64| sum / (row * rows * clip.frames as usize) as f64;
    planes.map(|(plane, sum)| 10.0 * (255.0 * 255.0 / mean(plane, sum).max(1e-9)).log10()).collect()
}

#[test]
fn every_pattern_decodes_from_every_codec_in_every_container() {
    for (codec, container) in rows() {
        for pattern in PATTERNS.iter().map(|row| row.pattern) {
            for style in [SceneStyle::Unique, SceneStyle::Canonical] {
                let name = format!("{} {style:?} {} {}", pattern.row().name, codec.name, container.name);
                let settings = VideoSettings { speed: Speed::Best, ..settings(container.name, codec.name) };
                let scene = clip(&settings, pattern, style);
                let file = Clip::save(container.name, &encode(&settings, 1, &scene).unwrap());
                let levels = psnr(&scene, &check(&name, &settings, &file));
                assert!(levels.iter().all(|level| *level >= floor(pattern)), "{name}: {levels:.1?} dB");
            }
        }
    }
}

#[test]
fn every_speed_rate_and_length_is_exact() {
    let rates = [(30, 1), (30_000, 1001), (25, 2), (4, 1), (1, 2)].map(|(num, den)| FrameRate { num, den });
    let speeds = [Speed::Fastest, Speed::Fast, Speed::Default, Speed::Best];
    for (codec, container) in rows() {
        for (number, rate) in rates.into_iter().enumerate() {
            for frames in [1, 2, 3, 7] {
                let speed = speeds[number % 4];
                let settings = VideoSettings { rate, frames, speed, ..settings(container.name, codec.name) };
                let name = format!("{} {} {speed:?} {rate} fps {frames}", codec.name, container.name);
                make_and_check(&name, &settings, Pattern::MovingShapes);
            }
        }
    }
}

#[test]
fn every_audio_track_is_as_long_as_the_image() {
    for container in &CONTAINERS {
        for (audio, channels) in container.tracks.iter().flat_map(|audio| [(*audio, 1), (*audio, 2)]) {
            for (num, den, frames) in [(30, 1, 1), (30, 1, 31), (30_000, 1001, 61), (4, 1, 5)] {
                let settings = VideoSettings {
                    rate: FrameRate { num, den },
                    frames,
                    track: Some(track(audio, channels)),
                    ..settings(container.name, container.codec)
                };
                let name = format!("{audio} x {channels} {} {num}/{den} fps {frames}", container.name);
                make_and_check(&name, &settings, Pattern::GridClock);
            }
        }
    }
}

#[test]
fn bytes_do_not_depend_on_the_number_of_workers() {
    for (codec, container) in rows() {
        let track = Some(track(container.tracks[0], 2));
        let frames = 200;
        let settings = VideoSettings { track, frames, ..settings(container.name, codec.name) };
        let scene = clip(&settings, Pattern::MovingShapes, SceneStyle::Unique);
        let alone = encode(&settings, 1, &scene).unwrap();
        for workers in [2, 3] {
            let same = alone == encode(&settings, workers, &scene).unwrap();
            assert!(same, "{} {} by {workers}", codec.name, container.name);
        }
        check(codec.name, &settings, &Clip::save(container.name, &alone));
    }
}

#[test]
fn quality_rate_and_keyframes_are_heard() {
    for (codec, container) in rows() {
        let plain = VideoSettings { frames: 40, ..settings(container.name, codec.name) };
        let scene = clip(&plain, Pattern::Noise, SceneStyle::Unique);
        let size = |settings: &VideoSettings| encode(settings, 1, &scene).unwrap().len();
        let crf = |crf| size(&VideoSettings { crf: Some(crf), ..plain.clone() });
        assert!(crf(codec.crf.1 / 5) > crf(codec.crf.1 * 4 / 5), "{} crf", codec.name);
        let bits = |bitrate| size(&VideoSettings { bitrate: Some(bitrate), ..plain.clone() });
        assert!(bits(20_000_000) > bits(300_000), "{} bit rate", codec.name);
        let gop = VideoSettings { gop: Some(8), ..plain.clone() };
        let file = Clip::save(container.name, &encode(&gop, 1, &scene).unwrap());
        let keys = decode::keyframes(file.path());
        assert!(keys.windows(2).all(|pair| pair[1] - pair[0] <= 8), "{}: {keys:?}", codec.name);
        assert!(keys.len() >= 5, "{}: {keys:?}", codec.name);
    }
}

/// A clip of frames that fail fails with their reason, whoever encodes it.
#[test]
fn the_cause_of_a_failure_is_kept() {
    let settings = VideoSettings { frames: 300, ..settings("mp4", "libx264") };
    for workers in [1, 2, 5] {
        let failed = encode_clip(&settings, Cursor::new(Vec::new()), None, workers, |_, frames| {
            let mut frame = frames.start;
            Ok(Box::new(move |_: &mut Planes<'_>| {
                frame += 1;
                if frame > 90 { Err(masque::error::Error::Gpu(format!("frame {frame}"))) } else { Ok(()) }
            }))
        });
        let said = failed.map(|_| ()).unwrap_err().to_string();
        assert!(said.starts_with("GPU: frame "), "{workers}: {said}");
    }
}

/// A thread that panics ends the clip with an error, and no other thread waits for it.
#[test]
fn a_panic_of_one_segment_ends_the_clip() {
    let settings = VideoSettings { frames: 300, ..settings("mp4", "libx264") };
    for workers in [2, 5] {
        let failed = encode_clip(&settings, Cursor::new(Vec::new()), None, workers, |_, frames| {
            let mut frame = frames.start;
            Ok(Box::new(move |_: &mut Planes<'_>| {
                frame += 1;
                assert!(frame <= 90, "meant to panic");
                Ok(())
            }))
        });
        assert!(failed.map(|_| ()).unwrap_err().to_string().contains("panicked"), "{workers}");
    }
}

/// Runs in a process that gets no thread: see the test below.
#[test]
fn a_clip_without_threads() {
    let settings = VideoSettings { frames: 200, ..settings("mp4", "libx264") };
    let scene = clip(&settings, Pattern::MovingShapes, SceneStyle::Unique);
    assert!(encode(&settings, 3, &scene).unwrap() == encode(&settings, 1, &scene).unwrap());
}

/// Where the system refuses every thread (here for its stack, which is larger than any memory), a clip is encoded without.
#[test]
fn a_clip_is_encoded_without_threads_where_none_can_be_had() {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "a_clip_without_threads", "--test-threads=1"])
        .env("RUST_MIN_STACK", (1_u64 << 46).to_string());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// An encoder that waits for its end before it closes is ended when the frames fail, whether it had one or none.
#[test]
fn an_encoder_whose_frames_fail_does_not_hang() {
    for (codec, container) in rows() {
        for good in [0, 1, 5] {
            let settings = settings(container.name, codec.name);
            let failed = encode_clip(&settings, Cursor::new(Vec::new()), None, 1, |_, _| {
                let mut frame = 0;
                Ok(Box::new(move |_: &mut Planes<'_>| {
                    frame += 1;
                    if frame > good { Err(masque::error::Error::Gpu("gone".to_owned())) } else { Ok(()) }
                }))
            });
            assert_eq!(failed.map(|_| ()).unwrap_err().to_string(), "GPU: gone", "{} {good}", codec.name);
        }
    }
}
