//! Lengths: what is drawn for a turn, and room for what every prompt must hold.

use crate::error::{Error, Result};
use crate::seed::{Seed, Stream};
use crate::spec::distribution::choose;
use crate::spec::{Distribution, Lengths, Pair};

/// Input and output tokens.
pub(super) fn draw(lengths: &Lengths, rng: &mut Stream) -> (u64, Option<u64>) {
    match lengths {
        Lengths::Independent { isl, osl } => (isl.draw_int(rng), osl.as_ref().map(|osl| osl.draw_int(rng))),
        Lengths::Pairs(pairs) => {
            let pair = choose(pairs, rng);
            (pair.isl.draw_int(rng), Some(pair.osl.draw_int(rng)))
        }
    }
}

/// The flag that the input lengths come from.
pub(super) fn flag(lengths: &Lengths) -> &'static str {
    match lengths {
        Lengths::Independent { .. } => "text.isl",
        Lengths::Pairs(_) => "text.pairs",
    }
}

/// The same lengths with more input tokens than are `taken` by what every prompt holds; and what the user should know of it.
///
/// # Errors
/// [`Error::Request`] when a fixed length has no room, or hardly any draw would have.
pub(super) fn above(lengths: &Lengths, taken: u64) -> Result<(Lengths, Option<String>)> {
    if taken == 0 {
        return Ok((lengths.clone(), None));
    }
    let (flag, mut short) = (flag(lengths), false);
    let mut raise = |isl: &Distribution| {
        if isl.constant().is_some_and(|isl| isl.round() as u64 <= taken) {
            return Err(too_short(flag, isl.constant().unwrap_or_default().round() as u64, taken));
        }
        let mut rng = Seed(0).stream("text.short", 0);
        short |= (0..10_000).any(|_| isl.draw_int(&mut rng) <= taken);
        isl.within(flag, (taken + 1) as f64, f64::MAX)
    };
    let raised = match lengths {
        Lengths::Independent { isl, osl } => Lengths::Independent { isl: raise(isl)?, osl: osl.clone() },
        Lengths::Pairs(pairs) => {
            let pair =
                |(weight, pair): &(f64, Pair)| Ok((*weight, Pair { isl: raise(&pair.isl)?, osl: pair.osl.clone() }));
            Lengths::Pairs(pairs.iter().map(pair).collect::<Result<_>>()?)
        }
    };
    let least = taken + 1;
    let note = format!(
        "`{flag}`: no prompt is shorter than {least} tokens, {taken} of which are the marker, special tokens and what is given"
    );
    Ok((raised, short.then_some(note)))
}

/// A length that has no room for any text.
pub(super) fn too_short(flag: &str, tokens: u64, taken: u64) -> Error {
    let problem = format!("{tokens} tokens, of which the marker, special tokens and what is given take {taken}");
    Error::request(flag, problem, format!("ask for {} or more", taken + 1))
}
