//! What is served, and where it is found.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Source;
use super::answer::Content;
use super::cache::{ItemCache, Outcome};
use super::lines::STREAMS;
use super::metrics::Metrics;
use super::route::ItemRef;
use crate::error::Result;
use crate::generate::Generator;
use crate::record::{ItemName, ItemPlace};
use crate::spec::{Media, Spec};

pub(super) struct Served {
    source: Source,
    /// What stands before an item's name in its address.
    prefix: String,
    /// The same in paths, the first one's first; a dataset that has addresses of its own has those too.
    pub(super) prefixes: Vec<String>,
    /// The request, with the addresses of media here; and that of each share.
    pub(super) addressed: Spec,
    shares: Vec<Spec>,
    cache: Arc<ItemCache>,
    /// One for each stream of lines.
    pub(super) streams: Arc<Semaphore>,
    pub(super) metrics: Arc<Metrics>,
}

/// What is there of an item.
pub(super) enum Found {
    Content(Content),
    Missing,
    Busy,
    Failed(Arc<str>),
}

impl Served {
    pub(super) fn new(source: Source, url: &str, cache: Arc<ItemCache>, metrics: Arc<Metrics>) -> Result<Self> {
        let (spec, own_path) = match &source {
            Source::Request(generator) => (generator.spec(), None),
            Source::Folder(folder) => (folder.request(), own_path(folder.request())),
        };
        let path = format!("/v1/{}", spec.digest());
        let prefix = format!("{}{path}", url.trim_end_matches('/'));
        let prefixes = [path].into_iter().chain(own_path).collect();
        let streams = Arc::new(Semaphore::new(STREAMS));
        let addressed = Spec { media: Media::Url { prefix: prefix.clone() }, ..spec.clone() }.checked()?;
        Ok(Self { prefix, prefixes, shares: addressed.shares(), addressed, source, cache, streams, metrics })
    }

    /// What stands before an item's name in its address.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What makes its records; none of a folder, whose lines are files.
    pub(super) fn generator(&self) -> Option<&Generator> {
        match &self.source {
            Source::Request(generator) => Some(generator),
            Source::Folder(_) => None,
        }
    }

    /// What there is, for who looks in with a browser or curl.
    pub(super) fn index(&self) -> String {
        let prefix = &self.prefixes[0];
        match &self.source {
            Source::Request(_) => format!(
                "{prefix}/records?from=0&count=10    lines whose media are at this server; format=… for a format's\n\
                 {prefix}/0/image_0.png    an image, audio or video of a record\n\
                 /metrics    /healthz"
            ),
            Source::Folder(folder) => {
                format!("{} files: {prefix}/0000/000000_image_0.png\n/metrics    /healthz", folder.files())
            }
        }
    }

    /// The request of a record's share.
    pub(super) fn spec_of(&self, share: Option<u64>) -> &Spec {
        let share = share.and_then(|share| usize::try_from(share).ok()).and_then(|share| self.shares.get(share));
        share.unwrap_or(&self.shares[0])
    }

    /// An item.
    pub(super) async fn item(&self, item: ItemRef<'_>) -> Found {
        match &self.source {
            Source::Folder(folder) => match item {
                ItemRef::Name(name) => folder.item(&name).map_or(Found::Missing, Found::Content),
                ItemRef::Place { .. } => Found::Missing,
            },
            Source::Request(generator) => {
                let Some(name) = known(generator, item) else { return Found::Missing };
                let (maker, wanted) = (Generator::clone(generator), name.clone());
                match self.cache.get(&name, move || maker.item(&wanted)).await {
                    Outcome::Made(made) => Found::Content(Content::memory(made)),
                    Outcome::Missing => Found::Missing,
                    Outcome::Busy => Found::Busy,
                    Outcome::Failed(why) => Found::Failed(why),
                }
            }
        }
    }
}

/// The path of the addresses that a dataset's own lines have: `/d` of `http://host:8000/d`.
fn own_path(spec: &Spec) -> Option<String> {
    let Media::Url { prefix } = &spec.media else { return None };
    let (scheme, rest) = prefix.split_once("://")?;
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    (scheme != "file").then(|| path.to_owned())
}

/// The name of the item that is meant, if the request has it.
fn known(generator: &Generator, item: ItemRef<'_>) -> Option<ItemName> {
    let name = match item {
        ItemRef::Name(name) => generator.has_item(&name).then_some(name),
        ItemRef::Place { record, modality, ordinal, extension } => {
            generator.item_name(record, modality, ordinal).filter(|name| name.extension == extension)
        }
    };
    name.filter(|name| !matches!(name.place, ItemPlace::Own { record, .. } if !generator.is_at_hand(record)))
}
