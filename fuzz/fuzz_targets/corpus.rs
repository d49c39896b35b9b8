//! A corpus: whatever text it is, it is refused in one line, or prompts of it have the length that was asked for.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use masque::{Distribution, Generator, Spec, TextSpec};

/// A tokenizer that is read in no time.
const TOKENIZER: &str = include_str!("tokenizer.json");

static FILES: LazyLock<[std::path::PathBuf; 2]> = LazyLock::new(|| {
    ["json", "txt"].map(|ending| std::env::temp_dir().join(format!("masque-corpus-{}.{ending}", std::process::id())))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    let [tokenizer, corpus] = &*FILES;
    if std::fs::write(tokenizer, TOKENIZER).and_then(|()| std::fs::write(corpus, text)).is_err() {
        return;
    }
    let length = u64::from(*first % 40) + 1;
    let mut prompts = TextSpec::new(Distribution::fixed(length as f64));
    prompts.tokenizer = tokenizer.display().to_string();
    prompts.corpus = Some(corpus.clone());
    let mut spec = Spec::default();
    spec.text = Some(prompts);
    match Generator::new(spec).and_then(|generator| generator.record(u64::from(*first))) {
        Ok(record) => assert_eq!(record.turns[0].prompts[0].tokens, length),
        Err(why) => assert!(!why.to_string().contains("internal error"), "{why}"),
    }
});
