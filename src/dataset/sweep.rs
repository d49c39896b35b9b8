//! Removes what a run has made, by its names, and nothing else.

use std::collections::HashSet;
use std::fs::{self, FileType};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::names::{Items, Names};
use crate::error::{Error, Result};

/// What a folder holds of a run.
#[derive(Debug, Default)]
struct Found {
    /// The run's files.
    files: Vec<PathBuf>,
    /// The run's folders, the inner ones first; something else may be in them.
    folders: Vec<PathBuf>,
    /// What is among the run's media and not the run's.
    others: Vec<PathBuf>,
}

/// Removes the files that have these names, and folders of media that are empty then. Returns what was found among the media
/// that is not theirs; it is left as it was.
///
/// # Errors
/// [`Error::File`].
pub(super) fn remove(folder: &Path, names: &Names) -> Result<Vec<PathBuf>> {
    let Found { files, folders, others } = find(folder, names)?;
    files.iter().try_for_each(|file| remove_file(file))?;
    folders.iter().try_for_each(|folder| remove_if_empty(folder))?;
    Ok(others)
}

/// Moves the files of media that have these names to where `to` has them, and removes folders that are empty then.
///
/// # Errors
/// [`Error::File`].
pub(super) fn move_media(folder: &Path, names: &Names, to: &Path) -> Result<()> {
    let Some(items) = &names.media else { return Ok(()) };
    let Found { files, folders, .. } = find(folder, &Names { files: Vec::new(), media: Some(items.clone()) })?;
    let media = folder.join(&items.folder);
    for file in &files {
        let Ok(below) = file.strip_prefix(&media) else { continue };
        let to = to.join(below);
        let made = to.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::rename(file, &to)).map_err(Error::file("rename", file))?;
    }
    folders.iter().try_for_each(|folder| remove_if_empty(folder))
}

/// Bytes of the files that have these names.
///
/// # Errors
/// [`Error::File`].
pub(super) fn bytes(folder: &Path, names: &[Names]) -> Result<u64> {
    let mut files = HashSet::new();
    for names in names {
        files.extend(find(folder, names)?.files);
    }
    Ok(files.iter().filter_map(|file| fs::symlink_metadata(file).ok()).map(|file| file.len()).sum())
}

fn find(folder: &Path, names: &Names) -> Result<Found> {
    let mut found = Found { files: names.files.iter().map(|name| folder.join(name)).collect(), ..Found::default() };
    let Some(items) = &names.media else { return Ok(found) };
    let media = folder.join(&items.folder);
    // A link in place of the folder is somebody else's, whatever it leads to.
    if media.is_symlink() || !media.is_dir() {
        return Ok(found);
    }
    for within in list(&media)? {
        if !within.kind.is_dir() || !items.has_folder(&within.name) {
            found.others.push(within.path);
            continue;
        }
        for item in list(&within.path)? {
            let theirs = item.kind.is_file() && items.has(&within.name, &item.name);
            match theirs {
                true => found.files.push(item.path),
                false => found.others.push(item.path),
            }
        }
        found.folders.push(within.path);
    }
    found.folders.push(media);
    Ok(found)
}

/// The first name among the media that `items` may need and that is not one of `known` either: somebody else's.
///
/// # Errors
/// [`Error::File`].
pub(super) fn find_other(folder: &Path, items: &Items, known: &[&Items]) -> Result<Option<PathBuf>> {
    let media = folder.join(&items.folder);
    if media.is_symlink() || !media.is_dir() {
        return Ok(Some(media).filter(|media| media.is_symlink() || media.exists()));
    }
    for within in list(&media)?.into_iter().filter(|within| items.has_folder(&within.name)) {
        if !within.kind.is_dir() {
            return Ok(Some(within.path));
        }
        let is_known = |name: &str| known.iter().any(|items| items.has(&within.name, name));
        let is_other = |item: &Entry| items.has(&within.name, &item.name) && !is_known(&item.name);
        if let Some(other) = list(&within.path)?.into_iter().find(is_other) {
            return Ok(Some(other.path));
        }
    }
    Ok(None)
}

struct Entry {
    path: PathBuf,
    /// Empty for a name that is not UTF-8, which none of ours is.
    name: String,
    kind: FileType,
}

/// What a folder holds, listed before the first of it is removed.
fn list(folder: &Path) -> Result<Vec<Entry>> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        let name = entry.file_name().into_string().unwrap_or_default();
        Ok(Entry { path: entry.path(), name, kind: entry.file_type()? })
    };
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(entry).collect::<io::Result<Vec<_>>>());
    let mut entries = entries.map_err(Error::file("read", folder))?;
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// It is fine when there is none; a folder in its place is somebody else's.
fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(_) if !path.is_symlink() && path.is_dir() => Ok(()),
        Err(why) if why.kind() != ErrorKind::NotFound => Err(Error::file("remove", path)(why)),
        _ => Ok(()),
    }
}

fn remove_if_empty(folder: &Path) -> Result<()> {
    match fs::remove_dir(folder) {
        Err(why) if why.kind() != ErrorKind::DirectoryNotEmpty => Err(Error::file("remove", folder)(why)),
        _ => Ok(()),
    }
}
