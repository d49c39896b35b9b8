//! Cost of an image, everything included: pixels, encoding, digest, base64; on one core, beside Pillow with the same settings.
//! Arguments: words that a row's name must contain.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use masque::content::image::Sources;
use masque::encode::image::png::Stored;
use masque::encode::{IMAGE_CODECS, ImageCodec};
use masque::frame::{Raster, Size};
use masque::io::payload::{BufferPool, FileName, Store};
use masque::pattern::{Pattern, SceneStyle};
use masque::render::{Clip, CpuRenderer, Renderer};
use masque::seed::{Noise, Seed};
use masque::spec::{Chroma, Distribution, Fit, ImageSource, ImageSpec, Sampling};

const SIZES: [(&str, Size); 3] =
    [("512", Size::new(512, 512)), ("1080p", Size::new(1920, 1080)), ("2160p", Size::new(3840, 2160))];

/// Prints milliseconds each: what the same image costs in Pillow.
const PILLOW: &str = r#"
import base64, io, os, sys, time
from PIL import Image
source, form, width, height, image = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
how = {"png": {}, "jpeg": {"quality": 85, "subsampling": 0}, "webp": {"quality": 85}}[form]
shown = Image.open(image).convert("RGB")
count, started = 0, time.process_time()
while time.process_time() - started < 1 or count < 2:
    if source == "noise":
        image = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    else:
        image = shown.resize((width, height))
    file = io.BytesIO()
    image.save(file, form, **how)
    base64.b64encode(file.getvalue()).decode()
    count += 1
print((time.process_time() - started) * 1000 / count)
"#;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    println!("{:24} {:>10} {:>12} {:>10} {:>8}", "", "ms each", "bytes", "Pillow ms", "ratio");
    for source in ["noise", "assets"] {
        for row in &IMAGE_CODECS {
            for (label, size) in SIZES {
                let name = format!("{source} {} {label}", row.name);
                if words.iter().all(|word| name.contains(word.as_str())) {
                    let (ms, bytes) = measure(source, row, size);
                    let pillow = pillow(source, row.name, size);
                    let (shown, ratio) =
                        pillow.map_or(("-".into(), "-".into()), |p| (format!("{p:.2}"), format!("{:.2}", p / ms)));
                    println!("{name:24} {ms:>10.2} {bytes:>12} {shown:>10} {ratio:>8}");
                }
            }
        }
    }
}

fn measure(source: &str, row: &ImageCodec, size: Size) -> (f64, u64) {
    let mut spec = ImageSpec::new(Distribution::fixed(1.0), Distribution::fixed(1.0));
    spec.source = match source {
        "noise" => ImageSource::Noise,
        _ => ImageSource::Set { name: "assets".into(), sampling: Sampling::SequentialCycle },
    };
    spec.fit = Fit::Stretch;
    spec.formats = vec![row.format];
    spec.quality = 85;
    spec.chroma = Chroma::Yuv444;
    let sources = Sources::open(&spec.source, Seed(1), Arc::new(|_: &str| {})).unwrap();
    let store = Store::Inline(Arc::new(BufferPool::default()));
    let make = |number: u64| {
        let out = store.open(&FileName { path: "bench".into(), shared: false }).unwrap();
        let encoded = |image: &Raster, mut out| {
            (row.encode)(image, &spec, &mut out).unwrap();
            out.finish().unwrap().bytes
        };
        if let Some(sources) = &sources {
            // Always the first image, as Pillow's.
            return encoded(&sources.image(0, size, spec.fit).unwrap().1, out);
        }
        let noise = Noise { key: [1; 32], stream: number };
        let clip = Clip { pattern: Pattern::Noise, style: SceneStyle::Unique, size, frames: 1, noise };
        let mut pixels = CpuRenderer.open_still(&clip, 0).unwrap();
        if spec.stores_noise(row.format) {
            return Stored::write_together(vec![Stored::new(size, pixels, out).unwrap()]).unwrap()[0].bytes;
        }
        let mut noise = Raster::blank(size, false).unwrap();
        pixels.read(&mut noise.pixels).unwrap();
        encoded(&noise, out)
    };
    let mut bytes = make(0);
    let (mut count, started) = (0, Instant::now());
    while started.elapsed() < Duration::from_secs(1) || count < 2 {
        count += 1;
        bytes = make(count);
    }
    (started.elapsed().as_secs_f64() * 1000.0 / count as f64, bytes)
}

fn pillow(source: &str, format: &str, size: Size) -> Option<f64> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "/usr/bin/python3".into());
    let image = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/source_images/astronaut.png");
    let (width, height) = (size.width.to_string(), size.height.to_string());
    let output = Command::new(python).args(["-c", PILLOW, source, format, &width, &height, image]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
