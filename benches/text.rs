//! Prompts a second on one core, by tokenizer and length, the opening of the tokenizer apart.
//!
//! `cargo bench --bench text [TOKENIZER…]`; without a name, the embedded tokenizers and those in target/tokenizers/.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench talks, and fails by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use masque::content::text::Prompter;
use masque::seed::Seed;
use masque::spec::{Distribution, Prefixes, TextSpec};

/// Tokens, and what the requests share.
const ROWS: [(u64, Prefixes); 4] = [
    (128, Prefixes::None),
    (550, Prefixes::None),
    (550, Prefixes::Pool { size: 8, length: 1_000 }),
    (5_000, Prefixes::None),
];

/// How long each row is measured.
const LONG: Duration = Duration::from_secs(1);

fn main() {
    let mut names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    if names.is_empty() {
        let fetched = ["target/tokenizers/deepseek", "target/tokenizers/qwen3"];
        let there = fetched.into_iter().filter(|path| Path::new(path).exists());
        names = ["builtin", "cl100k_base"].into_iter().chain(there).map(str::to_owned).collect();
    }
    println!("{:<28} {:>7} {:>7} {:>10} {:>12} {:>9}", "tokenizer", "prefix", "isl", "open ms", "prompts/s", "MB/s");
    for name in names {
        for (isl, prefixes) in ROWS {
            measure(&name, isl, prefixes);
        }
    }
}

fn measure(name: &str, isl: u64, prefixes: Prefixes) {
    let shared = if let Prefixes::Pool { length, .. } = prefixes { length } else { 0 };
    let mut spec = TextSpec::new(Distribution::fixed(isl as f64));
    spec.tokenizer = name.to_owned();
    spec.prefixes = prefixes;
    let start = Instant::now();
    let prompter = Prompter::open(&spec, Seed(1), None).unwrap();
    let opened = start.elapsed();
    // Each chunk of the corpus is tokenized by the first prompt that needs it; that is not measured here.
    (0..2_000).for_each(|index| _ = prompter.converse(index, 1).unwrap());
    let (start, mut prompts, mut bytes) = (Instant::now(), 0, 0);
    while start.elapsed() < LONG {
        bytes += prompter.converse(prompts, 1).unwrap().turns[0].prompts[0].text.len();
        prompts += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let (rate, megabytes) = (prompts as f64 / seconds, bytes as f64 / seconds / 1e6);
    let open = opened.as_secs_f64() * 1e3;
    println!("{name:<28} {shared:>7} {isl:>7} {open:>10.0} {rate:>12.0} {megabytes:>9.0}");
}
