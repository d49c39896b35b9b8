//! SHA-256 (FIPS 180-4) of many payloads at once. One digest is a chain of dependent steps that leaves most of a processor
//! idle; the blocks of several are hashed in the gaps of each other, which doubles the bytes a second where the processor has
//! SHA instructions. Knows nothing of what it digests.

mod lanes;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a block.
const BLOCK: usize = 64;

/// A digest that is being taken.
#[derive(Debug, Clone)]
pub struct Sha256 {
    state: [u32; 8],
    /// Bytes so far.
    length: u64,
    /// The last `length % 64` of them wait here for a whole block.
    tail: [u8; BLOCK],
}

/// FIPS 180-4, 5.3.3.
const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

impl Default for Sha256 {
    fn default() -> Self {
        Self { state: START, length: 0, tail: [0; BLOCK] }
    }
}

impl Sha256 {
    /// Takes in `data`.
    pub fn update(&mut self, data: &[u8]) {
        update_together([(self, data)].into_iter());
    }

    /// The digest in lower-case hex.
    #[must_use]
    pub fn hex(mut self) -> String {
        let bits = self.length * 8;
        let filled = (self.length % BLOCK as u64) as usize;
        // FIPS 180-4, 5.1.1: a one bit, zeros, and the length in bits at the end of a block.
        let zeros = (2 * BLOCK - 9 - filled) % BLOCK;
        self.update(&[0x80]);
        self.update(&[0; BLOCK][..zeros]);
        self.update(&bits.to_be_bytes());
        self.state.iter().map(|word| format!("{word:08x}")).collect()
    }

    /// Takes in the head of `data` up to the end of a begun block; what it returns starts at a block's border, or is empty.
    fn fill<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let filled = (self.length % BLOCK as u64) as usize;
        self.length += data.len() as u64;
        if filled == 0 {
            return data;
        }
        let (head, rest) = data.split_at(data.len().min(BLOCK - filled));
        self.tail[filled..filled + head.len()].copy_from_slice(head);
        if filled + head.len() == BLOCK {
            lanes::compress(&mut [(&mut self.state, &[self.tail])]);
        }
        rest
    }
}

/// Takes in what is written.
impl std::io::Write for Sha256 {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.update(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Takes in each one's data, several at a time.
pub fn update_together<'a>(digests: impl Iterator<Item = (&'a mut Sha256, &'a [u8])>) {
    let mut lanes: Vec<lanes::Lane<'_>> = Vec::new();
    for (digest, data) in digests {
        let rest = digest.fill(data);
        let (blocks, odd) = rest.as_chunks();
        digest.tail[..odd.len()].copy_from_slice(odd);
        if !blocks.is_empty() {
            lanes.push((&mut digest.state, blocks));
        }
    }
    lanes::compress(&mut lanes);
}

/// Lower-case hex.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file's bytes, and their SHA-256 in hex.
///
/// # Errors
/// The file's.
pub fn digest_file(path: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut chunk) = (File::open(path)?, vec![0; 1 << 18]);
    let (mut bytes, mut sha256) = (0, Sha256::default());
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((bytes, sha256.hex())),
            n => {
                bytes += n as u64;
                sha256.update(&chunk[..n]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::Digest;

    fn reference(data: &[u8]) -> String {
        super::hex(&sha2::Sha256::digest(data))
    }

    #[test]
    fn every_length_around_a_block_is_right() {
        let data: Vec<u8> = (0..200).map(|i| i as u8 ^ 0x5a).collect();
        for length in 0..=data.len() {
            let mut digest = Sha256::default();
            digest.update(&data[..length]);
            assert_eq!(digest.hex(), reference(&data[..length]), "{length} bytes");
        }
    }

    proptest! {
        /// Any number of digests, each cut in pieces of its own, agrees with the crate.
        #[test]
        fn digests_taken_together_are_those_taken_alone(
            all in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1000), 0..6), 1..10)
        ) {
            let mut digests = vec![Sha256::default(); all.len()];
            for round in 0..6 {
                let data = all.iter().map(|pieces| pieces.get(round).map_or(&[][..], |piece| piece));
                update_together(digests.iter_mut().zip(data));
            }
            for (digest, pieces) in digests.into_iter().zip(&all) {
                prop_assert_eq!(digest.hex(), reference(&pieces.concat()));
            }
        }
    }
}
