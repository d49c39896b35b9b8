//! Items that were made, within a budget of bytes, the least lately asked for leaving first. Each is made once for all who ask for it at a
//! time, whether they wait for it or not; a bounded number are made, and wait to be made. What clients are still being sent counts too.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper::body::Bytes;
use lru::LruCache;
use tokio::sync::{Semaphore, watch};

use super::metrics::Metrics;
use crate::error::{Error, Result};
use crate::io::payload::Body;
use crate::record::{Item, ItemName};

/// An item's bytes, and what they are.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) bytes: Bytes,
    pub(super) sha256: Arc<str>,
    pub(super) mime: Arc<str>,
}

/// What became of an item.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Made(Made),
    /// There is none of that name.
    Missing,
    /// Too much is asked for at a time.
    Busy,
    Failed(Arc<str>),
}

pub(super) struct ItemCache {
    state: Mutex<State>,
    budget: u64,
    /// Bytes of items that are kept, or on their way to clients.
    held: Arc<AtomicU64>,
    /// One for each item that is being made.
    permits: Semaphore,
    /// Items that may be made or wait to be.
    most: usize,
    metrics: Arc<Metrics>,
}

struct State {
    making: HashMap<ItemName, watch::Receiver<Option<Outcome>>>,
    made: LruCache<ItemName, Made>,
    bytes: u64,
}

/// Bytes that are counted for as long as somebody has them.
struct Held {
    bytes: Arc<Vec<u8>>,
    held: Arc<AtomicU64>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes.len() as u64, Ordering::Relaxed);
    }
}

impl ItemCache {
    /// Keeps so many bytes; so many items are made at a time, and so many may wait.
    pub(super) fn new(budget: u64, (jobs, queue): (usize, usize), metrics: Arc<Metrics>) -> Self {
        let state = State { making: HashMap::new(), made: LruCache::unbounded(), bytes: 0 };
        let (held, permits) = (Arc::default(), Semaphore::new(jobs.max(1)));
        Self { state: Mutex::new(state), budget, held, permits, most: jobs.max(1) + queue, metrics }
    }

    /// The item of this name: kept, being made, or made by `make`.
    pub(super) async fn get(
        self: &Arc<Self>,
        name: &ItemName,
        make: impl FnOnce() -> Result<Option<Item>> + Send + 'static,
    ) -> Outcome {
        let mut made = match self.find(name) {
            Found::Done(outcome) => return outcome,
            Found::Making(made) => made,
            Found::New(send, made) => {
                // A task of its own: it goes on when who asked for it has gone away.
                tokio::spawn(Arc::clone(self).make(name.clone(), make, send));
                made
            }
        };
        let outcome = made.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        outcome.unwrap_or_else(|| Outcome::Failed("internal error".into()))
    }

    fn find(&self, name: &ItemName) -> Found {
        let mut state = self.lock();
        if let Some(made) = state.made.get(name) {
            self.metrics.hit();
            return Found::Done(Outcome::Made(made.clone()));
        }
        if let Some(made) = state.making.get(name) {
            self.metrics.hit();
            return Found::Making(made.clone());
        }
        // Twice the budget: what is kept, and as much that was kept and is still being sent.
        let full = self.held.load(Ordering::Relaxed) > self.budget.max(1).saturating_mul(2);
        if full || state.making.len() >= self.most {
            return Found::Done(Outcome::Busy);
        }
        self.metrics.miss();
        let (send, made) = watch::channel(None);
        state.making.insert(name.clone(), made.clone());
        Found::New(send, made)
    }

    async fn make(
        self: Arc<Self>,
        name: ItemName,
        make: impl FnOnce() -> Result<Option<Item>> + Send + 'static,
        send: watch::Sender<Option<Outcome>>,
    ) {
        // A semaphore that is never closed has a permit for everybody, in the end.
        let permit = self.permits.acquire().await;
        let begun = Instant::now();
        let held = Arc::clone(&self.held);
        let made = tokio::task::spawn_blocking(move || outcome(make(), held)).await;
        drop(permit);
        let outcome = made.unwrap_or_else(|why| Outcome::Failed(why.to_string().into()));
        self.metrics.made(begun.elapsed());
        self.keep(name, &outcome);
        let _ = send.send(Some(outcome)); // nobody may be there to hear it
    }

    /// Keeps what was made, for as long as there is room.
    fn keep(&self, name: ItemName, outcome: &Outcome) {
        let mut state = self.lock();
        state.making.remove(&name);
        let Outcome::Made(made) = outcome else { return };
        state.bytes += made.bytes.len() as u64;
        state.made.put(name, made.clone());
        while state.bytes > self.budget {
            let Some((_, oldest)) = state.made.pop_lru() else { break };
            state.bytes -= oldest.bytes.len() as u64;
        }
        self.metrics.cached(state.bytes);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Found {
    Done(Outcome),
    Making(watch::Receiver<Option<Outcome>>),
    New(watch::Sender<Option<Outcome>>, watch::Receiver<Option<Outcome>>),
}

fn outcome(made: Result<Option<Item>>, held: Arc<AtomicU64>) -> Outcome {
    match made {
        Ok(Some(item)) => {
            let bytes = match &item.payload.body {
                Body::Plain(bytes) => Arc::clone(bytes),
                _ => Arc::new(item.bytes()),
            };
            held.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let (sha256, mime) = (item.payload.sha256.as_str().into(), item.metadata.mime().into());
            Outcome::Made(Made { bytes: Bytes::from_owner(Held { bytes, held }), sha256, mime })
        }
        Ok(None) | Err(Error::Request { .. }) => Outcome::Missing,
        Err(why) => Outcome::Failed(why.to_string().into()),
    }
}
