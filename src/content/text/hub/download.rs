//! The client of the Hugging Face hub.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hf_hub::api::sync::ApiBuilder;
use hf_hub::{Cache, Repo, RepoType};

use super::{FILE, Hub};

/// A tokenizer.json has up to 40 MB.
const PATIENCE: Duration = Duration::from_secs(300);

/// The file from the hub, or its answer.
pub(super) fn download(hub: &Hub, name: &str, revision: &str) -> Result<PathBuf, String> {
    let mut builder = ApiBuilder::from_cache(Cache::new(hub.cache.clone()))
        .with_endpoint(hub.endpoint.trim_end_matches('/').to_owned())
        .with_progress(false)
        .with_user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    if let Some(token) = &hub.token {
        builder = builder.with_token(Some(token.clone()));
    }
    let repo = Repo::with_revision(name.to_owned(), RepoType::Model, revision.to_owned());
    let fetch = move || builder.build().and_then(|api| api.repo(repo).download(FILE)).map_err(|why| why.to_string());
    let fetched = within(PATIENCE, fetch).unwrap_or_else(|why| Err(why.to_owned()));
    fetched.map_err(|why| why.replace('\n', " "))
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
