//! What is written outlives a power cut: files, and the names that folders give them. Knows nothing of what is in them.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{Error, Result};

/// Makes the names in a folder durable.
///
/// # Errors
/// [`Error::File`].
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    sync_names(folder).map_err(Error::file("write", folder))
}

fn sync_names(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems of a network have no such call for folders; their names are durable as they are.
        Err(why) if matches!(why.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// Makes everything below `tree` durable; `folder` is open on the same file system since before it was made.
///
/// Ten thousand small files one by one are ten thousand waits for the disk, their whole file system is one; it also tells of
/// every write that has failed since `folder` was opened.
///
/// # Errors
/// [`Error::File`].
#[cfg(target_os = "linux")]
pub(super) fn sync_tree(folder: &File, tree: &Path) -> Result<()> {
    rustix::fs::syncfs(folder).map_err(|why| Error::file("write", tree)(why.into()))
}

/// Makes everything below `tree` durable, file by file.
///
/// # Errors
/// [`Error::File`].
#[cfg(not(target_os = "linux"))]
pub(super) fn sync_tree(_folder: &File, tree: &Path) -> Result<()> {
    fn sync(path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            return File::open(path)?.sync_all();
        }
        for entry in std::fs::read_dir(path)? {
            sync(&entry?.path())?;
        }
        sync_names(path)
    }
    sync(tree).map_err(Error::file("write", tree))
}
