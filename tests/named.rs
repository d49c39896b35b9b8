//! Requests by names, as programs that use the library read them: the same as by flags, and refused by what was written.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::fs;

use masque::{Dataset, Generator, NamedRequest, WriteOptions};
use serde_json::{Map, Value, json};

use binary::{masque, run};

fn names(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A request in the notations that a file has, and the flags that it stands for.
fn rows() -> [(Value, &'static str); 2] {
    [
        (
            json!({"isl": 40, "isl_stddev": 9, "image": {"width-mean": 20, "height_mean": 10, "format": ["png", "jpeg"]}, "num_prompts": 6, "random_seed": 5}),
            "-n 6 --random-seed 5 --isl 40 --isl-stddev 9 --image-width-mean 20 --image-height-mean 10 --image-format png,jpeg",
        ),
        (
            json!({"isl": {"mean": 40, "stddev": 9}, "random-seed": "7", "jobs": 2, "offline": true, "num-dataset-entries": 3}),
            "-n 3 --random-seed 7 --isl {\"mean\":40,\"stddev\":9}",
        ),
    ]
}

#[test]
fn names_ask_for_what_flags_do() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (request, flags)) in rows().into_iter().enumerate() {
        let to = folder.path().join(format!("flags{number}"));
        run(&format!("generate --quiet --output {} {flags}", to.display()));
        let named = NamedRequest::of(None, names(request)).unwrap();
        assert!(!named.seed_was_drawn);
        let generator = Generator::with(named.spec.clone(), &named.options).unwrap();
        let own = folder.path().join(format!("names{number}"));
        Dataset::write(&generator, &own, &WriteOptions::default(), &mut ()).unwrap();
        for file in ["records.jsonl", "single_turn.jsonl", "manifest.json"] {
            assert!(fs::read(own.join(file)).unwrap() == fs::read(to.join(file)).unwrap(), "{number}: {file}");
        }
        // A file that holds the same, or the manifest, is the same, and names go before both.
        let manifest = NamedRequest::load(&to.join("manifest.json")).unwrap();
        let again = NamedRequest::of(Some(("manifest.json", manifest)), names(json!({"random_seed": 9}))).unwrap();
        let text = |named: &NamedRequest| serde_json::to_value(&named.spec).unwrap();
        let mut expected = text(&named);
        expected["seed"] = 9.into();
        assert_eq!(text(&again), expected);
    }
    assert!(NamedRequest::of(None, names(json!({"isl": 5}))).unwrap().seed_was_drawn);
}

#[test]
fn a_refusal_names_what_was_written() {
    let file = Some(("request.yaml", names(json!({"isl": 40, "image": {"quality": 50}}))));
    let mixed = json!([{"isl": 5}]);
    let lines = [
        (None, json!({"isl": "nine"}), "isl: nine; give 0, or 1 to"),
        (None, json!({"n": 2}), "n: there is no such flag; did you mean "),
        (
            None,
            json!({"isl": 5, "image": {"quality": 50}}),
            "image.quality: images are off, since they have no size; give image_width_mean and image_height_mean as well",
        ),
        (
            None,
            json!({"shard": "1/2", "random_seed": 1}),
            "shard: it is no part of a request; say it where the dataset is written",
        ),
        (None, json!({"output": "d"}), "output: a request does not say this; drop it"),
        (None, json!({"masque": "0", "request": {}}), "request: its request: "),
        (
            file.clone(),
            json!({}),
            "request.yaml: image.quality: images are off, since they have no size; give --image-width-mean and --image-height-mean as well",
        ),
        (file.clone(), json!({"osl": "x"}), "osl: x; give 1 to"),
        (file, json!({"mix": mixed}), "mix: it stands beside a file; write it in the file"),
    ];
    for (file, request, line) in lines {
        let said = NamedRequest::of(file, names(request)).unwrap_err().line();
        assert!(said.starts_with(line), "{said}");
    }
}

/// What is found when the request is opened is told by names too.
#[test]
fn what_the_library_refuses_is_spelt() {
    let request = json!({"isl": 5, "tokenizer": "/no/such", "image_width_mean": 8, "image_height_mean": 8});
    let named = NamedRequest::of(None, names(request)).unwrap();
    let why = Generator::with(named.spec.clone(), &named.options).unwrap_err();
    assert!(named.spell(why).line().starts_with("tokenizer: "));
    assert_eq!(named.spell_text("lower `jobs`, or `image.height.max`"), "lower jobs, or image_height_max");
    // A file's line is the program's, to the last word.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request.yaml");
    fs::write(&path, "isl: 5\nimage-quality: 50\n").unwrap();
    let to = folder.path().join("d");
    let said = masque(&format!("generate --output {} --config {}", to.display(), path.display())).stderr;
    let name = path.display().to_string();
    let own = NamedRequest::of(Some((&name, NamedRequest::load(&path).unwrap())), Map::new()).unwrap_err();
    assert_eq!(String::from_utf8(said).unwrap(), format!("masque: {}\n", own.line()));
}

#[test]
fn the_schema_has_no_names_of_writing() {
    let schema = NamedRequest::schema();
    let names = schema["properties"].as_object().unwrap();
    for name in names.keys() {
        assert!(!["overwrite", "config", "quiet", "resume", "shard"].contains(&name.as_str()), "{name}");
    }
    assert!(names.contains_key("isl") && names.contains_key("image"));
}
