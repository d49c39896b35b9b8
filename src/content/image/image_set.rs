//! The IMAGE_SETS table: where images come from that are not drawn. A source of images is one row here and one file below; a name
//! that no row has is a folder's. Knows nothing of sizes asked for or of the order in which images are shown.

mod bundled;
mod folder;

use std::path::Path;
use std::sync::Arc;

use super::decode;
use crate::error::Result;
use crate::frame::Raster;
use crate::io::input::Input;

/// One row of the table.
#[derive(Debug)]
pub struct ImageSetRow {
    /// Its name on the command line and in requests.
    pub name: &'static str,
    /// A few words of help.
    pub help: &'static str,
    open: Open,
}

/// Opens the set of this name.
type Open = fn(&Path) -> Result<Box<dyn ImageSet>>;

/// Every set that has a name, in the order of the help.
pub const IMAGE_SETS: &[ImageSetRow] =
    &[ImageSetRow { name: "assets", help: "four bundled images", open: bundled::open }];

/// What would work instead of a folder that does not.
pub(super) fn fix() -> String {
    let sets: Vec<_> = IMAGE_SETS.iter().map(|row| row.name).collect();
    format!("name a folder of PNG, JPEG, WebP, GIF, BMP or TIFF files, or use {}", sets.join(" or "))
}

/// A finite row of images, at least one. They are the same each time that they are asked for.
pub(super) trait ImageSet: Send + Sync {
    /// How many.
    fn len(&self) -> u32;

    /// What the image at a place, below [`ImageSet::len`], is called in records.
    fn name(&self, place: u32) -> Arc<str>;

    /// The image at a place, at its own size.
    ///
    /// # Errors
    /// [`crate::error::Error::Encode`] when it cannot be read any more.
    fn image(&self, place: u32) -> Result<Decoded>;

    /// What of the user's the images follow from, for the manifest.
    ///
    /// # Errors
    /// As [`ImageSet::image`].
    fn input(&self) -> Result<Option<Input>> {
        Ok(None)
    }

    /// What was not taken, in a line for the user.
    fn skipped(&self) -> Option<String> {
        None
    }
}

/// What an image comes to.
pub(super) enum Decoded {
    Whole(Raster),
    /// What is wrong with it; another stands in for it.
    Broken(String),
}

/// An image from the bytes of a file.
fn decoded(file: &[u8]) -> Decoded {
    decode::decode(file).map_or_else(Decoded::Broken, Decoded::Whole)
}

/// Opens the set called `name`.
///
/// # Errors
/// [`crate::error::Error::Request`] when it has no image.
pub(super) fn open(name: &Path) -> Result<Box<dyn ImageSet>> {
    let row = IMAGE_SETS.iter().find(|row| name.as_os_str() == row.name);
    row.map_or(folder::open as Open, |row| row.open)(name)
}
