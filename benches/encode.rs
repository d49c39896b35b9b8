//! Cost of whole clips: every pattern, three sizes and every encoder at the fast setting, from the CPU renderer into memory,
//! beside the `ffmpeg` command that encodes the same frames from a raw file in memory with the same options. Arguments: words
//! that a line's name must contain, and `workers=N`, `frames=N`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs::{self, File};
use std::io::{BufWriter, Cursor, Write};
use std::process::Command;
use std::time::Instant;

use masque::encode::video::{VideoSettings, encode_clip};
use masque::encode::{VIDEO_CODECS, VideoCodec};
use masque::frame::{FrameRate, PixelFormat, Planes, Size, split_tight};
use masque::pattern::{PATTERNS, Pattern, SceneStyle};
use masque::render::{Clip, CpuRenderer, Renderer};
use masque::seed::Seed;
use masque::spec::Speed;

const SIZES: [(&str, Size); 3] =
    [("720p", Size::new(1280, 720)), ("1080p", Size::new(1920, 1080)), ("2160p", Size::new(3840, 2160))];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.parse::<u32>().ok());
    let workers = number("workers=").unwrap_or(1) as usize;
    let named: Vec<_> = words.iter().filter(|word| !word.contains('=')).collect();
    println!("{:40} {:>8} {:>8} {:>12} {:>8} {:>8}", "", "frames/s", "CPU s", "bytes", "ffmpeg s", "ratio");
    for ((label, size), row) in SIZES.iter().flat_map(|size| PATTERNS.iter().map(move |row| (size, row))) {
        let frames = number("frames=").unwrap_or(if row.pattern == Pattern::Noise { 10 } else { 60 });
        for codec in &VIDEO_CODECS {
            let name = format!("{label} {} cpu {}", row.name, codec.name);
            if named.iter().all(|word| name.contains(word.as_str())) {
                measure(&name, codec, row.pattern, *size, frames, workers);
            }
        }
    }
}

fn measure(name: &str, codec: &VideoCodec, pattern: Pattern, size: Size, frames: u32, workers: usize) {
    let settings = VideoSettings {
        size,
        rate: FrameRate { num: 30, den: 1 },
        frames,
        container: codec.containers[0],
        codec: codec.name.to_owned(),
        speed: Speed::Fast,
        bitrate: None,
        crf: None,
        gop: None,
        pixel_format: None,
        options: Vec::new(),
        track: None,
        dense: pattern == Pattern::Noise,
    };
    let noise = masque::seed::Noise { key: Seed(7).key("bench"), stream: 0 };
    let clip = Clip { pattern, style: SceneStyle::Unique, size, frames, noise };
    let (started, before) = (Instant::now(), cpu_seconds());
    let result = encode_clip(&settings, Cursor::new(Vec::new()), None, workers, |format, range| {
        let mut frames = CpuRenderer.open_clip(&clip, format, range.start)?;
        Ok(Box::new(move |planes: &mut Planes<'_>| frames.read(planes)))
    });
    let bytes = match result {
        Ok(out) => out.into_inner().len(),
        Err(error) => return println!("{name:40} {error}"),
    };
    let (wall, ours) = (started.elapsed().as_secs_f64(), cpu_seconds() - before);
    let bare = ffmpeg(codec, &clip);
    println!("{name:40} {:8.1} {ours:8.2} {bytes:12} {bare:8.2} {:8.2}", f64::from(frames) / wall, ours / bare);
}

/// CPU seconds of the `ffmpeg` command on a raw file in memory that holds the clip in the encoder's own pixel format.
fn ffmpeg(codec: &VideoCodec, clip: &Clip) -> f64 {
    let raw = format!("/dev/shm/masque-bench-{}.yuv", std::process::id());
    let format = if codec.pixel_format == "nv12" { PixelFormat::Nv12 } else { PixelFormat::I420 };
    let mut file = BufWriter::new(File::create(&raw).unwrap());
    let mut frames = CpuRenderer.open_clip(clip, format, 0).unwrap();
    let mut frame = vec![0; format.frame_bytes(clip.size)];
    for _ in 0..clip.frames {
        frames.read(&mut split_tight(&mut frame, format, clip.size)).unwrap();
        file.write_all(&frame).unwrap();
    }
    file.flush().unwrap();
    let before = cpu_seconds();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-f", "rawvideo", "-pix_fmt", codec.pixel_format, "-r", "30"]);
    command.args(["-s", &format!("{}x{}", clip.size.width, clip.size.height), "-i", &raw, "-c:v", codec.name]);
    for (key, value) in codec.options(Speed::Fast) {
        command.args([format!("-{key}"), value]);
    }
    let output = command.args(["-f", codec.containers[0], "-y", &format!("{raw}.out")]).output().unwrap();
    let spent = cpu_seconds() - before;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(&raw).unwrap();
    fs::remove_file(format!("{raw}.out")).unwrap();
    spent
}

/// CPU seconds of this process and of the children that it waited for.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields.skip(11).take(4).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}
