//! The built binary as a process: signals, limits of the system, refused threads and memory, closed streams. However a run ends, it
//! ends soon, with a status, and says why in one line.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use binary::{command, refused};

/// Far longer than any run below takes: what passes it hangs.
const HANGS: Duration = Duration::from_secs(120);

/// What a process has left to say, and its exit status; none when a signal ended it.
fn outcome(mut child: Child) -> (Option<i32>, String) {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > HANGS {
            child.kill().unwrap();
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(20));
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

fn started(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// The binary behind a command that sets a limit or a signal up and then becomes it.
fn under(wrapper: &[&str], args: &str) -> Command {
    let mut command = Command::new(wrapper[0]);
    command.args(&wrapper[1..]).arg(env!("CARGO_BIN_EXE_masque")).args(args.split_whitespace());
    command.env_remove("RUST_BACKTRACE");
    command
}

/// No run may show its insides, and a failure says why in its last line.
fn told_well(status: Option<i32>, said: &str) {
    assert!(matches!(status, Some(0..=2)), "{status:?}: {said}");
    for inside in ["panicked", "RUST_BACKTRACE", "memory allocation of", "core dumped"] {
        assert!(!said.contains(inside), "{said}");
    }
    if status != Some(0) {
        assert_eq!(said.lines().filter(|line| line.starts_with("masque: ")).count(), 1, "{said}");
        assert!(said.lines().next_back().is_some_and(|line| line.starts_with("masque: ")), "{said}");
    }
}

/// Whatever a run is at when the signal comes, it ends; the bound is far above what it takes, and far below what the work would.
#[test]
fn a_signal_ends_any_run_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let to = |name: &str| folder.path().join(name).display().to_string();
    let hub = TcpListener::bind("127.0.0.1:0").unwrap(); // takes connections, and never answers
    let endpoint = format!("http://{}", hub.local_addr().unwrap());
    let long = "--video-width 3840 --video-height 2160 --video-fps 30 --video-duration 600 --video-format mp4";
    let rows = [
        format!("preview -o {} --video-width 16000 --video-height 16000 --video-synth-type noise", to("a.png")),
        format!("generate -o {} -n 1 -j 1 --isl 0 {long} --video-codec libx265 --video-speed best", to("b")),
        format!("generate -o {} -n 1 --isl 10 --tokenizer nobody/nothing", to("c")),
        format!("generate -o {} -n 1 -j 1 --isl 0 --audio-length-mean 20000 --audio-format mp3", to("d")),
    ];
    for args in rows {
        for signal in ["-INT", "-TERM"] {
            let mut command = command(&args);
            command.env("HF_ENDPOINT", &endpoint).env("HF_HUB_CACHE", folder.path());
            let child = started(&mut command);
            thread::sleep(Duration::from_millis(1500));
            send(signal, &child);
            let sent = Instant::now();
            let (status, said) = outcome(child);
            assert!(sent.elapsed() < Duration::from_secs(20), "{args}");
            assert_eq!(status, Some(130), "{args}: {said}");
            assert!(said.lines().next_back().is_some_and(|line| line.contains("interrupted")), "{args}: {said}");
        }
    }
}

#[test]
fn a_run_into_a_pipe_that_nobody_reads_can_be_ended() {
    let mut child = command("generate --output - -n 100000 --random-seed 3 --isl 5000");
    let child = started(child.stdout(Stdio::piped()));
    thread::sleep(Duration::from_millis(1500));
    send("-TERM", &child);
    assert_eq!(outcome(child).0, Some(130));
}

#[test]
fn ignored_signals_stay_ignored() {
    let folder = tempfile::tempdir().unwrap();
    for (signal, name) in [("INT", "a"), ("HUP", "b"), ("TERM", "c")] {
        let ignoring = format!("trap '' {signal}; exec \"$@\"");
        let args = format!("generate -o {} -n 60000 --isl 500 --random-seed 1", folder.path().join(name).display());
        let child = started(&mut under(&["sh", "-c", &ignoring, "sh"], &args));
        thread::sleep(Duration::from_millis(700));
        send(&format!("-{signal}"), &child);
        let (status, said) = outcome(child);
        assert_eq!(status, Some(0), "{said}");
    }
}

#[test]
fn a_closed_standard_output_is_no_success() {
    let closed = "exec \"$@\" >&-";
    let child = started(&mut under(&["sh", "-c", closed, "sh"], "generate -o - -n 3 --isl 10 --random-seed 1"));
    let (status, said) = outcome(child);
    assert_eq!((status, said.contains("standard output is closed")), (Some(2), true), "{said}");
}

#[test]
fn a_limit_on_file_sizes_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        "--isl 500 -n 1000",
        "--isl 0 -n 5 --image-width-mean 900 --image-height-mean 900",
        "--isl 0 -n 5 --image-width-mean 900 --image-height-mean 900 --media files",
        "--isl 0 -n 5 --audio-length-mean 20 --media files",
        "--isl 0 -n 2 --video-width 640 --video-height 480 --video-synth-type noise --media files",
    ];
    for (number, row) in rows.into_iter().enumerate() {
        let args = format!("generate -o {} {row} --random-seed 1", folder.path().join(number.to_string()).display());
        let (status, said) = outcome(started(&mut under(&["prlimit", "--fsize=300000"], &args)));
        assert_eq!(status, Some(1), "{row}: {said}");
        told_well(status, &said);
        assert!(said.contains("File too large"), "{row}: {said}");
    }
}

/// Requests of every modality, small enough for any machine.
const MODALITIES: [&str; 8] = [
    "-n 20 --isl 500",
    "-n 8 --isl 0 --image-width-mean 1500 --image-height-mean 1500",
    "-n 8 --isl 0 --image-width-mean 3000 --image-height-mean 3000 --image-format jpeg",
    "-n 4 --isl 0 --image-width-mean 2000 --image-height-mean 2000 --image-format webp",
    "-n 8 --isl 0 --audio-length-mean 20 --audio-format mp3",
    "-n 2 --isl 0 --video-width 1280 --video-height 720 --video-frames 130",
    "-n 2 --isl 0 --video-width 1280 --video-height 720 --video-frames 20 --video-format mp4 --video-codec libx265",
    "-n 2 --isl 0 --video-width 1280 --video-height 720 --video-frames 20 --video-format mp4 --video-codec libsvtav1",
];

#[test]
fn refused_memory_ends_a_run_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for megabytes in [512, 300] {
        for (number, row) in MODALITIES.iter().enumerate() {
            let to = folder.path().join(format!("{megabytes}-{number}"));
            for limit in ["", "--memory-limit 100G"] {
                let args = format!("generate -o {} {row} -j 8 --random-seed 1 {limit}", to.display());
                let space = format!("--as={}", megabytes << 20);
                let (status, said) = outcome(started(&mut under(&["prlimit", &space], &args)));
                told_well(status, &said);
                let whole = to.join("manifest.json").exists();
                assert_eq!(status == Some(0), whole, "{row}: {said}");
                let _ = fs::remove_dir_all(&to);
            }
        }
    }
}

/// The limit on processes binds everybody but root, so that the test has to be started by root, who can become somebody else.
#[test]
fn refused_threads_are_done_without() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = 65_534;
    if chown(folder.path(), Some(nobody), None).is_err() {
        return; // only root can become a user whose threads are limited
    }
    for threads in [1, 2, 25] {
        for (number, row) in MODALITIES.iter().enumerate() {
            let to = folder.path().join(format!("{threads}-{number}"));
            let args = format!("generate -o {} {row} -j 100 --random-seed 1", to.display());
            let limit = format!("--nproc={threads}");
            let user = ["setpriv", "--reuid=65534", "--clear-groups", "prlimit", &limit];
            let (status, said) = outcome(started(&mut under(&user, &args)));
            told_well(status, &said);
            assert_eq!(status == Some(0), to.join("manifest.json").exists(), "{row}: {said}");
        }
    }
}

#[test]
fn no_more_workers_run_than_have_work() {
    let folder = tempfile::tempdir().unwrap();
    let args = format!("generate -o {} -n 20000 --isl 500 -j 4096 --random-seed 1", folder.path().display());
    let mut child = started(&mut command(&args));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.next().unwrap().unwrap().starts_with("-j: "), "it says how many there are");
    let tasks = fs::read_dir(Path::new("/proc").join(child.id().to_string()).join("task")).unwrap().count();
    assert!(tasks <= 4 * thread::available_parallelism().unwrap().get() + 4, "{tasks} threads");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_cannot_fit_is_refused_with_the_figure() {
    refused("-n 281474976710656", "free; ");
    let folder = tempfile::tempdir().unwrap();
    let reused = "-n 20000 --isl 0 --audio-length-mean 600 --media files --media-reuse-rate 1 --media-pool-size 1";
    let made = started(&mut command(&format!("generate -o {} {reused} --random-seed 1", folder.path().display())));
    assert_eq!(outcome(made).0, Some(0), "a file of the pool is written once");
    refused("-n 1000000000 --isl 0 --audio-length-mean 3600", "-n: 1000000000 records take about");
    let large = "--isl 0 --image-width-mean 65500 --image-height-mean 65500 --image-format jpeg";
    refused("--memory-limit 1M", "--memory-limit: 1.00 MiB, of which masque itself takes about 114.44 MiB; give 256M");
    refused(&format!("{large} --memory-limit 4G"), "4.00 GiB may be used; about");
    let held = "--isl 0 --audio-length-mean 20000 --audio-sample-rates 48 -n 1";
    refused(&format!("{held} --memory-limit 1G"), "--audio-length-mean: a record takes about");
    let many = "--isl 0 --audio-length-mean 200 --audio-batch-size 100 -n 1";
    refused(&format!("{many} --memory-limit 1G"), "use --media files or fewer items");
    let clip = "--isl 0 --video-width 8192 --video-height 8192 --video-format mp4";
    refused(&format!("{clip} --memory-limit 1G"), "--video-width: a record takes about");
    for bad in ["0", "-1", "x", "", "1Q"] {
        refused(&format!("--memory-limit={bad}"), "--memory-limit");
    }
}
