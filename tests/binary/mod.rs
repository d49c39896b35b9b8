//! Runs the built binary, and reads what it wrote.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The binary with these arguments, split at spaces.
pub(crate) fn command(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masque"));
    // Who asks for a backtrace is shown one, in many lines.
    command.args(args.split_whitespace()).env_remove("RUST_BACKTRACE");
    command
}

/// Runs the binary and gives back what it did.
pub(crate) fn masque(args: &str) -> Output {
    command(args).output().unwrap()
}

/// Runs the binary, which must succeed; gives back its standard output.
pub(crate) fn run(args: &str) -> String {
    let output = masque(args);
    assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Asks for a dataset with these flags, which must be refused before anything is written: status 2, and one line that has these
/// words.
pub(crate) fn refused(flags: &str, words: &str) {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("x");
    let output = masque(&format!("generate --output {} {flags}", to.display()));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{flags}: {said}");
    assert!(said.starts_with("masque: ") && said.contains(words) && said.lines().count() == 1, "{flags}: {said}");
    assert!(!to.exists(), "{flags}");
}

/// The lines of a JSON Lines file.
pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What Python says of a dataset's images, which may stand in files or in the lines: the script has `items`, each image's
/// facts, and `opened(item)`. It must end well.
pub(crate) fn pillow(folder: &Path, script: &str) -> String {
    let output =
        Command::new("/usr/bin/python3").args(["-c", &[PILLOW, script].concat()]).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const PILLOW: &str = r#"
import base64, io, json, os, sys
from PIL import Image

folder = sys.argv[1]
items, written = [], []
for line in open(f"{folder}/records.jsonl"):
    items += [item for turn in json.loads(line)["turns"] for item in turn["images"]]
for line in open(f"{folder}/single_turn.jsonl"):
    written += json.loads(line).get("images", [])
assert len(items) == len(written)

def content(item):
    place = written[next(i for i, other in enumerate(items) if other is item)]
    head, _, text = place.partition(";base64,")
    if not text:
        return open(f"{folder}/{place}", "rb").read()
    assert head == f"data:image/{item['format']}", head
    return base64.b64decode(text)

def opened(item):
    image = Image.open(io.BytesIO(content(item)))
    image.load()
    return image
"#;
