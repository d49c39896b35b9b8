//! Threads that the system refuses. This program does with fewer of its own; the libraries that encode wait for ever for a thread that
//! never came, so a refusal to one of them ends the run in one line.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![expect(
    unsafe_code,
    reason = "threads are started by a C function; its arguments and its answer are passed on as they are"
)]

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

use crate::ending::end;

type Start = extern "C" fn(*mut c_void) -> *mut c_void;
type Create = unsafe extern "C" fn(*mut libc::pthread_t, *const libc::pthread_attr_t, Start, *mut c_void) -> c_int;

unsafe extern "C" {
    /// The first byte of this program in memory, and the first behind its code, as the linker names them.
    static __executable_start: u8;
    static etext: u8;
}

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
    // SAFETY: the caller keeps to the contract of the C function.
    let code = unsafe { system(thread, attributes, start, argument) };
    if code != 0 && !is_ours(start) {
        let fix = "allow more processes (ulimit -u) or memory";
        end(1, format_args!("the system refused a thread to a library (error {code}); {fix}"));
    }
    code
}

/// Whether a thread starts in this program's own code, and not in a library's.
fn is_ours(start: Start) -> bool {
    let code = (&raw const __executable_start).addr()..(&raw const etext).addr();
    code.contains(&(start as usize))
}
