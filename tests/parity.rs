//! The GPU renderer against the CPU's, byte for byte, on every adapter of this machine, software among them. With no adapter each
//! test is reported as ignored; with `MASQUE_REQUIRE_GPU=1` that is a failure.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use masque::error::Result;
use masque::frame::{PixelFormat, Planes, Size, split_tight};
use masque::pattern::{Clip, PATTERNS, SceneStyle};
use masque::render::gpu::{Breakdown, GpuRenderer, adapters};
use masque::render::{Backend, CpuRenderer, FailoverRenderer, Frames, Pixels, Renderer, ShardedRenderer, Warn, open};
use masque::seed::{Address, Seed};

const SIZES: [(u32, u32); 5] = [(1, 1), (7, 5), (213, 117), (640, 480), (1920, 1080)];
const STYLES: [SceneStyle; 2] = [SceneStyle::Canonical, SceneStyle::Unique];

fn main() {
    let mut arguments = Arguments::from_args();
    // A software adapter takes all cores by itself.
    arguments.test_threads.get_or_insert(2);
    let found = adapters();
    let required = std::env::var_os("MASQUE_REQUIRE_GPU").is_some_and(|value| value == "1");
    let mut trials = Vec::new();
    for number in 0..found.len().max(1) {
        let Some(adapter) = found.get(number) else {
            trials.extend(absent(required));
            continue;
        };
        let gpu = Arc::new(GpuRenderer::open(adapter).unwrap());
        let banded = Arc::new(GpuRenderer::open_banded(adapter, 64 << 10).unwrap());
        let name = |test: &str| format!("{number} {}: {test}", adapter.name());
        for (row, style, size) in cases() {
            let (gpu, clip) = (gpu.clone(), clip(row, style, size));
            let test = name(&format!("{} {style:?} {}x{}", PATTERNS[row].name, size.0, size.1));
            trials.push(Trial::test(test, move || same(&*gpu, &clip)));
        }
        for (row, _) in PATTERNS.iter().enumerate() {
            let banded = banded.clone();
            let test = name(&format!("{} in bands", PATTERNS[row].name));
            let sizes = [(640, 480), (213, 1117), (4, 5000), (30_000, 3)];
            trials.push(Trial::test(test, move || {
                let sizes = sizes.iter().filter(|size| size.0 <= 16_384 || PATTERNS[row].name == "noise");
                sizes.map(|size| clip(row, SceneStyle::Unique, *size)).try_for_each(|clip| same(&*banded, &clip))
            }));
        }
        for (test, run) in TESTS {
            let gpu = gpu.clone();
            trials.push(Trial::test(name(test), move || run(number, &gpu)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

type Run = fn(usize, &GpuRenderer) -> Result<(), Failed>;

const TESTS: [(&str, Run); 7] = [
    ("canary", canary),
    ("late frames of noise", late_noise),
    ("many clips at once", many_at_once),
    ("a device that breaks down, clips", broken_clips),
    ("a device that breaks down, images", broken_stills),
    ("dealt over several", dealt),
    ("a choice by number and name", chosen),
];

/// What is reported when there is no adapter.
fn absent(required: bool) -> Vec<Trial> {
    let names = cases().map(|(row, style, size)| format!("{} {style:?} {size:?}", PATTERNS[row].name));
    let names = names.chain(TESTS.iter().map(|(name, _)| (*name).to_owned()));
    let missing = || Err("MASQUE_REQUIRE_GPU=1, but Vulkan offers no adapter".into());
    names.map(|name| Trial::test(format!("no adapter: {name}"), missing).with_ignored_flag(!required)).collect()
}

fn cases() -> impl Iterator<Item = (usize, SceneStyle, (u32, u32))> {
    let styles = (0..PATTERNS.len()).flat_map(|row| STYLES.map(|style| (row, style)));
    styles.flat_map(|(row, style)| SIZES.map(|size| (row, style, size)))
}

fn clip(row: usize, style: SceneStyle, size: (u32, u32)) -> Clip {
    let noise = Address::of_item("video", 77, 1).noise(Seed(4));
    Clip { pattern: PATTERNS[row].pattern, style, size: Size::new(size.0, size.1), frames: 12, noise }
}

fn image(renderer: &dyn Renderer, clip: &Clip, index: u32) -> Result<Vec<u8>> {
    let mut rgb = vec![0; clip.size.rgb_bytes() as usize];
    let mut pixels = renderer.open_still(clip, index)?;
    // Odd cuts, as a writer of files may make them.
    let (head, tail) = rgb.split_at_mut(clip.size.rgb_bytes() as usize / 3);
    pixels.read(head)?;
    pixels.read(tail)?;
    Ok(rgb)
}

/// Frames `first..last`, tightly packed.
fn frames(renderer: &dyn Renderer, clip: &Clip, format: PixelFormat, first: u32, last: u32) -> Result<Vec<u8>> {
    let length = format.frame_bytes(clip.size);
    let mut bytes = vec![0; length * (last - first) as usize];
    let mut reader = renderer.open_clip(clip, format, first)?;
    for frame in bytes.chunks_exact_mut(length) {
        reader.read(&mut split_tight(frame, format, clip.size))?;
    }
    Ok(bytes)
}

fn equal(what: &str, clip: &Clip, gpu: &[u8], cpu: &[u8]) -> Result<(), Failed> {
    match gpu.iter().zip(cpu).position(|(gpu, cpu)| gpu != cpu) {
        None if gpu.len() == cpu.len() => Ok(()),
        first => Err(format!("{what} differs at byte {first:?} of {}: {clip:?}", cpu.len()).into()),
    }
}

/// The suite: every layout, some frames.
fn same(gpu: &dyn Renderer, clip: &Clip) -> Result<(), Failed> {
    for index in [0, 7, 11] {
        equal("RGB", clip, &image(gpu, clip, index)?, &image(&CpuRenderer, clip, index)?)?;
    }
    for format in PixelFormat::ALL {
        for (first, last) in [(0, 2), (7, 12)] {
            let cpu = frames(&CpuRenderer, clip, format, first, last)?;
            equal(&format!("{format:?}"), clip, &frames(gpu, clip, format, first, last)?, &cpu)?;
        }
    }
    Ok(())
}

/// A renderer with one bit wrong: the comparison must bite.
struct Flipped<'a>(&'a GpuRenderer);
struct FlippedReader<T>(T);

impl Renderer for Flipped<'_> {
    fn name(&self) -> String {
        "flipped".into()
    }
    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>> {
        Ok(Box::new(FlippedReader(self.0.open_still(clip, index)?)))
    }
    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>> {
        Ok(Box::new(FlippedReader(self.0.open_clip(clip, format, first)?)))
    }
}

impl Pixels for FlippedReader<Box<dyn Pixels + '_>> {
    fn read(&mut self, rgb: &mut [u8]) -> Result<()> {
        self.0.read(rgb)?;
        rgb.last_mut().into_iter().for_each(|byte| *byte ^= 1);
        Ok(())
    }
}

impl Frames for FlippedReader<Box<dyn Frames + '_>> {
    fn read(&mut self, planes: &mut Planes<'_>) -> Result<()> {
        self.0.read(planes)?;
        planes[1].data.last_mut().into_iter().for_each(|byte| *byte ^= 1);
        Ok(())
    }
}

fn canary(_: usize, gpu: &GpuRenderer) -> Result<(), Failed> {
    let clip = clip(1, SceneStyle::Unique, (213, 117));
    let (flipped, format) = (Flipped(gpu), PixelFormat::I420);
    let rgb = equal("RGB", &clip, &image(&flipped, &clip, 0)?, &image(&CpuRenderer, &clip, 0)?);
    let cpu = frames(&CpuRenderer, &clip, format, 0, 1)?;
    let yuv = equal("YUV", &clip, &frames(&flipped, &clip, format, 0, 1)?, &cpu);
    if rgb.is_ok() || yuv.is_ok() { Err("one flipped bit went unnoticed".into()) } else { Ok(()) }
}

/// Counters beyond 32 bits: the frame starts after 256 GiB of keystream.
fn late_noise(_: usize, gpu: &GpuRenderer) -> Result<(), Failed> {
    let mut clip = clip(2, SceneStyle::Unique, (1021, 67));
    clip.frames = u32::MAX;
    for index in [1_339_385, 1_339_386, 1_339_387, u32::MAX - 1] {
        equal("RGB", &clip, &image(gpu, &clip, index)?, &image(&CpuRenderer, &clip, index)?)?;
    }
    Ok(())
}

fn many_at_once(_: usize, gpu: &GpuRenderer) -> Result<(), Failed> {
    let run = |row| same(gpu, &clip(row, SceneStyle::Unique, (321, 200))).map_err(|failed| format!("{failed:?}"));
    let run = &run;
    let failures: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|i| scope.spawn(move || run(i % PATTERNS.len()))).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap().err()).collect()
    });
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ").into()) }
}

type Told = Arc<Mutex<Vec<String>>>;

/// A failover renderer on a device of its own, the device, and what is told to the user.
fn doomed(number: usize) -> Result<(FailoverRenderer, Arc<GpuRenderer>, Told)> {
    let gpu = Arc::new(GpuRenderer::open(&adapters()[number])?);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let warn: Warn = Arc::new(move |line: &str| listener.lock().unwrap().push(line.to_owned()));
    Ok((FailoverRenderer::new(Box::new(Shared(gpu.clone())), warn), gpu, told))
}

struct Shared(Arc<GpuRenderer>);

impl Renderer for Shared {
    fn name(&self) -> String {
        self.0.name()
    }
    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>> {
        self.0.open_still(clip, index)
    }
    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>> {
        self.0.open_clip(clip, format, first)
    }
}

fn told_once(told: &Mutex<Vec<String>>, renderer: &dyn Renderer) -> Result<(), Failed> {
    let told = told.lock().unwrap();
    if told.len() != 1 || told[0].contains('\n') || !renderer.name().ends_with(", then cpu") {
        return Err(format!("{}: told {told:?}", renderer.name()).into());
    }
    Ok(())
}

/// Breaks down in each way, before a clip and in the middle of it: the CPU goes on with the same bytes.
fn broken_clips(number: usize, _: &GpuRenderer) -> Result<(), Failed> {
    for (breakdown, at) in Breakdown::ALL.into_iter().flat_map(|breakdown| [(breakdown, 0), (breakdown, 6)]) {
        let (renderer, gpu, told) = doomed(number)?;
        let (format, mut clip) = (PixelFormat::Nv12, clip(1, SceneStyle::Unique, (213, 117)));
        clip.frames = 40;
        if at == 0 {
            gpu.break_down(breakdown);
        }
        let mut reader = renderer.open_clip(&clip, format, 0)?;
        for index in 0..20 {
            if index == at {
                gpu.break_down(breakdown);
            }
            let mut frame = vec![0; format.frame_bytes(clip.size)];
            reader.read(&mut split_tight(&mut frame, format, clip.size))?;
            equal("frame", &clip, &frame, &frames(&CpuRenderer, &clip, format, index, index + 1)?)?;
        }
        drop(reader);
        // A refusal of memory is met by the next clip.
        same(&renderer, &clip)?;
        told_once(&told, &renderer).map_err(|why| format!("{breakdown:?} at frame {at}: {why:?}"))?;
    }
    Ok(())
}

/// The same of an image.
fn broken_stills(number: usize, _: &GpuRenderer) -> Result<(), Failed> {
    for breakdown in Breakdown::ALL {
        let (renderer, gpu, told) = doomed(number)?;
        let clip = clip(2, SceneStyle::Unique, (6000, 5000));
        let mut rgb = vec![0; clip.size.rgb_bytes() as usize];
        let mut pixels = renderer.open_still(&clip, 3)?;
        for (i, part) in rgb.chunks_mut(1_000_003).enumerate() {
            if i == 7 {
                gpu.break_down(breakdown);
            }
            pixels.read(part)?;
        }
        drop(pixels);
        equal("image", &clip, &rgb, &image(&CpuRenderer, &clip, 3)?)?;
        image(&renderer, &clip, 4)?;
        told_once(&told, &renderer).map_err(|why| format!("{breakdown:?}: {why:?}"))?;
    }
    Ok(())
}

fn dealt(number: usize, gpu: &GpuRenderer) -> Result<(), Failed> {
    let more = (0..2).map(|_| GpuRenderer::open(&adapters()[number]).map(|gpu| Box::new(gpu) as Box<dyn Renderer>));
    let sharded = ShardedRenderer::new(more.collect::<Result<_>>()?);
    for index in 0..4 {
        let mut clip = clip(0, SceneStyle::Unique, (64, 48));
        clip.noise.stream = index << 16;
        same(&sharded, &clip)?;
    }
    if sharded.name() == format!("{0} + {0}", gpu.name()) { Ok(()) } else { Err(sharded.name().into()) }
}

fn chosen(number: usize, gpu: &GpuRenderer) -> Result<(), Failed> {
    let warn: Warn = Arc::new(|_: &str| {});
    let part = gpu.name()[1..].to_uppercase();
    for wanted in [number.to_string(), part] {
        let name = open(Backend::Gpu, Some(&wanted), &warn)?.name();
        if name != gpu.name() {
            return Err(format!("{wanted} gave {name}").into());
        }
    }
    let refused = open(Backend::Gpu, Some("no such"), &warn).err().map(|error| error.to_string()).unwrap_or_default();
    if !refused.starts_with("adapter: no adapter is no such") || !refused.contains(&gpu.name()) {
        return Err(refused.into());
    }
    if !adapters()[number].is_real() {
        let refused = open(Backend::Auto, Some(&number.to_string()), &warn).err().map(|error| error.to_string());
        if !refused.as_deref().unwrap_or_default().contains("is software") {
            return Err(format!("software was taken for a GPU: {refused:?}").into());
        }
    }
    Ok(())
}
