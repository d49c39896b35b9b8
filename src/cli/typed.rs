//! The command line as it was typed. Refusals come with a flag's first name; here it becomes the spelling that was used, such as
//! `--isl` or `-n`, or the name of a flag where a request came by names. Knows the names of flags, not what they mean.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, CommandFactory};
use serde_json::{Map, Value};

use super::config::{self, Config, Entry, ShareEntries};
use super::{Cli, fields};
use crate::error::{Error, Result};
use crate::seed::Seed;
use crate::spec::Spec;

/// The arguments, the program's name before them.
#[derive(Debug)]
pub struct Typed {
    /// The words as they were typed.
    words: Vec<OsString>,
    /// The same, and those that a request file stands for.
    pub(super) argv: Vec<OsString>,
    /// The command that was named, such as `generate`, or the program itself.
    pub(super) command: Command,
    /// Flags by their first names and as they were typed, in order.
    uses: Vec<Use>,
    /// The request of a manifest that was named.
    pub(super) request: Option<Box<Spec>>,
    /// The request file that was named; empty where there is none.
    file: String,
    /// Its flags that were not typed, and its shares.
    entries: Vec<Entry>,
    pub(super) shares: Vec<ShareEntries>,
    /// Whether flags are told by their names, such as `image_width_mean`, to who typed none.
    by_names: bool,
}

#[derive(Debug)]
struct Use {
    flag: String,
    spelling: String,
    value: Option<OsString>,
    is_path: bool,
}

impl Typed {
    /// Of these arguments.
    #[must_use]
    pub fn new(argv: Vec<OsString>) -> Self {
        let program = Cli::command();
        let place = argv.iter().skip(1).position(|word| program.find_subcommand(word).is_some());
        let named = place.and_then(|place| program.find_subcommand(&argv[place + 1]));
        let command = named.unwrap_or(&program).clone();
        let words = argv.iter().skip(place.map_or(1, |place| place + 2));
        let uses = uses(&command, &mut words.map(OsString::as_os_str));
        Self {
            words: argv.clone(),
            argv,
            command,
            uses,
            request: None,
            file: String::new(),
            entries: Vec::new(),
            shares: Vec::new(),
            by_names: false,
        }
    }

    /// Of names with their values, behind those of what is called `file`, if they stand beside one.
    ///
    /// # Errors
    /// [`Error::Request`] when they ask for what there is not.
    pub(super) fn of_names(file: Option<(&str, Map<String, Value>)>, names: Map<String, Value>) -> Result<Self> {
        let words: Vec<OsString> = ["masque", "generate", "--output", "dataset"].map(OsString::from).into();
        let plain = Self::new(words.clone());
        let named = config::of_names("", names, &plain.command)?;
        let Some((file, whole)) = file else { return Ok(Self { by_names: true, ..plain.with("", named) }) };
        let Config::Flags(entries, shares) = named else {
            return Err(Error::request("request", "it stands beside a file", "give one of them"));
        };
        if !shares.is_empty() {
            return Err(Error::request(config::MIX, "it stands beside a file", "write it in the file"));
        }
        let more = entries.into_iter().map(|entry| entry.word(&format!("--{}", entry.key.replace(['.', '_'], "-"))));
        let typed = Self::new(words.into_iter().chain(more).collect());
        let whole = config::of_names(file, whole, &typed.command)?;
        Ok(Self { by_names: true, ..typed.with(file, whole) })
    }

    /// With the flags of the request file that was named, before those that were typed; a flag that was typed replaces the file's.
    ///
    /// # Errors
    /// [`Error::Request`] when the file cannot be read or asks for what there is not.
    pub fn with_config(self) -> Result<Self> {
        let file = self.uses.iter().rev().find(|it| it.flag == config::FLAG).and_then(|it| it.value.clone());
        let Some(file) = file.map(PathBuf::from) else { return Ok(self) };
        let config = config::read(&file, &self.command).map_err(|why| self.spell_flag(why))?;
        Ok(self.with(&file.display().to_string(), config))
    }

    /// The same, with what a file of this name asks for.
    fn with(self, file: &str, config: Config) -> Self {
        let (entries, shares) = match config {
            Config::Flags(entries, shares) => (entries, shares),
            Config::Request(request) => return Self { request: Some(request), ..self },
        };
        let entries = entries.into_iter().filter(|entry| !self.has(&entry.flag)).collect::<Vec<_>>();
        Self { file: file.to_owned(), shares, entries: entries.clone(), ..self }.with_entries(&entries)
    }

    /// What stands for a share of the file's mix by itself: its flags take the place of the file's, and those that were typed of both.
    pub(super) fn share(&self, share: &ShareEntries) -> Self {
        let plain = Self::new(self.words.clone());
        let own: Vec<_> = share.entries.iter().filter(|entry| !plain.has(&entry.flag)).cloned().collect();
        let rest = self.entries.iter().filter(|entry| own.iter().all(|other| other.flag != entry.flag));
        let entries: Vec<_> = rest.chain(&own).cloned().collect();
        Self { file: self.file.clone(), by_names: self.by_names, ..plain }.with_entries(&entries)
    }

    /// With these flags of the file before those that were typed.
    fn with_entries(mut self, entries: &[Entry]) -> Self {
        let Some(place) = self.argv.iter().position(|word| word == self.command.get_name()) else { return self };
        let words = entries.iter().map(|entry| entry.word(&entry.flag));
        self.argv.splice(place + 1..place + 1, words.collect::<Vec<OsString>>());
        let uses = entries.iter().map(|Entry { key, flag, value }| Use {
            flag: flag.clone(),
            spelling: config::place(&self.file, key),
            value: value.clone().map(Into::into),
            is_path: false,
        });
        let uses: Vec<_> = uses.collect();
        self.uses.splice(..0, uses);
        self
    }

    /// The command that goes on with the run of this one; `seed` is the one that it drew.
    pub(super) fn resume_command(&self, seed: Option<Seed>) -> String {
        let flag = |name: &str| OsString::from(name);
        let kept =
            self.words.iter().filter(|word| !["--overwrite", "--resume"].iter().any(|flag| *word == flag)).cloned();
        let seed = seed.map(|seed| [flag("--random-seed"), flag(&seed.0.to_string())]);
        let words = kept.chain(seed.into_iter().flatten()).chain([flag("--resume")]);
        words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    /// What shows the flags of the command that was named.
    pub(super) fn help(&self) -> String {
        match self.command.get_name() {
            "masque" => "masque --help".to_owned(),
            name => format!("masque {name} --help"),
        }
    }

    /// The commands that may be given here.
    pub(super) fn commands(&self) -> impl Iterator<Item = &str> {
        self.command.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help")
    }

    /// The command that was named, or the program itself.
    pub(super) fn command(&self) -> &Command {
        &self.command
    }

    /// How it is called.
    pub(super) fn name(&self) -> String {
        self.help().trim_end_matches(" --help").to_owned()
    }

    /// What the one word is that it takes without a flag, if it takes one.
    pub(super) fn positional(&self) -> Option<&str> {
        let mut words = self.command.get_positionals().filter(|arg| !matches!(arg.get_action(), ArgAction::Append));
        words.next().and_then(|arg| arg.get_value_names()).and_then(|names| names.first()).map(|name| name.as_str())
    }

    /// Another command that has a flag of this name.
    pub(super) fn others_with(&self, name: &str) -> Option<String> {
        let program = Cli::command();
        let mut others = program.get_subcommands().filter(|other| other.get_name() != self.command.get_name());
        let has = |other: &&Command| other.get_arguments().any(|arg| has_name(arg, name));
        others.find(has).map(|other| other.get_name().to_owned())
    }

    /// The flag of this first name.
    pub(super) fn arg(&self, flag: &str) -> Option<&Arg> {
        self.command.get_arguments().find(|arg| first_name(arg) == flag)
    }

    /// The first name of the flag whose value is not UTF-8, though it should be.
    pub(super) fn not_utf8(&self) -> Option<&str> {
        let bad = |it: &&Use| !it.is_path && it.value.as_ref().is_some_and(|value| value.to_str().is_none());
        self.uses.iter().find(bad).map(|it| it.flag.as_str())
    }

    /// Whether this flag, by its first name, was typed in any spelling.
    pub(super) fn has(&self, flag: &str) -> bool {
        self.uses.iter().any(|it| it.flag == flag)
    }

    /// An error with the flags of the fields that it names, each as it was typed.
    #[must_use]
    pub fn spell(&self, error: Error) -> Error {
        match error {
            Error::Request { field, problem, fix } => {
                self.spell_flag(Error::Request { field: fields::flag(&field, |flag| self.has(flag)), problem, fix })
            }
            Error::Requests(all) => Error::Requests(all.into_iter().map(|one| self.spell(one)).collect()),
            Error::Text(problem) => Error::Text(self.spell_text(&problem)),
            Error::Record { index, source } => Error::Record { index, source: Box::new(self.spell(*source)) },
            other => other,
        }
    }

    /// The same of an error that names a flag, or a word that is none.
    pub(super) fn spell_flag(&self, error: Error) -> Error {
        match error {
            Error::Request { field, problem, fix } => {
                Error::request(self.spell_text(&field), self.spell_text(&problem), self.spell_text(&fix))
            }
            other => other,
        }
    }

    /// A text with the flags of the fields that it names, each as it was typed.
    #[must_use]
    pub fn spell_text(&self, text: &str) -> String {
        let text = fields::flags(text, |flag| self.has(flag));
        let mut spelt = String::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find("--") {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(from.len());
            let (flag, after) = from.split_at(end);
            let used = self.uses.iter().rev().find(|it| it.flag == flag);
            spelt += before;
            // Beside a file whatever was not named is told as the program tells it.
            spelt += &match used {
                Some(used) => self.told(&used.spelling),
                None if self.file.is_empty() => self.told(&usual(flag)).into_owned().into(),
                None => usual(flag),
            };
            rest = after;
        }
        spelt + rest
    }

    /// A flag's spelling as it is told.
    fn told<'a>(&self, spelling: &'a str) -> Cow<'a, str> {
        let flag =
            spelling.strip_prefix("--").filter(|name| self.command.get_arguments().any(|arg| has_name(arg, name)));
        match flag {
            Some(name) if self.by_names => name.replace('-', "_").into(),
            _ => spelling.into(),
        }
    }
}

/// The name of a flag by which it is called in the book, which has no dashes but those before it, where there is one.
fn usual(flag: &str) -> Cow<'_, str> {
    let lengths = [("--prompt-input-tokens", "--isl"), ("--prompt-output-tokens", "--osl")];
    let short = lengths.iter().find_map(|(long, short)| Some((*short, flag.strip_prefix(long)?)));
    match short {
        Some((short, "-mean")) => short.into(),
        Some((short, end)) => format!("{short}{end}").into(),
        None => flag.into(),
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A flag's first name, with its dashes.
pub(super) fn first_name(arg: &Arg) -> String {
    arg.get_long().map(|long| format!("--{long}")).unwrap_or_default()
}

/// The flags among these words.
fn uses(command: &Command, words: &mut dyn Iterator<Item = &OsStr>) -> Vec<Use> {
    let mut uses = Vec::new();
    while let Some(word) = words.next() {
        let lossy = word.to_string_lossy();
        if lossy == "--" {
            break;
        }
        let (name, value) = match lossy.split_once('=') {
            Some((name, _)) => (name, Some(after_equals(word))),
            None => (&*lossy, None),
        };
        if let Some(long) = name.strip_prefix("--") {
            let Some(arg) = command.get_arguments().find(|arg| has_name(arg, long)) else { continue };
            let value = value.or_else(|| takes_value(arg).then(|| words.next().map(OsStr::to_owned)).flatten());
            uses.push(used(arg, name.to_owned(), value));
        } else if let Some(shorts) = lossy.strip_prefix('-') {
            for (place, short) in shorts.char_indices() {
                let Some(arg) = command.get_arguments().find(|arg| arg.get_short() == Some(short)) else { break };
                let attached = &shorts[place + short.len_utf8()..];
                let value = match (takes_value(arg), attached) {
                    (false, _) => None,
                    (true, "") => words.next().map(OsStr::to_owned),
                    (true, attached) => Some(attached.into()),
                };
                uses.push(used(arg, format!("-{short}"), value));
                if takes_value(arg) {
                    break;
                }
            }
        }
    }
    uses
}

fn used(arg: &Arg, spelling: String, value: Option<OsString>) -> Use {
    let is_path = arg.get_value_parser().type_id() == std::any::TypeId::of::<std::path::PathBuf>();
    Use { flag: first_name(arg), spelling, value, is_path }
}

fn has_name(arg: &Arg, long: &str) -> bool {
    arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&long))
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

/// What stands behind the first `=`.
fn after_equals(word: &OsStr) -> OsString {
    let bytes = word.as_encoded_bytes();
    let start = bytes.iter().position(|byte| *byte == b'=').map_or(bytes.len(), |place| place + 1);
    match std::str::from_utf8(&bytes[start..]) {
        Ok(text) => text.into(),
        Err(_) => word.to_owned(),
    }
}
