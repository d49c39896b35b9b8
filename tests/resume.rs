//! Runs that are cut off and gone on with: whatever the moment and the request, the dataset is that of a run that was let go. What is
//! there is held against its digests, and another request is refused.
//!
//! `make faults` sets `MASQUE_FAULTS`, for many more cuts.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and says what it leaves out")]

mod binary;
mod disk;
mod whole;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use binary::command;
use disk::Disk;
use whole::{assert_whole, tree};

/// Text, large inline images (which workers write in place), media in files, clips, documents, files that are cut and packed.
const MODES: [&str; 9] = [
    "-n 12000 --isl 120 --osl 20",
    "-n 60 --isl 10 --image-width-mean 700 --image-height-mean 600 --format raw_payload --format inputs_json --model m",
    "-n 300 --isl 5 --image-width-mean 40 --image-height-mean 30 --audio-length-mean 0.02 --media files --media-reuse-rate 0.2",
    "-n 60 --isl 0 --video-width 320 --video-height 192 --video-frames 60 --media files",
    "-n 60 --isl 0 --video-width 320 --video-height 192 --video-frames 60",
    "-n 1500 --isl 60 --osl 30 --format sharegpt --format vllm_custom",
    "-n 1500 --isl 60 --image-width-mean 9 --image-height-mean 9 --lines-per-file 400 --format single_turn --format multi_turn",
    "-n 15000 --isl 60 --image-width-mean 9 --image-height-mean 9 --compress zstd --lines-per-file 5100 --format inputs_json --model m",
    "-n 1500 --isl 60 --image-width-mean 9 --image-height-mean 9 --compress zstd --lines-per-file 30 --format inputs_json --format raw_payload --model m",
];

/// `short` of a fault, or `all` of them by `make faults`.
fn times(short: u32, all: u32) -> u32 {
    if std::env::var_os("MASQUE_FAULTS").is_some() { all } else { short }
}

fn generate(to: &Path, flags: &str) -> std::process::Command {
    let mut generate = command("generate --quiet --output");
    generate.arg(to).args(flags.split_whitespace()).stdout(Stdio::null());
    generate
}

fn succeeds(to: &Path, flags: &str) {
    let output = generate(to, flags).output().unwrap();
    assert!(output.status.success(), "{flags}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Kills a run at a moment, and goes on with it, several times over.
#[test]
fn a_run_that_is_killed_is_gone_on_with_to_the_same_bytes() {
    let rounds = times(2, 30);
    for (number, mode) in MODES.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let (undisturbed, cut) = (folder.path().join("undisturbed"), folder.path().join("cut"));
        let request = format!("{mode} --random-seed {number}");
        let start = Instant::now();
        succeeds(&undisturbed, &request);
        let (time, expected) = (start.elapsed(), tree(&undisturbed));
        let mut kept = 0;
        for round in 0..rounds {
            let mut more = "";
            for part in 0..3 {
                let moment = time.mul_f64(0.15 + f64::from((round * 3 + part) * 7919 % 100) / 100.0);
                let flags = format!("{request} --checkpoint-interval 0 --jobs {} {more}", 1 + part % 2);
                let mut run = generate(&cut, &flags).stderr(Stdio::null()).spawn().unwrap();
                std::thread::sleep(moment);
                let has_checkpoint = || {
                    let marker = fs::read_to_string(cut.join("masque.partial")).unwrap_or_default();
                    marker.contains("\"checkpoint\"")
                };
                // The last cut of a round comes behind a checkpoint, if the run is not over before.
                while part == 2 && !has_checkpoint() && run.try_wait().unwrap().is_none() {
                    std::thread::sleep(Duration::from_millis(2));
                }
                run.kill().unwrap();
                run.wait().unwrap();
                more = "--resume";
                kept += u32::from(has_checkpoint());
            }
            let go_on = if round % 2 == 0 { "--resume" } else { "--resume --jobs 3 --backend cpu" };
            succeeds(&cut, &if cut.exists() { go_on.to_owned() } else { format!("{request} {go_on}") });
            assert_whole_or_packed(&cut, mode);
            assert!(tree(&cut) == expected, "{request}, round {round}");
            fs::remove_dir_all(&cut).unwrap();
        }
        println!("{request}: {kept} of {} cuts left a checkpoint", rounds * 3);
        assert!(kept > 0, "{request}: no run came as far as a checkpoint");
    }
}

fn assert_whole_or_packed(folder: &Path, mode: &str) {
    if !["--lines-per-file", "sharegpt", "inputs_json"].iter().any(|what| mode.contains(what)) {
        assert_whole(folder, &[]);
    }
}

/// Ends a run by a signal when it has begun to write, and returns what it said.
fn interrupted(to: &Path, flags: &str) -> String {
    let mut run = generate(to, flags).stderr(Stdio::piped()).spawn().unwrap();
    let records = to.join("records.jsonl.partial");
    while fs::metadata(&records).map_or(0, |file| file.len()) == 0 {
        assert!(run.try_wait().unwrap().is_none(), "{flags}: it ended before it was asked to");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{flags}");
    String::from_utf8(output.stderr).unwrap()
}

/// Long enough to be interrupted.
const LONG: &str = "-n 300000 --isl 100 --image-width-mean 9 --image-height-mean 9";

#[test]
fn an_interrupted_run_says_the_command_that_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("it's cut");
    let said = interrupted(&to, "-n 30000 --isl 100 --image-width-mean 30 --image-height-mean 30");
    assert!(said.starts_with("masque: interrupted after ") && said.lines().count() == 1, "{said}");
    let resume = said.trim_end().split_once("; go on with: ").unwrap().1;
    assert!(resume.contains(" --random-seed ") && resume.ends_with(" --resume"), "{resume}");
    assert!(Command::new("sh").args(["-c", resume]).status().unwrap().success());
    let again = folder.path().join("again");
    let manifest = folder.path().join("manifest.json");
    fs::copy(to.join("manifest.json"), &manifest).unwrap();
    succeeds(&again, &format!("--config {}", manifest.display()));
    assert!(tree(&to) == tree(&again));
}

#[test]
fn what_is_there_is_held_against_its_digests_and_its_request() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut");
    let files = format!("{LONG} --random-seed 3 --checkpoint-interval 0");
    interrupted(&cut, &files);
    let said = |to: &Path, flags: &str| {
        let output = generate(to, flags).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        said
    };
    let rows = [
        (
            "--isl 100 --image-width-mean 9 --image-height-mean 9 --resume".to_owned(),
            "records is 300000 there and 100 here",
        ),
        (format!("{LONG} --random-seed 4 --resume"), "seed is 3 there and 4 here"),
        (format!("{LONG} --image-width-stddev 1 --resume"), "image.width.shape.fixed is 9.0 there and none here"),
        (format!("{LONG} --shard 1/2 --resume"), r#"shard is none there and {"index":1,"of":2} here"#),
        (format!("{LONG} --resume --overwrite"), "--resume: --overwrite begins anew"),
    ];
    for (flags, words) in &rows {
        let said = said(&cut, flags);
        assert!(said.contains(words), "{flags}: {said}");
    }
    let version = fs::read_to_string(cut.join("masque.partial")).unwrap();
    let older = version.replace(&format!("\"masque\":\"{}\"", env!("CARGO_PKG_VERSION")), "\"masque\":\"0.0.1\"");
    fs::write(cut.join("masque.partial"), older).unwrap();
    assert!(said(&cut, "--resume").contains("masque is \"0.0.1\" there"));
    fs::write(cut.join("masque.partial"), version).unwrap();
    for name in ["single_turn.jsonl", "records.jsonl"] {
        let path = cut.join(format!("{name}.partial"));
        let whole = fs::read(&path).unwrap();
        for place in [0, whole.len() / 2, whole.len() - 2] {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let said = said(&cut, "--resume");
            assert!(said.contains("is not as the run left it") && said.contains(name), "{name} {place}: {said}");
        }
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(said(&cut, "--resume").contains("is not as the run left it"), "{name}");
        fs::write(&path, &whole).unwrap();
    }
    let media = folder.path().join("media");
    interrupted(&media, &format!("{files} --media files"));
    fs::write(media.join("media.partial/0000/000000_image_0.png"), "no picture").unwrap();
    assert!(said(&media, "--resume").contains("media/0000/000000_image_0.png is not as the run left it"));
    let other = folder.path().join("none");
    assert!(said(&other, "--resume").contains("holds no run to go on with"));
    assert!(!other.exists());
}

#[test]
fn a_dataset_that_is_whole_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 20 --isl 30 --random-seed 5";
    succeeds(folder.path(), request);
    let before = tree(folder.path());
    let written = || fs::metadata(folder.path().join("single_turn.jsonl")).unwrap().modified().unwrap();
    let time = written();
    for flags in ["--resume".to_owned(), format!("{request} --resume"), "-n 20 --isl 30 --resume".to_owned()] {
        succeeds(folder.path(), &flags);
        assert!(tree(folder.path()) == before && written() == time, "{flags}");
    }
    let output = generate(folder.path(), "-n 21 --isl 30 --resume").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// A dataset is replaced by a run that is cut off and gone on with; until then it is whole, and what is the user's stays.
#[test]
fn a_run_that_replaces_a_dataset_is_gone_on_with_as_such() {
    let rounds = times(3, 40);
    let folder = tempfile::tempdir().unwrap();
    let old = "-n 30 --isl 0 --image-width-mean 9 --image-height-mean 9 --media files --random-seed 1";
    let new = "-n 400 --isl 9 --image-width-mean 9 --image-height-mean 9 --media files --random-seed 2 --checkpoint-interval 0";
    let (expected, to) = (folder.path().join("expected"), folder.path().join("to"));
    let start = Instant::now();
    succeeds(&expected, new);
    let time = start.elapsed();
    for round in 0..rounds {
        succeeds(&to, old);
        fs::write(to.join("media/0000/mine.png"), "mine").unwrap();
        let mut run = generate(&to, &format!("{new} --overwrite")).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(time.mul_f64(0.3 + 0.8 * f64::from(round) / f64::from(rounds)));
        run.kill().unwrap();
        run.wait().unwrap();
        if to.join("manifest.json").exists()
            && fs::read_to_string(to.join("records.jsonl")).unwrap().lines().count() == 30
        {
            let besides = [
                "media/0000/mine.png",
                "media.partial/",
                "masque.partial",
                "single_turn.jsonl.partial",
                "records.jsonl.partial",
            ];
            assert_whole(&to, &besides);
        }
        let unfinished = fs::read_to_string(to.join("masque.partial")).is_ok_and(|marker| marker.contains("\"run\""));
        succeeds(&to, &if unfinished { "--resume".to_owned() } else { format!("{new} --overwrite") });
        assert_eq!(fs::read_to_string(to.join("media/0000/mine.png")).unwrap(), "mine");
        fs::remove_file(to.join("media/0000/mine.png")).unwrap();
        assert!(tree(&to) == tree(&expected), "round {round}");
        fs::remove_dir_all(&to).unwrap();
    }
}

#[test]
fn a_run_on_a_full_disk_is_gone_on_with_on_a_larger_one() {
    let Some(disk) = Disk::mount("size=3m") else { return };
    let to = disk.path().join("to");
    for request in [
        "-n 3000 --isl 40 --image-width-mean 60 --image-height-mean 60 --image-format jpeg --random-seed 1",
        "-n 900 --isl 4 --image-width-mean 60 --image-height-mean 60 --image-format jpeg --random-seed 1 --media files",
    ] {
        let output = generate(&to, request).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("No space left on device (os error 28); go on with: ") && said.lines().count() == 1,
            "{said}"
        );
        disk.resize("120m");
        succeeds(&to, "--resume");
        let undisturbed = tempfile::tempdir().unwrap();
        succeeds(undisturbed.path(), request);
        assert!(tree(&to) == tree(undisturbed.path()), "{request}");
        fs::remove_dir_all(&to).unwrap();
        disk.resize("3m");
    }
}
