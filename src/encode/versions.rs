//! What a dataset's bytes depend on beside the request: the libraries that encode them.

use std::collections::BTreeMap;

use super::ffmpeg;
use crate::spec::{ImageFormat, Spec};

/// The libraries that encode what is asked for, each with its version.
#[must_use]
pub fn versions(spec: &Spec) -> BTreeMap<&'static str, String> {
    spec.shares().iter().flat_map(of_share).collect()
}

fn of_share(spec: &Spec) -> BTreeMap<&'static str, String> {
    let formats = spec.audio.iter().flat_map(|audio| &audio.formats);
    let audio = formats.filter_map(|format| format.codec().ffmpeg).map(|(encoder, _)| encoder);
    let clips = spec.video.iter().filter(|video| !video.as_frames);
    let frames = spec.video.iter().filter(|video| video.as_frames).map(|_| &ImageFormat::Jpeg);
    let video = clips.clone().map(|video| video.codec.as_str());
    let tracks = clips.filter_map(|video| Some(video.track.as_ref()?.codec.as_str()));
    let encoders: Vec<&str> = audio.chain(video).chain(tracks).collect();
    let ffmpeg = if encoders.is_empty() { Vec::new() } else { ffmpeg::library_versions(&encoders) };
    let images = spec.image.iter().flat_map(|image| &image.formats).chain(frames);
    let image = images.filter_map(|format| format.codec().library);
    ffmpeg.into_iter().chain(image.map(|(name, version)| (name, version.to_owned()))).collect()
}

/// The versions of FFmpeg's own libraries, and the licence that they are under as they were built; none in a build without FFmpeg.
#[must_use]
pub fn ffmpeg_build() -> Option<(Vec<(&'static str, String)>, &'static str)> {
    ffmpeg::licence().map(|licence| (ffmpeg::library_versions(&[]), licence))
}
