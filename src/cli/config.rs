//! A request file: the flags of `generate` by their names, in YAML, TOML or JSON, before what was typed. A dataset's manifest is one
//! too: its request is taken whole.
//!
//! ```yaml
//! num-dataset-entries: 1000
//! isl: {mean: 550, stddev: 100, min: 10}
//! format: [single_turn, raw_payload]
//! image:
//!   width-mean: {points: [{value: 512, weight: 3}, {value: 2048}]}
//!   height-mean: 512
//! ```

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, ArgAction, Command};
use serde_json::{Map, Value};

use super::suggest;
use super::typed::first_name;
use crate::error::{Error, Result};
use crate::io::input::read_regular;
use crate::spec::Spec;

/// The flag that names one.
pub(super) const FLAG: &str = "--config";

/// The largest file that is taken, in bytes: a request is a few kilobytes, and a system prompt.
const LARGEST: u64 = 64 << 20;

/// What a file asks for.
#[derive(Debug)]
pub(super) enum Config {
    /// Flags, and those of each share of a mix.
    Flags(Vec<Entry>, Vec<ShareEntries>),
    /// A whole request, as a manifest has it.
    Request(Box<Spec>),
}

/// The flags of one share of a mix.
#[derive(Debug, Clone)]
pub(super) struct ShareEntries {
    /// How often it comes, beside the others.
    pub(super) weight: f64,
    pub(super) entries: Vec<Entry>,
}

/// Flags that a share may have of its own, by the headings of their help.
pub(super) const OF_A_SHARE: [&str; 6] = ["Conversation", "Text", "Placement", "Images", "Audio", "Video"];

/// One flag of a file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its name in the file, such as `image.width-mean`.
    pub(super) key: String,
    /// Its first name, with dashes.
    pub(super) flag: String,
    /// Its value; none of a flag that takes none.
    pub(super) value: Option<String>,
}

impl Entry {
    /// The word that stands for it, of the flag by this name.
    pub(super) fn word(&self, flag: &str) -> OsString {
        match &self.value {
            Some(value) => format!("{flag}={value}").into(),
            None => flag.into(),
        }
    }
}

/// Reads a file for this command.
///
/// # Errors
/// [`Error::Request`] with the file and the key.
pub(super) fn read(path: &Path, command: &Command) -> Result<Config> {
    let names = load(path)?;
    of_names(&path.display().to_string(), names, command)
}

/// The names and values of a file.
///
/// # Errors
/// [`Error::Request`] with the file.
pub(super) fn load(path: &Path) -> Result<Map<String, Value>> {
    let bytes = read_regular(FLAG, path, LARGEST)?;
    let refuse = |problem: String, fix: &str| Error::request(path.display().to_string(), problem, fix);
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8".into(), "give UTF-8"))?;
    let fix = "give YAML (.yaml), TOML (.toml) or JSON (.json)";
    let value = parse(path, &text).map_err(|why| refuse(format!("it cannot be read: {why}"), fix))?;
    match value {
        Value::Object(names) => Ok(names),
        _ => Err(refuse("it holds no names with values".into(), "write flags such as isl: 550")),
    }
}

/// What these names ask for; `file` is what they stand in, empty where they stand in none.
///
/// # Errors
/// [`Error::Request`] with the file and the key.
pub(super) fn of_names(file: &str, mut map: Map<String, Value>, command: &Command) -> Result<Config> {
    if map.contains_key("masque") && map.contains_key("request") {
        let spec = serde_json::from_value(map["request"].clone());
        let fix = "give a manifest that this version has made";
        let whole = if file.is_empty() { "request" } else { file };
        return spec
            .map(|spec| Config::Request(Box::new(spec)))
            .map_err(|why| Error::request(whole, format!("its request: {why}"), fix));
    }
    let shares = match map.remove(MIX) {
        None => Vec::new(),
        Some(Value::Array(shares)) if !shares.is_empty() => shares
            .into_iter()
            .enumerate()
            .map(|(number, share)| read_share(file, command, number, share))
            .collect::<Result<_>>()?,
        Some(other) => {
            let fix = "give a list of shares, such as [{weight: 7, isl: 550}, {weight: 3, isl: 64}]";
            return Err(Error::request(place(file, MIX), other.to_string(), fix));
        }
    };
    let mut entries = Vec::new();
    collect(file, command, ("", ""), &map, &mut entries)?;
    Ok(Config::Flags(entries, shares))
}

/// A key as it is told: with the file that it stands in, if there is one.
pub(super) fn place(file: &str, key: &str) -> String {
    if file.is_empty() { key.to_owned() } else { format!("{file}: {key}") }
}

/// The key of a mix's shares.
pub(super) const MIX: &str = "mix";

/// Reads a share: a weight, and flags of its own.
fn read_share(file: &str, command: &Command, number: usize, share: Value) -> Result<ShareEntries> {
    let whole = place(file, &format!("{MIX}[{number}]"));
    let Value::Object(mut map) = share else {
        return Err(Error::request(whole, share.to_string(), "give flags by their names, and a weight"));
    };
    let weight = match map.remove("weight") {
        None => 1.0,
        Some(weight) => weight
            .as_f64()
            .filter(|weight| weight.is_finite() && *weight > 0.0)
            .ok_or_else(|| Error::request(format!("{whole}.weight"), weight.to_string(), "give a number above 0"))?,
    };
    let mut entries = Vec::new();
    collect(&whole, command, ("", ""), &map, &mut entries)?;
    for entry in &mut entries {
        let heading = command.get_arguments().find(|arg| first_name(arg) == entry.flag).and_then(Arg::get_help_heading);
        if heading.is_none_or(|heading| !OF_A_SHARE.contains(&heading)) {
            let fix = "write it beside the mix";
            return Err(Error::request(place(&whole, &entry.key), "a share cannot say this", fix));
        }
        entry.key = format!("{MIX}[{number}].{}", entry.key);
    }
    Ok(ShareEntries { weight, entries })
}

fn parse(path: &Path, text: &str) -> std::result::Result<Value, String> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => toml::from_str(text).map_err(|why| {
            let before = why.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            format!("line {line}: {}", why.message().replace('\n', "; "))
        }),
        Some("json") => serde_json::from_str(text).map_err(|why| why.to_string()),
        _ => serde_saphyr::from_str(text).map_err(|why| {
            // Behind the first line stands what the file says there, behind this comma what a programmer may do about it.
            let why = why.to_string();
            let first = why.lines().next().unwrap_or_default().trim_start_matches("error: ");
            first.split(", set DuplicateKeyPolicy").next().unwrap_or_default().to_owned()
        }),
    }
}

/// The entries of a map whose keys all begin with `group`, as flags have it and as it was written.
fn collect(
    file: &str,
    command: &Command,
    (group, written): (&str, &str),
    map: &Map<String, Value>,
    to: &mut Vec<Entry>,
) -> Result<()> {
    for (key, value) in map {
        let (name, shown) = (format!("{group}{key}").replace('_', "-"), format!("{written}{key}"));
        let Some(arg) = find(command, &name) else {
            if let Value::Object(inner) = value
                && suggest::names(command).any(|known| known.starts_with(&format!("{name}-")))
            {
                collect(file, command, (&format!("{name}-"), &format!("{shown}.")), inner, to)?;
                continue;
            }
            return Err(unknown(file, command, &name, &shown));
        };
        if [FLAG, "--output"].contains(&first_name(arg).as_str()) {
            return Err(match file {
                "" => Error::request(shown, "a request does not say this", "drop it"),
                _ => Error::request(place(file, &shown), "a file cannot say this", "type it"),
            });
        }
        let flag = first_name(arg);
        if let Some(other) = to.iter().find(|entry| entry.flag == flag) {
            let problem = format!("{} is the same flag", other.key);
            return Err(Error::request(place(file, &shown), problem, "drop one of them"));
        }
        entry(file, arg, shown, value, to)?;
    }
    Ok(())
}

/// The entries of one flag: several, where its value is a list.
fn entry(file: &str, arg: &Arg, key: String, value: &Value, to: &mut Vec<Entry>) -> Result<()> {
    let refuse = |fix: &str| Err(Error::request(place(file, &key), value.to_string(), fix));
    let takes_value = arg.get_action().takes_values();
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Object(_) => Some(value.to_string()),
        _ => None,
    };
    let values = match value {
        Value::Bool(given) if !takes_value => {
            let flag = first_name(arg);
            to.extend(given.then_some(Entry { key, flag, value: None }));
            return Ok(());
        }
        _ if !takes_value => return refuse("give true or false"),
        Value::Array(list) => list.iter().map(one).collect::<Option<Vec<_>>>(),
        value => one(value).map(|value| vec![value]),
    };
    let Some(values) = values else { return refuse("give a number, a text or a list of them") };
    if values.len() > 1 && !matches!(arg.get_action(), ArgAction::Append) {
        return refuse("give one value");
    }
    let entry = |value| Entry { key: key.clone(), flag: first_name(arg), value: Some(value) };
    to.extend(values.into_iter().map(entry));
    Ok(())
}

fn unknown(file: &str, command: &Command, name: &str, shown: &str) -> Error {
    let nearest = suggest::nearest(command, name);
    let nearest = nearest.map(|name| if file.is_empty() { name.replace('-', "_") } else { name });
    let fix = nearest.map_or_else(|| "check its name".to_owned(), |nearest| format!("did you mean {nearest}?"));
    Error::request(place(file, shown), "there is no such flag", fix)
}

fn find<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    let has = |arg: &&Arg| {
        let aliases = arg.get_all_aliases().unwrap_or_default();
        arg.get_long() == Some(name) || aliases.contains(&name)
    };
    command.get_arguments().find(has)
}
