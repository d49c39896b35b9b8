//! How many turns a record has, and how many items each of them: what is drawn before any item is.

use crate::seed::Stream;
use crate::spec::{Distribution, Modality, Spec};

/// One turn.
#[derive(Debug)]
pub(super) struct TurnOutline {
    /// Milliseconds to wait before it.
    pub(super) delay_ms: Option<u64>,
    /// How many images, audio items and videos it has.
    pub(super) images: u64,
    pub(super) audios: u64,
    pub(super) videos: u64,
}

/// Draws a record's turns from the start of its stream.
pub(super) fn draw(spec: &Spec, rng: &mut Stream) -> Vec<TurnOutline> {
    let turns = spec.conversation.turns.draw_int(rng);
    // What a turn is not to have is drawn all the same, so that the rest stays as it is.
    let count = |kind, turn, count: Option<&Distribution>, rng: &mut Stream| {
        let drawn = count.map_or(0, |count| count.draw_int(rng));
        if spec.placement.turns(kind).has(turn, turns) { drawn } else { 0 }
    };
    (0..turns)
        .map(|turn| {
            let delay = spec.conversation.delay_ms.as_ref().filter(|_| turn > 0);
            TurnOutline {
                delay_ms: delay.map(|delay| delay.draw_int(rng)),
                images: count(Modality::Image, turn, spec.image.as_ref().map(|image| &image.count), rng),
                audios: count(Modality::Audio, turn, spec.audio.as_ref().map(|audio| &audio.count), rng),
                videos: count(Modality::Video, turn, spec.video.as_ref().map(|video| &video.count), rng),
            }
        })
        .collect()
}
