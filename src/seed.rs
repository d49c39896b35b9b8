//! Randomness by address. A [`Seed`] and a label give a [`Key`]; a key and a 64-bit stream number give a [`Stream`].
//! Nothing here knows what is drawn: a record, an item and an image's noise differ by label and stream number only.
//!
//! *Value-stable*: `key`, `stream` and the order of draws are fixed by the goldens below; to change one is value-breaking.

use chacha20::ChaCha8Rng;
use rand::SeedableRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A ChaCha8 key, 32 bytes.
pub type Key = [u8; 32];

/// A generator of random numbers: the ChaCha8 keystream of one key and stream number.
pub type Stream = ChaCha8Rng;

/// The number that a whole dataset is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// SHA-256 of `"{seed}:{label}"`.
    #[must_use]
    pub fn key(self, label: &str) -> Key {
        Sha256::digest(format!("{}:{label}", self.0)).into()
    }

    /// The stream numbered `number` under `label`, at its start.
    #[must_use]
    pub fn stream(self, label: &str, number: u64) -> Stream {
        let mut rng = ChaCha8Rng::from_seed(self.key(label));
        rng.set_stream(number);
        rng
    }
}

/// The most items (images, audio and videos each) of one record: the low 16 bits of an item's stream number.
pub const ITEMS_PER_RECORD: u64 = 1 << 16;

/// The most records of a dataset: the high 48 bits of an item's stream number.
pub const RECORDS: u64 = 1 << 48;

/// Where one media item's randomness lives. Everything about the item, sizes and samples alike, is drawn from here, so two
/// items with the same address under one seed and spec are the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// `image`, `audio` or `video`; `image.pool` and so on for an item of the pool of reused ones.
    pub label: &'static str,
    /// Record index << 16 | the item's place in its record, or the item's place in the pool.
    pub stream: u64,
}

impl Address {
    /// The address of the `ordinal`-th item (over all turns) of record `index`.
    #[must_use]
    pub fn of_item(label: &'static str, index: u64, ordinal: u64) -> Self {
        debug_assert!(index < RECORDS && ordinal < ITEMS_PER_RECORD);
        Self { label, stream: index * ITEMS_PER_RECORD + ordinal }
    }

    /// The stream that the item's sizes, format and motion are drawn from.
    #[must_use]
    pub fn draws(self, seed: Seed) -> Stream {
        seed.stream(self.label, self.stream)
    }

    /// The key and stream number of the item's noise, apart from its draws.
    #[must_use]
    pub fn noise(self, seed: Seed) -> Noise {
        Noise { key: seed.key(&format!("{}.noise", self.label)), stream: self.stream }
    }
}

/// A keystream that fills pixels or samples: ChaCha8 with a 64-bit block counter from 0 and `stream` as its nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
    /// The cipher's key.
    pub key: Key,
    /// The cipher's 64-bit nonce.
    pub stream: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn value_stability() {
        assert_eq!(Seed(42).key("image")[..4], [143, 185, 57, 12]);
        assert_eq!(Seed(42).stream("image", 7).next_u64(), 0xb896be239f9a9e55);
        assert_eq!(Address::of_item("image", 3, 1).draws(Seed(42)).next_u64(), 0x746e3d357b26e289);
    }

    #[test]
    fn streams_and_labels_differ() {
        let first = |label, number| Seed(1).stream(label, number).next_u64();
        assert_ne!(first("a", 0), first("a", 1));
        assert_ne!(first("a", 0), first("b", 0));
        assert_ne!(Seed(1).stream("a", 0).next_u64(), Seed(2).stream("a", 0).next_u64());
    }
}
