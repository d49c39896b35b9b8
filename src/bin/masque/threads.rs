//! Threads that the system refuses. This program does with fewer of its own; the libraries that encode wait for ever for a thread that
//! never came, so a refusal to one of them ends the run in one line. Whose a thread is, is told by the function that it starts with:
//! Rust's all start with one, and no library's does. So it does not matter whether the libraries lie in files of their own or, as in the
//! tarballs, in the program's.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![expect(
    unsafe_code,
    reason = "threads are started by a C function; its arguments and its answer are passed on as they are"
)]

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ending::end;

type Start = extern "C" fn(*mut c_void) -> *mut c_void;
type Create = unsafe extern "C" fn(*mut libc::pthread_t, *const libc::pthread_attr_t, Start, *mut c_void) -> c_int;

/// The function that Rust's threads start with, as an address; 0 before the first one. That is the one which waits for signals: it is
/// started before any library is asked for anything.
static OURS: AtomicUsize = AtomicUsize::new(0);

/// The C library's own function behind this one.
fn system() -> Option<Create> {
    static SYSTEM: OnceLock<Option<Create>> = OnceLock::new();
    // SAFETY: the name is a C string, and what has that name has that type.
    *SYSTEM.get_or_init(|| unsafe {
        let found = libc::dlsym(libc::RTLD_NEXT, c"pthread_create".as_ptr());
        (!found.is_null()).then(|| std::mem::transmute::<*mut c_void, Create>(found))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_create(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let Some(system) = system() else { return libc::EAGAIN };
    let whose = start as usize;
    let ours = OURS.compare_exchange(0, whose, Ordering::Relaxed, Ordering::Relaxed).unwrap_or_else(|ours| ours);
    // SAFETY: the caller keeps to the contract of the C function.
    let code = unsafe { system(thread, attributes, start, argument) };
    if code != 0 && ours != 0 && ours != whose {
        let fix = "allow more processes (ulimit -u) or memory";
        end(1, format_args!("the system refused a thread to a library (error {code}); {fix}"));
    }
    code
}
