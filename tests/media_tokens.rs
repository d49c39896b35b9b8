//! Predicted tokens of media beside those of the processors of the released `transformers` package: a few that are kept here, and 200
//! random ones of each family where the package is there (`make reader-test` installs it).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::collections::BTreeMap;
use std::process::Command;

use binary::run;
use masque::frame::Size;
use masque::media_tokens::{ClipShape, FAMILIES, named};

const PYTHON: &str = "target/readers/venv/bin/python";

/// Compares lines such as `qwen3_vl image 640 480 300`; gives back how many each kind of each family has.
fn compare(lines: &str) -> BTreeMap<(String, String), usize> {
    let mut seen = BTreeMap::new();
    for line in lines.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let number = |place: usize| words[place].parse::<f64>().unwrap();
        let size = || Size::new(number(2) as u32, number(3) as u32);
        let family = named(words[0]).unwrap();
        let found = match words[1] {
            "image" => (family.image)(size()),
            "video" => (family.video)(&ClipShape { size: size(), frames: number(4) as u64, rate: number(5) }),
            _ => (family.audio)(number(2) as u64),
        };
        let expected = words.last().unwrap().parse::<u64>().ok();
        assert_eq!(found, expected, "{line}");
        *seen.entry((words[0].to_owned(), words[1].to_owned())).or_insert(0) += 1;
    }
    seen
}

#[test]
fn kept_sizes_cost_what_the_processors_say() {
    let seen = compare(include_str!("media_tokens.txt"));
    for family in FAMILIES {
        let size = Size::new(640, 480);
        let clip = ClipShape { size, frames: 100, rate: 25.0 };
        let takes = [
            ("image", (family.image)(size).is_some()),
            ("video", (family.video)(&clip).is_some()),
            ("audio", (family.audio)(160_000).is_some()),
        ];
        for (kind, takes) in takes {
            let count = seen.get(&(family.name.to_owned(), kind.to_owned())).copied().unwrap_or(0);
            assert_eq!(count >= 20, takes, "{} {kind}: {count}", family.name);
        }
    }
}

#[test]
fn random_sizes_cost_what_the_processors_say() {
    let run = |seed: u32| {
        let script = ["tests/media_tokens.py", "200"].map(str::to_owned);
        Command::new(PYTHON).current_dir(env!("CARGO_MANIFEST_DIR")).args(script).arg(seed.to_string()).output()
    };
    let installed = Command::new(PYTHON).args(["-c", "import transformers"]).output();
    if !installed.is_ok_and(|it| it.status.success()) {
        assert!(std::env::var_os("MASQUE_REQUIRE_READERS").is_none(), "transformers is not there");
        return;
    }
    let output = run(std::process::id()).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = compare(std::str::from_utf8(&output.stdout).unwrap());
    assert!(seen.len() > 15 && seen.values().all(|count| *count >= 40), "{seen:?}");
}

/// The other way round: a size for a number of tokens, and what is nearest where there is none.
#[test]
fn a_size_is_found_for_a_number_of_tokens() {
    let size = |family: &str, tokens| named(family).unwrap().size_for(tokens);
    assert_eq!(size("qwen3_vl", 1024), Ok(Size::new(1024, 1024)));
    assert_eq!(size("qwen2_5_vl", 1024), Ok(Size::new(32 * 28, 32 * 28)));
    assert_eq!(size("llama4", 147), Ok(Size::new(336, 336)));
    assert_eq!(size("llama4", 148), Err([Some(147), Some(147 + 290)]));
    assert_eq!(size("whisper", 148), Err([None, None]));
    for family in FAMILIES.iter().filter(|family| (family.image)(Size::new(640, 480)).is_some()) {
        let tokens = (family.image)(Size::new(family.step * 3, family.step * 2)).unwrap();
        let found = family.size_for(tokens).unwrap();
        assert_eq!((family.image)(found), Some(tokens), "{} {found:?}", family.name);
    }
    let folder = tempfile::tempdir().unwrap();
    run(&format!(
        "generate --output {} -n 2 --quiet --isl 0 --image-tokens 1000 --model-family qwen3_vl",
        folder.path().display()
    ));
    for line in binary::lines(&folder.path().join("records.jsonl")) {
        assert_eq!(line["turns"][0]["images"][0]["tokens"]["qwen3_vl"], 1000, "{line}");
    }
    binary::refused(
        "--isl 0 --image-tokens 148 --model-family llama4",
        "--image-tokens: no size of an image costs 148 tokens of llama4; give 147 or 437",
    );
    binary::refused("--isl 0 --image-tokens 148", "--image-tokens: 0 families of models are named");
    binary::refused("--isl 0 --image-tokens 148 --model-family whisper", "whisper takes no images");
}

/// In `records.jsonl`, in the report, and held against each other.
#[test]
fn tokens_are_told_in_records_and_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    run(&format!(
        "generate --output {at} -n 3 --quiet --random-seed 1 --model-family qwen3_vl --model-family qwen2_audio --isl 9 \
         --image-width-mean 640 --image-height-mean 480 --audio-length-mean 10 --video-width 128 --video-height 64 \
         --video-frames 16 --video-fps 4 --video-format mp4"
    ));
    let lines = binary::lines(&folder.path().join("records.jsonl"));
    let turn = &lines[0]["turns"][0];
    assert_eq!(turn["images"][0]["tokens"], serde_json::json!({"qwen3_vl": 300}));
    assert_eq!(turn["audios"][0]["tokens"], serde_json::json!({"qwen2_audio": 250}));
    assert_eq!(turn["videos"][0]["tokens"], serde_json::json!({"qwen3_vl": 72}), "{turn}");
    let report: serde_json::Value =
        serde_json::from_str(&run(&format!("inspect {at} --json --model-family pixtral"))).unwrap();
    let told = &report["distributions"];
    assert_eq!(told["image_tokens.qwen3_vl"]["mean"], 300.0);
    assert_eq!(told["image_tokens.pixtral"]["p50"], 41.0 * 30.0);
    assert_eq!(told["audio_tokens.qwen2_audio"]["max"], 250.0);
    let path = folder.path().join("records.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replacen("\"qwen3_vl\":300", "\"qwen3_vl\":301", 1);
    std::fs::write(path, text).unwrap();
    let output = binary::masque(&format!("inspect {at} --quiet"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("records.jsonl:1: image 0 costs 300 tokens of qwen3_vl, not 301"), "{said}");
}
