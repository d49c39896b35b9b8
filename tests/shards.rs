//! Parts of a dataset that are made apart and merged: the bytes are those of one run, whatever made the parts; and parts that do not belong
//! together are named.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

use binary::{masque, run};
use whole::tree;

/// Lines with media in them, files of media that are reused, documents, files that are cut and packed, clips.
const MODES: [&str; 6] = [
    "-n 30 --isl 20 --image-width-mean 30 --image-height-mean 20 --audio-length-mean 0.02 --format single_turn --format multi_turn",
    "-n 21 --isl 0 --image-width-mean 30 --image-height-mean 20 --media files --media-reuse-rate 0.5 --media-pool-size 4",
    "-n 23 --isl 20 --osl 9 --format sharegpt --format vllm_custom",
    "-n 8 --isl 5 --image-width-mean 600 --image-height-mean 600 --format inputs_json --format raw_payload --model m",
    "-n 1031 --isl 9 --image-width-mean 4 --image-height-mean 4 --lines-per-file 300 --compress zstd --format inputs_json --format raw_payload --model m",
    "-n 9 --isl 0 --video-width 64 --video-height 48 --video-frames 5 --media files --lines-per-file 2",
];

fn parts(folder: &Path, request: &str, of: u64) -> Vec<String> {
    let part = |index: u64| {
        let part = folder.join(format!("part{index}"));
        let how = if index.is_multiple_of(2) { other_backend() } else { "--jobs 1 --backend cpu" };
        run(&format!("generate --quiet --output {} {request} --shard {index}/{of} {how}", part.display()));
        part.display().to_string()
    };
    (1..=of).map(part).collect()
}

/// Another backend where there is an adapter, which may be a software one, and another number of threads.
fn other_backend() -> &'static str {
    static GPU: OnceLock<bool> = OnceLock::new();
    let has = GPU.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("x.png").display().to_string();
        let tried = masque(&format!("preview --backend gpu --video-width 64 --video-height 48 --output {picture}"));
        let required = std::env::var_os("MASQUE_REQUIRE_GPU").is_some();
        assert!(tried.status.success() || !required, "{}", String::from_utf8_lossy(&tried.stderr));
        tried.status.success()
    });
    if *has { "--jobs 3 --backend gpu" } else { "--jobs 3 --backend cpu" }
}

/// A manifest without where the pixels came from.
fn elsewhere(manifest: &[u8]) -> serde_json::Value {
    let mut manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    manifest["backend"].take();
    manifest
}

#[test]
fn merged_parts_are_the_bytes_of_one_run() {
    for (number, mode) in MODES.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let request = format!("{mode} --random-seed {number}");
        let (whole, merged) = (folder.path().join("whole"), folder.path().join("merged"));
        run(&format!("generate --quiet --output {} {request}", whole.display()));
        let mut parts = parts(folder.path(), &request, 4);
        parts.reverse();
        run(&format!("merge {} --quiet --output {}", parts.join(" "), merged.display()));
        let expected = tree(&whole);
        let found = tree(&merged);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{mode}");
        for (name, bytes) in &expected {
            if name == "manifest.json" {
                assert_eq!(elsewhere(&found[name]), elsewhere(bytes), "{mode}");
                continue;
            }
            assert!(found[name] == *bytes, "{mode}: {name}");
            if name.ends_with(".json") {
                assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "{mode}: {name} is no document");
            }
        }
        if mode.contains("--media files") {
            let second_names = |path: &str| fs::metadata(merged.join(path)).unwrap().nlink() > 1;
            let media: Vec<_> = found.keys().filter(|name| name.starts_with("media/")).collect();
            let cloned = fs::metadata(merged.join(media[0])).unwrap().nlink() == 1;
            assert!(
                cloned || media.iter().all(|name| second_names(name)),
                "media are linked where they cannot be cloned"
            );
        }
    }
}

/// What `masque merge` says of these parts, in one line, before it writes anything.
fn refused(parts: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("to");
    let output = masque(&format!("merge {} --output {}", parts.join(" "), to.display()));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("masque: ") && said.lines().count() == 1 && !to.exists(), "{said}");
    said
}

#[test]
fn parts_that_do_not_belong_together_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    let request = "-n 40 --isl 9 --random-seed 1";
    let all = parts(folder.path(), request, 4);
    let foreign = parts(&other, &request.replace("--isl 9", "--isl 8"), 4);
    let three = tempfile::tempdir().unwrap();
    let thirds = parts(three.path(), request, 3);
    let whole = folder.path().join("whole");
    run(&format!("generate --quiet --output {} {request}", whole.display()));
    let [a, b, c, d] = [0, 1, 2, 3].map(|at: usize| all[at].as_str());
    let said = refused(&[a, b, d]);
    assert!(said.starts_with("masque: DIR: part 3 of 4 is missing; make it with --shard 3/4"), "{said}");
    assert!(refused(&[a, b, c, d, b]).contains(&format!("part {b}: it is part 2/4, as {b} is")));
    let said = refused(&[a, b, &foreign[2], d]);
    assert!(
        said.contains(&format!(
            "part {}: its text.lengths.independent.isl.shape.fixed is 8.0, and 9.0 in {a}",
            foreign[2]
        )),
        "{said}"
    );
    assert!(refused(&[a, b, c, &thirds[2]]).contains(&format!("part {}: it is part 3/3, and {a} is 1/4", thirds[2])));
    assert!(refused(&[a, &whole.display().to_string()]).contains("it holds a whole dataset"));
    assert!(refused(&[a, folder.path().to_str().unwrap()]).contains("it holds no dataset of this version"));
    let inside = masque(&format!("merge {} --output {} --overwrite", all.join(" "), a));
    assert!(String::from_utf8(inside.stderr).unwrap().contains("where the dataset is written"));
    // Damage is found while lines are read: the merged dataset is not finished then.
    for name in ["single_turn.jsonl", "records.jsonl"] {
        let path = Path::new(c).join(name);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let place = bad.iter().rposition(u8::is_ascii_digit).unwrap();
        bad[place] ^= 1;
        fs::write(&path, bad).unwrap();
        let to = folder.path().join("merged");
        let output = masque(&format!("merge {} --output {}", all.join(" "), to.display()));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains(&format!("part {c}: ")) && said.contains(name) && said.contains("not as its manifest says"),
            "{said}"
        );
        assert!(!to.join("manifest.json").exists());
        fs::write(&path, good).unwrap();
        fs::remove_dir_all(&to).unwrap();
    }
}

#[test]
fn a_medium_that_lacks_bytes_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 6 --isl 0 --image-width-mean 9 --image-height-mean 9 --media files --random-seed 1";
    let all = parts(folder.path(), request, 2);
    let medium = Path::new(&all[1]).join("media/0000/000004_image_0.png");
    let whole = fs::read(&medium).unwrap();
    fs::write(&medium, &whole[1..]).unwrap();
    let to = folder.path().join("merged");
    let output = masque(&format!("merge {} --output {}", all.join(" "), to.display()));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&all[1]) && said.contains("000004_image_0.png is not as its manifest says"), "{said}");
    assert!(output.status.code() != Some(0) && !to.join("manifest.json").exists());
}

#[test]
fn parts_that_cannot_be_are_refused() {
    for (flags, words) in [
        ("-n 3 --random-seed 1 --shard 1/4", "4 parts of 3 records"),
        ("-n 3 --shard 0/4", "give 1/4 to 4/4 for four parts"),
        ("-n 3 --shard 5/4", "give 1/4 to 4/4 for four parts"),
        ("-n 3 --shard x", "give 1/4 to 4/4 for four parts"),
        ("-n 9 --shard 1/4", "--shard: each part would draw a seed of its own; give all parts the same --random-seed"),
        ("-n 300000 --lines-per-file 2", "150000 files"),
    ] {
        binary::refused(flags, words);
    }
}
