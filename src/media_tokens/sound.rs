//! Models that hear: samples at 16 kHz, from which come 100 frames a second.
//!
//! Sources: the processors of `transformers` 5: `qwen2_audio`, `qwen2_5_omni`, `qwen3_omni_moe`, `whisper`, `phi4_multimodal`.

/// Samples of a frame's step.
const STEP: u64 = 160;

/// Halved twice by the encoder; of at most so many frames.
pub(super) fn qwen2(samples: u64, most: u64) -> u64 {
    let frames = samples.div_ceil(STEP).min(most) as i64;
    let halved = (frames - 1).div_euclid(2) + 1;
    ((halved - 2).div_euclid(2) + 1) as u64
}

/// 13 for each 100 frames, and what three halvings leave of the rest.
pub(super) fn qwen3(samples: u64, most: u64) -> u64 {
    let frames = samples.div_ceil(STEP).min(most) as i64;
    let half = |frames: i64| (frames - 1).div_euclid(2) + 1;
    (half(half(half(frames % 100))) + frames / 100 * 13) as u64
}

/// Each 30 s that are begun are filled up.
pub(super) fn whisper(samples: u64) -> u64 {
    samples.div_ceil(30 * 16_000).max(1) * 1_500
}

/// One for each eight frames that are begun, which are 25 ms long; none where there is not one.
pub(super) fn phi4(samples: u64) -> Option<u64> {
    const WINDOW: u64 = 400;
    let frames = samples.checked_sub(WINDOW)? / STEP + 1;
    Some(frames.div_ceil(8))
}
