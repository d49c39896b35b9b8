//! Lines to standard output.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::AsFd;

use crate::dataset::line::Line;
use crate::error::{Error, Result};

/// Standard output as a file. The standard library's own handle takes a descriptor that cannot be written to for one that
/// swallows all; here every error counts.
#[derive(Debug)]
pub struct Stream(BufWriter<File>);

impl Stream {
    pub(super) fn open() -> Result<Self> {
        let out: File = io::stdout().as_fd().try_clone_to_owned().map_err(failed)?.into();
        Ok(Self(BufWriter::new(out)))
    }

    /// Writes a line, so that its reader has it at once.
    pub(super) fn write(&mut self, line: &Line) -> Result<u64> {
        line.write_to(&mut self.0).and_then(|()| self.0.flush()).map_err(failed)?;
        Ok(line.bytes())
    }
}

fn failed(why: io::Error) -> Error {
    match why.kind() {
        ErrorKind::BrokenPipe => Error::PipeClosed,
        _ => Error::File { action: "write", path: "standard output".into(), source: why },
    }
}
