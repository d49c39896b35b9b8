//! How many turns a record has, and how many items each of them: what is drawn before any item is.

use crate::seed::Stream;
use crate::spec::{Distribution, Spec};

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
    let count = |count: Option<&Distribution>, rng: &mut Stream| count.map_or(0, |count| count.draw_int(rng));
    (0..spec.conversation.turns.draw_int(rng))
        .map(|turn| {
            let delay = spec.conversation.delay_ms.as_ref().filter(|_| turn > 0);
            TurnOutline {
                delay_ms: delay.map(|delay| delay.draw_int(rng)),
                images: count(spec.image.as_ref().map(|image| &image.count), rng),
                audios: count(spec.audio.as_ref().map(|audio| &audio.count), rng),
                videos: count(spec.video.as_ref().map(|video| &video.count), rng),
            }
        })
        .collect()
}
