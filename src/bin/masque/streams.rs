//! The standard streams as the process was given them. Rust opens `/dev/null` in the place of one that is closed, so that lines
//! written to it would be lost in silence.

use std::sync::atomic::{AtomicBool, Ordering};

use masque::cli::{Options, Output};
use masque::error::{Error, Result};

/// Whether standard output was closed when the process started.
static STDOUT_CLOSED: AtomicBool = AtomicBool::new(false);

/// Called by the loader before Rust's own start, which is the last moment at which a closed stream can be told.
#[cfg(target_os = "linux")]
#[used]
#[expect(unsafe_code, reason = "nothing else runs before Rust's own start")]
// SAFETY: the section holds pointers to functions without arguments; this one asks the kernel about a descriptor, and stores a flag.
#[unsafe(link_section = ".init_array")]
static BEFORE_START: extern "C" fn() = note_closed;

#[cfg(target_os = "linux")]
extern "C" fn note_closed() {
    #[expect(unsafe_code, reason = "a closed descriptor has no safe name")]
    // SAFETY: asking for a descriptor's flags changes nothing, and a closed one is an answer.
    let closed = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) } == -1;
    STDOUT_CLOSED.store(closed, Ordering::Relaxed);
}

/// Refuses to write lines to a closed stream.
pub(crate) fn check(options: &Options) -> Result<()> {
    match options.output {
        Output::Stdout if STDOUT_CLOSED.load(Ordering::Relaxed) => {
            Err(Error::request("--output", "standard output is closed", "open it, or name a folder"))
        }
        _ => Ok(()),
    }
}
