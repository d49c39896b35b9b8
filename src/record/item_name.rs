//! What an item's file is called below the media folder, and which item a name is of: `0000/000012_image_0.png` is the first image of
//! record 12, `pool/image_3.png` an image that several records show.

use std::fmt;

use crate::spec::Modality;

/// An item's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemName {
    /// What it is.
    pub kind: ItemKind,
    /// Whose it is.
    pub place: ItemPlace,
    /// Its file format, such as `png`.
    pub extension: String,
}

/// Kinds of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// An image, an audio item or a clip.
    Whole(Modality),
    /// A frame of a clip, as an image.
    Frame,
}

/// Whose an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemPlace {
    /// The `ordinal`-th of its kind of one record, over all turns.
    Own {
        /// The record's index.
        record: u64,
        /// From 0.
        ordinal: u64,
    },
    /// Of the pool of reused items: its place there.
    Pool(u64),
}

/// Where the media files are, from the dataset's folder.
pub const MEDIA: &str = "media";

/// Records in a folder.
const FOLDER: u64 = 1000;

/// The folder of what several records show.
const POOL: &str = "pool";

impl ItemKind {
    /// Every kind.
    const ALL: [Self; 4] =
        [Self::Whole(Modality::Image), Self::Whole(Modality::Audio), Self::Whole(Modality::Video), Self::Frame];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole(modality) => modality.name(),
            Self::Frame => "frame",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, extension) = (self.kind.name(), &self.extension);
        match self.place {
            ItemPlace::Own { record, ordinal } => {
                write!(f, "{:04}/{record:06}_{kind}_{ordinal}.{extension}", record / FOLDER)
            }
            ItemPlace::Pool(place) => write!(f, "{POOL}/{kind}_{place}.{extension}"),
        }
    }
}

impl ItemName {
    /// The item that a name is of; none unless the name is just as one is written.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (folder, file) = name.split_once('/')?;
        let (stem, extension) = file.split_once('.')?;
        let parts: Vec<&str> = stem.split('_').collect();
        let (kind, place) = match parts[..] {
            [kind, place] if folder == POOL => (kind, ItemPlace::Pool(place.parse().ok()?)),
            [record, kind, ordinal] => {
                (kind, ItemPlace::Own { record: record.parse().ok()?, ordinal: ordinal.parse().ok()? })
            }
            _ => return None,
        };
        let plain = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let item = Self { kind: ItemKind::named(kind)?, place, extension: extension.to_owned() };
        (plain && item.to_string() == name).then_some(item)
    }

    /// Whether a folder below the media folder is one that holds items of so many records: `0012`, `pool`.
    #[must_use]
    pub fn is_folder(name: &str, records: u64) -> bool {
        let thousand =
            || name.parse().is_ok_and(|number: u64| format!("{number:04}") == name && number <= records / FOLDER);
        name == POOL || thousand()
    }
}
