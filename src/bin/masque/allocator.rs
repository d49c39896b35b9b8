//! The process's allocator: the system's, but for its refusals. Rust answers these with an abort and a core dump; here they end
//! the run like any other failure, in one line and with status 1. What is in the dataset's folder then is as after a kill: partial.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::ending::end;

#[global_allocator]
static ALLOCATOR: OrEnd = OrEnd;

/// Memory, or the end of the process.
struct OrEnd;

#[expect(unsafe_code, reason = "an allocator is unsafe by its nature; this one adds a look at what the system's gave")]
// SAFETY: every call is passed on to the system's allocator as it is, and its answer is given back as it is.
unsafe impl GlobalAlloc for OrEnd {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that `System` asks for.
        granted(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        granted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        granted(unsafe { System.realloc(memory, layout, size) }, size)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[inline]
fn granted(memory: *mut u8, bytes: usize) -> *mut u8 {
    if memory.is_null() {
        end(1, format_args!("out of memory: the system refused {bytes} bytes; lower --jobs or the sizes, or allow more memory"));
    }
    memory
}
