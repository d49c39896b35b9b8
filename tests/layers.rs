//! Who may know whom: the rooms of `src/` in layers, each of which knows lower ones only, read from the imports. ARCHITECTURE.md
//! draws the same.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, lowest first. Those of one layer do not know each other.
const LAYERS: [&[&str]; 11] = [
    &["error"],
    &["io", "seed"],
    &["frame"],
    &["media_tokens", "pattern"],
    &["spec"],
    &["record", "plan", "render"],
    &["content", "encode", "dataset"],
    &["servers"],
    &["doctor", "generate", "inspect", "process"],
    &["serve"],
    &["cli"],
];

/// Rooms whose parts do not know each other, and the parts; where none are named, every file right in its folder.
const SIBLINGS: [(&str, &[&str]); 6] = [
    ("content", &["text", "image", "audio"]),
    ("encode", &["image", "audio", "video"]),
    ("pattern", &[]),
    ("render", &["cpu", "gpu"]),
    ("dataset::format", &[]),
    ("content::image::image_set", &[]),
];

/// Files beside parts, but none of them: they stand above or below all of them.
const TABLES: [&str; 5] = ["rows", "takes", "angle", "font", "span"];

/// Crates, as their names stand in code, and the only room that names each.
const ONLY: [(&str, &str); 11] = [
    ("wgpu", "render/gpu"),
    ("ffmpeg_next", "encode/ffmpeg"),
    ("clap", "cli"),
    ("indicatif", "cli"),
    ("console", "cli"),
    ("signal_hook", "bin/masque"),
    ("hf_hub", "content/text/hub"),
    ("tokenizers", "content/text"),
    ("chacha20", "{seed,pattern/noise,content/audio}"),
    ("hyper", "serve"),
    ("tokio", "serve"),
];

/// Each file of `src/`, named from there, and its code without comments and tests.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|end| end != "rs") {
                continue; // the page's frame, style and script
            }
            let code = fs::read_to_string(&path).unwrap();
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
            found.push((path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), code));
        }
    }
    found.sort();
    found
}

/// What stands behind each `prefix` in the code: the path that it begins, such as `io::payload`.
fn behind<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(prefix).filter_map(move |(at, _)| {
        let joined = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let path = &code[at + prefix.len()..];
        let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
        (!joined).then(|| &path[..end])
    })
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn rooms_know_lower_rooms_only() {
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for (file, code) in files().iter().filter(|(file, _)| !matches!(room(file), "lib" | "bin")) {
        let own = layer(room(file)).unwrap_or_else(|| panic!("{file}: its room is in no layer"));
        for path in behind(code, "crate::") {
            let other = path.split(':').next().unwrap();
            assert!(!other.is_empty(), "{file}: name the room of each import");
            if other != room(file) && layer(other).is_none_or(|other| other >= own) {
                wrong.push(format!("{file} knows {other}"));
            }
            seen.insert(other.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 12, "the imports are not read as they are written: {seen:?}");
}

#[test]
fn parts_of_a_room_do_not_know_each_other() {
    let (files, mut wrong) = (files(), Vec::new());
    for (whole, parts) in SIBLINGS {
        let folder = whole.replace("::", "/");
        let all =
            files.iter().filter_map(|(file, _)| file.strip_prefix(&folder)?.strip_prefix('/')?.strip_suffix(".rs"));
        let all: Vec<_> = all.filter(|name| !name.contains('/') && !TABLES.contains(name)).collect();
        let parts = if parts.is_empty() { &all[..] } else { parts };
        assert!(parts.len() > 1, "{whole} has no parts");
        for part in parts {
            let own =
                |file: &str| file == format!("{folder}/{part}.rs") || file.starts_with(&format!("{folder}/{part}/"));
            let mut there = files.iter().filter(|(file, _)| own(file)).peekable();
            assert!(there.peek().is_some(), "{whole} has no {part}");
            for (file, code) in there {
                for other in parts.iter().filter(|other| *other != part) {
                    let up = "super::".repeat(1 + file[folder.len() + 1..].matches('/').count());
                    for way in [format!("crate::{whole}::{other}"), format!("{up}{other}")] {
                        if behind(code, &way).any(|rest| rest.is_empty() || rest.starts_with(':')) {
                            wrong.push(format!("{file} knows {other}"));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_library_is_named_in_one_room() {
    let mut wrong = Vec::new();
    for (name, rooms) in ONLY {
        let rooms: Vec<_> = rooms.trim_matches(['{', '}']).split(',').collect();
        let mut named = false;
        for (file, code) in files() {
            if behind(&code, &format!("{name}::")).next().is_none() {
                continue;
            }
            named = true;
            if !rooms.iter().any(|room| file == format!("{room}.rs") || file.starts_with(&format!("{room}/"))) {
                wrong.push(format!("{file} names {name}"));
            }
        }
        assert!(named, "nothing names {name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for (file, _) in files() {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&file)).unwrap();
        assert!(text.starts_with("//!"), "{file} does not say what it is");
        let lines = text.lines().count();
        assert!(lines <= 480, "{file} has {lines} lines: perhaps two rooms");
    }
}

/// What programs build on is what `lib.rs` re-exports, and little enough to be known by heart.
#[test]
fn the_face_is_small() {
    let (_, code) = files().into_iter().find(|(file, _)| file == "lib.rs").unwrap();
    let face = code.split("pub use ").skip(1).map(|import| import.split(';').next().unwrap());
    let names =
        face.map(|import| import.split(',').filter(|name| !name.trim_matches([' ', '\n', '}']).is_empty()).count());
    let names: usize = names.sum();
    assert!((40..=80).contains(&names), "{names} names");
    for line in code.lines().filter(|line| line.starts_with("pub mod ")) {
        let hidden = format!("#[doc(hidden)]\n{line}");
        assert!(line == "pub mod process;" || code.contains(&hidden), "{line} is part of the face");
    }
}
