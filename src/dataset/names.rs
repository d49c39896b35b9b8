//! The names that masque gives in a dataset's folder, and the manifest by which it knows a dataset of its own. What is not
//! listed by these is somebody else's. Knows nothing of who writes where.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::split::Split;
use crate::dataset::format::Format;
pub(super) use crate::record::MEDIA;
use crate::record::{ItemName, ItemPlace};
use crate::spec::{Media, Spec};

/// What each record holds.
pub(super) const RECORDS: &str = "records.jsonl";
/// Written last.
pub(super) const MANIFEST: &str = "manifest.json";
/// There while a run writes to the folder, or after it was cut off.
pub(super) const MARKER: &str = "masque.partial";

const PARTIAL: &str = ".partial";

/// A manifest that is larger is not ours: a request is a few kilobytes, and a system prompt.
pub(super) const LARGEST_MANIFEST: u64 = 1 << 28;

/// Where a file or folder of the dataset is until all is written.
pub(super) fn partial(folder: &Path, name: &str) -> PathBuf {
    folder.join(partial_name(name))
}

fn partial_name(name: &str) -> String {
    format!("{name}{PARTIAL}")
}

/// What an item's file is called below the media folder, unless its name leads elsewhere.
pub(super) fn below_media(file: &str) -> Option<&str> {
    let below = file.strip_prefix(MEDIA)?.strip_prefix('/')?;
    below.split('/').all(|part| !["", ".", ".."].contains(&part)).then_some(below)
}

/// Names that one run may give: all that may be removed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    /// Files right in the folder.
    pub(super) files: Vec<String>,
    /// Media files.
    pub(super) media: Option<Items>,
}

/// Media files of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Items {
    /// The folder that they lie in, from the dataset's folder.
    pub(super) folder: String,
    /// Records of the dataset.
    records: u64,
    /// Items of each kind in the pool of reused ones.
    pool: u64,
}

impl Names {
    /// The names in a finished dataset, the manifest's first.
    pub(super) fn new(spec: &Spec, formats: &[&Format], split: &Split) -> Self {
        let lines = formats.iter().flat_map(|format| split.names(format.file)).chain([RECORDS.to_owned()]);
        let media = spec.media.has_files().then(|| Items {
            folder: MEDIA.to_owned(),
            records: spec.records,
            pool: spec.reuse.pool.saturating_mul(spec.mix.len().max(1) as u64),
        });
        Self { files: [MANIFEST.to_owned()].into_iter().chain(lines).collect(), media }
    }

    /// The same until all is written.
    pub(super) fn partial(&self) -> Self {
        let media = self.media.as_ref().map(|items| Items { folder: partial_name(&items.folder), ..items.clone() });
        Self { files: self.files.iter().map(|name| partial_name(name)).collect(), media }
    }

    /// Whether these are names of a run that is not finished.
    pub(super) fn is_partial(&self) -> bool {
        self.files.iter().all(|name| name.ends_with(PARTIAL))
    }

    /// The names that the manifest in this folder lists; none unless it is one of masque's.
    pub(super) fn of_manifest(folder: &Path) -> Option<Self> {
        let path = folder.join(MANIFEST);
        let is_ours = |it: &fs::Metadata| it.is_file() && it.len() <= LARGEST_MANIFEST;
        fs::symlink_metadata(&path).ok().filter(is_ours)?;
        let Listed { records, request, files, .. } = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let media =
            request.media.has_files().then(|| Items { folder: MEDIA.to_owned(), records, pool: request.pools() });
        let files = [MANIFEST.to_owned()].into_iter().chain(files.into_iter().map(|file| file.path)).collect();
        Self { files, media }.checked()
    }

    /// These, unless one of them leads out of the folder.
    pub(super) fn checked(self) -> Option<Self> {
        let plain = |name: &String| {
            let mut parts = Path::new(name).components();
            matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name.as_str())
        };
        let all = self.files.iter().chain(self.media.iter().map(|items| &items.folder)).all(plain);
        all.then_some(self)
    }
}

/// What a manifest must have to be one of masque's.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "masque")]
    _version: String,
    #[serde(rename = "seed")]
    _seed: u64,
    records: u64,
    request: Request,
    files: Vec<ListedFile>,
}

#[derive(Deserialize)]
struct Request {
    media: Media,
    reuse: Reuse,
    #[serde(default)]
    mix: Vec<serde::de::IgnoredAny>,
}

impl Request {
    /// Items of each kind in the pools of all shares.
    fn pools(&self) -> u64 {
        self.reuse.pool.saturating_mul(self.mix.len().max(1) as u64)
    }
}

#[derive(Deserialize)]
struct Reuse {
    pool: u64,
}

#[derive(Deserialize)]
struct ListedFile {
    path: String,
}

impl Items {
    /// Whether a folder below theirs is one that holds items: `0012`, `pool`.
    pub(super) fn has_folder(&self, name: &str) -> bool {
        ItemName::is_folder(name, self.records)
    }

    /// Whether a file of that folder is one of them: `0000/000012_image_0.png`, `pool/image_3.png`.
    pub(super) fn has(&self, folder: &str, name: &str) -> bool {
        let item = ItemName::parse(&format!("{folder}/{}", whole_name(name)));
        item.is_some_and(|item| match item.place {
            ItemPlace::Own { record, .. } => record < self.records && whole_name(name) == name,
            ItemPlace::Pool(place) => place < self.pool,
        })
    }
}

/// What a file of the pool will be called, of which several may be written at a time: `image_3.png.17.partial`.
fn whole_name(name: &str) -> &str {
    let whole = name.strip_suffix(PARTIAL).and_then(|name| name.rsplit_once('.'));
    whole
        .filter(|(_, copy)| copy.parse().is_ok_and(|number: u64| number.to_string() == *copy))
        .map_or(name, |(whole, _)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_known_by_their_whole_name() {
        let items = Items { folder: MEDIA.into(), records: 2500, pool: 3 };
        let rows = [
            ("0000/000012_image_0.png", true),
            ("0002/002499_video_11.webm", true),
            ("pool/audio_2.wav", true),
            ("pool/image_1.png.17.partial", true),
            ("pool/image_1.png.x.partial", false),
            ("0000/000012_image_0.png.17.partial", false),
            ("0002/002500_image_0.png", false),
            ("0001/000012_image_0.png", false),
            ("0000/12_image_0.png", false),
            ("0000/000012_image_00.png", false),
            ("0000/000012_image_0", false),
            ("0000/000012_image_0.png.bak", false),
            ("0000/000012_photo_0.png", false),
            ("0000/000012_image_0_1.png", false),
            ("pool/audio_3.wav", false),
            ("pool/holiday.jpg", false),
            ("pool/000012_image_0.png", false),
        ];
        for (name, ours) in rows {
            let (folder, file) = name.split_once('/').unwrap_or_default();
            assert_eq!(items.has_folder(folder) && items.has(folder, file), ours, "{name}");
        }
        assert!(["3", "00003", "0003", "mine", ""].iter().all(|name| !items.has_folder(name)));
    }

    #[test]
    fn names_that_lead_out_of_the_folder_are_nobodys() {
        for name in ["../notes.txt", "/etc/passwd", "a/b", "..", ".", "", "a/"] {
            let names = |files: &[&str], media: &str| Names {
                files: files.iter().map(|&name| name.to_owned()).collect(),
                media: Some(Items { folder: media.into(), records: 1, pool: 1 }),
            };
            assert_eq!(names(&["records.jsonl", name], MEDIA).checked(), None, "{name}");
            assert_eq!(names(&["records.jsonl"], name).checked(), None, "{name}");
        }
    }
}
