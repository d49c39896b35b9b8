//! `masque inspect`: nothing in good datasets, and each kind of damage where it was done.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use binary::{masque, run};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const FLAGS: &str = "--random-seed 5 --quiet";

/// Text, images, sound and clips.
const MEDIA: &str = "--isl 40 --osl 20 --image-width-mean 40 --image-height-mean 30 --audio-length-mean 0.3 --video-width 64 \
                     --video-height 48 --video-frames 8 --video-fps 8 --video-format mp4 --video-codec masque_h264";

fn made(records: u64, flags: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(&format!("generate --output {} -n {records} {FLAGS} {flags}", folder.path().display()));
    folder
}

fn inspect(folder: &Path, flags: &str) -> Output {
    masque(&format!("inspect {} --quiet {flags}", folder.display()))
}

fn report(folder: &Path) -> Value {
    let output = inspect(folder, "--json");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Datasets of many kinds, in which there is nothing to be found. Those of each format are in tests/formats.rs.
#[test]
fn good_datasets_have_no_fault() {
    let rows = [
        ("-n 9 --media files --media-reuse-rate 0.5 --media-pool-size 3", MEDIA),
        ("-n 9 --media-reuse-rate 0.5 --media-pool-size 3", MEDIA),
        (
            "-n 9 --media url --media-url-prefix https://example.com/x",
            "--isl 9 --image-width-mean 30 --image-height-mean 30",
        ),
        ("-n 300 --compress zstd --lines-per-file 100", "--isl 30 --osl 10"),
        ("-n 30 --lines-per-file 7 --format inputs_json --model m", "--isl 30 --osl 10 --conversation-turn-mean 3"),
        ("-n 12 --format sharegpt --compress zstd", "--isl 30 --osl 10"),
        (
            "-n 12 --format raw_payload --model m --media-order between",
            "--isl 60 --image-width-mean 30 --image-height-mean 30 --image-batch-size 3",
        ),
        ("-n 12 --shared-system-prompt-length 20 --cache-bust first_turn_prefix --format multi_turn", "--isl 60"),
        ("-n 12 --tokenizer cl100k_base --batch-size-text 2", "--isl 60"),
        ("-n 6 --shard 2/3", MEDIA),
        ("-n 4 --audio-format mp3", "--isl 9 --audio-length-mean 1.3 --audio-sample-rates 44.1"),
    ];
    for (how, what) in rows {
        let folder = tempfile::tempdir().unwrap();
        run(&format!("generate --output {} {FLAGS} {how} {what}", folder.path().display()));
        let output = inspect(folder.path(), "");
        let (said, words) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(
            output.status.success() && said.ends_with("no fault found\n") && words.is_empty(),
            "{how}: {said}{words}"
        );
    }
}

#[test]
fn figures_are_those_of_the_records() {
    let folder = made(
        500,
        "--isl 200 --isl-stddev 50 --osl 30 --image-width-mean 30 --image-height-mean 20 --format single_turn --format multi_turn",
    );
    let lines = binary::lines(&folder.path().join("records.jsonl"));
    let mut isl: Vec<_> = lines.iter().map(|line| line["turns"][0]["isl"].as_u64().unwrap()).collect();
    isl.sort_unstable();
    let report = report(folder.path());
    let found = &report["distributions"]["isl"];
    let mean = isl.iter().sum::<u64>() as f64 / 500.0;
    let deviation = (isl.iter().map(|it| (*it as f64 - mean).powi(2)).sum::<f64>() / 500.0).sqrt();
    assert!((found["mean"].as_f64().unwrap() - mean).abs() < 1e-9, "{found}");
    assert!((found["deviation"].as_f64().unwrap() - deviation).abs() < 1e-6, "{found} {deviation}");
    for (key, place) in [("min", 0), ("p50", 249), ("p90", 449), ("p99", 494), ("max", 499)] {
        assert_eq!(found[key].as_f64().unwrap(), isl[place] as f64, "{key}");
    }
    assert_eq!(found["histogram"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).sum::<u64>(), 500);
    let (records, decoded) = (&report["records"], &report["decoded"]);
    assert_eq!((records, decoded, &report["fault_count"]), (&json!(500), &json!(500), &json!(0)));
    assert_eq!(report["prompts"], json!({"count": 500, "repeated": 0}));
    assert_eq!(report["items"], json!({"count": 500, "repeated": 0}));
}

/// What is alike is told: prompts that are given, and beginnings that are shared.
#[test]
fn repeated_prompts_and_shared_beginnings_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    run(&format!(
        "generate --output {} -n 40 {FLAGS} --isl 80 --num-prefix-prompts 4 --prefix-prompt-length 60",
        folder.path().display()
    ));
    let found = report(folder.path());
    assert_eq!(found["prompts"]["repeated"], 0);
    assert_eq!(found["beginnings"]["repeated"], 36, "{found}");
}

/// A good dataset, and one kind of damage.
struct Damage {
    what: &'static str,
    to: &'static str,
    how: fn(&Path),
    /// A file that is named, and words of what is said of it.
    place: &'static str,
    words: &'static str,
}

const FILES: &str = "--media files --format single_turn --format multi_turn";
const INLINE: &str = "--format single_turn --format multi_turn";
const PACKED: &str = "--compress zstd --lines-per-file 4 --format single_turn";

fn rewrite(path: PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn change_lines(path: PathBuf, change: impl FnOnce(&mut Vec<String>)) {
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

fn change_line(path: PathBuf, line: usize, change: impl FnOnce(&mut Value)) {
    change_lines(path, |lines| {
        let mut value = serde_json::from_str(&lines[line]).unwrap();
        change(&mut value);
        lines[line] = value.to_string();
    });
}

/// Writes the digests of the files as they are now into the manifest, so that only what they say can be wrong.
fn sign(folder: &Path) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        let bytes = fs::read(folder.join(file["path"].as_str().unwrap())).unwrap();
        file["bytes"] = json!(bytes.len());
        if file.get("sha256").is_some() {
            file["sha256"] = json!(hex(&bytes));
        }
    }
    fs::write(path, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Puts other bytes in place of an image, and tells of them in `records.jsonl`.
fn replace_image(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join("media/0000/000002_image_0.png"), bytes).unwrap();
    change_line(folder.join("records.jsonl"), 2, |line| {
        let image = &mut line["turns"][0]["images"][0];
        (image["bytes"], image["sha256"]) = (json!(bytes.len()), json!(hex(bytes)));
    });
    sign(folder);
}

const DAMAGES: &[Damage] = &[
    Damage {
        what: "a flipped bit in a clip",
        to: FILES,
        place: "media/0000/000003_video_0.mp4",
        words: "SHA-256",
        how: |it| {
            rewrite(it.join("media/0000/000003_video_0.mp4"), |bytes| *bytes.last_mut().unwrap() ^= 1);
        },
    },
    Damage {
        what: "a clip cut short",
        to: FILES,
        place: "media/0000/000003_video_0.mp4",
        words: "bytes, and records.jsonl says",
        how: |it| {
            rewrite(it.join("media/0000/000003_video_0.mp4"), |bytes| bytes.truncate(900));
        },
    },
    Damage {
        what: "an image lost",
        to: FILES,
        place: "media/0000/000001_image_0.png",
        words: "No such file",
        how: |it| {
            fs::remove_file(it.join("media/0000/000001_image_0.png")).unwrap();
        },
    },
    Damage {
        what: "two images swapped",
        to: FILES,
        place: "media/0000/000001_image_0.png",
        words: "",
        how: |it| {
            let [a, b] = [1, 4].map(|number| it.join(format!("media/0000/00000{number}_image_0.png")));
            let bytes = fs::read(&a).unwrap();
            fs::copy(&b, a).unwrap();
            fs::write(b, bytes).unwrap();
        },
    },
    Damage {
        what: "a link in place of a sound",
        to: FILES,
        place: "media/0000/000000_audio_0.wav",
        words: "no file",
        how: |it| {
            let path = it.join("media/0000/000000_audio_0.wav");
            fs::rename(&path, it.join("elsewhere.wav")).unwrap();
            std::os::unix::fs::symlink(it.join("elsewhere.wav"), path).unwrap();
        },
    },
    Damage {
        what: "an image of another size, told of",
        to: FILES,
        place: "media/0000/000002_image_0.png",
        words: "its size is 1x1",
        how: |it| {
            let mut png = Vec::new();
            let mut encoder = png::Encoder::new(&mut png, 1, 1);
            encoder.set_color(png::ColorType::Rgb);
            encoder.write_header().unwrap().write_image_data(&[1, 2, 3]).unwrap();
            replace_image(it, &png);
        },
    },
    Damage {
        what: "an image that is none, told of",
        to: FILES,
        place: "media/0000/000002_image_0.png",
        words: "format",
        how: |it| {
            replace_image(it, b"no image at all");
        },
    },
    Damage {
        what: "a clip of fewer frames, told of",
        to: FILES,
        place: "media/0000/000002_video_0.mp4",
        words: "frames is 8, and records.jsonl says 9",
        how: |it| {
            change_line(it.join("records.jsonl"), 2, |line| line["turns"][0]["videos"][0]["frames"] = json!(9));
            sign(it);
        },
    },
    Damage {
        what: "sound of another length, told of",
        to: FILES,
        place: "media/0000/000002_audio_0.wav",
        words: "it lasts 0.300 s, and records.jsonl says 0.4 s",
        how: |it| {
            change_line(it.join("records.jsonl"), 2, |line| line["turns"][0]["audios"][0]["seconds"] = json!(0.4));
            sign(it);
        },
    },
    Damage {
        what: "a lost line",
        to: FILES,
        place: "single_turn.jsonl:4",
        words: "session_000004",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| drop(lines.remove(3)));
        },
    },
    Damage {
        what: "the last line lost",
        to: FILES,
        place: "multi_turn.jsonl:8",
        words: "not there",
        how: |it| {
            change_lines(it.join("multi_turn.jsonl"), |lines| drop(lines.pop()));
        },
    },
    Damage {
        what: "a line twice",
        to: FILES,
        place: "single_turn.jsonl",
        words: "more behind its last record",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| lines.push(lines[7].clone()));
        },
    },
    Damage {
        what: "two lines swapped, with new digests",
        to: FILES,
        place: "single_turn.jsonl:2",
        words: "session_000005",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| lines.swap(1, 5));
            sign(it);
        },
    },
    Damage {
        what: "a letter changed",
        to: FILES,
        place: "single_turn.jsonl",
        words: "SHA-256 is not the manifest's",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| lines[4] = lines[4].replacen("session_", "sessiom_", 1));
        },
    },
    Damage {
        what: "a word more, with new digests",
        to: FILES,
        place: "single_turn.jsonl:5",
        words: "tokens, and records.jsonl says 40",
        how: |it| {
            change_line(it.join("single_turn.jsonl"), 4, |line| {
                line["texts"][0] = json!(format!("{} word", line["texts"][0].as_str().unwrap()))
            });
            sign(it);
        },
    },
    Damage {
        what: "a wrong count, with new digests",
        to: FILES,
        place: "single_turn.jsonl:1",
        words: "it has 40 tokens, and records.jsonl says 41",
        how: |it| {
            change_line(it.join("records.jsonl"), 0, |line| line["turns"][0]["isl"] = json!(41));
            sign(it);
        },
    },
    Damage {
        what: "another length asked for, with new digests",
        to: FILES,
        place: "multi_turn.jsonl:3",
        words: "asks for 21 tokens, and records.jsonl says 20",
        how: |it| {
            change_line(it.join("multi_turn.jsonl"), 2, |line| line["turns"][0]["output_length"] = json!(21));
            sign(it);
        },
    },
    Damage {
        what: "another prompt in one of two formats, with new digests",
        to: FILES,
        place: "multi_turn.jsonl:3",
        words: "not those of the other formats",
        how: |it| {
            change_line(it.join("multi_turn.jsonl"), 2, |line| line["turns"][0]["texts"] = json!(["other words"]));
            sign(it);
        },
    },
    Damage {
        what: "a line that names another image, with new digests",
        to: FILES,
        place: "single_turn.jsonl:3",
        words: "000003_image_0.png, and records.jsonl says",
        how: |it| {
            change_line(it.join("single_turn.jsonl"), 2, |line| {
                line["images"] = json!(["media/0000/000003_image_0.png"])
            });
            sign(it);
        },
    },
    Damage {
        what: "no JSON",
        to: FILES,
        place: "single_turn.jsonl:6",
        words: "no record of single_turn",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| _ = lines[5].pop());
            sign(it);
        },
    },
    Damage {
        what: "a list of records cut short",
        to: FILES,
        place: "records.jsonl:5",
        words: "not there",
        how: |it| {
            change_lines(it.join("records.jsonl"), |lines| lines.truncate(4));
        },
    },
    Damage {
        what: "a path that leads out, with new digests",
        to: FILES,
        place: "media/../../secret.png",
        words: "no name of masque's",
        how: |it| {
            change_line(it.join("records.jsonl"), 1, |line| {
                line["turns"][0]["images"][0]["file"] = json!("media/../../secret.png")
            });
            sign(it);
        },
    },
    Damage {
        what: "a letter of base64 changed",
        to: INLINE,
        place: "single_turn.jsonl:3",
        words: "image 0 is not the one",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| {
                let at = lines[2].find(";base64,").unwrap() + 200;
                let other = if lines[2].as_bytes()[at] == b'A' { "B" } else { "A" };
                lines[2].replace_range(at..=at, other);
            });
        },
    },
    Damage {
        what: "two payloads swapped",
        to: INLINE,
        place: "single_turn.jsonl:1",
        words: "image 0 is not the one",
        how: |it| {
            change_lines(it.join("single_turn.jsonl"), |lines| {
                let images = [0, 1]
                    .map(|line: usize| serde_json::from_str::<Value>(&lines[line]).unwrap()["images"][0].to_string());
                for line in 0..2 {
                    lines[line] = lines[line].replace(&images[line], &images[1 - line]);
                }
            });
            sign(it);
        },
    },
    Damage {
        what: "a packed file with a byte changed",
        to: PACKED,
        place: "single_turn-00001-of-00002.jsonl.zst",
        words: "SHA-256",
        how: |it| {
            rewrite(it.join("single_turn-00001-of-00002.jsonl.zst"), |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0x10;
            });
        },
    },
    Damage {
        what: "a packed file lost",
        to: PACKED,
        place: "single_turn-00000-of-00002.jsonl.zst",
        words: "No such file",
        how: |it| {
            fs::remove_file(it.join("single_turn-00000-of-00002.jsonl.zst")).unwrap();
        },
    },
    Damage {
        what: "a manifest with another digest",
        to: FILES,
        place: "records.jsonl",
        words: "SHA-256",
        how: |it| {
            change_lines(it.join("manifest.json"), |lines| {
                let at = lines.iter().rposition(|line| line.contains("\"sha256\"")).unwrap();
                lines[at] = format!("\"sha256\": \"{}\"", "0".repeat(64));
            });
        },
    },
    Damage {
        what: "a manifest that lists a file less",
        to: FILES,
        place: "manifest.json",
        words: "its request makes",
        how: |it| {
            change_line_of_manifest(it, |manifest| drop(manifest["files"].as_array_mut().unwrap().remove(0)));
        },
    },
];

fn change_line_of_manifest(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("manifest.json");
    let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn each_kind_of_damage_is_found_where_it_was_done() {
    for Damage { what, to, how, place, words } in DAMAGES {
        let media = if *to == PACKED { "--isl 40 --osl 20" } else { MEDIA };
        let folder = made(8, &format!("{to} {media}"));
        assert_eq!(report(folder.path())["fault_count"], 0, "{what}");
        how(folder.path());
        let output = inspect(folder.path(), "");
        let (told, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(1), "{what}: {told}{said}");
        assert!(said.starts_with("masque: ") && said.contains("fault") && said.lines().count() == 1, "{what}: {said}");
        let found = told.lines().any(|line| line.starts_with(&format!("{place}: ")) && line.contains(words));
        assert!(found, "{what}: {told}");
    }
}

#[test]
fn what_is_no_whole_dataset_is_refused() {
    let refused = |folder: &Path, words: &str| {
        let output = inspect(folder, "");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words) && said.lines().count() == 1 && output.stdout.is_empty(), "{said}");
        assert!(said.starts_with(&format!("masque: dataset {}: ", folder.display())), "{said}");
    };
    let folder = made(3, "--isl 9");
    let manifest = folder.path().join("manifest.json");
    let whole = fs::read(&manifest).unwrap();
    fs::write(&manifest, &whole[..whole.len() / 2]).unwrap();
    refused(folder.path(), "manifest.json cannot be read");
    fs::remove_file(&manifest).unwrap();
    refused(folder.path(), "there is no manifest.json");
    refused(Path::new("/nonexistent"), "there is no manifest.json");
}
