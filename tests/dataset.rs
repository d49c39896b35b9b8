//! The dataset as a whole, made by the built binary: reproducible to the byte, complete, and what its own records say it is.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use binary::{lines, run};
use whole::{assert_whole, items, payloads, sha256};

const ALL: &str = "--isl 60 --isl-stddev 20 --osl 30 --image-width-mean 40 --image-width-stddev 9 --image-height-mean 24 --image-count-max 3 \
    --audio-length-mean 0.1 --audio-depths 8,16,24,32 --video-width 64 --video-height 48 --video-duration 1 --video-synth-type";

/// Lines of megabytes, whose images are written to their places while they are drawn.
const LONG: &str = "--isl 60 --osl 30 --image-width-mean 700 --image-width-stddev 90 --image-height-mean 600 --image-count-max 3 \
    --media-reuse-rate 0.3 --media-pool-size 2 --audio-length-mean 0.1";

/// Every kind of request: all modalities with each pattern, and long lines.
fn requests() -> Vec<String> {
    let patterns = masque::pattern::PATTERNS.iter().map(|row| format!("{ALL} {}", row.name));
    patterns.chain([LONG.to_owned()]).collect()
}

fn generate(to: &Path, request: &str) {
    run(&format!("generate --output {} --quiet {request}", to.display()));
}

#[test]
fn bytes_depend_on_nothing_but_request_and_seed() {
    let folder = tempfile::tempdir().unwrap();
    let (reference, other) = (folder.path().join("reference"), folder.path().join("other"));
    for request in requests() {
        for media in ["inline", "files"] {
            let request = format!("{request} --media {media} --random-seed 9 -n 8");
            generate(&reference, &format!("{request} --overwrite -j 1 --backend cpu"));
            for how in ["-j 2 --backend cpu", "-j 1 --backend cpu", "-j 7 --backend auto"] {
                generate(&other, &format!("{request} --overwrite {how}"));
                for file in ["single_turn.jsonl", "records.jsonl"] {
                    let read = |folder: &Path| fs::read(folder.join(file)).unwrap();
                    assert!(read(&reference) == read(&other), "{request} {how}: {file}");
                }
            }
            if media == "inline" {
                let lines = fs::read_to_string(reference.join("single_turn.jsonl")).unwrap();
                assert!(lines == run(&format!("generate --output - --quiet {request}")), "{request}");
            }
        }
    }
}

#[test]
fn fewer_records_are_a_prefix_of_more() {
    let folder = tempfile::tempdir().unwrap();
    let (few, many) = (folder.path().join("few"), folder.path().join("many"));
    let request = format!("{ALL} moving_shapes --random-seed 5 --media-reuse-rate 0.5 --media-pool-size 3");
    generate(&few, &format!("{request} -n 3"));
    generate(&many, &format!("{request} -n 12"));
    for file in ["single_turn.jsonl", "records.jsonl"] {
        let (few, many) = (fs::read(few.join(file)).unwrap(), fs::read(many.join(file)).unwrap());
        assert!(many.starts_with(&few) && many.len() > few.len(), "{file}");
    }
}

#[test]
fn another_seed_changes_every_item_and_no_item_comes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = HashSet::new();
    for (seed, pattern) in [(1, "noise"), (2, "noise"), (3, "moving_shapes"), (4, "moving_shapes"), (5, "grid_clock")] {
        let to = folder.path().join(seed.to_string());
        generate(&to, &format!("{ALL} {pattern} --random-seed {seed} -n 10"));
        for record in lines(&to.join("records.jsonl")) {
            for item in items(&record) {
                assert!(seen.insert(item["sha256"].as_str().unwrap().to_owned()), "seed {seed}: {item}");
            }
        }
        for line in lines(&to.join("single_turn.jsonl")) {
            assert!(seen.insert(line["texts"][0].as_str().unwrap().to_owned()), "seed {seed}");
        }
    }
}

#[test]
fn records_describe_the_payloads_that_stand_in_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    for request in requests() {
        generate(folder.path(), &format!("{request} --random-seed 5 -n 6 --overwrite"));
        let records = lines(&folder.path().join("records.jsonl"));
        let requests = lines(&folder.path().join("single_turn.jsonl"));
        for (index, (record, request)) in records.iter().zip(&requests).enumerate() {
            assert_eq!(record["index"], index);
            assert_eq!(record["session_id"], format!("session_{index:06}"));
            assert_eq!(request["session_id"], record["session_id"]);
            assert_eq!(request["output_length"], record["turns"][0]["osl"]);
            let (items, payloads) = (items(record), payloads(request));
            assert_eq!(items.len(), payloads.len());
            for (item, payload) in items.iter().zip(payloads) {
                assert_eq!(item["bytes"], payload.len());
                assert_eq!(item["sha256"], sha256(&payload), "{item}");
            }
        }
        assert_eq!((records.len(), requests.len()), (6, 6));
    }
}

#[test]
fn the_manifest_digests_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let formats = "--format single_turn --format multi_turn";
    for (request, media) in
        [(format!("{ALL} noise"), "files"), (format!("{ALL} noise"), "inline"), (LONG.into(), "inline")]
    {
        generate(folder.path(), &format!("{request} {formats} --random-seed 5 -n 5 --overwrite --media {media}"));
        let manifest: Value = serde_json::from_slice(&fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
        assert_eq!((&manifest["seed"], &manifest["records"]), (&5.into(), &5.into()));
        assert_eq!(manifest["request"]["image"]["count"]["max"], 3.0);
        assert_eq!(manifest["files"].as_array().unwrap().len(), 3);
        assert_whole(folder.path(), &[]);
    }
}

#[test]
fn files_hold_what_the_records_say() {
    let folder = tempfile::tempdir().unwrap();
    generate(
        folder.path(),
        &format!("{ALL} moving_shapes --random-seed 5 -n 5 --media files --media-reuse-rate 0.4 --media-pool-size 2"),
    );
    assert_whole(folder.path(), &[]);
    let request = fs::read_to_string(folder.path().join("single_turn.jsonl")).unwrap();
    for item in lines(&folder.path().join("records.jsonl")).iter().flat_map(items) {
        assert!(request.contains(&format!("\"{}\"", item["file"].as_str().unwrap())), "{item}");
    }
}

/// Files may not grow beyond a megabyte or ten, which is a full disk in all but its name.
#[test]
fn a_full_disk_is_named_and_leaves_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let limited = |kib: u64, request: &str| {
        let masque = env!("CARGO_BIN_EXE_masque");
        let to = folder.path().display();
        let script =
            format!("trap '' XFSZ; ulimit -f {kib}; {masque} generate --output {to} --quiet --overwrite {request}");
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{request}: {said}");
        assert!(said.starts_with("masque: record ") && said.lines().count() == 1, "{request}: {said}");
        assert!(said.contains("cannot write: File too large"), "{request}: {said}");
        assert!(!folder.path().join("manifest.json").exists());
        said
    };
    for jobs in [1, 3] {
        let said = limited(20_000, &format!("{LONG} -n 50 --random-seed 5 -j {jobs}"));
        assert!(said.contains("/single_turn.jsonl: cannot write"), "{said}");
        let (made, described) =
            ["single_turn", "records"].map(|name| lines(&folder.path().join(format!("{name}.jsonl.partial")))).into();
        assert!(!made.is_empty() && made.len() == described.len(), "{} lines, {} records", made.len(), described.len());
        assert!(said.contains(&format!("record {}:", made.len())), "{} lines: {said}", made.len());
    }
    for format in ["png", "jpeg"] {
        let size = "--isl 0 --image-width-mean 1000 --image-height-mean 1000";
        let said = limited(100, &format!("{size} --media files --image-format {format} -n 5 --random-seed 5"));
        assert!(said.contains(&format!("000000_image_0.{format}")), "{said}");
    }
}
