//! What a run does to the folder that it is given: whose it takes, what it removes, and what is left when it fails.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod whole;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use binary::{command, lines, masque, run};
use whole::{assert_whole, tree};

/// A small dataset whose images are in files, some of them of the pool.
const FILES: &str = "-n 5 --random-seed 1 --isl 0 --image-width-mean 8 --image-height-mean 8 --media files \
    --media-reuse-rate 0.3 --media-pool-size 2";

/// Another one, with all in its lines.
const LINES: &str = "-n 3 --random-seed 2 --isl 0 --image-width-mean 8 --image-height-mean 8";

fn generate(to: &Path, request: &str) -> Output {
    command("generate --output").arg(to).args(request.split_whitespace()).output().unwrap()
}

/// Asks for a dataset, which must be refused in one line that has these words, and leave all below `around` as it was.
fn refused(around: &Path, to: &Path, request: &str, words: &str) {
    let before = tree(around);
    let output = generate(to, request);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{to:?} {request}: {said}");
    assert!(said.starts_with("masque: --") && said.lines().count() == 1 && said.contains(words), "{request}: {said}");
    assert!(tree(around) == before, "{to:?} {request}: {said}");
}

fn succeeds(to: &Path, request: &str) -> String {
    let output = generate(to, request);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{to:?} {request}: {said}");
    said
}

/// Writes files, each with the folders that it lies in; a name that ends in a slash is an empty folder.
fn put(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(if name.ends_with('/') { &path } else { path.parent().unwrap() }).unwrap();
        if !name.ends_with('/') {
            fs::write(path, text).unwrap();
        }
    }
}

/// A run of very many records that is killed while it makes them.
fn killed(to: &Path, request: &str) {
    let request = request.replace("-n 5", "-n 1000000");
    let mut child = command("generate --output").arg(to).args(request.split_whitespace()).spawn().unwrap();
    while !to.join("records.jsonl.partial").exists() {
        assert!(child.try_wait().unwrap().is_none(), "{request}: it ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_is_not_masques_is_refused_and_left_as_it_was() {
    let ours = r#"{"masque":"0.1.0","seed":1,"records":3,"request":{"media":"files","reuse":{"pool":10}},"files":"#;
    let leading_out = format!(r#"{ours}[{{"path":"../victim"}}]}}"#);
    let rows: [&[(&str, &str)]; 12] = [
        &[("media/holiday/beach.png", "an image"), ("records.jsonl", "{}"), ("single_turn.jsonl", "{}")],
        &[("media/0000/000000_image_0.png", "an image")],
        &[("media.partial/0000/000000_image_0.png", "an image")],
        &[("notes.txt", "a note")],
        &[(".hidden", "")],
        &[("empty/", "")],
        &[("manifest.json", r#"{"name":"a web app","files":[]}"#), ("single_turn.jsonl", "{}")],
        &[("manifest.json", r#"{"masque":"0.1.0"}"#), ("records.jsonl", "{}")],
        &[("manifest.json", &leading_out), ("records.jsonl", "{}")],
        &[("manifest.json/", ""), ("records.jsonl", "{}")],
        &[("masque.partial", "mine"), ("records.jsonl.partial", "{}")],
        &[("masque.partial/", ""), ("records.jsonl.partial", "{}")],
    ];
    for files in rows {
        let around = tempfile::tempdir().unwrap();
        put(around.path(), &[("victim", "a file")]);
        let to = around.path().join("to");
        put(&to, files);
        for request in [FILES, LINES, &format!("{FILES} --overwrite")] {
            refused(around.path(), &to, request, "holds what is not masque's, such as ");
        }
    }
}

#[test]
fn only_a_folder_is_a_folder() {
    let around = tempfile::tempdir().unwrap();
    let at = |name: &str| around.path().join(name);
    put(around.path(), &[("file", "text"), ("empty/", ""), ("aside/", ""), ("closed/", "")]);
    symlink(at("nowhere"), at("dangling")).unwrap();
    symlink(at("file"), at("to_file")).unwrap();
    symlink(at("aside"), at("to_folder")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    for name in ["file", "file/", "file/below", "dangling", "to_file", "fifo", "fifo/"] {
        refused(around.path(), &at(name), FILES, "--output: ");
    }
    for name in ["empty", "new/", "deep/er/and/deeper", "to_folder"] {
        succeeds(&at(name), FILES);
        assert_whole(&at(name), &[]);
        refused(around.path(), &at(name), FILES, "holds a dataset already");
    }
    assert!(at("to_folder").is_symlink());
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o500)).unwrap();
    if File::create(at("closed/probe")).is_err() {
        refused(around.path(), &at("closed"), FILES, "Permission denied");
        refused(around.path(), &at("closed/new"), FILES, "Permission denied");
    } // root may write anywhere
    let here = Command::new(env!("CARGO_BIN_EXE_masque"))
        .args(format!("generate --output . {FILES} --overwrite").split_whitespace())
        .current_dir(at("empty"))
        .output()
        .unwrap();
    assert!(here.status.success(), "{}", String::from_utf8_lossy(&here.stderr));
    assert_whole(&at("empty"), &[]);
}

#[test]
fn what_the_user_has_put_beside_a_dataset_stays() {
    let mine: [(&str, &str); 8] = [
        ("notes.txt", "a note"),
        ("multi_turn.jsonl", "{}"),
        ("media/holiday.png", "an image"),
        ("media/holiday/beach.png", "an image"),
        ("media/holiday/empty/", ""),
        ("media/0000/beach.png", "an image"),
        ("media/0000/000099_image_0.png", "an image of no record"),
        ("media/pool/image_7.png", "an image"),
    ];
    let besides = mine.map(|(name, _)| name);
    for requests in [[FILES, FILES], [FILES, LINES], [LINES, LINES]] {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path();
        succeeds(to, requests[0]);
        put(to, &mine);
        assert_whole(to, &besides);
        let said = succeeds(to, &format!("{} --overwrite", requests[1]));
        assert_whole(to, &besides);
        for (name, text) in mine {
            assert!(name.ends_with('/') || fs::read_to_string(to.join(name)).unwrap() == text, "{requests:?}: {name}");
        }
        assert!(to.join("media/holiday/empty").is_dir());
        let told = said.lines().filter(|line| line.starts_with("left where it was")).collect::<Vec<_>>();
        match requests[0] == FILES {
            true => assert!(told.len() == 1 && told[0].contains("media/0000/000099_image_0.png and 4 more"), "{said}"),
            false => assert!(told.is_empty(), "{said}"),
        }
    }
}

#[test]
fn a_name_that_somebody_else_has_is_not_taken() {
    for name in [
        "multi_turn.jsonl",
        "multi_turn.jsonl.partial",
        "media/0000/000004_image_0.png",
        "media.partial/photo.png",
        "media",
    ] {
        let folder = tempfile::tempdir().unwrap();
        succeeds(folder.path(), LINES);
        put(folder.path(), &[(name, "mine")]);
        let request = format!("{FILES} --format multi_turn --overwrite");
        refused(folder.path(), folder.path(), &request, " is not masque's and has a name that is needed");
    }
}

#[test]
fn a_dataset_outlives_whatever_fails_to_replace_it() {
    let around = tempfile::tempdir().unwrap();
    let to = around.path().join("to");
    succeeds(&to, FILES);
    put(&to, &[("corpus.txt", "to be or not to be"), ("tokenizer.json", "{}")]);
    put(around.path(), &[("broken.json", "{}")]);
    let at = |name: &str| to.join(name).display().to_string();
    let side = "--image-width-mean 8 --image-height-mean 8";
    let lies_in = " lies in ";
    let rows = [
        (format!("{side} --image-source {}", at("media/0000")), lies_in),
        (format!("{side} --image-source {}/../0000/.", at("media/0000")), lies_in),
        (format!("--isl 5 --corpus {}", at("corpus.txt")), lies_in),
        (format!("--isl 5 --corpus {}", at("single_turn.jsonl")), lies_in),
        (format!("--isl 5 --system-prompt-file {}", at("manifest.json")), "lies in"),
        (format!("--isl 5 --tokenizer {}", around.path().join("broken.json").display()), "tokenizer"),
        (format!("{side} --image-source {}", at("nowhere")), "--image-source"),
        ("--video-width 64 --video-height 48 --video-codec nonesuch".to_owned(), "nonesuch"),
        ("--isl 5 --backend gpu --gpu-adapter nonesuch".to_owned(), "--gpu-adapter"),
    ];
    for (request, words) in &rows {
        let before = tree(around.path());
        let output = generate(&to, &format!("-n 3 --overwrite {request}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{request}: {said}");
        assert!(tree(around.path()) == before, "{request}: {said}");
    }
    let before = tree(&to);
    let holds_still = |why: &str| {
        let now = tree(&to);
        assert!(before.iter().all(|(name, bytes)| now.get(name) == Some(bytes)), "{why}");
        let partial = |name: &String| name.split('/').next().is_some_and(|first| first.ends_with(".partial"));
        assert!(now.keys().filter(|name| !before.contains_key(*name)).all(partial), "{why}");
    };
    killed(&to, &format!("{FILES} --overwrite"));
    holds_still("killed");
    refused(around.path(), &to, FILES, "holds a dataset already");
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; {} generate --output {} --overwrite {}",
        env!("CARGO_BIN_EXE_masque"),
        to.display(),
        FILES.replace("mean 8", "mean 99")
    );
    assert_eq!(Command::new("bash").args(["-c", &script]).status().unwrap().code(), Some(1));
    holds_still("a full disk");
    succeeds(&to, &format!("{FILES} --overwrite"));
    assert_whole(&to, &["corpus.txt", "tokenizer.json"]);
}

#[test]
fn what_a_run_has_left_behind_is_taken_over_but_for_what_the_user_put_there() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("to");
    for request in [FILES, LINES] {
        killed(&to, FILES);
        put(&to, &[("notes.txt", "a note"), ("media/0000/000000_image_0.png", "an image"), ("records.jsonl", "mine")]);
        refused(folder.path(), &to, request, "records.jsonl is not masque's");
        assert_eq!(fs::read_to_string(to.join("records.jsonl")).unwrap(), "mine");
        fs::remove_file(to.join("records.jsonl")).unwrap();
        if request == FILES {
            refused(folder.path(), &to, request, "000000_image_0.png is not masque's");
            fs::rename(to.join("media"), to.join("mine")).unwrap();
        }
        succeeds(&to, request);
        assert_whole(&to, &["notes.txt", "media/", "mine/"]);
        fs::remove_dir_all(&to).unwrap();
    }
    killed(&to, FILES);
    put(&to, &[("media.partial/beach.png", "an image")]);
    let output = generate(&to, FILES);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(to.join("media.partial/beach.png")).unwrap(), "an image");
    fs::rename(to.join("media.partial"), to.join("beach")).unwrap();
    succeeds(&to, FILES);
    assert_whole(&to, &["beach/"]);
}

/// The lock is the file system's, so that it ends with the process that holds it.
#[test]
fn a_folder_that_is_locked_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path();
    for overwrite in ["", "--overwrite"] {
        killed(to, &format!("{FILES} {overwrite}"));
        let marker = File::open(to.join("masque.partial")).unwrap();
        marker.lock().unwrap();
        refused(to, to, &format!("{FILES} {overwrite}"), "is being written by another run");
        drop(marker);
        succeeds(to, &format!("{FILES} {overwrite}"));
        assert_whole(to, &[]);
    }
}

#[test]
fn a_path_that_is_not_unicode_is_no_obstacle() {
    let around = tempfile::tempdir().unwrap();
    let (corpus, to) =
        (around.path().join(OsStr::from_bytes(b"c\xff.txt")), around.path().join(OsStr::from_bytes(b"\xfe")));
    fs::write(&corpus, "To be, or not to be, that is the question. ".repeat(200)).unwrap();
    let output = command("generate -n 3 --isl 5 --output").arg(&to).arg("--corpus").arg(&corpus).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_whole(&to, &[]);
    let manifest = fs::read_to_string(to.join("manifest.json")).unwrap();
    assert!(manifest.contains("/c\u{fffd}.txt\""), "{manifest}");
}

#[test]
fn a_standard_output_that_cannot_be_written_to_is_an_error() {
    let null = File::open("/dev/null").unwrap(); // to be read only
    let output = command("generate --output - -n 3 --isl 5 --quiet").stdout(null).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("standard output: cannot write") && said.lines().count() == 1, "{said}");
}

/// A dataset that is written over and over neither grows nor leaves anything behind.
#[test]
fn a_dataset_is_replaced_by_one_of_any_other_kind() {
    let folder = tempfile::tempdir().unwrap();
    for request in [FILES, LINES, "-n 4 --isl 5 --quiet --format multi_turn --format single_turn", LINES, FILES, FILES]
    {
        run(&format!("generate --output {} {request} --overwrite", folder.path().display()));
        assert_whole(folder.path(), &[]);
    }
    assert_eq!(lines(&folder.path().join("single_turn.jsonl")).len(), 5);
    let refused = masque(&format!("generate --output {} {LINES}", folder.path().display()));
    assert_eq!(refused.status.code(), Some(2));
}
