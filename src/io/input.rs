//! Files that a user names as input: regular ones, of bounded size, so that no pipe, device or endless stream holds a run up.
//! Knows nothing of what is in them.
//! The manifest names them by their digests.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::io::bytes::Bytes;
use crate::io::digest::hex;

/// An input that a dataset depends on, as the manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What it is: `corpus`, `tokenizer`, `image_source`, or `image_source_names` for a folder so large that its images are digested
    /// by their names and sizes alone.
    pub what: Cow<'static, str>,
    /// Its path or name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

impl Input {
    /// The input with these bytes.
    pub(crate) fn of(what: &'static str, name: String, bytes: &[u8]) -> Self {
        Self { what: what.into(), name, bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
    }
}

/// Reads a regular file (or a link to one) of at most `most` bytes. `flag` is the one that named it.
///
/// # Errors
/// [`Error::Request`] when it is not there, cannot be read, is no regular file, or is larger.
pub(crate) fn read_regular(flag: &str, path: &Path, most: u64) -> Result<Vec<u8>> {
    let refuse = |problem: &str, fix: &str| Error::request(flag, format!("{} {problem}", path.display()), fix);
    let unreadable = |why: std::io::Error| refuse(&format!("cannot be read: {why}"), "name a file that can");
    // What a path stands for may change between a look and the opening of it, so the open file is asked.
    let file = open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(refuse("is no regular file", "name one"));
    }
    let mut bytes = Vec::new();
    // Some files, such as those below /proc, hold more than they tell.
    if metadata.len() <= most {
        (&file).take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    match metadata.len().max(bytes.len() as u64) <= most {
        true => Ok(bytes),
        false => Err(refuse("is too large", &format!("name a file of at most {}", Bytes(most)))),
    }
}

/// Opens a file to read. A pipe without a writer would wait for one for ever, were it not for the flag.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_the_right_size_are_read() {
        let Ok(folder) = tempfile::tempdir() else { panic!("no temporary folder") };
        let (file, pipe) = (folder.path().join("file"), folder.path().join("pipe"));
        assert!(std::fs::write(&file, "12345").is_ok());
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()));
        let said = |path: &Path, most| read_regular("text.corpus", path, most).map_err(|why| why.to_string());
        assert_eq!(said(&file, 5), Ok(b"12345".to_vec()));
        let rows = [
            (said(&file, 4), "is too large; name a file of at most 4 B"),
            (said(&pipe, 9), "is no regular file; name one"),
            (said(folder.path(), 9), "is no regular file; name one"),
            (said(Path::new("/dev/zero"), 9), "is no regular file; name one"),
            (said(&folder.path().join("none"), 9), "cannot be read: No such file"),
        ];
        for (said, words) in rows {
            assert!(
                matches!(&said, Err(said) if said.starts_with("text.corpus: ") && said.contains(words)),
                "{said:?}"
            );
        }
    }
}
