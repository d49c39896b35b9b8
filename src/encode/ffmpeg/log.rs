//! FFmpeg's log: nothing of it reaches the terminal; what it says of an error is kept for the error's one line.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;

use ffmpeg_next::ffi;

/// Lines that are told of one failure, the first ones: later lines are echoes.
const LINES: usize = 2;

/// Lines that are kept until somebody asks.
const KEPT: usize = 16;

/// How warnings start that tell of an option inside a list of the library's own ones, which FFmpeg goes on without.
const REFUSED: [&str; 3] = ["Error parsing option", "Unknown option", "Invalid value"];

thread_local! {
    static SAID: RefCell<Vec<(c_int, String)>> = const { RefCell::new(Vec::new()) };
}

/// Takes FFmpeg's log over and has it put its errors into words, once in a process.
pub(super) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        ffmpeg_next::error::register_all();
        ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Warning);
        install();
        quieten_svt();
    });
}

/// The errors that FFmpeg logged on this thread since the last call, in one line.
pub(super) fn take() -> String {
    drain(|level, _| level <= ffi::AV_LOG_ERROR)
}

/// The warnings about options that were not taken.
pub(super) fn take_refused_options() -> String {
    drain(|_, line| REFUSED.iter().any(|start| line.starts_with(start)))
}

fn drain(wanted: impl Fn(c_int, &str) -> bool) -> String {
    let said = SAID.with_borrow_mut(std::mem::take);
    let lines: Vec<_> = said.into_iter().filter(|(level, line)| wanted(*level, line)).map(|(_, line)| line).collect();
    lines[..lines.len().min(LINES)].join("; ")
}

#[expect(unsafe_code, reason = "FFmpeg hands its log out through a C callback only")]
fn install() {
    // SAFETY: `keep` has the type that FFmpeg asks for, is `'static` and never unwinds.
    unsafe { ffi::av_log_set_callback(Some(keep)) };
}

/// SVT-AV1 has a log of its own, which goes to standard error unless this variable says that errors alone are wanted.
#[expect(unsafe_code, reason = "SVT-AV1 listens to its environment only")]
fn quieten_svt() {
    if std::env::var_os("SVT_LOG").is_none() {
        // SAFETY: this comes before the first encoder and its threads; of the threads that may run by then none reads the
        // environment past Rust's own lock.
        unsafe { std::env::set_var("SVT_LOG", "1") };
    }
}

#[expect(unsafe_code, reason = "called by FFmpeg, formats its arguments with FFmpeg's own function")]
unsafe extern "C" fn keep(context: *mut c_void, level: c_int, format: *const c_char, args: *mut ffi::__va_list_tag) {
    if level > ffi::AV_LOG_WARNING {
        return;
    }
    let mut line = [0 as c_char; 512];
    let mut prefix = 0;
    // SAFETY: the three pointers come from FFmpeg and are passed on once; `line` is as long as said and ends in a zero.
    let text = unsafe {
        let size = line.len() as c_int;
        ffi::av_log_format_line2(context, level, format, args, line.as_mut_ptr(), size, &raw mut prefix);
        CStr::from_ptr(line.as_ptr())
    };
    let text = text.to_string_lossy();
    // A thread that is going away has no such list any more: its words are lost, which harms nothing.
    let _ = SAID.try_with(|said| {
        if let Ok(mut said) = said.try_borrow_mut()
            && said.len() < KEPT
            && !text.trim().is_empty()
        {
            said.push((level, text.trim().trim_end_matches('.').to_owned()));
        }
    });
}
