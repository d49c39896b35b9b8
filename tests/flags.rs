//! Every flag does what it says: for each flag of the program there is a request whose dataset it changes, and one in which it
//! would change nothing and is refused; or it is one of the few that must not change a byte. A flag without its row fails.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use masque::cli::{Cli, Stop, Typed};

use binary::run;

/// A flag, and how it shows.
struct Row {
    /// Its first name, without dashes.
    flag: String,
    /// The flags that it needs.
    base: String,
    /// Two ways to give it, or to leave it out, that make different datasets; the second one names it.
    values: [String; 2],
    /// Flags beside which the second way is refused, since it would change nothing.
    idle: Option<&'static str>,
}

const TEXT: &str = "--isl 20";
const TALK: &str = "--isl 20 --format multi_turn";
const LONG: &str = "--isl 20 --conversation-turn-mean 3";
const IMAGE: &str = "--isl 0 --image-width-mean 9 --image-height-mean 8";
const ASSETS: &str = "--isl 0 --image-width-mean 9 --image-height-mean 8 --image-source assets";
const ORDERED: &str = "--isl 9 --image-width-mean 9 --image-height-mean 8 --format raw_payload --model m";
const AUDIO: &str = "--isl 0 --audio-length-mean 0.05";
const VIDEO: &str = "--isl 0 --video-width 64 --video-height 48 --video-frames 6";
const TRACK: &str = "--isl 0 --video-width 64 --video-height 48 --video-frames 2 --video-audio-num-channels 1";

/// Text is off.
const NO_TEXT: &str = "--isl 0 --audio-length-mean 0.05";

/// Flags of `generate`: what it needs, two ways to give it, and where it is refused (always taken, where there is nothing).
const ROWS: &[(&str, &str, [&str; 2], &str)] = &[
    ("num-dataset-entries", TEXT, ["-n 3", "-n 4"], ""),
    ("random-seed", TEXT, ["--random-seed 1", "--random-seed 2"], ""),
    ("format", TEXT, ["--format single_turn", "--format multi_turn"], ""),
    ("shard", "--isl 20 --random-seed 1", ["--shard 1/2", "--shard 2/2"], ""),
    ("lines-per-file", TEXT, ["", "--lines-per-file 2"], ""),
    ("compress", TEXT, ["", "--compress zstd"], ""),
    ("prompt", "", ["--prompt Hi", "--prompt Ho"], NO_TEXT),
    ("prompt-file", "", ["--prompt Hi", "--prompt-file {folder}/prompts.txt"], NO_TEXT),
    ("media-order", ORDERED, ["", "--media-order before"], NO_TEXT),
    (
        "image-turns",
        "--isl 9 --conversation-turn-mean 3 --image-width-mean 9 --image-height-mean 8",
        ["", "--image-turns last"],
        IMAGE,
    ),
    ("audio-turns", "--isl 9 --conversation-turn-mean 3 --audio-length-mean 0.05", ["", "--audio-turns last"], AUDIO),
    (
        "video-turns",
        "--isl 9 --conversation-turn-mean 3 --video-width 64 --video-height 48 --video-frames 2",
        ["", "--video-turns first"],
        VIDEO,
    ),
    (
        "image-window",
        "--isl 9 --osl 4 --conversation-turn-mean 3 --image-width-mean 9 --image-height-mean 8 --format inputs_json --model m",
        ["", "--image-window 2"],
        IMAGE,
    ),
    ("video-as", VIDEO, ["", "--video-as frames"], TEXT),
    (
        "max-payload-bytes",
        "--isl 9 --image-width-mean 90 --image-height-mean 80",
        ["", "--max-payload-bytes 5000"],
        TEXT,
    ),
    ("config", "", ["--isl 20", "--config {folder}/request.yaml"], ""),
    ("media", IMAGE, ["", "--media files"], TEXT),
    (
        "media-url-prefix",
        "--isl 0 --image-width-mean 9 --image-height-mean 8 --media url",
        ["--media-url-prefix http://a/d", "--media-url-prefix http://b/d"],
        IMAGE,
    ),
    ("model", "--isl 20 --format raw_payload", ["--model a", "--model b"], TEXT),
    ("extra-inputs", "--isl 20 --format raw_payload --model a", ["", "--extra-inputs temperature:0"], TEXT),
    ("request-rate", "--isl 20 --format mooncake_trace", ["--request-rate 5", "--request-rate 9"], TEXT),
    ("media-reuse-rate", IMAGE, ["", "--media-reuse-rate 1"], TEXT),
    (
        "media-pool-size",
        IMAGE,
        ["--media-reuse-rate 1 --media-pool-size 1", "--media-reuse-rate 1 --media-pool-size 9"],
        "",
    ),
    (
        "conversation-turn-delay-ratio",
        "--isl 20 --conversation-turn-mean 3 --conversation-turn-delay-mean 50",
        ["", "--conversation-turn-delay-ratio 2"],
        TEXT,
    ),
    ("random-range-ratio", "--isl 50 --osl 50", ["", "--random-range-ratio 0.5"], TEXT),
    ("seq-dist", "", ["--isl 20", "--seq-dist 20,5:1"], ""),
    ("prompt-batch-size", TEXT, ["", "-b 2"], NO_TEXT),
    (
        "prompt-prefix-pool-size",
        "--isl 20 --prompt-prefix-length 5",
        ["--prompt-prefix-pool-size 1", "--prompt-prefix-pool-size 9"],
        NO_TEXT,
    ),
    (
        "prompt-prefix-length",
        "--isl 20 --prompt-prefix-pool-size 2",
        ["--prompt-prefix-length 5", "--prompt-prefix-length 6"],
        NO_TEXT,
    ),
    ("shared-system-prompt-length", TALK, ["", "--shared-system-prompt-length 6"], NO_TEXT),
    ("user-context-prompt-length", TALK, ["", "--user-context-prompt-length 6"], NO_TEXT),
    ("system-prompt", TALK, ["--system-prompt Yes", "--system-prompt No"], NO_TEXT),
    ("system-prompt-file", TALK, ["", "--system-prompt-file {folder}/system"], NO_TEXT),
    ("cache-bust", "--isl 200", ["", "--cache-bust first_turn_prefix"], NO_TEXT),
    ("tokenizer", TEXT, ["", "--tokenizer cl100k_base"], NO_TEXT),
    ("count-special-tokens", "--isl 20 --tokenizer {special}", ["", "--count-special-tokens"], TEXT),
    ("corpus", TEXT, ["", "--corpus {folder}/corpus"], NO_TEXT),
    ("image-tokens", "--isl 0 --model-family qwen3_vl", ["--image-tokens 64", "--image-tokens 66"], TEXT),
    ("image-batch-size", IMAGE, ["", "--image-batch-size 2"], TEXT),
    ("image-count-max", IMAGE, ["", "--image-count-max 4"], TEXT),
    ("image-source", IMAGE, ["", "--image-source assets"], TEXT),
    (
        "image-chroma",
        "--image-format jpeg",
        [IMAGE, "--isl 0 --image-width-mean 9 --image-height-mean 8 --image-chroma 420"],
        IMAGE,
    ),
    ("image-fit", ASSETS, ["", "--image-fit cover"], IMAGE),
    ("image-source-sampling", ASSETS, ["", "--image-source-sampling sequential-cycle"], IMAGE),
    ("image-format", IMAGE, ["", "--image-format jpeg"], TEXT),
    (
        "image-quality",
        "--image-format jpeg",
        [IMAGE, "--isl 0 --image-width-mean 9 --image-height-mean 8 --image-quality 20"],
        "",
    ),
    (
        "image-png-compression",
        ASSETS,
        ["--image-png-compression none", "--image-png-compression best"],
        "--image-width-mean 9 --image-height-mean 8 --image-format jpeg",
    ),
    ("audio-sample-rates", AUDIO, ["", "--audio-sample-rates 8"], TEXT),
    ("audio-depths", AUDIO, ["", "--audio-depths 24"], TEXT),
    ("audio-num-channels", AUDIO, ["", "--audio-num-channels 2"], TEXT),
    ("audio-batch-size", AUDIO, ["", "--audio-batch-size 2"], TEXT),
    ("audio-count-max", AUDIO, ["", "--audio-count-max 4"], TEXT),
    ("audio-format", AUDIO, ["", "--audio-format mp3"], TEXT),
    ("video-frames", "--isl 0 --video-width 64 --video-height 48", ["--video-frames 2", "--video-frames 3"], TEXT),
    ("video-fps", VIDEO, ["", "--video-fps 29.97"], TEXT),
    ("video-synth-type", VIDEO, ["", "--video-synth-type grid_clock"], TEXT),
    ("video-scene", VIDEO, ["", "--video-scene canonical"], "--video-synth-type noise"),
    ("video-batch-size", VIDEO, ["", "--video-batch-size 2"], TEXT),
    ("video-count-max", VIDEO, ["", "--video-count-max 4"], TEXT),
    ("video-format", VIDEO, ["", "--video-format mp4"], TEXT),
    ("video-codec", VIDEO, ["", "--video-codec libvpx"], TEXT),
    ("video-speed", VIDEO, ["", "--video-speed best"], TEXT),
    ("video-bitrate", VIDEO, ["--video-bitrate 5k", "--video-bitrate 5M"], TEXT),
    (
        "video-profile",
        "--isl 0 --video-width 64 --video-height 64 --video-frames 2",
        ["", "--video-profile universal"],
        TEXT,
    ),
    ("video-crf", VIDEO, ["--video-crf 5", "--video-crf 60"], TEXT),
    ("video-gop", VIDEO, ["", "--video-gop 2"], TEXT),
    ("video-pixel-format", VIDEO, ["", "--video-pixel-format yuv444p"], TEXT),
    ("video-encoder-option", VIDEO, ["", "--video-encoder-option sharpness=7"], TEXT),
    ("video-audio-num-channels", VIDEO, ["", "--video-audio-num-channels 2"], TEXT),
    ("video-audio-sample-rate", TRACK, ["", "--video-audio-sample-rate 48"], VIDEO),
    ("video-audio-codec", TRACK, ["", "--video-audio-sample-rate 48 --video-audio-codec libopus"], VIDEO),
    ("video-audio-depth", TRACK, ["", "--video-audio-depth 8"], VIDEO),
];

/// Flags of `generate` that must not change a byte of the dataset, why, and a way to give each where any machine can try it.
const NEVER: &[(&str, &str, &str)] = &[
    ("output", "where the dataset goes", "--output {folder}/elsewhere"),
    ("backend", "the CPU and GPUs make the same pixels", "--backend cpu"),
    ("gpu-adapter", "as the backend; needs an adapter", ""),
    ("model-family", "records.jsonl alone tells it; tests/media_tokens.rs reads it", "--model-family qwen3_vl"),
    ("for", "it refuses, or not; tests/servers.rs", "--for vllm"),
    ("jobs", "records depend on the request alone", "--jobs 3"),
    ("memory-limit", "a run that has less memory takes less of it", "--memory-limit 1G"),
    ("overwrite", "what was there before leaves no trace", "--overwrite"),
    ("resume", "where nothing was cut off, it begins", "--resume"),
    ("checkpoint-interval", "it is about what a cut costs", "--checkpoint-interval 0"),
    ("quiet", "it is about standard error", "--quiet"),
    ("offline", "it forbids a download, and changes nothing that is there", "--offline"),
    ("tokenizer-revision", "it picks a file of the hub; tests/hub.rs has one", ""),
    ("encoder-fallback", "it counts where NVENC is named and does not work", ""),
];

/// Flags that always matter, and so are never refused for lack of another: all others are refused somewhere.
const ALWAYS: &[&str] =
    &["config", "num-dataset-entries", "random-seed", "format", "seq-dist", "shard", "lines-per-file", "compress"];

/// Spread quantities: what all their flags begin with, the mean's flag, the flags that they need, a mean, a lower end and an
/// upper end, and where they are refused.
const SPREADS: &[(&str, &str, &str, [&str; 3], &str)] = &[
    ("conversation-turn", "conversation-turn-mean", TEXT, ["3", "2", "6"], ""),
    ("conversation-turn-delay", "conversation-turn-delay-mean", LONG, ["50", "40", "90"], TEXT),
    ("prompt-input-tokens", "prompt-input-tokens-mean", "", ["20", "15", "30"], ""),
    ("prompt-output-tokens", "prompt-output-tokens-mean", TEXT, ["20", "15", "30"], ""),
    ("image-width", "image-width-mean", "--isl 0 --image-height-mean 8", ["20", "15", "30"], ""),
    ("image-height", "image-height-mean", "--isl 0 --image-width-mean 8", ["20", "15", "30"], ""),
    ("audio-length", "audio-length-mean", "--isl 0", ["0.05", "0.04", "0.09"], ""),
    ("video-width", "video-width", "--isl 0 --video-height 48 --video-frames 1", ["48", "30", "80"], ""),
    ("video-height", "video-height", "--isl 0 --video-width 48 --video-frames 1", ["48", "30", "80"], ""),
    ("video-duration", "video-duration", "--isl 0 --video-width 48 --video-height 32", ["1", "0.5", "2.6"], ""),
    ("video-fps", "video-fps", "--isl 0 --video-width 48 --video-height 32 --video-frames 2", ["10", "8", "20"], ""),
];

/// The rows of a quantity's flags; of the mean's too, where it has no row of its own.
fn spread(row: &(&str, &str, &str, [&str; 3], &'static str)) -> Vec<Row> {
    let (stem, mean_flag, base, [mean, low, high], _) = *row;
    let mut rows = Vec::new();
    let mut add = |flag: String, values: [String; 2], idle| rows.push(Row { flag, base: base.into(), values, idle });
    let mean = format!("--{mean_flag} {mean}");
    let deviation: f64 = (high.parse::<f64>().unwrap() - low.parse::<f64>().unwrap()) / 2.0;
    let normal = format!("{mean} --{stem}-stddev {deviation}");
    if !ROWS.iter().any(|row| row.0 == mean_flag) {
        add(mean_flag.into(), [mean.clone(), format!("--{mean_flag} {high}")], None);
    }
    add(format!("{stem}-stddev"), [mean.clone(), normal.clone()], None);
    // Bounds that hardly any draw would keep by itself.
    for (end, value) in [("min", high), ("max", low)] {
        add(format!("{stem}-{end}"), [normal.clone(), format!("{normal} --{stem}-{end} {value}")], None);
    }
    let uniform = format!("--{stem}-min {low} --{stem}-max {high} --{stem}-distribution uniform");
    add(format!("{stem}-distribution"), [normal, uniform], None);
    rows
}

fn rows() -> Vec<Row> {
    let fixed = ROWS.iter().map(|(flag, base, values, idle)| Row {
        flag: (*flag).into(),
        base: (*base).into(),
        values: values.map(Into::into),
        idle: Some(*idle).filter(|idle| !idle.is_empty()),
    });
    fixed.chain(SPREADS.iter().flat_map(spread)).collect()
}

/// The files that requests name, below a folder.
fn fill(folder: &Path) {
    fs::write(folder.join("request.yaml"), "isl: 25\n").unwrap();
    fs::write(folder.join("prompts.txt"), "Ha\n").unwrap();
    fs::write(folder.join("system"), "Answer in verse.").unwrap();
    fs::write(folder.join("corpus"), "All that glisters is not gold; often have you heard that told. ".repeat(50))
        .unwrap();
}

/// Makes a dataset; its files by name, but for those that describe it.
fn make(folder: &Path, request: &str) -> BTreeMap<String, Vec<u8>> {
    let to = folder.join("made");
    let _ = fs::remove_dir_all(&to);
    let special = || kinds::TOKENIZERS.iter().find(|row| row.name == "wordpiece").unwrap().argument().unwrap();
    let request = if request.contains("{special}") { request.replace("{special}", &special()) } else { request.into() };
    let request = request.replace("{folder}", folder.to_str().unwrap());
    let elsewhere = request.contains("--output");
    let output = if elsewhere { String::new() } else { format!("--output {}", to.display()) };
    run(&format!("generate {output} --random-seed 7 -n 3 {request}"));
    let mut files = BTreeMap::new();
    read(&if elsewhere { folder.join("elsewhere") } else { to }, "", &mut files);
    files.retain(|name, _| !["manifest.json", "records.jsonl"].contains(&name.as_str()));
    assert!(!files.is_empty(), "{request}");
    files
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => read(&entry.path(), &format!("{name}/"), files),
            false => _ = files.insert(name, fs::read(entry.path()).unwrap()),
        }
    }
}

/// The flags that clap has for a command.
fn flags(command: &str) -> BTreeSet<String> {
    let program = Cli::command();
    let flags = program.find_subcommand(command).unwrap().get_arguments().map(|arg| arg.get_long().unwrap().to_owned());
    flags.collect()
}

#[test]
fn every_flag_has_its_row() {
    let rows = rows();
    let known = rows.iter().map(|row| row.flag.as_str()).chain(NEVER.iter().map(|row| row.0));
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    assert_eq!(known, flags("generate"));
    let shown: BTreeSet<String> =
        PREVIEW.iter().map(|row| row.0.to_owned()).chain(clip_rows().map(|row| row.flag)).collect();
    assert_eq!(shown, flags("preview"));
}

#[test]
fn every_flag_changes_the_dataset() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let changes = |row: &Row| {
        let [one, other] = [0, 1].map(|way| make(folder.path(), &format!("{} {}", row.base, row.values[way])));
        one != other
    };
    let idle: Vec<_> = rows().into_iter().filter(|row| !changes(row)).map(|row| row.flag).collect();
    assert!(idle.is_empty(), "these change nothing: {idle:?}");
}

#[test]
fn what_is_no_part_of_the_request_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let request =
        "--isl 20 --image-width-mean 9 --image-height-mean 8 --video-width 64 --video-height 48 --video-frames 3";
    let plain = make(folder.path(), request);
    for (flag, why, given) in NEVER.iter().filter(|row| !row.2.is_empty()) {
        assert!(plain == make(folder.path(), &format!("{request} {given}")), "--{flag}: {why}");
    }
}

/// What the binary's own function says of a request.
fn refusal(request: &str) -> Option<String> {
    let argv = ["masque", "generate", "--output", "x"].into_iter().chain(request.split_whitespace());
    match Typed::new(argv.map(Into::into).collect()).read() {
        Err(Stop::Refuse(why)) => Some(why.to_string()),
        _ => None,
    }
}

/// A flag that would change nothing is refused by its name.
#[test]
fn no_flag_is_ignored() {
    for Row { flag, values, idle, .. } in rows() {
        let Some(idle) = idle else { continue };
        let said = refusal(&format!("{idle} {}", values[1]));
        let names = [format!("--{flag}: "), "-b: ".to_owned()];
        let said = said.unwrap_or_else(|| panic!("--{flag} is ignored beside {idle}"));
        assert!(names.iter().any(|name| said.starts_with(name)), "--{flag}: {said}");
    }
    // Companions of a spread quantity, where it is off or does not vary.
    for (stem, mean_flag, base, [mean, low, _], idle) in SPREADS {
        for end in ["min", "max"] {
            let said = refusal(&format!("{base} --{mean_flag} {mean} --{stem}-{end} {low}")).unwrap();
            assert!(said.starts_with(&format!("--{stem}-{end}: ")), "{said}");
        }
        if !idle.is_empty() {
            let said = refusal(&format!("{idle} --{stem}-stddev {mean}")).unwrap();
            assert!(said.starts_with(&format!("--{stem}-stddev: ")), "{said}");
        }
    }
    for (request, flag) in [
        ("--isl 0 --image-width-stddev 2 --audio-length-mean 1", "image-width-stddev"),
        ("--isl 0 --audio-length-mean 1 --isl-stddev 2", "isl-stddev"),
        ("--osl-stddev 2", "osl-stddev"),
        ("--audio-length-stddev 2", "audio-length-stddev"),
        ("--video-width-stddev 2", "video-width-stddev"),
        ("--video-fps-stddev 2", "video-fps-stddev"),
        ("--conversation-turn-mean 3 --conversation-turn-delay-ratio 2", "conversation-turn-delay-ratio"),
        ("--media-pool-size 5", "media-pool-size"),
        ("--image-width-mean 8 --image-height-mean 8 --media-pool-size 5", "media-pool-size"),
        ("--image-width-mean 8 --image-height-mean 8 --image-quality 5", "image-quality"),
        ("--gpu-adapter 0", "gpu-adapter"),
        ("--isl 20 --model-family qwen3_vl", "model-family"),
        ("--tokenizer-revision x", "tokenizer-revision"),
        ("--video-width 64 --video-height 48 --encoder-fallback", "encoder-fallback"),
        ("--output - --overwrite", "overwrite"),
    ] {
        let said = refusal(request).unwrap_or_else(|| panic!("{request} is taken"));
        assert!(said.starts_with(&format!("--{flag}: ")), "{said}");
    }
    assert!(
        ROWS.iter()
            .filter(|row| row.3.is_empty())
            .all(|row| { ALWAYS.contains(&row.0) || ["media-pool-size", "image-quality"].contains(&row.0) })
    );
}

/// Flags of `preview`, but for those of the clip: what it needs, and two ways to give it.
const PREVIEW: &[(&str, &str, [&str; 2])] = &[
    ("frame", CLIP, ["--frame 0", "--frame 3"]),
    ("record", CLIP, ["", "--record 281474976710655"]),
    ("random-seed", CLIP, ["", "--random-seed 1"]),
    ("output", "", ["", ""]),
    ("backend", "", ["", ""]),
    ("gpu-adapter", "", ["", ""]),
];

const CLIP: &str = "--video-width 64 --video-height 48 --video-frames 6";

/// The rows of the flags that `preview` has in common with `generate`.
fn clip_rows() -> impl Iterator<Item = Row> {
    let clip = flags("preview");
    rows().into_iter().filter(move |row| row.flag.starts_with("video-") && clip.contains(&row.flag))
}

#[test]
fn every_flag_of_a_preview_changes_the_image() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |request: String| {
        let to = folder.path().join("sheet.png");
        run(&format!("preview --output {} {request}", to.display()));
        fs::read(to).unwrap()
    };
    for (flag, base, [one, other]) in PREVIEW.iter().filter(|row| !row.2[1].is_empty()) {
        assert!(draw(format!("{base} {one}")) != draw(format!("{base} {other}")), "--{flag}");
    }
    for Row { flag, base, values: [one, other], .. } in clip_rows() {
        // Without a length in seconds, no frame knows how fast it is shown.
        let base = if flag.starts_with("video-fps") {
            "--video-width 48 --video-height 32"
        } else {
            base.trim_start_matches("--isl 0")
        };
        // What is drawn does not differ in every record.
        let differs = |record: &str| {
            let [one, other] = [&one, &other].map(|way| draw(format!("{base} {way} {record}")));
            one != other
        };
        let records = ["", "--record 1", "--record 2", "--record 3", "--record 4", "--record 5"];
        assert!(records.into_iter().any(differs), "--{flag} changes nothing");
    }
}
