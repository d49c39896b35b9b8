//! What of a request would fail at the servers that it names: as far as its own numbers tell, before anything is made. What only its rarest
//! values would run into is a note.

use super::check::{Delivery, Medium, Objection, of_body};
use super::rows::Server;
use crate::encode;
use crate::encode::image::png;
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::spec::{AudioFormat, AudioSpec, Distribution, ImageSource, ImageSpec, Media, Modality, Spec, VideoSpec};

/// Checks a settled request; says what has to be known of what passes.
///
/// # Errors
/// [`Error::Request`], or several of them, with the field of each thing that fails and what would work.
pub fn check_request(spec: &Spec) -> Result<Vec<String>> {
    let servers = super::named(&spec.servers)?;
    let delivery = Delivery::of(spec);
    let (mut refused, mut notes) = (delivery.objections(&servers), delivery.notes(&servers));
    for share in spec.shares() {
        let usual = objections(&share, &servers, Extent::Usual);
        let rare = objections(&share, &servers, Extent::Rare);
        let told = |one: &Objection, all: &[Objection]| all.iter().any(|known| known.field == one.field);
        let only_rare = rare.into_iter().filter(|one| !told(one, &usual));
        notes.extend(only_rare.map(|it| format!("some may fail: `{}`: {}; {}", it.field, it.problem, it.fix)));
        refused.extend(usual);
        notes.extend(share.video.iter().filter(|video| !video.as_frames).flat_map(|video| short(video, &servers)));
    }
    refused.dedup();
    notes.dedup();
    let refuse = |Objection { field, problem, fix }| Error::request(field, problem, fix);
    let mut refused: Vec<_> = refused.into_iter().map(refuse).collect();
    match refused.len() {
        0 => Ok(notes),
        1 => Err(refused.remove(0)),
        _ => Err(Error::Requests(refused)),
    }
}

/// Which of a quantity's values are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Usual,
    Rare,
}

impl Extent {
    fn most(self, values: &Distribution) -> f64 {
        if self == Self::Usual { values.typical() } else { values.extreme() }
    }

    fn least(self, values: &Distribution) -> u32 {
        (if self == Self::Usual { values.typical() } else { values.bounds().0 }) as u32
    }
}

fn objections(spec: &Spec, servers: &[&Server], extent: Extent) -> Vec<Objection> {
    let image = spec.image.as_ref().map(|image| (of_images(image, extent), &image.count));
    let audio = spec.audio.as_ref().map(|audio| (of_audio(audio, extent), &audio.count));
    let codec = spec.video.as_ref().and_then(|video| encode::codec_of(&video.codec));
    let clips = spec.video.as_ref().filter(|video| !video.as_frames);
    let video = clips.map(|video| (of_clips(video, codec.as_deref(), extent), &video.count));
    let media: Vec<_> = [image, audio, video].into_iter().flatten().collect();
    let mut all: Vec<_> = media.iter().flat_map(|(medium, _)| medium.objections(servers)).collect();
    if !matches!(spec.media, Media::Url { .. }) {
        let turns = extent.most(&spec.conversation.turns);
        let each = media.iter().map(|(medium, count)| medium.bytes.unwrap_or(0) as f64 * extent.most(count));
        let bytes = (each.sum::<f64>() * turns) as u64;
        all.extend(of_body(servers, spec.max_payload_bytes.map_or(bytes, |most| bytes.min(most))));
    }
    all
}

/// Stored images' bytes are known.
fn of_images(image: &ImageSpec, extent: Extent) -> Medium<'static> {
    let (width, height) = (extent.most(&image.width) as u32, extent.most(&image.height) as u32);
    let stored = matches!(image.source, ImageSource::Noise) && image.formats.iter().all(|it| image.stores_noise(*it));
    let bytes = stored.then(|| png::stored_length(Size::new(width, height)));
    Medium { modality: Modality::Image, sides: Some((width, height)), codec: None, pixel_format: None, bytes }
}

/// A WAV file's bytes are known.
fn of_audio(audio: &AudioSpec, extent: Extent) -> Medium<'static> {
    let rate = audio.sample_rates.iter().copied().min().unwrap_or(0);
    let depth = audio.bit_depths.iter().copied().min().unwrap_or(0);
    let second = f64::from(rate) * f64::from(audio.channels) * f64::from(depth / 8);
    let bytes = audio.formats.iter().all(|format| *format == AudioFormat::Wav);
    let bytes = bytes.then(|| (extent.most(&audio.seconds) * second) as u64);
    Medium { modality: Modality::Audio, sides: None, codec: None, pixel_format: None, bytes }
}

fn of_clips<'a>(video: &'a VideoSpec, codec: Option<&'a str>, extent: Extent) -> Medium<'a> {
    let sides = Some((extent.least(&video.width), extent.least(&video.height)));
    let seconds = video.frames.map_or(extent.most(&video.seconds), |frames| video.rate.seconds(frames));
    let bytes = video.bitrate.map(|bits| (bits as f64 / 8.0 * seconds) as u64);
    Medium { modality: Modality::Video, sides, codec, pixel_format: video.pixel_format.as_deref(), bytes }
}

/// What servers make of clips that may be shorter than what they look at.
fn short(video: &VideoSpec, servers: &[&Server]) -> Vec<String> {
    let frames = video.frames_at(video.rate).0;
    let least = servers.iter().filter_map(|server| Some((server.name, server.short_clip?)));
    let short = least.filter(|(_, (least, seconds))| frames < *least || video.rate.seconds(frames) < *seconds);
    let note =
        |(name, (least, _))| format!("{name} looks at {least} frames of a clip, or more; some have fewer: {frames}");
    short.map(note).collect()
}
