//! Figures for Prometheus.

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    code: u16,
}

/// What is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Status, Counter>,
    bytes: Counter,
    hits: Counter,
    misses: Counter,
    waiting: Gauge<i64, AtomicI64>,
    cached: Gauge<u64, AtomicU64>,
    making: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("masque");
        let (requests, bytes) = (Family::default(), Counter::default());
        let (hits, misses) = (Counter::default(), Counter::default());
        let (waiting, cached) = (Gauge::default(), Gauge::default());
        // From a millisecond to a minute.
        let making = Histogram::new(exponential_buckets(0.001, 2.0, 17));
        registry.register("requests", "Requests that were answered, by status", requests.clone());
        registry.register_with_unit("sent", "Bytes of answers", Unit::Bytes, bytes.clone());
        registry.register("cache_hits", "Items that were there, or being made, when they were asked for", hits.clone());
        registry.register("cache_misses", "Items that were made", misses.clone());
        registry.register("queue", "Items that wait to be made, or are being made", waiting.clone());
        registry.register_with_unit("cache", "Bytes of items that are kept", Unit::Bytes, cached.clone());
        registry.register_with_unit("making", "Time to make an item", Unit::Seconds, making.clone());
        Self { registry, requests, bytes, hits, misses, waiting, cached, making }
    }
}

impl Metrics {
    pub(super) fn answered(&self, code: u16) {
        self.requests.get_or_create(&Status { code }).inc();
    }

    pub(super) fn sent(&self, bytes: u64) {
        self.bytes.inc_by(bytes);
    }

    pub(super) fn hit(&self) {
        self.hits.inc();
    }

    pub(super) fn miss(&self) {
        self.misses.inc();
        self.waiting.inc();
    }

    pub(super) fn made(&self, took: Duration) {
        self.waiting.dec();
        self.making.observe(took.as_secs_f64());
    }

    pub(super) fn cached(&self, bytes: u64) {
        self.cached.set(bytes);
    }

    /// All of it, as Prometheus reads it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let _ = encode(&mut text, &self.registry); // a string takes everything
        text
    }
}
