//! The file of one item while it is written, and its name once it is whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
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
        let open = made.and_then(|()| create_anew(&at)).map_err(Error::file("create", &shown))?;
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

/// Makes a file that was not there before. One of its name is what a run that was cut off has left; it may be a link to the file of a part
/// that was merged, so it loses its name, and its bytes stay as they are.
fn create_anew(path: &Path) -> io::Result<File> {
    let create = || File::options().read(true).write(true).create_new(true).open(path);
    match create() {
        Err(why) if why.kind() == ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| create()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_linked_file_of_the_name_keeps_its_bytes() -> Result<(), Box<dyn std::error::Error>> {
        let scratch = tempfile::tempdir()?;
        let (part, folder) = (scratch.path().join("part.png"), scratch.path().join("media.partial"));
        fs::create_dir_all(folder.join("0000"))?;
        fs::write(&part, "of a part")?;
        fs::hard_link(&part, folder.join("0000/000000_image_0.png"))?;
        let name = FileName { path: "0000/000000_image_0.png".to_owned(), shared: false };
        let (_, mut file) = ItemFile::create(&folder, "media", &name)?;
        file.write_all(b"made anew")?;
        assert_eq!(fs::read_to_string(&part)?, "of a part");
        assert_eq!(fs::read_to_string(folder.join(&name.path))?, "made anew");
        Ok(())
    }
}
