//! A distribution in full, as a request file or a flag's JSON writes it: `{"mean": 550, "stddev": 100, "min": 10}`,
//! `{"mean": 5, "median": 3}` (log-normal), `{"uniform": [1, 9]}`, `{"points": [{"value": 64, "weight": 3}, …]}`,
//! `{"peaks": [{"mean": 100, "stddev": 9, "weight": 1}, …]}`; each with `min` and `max` if there are to be bounds.

use serde::Deserialize;

use crate::spec::Shape;

/// A shape and the bounds that were written with it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    pub(super) shape: Shape,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    value: Option<f64>,
    mean: Option<f64>,
    stddev: Option<f64>,
    median: Option<f64>,
    uniform: Option<[f64; 2]>,
    points: Option<Vec<Point>>,
    peaks: Option<Vec<Peak>>,
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    value: f64,
    #[serde(default = "one")]
    weight: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Peak {
    mean: f64,
    #[serde(default)]
    stddev: f64,
    #[serde(default = "one")]
    weight: f64,
}

fn one() -> f64 {
    1.0
}

/// The ways to write one, for refusals.
const WAYS: &str = "write one of value, mean with stddev, mean with median, uniform, points or peaks, and min and max if there are bounds";

impl Written {
    /// Reads a JSON object.
    pub(super) fn read(json: &str) -> Result<Self, String> {
        let fields: Fields = serde_json::from_str(json).map_err(|why| {
            // A place in the object is none in the file that it stands in.
            let why = why.to_string().split(" at line ").next().unwrap_or_default().replace('`', "\"");
            format!("it is no distribution: {why}; {WAYS}")
        })?;
        let Fields { value, mean, stddev, median, uniform, points, peaks, min, max } = fields;
        let shape = match (value, mean, stddev, median, uniform, points, peaks) {
            (Some(value), None, None, None, None, None, None) => Shape::Fixed(value),
            (None, Some(mean), stddev, None, None, None, None) => Shape::normal(mean, stddev.unwrap_or(0.0)),
            (None, Some(mean), None, Some(median), None, None, None) if 0.0 < median && median <= mean => {
                Shape::LogNormal { median, mean }
            }
            (None, Some(_), None, Some(median), None, None, None) => {
                return Err(format!("a median of {median} lies not between 0 and the mean; give one that does"));
            }
            (None, None, None, None, Some([low, high]), None, None) if low <= high => Shape::Uniform { low, high },
            (None, None, None, None, None, Some(points), None) if !points.is_empty() => {
                Shape::Empirical(points.iter().map(|point| (point.weight, point.value)).collect())
            }
            (None, None, None, None, None, None, Some(peaks)) if !peaks.is_empty() => {
                let peak = |peak: &Peak| (peak.weight, Shape::normal(peak.mean, peak.stddev));
                Shape::Mixture(peaks.iter().map(peak).collect())
            }
            _ => return Err(WAYS.to_owned()),
        };
        Ok(Self { shape, min, max })
    }

    /// Whether it is a fixed number and nothing else.
    pub(super) fn fixed(&self) -> Option<f64> {
        match self.shape {
            Shape::Fixed(value) if self.min.or(self.max).is_none() => Some(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_read_and_all_else_refused() {
        let shape = |json| Written::read(json).map(|written| written.shape);
        assert_eq!(shape(r#"{"value": 5}"#), Ok(Shape::Fixed(5.0)));
        assert_eq!(shape(r#"{"mean": 5}"#), Ok(Shape::Fixed(5.0)));
        assert_eq!(shape(r#"{"mean": 5, "stddev": 2, "min": 1}"#), Ok(Shape::Normal { mean: 5.0, stddev: 2.0 }));
        assert_eq!(shape(r#"{"mean": 5, "median": 3}"#), Ok(Shape::LogNormal { median: 3.0, mean: 5.0 }));
        assert_eq!(shape(r#"{"uniform": [1, 9]}"#), Ok(Shape::Uniform { low: 1.0, high: 9.0 }));
        let points = r#"{"points": [{"value": 4, "weight": 3}, {"value": 8}]}"#;
        assert_eq!(shape(points), Ok(Shape::Empirical(vec![(3.0, 4.0), (1.0, 8.0)])));
        let peaks = r#"{"peaks": [{"mean": 4, "stddev": 1}, {"mean": 8, "weight": 2}]}"#;
        let parts = vec![(1.0, Shape::Normal { mean: 4.0, stddev: 1.0 }), (2.0, Shape::Fixed(8.0))];
        assert_eq!(shape(peaks), Ok(Shape::Mixture(parts)));
        for bad in [
            "{}",
            r#"{"mean": 1, "value": 2}"#,
            r#"{"mean": 1, "stdev": 2}"#,
            r#"{"mean": 1, "median": 2}"#,
            r#"{"uniform": [3, 2]}"#,
            r#"{"uniform": [3]}"#,
            r#"{"points": []}"#,
            r#"{"min": 2}"#,
            r#"{"stddev": 2}"#,
            r#"{"mean": "x"}"#,
        ] {
            assert!(shape(bad).is_err(), "{bad}");
        }
    }
}
