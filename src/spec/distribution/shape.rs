//! How values are spread, before any bounds.

use rand::{Rng, RngExt};
use rand_distr::{Distribution as _, LogNormal, Normal};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How values are spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Always this value.
    Fixed(f64),
    /// Gaussian.
    Normal {
        /// Centre.
        mean: f64,
        /// Standard deviation, > 0.
        stddev: f64,
    },
    /// Every value from `low` to `high` alike.
    Uniform {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// The logarithm is Gaussian.
    LogNormal {
        /// Half of the draws lie below, > 0.
        median: f64,
        /// Mean of the values (not of their logarithm), >= median.
        mean: f64,
    },
    /// One of several shapes, chosen by weight.
    Mixture(Vec<(f64, Shape)>),
    /// One of several values, chosen by weight.
    Empirical(Vec<(f64, f64)>),
}

/// The deviation of the logarithm of log-normal values.
pub(super) fn log_deviation(median: f64, mean: f64) -> f64 {
    (2.0 * (mean / median).ln()).max(0.0).sqrt()
}

impl Shape {
    /// Gaussian, or always the mean when `stddev` is 0.
    #[must_use]
    pub fn normal(mean: f64, stddev: f64) -> Self {
        if stddev == 0.0 { Self::Fixed(mean) } else { Self::Normal { mean, stddev } }
    }

    /// Log-normal, by the mean and the standard deviation of the values themselves.
    #[must_use]
    pub fn log_normal(mean: f64, stddev: f64) -> Self {
        Self::LogNormal { median: mean / (1.0 + (stddev / mean).powi(2)).sqrt(), mean }
    }

    /// The same with every value multiplied.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        match self {
            Self::Fixed(value) => Self::Fixed(value * factor),
            Self::Normal { mean, stddev } => Self::Normal { mean: mean * factor, stddev: stddev * factor },
            Self::Uniform { low, high } => Self::Uniform { low: low * factor, high: high * factor },
            Self::LogNormal { median, mean } => Self::LogNormal { median: median * factor, mean: mean * factor },
            Self::Mixture(parts) => {
                Self::Mixture(parts.iter().map(|(weight, part)| (*weight, part.times(factor))).collect())
            }
            Self::Empirical(points) => {
                Self::Empirical(points.iter().map(|(weight, value)| (*weight, value * factor)).collect())
            }
        }
    }

    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Normal { mean, stddev } => Normal::new(*mean, *stddev).map_or(*mean, |d| d.sample(rng)),
            Self::Uniform { low, high } => low + (high - low) * rng.random::<f64>(),
            Self::LogNormal { median, mean } => {
                LogNormal::new(median.ln(), log_deviation(*median, *mean)).map_or(*median, |d| d.sample(rng))
            }
            Self::Mixture(parts) => choose(parts, rng).draw(rng),
            Self::Empirical(points) => *choose(points, rng),
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(value) => write!(f, "{value}"),
            Self::Normal { mean, stddev } => write!(f, "mean {mean}, deviation {stddev}"),
            Self::Uniform { low, high } => write!(f, "{low} to {high}"),
            Self::LogNormal { median, mean } => write!(f, "median {median}, mean {mean}"),
            Self::Mixture(parts) => write!(f, "a mixture of {}", parts.len()),
            Self::Empirical(points) => write!(f, "{} points", points.len()),
        }
    }
}

/// One of `choices`, by weight.
pub(crate) fn choose<'a, T>(choices: &'a [(f64, T)], rng: &mut impl Rng) -> &'a T {
    let total: f64 = choices.iter().map(|(weight, _)| weight).sum();
    let mut left = rng.random::<f64>() * total;
    for (weight, choice) in choices {
        left -= weight;
        if left < 0.0 {
            return choice;
        }
    }
    &choices[choices.len() - 1].1
}

/// Refuses numbers that make no distribution; `flag` names the flag.
pub(super) fn check(flag: &str, shape: &Shape) -> Result<()> {
    let finite = |name: &str, value: f64| match value.is_finite() {
        true => Ok(()),
        false => Err(Error::request(flag, format!("{name} is {value}"), "give a finite number")),
    };
    let weights = |weights: Vec<f64>| match weights.iter().find(|w| !(w.is_finite() && **w > 0.0)) {
        Some(w) => Err(Error::request(flag, format!("weight {w}"), "give weights above 0")),
        None if weights.is_empty() => Err(Error::request(flag, "it is empty", "give at least one value with a weight")),
        None => Ok(()),
    };
    match shape {
        Shape::Fixed(value) => finite("the value", *value),
        Shape::Normal { mean, stddev } => {
            finite("the mean", *mean)?;
            match stddev.is_finite() && *stddev >= 0.0 {
                true => Ok(()),
                false => Err(Error::request(flag, format!("standard deviation {stddev}"), "give 0 or more")),
            }
        }
        Shape::Uniform { low, high } => match low <= high {
            true => finite("the lower end", *low).and(finite("the upper end", *high)),
            false => Err(Error::request(flag, format!("{low} to {high}"), "give the smaller end first")),
        },
        Shape::LogNormal { median, mean } => match *median > 0.0 && mean >= median && mean.is_finite() {
            true => Ok(()),
            false => Err(Error::request(flag, format!("median {median}, mean {mean}"), "give 0 < median <= mean")),
        },
        Shape::Mixture(parts) => {
            weights(parts.iter().map(|(weight, _)| *weight).collect())?;
            parts.iter().try_for_each(|(_, part)| check(flag, part))
        }
        Shape::Empirical(points) => {
            weights(points.iter().map(|(weight, _)| *weight).collect())?;
            points.iter().try_for_each(|(_, value)| finite("a value", *value))
        }
    }
}
