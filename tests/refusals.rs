//! Bad requests, over every flag and every other name of it. Each is refused by five rules: one line; exit status 2; the name
//! that was typed; what would work; nothing written. Most go through the same function as the binary's, a sample through the
//! binary itself.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::process::Command;

use clap::{Arg, CommandFactory};
use masque::cli::{Cli, Stop, Typed};

/// A bad request: its arguments, and what its one line begins with.
struct Bad {
    args: Vec<OsString>,
    begins: String,
}

impl Bad {
    fn new(command: &str, flags: &[&str], begins: &str) -> Self {
        let output = if command == "preview" { "preview.png" } else { "dataset" };
        let clip = ["--video-width", "64", "--video-height", "48"];
        let base = ["masque", command, "--output", output]
            .into_iter()
            .chain(if command == "preview" { &clip[..] } else { &[] }.iter().copied());
        Self { args: base.chain(flags.iter().copied()).map(Into::into).collect(), begins: begins.into() }
    }

    /// The refusal, by the binary's own function.
    fn refusal(&self) -> String {
        match Typed::new(self.args.clone()).read() {
            Err(Stop::Refuse(why)) if why.exit_status() == 2 => why.to_string(),
            Err(Stop::Refuse(why)) => format!("exit status {}: {why}", why.exit_status()),
            Err(Stop::Show(_)) => "help is shown".into(),
            Ok(_) => "the request is taken".into(),
        }
    }

    /// Which rule the refusal breaks.
    fn broken(&self) -> Option<String> {
        let said = self.refusal();
        let works = ["give ", "drop ", "name ", "check ", "keep ", "use ", "swap ", "write ", "did you mean "];
        let fix = said.split_once("; ").map(|(_, fix)| fix).unwrap_or_default();
        let fine =
            said.starts_with(&self.begins) && !said.contains('\n') && works.iter().any(|word| fix.contains(word));
        (!fine).then(|| format!("{:?}: {said}\n  should begin with {}", self.args, self.begins))
    }

    /// The same of the built binary, in an empty folder, which stays empty.
    fn check_binary(&self) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_masque"));
        let output = command.args(&self.args[1..]).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{:?}: {said}", self.args);
        assert_eq!(said, format!("masque: {}\n", self.refusal()));
        assert!(output.stdout.is_empty());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{:?}", self.args);
    }
}

/// Every name of a flag, with its dashes.
fn names(arg: &Arg) -> Vec<String> {
    let long = arg.get_long().into_iter().chain(arg.get_all_aliases().unwrap_or_default());
    long.map(|name| format!("--{name}")).collect()
}

/// What no flag of a kind takes.
fn bad_values(arg: &Arg) -> &'static [&'static str] {
    let number = [
        "PIXELS", "TOKENS", "TURNS", "MS", "SECONDS", "N", "MAX", "K", "S", "R", "RATIO", "FRAMES", "FPS", "BITS",
        "CRF", "Q", "JOBS", "BYTES", "KHZ", "INDEX",
    ];
    let name = arg.get_value_names().unwrap_or_default().first().map(|name| name.as_str()).unwrap_or_default();
    if !arg.get_action().takes_values() {
        &["1", ""]
    } else if !arg.get_possible_values().is_empty() {
        &["nonesuch", "", " ", "NORMAL", "1"]
    } else if number.contains(&name) {
        &[
            "",
            " ",
            "abc",
            "-1",
            "nan",
            "inf",
            "-inf",
            "1e400",
            "0x10",
            "1_000",
            "1,5x",
            "99999999999999999999999999",
            "1 2",
            "5%",
        ]
    } else {
        &[""]
    }
}

/// Bad values of every flag of a command, under each of its names.
fn generated(command: &str) -> Vec<Bad> {
    let program = Cli::command();
    let mut rows = Vec::new();
    for arg in program.find_subcommand(command).unwrap().get_arguments() {
        for name in names(arg) {
            for value in bad_values(arg) {
                rows.push(Bad::new(command, &[&format!("{name}={value}")], &format!("{name}: ")));
            }
            if arg.get_action().takes_values() {
                rows.push(Bad::new(command, &[&name], &format!("{name}: ")));
            }
        }
        if let Some(short) = arg.get_short().filter(|_| arg.get_action().takes_values()) {
            for value in bad_values(arg).iter().filter(|value| !["", "-inf"].contains(*value)) {
                rows.push(Bad::new(command, &[&format!("-{short}"), value], &format!("-{short}: ")));
            }
        }
    }
    rows
}

/// Requests whose values are sound one by one. Flags, and what the line begins with.
const TOGETHER: &[(&str, &str)] = &[
    ("--isl 0", "--isl: 0 leaves text, images, audio and video all off; give --image-width-mean"),
    ("--synthetic-input-tokens-mean 0", "--synthetic-input-tokens-mean: 0 leaves"),
    ("--isl 10.5", "--isl: 10.5 tokens, which is no whole number; give a whole number, or --isl-stddev"),
    ("--isl 0.5", "--isl: 0.5; give 0, or 1 to 100000000 tokens"),
    ("--osl 0", "--osl: 0; give 1 to"),
    ("--osl-stddev 3", "--osl-stddev: there is no output length; give --osl"),
    ("--osl-min 3", "--osl-min: there is no output length"),
    ("--isl 10 --isl-min 5", "--isl-min: the number of input tokens is always 10; give --isl-stddev"),
    ("--isl 10 --isl-max 50", "--isl-max: the number of input tokens is always 10"),
    ("--isl 10 --isl-stddev 1 --isl-min 20", "--isl-min: hardly any draw of mean 10, deviation 1 lies between 20 and"),
    ("--isl 10 --isl-stddev 1 --isl-max 4", "--isl-max: hardly any draw"),
    ("--isl 10 --isl-stddev 1 --isl-min 9 --isl-max 8", "--isl-min: its minimum 9 is above its maximum 8; swap"),
    (
        "--isl-stddev 1 --isl-min 10.2 --isl-max 10.8 --isl 10.5",
        "--isl-min: no whole number lies between 10.2 and 10.8",
    ),
    ("--isl-distribution uniform", "--isl-distribution: uniform needs both ends; give --isl-min and"),
    (
        "--isl 5 --isl-distribution uniform --isl-min 1 --isl-max 9",
        "--isl: uniform values follow from their ends alone",
    ),
    ("--isl-stddev 5 --isl-distribution uniform --isl-min 1 --isl-max 9", "--isl-stddev: uniform values follow"),
    ("--isl-distribution uniform --isl-min 9 --isl-max 1", "--isl-min: its minimum 9 is above"),
    ("--isl-distribution lognormal", "--isl-distribution: lognormal needs a deviation; give --isl-stddev"),
    ("--seq-dist 1,1:1 --isl 5", "--seq-dist: it cannot be used with --isl; drop one of them"),
    ("--seq-dist 1,1:1 --osl-min 5", "--seq-dist: it cannot be used with --osl-min"),
    ("--sequence-distribution 1,1", "--sequence-distribution: "),
    ("--random-range-ratio 0.5", "--random-range-ratio: there is no output length"),
    ("--random-range-ratio 0.5 --osl 5 --isl-stddev 2", "--random-range-ratio: it cannot be used with --isl-stddev"),
    ("--prefix-prompt-length 5", "--prefix-prompt-length: the pool has no prefix"),
    ("--num-prefix-prompts 5", "--num-prefix-prompts: its prefixes have no length"),
    (
        "--num-prefix-prompts 5 --prefix-prompt-length 5 --user-context-prompt-length 3",
        "--user-context-prompt-length: ",
    ),
    (
        "--shared-system-prompt-length 5 --system-prompt x --format multi_turn",
        "--shared-system-prompt-length: there is a",
    ),
    ("--tokenizer-revision main", "--tokenizer-revision: the tokenizer is none of the Hugging Face hub's"),
    ("--tokenizer cl100k_base --tokenizer-revision x", "--tokenizer-revision: "),
    ("--count-special-tokens", "--count-special-tokens: the built-in tokenizers add none"),
    ("--cache-bust system_prefix", "--cache-bust: there is no system prompt"),
    ("--conversation-turn-delay-mean 5", "--conversation-turn-delay-mean: there is one turn"),
    ("--session-turn-delay-stddev 5", "--session-turn-delay-stddev: there is one turn"),
    (
        "--session-turns-mean 3 --session-delay-ratio 2",
        "--session-delay-ratio: there is no pause; give --conversation-turn",
    ),
    ("--session-turns-mean 1.5", "--session-turns-mean: 1.5 turns, which is no whole number"),
    ("--conversation-turn-mean 3 --format single_turn", "--format: single_turn holds one turn a record"),
    ("--session-turns-mean 3 --conversation-turn-max 5", "--conversation-turn-max: the number of turns is always 3"),
    ("--isl 0 --image-source /", "--image-source: images are off, since they have no size; give --image-width-mean"),
    ("--image-source assets", "--image-source: images are off"),
    ("--batch-size-image 2", "--batch-size-image: images are off"),
    ("--image-width-stddev 2", "--image-width-stddev: images are off"),
    ("--image-width-mean 64", "--image-height-mean: it is 0 while the other side is not; give both sides"),
    ("--image-height-mean 64", "--image-width-mean: it is 0"),
    ("--image-height-mean 64 --image-width-mean 0", "--image-width-mean: it is 0"),
    ("--image-width-mean 10.5 --image-height-mean 5", "--image-width-mean: 10.5 pixels, which is no whole number"),
    (
        "--image-width-mean 10.5 --image-width-stddev 1 --image-width-min 10.2 --image-width-max 10.8 --image-height-mean 5",
        "--image-width-min: no whole number lies between 10.2 and 10.8; give wider",
    ),
    (
        "--image-width-mean 10.5 --image-width-min 10.2 --image-width-max 10.8 --image-height-mean 5",
        "--image-width-min: ",
    ),
    (
        "--image-width-mean 20000 --image-height-mean 5 --image-format webp",
        "--image-width-mean: 20000; WebP holds no longer side: give 1 to 16383",
    ),
    (
        "--image-width-mean 2000 --image-width-stddev 9 --image-width-max 20000 --image-height-mean 5 --image-format webp",
        "--image-width-max: 20000; WebP holds no longer side: give 1 to 16383 pixels",
    ),
    ("--image-width-mean 8 --image-height-mean 8 --image-quality 50", "--image-quality: PNG has no quality"),
    (
        "--image-width-mean 8 --image-height-mean 8 --image-format jpeg --image-png-compression best",
        "--image-png-compression: ",
    ),
    (
        "--image-width-mean 8 --image-height-mean 8 --image-source-sampling shuffle-cycle",
        "--image-source-sampling: noise",
    ),
    (
        "--image-width-mean 8 --image-height-mean 8 --batch-size-image 2 --image-count-max 3",
        "--batch-size-image: it cannot be",
    ),
    (
        "--image-width-mean 8 --image-height-mean 8 --batch-size-image 1000 --conversation-turn-mean 100",
        "--batch-size-image: 1000 in each of up to 100 turns; a record holds 65536; give 655 at most, or fewer turns",
    ),
    (
        "--image-width-mean 8 --image-height-mean 8 --image-count-max 900 --session-turns-mean 90 --session-turns-stddev 5",
        "--image-count-max: 900 in each of up to 130 turns",
    ),
    ("--audio-format mp3", "--audio-format: audio is off, since it has no length; give --audio-length-mean"),
    ("--audio-length-stddev 1", "--audio-length-stddev: audio is off"),
    ("--audio-length-mean 1 --audio-length-min 0.5", "--audio-length-min: the length is always 1"),
    (
        "--audio-length-mean 1 --audio-format flac",
        "--audio-format: single_turn takes no flac inline; use sglang_openai, or give wav or mp3",
    ),
    (
        "--audio-length-mean 1 --audio-format opus --format multi_turn",
        "--audio-format: multi_turn takes no opus inline",
    ),
    (
        "--audio-length-mean 80000 --audio-sample-rates 96 --audio-depths 32",
        "--audio-length-mean: 80000; WAV holds 4 GiB: give",
    ),
    (
        "--video-codec libx264",
        "--video-codec: video is off, since it has no size; give --video-width and --video-height",
    ),
    ("--encoder-fallback", "--encoder-fallback: video is off"),
    ("--video-width 64", "--video-height: it is missing beside --video-width; give both"),
    ("--video-height 64", "--video-width: it is missing beside"),
    ("--video-width 64 --video-height 48 --encoder-fallback", "--encoder-fallback: no encoder of a graphics card"),
    ("--video-width 64 --video-height 48 --video-audio-depth 8", "--video-audio-depth: clips have no audio track"),
    (
        "--video-width 64 --video-height 48 --video-synth-type noise --video-scene canonical",
        "--video-scene: noise has no scene",
    ),
    (
        "--video-width 64 --video-height 48 --video-duration 0.1",
        "--video-duration: 0.1 s is less than one frame at 4 fps; give",
    ),
    (
        "--video-width 64 --video-height 48 --video-fps 0.1",
        "--video-fps: 5 s is less than one frame at 1/10 fps; give --video-dur",
    ),
    ("--video-width 64 --video-height 48 --video-duration-min 1", "--video-duration-min: the length is always 5"),
    ("--video-width 64 --video-height 48 --video-fps-min 2", "--video-fps-min: the frames a second"),
    (
        "--video-width 64 --video-height 48 --video-fps 5 --video-fps-stddev 1 --video-fps-min 5.2 --video-fps-max 5.4",
        "--video-fps-min: no",
    ),
    (
        "--video-width 64 --video-height 48 --video-frames 5 --video-duration-stddev 1",
        "--video-frames: it cannot be used with",
    ),
    (
        "--video-width 64 --video-height 48 --video-crf 5 --video-bitrate 5M",
        "--video-crf: it cannot be used with --video-bitrate",
    ),
    ("--media files", "--media: images, audio and video are off"),
    ("--media-reuse-rate 0.5", "--media-reuse-rate: images, audio and video are off"),
    (
        "--image-width-mean 8 --image-height-mean 8 --media-pool-size 5",
        "--media-pool-size: nothing is reused; give --media-reuse",
    ),
    ("--gpu-adapter 0", "--gpu-adapter: nothing is drawn"),
    (
        "--image-width-mean 8 --image-height-mean 8 --image-source assets --gpu-adapter 0",
        "--gpu-adapter: nothing is drawn",
    ),
    ("--nonesuch", "--nonesuch: there is no such flag; check its name; see masque generate --help"),
    ("--nonesuch=5", "--nonesuch: there is no such flag"),
    ("--isl-mean 5", "--isl-mean: there is no such flag; did you mean --isl?"),
    ("--seed 5", "--seed: there is no such flag; did you mean --random-seed?"),
    ("--image-width 64", "--image-width: there is no such flag; did you mean --image-width-mean?"),
    ("--ils 5", "--ils: there is no such flag; did you mean --isl?"),
    ("--listen 5", "--listen: it is a flag of masque serve; drop it"),
    ("--format single_turn,multi_turn", "--format: single_turn,multi_turn; give "),
    ("--image-widht-mean 5", "--image-widht-mean: there is no such flag; did you mean --image-width-mean?"),
    ("-x", "-x: there is no such flag"),
    ("stray", "stray: no flag stands before this word"),
    ("-n", "-n: "),
    ("-qn 0", "-n: 0; give a whole number, 1 to 281474976710656 records; see masque generate --help"),
    ("-n0", "-n: 0; give"),
    (
        "--isl 5 --isl 6 --synthetic-input-tokens-mean x",
        "--synthetic-input-tokens-mean: x; give 0, or 1 to 100000000 tokens",
    ),
];

/// The same without the usual `--output dataset`.
const WHOLE: &[(&str, &str)] = &[
    ("generate", "--output: it is missing; give --output <DIR>; see masque generate --help"),
    ("generate --isl 5", "--output: it is missing"),
    ("generate --output - --overwrite", "--overwrite: --output - has nothing to replace"),
    ("generate -o - --overwrite", "--overwrite: -o - has nothing to replace"),
    ("generate --output - --media files --audio-length-mean 1", "--media: --output - has no folder for files"),
    ("generate --output - --checkpoint-interval 1", "--checkpoint-interval: --output - has nothing to go on with"),
    ("generate --output - --format single_turn --format multi_turn", "--format: --output - takes one format"),
    ("preview", "--output: it is missing; give --output <FILE.png>; see masque preview --help"),
    ("preview --output x.png", "--video-width: the clip has no size; give --video-width 640"),
    ("preview --output x.jpg --video-width 64 --video-height 48", "--output: x.jpg; name a file that ends in .png"),
    ("preview -o x --video-width 64 --video-height 48", "-o: x; name a file that ends in .png"),
    (
        "preview --output x.png --record 281474976710656 --video-width 64 --video-height 48",
        "--record: 281474976710656; give",
    ),
    ("preview --output x.png --video-codec libx264", "--video-codec: it is a flag of masque generate; drop it"),
    (
        "preview -o x.png --video-width 64 --video-height 48 --video-scene canonical --record 5",
        "--record: a canonical scene",
    ),
    ("preview -o x.png --video-width 64 --video-height 48 --video-scene canonical --random-seed 5", "--random-seed: a"),
    (
        "preview -o x.png --video-width 64 --video-height 48 --video-frames 5 --video-fps 30",
        "--video-fps: it changes no frame",
    ),
    ("nonesuch", "nonesuch: there is no such command; give generate, merge"),
    ("--isl 5", "--isl: no command stands before it; write masque generate before it"),
];

fn written() -> Vec<Bad> {
    let words = |flags: &'static str| flags.split_whitespace().collect::<Vec<_>>();
    let together = TOGETHER.iter().map(|(flags, begins)| Bad::new("generate", &words(flags), begins));
    let whole = WHOLE.iter().map(|(args, begins)| Bad {
        args: ["masque"].into_iter().chain(words(args)).map(Into::into).collect(),
        begins: (*begins).into(),
    });
    together.chain(whole).chain(not_utf8()).collect()
}

/// Values that are not UTF-8.
fn not_utf8() -> impl Iterator<Item = Bad> {
    let flags = ["--tokenizer", "--isl", "-n", "--image-source", "--system-prompt", "--format"];
    flags.into_iter().map(|flag| {
        let mut bad = Bad::new("generate", &[flag], &format!("{flag}: "));
        bad.args.push(OsString::from_vec(b"a\xffb".to_vec()));
        bad
    })
}

#[test]
fn every_bad_request_is_refused_by_five_rules() {
    let rows: Vec<_> = generated("generate").into_iter().chain(generated("preview")).chain(written()).collect();
    assert!(rows.len() >= 300, "{}", rows.len());
    let broken: Vec<_> = rows.iter().filter_map(Bad::broken).collect();
    assert!(broken.is_empty(), "{} of {} rows:\n{}", broken.len(), rows.len(), broken.join("\n"));
}

#[test]
fn the_binary_says_the_same_and_writes_nothing() {
    let generated = generated("generate").into_iter().step_by(37);
    generated.chain(generated_preview()).chain(written()).for_each(|bad| bad.check_binary());
}

fn generated_preview() -> impl Iterator<Item = Bad> {
    generated("preview").into_iter().step_by(23)
}

/// What only the encoders and devices know is refused by the name that was typed, too.
#[test]
fn refusals_behind_the_command_line_are_no_exception() {
    for (flags, words) in [
        ("--video-width 16384 --video-height 48", "masque: --video-width: 16384 pixels; libvpx-vp9 takes"),
        (
            "--video-width 64 --video-width-stddev 9 --video-width-min 8 --video-height 48 --video-format mp4 --video-codec libx265",
            "masque: --video-width-min: 8 pixels; libx265 takes 16 to",
        ),
        (
            "--video-width 64 --video-height 48 --video-crf 64",
            "masque: --video-crf: 64 is out of range; libvpx-vp9 takes 0 to",
        ),
        (
            "--audio-length-mean 1 --audio-format mp3 --audio-sample-rates 17",
            "masque: --audio-sample-rates: mp3 takes no",
        ),
        ("--tokenizer /none.json", "masque: --tokenizer: there is no file /none.json; name"),
    ] {
        binary::refused(flags, words);
    }
}
