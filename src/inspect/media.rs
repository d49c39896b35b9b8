//! One medium: whether its bytes are those that `records.jsonl` tells of, and decode to what it tells.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use crate::content::image;
use crate::dataset::ListedItem;
use crate::encode::{self, DecodedAudio, DecodedMedia, DecodedVideo};
use crate::frame::Size;
use crate::io::digest::digest_file;
use crate::spec::Modality;

/// Seconds by which lossy sound may differ from what went into it: its codecs work in frames, and add some at both ends.
const SLACK: f64 = 0.15;

/// Bytes of an image's file, above which it is not read: more than any image that is decoded here has.
pub(super) const LARGEST_IMAGE: u64 = 1 << 29;

/// Where an item's bytes are.
pub(super) enum Source<'a> {
    /// In this file.
    File(&'a Path),
    /// Here; they were found by their digest.
    Memory(Vec<u8>),
}

/// What is wrong with a file's bytes, by their number and digest.
pub(super) fn differs(path: &Path, item: &ListedItem) -> Option<String> {
    let there = match std::fs::symlink_metadata(path) {
        Ok(file) if file.is_file() => file.len(),
        Ok(_) => return Some("it is no file".to_owned()),
        Err(why) => return Some(why.to_string()),
    };
    if there != item.bytes {
        return Some(format!("it has {there} bytes, and records.jsonl says {}", item.bytes));
    }
    match digest_file(path) {
        Ok((_, sha256)) if sha256 == item.sha256 => None,
        Ok(_) => Some("its SHA-256 is not that of records.jsonl".to_owned()),
        Err(why) => Some(why.to_string()),
    }
}

/// What is wrong with what an item decodes to. `None` when nothing is; the flag says whether it was decoded, which images of more pixels
/// than any decoder here takes are not.
pub(super) fn decodes(modality: Modality, item: &ListedItem, from: Source<'_>) -> Result<bool, String> {
    match (modality, item.format.as_str()) {
        (Modality::Image, _) => still(item, from),
        (Modality::Audio, "wav") => reading(from, |file| wav(item, file)).map(|()| true),
        (Modality::Audio, _) => reading(from, |file| sound(item, file)).map(|()| true),
        (Modality::Video, _) => reading(from, |file| clip(item, file)).map(|()| true),
    }
}

/// A file or bytes, read alike.
trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

fn reading<T>(from: Source<'_>, read: impl FnOnce(Box<dyn ReadSeek>) -> Result<T, String>) -> Result<T, String> {
    read(match from {
        Source::File(path) => Box::new(BufReader::new(File::open(path).map_err(|why| why.to_string())?)),
        Source::Memory(bytes) => Box::new(Cursor::new(bytes)),
    })
}

fn still(item: &ListedItem, from: Source<'_>) -> Result<bool, String> {
    let (Some(width), Some(height)) = (item.width, item.height) else { return Err(untold("its size")) };
    if !image::can_decode(Size { width, height }) {
        return Ok(false);
    }
    let bytes = match from {
        Source::File(_) if item.bytes > LARGEST_IMAGE => {
            return Err(format!("{} bytes are more than any image of its size has", item.bytes));
        }
        Source::File(path) => std::fs::read(path).map_err(|why| why.to_string())?,
        Source::Memory(bytes) => bytes,
    };
    let (format, size) = image::decode_whole(&bytes)?;
    same("format", &item.format, &format)?;
    same("size", &format!("{width}x{height}"), &format!("{}x{}", size.width, size.height))?;
    Ok(true)
}

fn wav(item: &ListedItem, file: impl Read) -> Result<(), String> {
    let mut reader = hound::WavReader::new(file).map_err(|why| why.to_string())?;
    let hound::WavSpec { channels, sample_rate, .. } = reader.spec();
    let samples = u64::from(reader.duration());
    let read = reader.samples::<i32>().try_fold(0_u64, |read, sample| sample.map(|_| read + 1));
    let read = read.map_err(|why| why.to_string())?;
    if read != samples * u64::from(channels) {
        return Err(format!("its header tells of {samples} samples, and it ends after {}", read / u64::from(channels)));
    }
    heard(item, &DecodedAudio { sample_rate, channels, samples }, 0.5 / f64::from(sample_rate.max(1)))?;
    same("sample rate", item.sample_rate.unwrap_or_default(), sample_rate)
}

fn sound(item: &ListedItem, file: Box<dyn ReadSeek>) -> Result<(), String> {
    let audio = decode(file)?.audio.ok_or("it holds no sound")?;
    heard(item, &audio, SLACK)
}

fn clip(item: &ListedItem, file: Box<dyn ReadSeek>) -> Result<(), String> {
    let DecodedMedia { video, audio } = decode(file)?;
    let DecodedVideo { width, height, frames, told, codec } = video.ok_or("it holds no frames")?;
    let (Some(listed_width), Some(listed_height)) = (item.width, item.height) else { return Err(untold("its size")) };
    same("size", format!("{listed_width}x{listed_height}"), format!("{width}x{height}"))?;
    same("number of frames", item.frames.ok_or_else(|| untold("its frames"))?, frames)?;
    if let Some(told) = told.filter(|told| *told != frames) {
        return Err(format!("its container tells of {told} frames, and {frames} decode"));
    }
    if let Some(listed) = item.codec.as_deref().and_then(encode::codec_of) {
        same("codec", listed, codec)?;
    }
    match (&item.audio_codec, audio) {
        (None, None) => Ok(()),
        (Some(_), Some(audio)) => heard(item, &audio, SLACK),
        (None, Some(_)) => Err("it has a sound track, and records.jsonl tells of none".to_owned()),
        (Some(_), None) => Err("it has no sound track, and records.jsonl tells of one".to_owned()),
    }
}

fn decode(file: Box<dyn ReadSeek>) -> Result<DecodedMedia, String> {
    encode::decode(file).map_err(|why| why.to_string())
}

/// Channels, and a length that may be off by so many seconds. Not the sample rate: Opus has one of its own.
fn heard(item: &ListedItem, audio: &DecodedAudio, slack: f64) -> Result<(), String> {
    same("number of channels", item.channels.unwrap_or_default(), audio.channels)?;
    let seconds = audio.samples as f64 / f64::from(audio.sample_rate.max(1));
    let listed = item.seconds.ok_or_else(|| untold("its length"))?;
    if (seconds - listed).abs() > slack {
        return Err(format!("it lasts {seconds:.3} s, and records.jsonl says {listed} s"));
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Display>(what: &str, listed: T, found: T) -> Result<(), String> {
    if listed == found { Ok(()) } else { Err(format!("its {what} is {found}, and records.jsonl says {listed}")) }
}

fn untold(what: &str) -> String {
    format!("records.jsonl does not tell {what}")
}
