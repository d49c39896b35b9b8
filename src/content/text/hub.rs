//! Where a `tokenizer.json` is: a file, a folder, the Hugging Face hub's cache on this machine, or the hub itself. Knows
//! nothing of what is in it.

#[cfg(feature = "hub")]
mod download;

use std::fmt;
use std::path::{Path, PathBuf};

#[cfg(feature = "hub")]
use download::download;

use crate::error::{Error, Result};

/// Where tokenizers that are named as on the Hugging Face hub come from.
#[derive(Clone)]
#[non_exhaustive]
pub struct Hub {
    /// The folder that the hub's clients keep files in, such as `~/.cache/huggingface/hub`. Looked at first, and filled.
    pub cache: PathBuf,
    /// The hub's address.
    pub endpoint: String,
    /// What it is shown, for repositories that are not public.
    pub token: Option<String>,
    /// Never go to the network: what is not in the cache is refused.
    pub offline: bool,
}

impl Hub {
    /// The hub itself, with this cache.
    #[must_use]
    pub fn new(cache: impl Into<PathBuf>) -> Self {
        Self { cache: cache.into(), endpoint: "https://huggingface.co".to_owned(), token: None, offline: false }
    }

    /// The repositories in the cache that have a `tokenizer.json`, in order.
    #[must_use]
    pub fn cached(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.cache) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let names = names.filter_map(|name| Some(name.strip_prefix("models--")?.replace("--", "/")));
        let mut found: Vec<_> = names.filter(|name| cached(&self.cache, name, "main").is_some()).collect();
        found.sort();
        found
    }
}

/// Without the token, which is a secret.
impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Hub");
        shown.field("cache", &self.cache).field("endpoint", &self.endpoint).field("offline", &self.offline);
        shown.finish_non_exhaustive()
    }
}

const FILE: &str = "tokenizer.json";
const FLAG: &str = "text.tokenizer";

/// The path of the `tokenizer.json` that `name` stands for; downloaded into the cache if it has to be.
///
/// # Errors
/// [`Error::Request`] that says where it looked.
pub(super) fn find(name: &str, revision: Option<&str>, hub: Option<&Hub>) -> Result<PathBuf> {
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
    let Some(hub) = hub else {
        let fix = "give a `hub`, name a tokenizer.json, or use builtin, which is always there";
        return Err(Error::request(FLAG, format!("there is no file {name}, and no hub to look for it in"), fix));
    };
    let revision = revision.unwrap_or("main");
    if let Some(found) = cached(&hub.cache, name, revision) {
        return Ok(found);
    }
    let looked = format!("{name} ({revision}) is not in {}", hub.cache.display());
    if hub.offline {
        let fix = "drop `hub.offline`, name a tokenizer.json, or use builtin, which is always there";
        return Err(Error::request(FLAG, looked, fix));
    }
    download(hub, name, revision).map_err(|why| {
        let problem = format!("{looked}, and {} answers: {why}", hub.endpoint);
        let owner = if name.contains('/') { "" } else { "write OWNER/NAME, " };
        Error::request(FLAG, problem, format!("{owner}name a tokenizer.json, or use builtin, which is always there"))
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

/// The file in the cache, where `revision` is a branch or tag with a ref, or a commit.
fn cached(cache: &Path, name: &str, revision: &str) -> Option<PathBuf> {
    let repo = cache.join(format!("models--{}", name.replace('/', "--")));
    let commit = std::fs::read_to_string(repo.join("refs").join(revision)).unwrap_or_else(|_| revision.to_owned());
    let file = repo.join("snapshots").join(commit.trim()).join(FILE);
    file.is_file().then_some(file)
}

/// The file from the hub, or its answer.
#[cfg(not(feature = "hub"))]
fn download(_hub: &Hub, _name: &str, _revision: &str) -> Result<PathBuf, String> {
    Err("this build cannot download; build with the feature hub".to_owned())
}
