//! `--seq-dist`: pairs of input and output lengths, each with a weight, in three notations.
//!
//! - `64|10,32|8:70;256|40,128|20:20`: ISL|deviation,OSL|deviation:weight; deviations may be left out
//! - `[(256|10,128|5):60,(512|20,256|15):40]`
//! - `{"pairs": [{"isl": 256, "isl_stddev": 10, "osl": 128, "osl_stddev": 5, "prob": 60}]}`

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::spec::{Distribution, Lengths, Pair, Shape};

const FLAG: &str = "--seq-dist";

/// The longest sequence in tokens.
const TOKENS: f64 = 1e8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    pairs: Vec<Row>,
}

/// One pair as it was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    isl: f64,
    #[serde(default)]
    isl_stddev: f64,
    osl: f64,
    #[serde(default)]
    osl_stddev: f64,
    prob: f64,
}

/// The pairs, from any of the three notations.
///
/// # Errors
/// [`Error::Request`] that names the pair and what is wrong with it.
pub fn seq_dist(pairs: &str) -> Result<Lengths> {
    let text = pairs.trim();
    let rows = if text.starts_with('{') {
        let json: Json = serde_json::from_str(text).map_err(|why| refuse(&why.to_string()))?;
        json.pairs
    } else if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or_else(|| refuse("the closing ] is missing"))?;
        bracketed(inner)?
    } else {
        text.split(';').filter(|row| !row.trim().is_empty()).map(row).collect::<Result<_>>()?
    };
    if rows.is_empty() {
        return Err(refuse("it has no pairs"));
    }
    rows.iter().map(Row::pair).collect::<Result<_>>().map(Lengths::Pairs)
}

/// `(256|10,128|5):60,(512|20,256|15):40`
fn bracketed(mut text: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    loop {
        text = text.trim_start_matches([' ', ',']);
        if text.is_empty() {
            return Ok(rows);
        }
        let parts = text.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let (lengths, rest) = parts.ok_or_else(|| refuse(&format!("{text:?} is not (ISL,OSL):weight")))?;
        let end = rest.find(',').unwrap_or(rest.len());
        rows.push(row(&format!("{lengths}{}", &rest[..end]))?);
        text = &rest[end..];
    }
}

/// `64|10,32|8:70`
fn row(text: &str) -> Result<Row> {
    let parts = text.split_once(':').and_then(|(lengths, weight)| Some((lengths.split_once(',')?, weight)));
    let ((isl, osl), prob) = parts.ok_or_else(|| refuse(&format!("{:?} is not ISL,OSL:weight", text.trim())))?;
    let number = |number: &str| {
        let number = number.trim();
        number.parse().map_err(|_| refuse(&format!("{number:?} in {:?} is no number", text.trim())))
    };
    let spread = |text: &str| match text.split_once('|') {
        Some((mean, stddev)) => Ok((number(mean)?, number(stddev)?)),
        None => Ok((number(text)?, 0.0)),
    };
    let ((isl, isl_stddev), (osl, osl_stddev)) = (spread(isl)?, spread(osl)?);
    Ok(Row { isl, isl_stddev, osl, osl_stddev, prob: number(prob)? })
}

impl Row {
    fn pair(&self) -> Result<(f64, Pair)> {
        let Self { isl, isl_stddev, osl, osl_stddev, prob } = *self;
        if !(prob.is_finite() && prob > 0.0) {
            return Err(refuse(&format!("weight {prob}")));
        }
        let length = |name: &str, mean: f64, stddev: f64| {
            if !(1.0..=TOKENS).contains(&mean) {
                return Err(refuse(&format!("{name} {mean}")));
            }
            Distribution::whole(FLAG, Shape::normal(mean, stddev), 1.0, TOKENS)
        };
        Ok((prob, Pair { isl: length("ISL", isl, isl_stddev)?, osl: length("OSL", osl, osl_stddev)? }))
    }
}

fn refuse(problem: &str) -> Error {
    Error::request(FLAG, problem, "write ISL|stddev,OSL|stddev:weight;… with lengths of 1 or more and weights above 0")
}
