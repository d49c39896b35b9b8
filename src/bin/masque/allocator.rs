//! Memory that the system refuses, whoever asked for it. Rust answers a refusal with an abort, and the libraries that encode answer it
//! with hangs, crashes and false images. Here it ends the run like any other failure, in one line and with status 1; the dataset's
//! folder is as after a kill: all that is in it is called partial.
//!
//! The C library lets a program define the functions of its allocator itself: the names below are those that every library of the
//! process is linked to, Rust's included, and the C library's own functions stay behind them under names of their own.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![expect(
    unsafe_code,
    reason = "the allocator's functions are C's; each is passed on as it came, and its answer looked at"
)]

use std::ffi::{c_int, c_void};

use crate::ending::end;

unsafe extern "C" {
    fn __libc_malloc(bytes: usize) -> *mut c_void;
    fn __libc_calloc(items: usize, bytes: usize) -> *mut c_void;
    fn __libc_realloc(memory: *mut c_void, bytes: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, bytes: usize) -> *mut c_void;
}

#[inline]
fn granted(memory: *mut c_void, bytes: usize) -> *mut c_void {
    if memory.is_null() && bytes > 0 {
        let fix = "lower --jobs or the sizes, or allow more memory";
        end(1, format_args!("out of memory: the system refused {bytes} bytes; {fix}"));
    }
    memory
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(bytes: usize) -> *mut c_void {
    // SAFETY: the caller keeps to the contract of the C function, here and below.
    granted(unsafe { __libc_malloc(bytes) }, bytes)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(items: usize, bytes: usize) -> *mut c_void {
    // SAFETY: as above.
    granted(unsafe { __libc_calloc(items, bytes) }, items.saturating_mul(bytes))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(memory: *mut c_void, bytes: usize) -> *mut c_void {
    // SAFETY: as above. For no bytes the answer may be null, and is no refusal.
    granted(unsafe { __libc_realloc(memory, bytes) }, bytes)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: usize, bytes: usize) -> *mut c_void {
    // SAFETY: as above.
    granted(unsafe { __libc_memalign(alignment, bytes) }, bytes)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, bytes: usize) -> *mut c_void {
    // SAFETY: as above.
    unsafe { memalign(alignment, bytes) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(memory: *mut *mut c_void, alignment: usize, bytes: usize) -> c_int {
    if !alignment.is_power_of_two() || alignment < size_of::<*mut c_void>() {
        return libc::EINVAL;
    }
    // SAFETY: as above; the caller gives a place for the answer.
    unsafe { *memory = memalign(alignment, bytes) };
    0
}
