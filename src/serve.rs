//! Serves a dataset over HTTP, whether it was made or not: an item is made when it is asked for, once for all who ask at a time, and lines
//! name items by their addresses here. What is asked for is a name that masque gives, or nothing: no path of a client's is ever opened.
//!
//! A request goes `connections` (bounded, timed) → `route` (what is asked for) → `source` (whose it is) → `cache` (made once, kept within a
//! budget) → `answer` (headers, ranges). Lines are streamed by `lines`.

mod answer;
mod cache;
mod connections;
mod folder;
mod lines;
mod metrics;
mod route;
mod source;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::generate::Generator;
use crate::io::machine;

use cache::ItemCache;
use metrics::Metrics;
use source::Served;

pub use answer::{ByteRange, byte_range};
pub use folder::ServedFolder;
pub use lines::accepts_gzip;
pub use route::{ItemRef, Route, route};

/// How a dataset is served.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Where it listens; port 0 is any that is free.
    pub listen: SocketAddr,
    /// What clients find it by, such as `http://media.example`, without a slash at its end; none: where it listens.
    pub public_url: Option<String>,
    /// Bytes of items that are kept for who asks again. As many more may be on their way to clients.
    pub cache_bytes: u64,
    /// Items that may wait to be made; who asks for more is told to come back.
    pub queue: usize,
    /// Items that are made at a time, 1..; none: as many as the generator has threads.
    pub jobs: Option<usize>,
    /// How long a client may take no byte, or send half a request.
    pub patience: Duration,
    /// Ends it when it is set.
    pub interrupt: Arc<AtomicBool>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            public_url: None,
            cache_bytes: 1 << 30,
            queue: 256,
            jobs: None,
            patience: Duration::from_secs(30),
            interrupt: Arc::default(),
        }
    }
}

/// What is served.
#[derive(Debug)]
pub enum Source {
    /// A request's items, each made when it is asked for.
    Request(Box<Generator>),
    /// The files of a dataset.
    Folder(ServedFolder),
}

impl Source {
    /// Items that it is best to make at a time: of a folder none are made.
    fn threads(&self) -> usize {
        match self {
            Self::Request(generator) => generator.threads(),
            Self::Folder(_) => 1,
        }
    }
}

/// Serves until it is interrupted; then whoever is being answered is answered to the end, within a few seconds. `ready` hears where items
/// are found: what `media_url_prefix` of the same request has to be.
///
/// # Errors
/// [`Error::Request`] when it cannot listen there; [`Error::Thread`].
pub fn serve(source: Source, options: &ServeOptions, ready: impl FnOnce(&str)) -> Result<()> {
    let refuse = |why: std::io::Error| {
        let problem = format!("cannot listen on {}: {why}", options.listen);
        Error::request("listen", problem, "give an address of this machine and a port that is free")
    };
    let listener = TcpListener::bind(options.listen).map_err(refuse)?;
    listener.set_nonblocking(true).map_err(refuse)?;
    let at = listener.local_addr().map_err(refuse)?;
    let url = options.public_url.clone().unwrap_or_else(|| format!("http://{at}"));
    let jobs = options.jobs.unwrap_or_else(|| source.threads());
    let metrics = Arc::new(Metrics::default());
    let cache = Arc::new(ItemCache::new(options.cache_bytes, (jobs, options.queue), Arc::clone(&metrics)));
    let served = Arc::new(Served::new(source, &url, cache, metrics)?);
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(machine::cores().clamp(1, 4))
        // Those that make items, and those that stream lines, most of which wait for their clients.
        .max_blocking_threads(jobs + lines::STREAMS)
        .enable_all()
        .build()
        .map_err(Error::Thread)?;
    ready(served.prefix());
    threads.block_on(connections::accept(listener, served, options)).map_err(refuse)?;
    // What is still being made is nobody's any more.
    threads.shutdown_background();
    Ok(())
}
