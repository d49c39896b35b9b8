//! Signals. The first SIGINT, SIGTERM or SIGHUP asks the run to end; a second one, or [`GRACE`] without an answer, ends the
//! process. One that was ignored when the process started, as `nohup` does, stays ignored.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::ending::end;

/// How long a run may take to end by itself: writing what is whole and cutting what is not.
const GRACE: Duration = Duration::from_millis(700);

/// How long a server may take: whoever is being answered is answered to the end.
#[cfg(feature = "serve")]
const PATIENCE: Duration = Duration::from_secs(12);

/// Milliseconds.
static ALLOWED: AtomicU64 = AtomicU64::new(GRACE.as_millis() as u64);

/// Lets an end take longer from now on.
#[cfg(feature = "serve")]
pub(crate) fn be_patient() {
    ALLOWED.store(PATIENCE.as_millis() as u64, Ordering::Relaxed);
}

/// The exit status of an interrupted run.
const INTERRUPTED: i32 = 130;

/// The command that goes on with what is interrupted.
static RESUME: OnceLock<String> = OnceLock::new();

/// Who is interrupted from now on is told this command.
pub(crate) fn tell(resume: &str) {
    let _ = RESUME.set(resume.to_owned());
}

/// Watches for signals from now on. What it returns is set when the run shall end.
pub(crate) fn watch() -> Arc<AtomicBool> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let heeded: Vec<_> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)).collect();
    for signal in &heeded {
        // The kernel takes a handler for each of these; where it did not, the signal would do what it does by default.
        let _ = flag::register_conditional_shutdown(*signal, INTERRUPTED, Arc::clone(&interrupt));
        let _ = flag::register(*signal, Arc::clone(&interrupt));
    }
    end_after_grace(&heeded);
    fail_writes_beyond_the_file_size_limit();
    end_on_abort();
    interrupt
}

/// Starts the thread that ends a process which does not end by itself. Without it, where the system has no thread to give, the run
/// still ends between two pieces of work.
fn end_after_grace(heeded: &[i32]) {
    let Ok(mut signals) = Signals::new(heeded) else { return };
    let wait = move || {
        if signals.forever().next().is_some() {
            thread::sleep(Duration::from_millis(ALLOWED.load(Ordering::Relaxed)));
            match RESUME.get() {
                Some(resume) => end(INTERRUPTED, format_args!("interrupted; go on with: {resume}")),
                None => end(INTERRUPTED, format_args!("interrupted")),
            }
        }
    };
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

/// SIGXFSZ ends a process without a word; with a handler of any kind the write fails instead, and says why.
fn fail_writes_beyond_the_file_size_limit() {
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// C++ libraries abort when memory is refused to them.
fn end_on_abort() {
    let last_words =
        || end(1, format_args!("a library aborted, most likely for want of memory; lower --jobs or the sizes"));
    #[expect(unsafe_code, reason = "a handler may do only what is safe in the middle of anything")]
    // SAFETY: `end` makes system calls only, and takes neither locks nor memory.
    let _ = unsafe { low_level::register(SIGABRT, last_words) };
}

/// Whether the process was started with this signal ignored.
fn is_ignored(signal: i32) -> bool {
    #[expect(unsafe_code, reason = "only the C library tells what a signal does")]
    // SAFETY: a null action changes nothing; the old one is written to memory of ours, for which all zeros are a value.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0 && action.sa_sigaction == libc::SIG_IGN
    }
}
