//! A file that an encoder writes by itself, back and forth. Its errors name it, since encoders pass on no more than their words.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// A file that is lent to an encoder.
#[derive(Debug)]
pub struct Lent {
    file: File,
    /// As it will be called.
    path: PathBuf,
}

impl Lent {
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    fn name<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|why| io::Error::new(why.kind(), format!("{}: cannot write: {why}", self.path.display())))
    }
}

impl Write for Lent {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let done = self.file.write(data);
        self.name(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.file.flush();
        self.name(done)
    }
}

impl Seek for Lent {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let done = self.file.seek(to);
        self.name(done)
    }
}
