//! Exactness, for every tokenizer: each text is encoded as a whole by another implementation. A tokenizer that has not been
//! fetched is reported as ignored; with `MASQUE_REQUIRE_TOKENIZERS=1` that is a failure.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kinds;

use kinds::{Oracle, Row, TOKENIZERS, request};
use libtest_mimic::{Arguments, Failed, Trial};
use masque::content::text::{Conversation, Prompter};
use masque::seed::Seed;
use masque::spec::{CacheBust, Prefixes, TextSpec};

/// Lengths, how many conversations are checked at each, and the length of what they share.
const LENGTHS: [(u64, u64, u64); 8] = [
    (1, 60, 50),
    (2, 60, 1),
    (3, 60, 2),
    (17, 60, 3),
    (128, 40, 17),
    (550, 20, 5_000),
    (5_000, 4, 128),
    (100_000, 2, 550),
];

/// The lengths for a tokenizer. One that only the released line of `tokenizers` reads takes minutes for the longest, which are then
/// left to `MASQUE_SLOW=1`.
fn lengths(row: &Row) -> impl Iterator<Item = (u64, u64, u64)> {
    let whole = row.name != "gemini" || std::env::var_os("MASQUE_SLOW").is_some();
    LENGTHS.into_iter().filter(move |(isl, _, length)| whole || isl.max(length) <= &550)
}

type Check = fn(&Row, &Oracle) -> Result<(), Failed>;

const CHECKS: [(&str, Check); 6] = [
    ("counts_are_exact", counts_are_exact),
    ("prefixes_keep_their_ids", prefixes_keep_their_ids),
    ("system_prompts_and_contexts_are_exact", system_prompts_and_contexts_are_exact),
    ("markers_are_unique_and_counted", markers_are_unique_and_counted),
    ("special_tokens_are_counted_when_asked", special_tokens_are_counted_when_asked),
    ("a_small_corpus_repeats", a_small_corpus_repeats),
];

fn main() {
    let arguments = Arguments::from_args();
    let required = std::env::var_os("MASQUE_REQUIRE_TOKENIZERS").is_some();
    let trials = TOKENIZERS.iter().flat_map(|row| {
        let there = row.argument().is_some();
        CHECKS.iter().map(move |(name, check)| {
            let run = move || match there {
                true => check(row, &row.oracle()),
                false => Err(Failed::from("it is not there; run tests/tokenizers.sh")),
            };
            Trial::test(format!("{}::{name}", row.name), run).with_ignored_flag(!there && !required)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn converse(spec: &TextSpec, count: u64, turns: usize) -> Vec<Conversation> {
    let prompter = Prompter::open(spec, Seed(7), None).unwrap();
    (0..count).map(|index| prompter.converse(index, turns).unwrap()).collect()
}

/// The ids of `text`, if there are as many as there should be.
fn exact(oracle: &Oracle, text: &str, tokens: u64, special: bool) -> Result<Vec<u32>, Failed> {
    let ids = oracle(text, special);
    if ids.len() as u64 != tokens {
        return Err(format!(
            "{} tokens, not {tokens}: {:?}…",
            ids.len(),
            text.get(..text.len().min(80)).unwrap_or(text)
        )
        .into());
    }
    let tidy = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
    if !tidy || text.contains('\u{fffd}') {
        return Err(format!("untidy: {text:?}").into());
    }
    Ok(ids)
}

fn counts_are_exact(row: &Row, oracle: &Oracle) -> Result<(), Failed> {
    for (isl, count, _) in lengths(row) {
        let mut spec = request(&row.argument().unwrap(), isl);
        spec.batch = 2;
        for said in converse(&spec, count, 2) {
            for prompt in said.turns.iter().flat_map(|turn| &turn.prompts) {
                assert_eq!(prompt.tokens, isl);
                exact(oracle, &prompt.text, isl, false)?;
            }
        }
    }
    Ok(())
}

fn prefixes_keep_their_ids(row: &Row, oracle: &Oracle) -> Result<(), Failed> {
    for (isl, count, length) in lengths(row) {
        let prefixes = Prefixes::Pool { size: 3, length };
        let mut spec = request(&row.argument().unwrap(), isl);
        spec.prefixes = prefixes;
        let mut seen = [const { None }; 3];
        for said in converse(&spec, count, 2) {
            let first = &said.turns[0].prompts[0];
            let ids = exact(oracle, &first.text, length + isl, false)?;
            let prefix = ids[..length as usize].to_vec();
            let known = seen[first.prefix.unwrap() as usize].get_or_insert_with(|| prefix.clone());
            if *known != prefix {
                return Err(format!("prefix {:?} of {length} has lost its ids at isl {isl}", first.prefix).into());
            }
            assert_eq!(said.turns[1].prompts[0].prefix, None);
            exact(oracle, &said.turns[1].prompts[0].text, isl, false)?;
        }
    }
    Ok(())
}

fn system_prompts_and_contexts_are_exact(row: &Row, oracle: &Oracle) -> Result<(), Failed> {
    for (isl, count, context) in lengths(row) {
        let prefixes = Prefixes::Shared { system: Some(isl), user_context: Some(context) };
        let mut spec = request(&row.argument().unwrap(), isl);
        spec.prefixes = prefixes;
        let said = converse(&spec, count, 2);
        for one in &said {
            assert_eq!(one.system, said[0].system);
            let system = one.system.as_ref().unwrap();
            assert_eq!(system.tokens, isl);
            exact(oracle, &system.text, isl, false)?;
            exact(oracle, &one.turns[0].prompts[0].text, context + isl, false)?;
            exact(oracle, &one.turns[1].prompts[0].text, isl, false)?;
        }
    }
    Ok(())
}

fn markers_are_unique_and_counted(row: &Row, oracle: &Oracle) -> Result<(), Failed> {
    let places =
        [CacheBust::SystemPrefix, CacheBust::SystemSuffix, CacheBust::FirstTurnPrefix, CacheBust::FirstTurnSuffix];
    for cache_bust in places {
        for isl in [40, 550] {
            let prefixes = Prefixes::Shared { system: Some(isl), user_context: None };
            let mut spec = request(&row.argument().unwrap(), isl);
            spec.prefixes = prefixes;
            spec.cache_bust = cache_bust;
            let mut marks = std::collections::HashSet::new();
            for (index, one) in converse(&spec, 40, 1).iter().enumerate() {
                let (system, first) = (&one.system.as_ref().unwrap().text, one.turns[0].prompts[0].text.as_str());
                exact(oracle, system, isl, false)?;
                exact(oracle, first, isl, false)?;
                let mark = match cache_bust {
                    CacheBust::SystemPrefix => system.split(' ').next().unwrap(),
                    CacheBust::SystemSuffix => system.rsplit(' ').next().unwrap(),
                    CacheBust::FirstTurnPrefix => first.split(' ').next().unwrap(),
                    _ => first.rsplit(' ').next().unwrap(),
                };
                let marked = mark.len() == 18 && mark.starts_with('[') && mark.ends_with(']');
                assert!(marked && marks.insert(mark.to_owned()), "{index} {cache_bust:?}: {mark}");
            }
        }
    }
    Ok(())
}

fn special_tokens_are_counted_when_asked(row: &Row, oracle: &Oracle) -> Result<(), Failed> {
    for isl in [3, 17, 550, 5_000] {
        let prefixes = Prefixes::Shared { system: Some(isl), user_context: None };
        let mut spec = request(&row.argument().unwrap(), isl);
        spec.prefixes = prefixes;
        spec.count_special_tokens = true;
        for one in converse(&spec, 5, 1) {
            let prompt = &one.turns[0].prompts[0];
            assert_eq!(prompt.tokens, isl);
            exact(oracle, &prompt.text, isl, true)?;
            exact(oracle, &prompt.text, isl - row.added, false)?;
            exact(oracle, &one.system.as_ref().unwrap().text, isl, true)?;
        }
    }
    Ok(())
}

fn a_small_corpus_repeats(row: &Row, oracle: &Oracle) -> Result<(), Failed> {
    let folder = tempfile::tempdir().unwrap();
    let corpora = [
        "\u{feff}It was the best of times, it was the worst of times,\r\nit was the age of wisdom…\r\n",
        "one",
        "Les élèves œuvrent à Noël.\n\n\tDéjà vu ?  Oui — « là-bas », 12 345,67 €. 🙂👍🏽 naïve\u{301} fin\n",
        "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n白日依山尽，黄河入海流。欲穷千里目，更上一层楼。\n",
    ];
    for (number, corpus) in corpora.iter().enumerate() {
        let path = folder.path().join(number.to_string());
        std::fs::write(&path, corpus).unwrap();
        for isl in [7, 128, 1_000] {
            let prefixes = Prefixes::Pool { size: 2, length: 5 };
            let mut spec = request(&row.argument().unwrap(), isl);
            spec.corpus = Some(path.clone());
            spec.prefixes = prefixes;
            let prompter = Prompter::open(&spec, Seed(7), None);
            for index in 0..5 {
                // Whatever comes is exact; a length out of reach is said to be so.
                match prompter.as_ref().map_or_else(|why| Err(why.to_string()), |it| Ok(it.converse(index, 1))) {
                    Ok(Ok(said)) => _ = exact(oracle, &said.turns[0].prompts[0].text, isl + 5, false)?,
                    Ok(Err(why)) => assert!(why.to_string().contains("the nearest lengths are"), "{why}"),
                    Err(why) => assert!(why.contains("the nearest lengths are"), "{why}"),
                }
            }
        }
    }
    Ok(())
}
