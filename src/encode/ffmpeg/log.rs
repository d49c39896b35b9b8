//! FFmpeg's log, where the process has it captured: nothing of it reaches the terminal; what it says of an error is kept for the
//! error's one line.

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

static CAPTURED: Once = Once::new();

/// What is added to the level of all that an encoder says, where nobody captures it: more than any log shows, and
/// less than the 256 at which FFmpeg counts anew.
const UNHEARD: c_int = 150;

/// What an encoder's context is to add to the level of what it says.
pub(super) fn level_offset() -> c_int {
    if CAPTURED.is_completed() { 0 } else { UNHEARD }
}

/// Takes FFmpeg's log over, once in a process.
pub(crate) fn capture() {
    CAPTURED.call_once(|| {
        ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Warning);
        install();
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

/// C's `va_list` as an argument: on x86-64 an array, so that its address is passed; elsewhere what bindgen makes of it.
#[cfg(target_arch = "x86_64")]
type VaList = *mut ffi::__va_list_tag;
#[cfg(not(target_arch = "x86_64"))]
type VaList = ffi::va_list;

#[expect(unsafe_code, reason = "called by FFmpeg, formats its arguments with FFmpeg's own function")]
unsafe extern "C" fn keep(context: *mut c_void, level: c_int, format: *const c_char, args: VaList) {
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
