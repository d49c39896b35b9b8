//! Every format of the table, at the far end: the file is what its reader's documentation says, holds what was asked for, and refuses
//! what it cannot hold, with the formats that can. `tests/readers.py` has the readers themselves.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use masque::dataset::format::{FORMATS, Format, Layout, Needs, Osl};
use serde_json::{Value, json};

use binary::{lines, masque, refused, run};
use whole::{items, sha256};

const RECORDS: usize = 7;

/// A request that asks a format for all that it holds.
fn everything(row: &Format, media: &str) -> String {
    let mut request =
        format!("-n {RECORDS} --random-seed 11 --isl 30 --isl-stddev 5 --format {} --media {media}", row.name);
    if media == "url" {
        request += " --media-url-prefix https://cdn.example/d";
    }
    let taken = |inline: bool, files: bool, urls: bool| match media {
        "inline" => inline,
        "files" => files,
        _ => urls,
    };
    if row.osl != Osl::Nowhere {
        request += if row.osl == Osl::OneForAll { " --osl 12" } else { " --osl 12 --osl-stddev 3" };
    }
    if row.turns {
        request += " --conversation-turn-mean 3";
    }
    if row.delays {
        request += " --conversation-turn-delay-mean 20";
    }
    if row.system {
        request += " --shared-system-prompt-length 9";
    }
    if row.arrivals != Needs::Refuses {
        request += " --request-rate 3";
    }
    if row.bodies {
        request += " --model some/model --extra-inputs temperature:0 --extra-inputs {\"stop\":[\"x\"]}";
    }
    if taken(!row.images.inline.is_empty(), !row.images.files.is_empty(), !row.images.urls.is_empty()) {
        request += " --image-width-mean 20 --image-height-mean 16";
        if row.images.count.1 > 1 {
            request += " --image-batch-size 2";
        }
    }
    if taken(!row.audio.inline.is_empty(), !row.audio.files.is_empty(), !row.audio.urls.is_empty()) {
        request += " --audio-length-mean 0.05";
    }
    if taken(!row.video.inline.is_empty(), !row.video.files.is_empty(), !row.video.urls.is_empty()) {
        request += " --video-width 64 --video-height 48 --video-frames 2";
    }
    if request.contains("mean 20") || request.contains("audio") || request.contains("video") {
        return request;
    }
    request.replace(&format!(" --media {media}"), "").replace(" --media-url-prefix https://cdn.example/d", "")
}

/// The records of a file as values: its lines, or the elements of its document.
fn values(row: &Format, folder: &Path) -> Vec<Value> {
    let path = folder.join(row.file);
    if row.layout == Layout::LINES {
        return lines(&path);
    }
    let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let list = if row.layout == Layout::DATA { &document["data"] } else { &document };
    list.as_array().unwrap().clone()
}

/// Every string of a value.
fn strings<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(list) => list.iter().for_each(|value| strings(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

/// Digests of the media that a record gives, inline or in the files that it names.
fn media(value: &Value, folder: &Path) -> BTreeSet<String> {
    let mut texts = Vec::new();
    strings(value, &mut texts);
    let mut found = BTreeSet::new();
    for text in texts {
        let below = text.strip_prefix("https://cdn.example/d/").map(|below| format!("media/{below}"));
        if let Some(name) = below.or_else(|| text.starts_with("media/").then(|| text.to_owned())) {
            found.insert(sha256(&fs::read(folder.join(name)).unwrap()));
        } else if let Some(base64) = text.split_once(";base64,").or_else(|| text.split_once("wav,")).map(|(_, it)| it) {
            found.insert(sha256(&STANDARD.decode(base64).unwrap()));
        }
    }
    let data =
        |value: &Value| value["input_audio"]["data"].as_str().map(|data| sha256(&STANDARD.decode(data).unwrap()));
    find(value, &mut |value| found.extend(data(value)));
    found
}

fn find(value: &Value, each: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| find(value, each)),
        Value::Object(fields) => {
            each(value);
            fields.values().for_each(|value| find(value, each));
        }
        _ => {}
    }
}

/// What every format must do, whatever stands in it, for each way of delivering media that it takes.
#[test]
fn every_format_holds_all_that_it_is_asked_for() {
    for row in FORMATS {
        let mut made = 0;
        for media_way in ["inline", "files", "url"] {
            let folder = tempfile::tempdir().unwrap();
            let request = everything(row, media_way);
            let output = masque(&format!("generate --output {} {request}", folder.path().display()));
            let said = String::from_utf8(output.stderr).unwrap();
            if !output.status.success() {
                // A format that must have a medium is refused where its reader takes none delivered so.
                assert_eq!(output.status.code(), Some(2), "{request}: {said}");
                continue;
            }
            made += 1;
            let program = row.command.split(' ').next().unwrap();
            let command = said.lines().find(|line| line.starts_with(&format!("{}: {program} ", row.file)));
            let command = command.unwrap_or_else(|| panic!("{request}: {said}"));
            assert!(command.contains(row.file) && !command.contains('{'), "{command}");
            let records = lines(&folder.path().join("records.jsonl"));
            let values = values(row, folder.path());
            assert_eq!((values.len(), records.len()), (RECORDS, RECORDS), "{request}");
            for (value, record) in values.iter().zip(&records) {
                let told: BTreeSet<_> =
                    items(record).iter().map(|item| item["sha256"].as_str().unwrap().to_owned()).collect();
                assert_eq!(media(value, folder.path()), told, "{request}");
            }
            run(&format!("inspect {} --quiet", folder.path().display()));
            // The same in any order, and as the beginning of more.
            run(&format!("generate --output {}/again -j 1 {request}", folder.path().display()).replace("-n 7", "-n 3"));
            let again = self::values(row, &folder.path().join("again"));
            assert_eq!(again, values[..3], "{request}");
        }
        assert!(made > 0, "{}: no way of delivery is taken", row.name);
    }
}

/// Makes a dataset of one format; its records as values, and those of `records.jsonl`.
fn made(name: &str, request: &str) -> (tempfile::TempDir, Vec<Value>, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let row = masque::dataset::format::named(name).unwrap();
    run(&format!("generate --output {} --random-seed 5 --format {name} {request}", folder.path().display()));
    let (values, records) = (values(row, folder.path()), lines(&folder.path().join("records.jsonl")));
    (folder, values, records)
}

fn tokens(text: &Value) -> u64 {
    tiktoken_rs::o200k_base_singleton().encode_ordinary(text.as_str().unwrap()).len() as u64
}

#[test]
fn bodies_are_whole_and_later_ones_hold_what_was_answered() {
    let request = "-n 5 --isl 20 --osl 9 --osl-stddev 3 --conversation-turn-mean 3 --shared-system-prompt-length 7 --model m \
        --extra-inputs temperature:0.5 --extra-inputs stop:[\"a\"] --extra-inputs user:me";
    let (_folder, values, records) = made("inputs_json", request);
    for (value, record) in values.iter().zip(&records) {
        let payloads = value["payloads"].as_array().unwrap();
        assert_eq!((value["session_id"].clone(), payloads.len()), (record["session_id"].clone(), 3));
        for (turn, payload) in payloads.iter().enumerate() {
            let messages = payload["messages"].as_array().unwrap();
            let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
            let expected: Vec<_> =
                ["system"].into_iter().chain(["user", "assistant"].into_iter().cycle().take(2 * turn + 1)).collect();
            assert_eq!(roles, expected);
            for (place, message) in messages.iter().enumerate().skip(1) {
                let told = &record["turns"][(place - 1) / 2];
                let told = if place % 2 == 1 { &told["isl"] } else { &told["osl"] };
                assert_eq!(tokens(&message["content"]), told.as_u64().unwrap(), "{message}");
            }
            assert_eq!(payload["max_tokens"], record["turns"][turn]["osl"]);
            assert_eq!((&payload["model"], &payload["temperature"]), (&json!("m"), &json!(0.5)));
            assert_eq!((&payload["stop"], &payload["user"]), (&json!(["a"]), &json!("me")));
            // What was said before is said again, word for word.
            assert!(turn == 0 || payloads[turn - 1]["messages"].as_array().unwrap()[..] == messages[..2 * turn]);
        }
    }
}

#[test]
fn sharegpt_answers_have_the_tokens_that_are_asked_for() {
    let (_folder, values, records) = made("sharegpt", "-n 40 --isl 30 --isl-stddev 9 --osl 25 --osl-stddev 9");
    let mut answers = BTreeSet::new();
    for (value, record) in values.iter().zip(&records) {
        let said = value["conversations"].as_array().unwrap();
        assert_eq!((&said[0]["from"], &said[1]["from"]), (&json!("human"), &json!("gpt")));
        assert_eq!(tokens(&said[0]["value"]), record["turns"][0]["isl"].as_u64().unwrap());
        assert_eq!(tokens(&said[1]["value"]), record["turns"][0]["osl"].as_u64().unwrap());
        answers.insert(said[1]["value"].as_str().unwrap().to_owned());
    }
    assert_eq!(answers.len(), 40, "no two answers are alike");
    // Prompts are the same with answers and without.
    let (_other, plain, _) = made("vllm_custom", "-n 40 --isl 30 --isl-stddev 9 --osl 25 --osl-stddev 9");
    for (value, plain) in values.iter().zip(&plain) {
        assert_eq!(value["conversations"][0]["value"], plain["prompt"]);
    }
}

/// Blocks have the same id where prompts share them, and no other; requests come as a Poisson process.
#[test]
fn a_trace_tells_what_prompts_share() {
    let request = "-n 300 --isl 700 --isl-stddev 300 --isl-min 1 --osl 5 --request-rate 4 --prompt-prefix-pool-size 3 --prompt-prefix-length 1100";
    let (_folder, values, records) = made("mooncake_trace", request);
    let mut seen = std::collections::BTreeMap::new();
    let mut last = 0;
    for (value, record) in values.iter().zip(&records) {
        let (ids, isl) = (value["hash_ids"].as_array().unwrap(), value["input_length"].as_u64().unwrap());
        assert_eq!((isl, ids.len() as u64), (record["turns"][0]["isl"].as_u64().unwrap(), isl.div_ceil(512)));
        let prefix = record["turns"][0]["prefix"].as_u64().unwrap();
        for (place, id) in ids.iter().enumerate() {
            let shared = (place < 2).then_some(prefix);
            let owner = seen.entry(id.as_u64().unwrap()).or_insert((shared, place, record["index"].clone()));
            assert_eq!((owner.0, owner.1), (shared, place), "{id}");
            assert!(shared.is_some() || owner.2 == record["index"], "{id} is of two prompts");
        }
        let timestamp = value["timestamp"].as_u64().unwrap();
        assert!(timestamp >= last && record["arrival_ms"] == value["timestamp"]);
        last = timestamp;
    }
    let mean = last as f64 / 300.0;
    assert!((200.0..300.0).contains(&mean), "{mean} ms between requests, where 250 were asked for");
}

/// Several formats at once share the media, and each is what it is alone.
#[test]
fn formats_stand_side_by_side_over_the_same_media() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["single_turn", "random_pool", "raw_payload", "sglang_openai", "guidellm", "vllm_custom_image"];
    let media = "--isl 20 --image-width-mean 20 --image-height-mean 16 --media url --media-url-prefix http://h/d";
    let formats: String = names[..2].iter().chain(&names[3..]).map(|name| format!(" --format {name}")).collect();
    run(&format!("generate --output {}/all -n 6 --random-seed 5 {media}{formats}", folder.path().display()));
    for name in names.iter().filter(|name| **name != "raw_payload") {
        let (alone, values, _) = made(name, &format!("-n 6 {media}"));
        let row = masque::dataset::format::named(name).unwrap();
        assert_eq!(self::values(row, &folder.path().join("all")), values, "{name}");
        drop(alone);
    }
    assert_eq!(fs::read_dir(folder.path().join("all/media/0000")).unwrap().count(), 6);
}

#[test]
fn what_a_format_cannot_hold_is_refused_with_those_that_can() {
    let image = "--image-width-mean 9 --image-height-mean 9";
    let video = "--video-width 64 --video-height 48 --video-frames 1";
    let rows = [
        (
            format!("--isl 9 --osl 5 --format vllm_custom {video}"),
            "--format: vllm_custom has no place for video; drop the video, or use single_turn or multi_turn or ",
        ),
        (
            "--isl 9 --format vllm_custom".into(),
            "--format: vllm_custom says how long each answer is; give --osl, or use single_turn or ",
        ),
        (
            "--isl 9 --osl 9 --osl-stddev 2 --format vllm_custom_image".into(),
            "--format: vllm_custom_image takes one output length",
        ),
        ("--isl 9 --format vllm_custom_image".into(), "--format: vllm_custom_image holds no record without image"),
        (
            "--isl 9 --osl 5 --format vllm_custom_audio --audio-length-mean 1".into(),
            "--media: vllm_custom_audio takes no audio inline; --media files, or use single_turn or multi_turn or sglang_openai",
        ),
        (
            format!("--isl 9 --format sglang_openai --media files {image}"),
            "--media: sglang_openai takes no image from files; --media inline or url, or use single_turn or ",
        ),
        (format!("--isl 9 --format guidellm --image-batch-size 2 {image}"), "--format: guidellm holds 1 image a turn"),
        ("--isl 9 --audio-length-mean 1 --format guidellm".into(), "--format: guidellm has no place for audio"),
        (
            "--isl 9 --audio-length-mean 1 --media url --media-url-prefix http://a/d".into(),
            "takes no audio by address; use sglang_openai",
        ),
        (
            "--isl 9 --osl 9 --format random_pool".into(),
            "--format: random_pool has no place for output lengths; drop --osl, or use single_turn or",
        ),
        (
            "--isl 9 --format raw_payload".into(),
            "--format: raw_payload holds whole request bodies, which name a model; give --model",
        ),
        (
            "--isl 9 --model m".into(),
            "--model: single_turn holds no request bodies; use inputs_json or raw_payload, or drop --model",
        ),
        (
            "--isl 9 --extra-inputs a:1".into(),
            "--extra-inputs: single_turn holds no request bodies; give --format raw_payload or inputs_json with a --model",
        ),
        (
            "--isl 9 --format mooncake_trace".into(),
            "--format: mooncake_trace says when each record begins; give --request-rate",
        ),
        (
            "--isl 9 --request-rate 2".into(),
            "--request-rate: single_turn has no place for arrivals; use mooncake_trace, or drop it",
        ),
        ("--isl 9 --format sharegpt".into(), "--format: sharegpt says how long each answer is; give --osl"),
        ("--isl 9 --conversation-turn-mean 2 --format inputs_json --model m".into(), "--osl: answers have no length"),
        (
            format!("--isl 0 --conversation-turn-mean 2 --format inputs_json --model m {image}"),
            "--format: inputs_json holds no such record without a prompt; give --isl",
        ),
        (format!("--isl 0 --osl 4 --format sharegpt {image}"), ""),
        (
            "--isl 9 --osl 4 --format mooncake_trace --format single_turn --request-rate 5".into(),
            "--request-rate: single_turn has no place for arrivals; drop single_turn and write it by a run of its own, or ",
        ),
        (
            "--isl 9 --format mooncake_trace --request-rate 5 --prompt-prefix-pool-size 2 --prompt-prefix-length 400"
                .into(),
            "--prompt-prefix-length: mooncake_trace shares whole blocks of 512 tokens, of which 400 are none; give a multiple of 512",
        ),
        (
            "--isl 9 --format mooncake_trace --request-rate 5 --shared-system-prompt-length 600".into(),
            "or give --prompt-prefix-pool-size 1 and its --prompt-prefix-length instead",
        ),
        (
            format!("--isl 9 --media url {image}"),
            "--media: url needs what stands before the files' names; give --media-url-prefix",
        ),
        (format!("--isl 9 --media-url-prefix http://a {image}"), "--media-url-prefix: lines give no addresses"),
        (
            format!("--isl 9 --media url --media-url-prefix ftp://a {image}"),
            "--media-url-prefix: \"ftp://a\" is no address",
        ),
        (format!("--isl 9 --media url --media-url-prefix http:// {image}"), "is no address"),
        (format!("--isl 9 --media url --media-url-prefix http://a?b {image}"), "has '?' in it"),
        (
            "--isl 9 --format raw_payload --model m --extra-inputs nothing".into(),
            "--extra-inputs: nothing; give KEY:VALUE",
        ),
        ("--isl 9 --format raw_payload --model m --extra-inputs {\"a\":".into(), "--extra-inputs: "),
    ];
    for (flags, words) in rows {
        refused(&flags, words);
    }
}
