//! The CPU renderer: goldens, the fast paths against the plain twins, and what sets one clip apart from another.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::HashSet;

use masque::frame::{PixelFormat, PlaneMut, Size, split_tight};
use masque::pattern::{Clip, PATTERNS, Pattern, SceneStyle};
use masque::render::{CpuRenderer, Renderer, yuv};
use masque::seed::{Address, Seed};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const STYLES: [SceneStyle; 2] = [SceneStyle::Canonical, SceneStyle::Unique];

fn clip(pattern: Pattern, style: SceneStyle, size: (u32, u32), frames: u32, index: u64) -> Clip {
    let noise = Address::of_item("video", index, 0).noise(Seed(42));
    Clip { pattern, style, size: Size::new(size.0, size.1), frames, noise }
}

fn image(clip: &Clip, index: u32) -> Vec<u8> {
    let mut rgb = vec![0; clip.size.rgb_bytes() as usize];
    CpuRenderer.open_still(clip, index).unwrap().read(&mut rgb).unwrap();
    rgb
}

fn frame(clip: &Clip, format: PixelFormat, index: u32) -> Vec<u8> {
    let mut bytes = vec![0; format.frame_bytes(clip.size)];
    CpuRenderer.open_clip(clip, format, index).unwrap().read(&mut split_tight(&mut bytes, format, clip.size)).unwrap();
    bytes
}

/// An image by asking the twin for each pixel.
fn plain_still(clip: &Clip, index: u32) -> Vec<u8> {
    let content = clip.scene().unwrap().content(index);
    let pixels = (0..clip.size.height).flat_map(|y| (0..clip.size.width).map(move |x| (x, y)));
    pixels.flat_map(|(x, y)| content.pixel(x, y).to_le_bytes().into_iter().take(3)).collect()
}

/// A frame from an image, pixel by pixel.
fn plain_frame(rgb: &[u8], size: Size, format: PixelFormat) -> Vec<u8> {
    let (width, height) = (size.width as usize, size.height as usize);
    let at = |x: usize, y: usize| {
        let first = (y.min(height - 1) * width + x.min(width - 1)) * 3;
        [0, 1, 2].map(|channel| i32::from(rgb[first + channel]))
    };
    let luma = |p: &[u8]| yuv::luma(p[0].into(), p[1].into(), p[2].into()) as u8;
    let mut bytes: Vec<u8> = rgb.chunks_exact(3).map(luma).collect();
    let (mut blue, mut red) = (Vec::new(), Vec::new());
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let block = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
            let [r, g, b] = [0, 1, 2].map(|channel| block.iter().map(|colour| colour[channel]).sum());
            blue.push(yuv::cb(r, g, b) as u8);
            red.push(yuv::cr(r, g, b) as u8);
        }
    }
    match format {
        PixelFormat::I420 => bytes.extend(blue.iter().chain(&red)),
        PixelFormat::Nv12 => bytes.extend(blue.iter().zip(&red).flat_map(|(u, v)| [*u, *v])),
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn fast_path_matches_plain_twin(
        pattern in 0..PATTERNS.len(), style in 0..2_usize, width in 1_u32..300, height in 1_u32..120,
        frames in 1_u32..40, at in 0.0..1.0_f64, index: u32, nv12: bool,
    ) {
        let clip = clip(PATTERNS[pattern].pattern, STYLES[style], (width, height), frames, index.into());
        let at = (f64::from(frames) * at) as u32;
        let plain = plain_still(&clip, at);
        prop_assert!(image(&clip, at) == plain, "{:?} image", clip);
        let format = PixelFormat::ALL[usize::from(nv12)];
        prop_assert!(frame(&clip, format, at) == plain_frame(&plain, clip.size, format), "{:?} {:?}", clip, format);
    }

    #[test]
    fn strides_and_lengths_of_reads_change_nothing(
        width in 1_u32..90, height in 1_u32..50, gap in 0_usize..9, cut in 1_usize..700, pattern in 0..PATTERNS.len(),
    ) {
        let clip = clip(PATTERNS[pattern].pattern, SceneStyle::Unique, (width, height), 5, 3);
        let mut rgb = vec![0; clip.size.rgb_bytes() as usize];
        let mut pixels = CpuRenderer.open_still(&clip, 2).unwrap();
        rgb.chunks_mut(cut).for_each(|part| pixels.read(part).unwrap());
        prop_assert!(rgb == image(&clip, 2));

        let layout = PixelFormat::I420.planes(clip.size);
        let mut wide: Vec<Vec<u8>> = layout.iter().map(|(row, rows)| vec![7; (row + gap) * rows]).collect();
        let strided = wide.iter_mut().zip(&layout).map(|(data, (row, _))| PlaneMut { data, stride: row + gap });
        CpuRenderer.open_clip(&clip, PixelFormat::I420, 2).unwrap().read(&mut strided.collect()).unwrap();
        let lines = wide.iter().zip(&layout).flat_map(|(data, (row, _))| data.chunks(row + gap).map(|line| line.split_at(*row)));
        let (inside, between): (Vec<&[u8]>, Vec<&[u8]>) = lines.unzip();
        prop_assert!(inside.concat() == frame(&clip, PixelFormat::I420, 2));
        prop_assert!(between.concat().iter().all(|byte| *byte == 7), "wrote between the rows");
    }
}

/// Large frames, where products are largest and chunks are whole.
#[test]
fn fast_path_matches_plain_twin_when_large() {
    let cases = [(STYLES[0], (1920, 1080)), (STYLES[1], (1283, 719)), (STYLES[1], (9, 8192)), (STYLES[1], (16_384, 3))];
    for (row, (style, size)) in PATTERNS.iter().flat_map(|row| cases.map(|case| (row, case))) {
        let clip = clip(row.pattern, style, size, 30, 1);
        let plain = plain_still(&clip, 17);
        assert!(image(&clip, 17) == plain, "{clip:?}");
        assert!(frame(&clip, PixelFormat::I420, 17) == plain_frame(&plain, clip.size, PixelFormat::I420), "{clip:?}");
    }
}

/// The extremes of the twins' arithmetic: nothing overflows (this profile checks) where a scene has its greatest size.
#[test]
fn largest_scenes_do_not_overflow() {
    for (row, style) in PATTERNS.iter().flat_map(|row| STYLES.map(|style| (row, style))) {
        for index in 0..20 {
            let clip = clip(row.pattern, style, (16_384, 16_384), 10, index);
            let content = clip.scene().unwrap().content(9);
            for x in (0..16_384).step_by(129).chain([16_383]) {
                for y in (0..16_384).step_by(517).chain([16_383]) {
                    let _ = content.pixel(x, y);
                }
            }
        }
    }
    let over = clip(Pattern::GridClock, STYLES[0], (16, 16_385), 1, 0);
    assert!(CpuRenderer.open_still(&over, 0).err().unwrap().to_string().starts_with("video.height: 16x16385"));
}

/// Value-stable: a change here is value-breaking.
#[test]
fn golden_frames() {
    let mut digests = Vec::new();
    for (row, style) in PATTERNS.iter().flat_map(|row| STYLES.map(|style| (row, style))) {
        let mut hash = Sha256::new();
        for index in [0, 7, 19] {
            let clip = clip(row.pattern, style, (213, 117), 20, 5);
            hash.update(image(&clip, index));
            hash.update(frame(&clip, PixelFormat::I420, index));
            hash.update(frame(&clip, PixelFormat::Nv12, index));
        }
        let digest: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        digests.push(format!("{} {style:?} {digest}", row.name));
    }
    assert_eq!(digests, GOLDENS);
}

const GOLDENS: &[&str] = &[
    "moving_shapes Canonical 0f0bd135360f327c",
    "moving_shapes Unique e572f4fdcf1c1def",
    "grid_clock Canonical d0fa02d5d8d76c91",
    "grid_clock Unique 9f73d3b720e1bcb2",
    "noise Canonical b041c57e5b491c4a",
    "noise Unique b041c57e5b491c4a",
];

/// No frame of one record's clip is a frame of another's, nor does a clip repeat one.
#[test]
fn unique_clips_share_no_frame() {
    for row in PATTERNS {
        let mut seen = HashSet::new();
        for (index, at) in (0..400).flat_map(|index| (0..4).map(move |at| (index, at))) {
            let clip = clip(row.pattern, SceneStyle::Unique, (96, 64), 4, index);
            assert!(seen.insert(image(&clip, at)), "{} repeats frame {at} of record {index}", row.name);
        }
    }
}

#[test]
fn canonical_clips_are_one_clip() {
    for pattern in PATTERNS.iter().map(|row| row.pattern).filter(|pattern| *pattern != Pattern::Noise) {
        let of = |index| image(&clip(pattern, SceneStyle::Canonical, (64, 48), 9, index), 3);
        assert!(of(1) == of(2));
    }
}
