//! Which share of a mix a record is of.

use rand::RngExt;

use crate::seed::Seed;
use crate::spec::Spec;

/// Draws the share of each record, apart from everything else of it.
#[derive(Debug, Clone)]
pub struct Mix {
    seed: Seed,
    /// The sum of each share's weight and of those before it.
    sums: Vec<f64>,
}

impl Mix {
    /// The mix of a request; none when it has no shares.
    #[must_use]
    pub fn new(spec: &Spec) -> Option<Self> {
        let weights = spec.mix.iter().map(|share| share.weight);
        let sums: Vec<f64> = weights
            .scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        (!sums.is_empty()).then_some(Self { seed: spec.seed, sums })
    }

    /// The share of record `index`.
    #[must_use]
    pub fn share(&self, index: u64) -> usize {
        let all = self.sums.last().copied().unwrap_or(0.0);
        let drawn = self.seed.stream("mix", index).random::<f64>() * all;
        self.sums.iter().position(|sum| drawn < *sum).unwrap_or(self.sums.len() - 1)
    }
}
