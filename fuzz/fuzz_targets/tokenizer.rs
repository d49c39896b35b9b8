//! A `tokenizer.json` that somebody has damaged: a small one with some of its bytes replaced. It is refused in one line, or prompts have
//! the length that was asked for.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use masque::{Distribution, Generator, Spec, TextSpec};

/// Byte pairs of a few letters, with all that is usual around them.
const WHOLE: &str = include_str!("tokenizer.json");

/// A text that is read in no time.
const TEXT: &str = "The north star shone on the shore. There another hen sat, and the ants ran on.\n";

static FILES: LazyLock<[std::path::PathBuf; 2]> = LazyLock::new(|| {
    ["json", "txt"].map(|ending| std::env::temp_dir().join(format!("masque-tokenizer-{}.{ending}", std::process::id())))
});

/// The libraries panic at some files, which is caught, and is an answer: only what is not caught is found here.
static SILENCED: LazyLock<()> = LazyLock::new(|| std::panic::set_hook(Box::new(|_| ())));

fuzz_target!(|damage: (u8, Vec<(u16, u8)>)| {
    LazyLock::force(&SILENCED);
    let (length, damage) = damage;
    let mut bytes = WHOLE.as_bytes().to_vec();
    for (place, byte) in damage.iter().take(8) {
        let place = usize::from(*place) % bytes.len();
        bytes[place] = *byte;
    }
    let [tokenizer, corpus] = &*FILES;
    if std::fs::write(tokenizer, bytes).and_then(|()| std::fs::write(corpus, TEXT)).is_err() {
        return;
    }
    let length = u64::from(length % 20) + 1;
    let mut prompts = TextSpec::new(Distribution::fixed(length as f64));
    prompts.tokenizer = tokenizer.display().to_string();
    prompts.corpus = Some(corpus.clone());
    let mut spec = Spec::default();
    spec.text = Some(prompts);
    match Generator::new(spec).and_then(|generator| generator.record(0)) {
        Ok(record) => assert_eq!(record.turns[0].prompts[0].tokens, length),
        Err(why) => assert!(!why.to_string().contains("internal error"), "{why}"),
    }
});
