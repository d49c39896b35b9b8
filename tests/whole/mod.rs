//! Whether a folder holds a finished dataset, whole and true to its manifest: every file that is listed, as it is listed, and no
//! other.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::binary::lines;

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The payloads that stand in a line of either format, decoded, in the order images, audios, videos of each turn.
pub(crate) fn payloads(line: &Value) -> Vec<Vec<u8>> {
    let turns = line["turns"].as_array().cloned().unwrap_or_else(|| vec![line.clone()]);
    let inline = |item: &Value| Some(STANDARD.decode(item.as_str()?.split_once(',')?.1).unwrap());
    all_items(&turns).iter().filter_map(inline).collect()
}

/// The items of a `records.jsonl` line, in the same order.
pub(crate) fn items(record: &Value) -> Vec<Value> {
    all_items(record["turns"].as_array().unwrap())
}

fn all_items(turns: &[Value]) -> Vec<Value> {
    let keys = |turn| ["images", "audios", "videos"].map(|key| Value::get(turn, key).and_then(Value::as_array));
    turns.iter().flat_map(keys).flatten().flatten().cloned().collect()
}

/// Every file below a folder, by its name from there, with its bytes; folders that are empty, with a slash.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() {
            found.insert(name, fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
        } else if path.is_dir() {
            let below = tree(&path);
            if below.is_empty() {
                found.insert(format!("{name}/"), Vec::new());
            }
            found.extend(below.into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else if path.is_file() {
            found.insert(name, fs::read(&path).unwrap());
        } else {
            found.insert(format!("{name}|"), Vec::new());
        }
    }
    found
}

/// Checks the dataset in a folder, which may hold these other files besides; a name that ends in a slash stands for all below.
pub(crate) fn assert_whole(folder: &Path, besides: &[&str]) {
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let mut names = BTreeSet::from(["manifest.json".to_owned()]);
    let records = lines(&folder.join("records.jsonl"));
    assert_eq!(manifest["records"], records.len());
    let inline = records.iter().flat_map(items).any(|item| item.get("file").is_none());
    for file in manifest["files"].as_array().unwrap() {
        let name = file["path"].as_str().unwrap();
        let text = fs::read(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(file["bytes"], text.len(), "{name}");
        let (key, digest) = match inline && name != "records.jsonl" {
            true => ("sha256_elided", sha256(elide(folder, name).as_bytes())),
            false => ("sha256", sha256(&text)),
        };
        assert_eq!(file[key], digest, "{file}");
        assert_eq!(lines(&folder.join(name)).len(), records.len(), "{name}");
        names.insert(name.to_owned());
    }
    for item in records.iter().flat_map(items) {
        let Some(name) = item["file"].as_str() else { continue };
        let bytes = fs::read(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!((&item["bytes"], &item["sha256"]), (&bytes.len().into(), &sha256(&bytes).into()), "{name}");
        names.insert(name.to_owned());
    }
    let known = |name: &String| {
        names.contains(name)
            || besides.iter().any(|other| other == name || other.ends_with('/') && name.starts_with(other))
    };
    let others: Vec<_> = tree(folder).into_keys().filter(|name| !known(name)).collect();
    assert!(others.is_empty(), "{others:?} are not of the dataset");
}

/// A file of lines with each payload's base64 text replaced by the digest that `records.jsonl` has of it.
fn elide(folder: &Path, file: &str) -> String {
    let texts = fs::read_to_string(folder.join(file)).unwrap();
    let records = lines(&folder.join("records.jsonl"));
    let elide = |(record, text): (&Value, &str)| {
        let payloads = payloads(&serde_json::from_str(text).unwrap());
        let items = items(record);
        assert_eq!(items.len(), payloads.len(), "{file}: {record}");
        let shorten = |text: String, (item, payload): (&Value, &Vec<u8>)| {
            text.replacen(&STANDARD.encode(payload), item["sha256"].as_str().unwrap(), 1)
        };
        items.iter().zip(&payloads).fold(format!("{text}\n"), shorten)
    };
    records.iter().zip(texts.lines()).map(elide).collect()
}
