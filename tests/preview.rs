//! `masque preview` at the far end: the PNG that the built binary wrote, and what it left alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::process::Command;

use binary::{masque, run};
use image::RgbImage;

const CLIP: &str = "--video-width 320 --video-height 180 --video-synth-type grid_clock";

/// Pixels from one cell to the next and around them, for frames of 320x180.
const PITCH: (u32, u32) = (328, 208);
const GAP: u32 = 8;

/// Frames of a clip; columns and rows of its sheet; the frames in it.
const SHEETS: [(u32, u32, u32, &[u32]); 5] = [
    (1, 1, 1, &[0]),
    (5, 5, 1, &[0, 1, 2, 3, 4]),
    (7, 3, 2, &[0, 1, 2, 4, 5, 6]),
    (9, 3, 3, &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
    (24, 4, 3, &[0, 2, 4, 6, 8, 10, 13, 15, 17, 19, 21, 23]),
];

fn preview(to: &Path, flags: &str) -> RgbImage {
    run(&format!("preview --output {} {flags}", to.display()));
    image::open(to).unwrap().to_rgb8()
}

fn cut(sheet: &RgbImage, left: u32, top: u32, width: u32, height: u32) -> RgbImage {
    image::imageops::crop_imm(sheet, left, top, width, height).to_image()
}

#[test]
fn a_sheet_has_the_first_and_the_last_frame_no_empty_cell_and_a_number_beneath_each() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("x.PNG");
    for (frames, columns, rows, shown) in SHEETS {
        let clip = format!("{CLIP} --video-frames {frames}");
        let sheet = preview(&to, &clip);
        assert_eq!(sheet.dimensions(), (columns * PITCH.0 + GAP, rows * PITCH.1 + GAP), "{frames}");
        let mut captions = std::collections::HashSet::new();
        for (place, frame) in (0..).zip(shown) {
            let (left, top) = (place % columns * PITCH.0 + GAP, place / columns * PITCH.1 + GAP);
            let whole = preview(&to, &format!("{clip} --frame {frame}"));
            assert!(cut(&sheet, left, top, 320, 180) == whole, "frame {frame} of {frames}");
            let caption = cut(&sheet, left, top + 180, 320, PITCH.1 - 180);
            assert!(caption.pixels().any(|pixel| pixel.0 == [0; 3]));
            captions.insert(caption.into_raw());
        }
        assert_eq!(captions.len(), shown.len(), "{frames}");
    }
}

#[test]
fn small_clips_are_enlarged_and_large_ones_shrunk() {
    let folder = tempfile::tempdir().unwrap();
    for (width, height, sheet) in [(16, 16, (1320, 1052)), (1920, 1080, (1920, 884)), (1080, 1920, (1408, 1919))] {
        let flags = format!("--video-width {width} --video-height {height} --video-frames 12");
        let found = preview(&folder.path().join("x.png"), &flags).dimensions();
        assert_eq!(found, sheet, "{width}x{height}");
    }
}

#[test]
fn a_frame_that_the_clip_lacks_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("x.png");
    let refused = masque(&format!("preview --output {} --frame 24 {CLIP} --video-frames 24", to.display()));
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--frame: frame 24 of a clip of 24; give 0 to 23"));
    assert!(!to.exists());
}

#[test]
fn only_a_image_is_replaced_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("old.png"), "old").unwrap();
    fs::write(at("old.png.partial"), "mine").unwrap();
    preview(&at("old.png"), CLIP);
    assert_eq!(fs::read_to_string(at("old.png.partial")).unwrap(), "mine");

    fs::write(at("target"), "mine").unwrap();
    symlink(at("target"), at("link.png")).unwrap();
    symlink("/dev/null", at("null.png")).unwrap();
    fs::create_dir(at("folder.png")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo.png")).status().unwrap().success());
    for name in ["link.png", "null.png", "folder.png", "fifo.png"] {
        let refused = masque(&format!("preview --output {} {CLIP}", at(name).display()));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{name}: {said}");
        assert!(said.starts_with("masque: --output: ") && said.contains("is no regular file"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert_eq!(fs::read_to_string(at("target")).unwrap(), "mine");
    assert!(fs::symlink_metadata(at("fifo.png")).unwrap().file_type().is_fifo());
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["fifo.png", "folder.png", "link.png", "null.png", "old.png", "old.png.partial", "target"]);
}
