//! Large memory goes back to the system as soon as it is freed. A clip's segments open one encoder after the other; glibc, left
//! to itself, comes to serve their frames from heaps of its own, where they leave holes, and a long clip would take more memory
//! than a short one.

use std::sync::Once;

/// Bytes from which on a piece of memory is the system's own, not the heap's.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 1 << 20;

/// Says so to the allocator, once in a process.
pub(crate) fn keep_flat() {
    static ONCE: Once = Once::new();
    ONCE.call_once(fix_threshold);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator is set by a C call only")]
fn fix_threshold() {
    // SAFETY: glibc takes its own lock; the setting changes where later memory comes from, nothing else.
    unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn fix_threshold() {}
