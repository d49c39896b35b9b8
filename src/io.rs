//! Bytes on their way: buffers, digests, a cache, the files that a user names and the payloads of items. Knows nothing of what the
//! bytes mean.

pub mod buffer;
pub mod bytes;
pub mod cache;
pub mod digest;
pub mod input;
pub mod machine;
pub mod payload;
