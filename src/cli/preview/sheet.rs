//! A contact sheet: frames side by side, each with its number beneath. Knows nothing of clips, renderers or files.

use image::{Rgb, RgbImage, imageops};

use crate::frame::Size;
use crate::pattern::font;

/// Columns and rows by how many frames are shown: the last that has no more places than the clip has frames, so that none is empty.
const SHAPES: [(u32, u32); 10] = [(1, 1), (2, 1), (3, 1), (2, 2), (5, 1), (3, 2), (4, 2), (3, 3), (5, 2), (4, 3)];

/// The longest side of a sheet in pixels; larger frames are shrunk to fit.
const SIDE: u32 = 1920;

/// Smaller frames are enlarged by a whole factor, up to this length of their longer side in pixels.
const READABLE: u32 = 320;

/// Pixels around each cell.
const GAP: u32 = 8;

/// How many times the font's pixels are enlarged.
const TEXT: u32 = 2;

/// Rows of a caption in pixels, with the room above it.
const CAPTION: u32 = (font::CELL_HEIGHT + 2) * TEXT;

const GROUND: Rgb<u8> = Rgb([255; 3]);
const INK: Rgb<u8> = Rgb([0; 3]);

/// A sheet that is being filled.
#[derive(Debug)]
pub(super) struct Sheet {
    columns: u32,
    /// The frame shown at each place, in the order of reading.
    frames: Vec<u32>,
    /// What a frame is enlarged or shrunk to.
    shown: Size,
    /// Pixels from one place to the next.
    pitch: Size,
    image: RgbImage,
}

impl Sheet {
    /// An empty sheet for a clip of so many frames (1..) of this size.
    pub(super) fn new(frames: u32, size: Size) -> Self {
        let (columns, rows) = SHAPES.into_iter().rfind(|(columns, rows)| columns * rows <= frames).unwrap_or(SHAPES[0]);
        let room = |places: u32| (SIDE - GAP) / places - GAP;
        let shown = fit(size, Size::new(room(columns), room(rows) - CAPTION));
        let caption = caption(frames - 1).len() as u32 * font::CELL_WIDTH * TEXT;
        let pitch = Size::new(shown.width.max(caption) + GAP, shown.height + CAPTION + GAP);
        let image = RgbImage::from_pixel(pitch.width * columns + GAP, pitch.height * rows + GAP, GROUND);
        Self { columns, frames: spread(frames, columns * rows), shown, pitch, image }
    }

    /// The frames that it shows, the first and the last of the clip among them.
    pub(super) fn frames(&self) -> Vec<u32> {
        self.frames.clone()
    }

    /// Puts a frame that it shows in its place.
    pub(super) fn put(&mut self, place: u32, frame: &RgbImage) {
        let Size { width, height } = self.shown;
        let shown = if width >= frame.width() {
            imageops::resize(frame, width, height, imageops::FilterType::Nearest)
        } else {
            imageops::thumbnail(frame, width, height)
        };
        let left = place % self.columns * self.pitch.width + GAP;
        let top = place / self.columns * self.pitch.height + GAP;
        imageops::replace(&mut self.image, &shown, left.into(), top.into());
        let number = self.frames[place as usize];
        self.write(&caption(number), left, top + height + CAPTION - font::CELL_HEIGHT * TEXT);
    }

    /// What it looks like.
    pub(super) fn finish(self) -> RgbImage {
        self.image
    }

    fn write(&mut self, text: &str, left: u32, top: u32) {
        for (letter, at) in text.chars().zip((left..).step_by((font::CELL_WIDTH * TEXT) as usize)) {
            let glyph = font::glyph(letter);
            for y in 0..font::CELL_HEIGHT * TEXT {
                for x in 0..font::CELL_WIDTH * TEXT {
                    if font::inked(glyph, x / TEXT, y / TEXT) {
                        self.image.put_pixel(at + x, top + y, INK);
                    }
                }
            }
        }
    }
}

fn caption(frame: u32) -> String {
    format!("Frame {frame}")
}

/// So many frames of a clip of `frames`, as evenly as they can be from the first to the last.
fn spread(frames: u32, shown: u32) -> Vec<u32> {
    let (last, steps) = (u64::from(frames - 1), u64::from(shown.max(2) - 1));
    (0..shown).map(|place| ((u64::from(place) * last + steps / 2) / steps) as u32).collect()
}

/// The size at which a frame is shown: enlarged by a whole factor while it is small, shrunk when there is no room for it.
fn fit(size: Size, room: Size) -> Size {
    let Size { width, height } = size;
    if width <= room.width && height <= room.height {
        let factor = (READABLE / width.max(height)).max(1);
        return Size::new(width * factor, height * factor);
    }
    // Sides are below 2^15, so the products fit.
    let side = |side: u32| match width * room.height >= height * room.width {
        true => (side * room.width / width).max(1),
        false => (side * room.height / height).max(1),
    };
    Size::new(side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_a_frame_and_the_first_and_last_are_shown() {
        for frames in (1..200).chain([1_000, 16_777_216]) {
            let sheet = Sheet::new(frames, Size::new(64, 36));
            let shown = sheet.frames();
            let rows = (sheet.image.height() - GAP) / sheet.pitch.height;
            assert_eq!(shown.len() as u32, sheet.columns * rows, "{frames}");
            assert_eq!((shown[0], shown[shown.len() - 1]), (0, frames - 1), "{frames}");
            assert!(shown.is_sorted_by(|a, b| a < b), "{frames}: {shown:?}");
        }
    }

    #[test]
    fn frames_are_readable_and_sheets_no_longer_than_a_screen() {
        for (width, height) in
            [(16, 16), (320, 180), (640, 360), (1920, 1080), (1080, 1920), (16_384, 16), (16, 16_384)]
        {
            for frames in [1, 5, 6, 12, 16_777_216] {
                let sheet = Sheet::new(frames, Size::new(width, height));
                let (across, down) = sheet.image.dimensions();
                assert!(across <= SIDE && down <= SIDE, "{width}x{height}: {across}x{down}");
                assert!(sheet.shown.width.max(sheet.shown.height) >= 300, "{width}x{height}: {:?}", sheet.shown);
            }
        }
    }
}
