//! What an image, a clip or a sound will cost in tokens, as the processors of Hugging Face's `transformers` count them: the placeholders
//! that a server puts into the prompt. A family of models is one row. Its limits of pixels are those of the released checkpoints, and its
//! sampler of frames is the processor's own; a server that samples otherwise counts otherwise. Knows nothing of records.

mod grid;
mod sound;
mod tiles;

use crate::frame::Size;

use grid::{Grid, Sampler};

/// One family of models.
#[derive(Debug)]
pub struct ModelFamily {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is counted, in a few words.
    pub help: &'static str,
    /// Tokens of an image; none where the model takes none, or not of this size.
    pub image: fn(Size) -> Option<u64>,
    /// Pixels of whose multiples sides are chosen for a number of tokens: those that the model resizes least.
    pub step: u32,
    /// Tokens of a clip.
    pub video: fn(&ClipShape) -> Option<u64>,
    /// Tokens of a sound of so many samples at [`SAMPLE_RATE`].
    pub audio: fn(u64) -> Option<u64>,
}

/// What of a clip its tokens depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClipShape {
    /// Pixels of a frame.
    pub size: Size,
    /// Frames.
    pub frames: u64,
    /// Frames a second.
    pub rate: f64,
}

/// Samples a second of what models hear.
pub const SAMPLE_RATE: f64 = 16_000.0;

/// Samples in so many seconds.
#[must_use]
pub fn samples(seconds: f64) -> u64 {
    (seconds * SAMPLE_RATE).round() as u64
}

/// Of Qwen2-VL and Qwen2.5-VL: a token is 28 x 28 pixels, of two frames.
const QWEN2: Grid = Grid {
    side: 28,
    image: (56 * 56, 16_384 * 28 * 28),
    video: (128 * 28 * 28, 768 * 28 * 28),
    whole_clip: false,
    sampler: Sampler { rate: 2.0, frames: (4, 768), even: true },
};

/// Of Qwen3-VL: 32 x 32 pixels; the limits of a clip are those of all its frames together.
const QWEN3: Grid = Grid {
    side: 32,
    image: (256 * 256, 16_384 * 32 * 32),
    video: (128 * 32 * 32, 768 * 32 * 32),
    whole_clip: true,
    sampler: Sampler { rate: 2.0, frames: (4, 768), even: false },
};

/// Takes nothing.
const NOTHING: ModelFamily =
    ModelFamily { name: "", help: "", image: |_| None, step: 336, video: |_| None, audio: |_| None };

/// Every family.
pub const FAMILIES: &[ModelFamily] = &[
    ModelFamily {
        name: "qwen2_vl",
        help: "Qwen2-VL: images, and clips at 2 frames a second",
        image: |size| QWEN2.image(size),
        video: |clip| QWEN2.video(clip),
        step: 28,
        ..NOTHING
    },
    ModelFamily {
        name: "qwen2_5_vl",
        help: "Qwen2.5-VL: images, and clips at 2 frames a second",
        image: |size| QWEN2.image(size),
        video: |clip| QWEN2.video(clip),
        step: 28,
        ..NOTHING
    },
    ModelFamily {
        name: "qwen3_vl",
        help: "Qwen3-VL: images, and clips at 2 frames a second without their time stamps",
        image: |size| QWEN3.image(size),
        video: |clip| QWEN3.video(clip),
        step: 32,
        ..NOTHING
    },
    ModelFamily {
        name: "internvl",
        help: "InternVL 2 to 3.5: images in up to 12 tiles",
        image: tiles::internvl,
        step: 448,
        ..NOTHING
    },
    ModelFamily { name: "gemma3", help: "Gemma 3: 256 for each image", image: |_| Some(256), ..NOTHING },
    ModelFamily {
        name: "pixtral",
        help: "Pixtral: images of up to 1024 pixels a side",
        image: |size| Some(grid::pixtral(size)),
        step: 16,
        ..NOTHING
    },
    ModelFamily { name: "llama4", help: "Llama 4: images in up to 16 tiles", image: tiles::llama4, ..NOTHING },
    ModelFamily {
        name: "llava_next",
        help: "LLaVA-NeXT: images in up to 4 tiles",
        image: tiles::llava_next,
        step: 48,
        ..NOTHING
    },
    ModelFamily {
        name: "phi4_multimodal",
        help: "Phi-4-multimodal: images in up to 36 tiles, and sound",
        image: tiles::phi4,
        audio: |samples| sound::phi4(samples),
        step: 28,
        ..NOTHING
    },
    ModelFamily {
        name: "qwen2_audio",
        help: "Qwen2-Audio: sound, of which it hears 30 s",
        audio: |samples| Some(sound::qwen2(samples, 3_000)),
        ..NOTHING
    },
    ModelFamily {
        name: "qwen2_5_omni",
        help: "Qwen2.5-Omni: images, and sound of up to 300 s",
        image: |size| QWEN2.image(size),
        audio: |samples| Some(sound::qwen2(samples, 30_000)),
        step: 28,
        ..NOTHING
    },
    ModelFamily {
        name: "qwen3_omni",
        help: "Qwen3-Omni: sound of up to 300 s",
        audio: |samples| Some(sound::qwen3(samples, 30_000)),
        ..NOTHING
    },
    ModelFamily {
        name: "whisper",
        help: "Whisper: the encoder's 1,500 for each 30 s that are begun",
        audio: |samples| Some(sound::whisper(samples)),
        ..NOTHING
    },
];

/// The longest side that is chosen, in pixels.
const LONGEST: u32 = 8192;

impl ModelFamily {
    /// The size of an image that costs exactly so many tokens: the one nearest to a square, and of these the smallest.
    ///
    /// # Errors
    /// The nearest numbers below and above that some size costs.
    pub fn size_for(&self, tokens: u64) -> Result<Size, [Option<u64>; 2]> {
        let sides = || (1..=LONGEST / self.step).map(|number| number * self.step);
        let (mut best, mut nearest) = (None, [None, None]);
        for (width, height) in sides().flat_map(|width| sides().map(move |height| (width, height))) {
            let Some(found) = (self.image)(Size::new(width, height)) else { continue };
            if found < tokens {
                nearest[0] = nearest[0].max(Some(found));
            } else if found > tokens {
                nearest[1] = Some(nearest[1].map_or(found, |near: u64| near.min(found)));
            } else {
                // The ratio of the sides in whole numbers; then the area; then the wider one.
                let (long, short) = (u64::from(width.max(height)), u64::from(width.min(height)));
                let rank = (long * (1 << 32) / short, long * short, height > width);
                if best.is_none_or(|(least, _)| rank < least) {
                    best = Some((rank, Size::new(width, height)));
                }
            }
        }
        best.map(|(_, size)| size).ok_or(nearest)
    }
}

/// The row called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static ModelFamily> {
    FAMILIES.iter().find(|row| row.name == name)
}
