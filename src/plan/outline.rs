//! How many turns a record has, and how many items each of them: what is drawn before any item is.

use crate::seed::Stream;
use crate::spec::{Distribution, Spec};

/// One turn.
#[derive(Debug)]
pub(super) struct TurnOutline {
    /// Milliseconds to wait before it.
    pub(super) delay_ms: Option<u64>,
    /// Images, audio items, videos.
    pub(super) counts: [u64; 3],
}

/// Draws a record's turns from the start of its stream.
pub(super) fn draw(spec: &Spec, rng: &mut Stream) -> Vec<TurnOutline> {
    let kinds: [Option<&Distribution>; 3] = [
        spec.image.as_ref().map(|image| &image.count),
        spec.audio.as_ref().map(|audio| &audio.count),
        spec.video.as_ref().map(|video| &video.count),
    ];
    (0..spec.conversation.turns.draw_int(rng))
        .map(|turn| {
            let delay = spec.conversation.delay_ms.as_ref().filter(|_| turn > 0);
            let delay_ms = delay.map(|delay| delay.draw_int(rng));
            let counts = kinds.map(|count| count.map_or(0, |count| count.draw_int(rng)));
            TurnOutline { delay_ms, counts }
        })
        .collect()
}
