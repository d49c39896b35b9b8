//! The images of a dataset, numbered through: how many all records before one hold. Where every record holds the same number
//! that is a product; else the outlines of the records before are drawn, and sums are kept at every [`SPAN`]-th.

use std::sync::{Mutex, PoisonError};

use super::outline;
use crate::spec::{Spec, Turns};

/// Records from one sum that is kept to the next.
const SPAN: u64 = 256;

/// Sums that were needed so far; what they are depends on the request alone.
#[derive(Debug, Default)]
pub(super) struct Numbering(Mutex<Vec<u64>>);

impl Numbering {
    /// The number of record `index`'s first image.
    pub(super) fn first(&self, spec: &Spec, index: u64) -> u64 {
        let Some(image) = &spec.image else { return 0 };
        let everywhere = spec.placement.images == Turns::All;
        if let (Some(turns), Some(count), true) =
            (spec.conversation.turns.constant(), image.count.constant(), everywhere)
        {
            return index * (turns.round() * count.round()) as u64;
        }
        let mark = index / SPAN;
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while sums.len() as u64 <= mark {
            let next = match (sums.len() as u64, sums.last()) {
                (known @ 1.., Some(sum)) => sum + images(spec, (known - 1) * SPAN, known * SPAN),
                _ => 0,
            };
            sums.push(next);
        }
        let before = sums[mark as usize];
        drop(sums);
        before + images(spec, mark * SPAN, index)
    }
}

/// Images of the records `from..to`.
fn images(spec: &Spec, from: u64, to: u64) -> u64 {
    let of = |index| outline::draw(spec, &mut spec.seed.stream("record", index));
    (from..to).flat_map(of).map(|turn| turn.images).sum()
}
