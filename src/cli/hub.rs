//! The Hugging Face hub as its own tools know it, from the environment.

use std::env;
use std::path::PathBuf;

use crate::content::text::Hub;

/// The hub, its cache and its token, as the variables `HF_*` say.
pub(super) fn of_environment(offline: bool) -> Hub {
    let mut hub = Hub::new(cache());
    if let Ok(endpoint) = env::var("HF_ENDPOINT")
        && !endpoint.is_empty()
    {
        hub.endpoint = endpoint;
    }
    hub.token = env::var("HF_TOKEN").ok();
    hub.offline = offline || is_set("HF_HUB_OFFLINE");
    hub
}

/// `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or `~/.cache/huggingface/hub`.
fn cache() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || env::home_dir().unwrap_or_default().join(".cache/huggingface");
    set("HF_HUB_CACHE").unwrap_or_else(|| set("HF_HOME").unwrap_or_else(home).join("hub"))
}

fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"))
}
