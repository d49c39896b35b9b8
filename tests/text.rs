//! Prompts as a dataset has them: lengths as they were asked for, pairs kept, prefixes told, tokenizers found, and everything that
//! cannot be done refused in one line.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod kinds;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use masque::distribution::{Distribution, Shape};
use masque::seed::Seed;
use masque::spec::{Lengths, TextSpec};
use masque::text::{Prompter, seq_dist};
use sha2::{Digest, Sha256};

use binary::{lines, masque, refused, run};
use kinds::{TOKENIZERS, request};

/// The standard normal distribution's P(x < z), to 1e-7 (Abramowitz and Stegun 26.2.17).
fn phi(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let poly = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let tail = poly.iter().fold(0.0, |sum, c| (sum + c) * t) * (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// The Kolmogorov-Smirnov distance of whole draws from a distribution given as P(draw <= k).
fn distance(draws: &[u64], at_most: impl Fn(u64) -> f64) -> f64 {
    let mut sorted = draws.to_vec();
    sorted.sort_unstable();
    let share = |k: u64| sorted.partition_point(|draw| *draw <= k) as f64 / sorted.len() as f64;
    (0..=sorted[sorted.len() - 1]).map(|k| (share(k) - at_most(k)).abs()).fold(0.0, f64::max)
}

/// The lengths of 10,000 prompts and answers.
fn draw(lengths: Lengths) -> (Vec<u64>, Vec<u64>) {
    let prompter = Prompter::open(&TextSpec { lengths, ..request("builtin", 1) }, Seed(11)).unwrap();
    let said = (0..10_000).map(|index| prompter.converse(index, 1).unwrap().turns.remove(0));
    said.map(|turn| (turn.prompts[0].tokens, turn.osl.unwrap())).unzip()
}

/// A normal distribution, rounded, drawn again below 1.
fn normal(mean: f64, stddev: f64) -> impl Fn(u64) -> f64 {
    let below = move |x: f64| phi((x - mean) / stddev);
    move |k| if k == 0 { 0.0 } else { (below(k as f64 + 0.5) - below(0.5)) / (1.0 - below(0.5)) }
}

/// The distance that one honest sample of 10,000 in a hundred exceeds.
const LIMIT: f64 = 1.63 / 100.0;

#[test]
fn lengths_are_spread_as_asked() {
    let spread = |mean, stddev| Distribution::whole("test", Shape::normal(mean, stddev), 1.0, 1e8).unwrap();
    let even = |low, high| Distribution::whole("test", Shape::Uniform { low, high }, 1.0, 1e8).unwrap();
    let (isl, osl) = draw(Lengths::Apart { isl: spread(550.0, 100.0), osl: Some(spread(20.0, 30.0)) });
    assert!(distance(&isl, normal(550.0, 100.0)) < LIMIT);
    assert!(distance(&osl, normal(20.0, 30.0)) < LIMIT, "drawn again below 1, not piled up there");
    let piled = osl.iter().filter(|osl| **osl == 1).count();
    assert!(piled < 200, "{piled} of 10,000 are 1");

    let (isl, osl) = draw(Lengths::Apart { isl: even(50.0, 150.0), osl: Some(even(1.0, 9.0)) });
    assert!(distance(&isl, |k| ((k as f64 - 49.0) / 101.0).clamp(0.0, 1.0)) < LIMIT);
    assert!(distance(&osl, |k| (k as f64 / 9.0).min(1.0)) < LIMIT);

    let (isl, osl) = draw(seq_dist("64|10,32|8:3;256|20,128:1").unwrap());
    let (short, long) = (normal(64.0, 10.0), normal(256.0, 20.0));
    assert!(distance(&isl, |k| 0.75 * short(k) + 0.25 * long(k)) < LIMIT);
    let (short, long) = (normal(32.0, 8.0), |k| f64::from(u8::from(k >= 128)));
    assert!(distance(&osl, |k| 0.75 * short(k) + 0.25 * long(k)) < LIMIT);
    assert!(isl.iter().zip(&osl).all(|(isl, osl)| (*isl > 150) == (*osl == 128)), "both of one pair");
    assert!(distance(&isl, normal(112.0, 90.0)) > 5.0 * LIMIT, "the test can tell");
}

#[test]
fn the_three_notations_of_pairs_say_the_same() {
    let say = |text| format!("{:?}", seq_dist(text).unwrap());
    let plain = say("256|10,128|5:60;512|20,256|15:40");
    assert_eq!(plain, say(" [ (256|10, 128|5):60, (512|20,256|15) : 40 ] "));
    let row = |isl, dev, osl, odev, weight| {
        format!(r#"{{"isl": {isl}, "isl_stddev": {dev}, "osl": {osl}, "osl_stddev": {odev}, "prob": {weight}}}"#)
    };
    let json = format!(r#"{{"pairs": [{}, {}]}}"#, row(256, 10, 128, 5, 60), row(512, 20, 256, 15, 40));
    assert_eq!(plain, say(&json));
    assert_eq!(say("64,32:1"), say(r#"{"pairs":[{"isl":64,"osl":32,"prob":1}]}"#));
}

#[test]
fn a_conversation_keeps_its_pair() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 60 --seq-dist 20|5,10:1;60|5,40|9:1 --conversation-turn-mean 4 --random-seed 3 -q";
    run(&format!("generate --output {} {request}", folder.path().display()));
    let mut pairs = HashSet::new();
    for record in lines(&folder.path().join("records.jsonl")) {
        let turns = record["turns"].as_array().unwrap();
        let pair = |turn: &serde_json::Value| (turn["isl"].as_u64().unwrap(), turn["osl"].as_u64().unwrap());
        assert!(turns.len() == 4 && turns.iter().all(|turn| pair(turn) == pair(&turns[0])));
        pairs.insert(pair(&turns[0]));
    }
    assert!(pairs.len() > 20);
}

#[test]
fn records_tell_lengths_and_prefixes() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 40 --isl 30 --isl-stddev 9 --prefix-prompt-pool-size 4 --prefix-prompt-length 12 -b 2 \
        --conversation-turn-mean 2 --random-seed 3 -q";
    run(&format!("generate --output {} {request}", folder.path().display()));
    let (mut openings, oracle) = (vec![HashSet::new(); 4], bpe_openai::o200k_base());
    let requests = lines(&folder.path().join("multi_turn.jsonl"));
    for (record, request) in lines(&folder.path().join("records.jsonl")).iter().zip(requests) {
        for turn in 0..2 {
            let (told, said) = (&record["turns"][turn], &request["turns"][turn]["texts"]);
            for prompt in 0..2 {
                let ids = oracle.encode(said[prompt].as_str().unwrap());
                assert_eq!(told["isl"][prompt], ids.len());
                match turn {
                    0 => _ = openings[told["prefix"][prompt].as_u64().unwrap() as usize].insert(ids[..12].to_vec()),
                    _ => assert!(told["prefix"].is_null()),
                }
            }
        }
    }
    assert!(openings.iter().all(|opening| opening.len() == 1));
}

/// 50 million tokens, encoded again by another implementation; and hardly any prompt is another's copy.
#[test]
fn ten_thousand_long_prompts_are_exact() {
    let prompter = Prompter::open(&request("builtin", 5_000), Seed(1)).unwrap();
    let check = |part: u64| {
        let prompts = (part..10_000).step_by(4).map(|index| prompter.converse(index, 1).unwrap());
        let text = prompts.map(|said| said.turns[0].prompts[0].text.clone());
        text.inspect(|text| assert_eq!(bpe_openai::o200k_base().count(text.as_str()), 5_000))
            .map(Sha256::digest)
            .collect::<Vec<_>>()
    };
    let digests: HashSet<_> = std::thread::scope(|scope| {
        let parts = [0, 1, 2, 3].map(|part| scope.spawn(move || check(part)));
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(digests.len() > 9_900, "{} of 10,000 differ", digests.len());
}

/// *Value-stable*: prompts of the embedded tokenizers. To change this is value-breaking.
#[test]
fn value_stability() {
    let prompter = Prompter::open(&request("builtin", 40), Seed(42)).unwrap();
    let said = prompter.converse(7, 3).unwrap();
    let texts: Vec<_> = said.turns.iter().map(|turn| turn.prompts[0].text.as_str()).collect();
    let digest = Sha256::digest(texts.join("\n--\n"));
    assert_eq!(masque::payload::hex(&digest)[..16], *"fac6c5c7dec0942c", "{texts:#?}");
}

/// A tokenizer with a token for each byte and no other.
fn bytes_only(folder: &Path) -> String {
    let path = folder.join("bytes.json");
    let alphabet = tokenizers_oracle::pre_tokenizers::byte_level::ByteLevel::alphabet();
    let vocab: serde_json::Map<_, _> =
        alphabet.iter().enumerate().map(|(id, byte)| (byte.to_string(), id.into())).collect();
    let byte_level =
        serde_json::json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let json = serde_json::json!({"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": byte_level,
        "post_processor": null, "decoder": byte_level, "truncation": null, "padding": null, "model": {"type": "BPE", "dropout": null,
        "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
        "byte_fallback": false, "vocab": vocab, "merges": []}});
    fs::write(&path, json.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_length_out_of_reach_stops_the_run_and_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    fs::write(&corpus, "床前明月光疑是地上霜").unwrap();
    let tokenizer = bytes_only(folder.path());
    let words = |isl: u64, flags: &str| {
        let to = folder.path().join("out");
        let request =
            format!("-n 3 --isl {isl} --overwrite --tokenizer {tokenizer} --corpus {} {flags}", corpus.display());
        let output = masque(&format!("generate --output {} --random-seed 1 -q {request}", to.display()));
        assert!(!to.join("manifest.json").exists() || output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    // Three bytes a character, and one space where the circle closes.
    assert_eq!((words(9, ""), words(7, "")), (String::new(), String::new()));
    let said = words(8, "");
    assert!(said.ends_with("the nearest lengths are 7 and 9\n") && said.lines().count() == 1, "{said}");
    let said = words(1, "");
    assert!(said.ends_with("the nearest lengths are 3\n"), "{said}");
    let said = words(5, "--cache-bust first_turn_prefix");
    assert!(said.contains("no text of 5 tokens") && said.contains("the nearest length is 19"), "{said}");
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (empty, blank) = (file("empty", b""), file("blank", "\u{feff} \n\t ".as_bytes()));
    let (latin, none) = (file("latin", b"na\xefve"), folder.path().join("none").to_str().unwrap().to_owned());
    let (cut, object) = (file("cut.json", br#"{"version": "1.0", "model": {"type": "BP"#), file("object.json", b"{}"));
    let list = file("list.json", b"[1, 2]");
    let bare = tempfile::tempdir().unwrap();
    let bare = bare.path().to_str().unwrap();
    let rows = [
        ("--seq-dist 64,32:0".to_owned(), "--seq-dist: weight 0"),
        ("--seq-dist 64,32:-1".to_owned(), "--seq-dist: weight -1"),
        ("--seq-dist 64,32".to_owned(), "`64,32` is not ISL,OSL:weight"),
        ("--seq-dist 64,:1".to_owned(), "`` in `64,:1` is no number"),
        ("--seq-dist 64|x,3:1".to_owned(), "`x` in `64|x,3:1` is no number"),
        ("--seq-dist=-64,3:1".to_owned(), "ISL -64"),
        ("--seq-dist 64|-2,3:1".to_owned(), "standard deviation -2"),
        ("--seq-dist nan,3:1".to_owned(), "ISL NaN"),
        ("--seq-dist ;".to_owned(), "it has no pairs"),
        ("--seq-dist [(1,2):3".to_owned(), "the closing ] is missing"),
        ("--seq-dist [1,2:3]".to_owned(), "is not (ISL,OSL):weight"),
        (r#"--seq-dist {"pairs":[]}"#.to_owned(), "it has no pairs"),
        (r#"--seq-dist {"pairs":[{"isl":1,"prob":1}]}"#.to_owned(), "missing field `osl`"),
        (r#"--seq-dist {"pairs":[{"isl":1,"osl":1,"prob":1"#.to_owned(), "EOF"),
        ("--isl -5".to_owned(), "--isl: -5; give 0, or 1 to 100000000 tokens"),
        ("--isl 50 --isl-stddev -1".to_owned(), "--isl-stddev: -1; give 0 to"),
        ("--isl 50 --random-range-ratio 0.5".to_owned(), "give --osl"),
        ("--prompt-batch-size 0".to_owned(), "--prompt-batch-size: 0"),
        (format!("--corpus {none}"), "cannot be read"),
        (format!("--corpus {empty}"), "is empty"),
        (format!("--corpus {blank}"), "is empty"),
        (format!("--corpus {latin}"), "is not UTF-8 at byte 2"),
        (format!("--tokenizer {none}.json"), "there is no file"),
        (format!("--tokenizer {cut}"), "not JSON"),
        (format!("--tokenizer {object}"), "no `model`"),
        (format!("--tokenizer {list}"), "must be a JSON object"),
        (format!("--tokenizer {bare}"), "holds no tokenizer.json"),
        ("--tokenizer no/such/thing".to_owned(), "there is no file"),
        (
            "--shared-system-prompt-length 5 --prefix-prompt-pool-size 2 --prefix-prompt-length 3".to_owned(),
            "excludes a prefix pool",
        ),
        (
            "--user-context-prompt-length 5 --prefix-prompt-pool-size 2 --prefix-prompt-length 3".to_owned(),
            "excludes a prefix pool",
        ),
        ("--shared-system-prompt-length 5 --system-prompt Hello".to_owned(), "--system-prompt as well"),
        (format!("--system-prompt Hello --system-prompt-file {empty}"), "cannot be used with"),
        (format!("--system-prompt-file {empty}"), "--system-prompt-file: it is empty"),
        (format!("--system-prompt-file {none}"), "cannot be read"),
        (format!("--system-prompt-file {latin}"), "is not UTF-8"),
        ("--cache-bust system_prefix".to_owned(), "there is no system prompt to mark"),
        ("--cache-bust system_suffix --isl 9".to_owned(), "there is no system prompt to mark"),
    ];
    for (flags, words) in rows {
        refused(&format!("-n 2 {flags}"), words);
    }
}

/// What is no regular file, or has no end, is not read.
#[test]
fn only_regular_files_of_bounded_size_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let large = folder.path().join("large");
    fs::File::create(&large).unwrap().set_len((256 << 20) + 1).unwrap();
    for flag in ["--corpus", "--system-prompt-file", "--tokenizer"] {
        for path in [&pipe, Path::new("/dev/zero")] {
            refused(
                &format!("-n 2 {flag} {}", path.display()),
                &format!("{flag}: {} is no regular file", path.display()),
            );
        }
        refused(&format!("-n 2 {flag} {}", large.display()), &format!("{flag}: {} is too large", large.display()));
    }
}

/// A path need not be UTF-8.
#[cfg(unix)]
#[test]
fn the_corpus_has_any_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join(std::ffi::OsStr::from_bytes(b"corp\xfcs"));
    fs::write(&corpus, "It was the best of times, it was the worst of times. ".repeat(20)).unwrap();
    let mut command = binary::command("generate --output - -n 2 --isl 9 --random-seed 1 -q --corpus");
    let output = command.arg(&corpus).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
}

/// Wherever a tokenizer.json breaks off, it is refused; nothing panics.
#[test]
fn a_truncated_tokenizer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    for row in TOKENIZERS.iter().filter(|row| matches!(row.source, kinds::Source::Trained(_))) {
        let whole = fs::read(Path::new(&row.argument().unwrap()).join("tokenizer.json")).unwrap();
        for part in 1..40 {
            fs::write(&path, &whole[..whole.len() * part / 40]).unwrap();
            let refused = Prompter::open(&request(path.to_str().unwrap(), 5), Seed(1)).unwrap_err().to_string();
            assert!(refused.starts_with("--tokenizer: ") && refused.lines().count() == 1, "{refused}");
        }
    }
}
