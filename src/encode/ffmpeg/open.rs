//! Opens an encoder by name with options, all of which it must know.

use ffmpeg_next as ff;

use super::{failed, log};
use crate::error::{Error, Result};

/// An encoder's options as FFmpeg spells them, in order.
pub(crate) type Options = Vec<(String, String)>;

/// The encoder of this name, when this FFmpeg has it.
pub(super) fn find(name: &str) -> Option<ff::Codec> {
    log::capture();
    if name.contains('\0') { None } else { ff::encoder::find_by_name(name) }
}

/// FFmpeg's names of the pixel formats that this encoder takes; none when this FFmpeg has no such video encoder.
pub(crate) fn pixel_formats(name: &str) -> Option<Vec<String>> {
    let video = find(name)?.video().ok()?;
    let named = video.formats().into_iter().flatten().filter_map(ff::format::Pixel::descriptor);
    Some(named.map(|format| format.name().to_owned()).collect())
}

/// Whether this FFmpeg has a sound encoder of this name.
pub(crate) fn sound_exists(name: &str) -> bool {
    find(name).is_some_and(|codec| codec.is_audio())
}

/// A context for this encoder, not yet open.
pub(super) fn context(name: &str) -> Result<ff::codec::Context> {
    let codec = find(name).ok_or_else(|| Error::encode(name, "this FFmpeg has no such encoder"))?;
    let mut context = ff::codec::Context::new_with_codec(codec);
    context.set_flags(ff::codec::Flags::GLOBAL_HEADER | bitexact());
    Ok(context)
}

/// Opens the context.
///
/// # Errors
/// An option that the encoder does not know, or FFmpeg's own reason.
pub(super) fn open(name: &str, mut context: ff::codec::Context, options: &Options) -> Result<ff::encoder::Encoder> {
    if let Some((key, _)) = options.iter().find(|(key, value)| key.contains('\0') || value.contains('\0')) {
        return Err(Error::encode(name, format!("option {key:?} holds a zero byte")));
    }
    log::take();
    let dictionary = options.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let unknown = open_with(&mut context, dictionary).map_err(|code| failed(name, code))?;
    if !unknown.is_empty() {
        return Err(Error::encode(name, format!("it knows no option {}", unknown.join(", "))));
    }
    match log::take_refused_options() {
        refused if refused.is_empty() => Ok(context.encoder()),
        refused => Err(Error::encode(name, refused)),
    }
}

/// Opens the context and returns the names of the options that nobody took.
#[expect(unsafe_code, reason = "the wrapper's own `open_with` drops the options that nobody took")]
fn open_with(context: &mut ff::codec::Context, options: ff::Dictionary<'_>) -> Result<Vec<String>, ff::Error> {
    // SAFETY: the context is alive and not open; the dictionary is given up to FFmpeg and what it leaves is owned again.
    let (code, left) = unsafe {
        let mut raw = options.disown();
        let code = ff::ffi::avcodec_open2(context.as_mut_ptr(), std::ptr::null(), &raw mut raw);
        (code, ff::Dictionary::own(raw))
    };
    if code < 0 {
        return Err(ff::Error::from(code));
    }
    Ok(left.iter().map(|(key, _)| key.to_owned()).collect())
}

/// `AV_CODEC_FLAG_BITEXACT`, which the wrapper does not name.
fn bitexact() -> ff::codec::Flags {
    ff::codec::Flags::from_bits_retain(ff::ffi::AV_CODEC_FLAG_BITEXACT)
}
