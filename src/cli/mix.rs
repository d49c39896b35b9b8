//! A mix: each of a request file's shares is read as if it were the whole file, and what may differ is taken from each.

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use super::needs::{self, Context, Given};
use super::{Cli, Command, GenerateArgs, Options, Request, Stop, Typed, refusal};
use crate::dataset::format;
use crate::error::{Error, Result};
use crate::spec::{Share, Spec};

/// What was meant by a request file that has a mix.
///
/// # Errors
/// [`Stop`]. A refusal names the share, and the flags as they were typed.
pub(super) fn read(typed: &Typed) -> Result<Request, Stop> {
    let refuse = |why| Stop::Refuse(typed.spell(why));
    let (mut shares, mut first) = (Vec::new(), None);
    let mut read = Vec::new();
    for share in &typed.shares {
        let alone = typed.share(share);
        let args = parse(&alone)?;
        let given = args.given.clone();
        let own = |flag: &str| share.entries.iter().any(|entry| entry.flag.trim_start_matches('-') == flag);
        let (spec, options) = args.resolve(None, own).map_err(|why| Stop::Refuse(alone.spell(why)))?;
        shares.push(Share::of(share.weight, spec.clone()));
        match &mut first {
            None => first = Some((spec.clone(), options)),
            Some((_, all)) => merge(all, options),
        }
        read.push((spec, given));
    }
    check_common(typed, &read).map_err(refuse)?;
    let Some((spec, mut options)) = first else {
        return Err(refuse(Error::request("mix", "it is empty", "give shares")));
    };
    let named = read.iter().any(|(_, given)| given.has("format"));
    let formats = if named { spec.formats.clone() } else { Vec::new() };
    let plain = Spec {
        seed: spec.seed,
        records: spec.records,
        reuse: spec.reuse,
        media: spec.media,
        body: spec.body,
        ..Spec::default()
    };
    let whole = Spec {
        mix: shares,
        formats,
        files: spec.files,
        arrival_rate: spec.arrival_rate,
        max_payload_bytes: spec.max_payload_bytes,
        model_families: spec.model_families.clone(),
        ..plain
    };
    let formats = format::chosen(&whole).map_err(refuse)?.iter().map(|row| row.name.to_owned()).collect();
    let whole = Spec { formats, ..whole }.checked().map_err(refuse)?;
    options.notes.iter_mut().for_each(|note| *note = typed.spell_text(note));
    options.resume_command = typed.resume_command(options.seed_was_drawn.then_some(whole.seed));
    Ok(Request::Generate(Box::new((whole, options))))
}

fn parse(typed: &Typed) -> Result<Box<GenerateArgs>, Stop> {
    let matches = Cli::command().try_get_matches_from(&typed.argv);
    let cli =
        matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|complaint| match complaint.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Stop::Show(complaint),
            _ => Stop::Refuse(typed.spell_flag(refusal::of(&complaint, typed))),
        })?;
    match cli.command {
        Command::Generate(args) => Ok(args),
        _ => Err(Stop::Refuse(Error::request("--config", "only generate has a mix", "drop it"))),
    }
}

/// What the run needs to know of another share.
fn merge(all: &mut Options, other: Options) {
    let new: Vec<_> = other.notes.into_iter().filter(|note| !all.notes.contains(note)).collect();
    all.notes.extend(new);
    let new: Vec<_> = other.inputs.into_iter().filter(|input| !all.inputs.contains(input)).collect();
    all.inputs.extend(new);
}

/// Refuses a flag beside the mix that would change nothing in any share.
fn check_common(typed: &Typed, shares: &[(Spec, Given)]) -> Result<()> {
    let Some((_, given)) = shares.first() else { return Ok(()) };
    for flag in given.flags() {
        let own =
            |number: usize| typed.shares[number].entries.iter().any(|entry| entry.flag.trim_start_matches('-') == flag);
        let check = |(number, (spec, given)): (usize, &(Spec, Given))| match own(number) {
            true => Ok(()),
            false => needs::check(&Context { spec, given }, |other| other == flag),
        };
        let mut refusals = shares.iter().enumerate().map(check);
        if let Some(Err(why)) = refusals.next()
            && refusals.all(|refusal| refusal.is_err())
        {
            return Err(why);
        }
    }
    Ok(())
}
