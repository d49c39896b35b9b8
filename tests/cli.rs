//! The built binary through its command line: help, refusals, exit statuses, streams.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use binary::{command, lines, masque, refused, run};

/// Flags of a small dataset with every modality.
const ALL: &str = "--isl 40 --image-width-mean 32 --image-height-mean 24 --audio-length-mean 0.1 --video-width 64 --video-height 48 --video-duration 1";

#[test]
fn help_groups_the_flags_by_modality() {
    let help = run("generate --help");
    let mut rest = help.as_str();
    for heading in ["Dataset:", "Conversation:", "Text:", "Images:", "Audio:", "Video:"] {
        rest = rest.split_once(heading).unwrap_or_else(|| panic!("{heading} is missing, or out of order")).1;
    }
    for name in masque::pattern::PATTERNS
        .iter()
        .map(|row| row.name)
        .chain(masque::dataset::format::FORMATS.iter().map(|row| row.name))
    {
        assert!(help.contains(name), "{name}");
    }
}

/// Every flag and alias of the field's vocabulary is taken.
#[test]
fn the_vocabulary_is_known() {
    let help = run("generate --help");
    let known = "random-seed num-dataset-entries num-prompts conversation-num num-conversations num-sessions
        conversation-turn-mean session-turns-mean conversation-turn-stddev session-turns-stddev
        conversation-turn-delay-mean session-turn-delay-mean conversation-turn-delay-stddev session-turn-delay-stddev
        conversation-turn-delay-ratio session-delay-ratio
        prompt-input-tokens-mean synthetic-input-tokens-mean isl prompt-input-tokens-stddev synthetic-input-tokens-stddev isl-stddev
        prompt-output-tokens-mean output-tokens-mean osl prompt-output-tokens-stddev output-tokens-stddev osl-stddev
        seq-dist sequence-distribution random-range-ratio prompt-batch-size batch-size-text batch-size
        prompt-prefix-pool-size prefix-prompt-pool-size num-prefix-prompts prompt-prefix-length prefix-prompt-length
        shared-system-prompt-length user-context-prompt-length system-prompt system-prompt-file tokenizer
        image-width-mean image-width-stddev image-height-mean image-height-stddev image-batch-size batch-size-image image-format
        image-source image-source-sampling
        audio-length-mean audio-length-stddev audio-batch-size batch-size-audio audio-format audio-depths audio-sample-rates
        audio-num-channels
        video-width video-height video-duration video-fps video-batch-size batch-size-video video-synth-type video-format video-codec
        video-audio-num-channels video-audio-sample-rate video-audio-codec video-audio-depth";
    for flag in known.split_whitespace() {
        let named = |end: char| help.contains(&format!("--{flag}{end}"));
        assert!([' ', ',', ']', '\n'].into_iter().any(named), "--{flag}");
    }
}

/// Each bad request: its flags, and words that its one line must have.
#[test]
fn bad_requests_are_refused_in_one_line_before_anything_is_written() {
    let rows = [
        ("--isl 0", "--isl: 0 leaves text, images, audio and video all off"),
        ("-n 0", "-n: 0; give"),
        ("-j 0", "-j: 0; give"),
        ("--image-width-mean 64", "--image-height-mean"),
        ("--image-width-mean -1 --image-height-mean 5", "--image-width-mean: -1"),
        ("--image-width-mean 1e9 --image-height-mean 5", "--image-width-mean"),
        ("--image-width-mean 10 --image-width-stddev 1 --image-width-max 5 --image-height-mean 5", "--image-width-max"),
        (
            "--image-width-mean 10 --image-height-mean 5 --image-source-sampling shuffle-cycle",
            "--image-source-sampling",
        ),
        ("--audio-length-mean 0.001", "--audio-length-mean"),
        ("--audio-length-mean 1 --audio-depths 12", "--audio-depths: 12"),
        ("--audio-length-mean 1 --audio-num-channels 3", "--audio-num-channels: 3"),
        ("--audio-length-mean 1 --audio-sample-rates 0", "--audio-sample-rates: 0"),
        ("--video-width 64", "--video-height"),
        ("--video-width 64 --video-height 48 --video-duration 0.1", "--video-duration"),
        ("--video-width 64 --video-height 48 --video-audio-num-channels 3", "--video-audio-num-channels: 3"),
        ("--media-reuse-rate 1.5", "--media-reuse-rate: 1.5"),
        ("--conversation-turn-mean 0", "--conversation-turn-mean: 0"),
        ("--conversation-turn-mean 3 --format single_turn", "--format"),
        ("--conversation-turn-delay-ratio -1", "--conversation-turn-delay-ratio"),
        ("--random-range-ratio 2 --osl 5", "--random-range-ratio: 2"),
        ("--prompt-prefix-length 5", "--prompt-prefix-length"),
        ("--prompt-prefix-pool-size 5", "--prompt-prefix-pool-size"),
        ("--backend gpu --gpu-adapter nonesuch", "--gpu-adapter"),
    ];
    for (flags, words) in rows {
        refused(&format!("-n 2 {flags}"), words);
    }
}

#[test]
fn what_cannot_be_read_is_one_line_as_well() {
    let rows = [
        ("--nonesuch", "--nonesuch: there is no such flag"),
        ("--video-synth-type plasma", "give moving_shapes, grid_clock"),
        ("--format csv", "give single_turn, multi_turn, "),
        ("--seq-dist 1,1:1 --isl 5", "cannot be used with"),
        ("--random-seed -1", "--random-seed"),
        ("--video-fps 0/1", "30000/1001"),
        ("--video-bitrate fast", "800k"),
    ];
    for (flags, words) in rows {
        refused(flags, words);
    }
}

#[test]
fn a_finished_dataset_is_replaced_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().display();
    run(&format!("generate --output {to} -n 3 --random-seed 1 {ALL} --media files"));
    let before = fs::read(folder.path().join("single_turn.jsonl")).unwrap();
    let refused = masque(&format!("generate --output {to} -n 2 --random-seed 2"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--overwrite"));
    assert_eq!(fs::read(folder.path().join("single_turn.jsonl")).unwrap(), before);
    run(&format!("generate --output {to} -n 2 --random-seed 2 --overwrite"));
    assert_eq!(lines(&folder.path().join("single_turn.jsonl")).len(), 2);
    assert!(!folder.path().join("media").exists(), "the old dataset's files are gone");
}

#[test]
fn a_drawn_seed_is_printed_and_makes_the_same_dataset_again() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let output = masque(&format!("generate --output {} -n 2 {ALL}", one.path().display()));
    let said = String::from_utf8(output.stderr).unwrap();
    let seed = said.lines().find_map(|line| line.strip_prefix("seed ")).unwrap();
    run(&format!("generate --output {} -n 2 {ALL} --random-seed {seed}", two.path().display()));
    for file in ["single_turn.jsonl", "records.jsonl", "manifest.json"] {
        assert_eq!(fs::read(one.path().join(file)).unwrap(), fs::read(two.path().join(file)).unwrap(), "{file}");
    }
}

#[test]
fn quiet_says_nothing_and_a_run_ends_with_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().display();
    let quiet = masque(&format!("generate --output {to} -n 2 --random-seed 1 {ALL} --quiet"));
    assert_eq!((quiet.status.code(), quiet.stdout.len(), quiet.stderr.len()), (Some(0), 0, 0));
    let told = masque(&format!("generate --output {to} -n 2 --random-seed 1 {ALL} --overwrite"));
    let said = String::from_utf8(told.stderr).unwrap();
    for row in ["records", "prompts", "80 tokens", "images", "audios", "videos", "  in "] {
        assert!(said.contains(row), "{row}: {said}");
    }
}

#[test]
fn standard_output_gets_the_same_lines() {
    let folder = tempfile::tempdir().unwrap();
    let request = format!("-n 5 --random-seed 3 {ALL}");
    run(&format!("generate --output {} {request}", folder.path().display()));
    assert_eq!(
        run(&format!("generate --output - {request}")),
        fs::read_to_string(folder.path().join("single_turn.jsonl")).unwrap()
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child =
        command("generate --output - -n 100000 --random-seed 3 --quiet").stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with('{') && first.ends_with('\n'));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_full_disk_is_named() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command("generate --output - -n 10 --random-seed 3 --quiet").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output: cannot write"));
}

#[test]
fn an_interruption_exits_with_130_and_leaves_nothing_that_looks_finished() {
    let folder = tempfile::tempdir().unwrap();
    let request =
        format!("generate --output {} -n 1000000 --random-seed 3 {ALL} --media files", folder.path().display());
    let mut child = command(&request).stderr(Stdio::piped()).spawn().unwrap();
    let media = folder.path().join("media.partial");
    while !media.exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("interrupted"), "{said}");
    for entry in fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.ends_with(".partial"), "{name}");
    }
}

/// The help of a preview has the flags that an image depends on, and no other.
#[test]
fn previews_help_shows_what_matters_to_it() {
    let help = run("preview --help");
    for flag in
        ["--frame", "--record", "--video-width", "--video-fps", "--video-duration", "--video-scene", "--random-seed"]
    {
        assert!(help.contains(&format!("{flag} ")), "{flag}");
    }
    for flag in ["codec", "bitrate", "audio", "gop", "batch", "format", "speed", "pixel-format", "encoder"] {
        assert!(!help.contains(&format!("--video-{flag}")) && !help.contains(&format!("--{flag}")), "{flag}");
    }
}

/// Any size is drawn, whatever an encoder would take.
#[test]
fn a_preview_may_be_odd() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("frame.png");
    run(&format!("preview --output {} --frame 0 --video-width 33 --video-height 17", to.display()));
    assert_eq!(image::image_dimensions(&to).unwrap(), (33, 17));
}

/// What standard error has of a run, and how it ends when quiet.
fn notes(request: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().display();
    let told = masque(&format!("generate --output {to} --random-seed 1 {request}"));
    let quiet = masque(&format!("generate --output {to} --random-seed 1 {request} --overwrite --quiet"));
    assert!(told.status.success() && quiet.status.success() && quiet.stderr.is_empty(), "{request}");
    String::from_utf8(told.stderr).unwrap()
}

#[test]
fn a_mean_that_bounds_move_is_said_when_the_run_starts() {
    let said = notes("-n 2 --isl 10 --isl-stddev 10");
    assert!(said.contains("--isl: draws below 1 are drawn again, so the mean is 13.1, not 10"), "{said}");
    let said = notes("-n 2 --isl 20 --osl 100 --osl-stddev 50 --osl-max 120");
    assert!(said.contains("--osl: draws above 120 are drawn again, so the mean is 75.5, not 100"), "{said}");
    assert!(!notes("-n 2 --isl 100 --isl-stddev 10").contains("drawn again"));
}

#[test]
fn what_aiperf_does_to_images_in_files_is_said_when_the_run_ends() {
    let image = "-n 2 --isl 0 --image-width-mean 9 --image-height-mean 8";
    let said = notes(&format!("{image} --media files"));
    assert!(said.trim_end().lines().last().unwrap().contains("AIPerf encodes images in files again"), "{said}");
    assert!(!notes(image).contains("AIPerf"));
    assert!(!notes("-n 2 --isl 0 --audio-length-mean 0.1 --media files").contains("AIPerf"));
}

/// The output lengths of a dataset, sorted.
fn lengths(flags: &str) -> Vec<u64> {
    let made = run(&format!("generate --output - -n 1000 --random-seed 5 --isl 1 {flags}"));
    let mut lengths: Vec<_> = made
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["output_length"].as_u64().unwrap())
        .collect();
    lengths.sort_unstable();
    lengths
}

#[test]
fn lengths_have_the_shape_that_is_asked_for() {
    let mean = |lengths: &[u64]| lengths.iter().sum::<u64>() as f64 / lengths.len() as f64;
    let uniform = lengths("--osl-distribution uniform --osl-min 11 --osl-max 20");
    for value in 11..=20 {
        let share = uniform.iter().filter(|length| **length == value).count();
        assert!((70..130).contains(&share), "{value}: {share}");
    }
    assert_eq!((uniform[0], uniform[999]), (11, 20));
    let skewed = lengths("--osl 100 --osl-stddev 100 --osl-distribution lognormal");
    assert!((90.0..110.0).contains(&mean(&skewed)), "{}", mean(&skewed));
    // exp(mu) = mean / sqrt(1 + (deviation / mean)^2)
    assert!((64..78).contains(&skewed[500]), "median {}", skewed[500]);
    let bounded = lengths("--osl 100 --osl-stddev 50 --osl-min 80 --osl-max 130");
    assert!(bounded[0] >= 80 && bounded[999] <= 130 && bounded[0] < bounded[999]);
}

/// What `make install` puts in place is made from the flags themselves.
#[test]
fn shells_and_man_know_every_command_and_flag() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = run(&format!("completions {shell}"));
        for word in ["generate", "merge", "preview", "prompt-input-tokens-mean", "image-window"] {
            assert!(text.contains(word), "{shell} knows no {word}");
        }
    }
    let shells = [("bash", "-n"), ("zsh", "-n")];
    for (shell, check) in shells {
        let Ok(mut parser) = Command::new(shell).arg(check).stdin(Stdio::piped()).spawn() else { continue };
        parser.stdin.take().unwrap().write_all(run(&format!("completions {shell}")).as_bytes()).unwrap();
        assert!(parser.wait().unwrap().success(), "{shell} does not read its completions");
    }
    let page = run("man generate");
    assert!(page.contains(".TH MASQUE-GENERATE 1") && page.contains("image\\-window"), "{page}");
    let program = run("man");
    assert!(program.contains("masque\\-generate"), "{program}");
    // Each command that does something has a page, and `make install` puts it in place.
    let help = run("--help");
    let commands = help.split_once("Commands:").unwrap().1.split("\n\n").next().unwrap();
    let commands: Vec<_> =
        commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' ')).collect();
    let names = commands.iter().map(|line| line.split(' ').next().unwrap());
    let paged: Vec<_> = names.filter(|name| !["", "man", "completions", "help"].contains(name)).collect();
    assert!(paged.contains(&"serve"), "{help}");
    paged
        .iter()
        .for_each(|name| assert!(run(&format!("man {name}")).contains(&format!(".TH MASQUE-{}", name.to_uppercase()))));
    let makefile = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Makefile")).unwrap();
    assert!(makefile.contains(&format!("for page in {}; do", paged.join(" "))), "{paged:?}");
    assert!(masque("completions tcsh").status.code() == Some(2) && masque("man nothing").status.code() == Some(2));
}
