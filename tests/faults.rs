//! Faults: runs that are killed at any moment, two at once, a full disk, a power cut. Whatever happens, a folder with a manifest
//! is whole, a dataset that was to be replaced is there until it is, nothing of the user's is touched, and the next run works.
//!
//! `make faults` sets `MASQUE_FAULTS`, for many more of each.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and says what it leaves out")]

mod binary;
mod disk;
mod whole;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use binary::command;
use disk::Disk;
use whole::{assert_whole, tree};

/// Media in files, in lines, and in lines that are written in place.
const MODES: [&str; 3] = [
    "-n 40 --random-seed 1 --isl 0 --image-width-mean 16 --image-height-mean 16 --media files --media-reuse-rate 0.2",
    "-n 40 --random-seed 2 --isl 0 --image-width-mean 16 --image-height-mean 16 --audio-length-mean 0.01",
    "-n 6 --random-seed 3 --isl 0 --image-width-mean 700 --image-height-mean 600",
];

/// What the user has put into the folder.
const MINE: [&str; 3] = ["notes.txt", "media/beach.png", "media/0000/beach.png"];

/// `short` of a fault, or `all` of them by `make faults`.
fn times(short: u32, all: u32) -> u32 {
    if std::env::var_os("MASQUE_FAULTS").is_some() { all } else { short }
}

fn generate(to: &Path, request: &str) -> Command {
    let mut generate = command("generate --output");
    generate.arg(to).args(request.split_whitespace()).stdout(Stdio::null());
    generate
}

fn succeeds(to: &Path, request: &str) {
    let output = generate(to, request).output().unwrap();
    assert!(output.status.success(), "{request}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A folder that faults befall: it holds a dataset, and files of the user's, or nothing.
struct Victim {
    folder: tempfile::TempDir,
    dataset: bool,
}

impl Victim {
    fn new(dataset: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if dataset {
            succeeds(folder.path(), MODES[0]);
            MINE.iter().for_each(|name| fs::write(folder.path().join(name), "mine").unwrap());
        }
        Self { folder, dataset }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder after a run that came to whatever end, and then after the next one.
    fn assert_intact(&self, why: &str) {
        let besides = ["masque.partial", "media.partial/"];
        let partial = ["manifest.json.partial", "records.jsonl.partial", "single_turn.jsonl.partial"];
        let besides: Vec<_> = MINE.into_iter().chain(besides).chain(partial).collect();
        println!("{why}: {:?}", tree(self.path()).keys());
        if self.path().join("manifest.json").exists() {
            assert_whole(self.path(), &besides);
        } else if self.dataset {
            let marker = fs::read_to_string(self.path().join("masque.partial")).unwrap();
            assert!(marker.contains("\"manifest.json\""), "{why}: the old dataset is gone, the new one not yet whole");
        }
        self.assert_mine(why);
        succeeds(self.path(), &format!("{} --overwrite", MODES[0]));
        assert_whole(self.path(), &MINE);
        self.assert_mine(why);
    }

    fn assert_mine(&self, why: &str) {
        if self.dataset {
            MINE.iter()
                .for_each(|name| assert_eq!(fs::read(self.path().join(name)).unwrap(), b"mine", "{why}: {name}"));
        }
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_nothing_that_looks_whole_and_is_not() {
    let rounds = times(12, 200);
    for round in 0..rounds {
        let request = MODES[round as usize % 3];
        let victim = Victim::new(round % 2 == 0);
        let overwrite = if round % 2 == 0 { "--overwrite" } else { "" };
        // Moments are spread over a whole run's time, which is that of one that is let go first.
        let whole = {
            let probe = tempfile::tempdir().unwrap();
            let start = Instant::now();
            succeeds(probe.path(), request);
            start.elapsed()
        };
        let moment = whole.mul_f64(f64::from((round * 7919) % rounds) / f64::from(rounds) * 1.1);
        let mut child =
            generate(victim.path(), &format!("{request} {overwrite}")).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        victim.assert_intact(&format!("{request} {overwrite}, killed after {moment:?}"));
    }
}

/// The calls by which a run changes what folders hold, or makes it durable.
const CALLS: &str = "mkdir,rename,renameat,renameat2,unlink,unlinkat,rmdir,fsync,fdatasync,syncfs,ftruncate";

/// The binary under strace, which writes what it sees to a file.
fn traced(log: &Path, more: &[&str], to: &Path, request: &str) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-o"]).arg(log).args(more).arg("--").arg(env!("CARGO_BIN_EXE_masque"));
    strace.args(["generate", "--output"]).arg(to).args(request.split_whitespace());
    strace.stdout(Stdio::null()).stderr(Stdio::null());
    strace
}

/// Whether processes may be traced here; that a container forbids it is no fault of the program's.
fn may_trace() -> bool {
    let may = Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success());
    if !may {
        println!("not tested: strace is missing, or may not trace");
    }
    may
}

#[test]
fn a_run_that_is_killed_at_any_of_its_steps_leaves_nothing_that_looks_whole_and_is_not() {
    if !may_trace() {
        return;
    }
    let rows = [(MODES[0], true), (MODES[1], true), (MODES[0], false)];
    for (request, dataset) in &rows[..times(1, 3) as usize] {
        let overwrite = if *dataset { "--overwrite" } else { "" };
        let request = format!("{} {overwrite}", request.replace("-n 40", "-n 6"));
        let mut steps = 0;
        for call in CALLS.split(',') {
            for which in 1..=times(12, u32::MAX) {
                let victim = Victim::new(*dataset);
                let log = tempfile::NamedTempFile::new().unwrap();
                let (trace, kill) = (format!("trace={CALLS}"), format!("inject={call}:signal=KILL:when={which}"));
                let mut run = traced(log.path(), &["-e", &trace, "-e", &kill], victim.path(), &request);
                if run.status().unwrap().success() {
                    break;
                }
                steps += 1;
                victim.assert_intact(&format!("{request}, killed at {call} {which}"));
            }
        }
        assert!(steps > 15, "{request}: {steps} steps");
    }
}

/// Of what strace saw: the name of each call, and the files that it names, from the dataset's folder.
fn calls(log: &Path, to: &Path) -> Vec<(String, Vec<String>)> {
    let to = to.display().to_string();
    let text = fs::read_to_string(log).unwrap();
    let call = |line: &str| {
        let line = line.split_once(' ')?.1.trim_start();
        let (name, arguments) = line.split_once('(')?;
        let paths = arguments.split(['"', '<', '>']).filter(|part| part.starts_with('/') || part.starts_with(&to));
        let within =
            paths.map(|path| path.strip_prefix(&to).map_or("?", |path| path.trim_start_matches('/')).to_owned());
        line.contains("= 0").then(|| (name.to_owned(), within.collect()))
    };
    text.lines().filter_map(call).collect()
}

/// Each file is durable before its folder's name for it is, and all of them before the manifest's.
#[test]
fn a_power_cut_finds_files_before_names_and_names_before_the_manifest() {
    if !may_trace() {
        return;
    }
    for request in MODES {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().canonicalize().unwrap();
        succeeds(&to, MODES[0]);
        let log = tempfile::NamedTempFile::new().unwrap();
        let trace = format!("trace={CALLS},pwrite64,write");
        let request = format!("{request} --overwrite");
        assert!(traced(log.path(), &["-e", &trace], &to, &request).status().unwrap().success());
        let calls = calls(log.path(), &to);
        let place = |wanted: &[&str], path: &str| {
            let found = |(name, paths): &(String, Vec<String>)| {
                wanted.contains(&name.as_str()) && paths.first().is_some_and(|first| first == path)
            };
            calls.iter().rposition(found).unwrap_or_else(|| panic!("{request}: no {wanted:?} of {path:?}: {calls:#?}"))
        };
        let sync = |path: &str| place(&["fsync", "fdatasync"], path);
        let named = |path: &str| place(&["rename", "renameat", "renameat2"], &format!("{path}.partial"));
        let removed = |path: &str| place(&["unlink", "unlinkat"], path);
        let folders: Vec<_> = (0..calls.len()).filter(|&at| calls[at].0 == "fsync" && calls[at].1 == [""]).collect();
        let folder_between = |from: usize, to: usize| folders.iter().any(|at| (from..to).contains(at));
        // The marker's last two notes: of what is to be removed, and that it is.
        let is_note =
            |at: &usize| calls[*at].0 == "fsync" && calls[*at].1.first().is_some_and(|it| it == "masque.partial");
        let notes: Vec<_> = (0..calls.len()).filter(is_note).collect();
        let [.., noted, retired] = notes[..] else { panic!("{request}: {notes:?}") };
        for file in ["records.jsonl", "single_turn.jsonl"] {
            assert!(sync(&format!("{file}.partial")) < noted, "{request}: {file}");
            assert!(removed(file) < retired && retired < named(file), "{request}: {file}");
            assert!(folder_between(named(file), named("manifest.json")), "{request}: {file}");
        }
        if request.contains("files") {
            let (synced, given) = (calls.iter().position(|call| call.0 == "syncfs").unwrap(), named("media"));
            assert!(synced < noted && folder_between(given, named("manifest.json")), "{request}");
        }
        assert!(noted < removed("manifest.json"), "{request}: the marker tells of what is removed");
        assert!(
            folder_between(removed("manifest.json"), removed("single_turn.jsonl")),
            "{request}: the old manifest first"
        );
        assert!(sync("manifest.json.partial") < named("manifest.json"), "{request}");
        assert!(folder_between(named("manifest.json"), removed("masque.partial")), "{request}: the marker last");
    }
}

fn ends(child: Child) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn of_two_runs_into_one_folder_the_second_is_refused_whenever_it_comes() {
    let rounds = times(10, 100);
    for round in 0..rounds {
        let request = MODES[round as usize % 3];
        for dataset in [true, false] {
            let victim = Victim::new(dataset);
            let overwrite = if dataset { "--overwrite" } else { "" };
            let spawn = |seed: &str| {
                let request = request.replace("--random-seed ", &format!("--random-seed {seed}"));
                generate(victim.path(), &format!("{request} {overwrite}")).stderr(Stdio::piped()).spawn().unwrap()
            };
            let first = spawn("1");
            std::thread::sleep(Duration::from_millis(u64::from(round * round) * 2 * 100 / u64::from(rounds * rounds)));
            let second = spawn("2");
            let (first, second) = (ends(first), ends(second));
            let ended = [&first, &second];
            let why = format!("{request} {overwrite}, round {round}: {ended:?}");
            assert!(ended.iter().any(|(status, _)| *status == Some(0)), "{why}");
            for (status, said) in ended.into_iter().filter(|(status, _)| *status != Some(0)) {
                let refused =
                    said.contains("is being written by another run") || said.contains("holds a dataset already");
                assert!(*status == Some(2) && refused && said.lines().count() == 1, "{why}");
            }
            assert_whole(victim.path(), if dataset { &MINE } else { &[] });
            victim.assert_intact(&why);
        }
    }
}

#[test]
fn a_full_disk_is_named_and_the_next_run_has_it_again() {
    let (files, jpeg) = ("--media files", "--isl 0 --image-width-mean 200 --image-height-mean 200 --image-format jpeg");
    let clip =
        "-n 50 --isl 0 --video-width 320 --video-height 240 --video-frames 20 --video-synth-type noise --media files";
    let small = "--random-seed 1 --isl 0 --image-width-mean 8 --image-height-mean 8 --media files";
    // The size of the disk, a request, whether what it takes is known beforehand, and words of the refusal.
    let rows = [
        ("size=1m", format!("-n 200 {jpeg} {files}"), false, "/to/media/0000/"),
        ("size=1m", format!("-n 200 {jpeg}"), false, "/to/single_turn.jsonl: "),
        ("size=1m", clip.to_owned(), false, "/to/media/0000/"),
        ("size=1m", format!("{clip} --video-format mp4 --video-codec libx264"), false, "/to/media/0000/"),
        ("size=1m", "-n 3000 --isl 300".to_owned(), true, " free; "),
        ("size=1m,nr_inodes=20", format!("-n 100 {small}"), false, "/to/media/"),
        ("size=1m", "-n 200 --isl 0 --image-width-mean 200 --image-height-mean 200".to_owned(), true, " free; "),
        ("size=5m", "-n 20 --isl 0 --image-width-mean 700 --image-height-mean 600".to_owned(), true, " free; "),
        ("size=1m", format!("-n 20 --isl 0 --audio-length-mean 2 {files}"), true, " free; "),
    ];
    for (size, request, known, words) in rows {
        let Some(disk) = Disk::mount(size) else { return };
        let to = disk.path().join("to");
        for dataset in [false, true] {
            if dataset {
                succeeds(&to, &format!("-n 3 {small} --overwrite"));
            }
            let before = if dataset { tree(&to) } else { BTreeMap::new() };
            let request = request.replace("--random-seed 1", "");
            let output = generate(&to, &format!("{request} --random-seed 1 --quiet --overwrite")).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(if known { 2 } else { 1 }), "{request}: {said}");
            assert!(known || said.contains("No space left on device"), "{request}: {said}");
            assert!(
                said.contains(words) && !said.contains(".partial") && said.lines().count() == 1,
                "{request}: {said}"
            );
            assert_eq!(to.join("manifest.json").exists(), dataset, "{request}");
            let after = if to.exists() { tree(&to) } else { BTreeMap::new() };
            assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)), "{request}");
            assert!(!known || after.len() == before.len(), "{request}");
        }
        succeeds(&to, &format!("-n 3 {small} --overwrite"));
        assert_whole(&to, &[]);
        let lines = File::create(disk.path().join("lines.jsonl")).unwrap();
        let output = command(&format!("generate --output - --quiet -n 200 {jpeg}")).stdout(lines).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = "masque: standard output: cannot write: No space left on device";
        assert!(output.status.code() == Some(1) && said.starts_with(expected) && said.lines().count() == 1, "{said}");
    }
}
