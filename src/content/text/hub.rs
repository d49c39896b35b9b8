//! Where a `tokenizer.json` is: a file, a folder, the Hugging Face hub's cache on this machine, or the hub itself. Knows
//! nothing of what is in it.

#[cfg(feature = "hub")]
mod download;

use std::env;
use std::path::{Path, PathBuf};

#[cfg(feature = "hub")]
use download::download;

use crate::error::{Error, Result};

const FILE: &str = "tokenizer.json";
const FLAG: &str = "text.tokenizer";

/// The path of the `tokenizer.json` that `name` stands for; downloaded into the cache if it has to be.
///
/// # Errors
/// [`Error::Request`] that says where it looked.
pub(super) fn find(name: &str, revision: Option<&str>, offline: bool) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.is_dir() {
        let inside = path.join(FILE);
        return match inside.is_file() {
            true => Ok(inside),
            false => Err(Error::request(FLAG, format!("{name} holds no {FILE}"), "name one that does, or use builtin")),
        };
    }
    if path.exists() {
        return Ok(path.to_owned());
    }
    if !is_hub_name(name) {
        let fix = "name a tokenizer.json, its folder or a Hugging Face repository, or use builtin";
        return Err(Error::request(FLAG, format!("there is no file {name}"), fix));
    }
    let (cache, revision) = (cache(), revision.unwrap_or("main"));
    if let Some(found) = cached(&cache, name, revision) {
        return Ok(found);
    }
    let looked = format!("{name} ({revision}) is not in {}", cache.display());
    if offline || is_set("HF_HUB_OFFLINE") {
        let fix =
            "drop `text.offline` and HF_HUB_OFFLINE, name a tokenizer.json, or use builtin, which is always there";
        return Err(Error::request(FLAG, looked, fix));
    }
    download(cache, name, revision).map_err(|(from, why)| {
        let problem = format!("{looked}, and {from} answers: {why}");
        Error::request(FLAG, problem, "name a tokenizer.json, or use builtin, which is always there")
    })
}

/// `name` or `owner/name`, in the hub's alphabet, and nothing that looks like a path.
fn is_hub_name(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && !word.starts_with('.')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    !name.ends_with(".json") && name.split('/').count() <= 2 && name.split('/').all(word)
}

/// `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or `~/.cache/huggingface/hub`.
fn cache() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || env::home_dir().unwrap_or_default().join(".cache/huggingface");
    set("HF_HUB_CACHE").unwrap_or_else(|| set("HF_HOME").unwrap_or_else(home).join("hub"))
}

/// The file in the cache, where `revision` is a branch or tag with a ref, or a commit.
fn cached(cache: &Path, name: &str, revision: &str) -> Option<PathBuf> {
    let repo = cache.join(format!("models--{}", name.replace('/', "--")));
    let commit = std::fs::read_to_string(repo.join("refs").join(revision)).unwrap_or_else(|_| revision.to_owned());
    let file = repo.join("snapshots").join(commit.trim()).join(FILE);
    file.is_file().then_some(file)
}

/// The file from the hub, or the address and its answer.
#[cfg(not(feature = "hub"))]
fn download(_cache: PathBuf, _name: &str, _revision: &str) -> Result<PathBuf, (String, String)> {
    Err(("this build".to_owned(), "it cannot download; build with the feature hub".to_owned()))
}

fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"))
}
