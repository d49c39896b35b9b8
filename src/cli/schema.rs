//! The JSON schema of request files, made from the table of flags: `docs/request.schema.json`, for editors.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, Command, CommandFactory};
use serde_json::{Map, Value, json};

use super::Cli;
use super::config::{MIX, OF_A_SHARE};
use super::quantity::takes_distributions;

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let program = Cli::command();
    let flags = program.find_subcommand("generate").into_iter().flat_map(Command::get_arguments);
    let flags: Vec<_> = flags.filter(|arg| !["config", "output"].contains(&arg.get_id().as_str())).collect();
    let of_a_share = |arg: &&Arg| arg.get_help_heading().is_some_and(|heading| OF_A_SHARE.contains(&heading));
    let mut share = properties(&flags.iter().copied().filter(of_a_share).collect::<Vec<_>>());
    let mut all = properties(&flags);
    share.insert("weight".to_owned(), json!({"type": "number", "exclusiveMinimum": 0}));
    let share = json!({"type": "object", "properties": share, "additionalProperties": false});
    let mix = json!({"description": "Shapes of requests, of which each record is one", "type": "array", "items": share, "minItems": 1});
    all.insert(MIX.to_owned(), mix);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A request of masque's",
        "description": "Flags of `masque generate` by their names; what is typed goes before them.",
        "type": "object",
        "properties": all,
        "additionalProperties": false,
        "$defs": {"distribution": distribution()},
    })
}

/// What a map of these flags may hold: each by its names, and groups of those whose names begin alike.
fn properties(flags: &[&Arg]) -> Map<String, Value> {
    let mut all = Map::new();
    let mut groups: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for arg in flags {
        let value = value_of(arg);
        let aliases = arg.get_all_aliases().unwrap_or_default();
        for name in arg.get_long().into_iter().chain(aliases) {
            all.insert(name.to_owned(), value.clone());
            if let Some((group, rest)) = name.split_once('-') {
                groups.entry(group.to_owned()).or_default().insert(rest.to_owned(), value.clone());
            }
        }
    }
    for (group, fields) in groups.into_iter().filter(|(_, fields)| fields.len() > 1) {
        let whole = json!({"type": "object", "properties": fields, "additionalProperties": false});
        all.entry(group).or_insert(whole);
    }
    all
}

fn value_of(arg: &Arg) -> Value {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if !arg.get_action().takes_values() {
        return json!({"description": help, "type": "boolean"});
    }
    let choices: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let one = match choices.is_empty() {
        // A choice such as 444 may be written as a number.
        false => json!({"anyOf": [{"enum": choices}, {"type": "number"}]}),
        true if takes_distributions(arg) => json!({"anyOf": [{"type": "number"}, {"$ref": "#/$defs/distribution"}]}),
        true => json!({"type": ["string", "number", "object"]}),
    };
    let mut value = match arg.get_action() {
        ArgAction::Append => json!({"anyOf": [one, {"type": "array", "items": one}]}),
        _ => one,
    };
    value["description"] = help.into();
    value
}

/// What `super::written` reads.
fn distribution() -> Value {
    let (number, weight) = (json!({"type": "number"}), json!({"type": "number", "exclusiveMinimum": 0}));
    let point = json!({"type": "object", "properties": {"value": number, "weight": weight}, "required": ["value"],
        "additionalProperties": false});
    let peak = json!({"type": "object", "properties": {"mean": number, "stddev": number, "weight": weight},
        "required": ["mean"], "additionalProperties": false});
    let list = |of: Value| json!({"type": "array", "items": of, "minItems": 1});
    let ways = ["value", "mean", "uniform", "points", "peaks"].map(|way| json!({"required": [way]}));
    json!({
        "type": "object",
        "properties": {
            "value": number, "mean": number, "stddev": number, "median": number,
            "uniform": {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
            "points": list(point), "peaks": list(peak), "min": number, "max": number,
        },
        "oneOf": ways,
        "additionalProperties": false,
    })
}
