//! The canonical scenes beside another program's drawing of their description: moving shapes are the same to the pixel, those
//! that the image cuts off and a clock's hands and circle along their edges.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use masque::frame::Size;
use masque::pattern::{Clip, Pattern, SceneStyle};
use masque::render::{CpuRenderer, Renderer};
use masque::seed::{Address, Seed};

/// Odd sides, and such as no whole number of pixels goes into a frame, among them.
const SIZES: [(u32, u32); 5] = [(320, 200), (640, 480), (1280, 720), (321, 201), (97, 333)];
const FRAMES: u32 = 20;

/// The words of `grid_clock` stand here, in a font of our own.
const WORDS: (usize, usize) = (90, 24);

type Rgb = [u8; 3];

fn ours(pattern: Pattern, size: Size, frame: u32) -> Vec<u8> {
    let noise = Address::of_item("video", 0, 0).noise(Seed(1));
    let clip = Clip { pattern, style: SceneStyle::Canonical, size, frames: FRAMES, noise };
    let mut rgb = vec![0; size.rgb_bytes() as usize];
    CpuRenderer.open_still(&clip, frame).unwrap().read(&mut rgb).unwrap();
    rgb
}

fn pillow(pattern: Pattern, size: Size, frame: u32) -> Vec<u8> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/canonical.py");
    let mut python = Command::new("/usr/bin/python3");
    python.arg(script).arg(pattern.row().name);
    python.args([size.width, size.height, frame, FRAMES].map(|number| number.to_string()));
    let output = python.output().expect("the system's python3 with Pillow");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Nearer than this to the left or upper side a shape may be cut, pixels: there the description's own rounding, towards 0, makes
/// discs narrower by one.
const CUT: usize = 16;

/// Whether a pixel has a neighbour of another colour.
fn on_edge(image: &[Rgb], size: Size, x: usize, y: usize) -> bool {
    let (width, height) = (size.width as usize, size.height as usize);
    let near = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
    near(y, height).flat_map(|y| near(x, width).map(move |x| y * width + x)).any(|at| image[at] != image[y * width + x])
}

#[test]
fn canonical_scenes_are_those_of_their_description() {
    for pattern in [Pattern::MovingShapes, Pattern::GridClock] {
        for (width, height) in SIZES {
            let size = Size::new(width, height);
            for frame in [0, 1, 7, 13, FRAMES - 1] {
                let (ours, theirs) = (ours(pattern, size, frame), pillow(pattern, size, frame));
                assert_eq!(ours.len(), theirs.len());
                let (ours, theirs): (&[Rgb], &[Rgb]) = (ours.as_chunks().0, theirs.as_chunks().0);
                for (at, (our, their)) in ours.iter().zip(theirs).enumerate() {
                    let (x, y) = (at % width as usize, at / width as usize);
                    let free = match pattern {
                        Pattern::MovingShapes => x < CUT || y < CUT,
                        _ => true,
                    };
                    let words = pattern == Pattern::GridClock && x < WORDS.0 && y < WORDS.1;
                    let edge = || on_edge(theirs, size, x, y) || on_edge(ours, size, x, y);
                    let same = our == their || words || free && edge();
                    assert!(same, "{pattern:?} {width}x{height}, frame {frame}: {our:?}, not {their:?} at {x}, {y}");
                }
            }
        }
    }
}
