//! Parsers of values. When one refuses, it says only what would work; [`super::refusal`] adds the flag and what was typed.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::builder::{NonEmptyStringValueParser, PathBufValueParser, TypedValueParser};

/// A number of `least..=greatest` in this unit.
pub(super) fn real(
    least: f64,
    greatest: f64,
    unit: &'static str,
) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse() {
        Ok(value) if (least..=greatest).contains(&value) => Ok(value),
        _ => Err(format!("give {least} to {greatest} {unit}").trim_end().to_owned()),
    }
}

/// A whole number of `least..=greatest` in this unit.
pub(super) fn whole<T: TryFrom<u64> + Send + Sync + 'static>(
    least: u64,
    greatest: u64,
    unit: &'static str,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let value = text.parse().ok().filter(|value| (least..=greatest).contains(value));
        let value = value.and_then(|value| T::try_from(value).ok());
        value.ok_or_else(|| format!("give a whole number, {least} to {greatest} {unit}").trim_end().to_owned())
    }
}

/// How many items of a kind there are in a turn.
pub(super) fn per_turn(items: &'static str) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    whole(1, super::ITEMS, items)
}

/// One of these.
pub(super) fn one_of<T: FromStr + Display + PartialEq + Copy + Send + Sync>(
    choices: &'static [T],
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        text.parse().ok().filter(|value| choices.contains(value)).ok_or_else(|| format!("give {}", list(choices)))
    }
}

/// A number of bytes, with `K`, `M`, `G` or `T` for powers of 1024.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let units = [('k', 10), ('m', 20), ('g', 30), ('t', 40)];
    let lower = text.to_ascii_lowercase();
    let (number, shift) = units
        .iter()
        .find_map(|(unit, shift)| lower.strip_suffix(*unit).map(|number| (number, *shift)))
        .unwrap_or((&lower, 0));
    match number.parse::<f64>().map(|number| number * (1_u64 << shift) as f64) {
        Ok(bytes) if (1.0..1e18).contains(&bytes) => Ok(bytes as u64),
        _ => Err("give bytes such as 8G, 512M or 1500000000".to_owned()),
    }
}

/// `8, 16, 24 or 32`.
pub(super) fn list<T: Display>(choices: &[T]) -> String {
    let texts: Vec<_> = choices.iter().map(ToString::to_string).collect();
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => texts.join(""),
    }
}

/// A text that is not empty.
pub(super) fn text() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// A path that holds what is asked of it.
pub(super) fn path(holds: fn(&Path) -> bool, fix: &'static str) -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(move |path| if holds(&path) { Ok(path) } else { Err(fix.to_owned()) })
}
