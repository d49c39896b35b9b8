//! Where a `tokenizer.json` is: a file, a folder, the Hugging Face hub's cache on this machine, or the hub itself. Knows
//! nothing of what is in it.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hf_hub::api::sync::ApiBuilder;
use hf_hub::{Cache, Repo, RepoType};

use crate::error::{Error, Result};

const FILE: &str = "tokenizer.json";
const HUB: &str = "https://huggingface.co";
const FLAG: &str = "text.tokenizer";

/// A tokenizer.json has up to 40 MB.
const PATIENCE: Duration = Duration::from_secs(300);

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
fn download(cache: PathBuf, name: &str, revision: &str) -> Result<PathBuf, (String, String)> {
    let endpoint = env::var("HF_ENDPOINT").ok().filter(|it| !it.is_empty()).unwrap_or_else(|| HUB.to_owned());
    let mut builder = ApiBuilder::from_cache(Cache::new(cache))
        .with_endpoint(endpoint.trim_end_matches('/').to_owned())
        .with_progress(false)
        .with_user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    if let Ok(token) = env::var("HF_TOKEN") {
        builder = builder.with_token(Some(token));
    }
    let repo = Repo::with_revision(name.to_owned(), RepoType::Model, revision.to_owned());
    let fetch = move || builder.build().and_then(|api| api.repo(repo).download(FILE)).map_err(|why| why.to_string());
    let fetched = within(PATIENCE, fetch).unwrap_or_else(|why| Err(why.to_owned()));
    fetched.map_err(|why| (endpoint, why.replace('\n', " ")))
}

/// The hub's client waits for ever and panics at some malformed answers, so it works on a thread of its own.
fn within<T: Send + 'static>(patience: Duration, work: impl FnOnce() -> T + Send + 'static) -> Result<T, &'static str> {
    let (done, result) = mpsc::channel();
    // Nobody listens any more when the time is over.
    thread::spawn(move || drop(done.send(work())));
    result.recv_timeout(patience).map_err(|why| match why {
        RecvTimeoutError::Timeout => "nothing in five minutes",
        RecvTimeoutError::Disconnected => "what its client cannot read",
    })
}

fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_hangs_or_panics_is_an_answer() {
        assert_eq!(within(PATIENCE, || 7), Ok(7));
        let long = || thread::sleep(Duration::from_secs(3600));
        assert_eq!(within(Duration::from_millis(10), long), Err("nothing in five minutes"));
        let broken = || -> u8 { std::panic::resume_unwind(Box::new("no such header")) };
        assert_eq!(within(PATIENCE, broken), Err("what its client cannot read"));
    }
}
