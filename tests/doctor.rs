//! `masque doctor`: every row of the tables is tried, and what is told can be acted upon.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use binary::{command, run};
use masque::encode::{AUDIO_CODECS, IMAGE_CODECS, VIDEO_CODECS};
use serde_json::Value;

fn findings(report: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(report).unwrap()["findings"].as_array().unwrap().clone()
}

#[test]
fn every_encoder_is_tried_and_what_fails_has_something_to_be_done() {
    let report = run("doctor --json");
    let all = findings(&report);
    let named = |name: &str| all.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name}: {report}"));
    for row in &VIDEO_CODECS {
        let finding = named(row.name);
        match row.on_cpu {
            None => assert_eq!(finding["state"], "works", "{finding}"),
            // Cards are none in most places: then there is a reason and a way out.
            Some(_) if finding["state"] == "works" => {}
            Some(_) => {
                assert!(finding["detail"].as_str().unwrap().len() > 5 && finding["fix"].is_string(), "{finding}")
            }
        }
    }
    for row in &AUDIO_CODECS {
        assert_eq!(named(row.format.name())["state"], "works");
    }
    for row in &IMAGE_CODECS {
        assert_eq!(named(row.name)["state"], "works");
    }
    for name in ["cpu", "builtin", "cl100k_base", "FFmpeg", "memory", "disk", "cores"] {
        assert_eq!(named(name)["state"], "works", "{name}");
    }
    assert!(named("FFmpeg")["detail"].as_str().unwrap().contains("GPL"), "{report}");
    for finding in &all {
        assert!(!finding["detail"].as_str().unwrap().contains('\n'), "{finding}");
    }
}

#[test]
fn the_table_names_what_works_and_what_does_not() {
    let said = run("doctor");
    for words in ["machine\n", "encoders of clips\n", "  works  masque_h264", "  works  cpu", "  works  builtin"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.lines().all(|line| !line.ends_with(' ')), "{said}");
}

/// Adapters render and are compared; a software one is called so.
#[test]
fn adapters_are_compared_with_the_cpu() {
    let all = findings(&run("doctor --json"));
    let adapters: Vec<_> = all.iter().filter(|it| it["area"] == "renderer" && it["name"] != "cpu").collect();
    assert!(!adapters.is_empty());
    let software = adapters.iter().find(|it| it["detail"].as_str().unwrap().contains("software"));
    match (software, std::env::var_os("MASQUE_REQUIRE_GPU")) {
        (Some(found), _) => {
            let detail = found["detail"].as_str().unwrap();
            assert!(detail.contains("makes the CPU's bytes") && detail.contains("--backend gpu only"), "{detail}");
        }
        (None, Some(_)) => panic!("no adapter was tried: {adapters:?}"),
        (None, None) => {}
    }
}

/// Tokenizers in the hub's cache are listed by their names.
#[test]
fn cached_tokenizers_are_listed() {
    let cache = tempfile::tempdir().unwrap();
    let snapshot = cache.path().join("models--some--model/snapshots/main");
    std::fs::create_dir_all(&snapshot).unwrap();
    std::fs::create_dir_all(cache.path().join("models--other--model/snapshots/main")).unwrap();
    std::fs::write(snapshot.join("tokenizer.json"), "{}").unwrap();
    let output = command("doctor --json").env("HF_HUB_CACHE", cache.path()).output().unwrap();
    let all = findings(&String::from_utf8(output.stdout).unwrap());
    let names: Vec<_> = all.iter().filter(|it| it["area"] == "tokenizer").map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["builtin", "o200k_base", "cl100k_base", "some/model"]);
}

/// A disk with no room is told, and is why the main job cannot run only when a run says so.
#[test]
fn a_folder_that_is_not_there_yet_is_looked_at() {
    let report = run("doctor --json /tmp/not/there/yet");
    let disk = findings(&report).into_iter().find(|it| it["name"] == "disk").unwrap();
    assert!(disk["detail"].as_str().unwrap().ends_with("free for /tmp/not/there/yet"), "{disk}");
}
