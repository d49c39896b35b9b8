//! Frames a second of every pattern, size and renderer, as a ratio to copying the same frames from memory to memory: no
//! renderer can be faster than that by much, whatever it draws. `cargo bench --bench render`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use masque::frame::{PixelFormat, Size, split_tight};
use masque::pattern::{Clip, PATTERNS, SceneStyle};
use masque::render::gpu::{GpuRenderer, adapters};
use masque::render::{CpuRenderer, Renderer};
use masque::seed::{Address, Seed};

const SIZES: [Size; 3] =
    [Size { width: 640, height: 480 }, Size { width: 1920, height: 1080 }, Size { width: 3840, height: 2160 }];

/// How long each row is measured for; the first eighth is not counted.
const TIME: Duration = Duration::from_millis(800);

fn main() {
    let mut renderers: Vec<Box<dyn Renderer>> = vec![Box::new(CpuRenderer)];
    for adapter in adapters() {
        renderers.push(Box::new(GpuRenderer::open(&adapter).unwrap()));
    }
    println!("{:14} {:>10} {:24} {:>8} {:>8} {:>10}", "pattern", "size", "renderer", "frame/s", "GB/s", "of a copy");
    for size in SIZES {
        let copies = copies(size);
        for row in PATTERNS {
            for renderer in &renderers {
                let noise = Address::of_item("video", 0, 0).noise(Seed(1));
                let clip = Clip { pattern: row.pattern, style: SceneStyle::Unique, size, frames: 1 << 20, noise };
                let format = PixelFormat::I420;
                let mut frame = vec![0; format.frame_bytes(size)];
                let mut frames = renderer.open_clip(&clip, format, 0).unwrap();
                let rate = rate(|| frames.read(&mut split_tight(&mut frame, format, size)).unwrap());
                let (shown, name) = (format!("{}x{}", size.width, size.height), renderer.name());
                let name = name.chars().take(24).collect::<String>();
                let bandwidth = rate * frame.len() as f64 / 1e9;
                println!("{:14} {shown:>10} {name:24} {rate:8.0} {bandwidth:8.2} {:10.3}", row.name, rate / copies);
            }
        }
    }
}

/// Copies of an I420 frame a second, from memory that no cache holds.
fn copies(size: Size) -> f64 {
    let length = PixelFormat::I420.frame_bytes(size);
    let from = vec![1_u8; length.max(256 << 20) / length * length];
    let mut to = vec![0_u8; length];
    let mut frames = from.chunks_exact(length).cycle();
    rate(|| to.copy_from_slice(std::hint::black_box(frames.next().unwrap())))
}

/// How often a second `run` runs.
fn rate(mut run: impl FnMut()) -> f64 {
    let warm = Instant::now();
    while warm.elapsed() < TIME / 8 {
        run();
    }
    let (start, mut times) = (Instant::now(), 0);
    while start.elapsed() < TIME {
        run();
        times += 1;
    }
    f64::from(times) / start.elapsed().as_secs_f64()
}
