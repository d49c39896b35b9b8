//! What a clip's clock looks like and what it shows in each frame: exact integer arithmetic, the same on every machine. Knows
//! nothing of pixels.

use rand::RngExt;

use super::{Hand, MAX_LETTERS, MAX_REACH, Params};
use crate::pattern::{Clip, SceneStyle, angle, font, rgb};
use crate::seed::Stream;

/// A clip's clock.
pub(super) struct Scene {
    frames: u32,
    /// Turns of the minute hand at the first frame, in 2^-32, 0..12 turns.
    start: u64,
    /// Turns of the minute hand in the whole clip, in 1/256.
    turns: u64,
    /// Lengths of the hour and the minute hand, Q16.
    lengths: [i32; 2],
    /// Everything but the hands' directions and the text.
    still: Params,
}

/// Sizes in pixels, all others follow from these.
struct Face {
    centre: (i32, i32),
    radius: i32,
    /// Width of the minute hand and of the circle; the hour hand is half as wide again, and the dot's radius as much.
    stroke: i32,
}

impl Scene {
    pub(super) fn of(clip: &Clip) -> Self {
        match clip.style {
            SceneStyle::Canonical => canonical(clip),
            SceneStyle::Unique => unique(clip, &mut clip.draws()),
        }
    }

    /// What the kernel reads of frame `index`.
    pub(super) fn params(&self, index: u32) -> Params {
        let mut params = self.still;
        let way = (u128::from(self.turns) << 24) * u128::from(index) / u128::from(self.frames);
        let turned = self.start + way as u64;
        for (hand, length, turn) in [
            (&mut params.hour, self.lengths[0], (turned / 12) as u32),
            (&mut params.minute, self.lengths[1], turned as u32),
        ] {
            hand.length = length;
            (hand.x, hand.y) = angle::direction(turn);
        }
        let text = format!("Frame {index}");
        params.letters = text.len() as u32;
        for (glyph, letter) in params.glyphs.iter_mut().zip(text.chars().take(MAX_LETTERS)) {
            *glyph = font::glyph(letter);
        }
        params
    }

    fn new(clip: &Clip, face: &Face, start: u64, turns: u64, palette: Params) -> Self {
        let Face { centre, radius, stroke } = *face;
        let (wide, inner) = (stroke * 3 / 2, radius - stroke);
        let still = Params {
            centre_x: centre.0,
            centre_y: centre.1,
            reach: radius.max(wide).min(MAX_REACH),
            inner: rim(inner),
            outer: rim(radius),
            dot_square: rim(wide),
            hour: Hand { half: wide << 15, ..palette.hour },
            minute: Hand { half: stroke << 15, ..palette.minute },
            ..palette
        };
        let lengths = [6, 9].map(|tenths| (i64::from(radius) * tenths * 65536 / 10) as i32);
        Self { frames: clip.frames.max(1), start, turns, lengths, still }
    }
}

/// The greatest square of a distance in a disc of whole pixels: of half a pixel more than the radius, so that no rim ends in a
/// single pixel. -1: no pixel.
fn rim(radius: i32) -> i32 {
    if radius < 0 { -1 } else { radius * radius + radius }
}

/// The scene that other tools draw.
fn canonical(clip: &Clip) -> Scene {
    let (w, h) = (clip.size.width as i32, clip.size.height as i32);
    let hand = |colour| Hand { colour, ..bytemuck::Zeroable::zeroed() };
    let palette = Params {
        ground: rgb(32, 32, 32),
        grid: rgb(64, 64, 64),
        pitch: 32,
        line: 1,
        circle: rgb(128, 128, 128),
        dot: rgb(255, 0, 0),
        hour: hand(rgb(255, 255, 0)),
        minute: hand(rgb(255, 255, 255)),
        text_x: 10,
        text_y: 10,
        text_scale: 1,
        text: rgb(255, 255, 255),
        ..bytemuck::Zeroable::zeroed()
    };
    let face = Face { centre: (w / 2, h / 2), radius: w.min(h) / 4, stroke: 2 };
    Scene::new(clip, &face, 0, 256, palette)
}

/// A clock of its own place, size, hour, pace and palette; all sizes scale with the shorter side. Value-stable: the order of
/// the draws.
fn unique(clip: &Clip, rng: &mut Stream) -> Scene {
    let (w, h) = (clip.size.width as i32, clip.size.height as i32);
    let shorter = w.min(h);
    let hand = |colour| Hand { colour, ..bytemuck::Zeroable::zeroed() };
    let dark = [0, 1, 2].map(|_| rng.random_range(8..72_u32));
    let lift = [0, 1, 2].map(|_| rng.random_range(16..64_u32));
    let pitch = (rng.random_range(16..=64) * shorter / 480).max(4) as u32;
    let palette = Params {
        ground: rgb(dark[0], dark[1], dark[2]),
        grid: rgb(dark[0] + lift[0], dark[1] + lift[1], dark[2] + lift[2]),
        pitch,
        line: (shorter / 720).max(1) as u32,
        grid_x: rng.random_range(0..pitch),
        grid_y: rng.random_range(0..pitch),
        circle: between(rng, 96, 192),
        dot: between(rng, 64, 256),
        hour: hand(between(rng, 128, 256)),
        minute: hand(between(rng, 128, 256)),
        text_x: (shorter / 48).max(1) as u32,
        text_y: (shorter / 48).max(1) as u32,
        text_scale: (shorter / 270).max(1) as u32,
        text: between(rng, 176, 256),
        ..bytemuck::Zeroable::zeroed()
    };
    let mut off = |side: i32| side / 2 + rng.random_range(-side / 8..=side / 8);
    let centre = (off(w), off(h));
    let radius = rng.random_range(shorter / 5..=shorter / 3);
    let stroke = (shorter * rng.random_range(2..=5) / 480).max(2);
    let start = rng.random_range(0..12_u64 << 32);
    let turns = rng.random_range(192..=768);
    Scene::new(clip, &Face { centre, radius, stroke }, start, turns, palette)
}

/// A colour with each channel in `low..high`.
fn between(rng: &mut Stream, low: u32, high: u32) -> u32 {
    rgb(rng.random_range(low..high), rng.random_range(low..high), rng.random_range(low..high))
}
