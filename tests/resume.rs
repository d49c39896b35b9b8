//! Runs that are cut off and gone on with: whatever the moment and the request, the dataset is that of a run that was let go. What is
//! there is held against its digests, and another request is refused.
//!
//! `make faults` sets `MASQUE_FAULTS`, for many more cuts.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and says what it leaves out")]

mod binary;
mod whole;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use binary::command;
use whole::{assert_whole, tree};

/// Text, large inline images (which workers write in place), media in files, clips, documents, files that are cut and packed.
const MODES: [&str; 8] = [
    "-n 12000 --isl 120 --osl 20",
    "-n 60 --isl 10 --image-width-mean 700 --image-height-mean 600 --format single_turn --format inputs_json --model m",
    "-n 300 --isl 5 --image-width-mean 40 --image-height-mean 30 --audio-length-mean 0.02 --media files --media-reuse-rate 0.2",
    "-n 60 --isl 0 --video-width 320 --video-height 192 --video-frames 60 --media files",
    "-n 60 --isl 0 --video-width 320 --video-height 192 --video-frames 60",
    "-n 1500 --isl 60 --osl 30 --format sharegpt --format vllm_custom",
    "-n 1500 --isl 60 --image-width-mean 9 --image-height-mean 9 --lines-per-file 400 --format single_turn --format multi_turn",
    "-n 15000 --isl 60 --image-width-mean 9 --image-height-mean 9 --compress zstd --lines-per-file 5100 --format inputs_json --model m",
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
                run.kill().unwrap();
                run.wait().unwrap();
                more = "--resume";
                let marker = fs::read_to_string(cut.join("masque.partial")).unwrap_or_default();
                kept += u32::from(marker.contains("\"checkpoint\""));
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
