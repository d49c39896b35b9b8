//! Cost of encoding: every codec, two sizes and two scenes at the fast setting, from frames in memory, beside the `ffmpeg`
//! command with the same options. Arguments: words that the line's name must contain, and `workers=N`, `frames=N`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::Cursor;
use std::process::Command;
use std::time::Instant;

use masque::encode::video::{VideoSettings, encode_clip};
use masque::encode::{CODECS, Codec};
use masque::frame::{FrameRate, PixelFormat, Planes, Size, split_tight};
use masque::seed::Seed;
use masque::spec::Speed;
use rand::Rng;

const SIZES: [(&str, Size); 2] = [("1080p", Size::new(1920, 1080)), ("2160p", Size::new(3840, 2160))];
const KINDS: [&str; 2] = ["square", "noise"];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.parse::<u32>().ok());
    let workers = number("workers=").unwrap_or(1);
    let named: Vec<_> = words.iter().filter(|word| !word.contains('=')).collect();
    println!("{:32} {:>8} {:>8} {:>12} {:>8} {:>8}", "", "frames/s", "CPU s", "bytes", "ffmpeg s", "ratio");
    for ((label, size), kind) in SIZES.iter().flat_map(|size| KINDS.map(|kind| (size, kind))) {
        let frames = number("frames=").unwrap_or(if kind == "noise" { 20 } else { 60 });
        for row in &CODECS {
            let name = format!("{label} {kind} {}", row.name);
            if named.iter().all(|word| name.contains(word.as_str())) {
                measure(&name, row, *size, kind, frames, workers as usize);
            }
        }
    }
}

fn measure(name: &str, row: &Codec, size: Size, kind: &str, frames: u32, workers: usize) {
    let settings = VideoSettings {
        size,
        rate: FrameRate { num: 30, den: 1 },
        frames,
        container: row.containers[0],
        codec: row.name.to_owned(),
        speed: Speed::Fast,
        bitrate: None,
        crf: None,
        gop: None,
        pixel_format: None,
        options: Vec::new(),
        track: None,
    };
    let kept = frames.min(60);
    let clip: Vec<_> = (0..kept).map(|frame| picture(kind, size, frame)).collect();
    let (started, before) = (Instant::now(), cpu_seconds());
    let result = encode_clip(&settings, Cursor::new(Vec::new()), None, workers, |format, range| {
        let (clip, mut frame) = (&clip, range.start);
        Ok(Box::new(move |planes: &mut Planes<'_>| {
            copy(&clip[(frame % kept) as usize], format, size, planes);
            frame += 1;
            Ok(())
        }))
    });
    let bytes = match result {
        Ok(out) => out.into_inner().len(),
        Err(error) => return println!("{name:32} {error}"),
    };
    let (wall, ours) = (started.elapsed().as_secs_f64(), cpu_seconds() - before);
    let bare = ffmpeg(row, &clip, size);
    let ratio = ours / bare * f64::from(kept) / f64::from(frames);
    println!("{name:32} {:8.1} {ours:8.2} {bytes:12} {bare:8.2} {ratio:8.2}", f64::from(frames) / wall);
}

/// CPU seconds of the `ffmpeg` command on a raw file in memory.
fn ffmpeg(row: &Codec, clip: &[Vec<u8>], size: Size) -> f64 {
    let raw = format!("/dev/shm/masque-bench-{}.yuv", std::process::id());
    fs::write(&raw, clip.concat()).unwrap();
    let before = cpu_seconds();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-r", "30"]);
    command.args(["-s", &format!("{}x{}", size.width, size.height), "-i", &raw, "-c:v", row.name]);
    for (key, value) in row.options(Speed::Fast) {
        command.args([format!("-{key}"), value]);
    }
    let output = command.args(["-f", row.containers[0], "-y", &format!("{raw}.out")]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(&raw).unwrap();
    fs::remove_file(format!("{raw}.out")).unwrap();
    cpu_seconds() - before
}

/// A tightly packed I420 frame: a bright square on black that moves, or noise.
fn picture(kind: &str, size: Size, frame: u32) -> Vec<u8> {
    let mut bytes = vec![0; PixelFormat::I420.frame_bytes(size)];
    if kind == "noise" {
        Seed(7).stream("bench", u64::from(frame)).fill_bytes(&mut bytes);
        bytes.iter_mut().for_each(|byte| *byte = 16 + *byte / 2 + *byte / 3);
        return bytes;
    }
    let mut planes = split_tight(&mut bytes, PixelFormat::I420, size);
    let (luma, chroma) = planes.split_first_mut().unwrap();
    luma.data.fill(16);
    chroma.iter_mut().for_each(|plane| plane.data.fill(128));
    let side = size.height as usize / 4;
    let left = (size.width * frame / 60) as usize % (size.width as usize - side);
    for row in luma.data.chunks_mut(luma.stride).skip(side).take(side) {
        row[left..][..side].fill(180);
    }
    bytes
}

fn copy(picture: &[u8], format: PixelFormat, size: Size, planes: &mut Planes<'_>) {
    let mut rest = picture;
    let mut take = |count: usize| {
        let (row, tail) = rest.split_at(count);
        rest = tail;
        row
    };
    let (width, height) = (size.width as usize, size.height as usize);
    for y in 0..height {
        let start = y * planes[0].stride;
        planes[0].data[start..][..width].copy_from_slice(take(width));
    }
    let half = width.div_ceil(2);
    match format {
        PixelFormat::I420 => {
            for (plane, y) in [1, 2].into_iter().flat_map(|plane| (0..height.div_ceil(2)).map(move |y| (plane, y))) {
                let start = y * planes[plane].stride;
                planes[plane].data[start..][..half].copy_from_slice(take(half));
            }
        }
        PixelFormat::Nv12 => {
            let (u, v) = take(2 * half * height.div_ceil(2)).split_at(half * height.div_ceil(2));
            for (y, (u, v)) in u.chunks(half).zip(v.chunks(half)).enumerate() {
                let start = y * planes[1].stride;
                let pairs = planes[1].data[start..][..2 * half].as_chunks_mut::<2>().0;
                pairs.iter_mut().zip(u.iter().zip(v)).for_each(|(to, (u, v))| *to = [*u, *v]);
            }
        }
    }
}

/// CPU seconds of this process and of the children that it waited for.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields.skip(11).take(4).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}
