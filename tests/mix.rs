//! Mixes of request shapes, and budgets of a record's media, in the files that the program writes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use binary::{lines, masque, run};
use whole::{assert_whole, items, tree};

const MIX: &str = "
random-seed: 3
osl: 20
image-format: jpeg
mix:
  - weight: 70
    isl: {mean: 40, stddev: 5}
  - weight: 20
    isl: 12
    image-batch-size: 2
    image: {width-mean: 9, height-mean: 8}
  - weight: 10
    prompt: Describe the clip.
    video: {width: 64, height: 48, frames: 2}
";

fn request(folder: &Path, text: &str) -> String {
    let file = folder.join("mix.yaml");
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn shares_come_as_often_as_their_weights_say() {
    let folder = tempfile::tempdir().unwrap();
    let (file, to) = (request(folder.path(), MIX), folder.path().join("to"));
    run(&format!("generate --quiet --config {file} -n 3000 --output {}", to.display()));
    assert_whole(&to, &[]);
    let records = lines(&to.join("records.jsonl"));
    let mut seen = [0.0; 3];
    for record in &records {
        let share = record["share"].as_u64().unwrap() as usize;
        seen[share] += 1.0;
        let turn = &record["turns"][0];
        let count = |kind: &str| turn[kind].as_array().unwrap().len();
        let expected = [(0, 0), (2, 0), (0, 1)][share];
        assert_eq!((count("images"), count("videos")), expected, "{record}");
        assert_eq!(turn["osl"], 20);
        match share {
            0 => assert!((20..=60).contains(&turn["isl"].as_u64().unwrap())),
            1 => assert_eq!(turn["isl"], 12),
            _ => assert_eq!(turn["isl"], 4),
        }
    }
    let expected = [0.7, 0.2, 0.1].map(|share| share * 3000.0);
    let chi: f64 =
        seen.iter().zip(expected).map(|(seen, expected)| (seen - expected) * (seen - expected) / expected).sum();
    // Two degrees of freedom: above 13.8 once in a thousand seeds.
    assert!(chi < 13.8, "{seen:?}: {chi}");
    let texts = lines(&to.join("single_turn.jsonl"));
    let texts: BTreeSet<_> = texts
        .iter()
        .zip(&records)
        .filter(|(_, record)| record["share"] != 2)
        .map(|(line, _)| line["texts"][0].to_string())
        .collect();
    assert_eq!(texts.len() as f64, seen[0] + seen[1], "no two prompts are alike, whatever their share");
}

#[test]
fn a_mix_is_made_again_from_its_manifest_and_by_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let file = request(folder.path(), MIX);
    let make = |name: &str, flags: &str| {
        let to = folder.path().join(name);
        run(&format!("generate --quiet --output {} {flags}", to.display()));
        to
    };
    let whole =
        make("whole", &format!("--config {file} -n 60 --media files --media-reuse-rate 0.5 --media-pool-size 2"));
    assert_whole(&whole, &[]);
    let manifest = whole.join("manifest.json");
    let again = make("again", &format!("--config {} --jobs 3 --backend cpu", manifest.display()));
    assert!(tree(&whole) == tree(&again));
    let parts = [1, 2, 3]
        .map(|part| make(&format!("part{part}"), &format!("--config {} --shard {part}/3", manifest.display())));
    let parts = parts.map(|part| part.display().to_string()).join(" ");
    let merged = folder.path().join("merged");
    run(&format!("merge {parts} --quiet --output {}", merged.display()));
    assert!(tree(&whole) == tree(&merged));
    let mut schema: Value = serde_json::from_str(include_str!("../docs/request.schema.json")).unwrap();
    assert!(schema["properties"]["mix"]["items"]["properties"]["isl"].take().is_object());
}

#[test]
fn no_record_exceeds_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("to");
    let cases = [
        (
            "--isl 5 --image-width-mean 200 --image-width-stddev 150 --image-height-mean 200 --image-batch-size 3",
            20_000,
            3,
        ),
        ("--isl 5 --image-width-mean 300 --image-height-mean 200 --image-format jpeg --image-batch-size 2", 20_000, 2),
        ("--isl 5 --audio-length-mean 3 --audio-format wav,mp3 --audio-batch-size 2", 30_000, 2),
        ("--isl 5 --video-width 320 --video-height 240 --video-frames 20 --video-synth-type noise", 40_000, 1),
        (
            "--isl 5 --conversation-turn-mean 2 --image-width-mean 90 --image-height-mean 90 --audio-length-mean 1",
            60_000,
            4,
        ),
    ];
    for (flags, budget, most) in cases {
        for media in ["inline", "files"] {
            let flags = format!("-n 12 --random-seed 4 {flags} --media {media} --jobs 2");
            let make = |more: &str| {
                run(&format!("generate --quiet --overwrite --output {} {flags} {more}", to.display()));
                assert_whole(&to, &[]);
                lines(&to.join("records.jsonl"))
            };
            let records = make(&format!("--max-payload-bytes {budget}"));
            let mut fullest = 0;
            for record in &records {
                let bytes: u64 = items(record).iter().map(|item| item["bytes"].as_u64().unwrap()).sum();
                assert!(bytes <= budget, "{flags}: {record}");
                assert!((1..=most).contains(&items(record).len()), "{flags}: {record}");
                fullest = fullest.max(bytes);
            }
            assert!(fullest * 2 > budget, "{flags}: the budget is made use of: {fullest}");
            let plain = make("");
            let over =
                |record: &Value| items(record).iter().map(|item| item["bytes"].as_u64().unwrap()).sum::<u64>() > budget;
            assert!(plain.iter().any(over), "{flags}: there is something to hold back");
            for (with, without) in records.iter().zip(&plain).filter(|(_, without)| !over(without)) {
                assert_eq!(with, without, "{flags}: what fits is as it was");
            }
        }
    }
}

#[test]
fn what_a_mix_cannot_say_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("mix: 5", ": mix: 5; give a list of shares"),
        ("mix: []", ": mix: []; give a list of shares"),
        ("mix: [{isl: 5, weight: 0}]", ": mix[0].weight: 0; give a number above 0"),
        ("mix: [{isl: 5}, {isle: 5}]", ": mix[1]: isle: there is no such flag; did you mean isl?"),
        ("mix: [{isl: 5}, {isl: five}]", ": mix[1].isl: five; give 0, or 1 to"),
        (
            "mix: [{isl: 5}, {isl: 5, format: multi_turn}]",
            ": mix[1]: format: a share cannot say this; write it beside the mix",
        ),
        ("mix: [{isl: 5}, {image-width-mean: 9}]", ": mix[1].image-width-mean"),
        ("mix: [{isl: 5}, {isl: 5, image-quality: 9}]", ": mix[1].image-quality: images are off"),
        ("{image-quality: 9, mix: [{isl: 5}, {isl: 6}]}", ": image-quality: images are off"),
        ("{format: vllm_custom_image, mix: [{isl: 5}]}", "vllm_custom_image holds no record without image"),
    ];
    for (text, words) in rows {
        let (file, to) = (request(folder.path(), text), folder.path().join("to"));
        let output = masque(&format!("generate --config {file} --output {}", to.display()));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(said.contains(words) && said.lines().count() == 1 && !to.exists(), "{text}: {said}");
    }
    for (flags, words) in [
        ("--isl 5 --max-payload-bytes 5000", "images, audio and video are off"),
        (
            "--isl 5 --image-width-mean 9 --image-height-mean 9 --max-payload-bytes 5",
            "--max-payload-bytes: 5; give 1000",
        ),
        (
            "--isl 5 --image-width-mean 9 --image-height-mean 9 --max-payload-bytes 5000 --media-reuse-rate 0.5",
            "reused items keep their size",
        ),
        (
            "--isl 5 --image-width-mean 9 --image-height-mean 9 --max-payload-bytes 5000 --conversation-turn-mean 3 --image-window 2 --osl 5 --format inputs_json --model m",
            "--max-payload-bytes: --image-window repeats images; drop one of them",
        ),
    ] {
        binary::refused(flags, words);
    }
}
