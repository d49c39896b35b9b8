//! How often each value of a quantity came, and what that says.

use std::collections::BTreeMap;

use serde::Serialize;

/// Different values that are counted each by itself. Where there are more, values are rounded to [`BITS`] bits.
const DISTINCT: usize = 1 << 16;

/// Leading bits of a rounded value: within a thousandth of what it was.
const BITS: u32 = 11;

/// Columns of a histogram.
const COLUMNS: u64 = 16;

/// Values and how often each came. Its memory is bounded, and it does not depend on the order of what it is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Histogram {
    counts: BTreeMap<u64, u64>,
    rounded: bool,
    count: u64,
    sum: u128,
    squares: u128,
    least: Option<u64>,
    most: u64,
}

/// What a histogram says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, of all of them.
    pub deviation: f64,
    /// The least.
    pub min: f64,
    /// Half of them are at most this.
    pub p50: f64,
    /// Nine tenths of them are at most this.
    pub p90: f64,
    /// Ninety-nine of a hundred are at most this.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
    /// How many lie in each of equally wide ranges from the least to the greatest: at most sixteen, one where all are the same.
    pub histogram: Vec<u64>,
}

impl Histogram {
    pub(super) fn add(&mut self, value: u64) {
        *self.counts.entry(if self.rounded { rounded(value) } else { value }).or_default() += 1;
        if !self.rounded && self.counts.len() > DISTINCT {
            self.rounded = true;
            let exact = std::mem::take(&mut self.counts);
            exact.into_iter().for_each(|(value, count)| *self.counts.entry(rounded(value)).or_default() += count);
        }
        self.count += 1;
        self.sum += u128::from(value);
        self.squares = self.squares.saturating_add(u128::from(value) * u128::from(value));
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = self.most.max(value);
    }

    /// In units of `unit` values; none when there are none.
    pub(super) fn summary(&self, unit: f64) -> Option<Summary> {
        let (least, count) = (self.least?, self.count as f64);
        let mean = self.sum as f64 / count;
        let whole = u128::from(self.count);
        // In whole numbers, as long as they have room: the difference of two large ones is small.
        let exact = whole.checked_mul(self.squares).zip(self.sum.checked_mul(self.sum)).map(|(all, mean)| all - mean);
        let variance = match exact {
            Some(difference) => difference as f64 / (count * count),
            None => (self.squares as f64 / count - mean * mean).max(0.0),
        };
        let rank = |of: f64| {
            let rank = ((count * of).ceil() as u64).max(1);
            let mut before = 0;
            let found = self.counts.iter().find(|(_, count)| {
                before += **count;
                before >= rank
            });
            found.map_or(self.most, |(value, _)| *value).clamp(least, self.most) as f64 / unit
        };
        Some(Summary {
            count: self.count,
            mean: mean / unit,
            deviation: if least == self.most { 0.0 } else { variance.sqrt() / unit },
            min: least as f64 / unit,
            p50: rank(0.5),
            p90: rank(0.9),
            p99: rank(0.99),
            max: self.most as f64 / unit,
            histogram: self.columns(least),
        })
    }

    fn columns(&self, least: u64) -> Vec<u64> {
        let range = u128::from(self.most - least) + 1;
        let columns = u128::from(COLUMNS).min(range);
        let mut counts = vec![0; columns as usize];
        for (value, count) in &self.counts {
            let place = u128::from((*value).clamp(least, self.most) - least) * columns / range;
            counts[place as usize] += count;
        }
        counts
    }
}

/// The nearest lower value of [`BITS`] leading bits.
fn rounded(value: u64) -> u64 {
    let low = (u64::BITS - value.leading_zeros()).saturating_sub(BITS);
    value >> low << low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.add(*value));
        histogram
    }

    #[test]
    fn a_hundred_numbers_are_summed_up() {
        let all: Vec<u64> = (1..=100).collect();
        let Some(summary) = of(&all).summary(10.0) else { panic!("there are a hundred") };
        let Summary { count, mean, deviation, min, p50, p90, p99, max, histogram } = summary;
        assert_eq!((count, mean, min, p50, p90, p99, max), (100, 5.05, 0.1, 5.0, 9.0, 9.9, 10.0));
        assert!((deviation - 2.886_607).abs() < 1e-6, "{deviation}");
        assert_eq!((histogram.len(), histogram.iter().sum::<u64>()), (16, 100));
        assert_eq!(of(&[7, 7]).summary(1.0).map(|it| (it.histogram, it.deviation)), Some((vec![2], 0.0)));
        assert_eq!(Histogram::default().summary(1.0), None);
    }

    #[test]
    fn many_values_are_rounded_to_a_thousandth_whatever_their_order() {
        let all: Vec<u64> = (0..200_000_u64).map(|number| number * 48_271 % 100_000_007).collect();
        let reverse: Vec<u64> = all.iter().rev().copied().collect();
        assert_eq!(of(&all).summary(1.0), of(&reverse).summary(1.0));
        assert!(of(&all).counts.len() < DISTINCT);
        let mut sorted = all.clone();
        sorted.sort_unstable();
        let (exact, found) = (sorted[99_999] as f64, of(&all).summary(1.0).map_or(0.0, |it| it.p50));
        assert!((found / exact - 1.0).abs() < 0.001, "{found} {exact}");
    }

    proptest! {
        #[test]
        fn no_value_is_too_large(values in prop::collection::vec(any::<u64>(), 1..50)) {
            let summary = of(&values).summary(1.0);
            prop_assert_eq!(summary.map(|it| it.histogram.iter().sum::<u64>()), Some(values.len() as u64));
        }
    }
}
