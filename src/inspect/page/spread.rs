//! Which of many are taken, when there is room for a few: the first, the last, and others as evenly between them as can be.

use std::ops::Range;

/// A few of many, asked for in order.
#[derive(Debug)]
pub(super) struct Spread {
    all: Range<u64>,
    few: u64,
    taken: u64,
}

impl Spread {
    /// At most so many of these.
    pub(super) fn new(all: Range<u64>, most: u64) -> Self {
        Self { few: most.min(all.end - all.start), all, taken: 0 }
    }

    /// How many are taken in all.
    pub(super) fn len(&self) -> u64 {
        self.few
    }

    /// Whether all are taken.
    pub(super) fn is_whole(&self) -> bool {
        self.few == self.all.end - self.all.start
    }

    /// Whether this one is taken.
    pub(super) fn takes(&mut self, index: u64) -> bool {
        let steps = u128::from(self.few.max(2) - 1);
        let last = u128::from((self.all.end - self.all.start).saturating_sub(1));
        let next = self.all.start + ((u128::from(self.taken) * last + steps / 2) / steps) as u64;
        let takes = self.taken < self.few && index == next;
        self.taken += u64::from(takes);
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_the_last_and_as_many_as_there_is_room_for() {
        for (first, count, most) in [(0, 1, 24), (5, 24, 24), (0, 25, 24), (7, 1_000, 24), (0, 10_001, 10_000)] {
            let mut spread = Spread::new(first..first + count, most);
            let taken: Vec<_> = (first..first + count).filter(|index| spread.takes(*index)).collect();
            assert_eq!((taken.len() as u64, taken[0]), (count.min(most), first), "{count}");
            assert!(count < 2 || taken[taken.len() - 1] == first + count - 1, "{count}");
        }
    }
}
