//! What the user sees on a terminal, which `script` stands for.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Starts the binary on a terminal of so many columns; `pid` is a file that gets its process's number.
fn on_terminal(columns: u32, pid: &Path, args: &str) -> Child {
    let shell = format!(
        "stty cols {columns} rows 24; echo $$ >{}; exec {} {args}",
        pid.display(),
        env!("CARGO_BIN_EXE_masque")
    );
    let mut script = Command::new("script");
    script.args(["-qec", &shell, "/dev/null"]).env("SHELL", "/bin/sh").env("TERM", "xterm");
    script.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
}

/// The text without its escape sequences.
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once(char::is_alphabetic).map_or("", |(_, rest)| rest))
}

fn is_bar(line: &str) -> bool {
    line.contains(['█', '░'])
}

#[test]
fn the_bar_is_one_line_at_any_width() {
    for columns in [40, 80, 200] {
        let folder = tempfile::tempdir().unwrap();
        let args = format!("generate --output {}/d -n 300 --isl 100 --random-seed 1", folder.path().display());
        let output = on_terminal(columns, &folder.path().join("pid"), &args).wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        let text = plain(&said);
        let bars: Vec<_> = text.split(['\r', '\n']).filter(|line| is_bar(line)).collect();
        assert!(!bars.is_empty(), "{said:?}");
        assert!(bars.iter().all(|bar| bar.chars().count() <= columns as usize), "{columns}: {bars:?}");
        assert!(!is_bar(text.rsplit('\r').next().unwrap()), "{said:?}");
    }
}

#[test]
fn an_interruption_takes_the_bar_away_before_it_is_told() {
    // One that ends between two records, and one that does not wait for the clips that are being made.
    interrupted("-n 10000000 --isl 100");
    interrupted("-n 1000 --isl 0 -j 1 --video-width 1920 --video-height 1080 --video-frames 200");
}

fn interrupted(request: &str) {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let mut child =
        on_terminal(80, &pid, &format!("generate --output {}/d --random-seed 1 {request}", folder.path().display()));
    let mut screen = child.stdout.take().unwrap();
    let (mut said, mut piece) = (Vec::new(), [0; 4096]);
    let mut interrupted = false;
    loop {
        let read = screen.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        said.extend_from_slice(&piece[..read]);
        if !interrupted && is_bar(&String::from_utf8_lossy(&said)) {
            let pid = fs::read_to_string(&pid).unwrap();
            assert!(Command::new("kill").args(["-INT", pid.trim()]).status().unwrap().success());
            interrupted = true;
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let said = String::from_utf8(said).unwrap();
    let (before, message) = said.split_once("masque: ").unwrap();
    assert!(message.starts_with("interrupted") && message.trim_end().lines().count() == 1, "{message}");
    let after_the_bar = &before[before.rfind(['█', '░']).unwrap()..];
    assert!(after_the_bar.contains("\x1b[2K"), "{after_the_bar:?}");
}
