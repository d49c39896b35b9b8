//! The images of a dataset, numbered through: how many all records before one hold. Where every record holds the same number
//! that is a product; else the outlines of the records before are drawn, and sums are kept at every [`SPAN`]-th.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::{Mix, outline};
use crate::spec::{Spec, Turns};

/// Records from one sum that is kept to the next.
const SPAN: u64 = 256;

/// Sums that were needed so far; what they are depends on the request alone.
#[derive(Debug, Default)]
pub(super) struct Numbering(Mutex<Vec<u64>>);

impl Numbering {
    /// The number of record `index`'s first image.
    pub(super) fn first(&self, spec: &Spec, share: Option<&(Mix, usize)>, index: u64) -> u64 {
        if let Some(each) = images_of_each(spec, share.is_some()) {
            return index * each;
        }
        let mark = index / SPAN;
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while sums.len() as u64 <= mark {
            let next = match (sums.len() as u64, sums.last()) {
                (known @ 1.., Some(sum)) => sum + images(spec, share, (known - 1) * SPAN..known * SPAN),
                _ => 0,
            };
            sums.push(next);
        }
        let before = sums[mark as usize];
        drop(sums);
        before + images(spec, share, mark * SPAN..index)
    }
}

/// Images of each record, where all have as many: not of a mix's share, whose records are some of all.
pub(super) fn images_of_each(spec: &Spec, is_share: bool) -> Option<u64> {
    let Some(image) = &spec.image else { return Some(0) };
    let everywhere = spec.placement.images == Turns::All && !is_share;
    let (turns, count) = (spec.conversation.turns.constant()?, image.count.constant()?);
    everywhere.then(|| (turns.round() * count.round()) as u64)
}

/// Images of the share's records among these.
fn images(spec: &Spec, share: Option<&(Mix, usize)>, records: Range<u64>) -> u64 {
    let is_of = |index: &u64| share.is_none_or(|(mix, number)| mix.share(*index) == *number);
    let of = |index| outline::draw(spec, &mut spec.seed.stream("record", index));
    records.filter(is_of).flat_map(of).map(|turn| turn.images).sum()
}
