//! Which of a finite set comes at which number: a function of the number and the seed alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rand::RngExt;

use crate::seed::Seed;
use crate::spec::Sampling;

/// Permutations that are kept: the one of this cycle, and the one that workers ahead or behind are in.
const KEPT: usize = 2;

/// The order of the places `0..count`.
#[derive(Debug)]
pub(super) struct Order {
    sampling: Sampling,
    seed: Seed,
    count: u32,
    cycles: Mutex<VecDeque<(u64, Arc<[u32]>)>>,
}

impl Order {
    /// The order of `count` (1..) places.
    pub(super) fn new(sampling: Sampling, seed: Seed, count: u32) -> Self {
        Self { sampling, seed, count, cycles: Mutex::default() }
    }

    /// The place that `number` stands for: any 64-bit draw when sampling with replacement, else a count from 0.
    pub(super) fn place(&self, number: u64) -> u32 {
        let count = u64::from(self.count);
        match self.sampling {
            Sampling::RandomWithReplacement => ((u128::from(number) * u128::from(count)) >> 64) as u32,
            Sampling::SequentialCycle => (number % count) as u32,
            Sampling::ShuffleCycle => self.cycle(number / count)[(number % count) as usize],
        }
    }

    fn cycle(&self, number: u64) -> Arc<[u32]> {
        let mut cycles = self.cycles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, places)) = cycles.iter().find(|(known, _)| *known == number) {
            return Arc::clone(places);
        }
        let places: Arc<[u32]> = shuffled(self.seed, number, self.count).into();
        cycles.truncate(KEPT - 1);
        cycles.push_front((number, Arc::clone(&places)));
        places
    }
}

/// Fisher and Yates's shuffle of `0..count`, from the stream numbered `cycle`.
fn shuffled(seed: Seed, cycle: u64, count: u32) -> Vec<u32> {
    let mut rng = seed.stream("image.shuffle", cycle);
    let mut places: Vec<u32> = (0..count).collect();
    for last in (1..count).rev() {
        places.swap(last as usize, rng.random_range(0..=last) as usize);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(sampling: Sampling, count: u32) -> Order {
        Order::new(sampling, Seed(5), count)
    }

    #[test]
    fn every_cycle_of_a_shuffle_is_a_permutation_of_its_own() {
        let order = order(Sampling::ShuffleCycle, 7);
        let cycles: Vec<Vec<u32>> = (0..9).map(|c| (0..7).map(|i| order.place(c * 7 + i)).collect()).collect();
        for cycle in &cycles {
            let mut sorted = cycle.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6]);
        }
        assert!(cycles.windows(2).any(|pair| pair[0] != pair[1]));
        let backwards: Vec<u32> = (0..63).rev().map(|i| order.place(i)).collect();
        assert!(backwards.iter().rev().eq(cycles.iter().flatten()), "a place depends on its number alone");
    }

    #[test]
    fn value_stability() {
        assert_eq!(shuffled(Seed(42), 0, 8), [4, 6, 0, 5, 1, 3, 2, 7]);
    }

    #[test]
    fn a_sequence_goes_round() {
        let order = order(Sampling::SequentialCycle, 3);
        assert_eq!((0..7).map(|i| order.place(i)).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn draws_are_spread_evenly_to_the_ends() {
        let order = order(Sampling::RandomWithReplacement, 5);
        assert_eq!([0, u64::MAX / 2, u64::MAX].map(|draw| order.place(draw)), [0, 2, 4]);
    }
}
