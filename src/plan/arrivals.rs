//! When conversations begin: a Poisson process, each arrival a function of its number alone.
//!
//! Arrivals come in blocks of so many within so much time. Within a stretch of time, given how many there are, the arrivals of a
//! Poisson process are independent and uniform (Kingman, "Poisson Processes", 1993, section 2.4), so that is how they are drawn.
//! Only that each block has the same number sets them apart from a process without blocks.

use rand::RngExt;

use crate::seed::Seed;

/// Arrivals of a block.
const BLOCK: usize = 256;

/// Milliseconds from the beginning at which conversation `index` begins, of `rate` a second.
pub(super) fn milliseconds(seed: Seed, rate: f64, index: u64) -> u64 {
    let (block, place) = (index / BLOCK as u64, (index % BLOCK as u64) as usize);
    let mut rng = seed.stream("arrival", block);
    let mut shares: [f64; BLOCK] = std::array::from_fn(|_| rng.random());
    shares.sort_unstable_by(f64::total_cmp);
    ((block as f64 + shares[place]) * BLOCK as f64 / rate * 1000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gaps of a Poisson process are exponential: their mean is their deviation, and a share 1/e is above the mean.
    #[test]
    fn gaps_are_exponential() {
        let (rate, count) = (50.0, 20_000);
        let at: Vec<_> = (0..count).map(|index| milliseconds(Seed(7), rate, index)).collect();
        assert!(at.is_sorted());
        let gaps: Vec<_> = at.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
        let above = gaps.iter().filter(|gap| **gap > mean).count() as f64 / gaps.len() as f64;
        assert!((mean - 20.0).abs() < 0.2 && (deviation - 20.0).abs() < 0.6, "{mean} {deviation}");
        assert!((above - (-1.0_f64).exp()).abs() < 0.02, "{above}");
    }
}
