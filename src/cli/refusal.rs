//! clap's complaints as refusals of our own: the flag, what was typed, what would work. The one place that knows how clap puts
//! them.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction};

use super::suggest;
use super::typed::Typed;
use super::value::list;
use crate::error::Error;

/// What clap complains of.
pub(super) fn of(complaint: &clap::Error, typed: &Typed) -> Error {
    let named = strings(complaint, ContextKind::InvalidArg);
    let flag = named.first().map(|shown| bare(shown)).unwrap_or_default();
    let value = strings(complaint, ContextKind::InvalidValue).concat();
    let (flag, problem, fix) = match complaint.kind() {
        ErrorKind::ValueValidation => {
            let fix = complaint.source().map(ToString::to_string).unwrap_or_default();
            (flag, found(&value), fix)
        }
        ErrorKind::InvalidValue => {
            let choices = strings(complaint, ContextKind::ValidValue);
            let fix = if choices.is_empty() { example(typed, &flag) } else { format!("give {}", list(&choices)) };
            let repeated = matches!(typed.arg(&flag).map(Arg::get_action), Some(ArgAction::Append));
            let several =
                if repeated && value.contains(',') { "; for several, give the flag several times" } else { "" };
            (flag, found(&value), fix + several)
        }
        ErrorKind::UnknownArgument => unknown(typed, flag),
        ErrorKind::ArgumentConflict => {
            let others: Vec<_> = strings(complaint, ContextKind::PriorArg).iter().map(|shown| bare(shown)).collect();
            let others = if others.is_empty() { "another flag".to_owned() } else { others.join(" and ") };
            (flag, format!("it cannot be used with {others}"), "drop one of them".to_owned())
        }
        ErrorKind::MissingRequiredArgument => {
            let fix = format!("give {}", named.join(" and "));
            (flag, "it is missing".to_owned(), fix)
        }
        ErrorKind::TooManyValues => {
            let fix = format!("give {flag} by itself");
            (flag, format!("it takes no value, and {} was given", found(&value)), fix)
        }
        ErrorKind::InvalidSubcommand => {
            let word = strings(complaint, ContextKind::InvalidSubcommand).concat();
            let commands: Vec<_> = typed.commands().map(str::to_owned).collect();
            (printable(&word), "there is no such command".to_owned(), format!("give {}", list(&commands)))
        }
        ErrorKind::InvalidUtf8 => {
            let flag = typed.not_utf8().unwrap_or("an argument").to_owned();
            (flag, "its value is not UTF-8".to_owned(), "give UTF-8".to_owned())
        }
        _ => {
            let first = complaint.to_string().lines().next().unwrap_or_default().to_owned();
            (typed.help(), first.trim_start_matches("error: ").to_owned(), example(typed, &flag))
        }
    };
    Error::request(flag, problem, format!("{fix}; see {}", typed.help()))
}

/// A flag that is none, or a word where none is taken.
fn unknown(typed: &Typed, word: String) -> (String, String, String) {
    let Some(name) = word.strip_prefix('-').map(|rest| rest.trim_start_matches('-')) else {
        let (problem, fix) = match typed.positional() {
            Some(only) => (format!("{} takes one {only}", typed.name()), "drop it"),
            None => ("no flag stands before this word".to_owned(), "drop it, or check what stands before it"),
        };
        return (printable(&word), problem, fix.to_owned());
    };
    let elsewhere = || {
        let of = typed.others_with(name)?;
        Some(match typed.commands().next() {
            Some(_) => ("no command stands before it".to_owned(), format!("write masque {of} before it")),
            None => (format!("it is a flag of masque {of}"), "drop it".to_owned()),
        })
    };
    let meant = || {
        let flag = suggest::nearest(typed.command(), name)?;
        Some(("there is no such flag".to_owned(), format!("did you mean --{flag}?")))
    };
    let nothing = || ("there is no such flag".to_owned(), "check its name".to_owned());
    let (problem, fix) = elsewhere().or_else(meant).unwrap_or_else(nothing);
    (printable(&word), problem, fix)
}

/// What a flag takes, for want of anything better.
fn example(typed: &Typed, flag: &str) -> String {
    let names = typed.arg(flag).and_then(|arg| arg.get_value_names()).unwrap_or_default();
    let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
    format!("give {flag} {}", names.join(" ")).trim_end().to_owned()
}

/// A value that was typed, for a message.
fn found(value: &str) -> String {
    if value.is_empty() { "its value is empty".to_owned() } else { printable(value) }
}

/// A text on one line, and not too long a one.
fn printable(text: &str) -> String {
    let escaped: String = text.chars().take(100).flat_map(|c| escape(c).chars().collect::<Vec<_>>()).collect();
    if text.chars().count() > 100 { escaped + "…" } else { escaped }
}

fn escape(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

/// A flag without the names of its values; what is no flag by its own name.
fn bare(shown: &str) -> String {
    let named = shown.trim_matches(['[', ']', '<', '>']);
    named.split([' ', '=', '[', '>']).next().unwrap_or_default().to_owned()
}

fn strings(complaint: &clap::Error, kind: ContextKind) -> Vec<String> {
    match complaint.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
