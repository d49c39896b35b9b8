//! Records to standard output.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::AsFd;

use crate::dataset::format::Layout;
use crate::dataset::line::Line;
use crate::error::{Error, Result};

/// Standard output as a file. The standard library's own handle takes a descriptor that cannot be written to for one that
/// swallows all; here every error counts.
#[derive(Debug)]
pub struct Stream {
    out: BufWriter<File>,
    layout: Layout,
}

impl Stream {
    pub(super) fn open(layout: Layout) -> Result<Self> {
        let out: File = io::stdout().as_fd().try_clone_to_owned().map_err(failed)?.into();
        let mut stream = Self { out: BufWriter::new(out), layout };
        stream.text(layout.begin)?;
        Ok(stream)
    }

    /// Writes what stands behind the last record.
    pub(super) fn finish(mut self) -> Result<()> {
        self.text(self.layout.end)
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).map_err(failed)
    }

    /// Writes a line, so that its reader has it at once.
    pub(super) fn write(&mut self, line: &Line) -> Result<u64> {
        line.write_to(&mut self.out).and_then(|()| self.out.flush()).map_err(failed)?;
        Ok(line.bytes())
    }
}

fn failed(why: io::Error) -> Error {
    match why.kind() {
        ErrorKind::BrokenPipe => Error::PipeClosed,
        _ => Error::File { action: "write", path: "standard output".into(), source: why },
    }
}
