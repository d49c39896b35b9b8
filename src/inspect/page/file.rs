//! The file that a page is written to: its name ends in `.html`, so that it is no file of a dataset, and what stands there already is a
//! page of masque's or stays. It is written beside it and takes its place whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// How a page says who made it, among its first bytes.
pub(super) const GENERATOR: &str = r#"<meta name="generator" content="masque "#;

/// Bytes among which it says so.
const HEAD: u64 = 1024;

/// A file for a page.
#[derive(Debug)]
pub(super) struct PageFile {
    path: PathBuf,
    /// What it is called until it is whole.
    partial: PathBuf,
}

impl PageFile {
    /// Whether a page may be written there is known before anything else is done.
    pub(super) fn claim(path: &Path) -> Result<Self> {
        let ends = |end: &str| path.extension().is_some_and(|is| is.eq_ignore_ascii_case(end));
        let Some(name) = path.file_name().filter(|_| ends("html") || ends("htm")) else {
            return Err(refuse(path, "has no name that ends in .html", "name a file that does"));
        };
        let partial = format!(".{}.{}.partial", name.to_string_lossy(), std::process::id());
        let claimed = Self { path: path.to_owned(), partial: path.with_file_name(partial) };
        claimed.check()?;
        let cannot =
            |why| refuse(path, &format!("cannot be written: {why}"), "name a file in a folder that can be written to");
        claimed.create().and_then(|_| fs::remove_file(&claimed.partial)).map_err(cannot)?;
        Ok(claimed)
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let written = self.create().and_then(|file| {
            let mut out = BufWriter::new(file);
            write(&mut out)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
        });
        let written = written.map_err(Error::file("write", &self.path)).and_then(|()| self.check());
        let done =
            written.and_then(|()| fs::rename(&self.partial, &self.path).map_err(Error::file("write", &self.path)));
        if done.is_err() {
            let _ = fs::remove_file(&self.partial); // the reason that is told is the first
        }
        done
    }

    fn create(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(&self.partial)
    }

    /// Refuses a file that is not masque's.
    fn check(&self) -> Result<()> {
        match fs::symlink_metadata(&self.path) {
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
            Ok(there) if there.is_file() && is_page(&self.path) => Ok(()),
            Ok(_) => Err(refuse(&self.path, "is there, and is no page of masque's", "name another file")),
            Err(why) => Err(refuse(&self.path, &format!("cannot be looked at: {why}"), "name another file")),
        }
    }
}

fn is_page(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && memchr::memmem::find(&head, GENERATOR.as_bytes()).is_some()
}

fn refuse(path: &Path, problem: &str, fix: &str) -> Error {
    Error::request("html", format!("{} {problem}", path.display()), fix)
}
