//! The file of one item while it is written, and its name once it is whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Body;
use crate::error::{Error, Result};

/// What an item's file is called.
#[derive(Debug, Clone)]
pub struct FileName {
    /// From the media folder, such as `0000/000012_image_0.png`.
    pub path: String,
    /// Whether several threads may write it at a time, each the same bytes, as items of the pool are. Each then writes a file of
    /// its own, so that nobody finds half of one.
    pub shared: bool,
}

/// A file that is being written.
#[derive(Debug)]
pub(super) struct ItemFile {
    /// Where it is.
    at: PathBuf,
    /// Where it is once it is whole.
    to: PathBuf,
    /// Its name in the finished dataset.
    name: String,
    /// The path that it will have in the finished dataset.
    shown: PathBuf,
}

impl ItemFile {
    /// Makes the file below `folder`, which will be called `finished`; it can be read back.
    pub(super) fn create(folder: &Path, finished: &str, file: &FileName) -> Result<(Self, File)> {
        /// Shared files that were begun.
        static BEGUN: AtomicU64 = AtomicU64::new(0);
        let to = folder.join(&file.path);
        let at = match file.shared {
            true => folder.join(format!("{}.{}.partial", file.path, BEGUN.fetch_add(1, Ordering::Relaxed))),
            false => to.clone(),
        };
        let shown = folder.with_file_name(finished).join(&file.path);
        let made = at.parent().map_or(Ok(()), fs::create_dir_all);
        let open = |()| File::options().read(true).write(true).create(true).truncate(true).open(&at);
        let open = made.and_then(open).map_err(Error::file("create", &shown))?;
        Ok((Self { at, to, name: format!("{finished}/{}", file.path), shown }, open))
    }

    /// The path that it will have, for errors.
    pub(super) fn path(&self) -> &Path {
        &self.shown
    }

    /// Gives the whole file its name.
    pub(super) fn finish(self) -> Result<Body> {
        if self.at != self.to {
            fs::rename(&self.at, &self.to).map_err(Error::file("rename to", &self.shown))?;
        }
        Ok(Body::File(self.name))
    }
}
