//! Prompts as a dataset has them: lengths as they were asked for, pairs kept, prefixes told, tokenizers found, and everything that
//! cannot be done refused in one line.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod kinds;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use masque::cli::seq_dist;
use masque::content::text::Prompter;
use masque::seed::Seed;
use masque::spec::{Distribution, Lengths, Shape};
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
    let mut spec = request("builtin", 1);
    spec.lengths = lengths;
    let prompter = Prompter::open(&spec, Seed(11), None).unwrap();
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
    let (isl, osl) = draw(Lengths::Independent { isl: spread(550.0, 100.0), osl: Some(spread(20.0, 30.0)) });
    assert!(distance(&isl, normal(550.0, 100.0)) < LIMIT);
    assert!(distance(&osl, normal(20.0, 30.0)) < LIMIT, "drawn again below 1, not piled up there");
    let piled = osl.iter().filter(|osl| **osl == 1).count();
    assert!(piled < 200, "{piled} of 10,000 are 1");

    let (isl, osl) = draw(Lengths::Independent { isl: even(50.0, 150.0), osl: Some(even(1.0, 9.0)) });
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

/// What the file says and what is told of it, each way that a system prompt can be asked for.
#[test]
fn system_prompts_are_written_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (to, file) = (folder.path().join("out"), folder.path().join("prompt"));
    fs::write(&file, "You answer\nin one \"line\".").unwrap();
    let oracle = bpe_openai::o200k_base();
    let file = format!("--system-prompt-file {}", file.display());
    let rows = [
        ("--system-prompt Answer.".to_owned(), Some("Answer."), None),
        (file.clone(), Some("You answer\nin one \"line\"."), None),
        ("--shared-system-prompt-length 70".to_owned(), None, Some(70)),
        ("--shared-system-prompt-length 70 --cache-bust system_prefix".to_owned(), None, Some(70)),
        ("--shared-system-prompt-length 70 --cache-bust system_suffix".to_owned(), None, Some(70)),
        (format!("{file} --cache-bust system_prefix"), None, None),
        ("--system-prompt Answer. --cache-bust system_suffix --format multi_turn".to_owned(), None, None),
    ];
    for (flags, text, tokens) in rows {
        let request =
            "-n 20 --isl 9 --osl 5 --conversation-turn-mean 2 --conversation-turn-delay-mean 7 --random-seed 3 -q";
        run(&format!("generate --overwrite --output {} {request} {flags}", to.display()));
        let said: HashSet<_> = lines(&to.join("multi_turn.jsonl"))
            .iter()
            .zip(lines(&to.join("records.jsonl")))
            .map(|(said, told)| {
                let turns = said["turns"].as_array().unwrap();
                let system = turns[0].as_object().unwrap();
                assert!(turns.len() == 3 && system.len() == 2 && system["role"] == "system", "{said}");
                let prompt = system["texts"][0].as_str().unwrap().to_owned();
                assert_eq!(told["system"]["tokens"], oracle.count(prompt.as_str()), "{flags}");
                assert!(tokens.is_none_or(|tokens| told["system"]["tokens"] == tokens), "{flags}");
                assert!(text.is_none_or(|text| prompt == text), "{flags}");
                assert_eq!(turns[1]["output_length"], 5);
                prompt
            })
            .collect();
        assert_eq!(said.len(), if flags.contains("cache-bust") { 20 } else { 1 }, "{flags}");
    }
    run(&format!("generate --overwrite --output {} -n 1 --system-prompt Hello -q", to.display()));
    assert_eq!(lines(&to.join("multi_turn.jsonl")).len(), 1, "one turn, and a system prompt");
}

/// As many prompts as there are pieces to begin with, and more; first turns and later ones; alone and in batches.
#[test]
fn prompts_differ() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    fs::write(&corpus, &include_str!("../assets/shakespeare.txt")[10_000..30_000]).unwrap();
    let small = format!("--isl 60 --corpus {}", corpus.display());
    let rows = [
        ("-n 100000 --isl 64".to_owned(), 100_000),
        (format!("-n 10000 {small}"), 10_000),
        (format!("-n 500 {small} --conversation-turn-mean 7 -b 3"), 500 * 7 * 3),
    ];
    for (request, count) in rows {
        let mut seen = HashSet::new();
        for line in run(&format!("generate --output - {request} --random-seed 1 -q")).lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let alone = [record.clone()];
            for turn in record["turns"].as_array().map_or(&alone[..], Vec::as_slice) {
                seen.extend(
                    turn["texts"].as_array().unwrap().iter().map(|text| Sha256::digest(text.as_str().unwrap())),
                );
            }
        }
        assert_eq!(seen.len(), count, "{request}");
    }
}

/// What opens each conversation differs too.
#[test]
fn contexts_and_prefixes_differ() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 3000 --isl 5 --random-seed 1 -q --overwrite";
    let openings = |flags: &str| {
        run(&format!("generate --output {} {request} {flags}", folder.path().display()));
        let said = lines(&folder.path().join("single_turn.jsonl"));
        let words = |text: &str| text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
        said.iter().map(|record| words(record["texts"][0].as_str().unwrap())).collect::<HashSet<_>>().len()
    };
    assert!(openings("--user-context-prompt-length 40") > 2990);
    let pool = openings("--prefix-prompt-pool-size 500 --prefix-prompt-length 40");
    assert!((490..=500).contains(&pool), "{pool} of about 499 drawn");
}

/// A draw that would leave no room for a text is drawn again, and the user is told.
#[test]
fn draws_leave_room_for_the_marker() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("--isl 20 --isl-stddev 9", "--isl: no prompt is shorter than"),
        ("--isl 20 --osl 5 --random-range-ratio 0.9", "--isl: no prompt is shorter than"),
        ("--seq-dist 20|9,5:1;90|9,5:1", "--seq-dist: no prompt is shorter than"),
        ("--isl 550 --isl-stddev 9", ""),
    ];
    for (flags, words) in rows {
        let request = format!("-n 500 --cache-bust first_turn_prefix --random-seed 3 --overwrite {flags}");
        let output = masque(&format!("generate --output {} {request}", folder.path().display()));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.contains(words), "{flags}: {said}");
        assert_eq!(said.contains("no prompt is shorter"), !words.is_empty(), "{flags}: {said}");
        assert_eq!(lines(&folder.path().join("records.jsonl")).len(), 500);
    }
}

/// Long runs of one kind, and scripts without spaces: all of them work at about the speed of English, or are refused.
#[test]
fn any_text_is_a_corpus_in_good_time() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    let mix = |letters: &str, count: usize| {
        let letters: Vec<_> = letters.chars().collect();
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            letters[(state >> 8) as usize % letters.len()]
        };
        (0..count).map(next).collect::<String>()
    };
    let base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let rows = [
        (mix("的一是不了在人有我他这个们中来上大为和国", 200_000), true),
        (mix("的一是不了在人有我他这个们中来上大为和国，。", 200_000), true),
        (mix("あいうえおかきくけこさしすせそたちつてとなにの、。日本", 200_000), true),
        (mix("กขคงจชซญดตถทนบปผพฟมยรลวสหอะาิีุูเแโไ", 200_000), true),
        (mix("ابتثجحخدذرزسشصضطظعغفق   ", 200_000), true),
        (mix("😀😁😂🤣😃😄😅🙂🚀🎉👍🏽", 200_000), true),
        (mix(base64, 600_000), true),
        (mix("0123456789", 600_000), true),
        (mix("{}[],:\"\"abcdef0123", 600_000), true),
        (mix("etaoinshr\n", 600_000), true),
        ("a".repeat(1_000_000), true),
        ("A".repeat(1_000_000), true),
        (format!("a{}", "\u{301}".repeat(1_000_000)), true),
        (format!("a{}b", " ".repeat(1_000_000)), false),
        (format!("a{}b", "\n".repeat(1_000_000)), false),
        (format!("a{}b", "\u{3000} ".repeat(300_000)), false),
    ];
    let oracles = [("builtin", bpe_openai::o200k_base()), ("cl100k_base", bpe_openai::cl100k_base())];
    for ((text, works), (tokenizer, oracle)) in rows.iter().flat_map(|row| oracles.map(|oracle| (row, oracle))) {
        let start: String = text.chars().take(20).collect();
        fs::write(&corpus, text).unwrap();
        let request =
            format!("-n 4 --isl 550 --tokenizer {tokenizer} --random-seed 1 -q --corpus {}", corpus.display());
        if !works {
            refused(&request, "bytes of white space in a row");
            continue;
        }
        let began = std::time::Instant::now();
        for line in run(&format!("generate --output - {request}")).lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(oracle.count(record["texts"][0].as_str().unwrap()), 550, "{start}");
        }
        assert!(began.elapsed().as_secs() < 30, "{start}: {:?}", began.elapsed());
    }
    refused(&format!("-n 1 --system-prompt-file {}", corpus.display()), "--system-prompt: it has more than");
}

/// The manifest tells which corpus and tokenizer it was.
#[test]
fn inputs_are_digested() {
    let folder = tempfile::tempdir().unwrap();
    let (corpus, to) = (folder.path().join("corpus"), folder.path().join("out"));
    let text = "It was the best of times, it was the worst of times. ".repeat(20);
    fs::write(&corpus, &text).unwrap();
    let tokenizer = bytes_only(folder.path());
    let request = format!("-n 1 --isl 9 --corpus {} --tokenizer {tokenizer} --random-seed 1 -q", corpus.display());
    run(&format!("generate --output {} {request}", to.display()));
    let manifest = &lines_of(&to.join("manifest.json"))["inputs"];
    let digest = |bytes: &[u8]| masque::io::digest::hex(&Sha256::digest(bytes));
    let bytes = fs::read(&tokenizer).unwrap();
    assert_eq!(manifest[0]["what"], "corpus");
    assert_eq!((&manifest[0]["bytes"], &manifest[0]["sha256"]), (&text.len().into(), &digest(text.as_bytes()).into()));
    assert_eq!((&manifest[1]["what"], &manifest[1]["name"]), (&"tokenizer".into(), &tokenizer.as_str().into()));
    assert_eq!(manifest[1]["sha256"], digest(&bytes));
}

fn lines_of(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// 50 million tokens, encoded again by another implementation; and hardly any prompt is another's copy.
#[test]
fn ten_thousand_long_prompts_are_exact() {
    let prompter = Prompter::open(&request("builtin", 5_000), Seed(1), None).unwrap();
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
    let prompter = Prompter::open(&request("builtin", 40), Seed(42), None).unwrap();
    let said = prompter.converse(7, 3).unwrap();
    let texts: Vec<_> = said.turns.iter().map(|turn| turn.prompts[0].text.as_str()).collect();
    let digest = Sha256::digest(texts.join("\n--\n"));
    assert_eq!(masque::io::digest::hex(&digest)[..16], *"9c9336c443530267", "{texts:#?}");
}

/// A tokenizer with a token for each byte and no other.
fn bytes_only(folder: &Path) -> String {
    let path = folder.join("bytes.json");
    let alphabet = tokenizers_released::pre_tokenizers::byte_level::ByteLevel::alphabet();
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
        let to = folder.path().join(format!("{isl}"));
        let request = format!("-n 3 --isl {isl} --tokenizer {tokenizer} --corpus {} {flags}", corpus.display());
        let output = masque(&format!("generate --output {} --random-seed 1 -q {request}", to.display()));
        assert!(!to.join("manifest.json").exists() || output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    // Three bytes a character, and one space where the circle closes.
    assert_eq!((words(9, ""), words(7, "")), (String::new(), String::new()));
    let said = words(8, "");
    assert!(said.contains("the nearest lengths are 7 and 9; ") && said.lines().count() == 1, "{said}");
    let said = words(1, "");
    assert!(said.contains("the nearest lengths are 3; "), "{said}");
    let said = words(5, "--cache-bust first_turn_prefix");
    assert!(said.contains(": 5 tokens, of which") && said.contains("ask for 19 or more"), "{said}");
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
        ("--seq-dist 64,32".to_owned(), "\"64,32\" is not ISL,OSL:weight"),
        ("--seq-dist 64,:1".to_owned(), "\"\" in \"64,:1\" is no number"),
        ("--seq-dist 64|x,3:1".to_owned(), "\"x\" in \"64|x,3:1\" is no number"),
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
        (
            "--format single_turn --system-prompt Hello".to_owned(),
            "single_turn has no place for a system prompt; drop the system prompt, or give --prompt-prefix-pool-size 1",
        ),
        (
            "--format single_turn --format multi_turn --shared-system-prompt-length 9".to_owned(),
            "--format: single_turn has",
        ),
        (
            "--isl 0 --image-width-mean 9 --image-height-mean 9 --system-prompt Hello".to_owned(),
            "--system-prompt: text is off",
        ),
        (
            "--shared-system-prompt-length 5 --cache-bust system_prefix".to_owned(),
            "--shared-system-prompt-length: 5 tokens, of which",
        ),
        ("--seq-dist 64,32:1;9,5:2 --cache-bust first_turn_suffix".to_owned(), "--seq-dist: 9 tokens, of which"),
        ("--cache-bust system_prefix".to_owned(), "there is no system prompt to mark"),
        ("--cache-bust system_suffix --isl 9".to_owned(), "there is no system prompt to mark"),
    ];
    for (flags, words) in rows {
        refused(&format!("-n 2 {flags}"), words);
    }
}

/// Whatever is wrong in a tokenizer.json, the answer is one line that names the flag, or it works.
#[test]
fn a_broken_tokenizer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    let open = |json: &[u8], what: &str| {
        fs::write(&path, json).unwrap();
        match Prompter::open(&request(path.to_str().unwrap(), 5), Seed(1), None) {
            Ok(_) => true,
            Err(why) => {
                let (status, why) = (why.exit_status(), why.to_string());
                assert!(
                    status == 2 && why.starts_with("text.tokenizer: ") && why.lines().count() == 1,
                    "{what}: {why}"
                );
                false
            }
        }
    };
    for row in
        TOKENIZERS.iter().filter(|row| ["byte_level_bpe", "gapped_bpe", "unigram", "wordpiece"].contains(&row.name))
    {
        let whole = fs::read(Path::new(&row.argument().unwrap()).join("tokenizer.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&whole).unwrap();
        assert!(open(&whole, row.name));
        // Each value, down to those of the model, is replaced by one of each type.
        let mut places: Vec<_> = json.as_object().unwrap().keys().map(|key| format!("/{key}")).collect();
        for part in ["model", "pre_tokenizer", "normalizer", "post_processor", "added_tokens"] {
            let keys = json[part].as_object().into_iter().flat_map(|part| part.keys());
            places.extend(keys.map(|key| format!("/{part}/{key}")));
        }
        places.extend(
            ["/added_tokens/0", "/added_tokens/0/id", "/model/vocab/0", "/model/vocab/e", "/model/merges/0"]
                .map(str::to_owned),
        );
        for place in places {
            for value in ["null", "4294967295", "\"x\"", "[]", "{}"] {
                let mut json = json.clone();
                let Some(target) = json.pointer_mut(&place) else { continue };
                *target = serde_json::from_str(value).unwrap();
                open(json.to_string().as_bytes(), &format!("{}: {place} is {value}", row.name));
            }
        }
        for flip in 0..12 {
            let mut bytes = whole.clone();
            let at = flip * whole.len() / 12 + 7 * flip;
            bytes[at] ^= 1 << (flip % 7);
            open(&bytes, &format!("{}: byte {at} flipped", row.name));
        }
    }
    assert!(!open(&[0xff; 4096], "no text") && !open("[".repeat(1_000_000).as_bytes(), "deep"));
    refused(&format!("-n 2 --tokenizer {}", path.display()), "--tokenizer: ");
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
            let refused = Prompter::open(&request(path.to_str().unwrap(), 5), Seed(1), None).unwrap_err().to_string();
            assert!(refused.starts_with("text.tokenizer: ") && refused.lines().count() == 1, "{refused}");
        }
    }
}
