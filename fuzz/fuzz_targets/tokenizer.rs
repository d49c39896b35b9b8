//! A `tokenizer.json` that somebody has damaged: a small one with some of its bytes replaced. It is refused in one line, or prompts have
//! the length that was asked for.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use masque::{Distribution, Generator, Spec, TextSpec};

/// Byte pairs of a few letters, with all that is usual around them.
const WHOLE: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<s>","single_word":false,
"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"Split","pattern":
{"Regex":"\\s?\\w+|\\s+|[^\\w\\s]"},"behavior":"Isolated","invert":false},"post_processor":{"type":"TemplateProcessing","single":
[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[0],
"tokens":["<s>"]}}},"decoder":{"type":"Fuse"},"model":{"type":"BPE","dropout":null,"unk_token":"<s>","continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{"<s>":0,"a":1,"e":2,"h":3,"n":4,"o":5,"r":6,
"s":7,"t":8," ":9,".":10,"th":11,"the":12," the":13,"an":14,"on":15,"er":16},"merges":[["t","h"],["th","e"],[" ","the"],["a","n"],["o","n"],
["e","r"]]}}"#;

static FILE: LazyLock<std::path::PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("masque-tokenizer-{}.json", std::process::id())));

fuzz_target!(|damage: (u8, Vec<(u16, u8)>)| {
    let (length, damage) = damage;
    let mut bytes = WHOLE.as_bytes().to_vec();
    for (place, byte) in damage.iter().take(8) {
        let place = usize::from(*place) % bytes.len();
        bytes[place] = *byte;
    }
    if std::fs::write(&*FILE, bytes).is_err() {
        return;
    }
    let length = u64::from(length % 20) + 1;
    let mut prompts = TextSpec::new(Distribution::fixed(length as f64));
    prompts.tokenizer = FILE.display().to_string();
    let mut spec = Spec::default();
    spec.text = Some(prompts);
    match Generator::new(spec).and_then(|generator| generator.record(0)) {
        Ok(record) => assert_eq!(record.turns[0].prompts[0].tokens, length),
        Err(why) => assert!(!why.to_string().contains("internal error"), "{why}"),
    }
});
