//! The keystream of [`super::block`], read from its front, many times faster: with AVX-512 by [`super::wide`], elsewhere by the
//! cipher of the `chacha20` crate, which chooses its instructions at run time. Both give the same bytes.

use chacha20::ChaCha8;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};

#[cfg(target_arch = "x86_64")]
use super::wide;
use super::{BLOCK, GROUP, Params, block};

/// Blocks that are made together.
const BLOCKS: u64 = GROUP as u64 / BLOCK;

/// A keystream that is read from its front.
pub struct Keystream {
    params: Params,
    /// The block that is made next; wraps.
    block: u64,
    /// Blocks that are made but were not yet read as a whole.
    group: [u8; GROUP],
    /// Bytes of `group` that were read.
    read: usize,
}

impl Keystream {
    /// The keystream of a frame, at its start.
    #[must_use]
    pub fn new(params: &Params) -> Self {
        Self { params: *params, block: params.counter(), group: [0; GROUP], read: GROUP }
    }

    /// Fills `bytes` with what comes next.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        let (held, bytes) = bytes.split_at_mut(bytes.len().min(GROUP - self.read));
        held.copy_from_slice(&self.group[self.read..][..held.len()]);
        self.read += held.len();
        let (groups, rest) = bytes.split_at_mut(bytes.len() / GROUP * GROUP);
        fill(&self.params, self.block, groups);
        self.block = self.block.wrapping_add(groups.len() as u64 / BLOCK);
        if !rest.is_empty() {
            fill(&self.params, self.block, &mut self.group);
            self.block = self.block.wrapping_add(BLOCKS);
            rest.copy_from_slice(&self.group[..rest.len()]);
            self.read = rest.len();
        }
    }
}

/// Fills whole groups with the keystream from a block on.
fn fill(params: &Params, from: u64, groups: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if wide::fill(params, from, groups) {
        return;
    }
    by_crate(params, from, groups);
}

/// The same by the crate, whose cipher counts blocks in 32 bits and stops one short of the last: the plain twin goes over to the
/// next high word.
pub(super) fn by_crate(params: &Params, mut from: u64, mut groups: &mut [u8]) {
    while !groups.is_empty() {
        let left = u64::from(u32::MAX - from as u32) / BLOCKS * BLOCKS;
        let length = usize::try_from(left.max(BLOCKS) * BLOCK).unwrap_or(usize::MAX);
        let (head, tail) = groups.split_at_mut(length.min(groups.len()));
        match left {
            0 => (0..).zip(head.as_chunks_mut::<{ BLOCK as usize }>().0).for_each(|(number, bytes)| {
                let words = block(number, &params.at(from)).map(u32::to_le_bytes);
                bytes.copy_from_slice(words.as_flattened());
            }),
            _ => cipher(params, from).write_keystream(head),
        }
        from = from.wrapping_add(head.len() as u64 / BLOCK);
        groups = tail;
    }
}

/// The crate's cipher at a block. Its nonce's first word is the counter's high word.
fn cipher(params: &Params, block: u64) -> ChaCha8 {
    let words = [(block >> 32) as u32, params.nonce_low, params.nonce_high].map(u32::to_le_bytes);
    let mut nonce = chacha20::Nonce::default();
    nonce.copy_from_slice(words.as_flattened());
    let mut key = chacha20::Key::default();
    key.copy_from_slice(params.key.map(u32::to_le_bytes).as_flattened());
    let mut cipher = ChaCha8::new(&key, &nonce);
    cipher.seek(u64::from(block as u32) * BLOCK);
    cipher
}
