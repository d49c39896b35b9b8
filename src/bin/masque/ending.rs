//! The end of the process from anywhere: in a signal's handler, in the allocator, beside threads that do not answer. One line, an
//! exit status, and nothing else: no destructor runs, no memory is asked for, no lock is taken.

use std::fmt::{Arguments, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The thread that ends the process; 0 while none does.
static ENDER: AtomicUsize = AtomicUsize::new(0);

/// The longest line in bytes; the rest is cut off.
const LINE: usize = 4096;

/// A line that is put together without memory of the heap's.
struct Line {
    bytes: [u8; LINE],
    length: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = &mut self.bytes[self.length..];
        let length = room.len().min(text.len());
        room[..length].copy_from_slice(&text.as_bytes()[..length]);
        self.length += length;
        Ok(())
    }
}

/// What takes a bar of progress off a terminal's line.
const CLEAR: &str = "\r\x1b[2K";

/// Writes `masque: ` and the words to standard error, and ends the process. Safe in a signal's handler: it makes three system
/// calls, and the formatting of strings and integers takes neither locks nor memory.
pub(crate) fn end(status: i32, words: Arguments<'_>) -> ! {
    let mut line = Line { bytes: [0; LINE], length: 0 };
    #[expect(unsafe_code, reason = "the process has to end without its destructors")]
    // SAFETY: the line is as long as said; `_exit` may be called in any state of the process, and `pause` in any thread that has nothing
    // more to do.
    unsafe {
        // Memory may be refused to several threads at a time: the first one's words are the process's last.
        let own = libc::pthread_self() as usize;
        if ENDER.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed).is_err_and(|other| other != own) {
            loop {
                libc::pause();
            }
        }
        let clear = if libc::isatty(libc::STDERR_FILENO) == 1 { CLEAR } else { "" };
        let _ = writeln!(line, "{clear}masque: {words}");
        libc::write(libc::STDERR_FILENO, line.bytes.as_ptr().cast(), line.length);
        libc::_exit(status)
    }
}
