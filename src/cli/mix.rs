//! A mix: each of a request file's shares is read as if it were the whole file, and what may differ is taken from each.

use clap::{CommandFactory, FromArgMatches};

use super::needs::{self, Context, Given};
use super::request::{self, RequestArgs, Resolved};
use super::{Cli, Command, Typed, refusal};
use crate::error::{Error, Result};
use crate::seed::Seed;
use crate::spec::{FilesSpec, Media, Share, Spec};

/// What was meant, by the request as a whole or by each of its shares, where the request file has some.
///
/// # Errors
/// [`Error::Request`] for anything that cannot be met.
pub(super) fn resolve(
    typed: &Typed,
    (given, whole): (Given, RequestArgs),
    delivery: (Media, FilesSpec),
    seed: Option<Seed>,
) -> Result<Resolved> {
    let mut read: Vec<Resolved> = Vec::new();
    // Shares have one seed, though each is read as if it were the whole.
    let seed = whole.seed_given().or(seed);
    let drawn = super::dataset::draw_seed();
    for share in &typed.shares {
        let alone = typed.share(share);
        let own = |flag: &str| share.entries.iter().any(|entry| entry.flag.trim_start_matches('-') == flag);
        let (given, args) = parse(&alone)?;
        let resolved = args.resolve(given, delivery.clone(), seed.or(Some(drawn)), own);
        read.push(resolved.map_err(|why| alone.spell(why))?);
    }
    if read.is_empty() {
        return whole.resolve(given, delivery, seed, |_| true);
    }
    check_common(typed, &read)?;
    let shares = typed.shares.iter().zip(&read).map(|(share, it)| Share::of(share.weight, it.spec.clone())).collect();
    let named = read.iter().any(|it| it.given.has("format"));
    let mut all = read.remove(0);
    for other in read {
        merge(&mut all.notes, other.notes);
        merge(&mut all.inputs, other.inputs);
    }
    let Spec { seed: of_all, records, reuse, media, body, files, arrival_rate, .. } = all.spec;
    let formats = if named { all.spec.formats } else { Vec::new() };
    let (max_payload_bytes, model_families, servers) =
        (all.spec.max_payload_bytes, all.spec.model_families, all.spec.servers);
    let spec = Spec {
        seed: of_all,
        records,
        reuse,
        media,
        body,
        mix: shares,
        formats,
        files,
        arrival_rate,
        max_payload_bytes,
        model_families,
        servers,
        ..Spec::default()
    };
    let spec = Spec { formats: request::formats(&spec)?, ..spec }.checked()?;
    Ok(Resolved { spec, seed_was_drawn: seed.is_none(), ..all })
}

/// The request's flags of a share.
fn parse(typed: &Typed) -> Result<(Given, RequestArgs)> {
    let matches = Cli::command().try_get_matches_from(&typed.argv);
    let cli = matches
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|complaint| typed.spell_flag(refusal::of(&complaint, typed)))?;
    match cli.command {
        Command::Generate(args) => Ok((args.given, args.request)),
        #[cfg(feature = "serve")]
        Command::Serve(args) => Ok((args.given, args.request)),
        _ => Err(Error::request("--config", "it has a mix, which this command does not take", "drop it")),
    }
}

/// Adds what is new.
fn merge<T: PartialEq>(all: &mut Vec<T>, other: Vec<T>) {
    let new: Vec<_> = other.into_iter().filter(|it| !all.contains(it)).collect();
    all.extend(new);
}

/// Refuses a flag beside the mix that would change nothing in any share.
fn check_common(typed: &Typed, shares: &[Resolved]) -> Result<()> {
    let Some(Resolved { given, .. }) = shares.first() else { return Ok(()) };
    for flag in given.flags() {
        let own =
            |number: usize| typed.shares[number].entries.iter().any(|entry| entry.flag.trim_start_matches('-') == flag);
        let check = |(number, it): (usize, &Resolved)| match own(number) {
            true => Ok(()),
            false => needs::check(&Context { spec: &it.spec, given: &it.given }, |other| other == flag),
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
