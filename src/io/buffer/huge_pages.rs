//! Huge pages for large buffers: a fault for 2 MiB costs little more than one for 4 KiB, and an image's buffer takes thousands.

/// Memory below this is not worth the call.
const LARGE: usize = 4 << 20;

/// Asks the kernel to back `memory` with huge pages. A hint: where it is not heeded, all is as before.
#[cfg(target_os = "linux")]
pub(super) fn advise(memory: &mut [u8]) {
    const PAGE: usize = 4096;
    let head = memory.as_ptr().align_offset(PAGE);
    let Some(pages) = memory.get_mut(head..).filter(|pages| pages.len() >= LARGE) else { return };
    #[expect(unsafe_code, reason = "a hint on memory is a system call")]
    // SAFETY: the range is borrowed for us alone and starts at a page; the advice changes neither its contents nor its validity.
    unsafe {
        libc::madvise(pages.as_mut_ptr().cast(), pages.len(), libc::MADV_HUGEPAGE);
    }
}

/// Other systems have no such call, or choose by themselves.
#[cfg(not(target_os = "linux"))]
pub(super) fn advise(_memory: &mut [u8]) {}
