//! Finds and opens encoders by name.

use ffmpeg_next as ff;

use super::{failed, log};
use crate::error::{Error, Result};
use crate::frame::Size;

/// What every encoder is asked for: headers beside the stream, and no names of programs or hosts in it.
pub(super) const FLAGS: i32 = (ff::ffi::AV_CODEC_FLAG_GLOBAL_HEADER | ff::ffi::AV_CODEC_FLAG_BITEXACT) as i32;

/// The encoder of this name, when this FFmpeg has it.
pub(super) fn find(name: &str) -> Option<ff::Codec> {
    if name.contains('\0') { None } else { ff::encoder::find_by_name(name) }
}

/// FFmpeg's names of the pixel formats that this encoder takes; none when this FFmpeg has no such video encoder.
pub(crate) fn pixel_formats(name: &str) -> Option<Vec<String>> {
    let video = find(name)?.video().ok()?;
    let named = video.formats().into_iter().flatten().filter_map(ff::format::Pixel::descriptor);
    Some(named.map(|format| format.name().to_owned()).collect())
}

/// Whether FFmpeg takes frames of this size at all.
#[expect(unsafe_code, reason = "the wrapper does not offer this question")]
pub(crate) fn takes_size(size: Size) -> bool {
    let none = ff::ffi::AVPixelFormat::AV_PIX_FMT_NONE;
    // SAFETY: numbers are compared; a null context is allowed and only where the log would go.
    unsafe { ff::ffi::av_image_check_size2(size.width, size.height, i64::MAX, none, 0, std::ptr::null_mut()) >= 0 }
}

/// Whether this FFmpeg has an audio encoder of this name.
pub(crate) fn has_audio_encoder(name: &str) -> bool {
    find(name).is_some_and(|codec| codec.is_audio())
}

/// A context for this encoder, not yet open: with the flags that the encoder sets itself, closed groups of images among them.
#[expect(unsafe_code, reason = "the wrapper's own setter drops the flags that are set already")]
pub(super) fn context(name: &str) -> Result<ff::codec::Context> {
    let codec = find(name).ok_or_else(|| Error::encode(name, "this FFmpeg has no such encoder"))?;
    let mut context = ff::codec::Context::new_with_codec(codec);
    // SAFETY: the context is alive and not open.
    unsafe {
        (*context.as_mut_ptr()).flags |= FLAGS;
        (*context.as_mut_ptr()).log_level_offset = log::level_offset();
    }
    Ok(context)
}

/// Opens the context, whose options are set.
///
/// # Errors
/// FFmpeg's own reason.
#[expect(unsafe_code, reason = "the wrapper opens contexts of one kind of stream each")]
pub(super) fn open(name: &str, mut context: ff::codec::Context) -> Result<ff::encoder::Encoder> {
    log::take();
    // SAFETY: the context is alive and not open, and knows its encoder.
    let code = unsafe { ff::ffi::avcodec_open2(context.as_mut_ptr(), std::ptr::null(), std::ptr::null_mut()) };
    if code < 0 {
        return Err(failed(name, ff::Error::from(code)));
    }
    Ok(context.encoder())
}
