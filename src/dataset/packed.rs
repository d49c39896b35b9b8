//! A file that is packed while it is written. Its bytes follow from what is written alone, so a file that was cut off is gone on with
//! by packing what it holds anew: what comes out is compared with what is there, and written from there on.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;

use zstd::stream::{read, write};

use crate::io::digest::Sha256;
use crate::spec::Compression;

/// zstd's own default: a third of the size of text, at some hundred megabytes a second.
const LEVEL: i32 = 3;

/// Writes into a packed file.
pub(super) struct Packer(write::Encoder<'static, Tail>);

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").finish_non_exhaustive()
    }
}

/// The end of a file, behind what is known to be there.
struct Tail {
    file: File,
    /// Bytes that are there already.
    there: u64,
    /// Bytes that have come out.
    at: u64,
    sha256: Sha256,
}

impl Packer {
    /// Packs into a file of which so many bytes are there.
    pub(super) fn new(file: File, there: u64, Compression::Zstd: Compression) -> io::Result<Self> {
        let tail = Tail { file, there, at: 0, sha256: Sha256::default() };
        let mut encoder = write::Encoder::new(tail, LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self(encoder))
    }

    /// Brings all that was written into the file. What comes out depends on where this is done.
    pub(super) fn end_block(&mut self) -> io::Result<()> {
        self.0.flush()
    }

    /// Ends the file: brings all of it there, and what a reader knows its end by. Nothing may be written behind that.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.0.do_finish()
    }

    /// Bytes of the file.
    pub(super) fn stored(&self) -> u64 {
        self.0.get_ref().at
    }

    /// The file.
    pub(super) fn file(&self) -> &File {
        &self.0.get_ref().file
    }

    /// Ends the file; its bytes, and their digest.
    pub(super) fn finish(self) -> io::Result<(File, u64, Sha256)> {
        let Tail { file, at, sha256, .. } = self.0.finish()?;
        Ok((file, at, sha256))
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // by `Packer::end_block` alone
    }
}

impl Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let known = self.there.saturating_sub(self.at).min(bytes.len() as u64) as usize;
        let bytes = if known > 0 { &bytes[..known] } else { bytes };
        if known > 0 {
            let mut found = vec![0; known];
            self.file.read_exact_at(&mut found, self.at)?;
            if found != bytes {
                return Err(io::Error::new(ErrorKind::InvalidData, "another version of zstd has packed it"));
            }
        } else {
            self.file.write_all_at(bytes, self.at)?;
        }
        self.at += bytes.len() as u64;
        self.sha256.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads what was packed.
pub(super) fn unpack(file: impl Read + 'static, Compression::Zstd: Compression) -> io::Result<impl Read> {
    read::Decoder::new(file)
}
