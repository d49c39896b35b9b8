//! Options set on an encoder that is not open yet, one by one, so that one which it does not know, or which changes what the
//! encoder is fed, is found before anything of the library runs.

use std::ffi::{CStr, CString, c_void};

use ffmpeg_next as ff;
use ffmpeg_next::ffi;

use super::{failed, log};
use crate::error::{Error, Result};

/// Letters by which a name may differ from one that is meant.
const NEAR: usize = 3;

/// Sets the options in order.
///
/// # Errors
/// An option that neither the encoder nor FFmpeg knows, with the nearest that it does, or a value that it does not take.
pub(super) fn set(name: &str, context: &mut ff::codec::Context, options: &[(String, String)]) -> Result<()> {
    log::take();
    for (key, value) in options {
        let code = set_one(context, key, value)
            .ok_or_else(|| Error::encode(name, format!("option {key:?} holds a zero byte")))?;
        if code == ffi::AVERROR_OPTION_NOT_FOUND {
            let nearest = nearest(context, key).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
            return Err(Error::encode(name, format!("it knows no option {key}{nearest}")));
        }
        if code < 0 {
            return Err(match failed(name, ff::Error::from(code)) {
                Error::Encode { problem, .. } => Error::encode(name, format!("option {key}={value}: {problem}")),
                other => other,
            });
        }
    }
    Ok(())
}

/// FFmpeg's answer to one option; none when a zero byte keeps it from being asked.
#[expect(unsafe_code, reason = "the wrapper sets options only while it opens the encoder")]
fn set_one(context: &mut ff::codec::Context, key: &str, value: &str) -> Option<i32> {
    let (key, value) = (CString::new(key).ok()?, CString::new(value).ok()?);
    // SAFETY: the context is alive, not open, and starts with its class; both strings end in a zero and are copied.
    Some(unsafe {
        let object = context.as_mut_ptr().cast::<c_void>();
        ffi::av_opt_set(object, key.as_ptr(), value.as_ptr(), ffi::AV_OPT_SEARCH_CHILDREN)
    })
}

/// What the encoder's own or FFmpeg's option of this name is set to.
#[expect(unsafe_code, reason = "the wrapper reads no options")]
pub(super) fn number(context: &mut ff::codec::Context, key: &CStr) -> Option<i64> {
    let mut value = 0;
    // SAFETY: as in `set_one`; `value` is written when the answer is not negative.
    let code = unsafe {
        let object = context.as_mut_ptr().cast::<c_void>();
        ffi::av_opt_get_int(object, key.as_ptr(), ffi::AV_OPT_SEARCH_CHILDREN, &raw mut value)
    };
    (code >= 0).then_some(value)
}

/// The option whose name is most like this one, when one is like it.
fn nearest(context: &mut ff::codec::Context, key: &str) -> Option<String> {
    let all = names(context).into_iter();
    let distances = all.map(|name| (strsim::damerau_levenshtein(key, &name), name));
    distances.filter(|(distance, _)| *distance <= NEAR).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// The names of the options of the encoder's own, then of FFmpeg's that encoders of images may hear.
#[expect(unsafe_code, reason = "the wrapper does not list options")]
fn names(context: &mut ff::codec::Context) -> Vec<String> {
    let mut names = Vec::new();
    // SAFETY: the context is alive and starts with its class, as does the child that FFmpeg gives of it, if any; options live
    // as long as the libraries.
    unsafe {
        let object = context.as_mut_ptr().cast::<c_void>();
        for object in [ffi::av_opt_child_next(object, std::ptr::null_mut()), object] {
            let mut option = std::ptr::null();
            while !object.is_null() {
                option = ffi::av_opt_next(object, option);
                let Some(found) = option.as_ref() else { break };
                let wanted = ffi::AV_OPT_FLAG_ENCODING_PARAM | ffi::AV_OPT_FLAG_VIDEO_PARAM;
                if found.type_ != ffi::AVOptionType::AV_OPT_TYPE_CONST && found.flags & wanted == wanted {
                    names.push(CStr::from_ptr(found.name).to_string_lossy().into_owned());
                }
            }
        }
    }
    names
}
