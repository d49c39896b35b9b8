//! What stands for a payload's bytes where they are laid down: themselves, or base64 (RFC 4648, 4) with padding.

use std::io::{self, Write};

use crate::io::buffer::Buffer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Base64,
}

impl Encoding {
    /// The least number of bytes that make `length` bytes or more of this encoding.
    pub(super) fn fills(self, length: usize) -> usize {
        match self {
            Self::Plain => length,
            Self::Base64 => length.div_ceil(4) * 3,
        }
    }

    /// Appends bytes in this encoding; in base64, whole groups of three, or the last.
    pub(super) fn append(self, data: &[u8], to: &mut Buffer) {
        match self {
            Self::Plain => to.push(data),
            Self::Base64 => {
                let text = to.fill(base64_length(data.len() as u64) as usize);
                // Its only error is a text that is too short, and this one has the very length.
                let _ = base64_turbo::STANDARD.encode_slice(data, text);
            }
        }
    }
}

/// Characters of base64 that are decoded at a time: whole groups.
const CHUNK: usize = 1 << 18;

/// Writes what base64 text of ours stands for.
///
/// # Errors
/// The writer's, and when it is no base64.
pub fn decode(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for chunk in text.chunks(CHUNK) {
        out.write_all(&base64_turbo::STANDARD.decode(chunk).map_err(io::Error::other)?)?;
    }
    Ok(())
}

/// Base64 text of bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    base64_turbo::STANDARD.encode(bytes)
}

/// Characters of base64 that so many bytes make.
pub(super) fn base64_length(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}
