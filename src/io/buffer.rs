//! Bytes that are filled, used and filled again. Room that was made once stays initialised: a `Vec` that is cleared and grown
//! writes zeros over all of it each time, only to have them overwritten.

mod huge_pages;

use crate::error::{Error, Result};

/// What stands in a buffer, for errors.
const ITEM: &str = "an item on its way to its line";

/// So many zeros. Large memory comes from the system as zeros, which cost nothing until they are touched. `what` is to stand in
/// it, for the error.
///
/// # Errors
/// [`Error::Memory`] when the system has no such memory.
pub fn zeros(what: &str, length: u64) -> Result<Vec<u8>> {
    let bytes = usize::try_from(length).ok().and_then(|length| bytemuck::try_zeroed_vec(length).ok());
    bytes.ok_or_else(|| Error::memory(what, length))
}

/// A growing number of bytes, from the front of a buffer.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    /// What was filled.
    #[must_use]
    pub fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// What was filled, to be changed.
    #[must_use]
    pub fn filled_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.filled]
    }

    /// What was filled, and no memory besides.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.filled);
        self.bytes.shrink_to_fit();
        self.bytes
    }

    /// How many bytes were filled.
    #[must_use]
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Whether nothing was filled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Bytes of memory that it holds on to.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Fills the next `length` bytes: the caller overwrites them all; what is there is of no meaning.
    pub fn fill(&mut self, length: usize) -> &mut [u8] {
        let start = self.filled;
        self.filled += length;
        if self.bytes.len() < self.filled {
            self.bytes.resize(self.filled, 0);
        }
        &mut self.bytes[start..self.filled]
    }

    /// Fills the next bytes with these.
    pub fn push(&mut self, data: &[u8]) {
        self.fill(data.len()).copy_from_slice(data);
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Takes away the first `length` filled bytes.
    pub fn consume(&mut self, length: usize) {
        self.bytes.copy_within(length..self.filled, 0);
        self.filled -= length;
    }

    /// Makes room for `length` bytes in all, in memory of huge pages where that is worth it.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn reserve(&mut self, length: u64) -> Result<()> {
        if self.bytes.len() as u64 >= length {
            return Ok(());
        }
        if self.is_empty() {
            self.bytes = Vec::new(); // goes before the new one comes
            self.bytes = zeros(ITEM, length + length / 8)?; // what comes next is about as long
            huge_pages::advise(&mut self.bytes);
            return Ok(());
        }
        self.find_room(length.saturating_sub(self.filled as u64))
    }

    /// Makes sure of memory for `more` bytes behind those that are filled, where many such calls follow one another.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn find_room(&mut self, more: u64) -> Result<()> {
        let length = self.filled as u64 + more;
        let lacking = length.saturating_sub(self.bytes.len() as u64);
        let found = usize::try_from(lacking).ok().and_then(|lacking| self.bytes.try_reserve(lacking).ok());
        found.ok_or_else(|| Error::memory(ITEM, length))
    }
}
