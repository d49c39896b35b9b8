//! Distributions of lengths, sizes and durations, with bounds. Draws outside the bounds are drawn again, never moved to the
//! bound, so that no value piles up there.

mod shape;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use shape::{check, log_deviation};

pub use shape::Shape;
pub(crate) use shape::choose;

/// A shape and the closed interval that its values must lie in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    shape: Shape,
    min: f64,
    max: f64,
    /// Whether draws are rounded to whole numbers.
    #[serde(skip)]
    whole: bool,
}

/// A draw that keeps missing its bounds is given up after so many tries and takes the bound; [`Distribution::new`] refuses
/// bounds that are missed more often than 99 times in 100, so this is out of reach.
const TRIES: u32 = 10_000;

/// The least share of draws that must lie within the bounds.
const LEAST_SHARE: f64 = 0.01;

impl Distribution {
    /// Always this value.
    #[must_use]
    pub const fn fixed(value: f64) -> Self {
        Self::of(Shape::Fixed(value))
    }

    /// Gaussian; always the mean when `stddev` is 0.
    #[must_use]
    pub fn normal(mean: f64, stddev: f64) -> Self {
        Self::of(Shape::normal(mean, stddev))
    }

    /// Log-normal, by the mean and the standard deviation of the values themselves.
    #[must_use]
    pub fn log_normal(mean: f64, stddev: f64) -> Self {
        Self::of(Shape::log_normal(mean, stddev))
    }

    /// Every value from `low` to `high` alike.
    #[must_use]
    pub const fn uniform(low: f64, high: f64) -> Self {
        Self::of(Shape::Uniform { low, high })
    }

    /// Of this shape, without bounds of its own.
    #[must_use]
    pub const fn of(shape: Shape) -> Self {
        Self { shape, min: f64::MIN, max: f64::MAX, whole: false }
    }

    /// The same, with draws outside of `min..=max` drawn again.
    #[must_use]
    pub fn between(self, min: f64, max: f64) -> Self {
        Self { min, max, ..self }
    }

    /// The same, checked: with bounds that lie within those of the `field`, rounded to whole numbers if its values are.
    ///
    /// # Errors
    /// As [`Distribution::new`], and when a fixed value lies outside of the field's bounds.
    pub(crate) fn settled(self, field: &str, (least, greatest): (f64, f64), whole: bool) -> Result<Self> {
        if let Shape::Fixed(value) = self.shape {
            let fits = value >= least && value <= greatest && (!whole || value.fract() == 0.0);
            let kind = if whole { "a whole number from " } else { "" };
            let fix = || format!("give {kind}{least} to {greatest}");
            return match fits {
                true => Ok(Self { whole, min: self.min.max(least), max: self.max.min(greatest), ..self }),
                false => Err(Error::request(field, value.to_string(), fix())),
            };
        }
        let new = if whole { Self::whole } else { Self::new };
        let (min, max) = (self.min, self.max);
        if min.is_nan() || max.is_nan() || min > max || min > greatest || max < least {
            let problem = format!("its bounds are {min} and {max}");
            return Err(Error::request(field, problem, format!("give bounds within {least} to {greatest}")));
        }
        new(field, self.shape, min.max(least), max.min(greatest))
    }

    /// A distribution of real numbers, bounded to `min..=max`. `flag` names the flag in errors.
    ///
    /// # Errors
    /// When a number is not finite, a deviation is negative, a weight is not positive, `min > max`, or fewer than 1 draw in
    /// 100 would lie in the bounds.
    pub fn new(flag: &str, shape: Shape, min: f64, max: f64) -> Result<Self> {
        Self::checked(flag, Self { shape, min, max, whole: false })
    }

    /// A distribution of whole numbers: draws are rounded before they are held against the bounds.
    ///
    /// # Errors
    /// As [`Distribution::new`], and when no whole number lies between the bounds.
    pub fn whole(flag: &str, shape: Shape, min: f64, max: f64) -> Result<Self> {
        if min <= max && min.ceil() > max.floor() {
            let problem = format!("no whole number lies between {min} and {max}");
            return Err(Error::request(flag, problem, "give wider bounds"));
        }
        Self::checked(flag, Self { shape, min: min.ceil(), max: max.floor(), whole: true })
    }

    fn checked(flag: &str, it: Self) -> Result<Self> {
        let Self { shape, min, max, .. } = &it;
        check(flag, shape)?;
        if min.is_nan() || max.is_nan() || min > max {
            let problem = format!("its minimum {min} is above its maximum {max}");
            return Err(Error::request(flag, problem, "swap or drop them"));
        }
        let (share, _) = it.accepted(shape);
        if share < LEAST_SHARE {
            let problem = format!("hardly any draw of {shape} lies between {min} and {max}");
            return Err(Error::request(flag, problem, "give a mean within the bounds, or wider ones"));
        }
        Ok(it)
    }

    /// The same with its bounds moved into `min..=max`; a fixed value stays as it is.
    ///
    /// # Errors
    /// As [`Distribution::new`].
    pub fn within(&self, flag: &str, min: f64, max: f64) -> Result<Self> {
        if self.constant().is_some() {
            return Ok(self.clone());
        }
        let new = if self.whole { Self::whole } else { Self::new };
        new(flag, self.shape.clone(), self.min.max(min), self.max.min(max))
    }

    /// A real value within the bounds.
    pub fn draw(&self, rng: &mut impl Rng) -> f64 {
        for _ in 0..TRIES {
            let value = self.shape.draw(rng);
            if self.accepts(value) {
                return value;
            }
        }
        self.shape.draw(rng).clamp(self.min, self.max)
    }

    /// A whole value within the bounds: a draw, rounded to the nearest; for a uniform shape each whole value alike.
    pub fn draw_int(&self, rng: &mut impl Rng) -> u64 {
        self.draw_multiple(rng, 1)
    }

    /// A multiple of `step` within the bounds: a draw, rounded to the nearest; for a uniform shape each multiple alike.
    pub fn draw_multiple(&self, rng: &mut impl Rng, step: u32) -> u64 {
        let unit = f64::from(step);
        if let Shape::Uniform { .. } = self.shape {
            let (low, high) = self.bounds();
            let low = (low / unit).ceil();
            return rng.random_range(low as u64..=(high / unit).floor().max(low) as u64) * u64::from(step);
        }
        for _ in 0..TRIES {
            let value = (self.shape.draw(rng) / unit).round() * unit;
            if self.accepts(value) {
                return value as u64;
            }
        }
        let value = (self.draw(rng) / unit).round();
        (value.min((self.max / unit).floor()).max((self.min / unit).ceil()) * unit) as u64
    }

    /// The least and the greatest value that can be drawn.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        match self.shape {
            Shape::Fixed(value) if self.whole => (value.round(), value.round()),
            Shape::Fixed(value) => (value, value),
            Shape::Uniform { low, high } => {
                let (low, high) = (low.max(self.min), high.min(self.max));
                if self.whole { (low.ceil(), high.floor()) } else { (low, high) }
            }
            _ => (self.min, self.max),
        }
    }

    /// The bounds that were given, whatever can be drawn.
    #[must_use]
    pub fn limits(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    /// A value that is exceeded once in a thousand million draws at most: the upper bound, or what a long tail has left by then.
    #[must_use]
    pub fn extreme(&self) -> f64 {
        /// Deviations of a Gaussian.
        const FAR: f64 = 6.0;
        fn of(shape: &Shape) -> f64 {
            match shape {
                Shape::Fixed(value) => *value,
                Shape::Normal { mean, stddev } => mean + FAR * stddev,
                Shape::Uniform { high, .. } => *high,
                Shape::LogNormal { median, mean } => median * (FAR * log_deviation(*median, *mean)).exp(),
                Shape::Mixture(parts) => parts.iter().map(|(_, part)| of(part)).fold(f64::MIN, f64::max),
                Shape::Empirical(points) => points.iter().map(|(_, value)| *value).fold(f64::MIN, f64::max),
            }
        }
        of(&self.shape).clamp(self.bounds().0, self.bounds().1)
    }

    /// The mean of the values that are drawn, which bounds may have moved away from the shape's own.
    #[must_use]
    pub fn typical(&self) -> f64 {
        let (share, sum) = self.accepted(&self.shape);
        sum / share
    }

    /// The value, when it is always the same one.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        match self.shape {
            Shape::Fixed(value) if self.whole => Some(value.round()),
            Shape::Fixed(value) => Some(value),
            _ => None,
        }
    }

    fn accepts(&self, value: f64) -> bool {
        self.min <= value && value <= self.max
    }

    /// The share of a shape's draws that lie within the bounds, and the sum of their values, each counted by its probability.
    fn accepted(&self, shape: &Shape) -> (f64, f64) {
        let draw = |value: f64| {
            let value = if self.whole { value.round() } else { value };
            if self.accepts(value) { (1.0, value) } else { (0.0, 0.0) }
        };
        let weighted = |parts: &mut dyn Iterator<Item = (f64, (f64, f64))>| {
            let add = |(all, share, sum), (weight, (part, value))| {
                (all + weight, share + weight * part, sum + weight * value)
            };
            let (all, share, sum) = parts.fold((0.0, 0.0, 0.0), add);
            (share / all, sum / all)
        };
        match shape {
            Shape::Fixed(value) => draw(*value),
            Shape::Normal { mean, stddev } => weighted(&mut gaussian(|z| draw(mean + stddev * z))),
            Shape::LogNormal { median, mean } => {
                let sigma = log_deviation(*median, *mean);
                weighted(&mut gaussian(|z| draw(median * (sigma * z).exp())))
            }
            Shape::Uniform { low, high } => {
                let (least, most) = (low.max(self.min), high.min(self.max));
                let (least, most) = if self.whole { (least.ceil(), most.floor()) } else { (least, most) };
                let share = if low == high || self.whole { 1.0 } else { (most - least) / (high - low) };
                if least > most { (0.0, 0.0) } else { (share, share * least.midpoint(most)) }
            }
            Shape::Mixture(parts) => weighted(&mut parts.iter().map(|(weight, part)| (*weight, self.accepted(part)))),
            Shape::Empirical(points) => weighted(&mut points.iter().map(|(weight, value)| (*weight, draw(*value)))),
        }
    }
}

/// Steps from one side of the Gaussian to the other, and how far out its sides are, in deviations.
const STEPS: u32 = 4000;
const SIDE: f64 = 8.0;

/// `of` at points along the standard Gaussian, each with its weight.
fn gaussian<T>(of: impl Fn(f64) -> T) -> impl Iterator<Item = (f64, T)> {
    (0..STEPS).map(move |step| {
        let z = SIDE * ((2.0 * f64::from(step) + 1.0) / f64::from(STEPS) - 1.0);
        ((-z * z / 2.0).exp(), of(z))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    /// Multiples are as often above as below: their mean is that of the values, not half a step less.
    #[test]
    fn multiples_keep_the_mean() -> Result<()> {
        for shape in [Shape::Normal { mean: 63.0, stddev: 9.0 }, Shape::Uniform { low: 40.0, high: 86.0 }] {
            let sides = Distribution::new("x", shape, 36.0, 90.0)?;
            let mut rng = crate::seed::Seed(1).stream("test", 0);
            let draws: Vec<_> = (0..40_000).map(|_| sides.draw_multiple(&mut rng, 2)).collect();
            assert!(draws.iter().all(|side| side % 2 == 0 && (36..=90).contains(side)));
            let mean = draws.iter().sum::<u64>() as f64 / draws.len() as f64;
            assert!((mean - 63.0).abs() < 0.2, "{mean}");
        }
        Ok(())
    }

    /// Shape, bounds, whether whole, and the mean of what is drawn.
    fn rows() -> Vec<(Shape, f64, f64, bool, f64)> {
        let uniform = |low, high| Shape::Uniform { low, high };
        vec![
            (Shape::Fixed(7.0), 1.0, 9.0, true, 7.0),
            (Shape::normal(10.0, 0.0), 1.0, 1e8, true, 10.0),
            (Shape::normal(10.0, 10.0), 1.0, 1e8, true, 13.07),
            (Shape::normal(10.0, 10.0), 1.0, 1e8, false, 13.25),
            (Shape::normal(100.0, 50.0), 1.0, 120.0, true, 75.5),
            (Shape::log_normal(100.0, 50.0), 0.0, 1e8, false, 100.0),
            (Shape::log_normal(100.0, 50.0), 1.0, 100.0, true, 68.9),
            (uniform(10.0, 20.0), 0.0, 1e8, false, 15.0),
            (uniform(10.0, 20.0), 15.0, 1e8, false, 17.5),
            (uniform(10.2, 20.9), 0.0, 1e8, true, 15.5),
            (Shape::Mixture(vec![(1.0, Shape::Fixed(1.0)), (3.0, uniform(2.0, 4.0))]), 0.0, 9.0, true, 2.5),
            (Shape::Empirical(vec![(1.0, 1.0), (1.0, 2.0), (8.0, 50.0)]), 0.0, 9.0, true, 1.5),
        ]
    }

    #[test]
    fn draws_keep_their_bounds_and_have_the_mean_that_is_told() {
        for (shape, min, max, whole, mean) in rows() {
            let new = if whole { Distribution::whole } else { Distribution::new };
            let Ok(it) = new("x", shape.clone(), min, max) else { panic!("{shape}") };
            let mut rng = Seed(1).stream("test", 0);
            let draws: Vec<f64> =
                (0..20_000).map(|_| if whole { it.draw_int(&mut rng) as f64 } else { it.draw(&mut rng) }).collect();
            assert!(draws.iter().all(|value| (it.bounds().0..=it.bounds().1).contains(value)), "{shape}");
            let drawn = draws.iter().sum::<f64>() / draws.len() as f64;
            assert!((drawn - mean).abs() < 0.02 * mean, "{shape}: drawn {drawn}");
            assert!((it.typical() - mean).abs() < 0.005 * mean, "{shape}: told {}", it.typical());
        }
    }

    #[test]
    fn bounds_without_room_are_refused() {
        let rows = [
            (Shape::Fixed(10.5), 10.2, 10.8, "no whole number lies between 10.2 and 10.8"),
            (Shape::normal(10.5, 1.0), 10.2, 10.8, "no whole number lies between"),
            (Shape::Fixed(10.5), 1.0, 10.6, "hardly any draw"),
            (Shape::normal(10.0, 1.0), 20.0, 30.0, "hardly any draw"),
            (Shape::Uniform { low: 1.2, high: 1.8 }, 0.0, 9.0, "hardly any draw"),
            (Shape::normal(10.0, 1.0), 9.0, 8.0, "is above its maximum"),
            (Shape::normal(f64::NAN, 1.0), 1.0, 8.0, "the mean is NaN"),
            (Shape::log_normal(0.0, 1.0), 1.0, 8.0, "give 0 < median <= mean"),
        ];
        for (shape, min, max, words) in rows {
            let refused = Distribution::whole("x", shape, min, max).map_err(|why| why.to_string());
            assert!(refused.as_ref().is_err_and(|why| why.contains(words)), "{refused:?}");
        }
    }
}
