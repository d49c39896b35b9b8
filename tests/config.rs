//! Request files: flags by their names, distributions in full, and manifests that make their dataset again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::fs;
use std::path::Path;

use binary::{lines, masque, run};
use whole::tree;

/// A dataset's files but for the manifest.
fn made(folder: &Path, name: &str, flags: &str) -> std::collections::BTreeMap<String, Vec<u8>> {
    let to = folder.join(name);
    run(&format!("generate --output {} --quiet {flags}", to.display()));
    let mut files = tree(&to);
    files.remove("manifest.json");
    files
}

const FLAGS: &str = "-n 6 --random-seed 5 --isl 40 --isl-stddev 9 --isl-min 20 --osl 7 --format single_turn --format sglang_openai \
    --image-width-mean 20 --image-height-mean 10 --image-format jpeg --image-chroma 420 --audio-length-mean 0.1 \
    --audio-sample-rates 8,16";

/// The same in each notation: flat, in groups, by aliases, with underscores.
const FILES: [(&str, &str); 3] = [
    (
        "request.yaml",
        r#"
num-dataset-entries: 6
random-seed: 5
isl: {mean: 40, stddev: 9, min: 20}
osl: 7
format: [single_turn, sglang_openai]
image:
  width-mean: 20
  height_mean: 10
  format: jpeg
  chroma: 420
audio: {length-mean: 0.1, sample-rates: [8, 16]}
media: inline
overwrite: false
"#,
    ),
    (
        "request.toml",
        r#"
num_prompts = 6
random_seed = 5
prompt-input-tokens-mean = 40
isl-stddev = 9
isl-min = 20
osl = {value = 7}
format = ["single_turn", "sglang_openai"]
image-width-mean = 20
image-height-mean = 10
image-format = "jpeg"
image-chroma = "420"

[audio]
length-mean = 0.1
sample-rates = [8, 16]
"#,
    ),
    (
        "request.json",
        r#"{"num-dataset-entries": 6, "random-seed": 5, "isl": 40, "isl-stddev": 9, "isl-min": 20, "osl": 7,
            "format": ["single_turn", "sglang_openai"], "image": {"width-mean": 20, "height-mean": 10, "format": "jpeg", "chroma": 420},
            "audio-length-mean": 0.1, "audio-sample-rates": [8, 16]}"#,
    ),
];

#[test]
fn a_file_asks_for_what_flags_do_and_flags_win() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let expected = made(folder.path(), "flags", FLAGS);
    for (name, text) in FILES {
        fs::write(at(name), text).unwrap();
        let to = format!("by_{name}");
        assert!(made(folder.path(), &to, &format!("--config {}", at(name))) == expected, "{name}");
        // The manifest holds the whole request.
        let manifest = format!("{}/manifest.json", at(&to));
        assert!(made(folder.path(), &format!("again_{name}"), &format!("--config {manifest}")) == expected, "{name}");
        let more = made(folder.path(), &format!("more_{name}"), &format!("--config {manifest} -n 9"));
        assert!(more["records.jsonl"].starts_with(&expected["records.jsonl"]), "{name}");
        // What is typed goes before the file, wherever it stands.
        let flags =
            format!("{FLAGS} --osl 9 --format single_turn").replace("--format single_turn --format sglang_openai", "");
        let typed = made(
            folder.path(),
            &format!("typed_{name}"),
            &format!("--osl 9 --config {} --format single_turn", at(name)),
        );
        assert!(typed == made(folder.path(), &format!("flags_{name}"), &flags), "{name}");
    }
}

#[test]
fn distributions_in_full_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let isl = |text: &str| -> Vec<u64> {
        let path = folder.path().join("request.yaml");
        fs::write(&path, format!("isl: {text}\nrandom-seed: 3\nnum-prompts: 1000\n")).unwrap();
        let to = folder.path().join("d");
        run(&format!("generate --output {} --overwrite --quiet --config {}", to.display(), path.display()));
        lines(&to.join("records.jsonl")).iter().map(|record| record["turns"][0]["isl"].as_u64().unwrap()).collect()
    };
    let share = |drawn: &[u64], of: &dyn Fn(u64) -> bool| drawn.iter().filter(|value| of(**value)).count();
    let points = isl("{points: [{value: 8, weight: 3}, {value: 32}]}");
    assert!(points.iter().all(|value| [8, 32].contains(value)));
    assert!((700..800).contains(&share(&points, &|value| value == 8)), "three in four");
    let peaks = isl("{peaks: [{mean: 20, stddev: 2, weight: 1}, {mean: 60, stddev: 2, weight: 3}], max: 62}");
    assert!((200..360).contains(&share(&peaks, &|value| value < 40)) && peaks.iter().all(|value| *value <= 62));
    let uniform = isl("{uniform: [10, 29]}");
    assert!((uniform.iter().min(), uniform.iter().max()) == (Some(&10), Some(&29)));
    assert!((440..560).contains(&share(&uniform, &|value| value < 20)));
    let long = isl("{mean: 40, median: 30, min: 5}");
    assert!((440..560).contains(&share(&long, &|value| value <= 30)), "half lie below the median");
}

#[test]
fn what_a_file_cannot_say_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("request.yaml", "islx: 5", "", "request.yaml: islx: there is no such flag; did you mean isl?"),
        (
            "request.yaml",
            "image: {widht-mean: 5}",
            "",
            "request.yaml: image.widht-mean: there is no such flag; did you mean image-width-mean?",
        ),
        (
            "request.toml",
            "isl = 5\nimage-formt = 'png'",
            "",
            "request.toml: image-formt: there is no such flag; did you mean image-format?",
        ),
        ("request.yaml", "isl: nine", "", "request.yaml: isl: nine; give 0, or 1 to"),
        ("request.yaml", "isl: {mean: 5, stdev: 1}", "", "request.yaml: isl: "),
        (
            "request.yaml",
            "isl: {mean: 5, stddev: 1}",
            "--isl-max 9",
            "--isl-max: request.yaml: isl is a distribution in full; say it there",
        ),
        ("request.yaml", "isl: true", "", "request.yaml: isl: true; give a number, a text or a list"),
        ("request.yaml", "isl: [100, 200]", "", "request.yaml: isl: [100,200]; give one value"),
        (
            "request.yaml",
            "isl: 5\nprompt-input-tokens-mean: 6",
            "",
            "request.yaml: prompt-input-tokens-mean: isl is the same flag; drop",
        ),
        (
            "request.yaml",
            "image: {width-mean: 5}\nimage-width-mean: 6",
            "",
            "request.yaml: image-width-mean: image.width-mean is the same flag",
        ),
        ("request.yaml", "quiet: 3", "", "request.yaml: quiet: 3; give true or false"),
        ("request.yaml", "output: x", "", "request.yaml: output: a file cannot say this; type it"),
        ("request.yaml", "- 5", "", "request.yaml: it holds no names with values"),
        ("request.yaml", "isl: [", "", "request.yaml: it cannot be read: "),
        ("request.toml", "isl 5", "", "request.toml: it cannot be read: "),
        ("request.json", "{", "", "request.json: it cannot be read: "),
        ("request.yaml", "isl: 5\nimage-quality: 50", "", "request.yaml: image-quality: images are off"),
        (
            "request.yaml",
            "isl: 5\nrandom-range-ratio: 0.5\nosl: {uniform: [1, 9]}",
            "",
            "request.yaml: random-range-ratio: a length is a distribution in full",
        ),
        ("request.json", r#"{"masque": "0", "request": {}}"#, "", "request.json: its request: "),
    ];
    for (name, text, flags, words) in rows {
        fs::write(folder.path().join(name), text).unwrap();
        let mut command = binary::command("generate --output d --config");
        let output = command.arg(name).args(flags.split_whitespace()).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(said.starts_with(&format!("masque: {words}")) && said.lines().count() == 1, "{text}: {said}");
        assert!(!folder.path().join("d").exists(), "{text}");
    }
    for (file, words) in [("/dev/zero", "--config: "), ("none.yaml", "--config: none.yaml")] {
        let said = String::from_utf8(masque(&format!("generate --output d --config {file}")).stderr).unwrap();
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
    }
    let to = folder.path().join("d");
    run(&format!("generate --output {} --quiet -n 1 --isl 9 --random-seed 1", to.display()));
    let manifest = to.join("manifest.json");
    for (flag, words) in [
        ("--isl 5", "--isl: the manifest holds the whole request"),
        ("--encoder-fallback", "--encoder-fallback: the manifest holds the whole request"),
        ("--media-url-prefix http://h", "--media-url-prefix: lines give no addresses; give --media url as well"),
        ("--gpu-adapter 0", "--gpu-adapter: nothing is drawn"),
        ("--for vllm", "--for: there are no media, of which it tells"),
        ("--media files", "--media: images, audio and video are off"),
    ] {
        let said = masque(&format!("generate --output {}2 --config {} {flag}", to.display(), manifest.display()));
        let said = String::from_utf8(said.stderr).unwrap();
        assert!(said.starts_with(&format!("masque: {words}")) && said.lines().count() == 1, "{flag}: {said}");
    }
}

/// `docs/request.schema.json` is made from the flags; `MASQUE_BLESS=1` writes it anew.
#[test]
fn the_schema_is_that_of_the_flags() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/request.schema.json");
    let schema = serde_json::to_string_pretty(&masque::cli::schema()).unwrap() + "\n";
    if std::env::var_os("MASQUE_BLESS").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == schema, "run it again with MASQUE_BLESS=1");
}
