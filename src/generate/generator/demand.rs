//! What a request needs, from its own numbers: memory for each worker, and room on the disk. Estimates on the safe side, checked
//! against measured runs; it knows nothing of the machine.

use crate::encode::image::png;
use crate::encode::video::frames_held;
use crate::frame::{PixelFormat, Size};
use crate::generate::produce;
use crate::pattern::Pattern;
use crate::spec::{
    AudioFormat, AudioSpec, Distribution, ImageFormat, ImageSource, ImageSpec, Lengths, Media, Share, Spec, TextSpec,
    VideoSpec,
};

/// What one modality takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Need {
    /// The field that makes it larger or smaller.
    pub(super) field: &'static str,
    /// The largest value that it comes to, and its unit.
    pub(super) largest: f64,
    pub(super) unit: &'static str,
    /// How the memory grows with the field's value: 1 for a length, 2 for a side.
    pub(super) power: f64,
    /// Bytes of memory that a worker needs to make the largest item.
    pub(super) making: f64,
    /// Bytes of memory that a record's items take until they are written.
    pub(super) waiting: f64,
    /// Bytes in a record's line of each format, as far as they are known.
    pub(super) line: f64,
    /// Bytes in the record's other files, as far as they are known.
    pub(super) files: f64,
    /// Whether these are all, within a tenth.
    pub(super) known: bool,
}

/// Bytes of English text to a token, in the line with its escapes.
const TOKEN: f64 = 4.6;

/// Bytes of a record in a file of lines, without its items.
const RECORD: f64 = 60.0;

/// Bytes of an item in `records.jsonl`.
const ITEM: f64 = 220.0;

/// Bytes of base64 to a byte.
const BASE64: f64 = 4.0 / 3.0;

/// Bytes of an open encoder beside its frames.
const ENCODER: f64 = 60e6;

/// The least bytes of a clip, and of each of its frames.
const CLIP: f64 = 600.0;
const FRAME: f64 = 12.0;

/// Every modality's need.
pub(super) fn needs(spec: &Spec) -> Vec<Need> {
    let whole = |needs: &[Need]| needs.iter().map(|need| need.making + need.waiting).sum::<f64>();
    let shares = spec.shares().iter().map(needs_of).collect::<Vec<_>>();
    // Records of the hungriest share may come one after the other.
    shares.into_iter().max_by(|one, other| whole(one).total_cmp(&whole(other))).unwrap_or_default()
}

fn needs_of(spec: &Spec) -> Vec<Need> {
    let turns = (spec.conversation.turns.extreme(), spec.conversation.turns.typical());
    let inline = spec.media == Media::Inline;
    // A file of the pool of reused items is written once, however many records show it.
    let own = 1.0 - spec.reuse.rate;
    let text = spec.text.as_ref().map(|text| of_text(text, turns));
    let image = spec.image.as_ref().map(|image| of_images(image, turns, inline, own, produce::writes_in_place(spec)));
    let audio = spec.audio.as_ref().map(|audio| of_audio(audio, turns, inline, own));
    let video = spec.video.as_ref().map(|video| of_video(video, turns, inline, own));
    [text, image, audio, video].into_iter().flatten().collect()
}

/// Bytes on disk for each record, and whether that is all, within a tenth.
pub(super) fn disk(spec: &Spec) -> (f64, bool) {
    if spec.mix.is_empty() {
        return disk_of(spec);
    }
    let all: f64 = spec.mix.iter().map(|share| share.weight).sum();
    let shares = spec.shares();
    let parts = shares.iter().zip(&spec.mix).map(|(share, Share { weight, .. })| weight / all * disk_of(share).0);
    (parts.sum(), false) // how many of each there will be is drawn
}

fn disk_of(spec: &Spec) -> (f64, bool) {
    let needs = needs_of(spec);
    let formats = spec.formats.len().max(1) as f64;
    let bytes = needs.iter().map(|need| need.line * formats + need.files).sum::<f64>();
    (bytes + RECORD * (formats + 1.0), needs.iter().all(|need| need.known))
}

/// The greatest and the usual number of a record's turns.
type Turns = (f64, f64);

fn of_text(text: &TextSpec, turns: Turns) -> Need {
    let (most, usual) = match &text.lengths {
        Lengths::Independent { isl, .. } => (isl.extreme(), isl.typical()),
        Lengths::Pairs(pairs) => {
            let weight: f64 = pairs.iter().map(|(weight, _)| weight).sum();
            let most = pairs.iter().map(|(_, pair)| pair.isl.extreme()).fold(1.0, f64::max);
            (most, pairs.iter().map(|(share, pair)| share / weight * pair.isl.typical()).sum())
        }
    };
    let prompts = text.batch as f64;
    Need {
        field: "text.isl",
        largest: most,
        unit: "tokens",
        power: 1.0,
        // The text, its ids, and what the search for its end tries.
        making: most * 32.0,
        // The text and its line.
        waiting: turns.0 * prompts * usual * TOKEN * 2.0,
        line: turns.1 * prompts * usual * TOKEN,
        files: 0.0,
        known: true,
    }
}

/// `placed` images take no memory, for they are drawn to their places.
fn of_images(image: &ImageSpec, turns: Turns, inline: bool, own: f64, placed: bool) -> Need {
    let most = image.width.extreme() * image.height.extreme();
    let usual = image.width.typical() * image.height.typical();
    let noise = matches!(image.source, ImageSource::Noise);
    let stored = |format: &ImageFormat| noise && image.stores_noise(*format);
    // Bytes to a pixel while it is made, and of the file.
    let (making, file) = image.formats.iter().fold((0.0, 0.0), |(making, file): (f64, f64), format| {
        let work = if stored(format) { 0.0 } else { format.codec().working };
        (making.max(work), file.max(format.codec().densest))
    });
    let all_stored = image.formats.iter().all(stored);
    let on_disk = match all_stored {
        true => png::stored_length(Size::new(image.width.typical() as u32, image.height.typical() as u32)) as f64,
        false => 0.01 * usual,
    };
    let items = (image.count.bounds().1 * turns.0, image.count.typical() * turns.1);
    Need {
        field: "image.width",
        largest: image.width.extreme(),
        unit: "pixels",
        power: 2.0,
        making: 1e6 + most * making,
        waiting: if inline && !placed { items.0 * usual * file * BASE64 } else { 0.0 },
        line: items.1 * if inline { on_disk * BASE64 } else { 0.0 },
        files: items.1 * (ITEM + if inline { 0.0 } else { on_disk * own }),
        known: all_stored && (inline || own == 1.0),
    }
}

fn of_audio(audio: &AudioSpec, turns: Turns, inline: bool, own: f64) -> Need {
    let rate = audio.sample_rates.iter().copied().max().unwrap_or(1);
    let depth = audio.bit_depths.iter().copied().max().unwrap_or(8);
    let samples = f64::from(rate) * f64::from(audio.channels) * f64::from(depth) / 8.0;
    let all = |format| audio.formats.iter().all(|asked| *asked == format);
    let wav = all(AudioFormat::Wav);
    let known = wav && audio.sample_rates.len() * audio.bit_depths.len() == 1;
    // Bytes to a second: of the longest file, and of any on disk.
    let lossy = |format| matches!(format, AudioFormat::Mp3 | AudioFormat::Opus);
    let second = if audio.formats.iter().copied().all(lossy) { 64e3 } else { samples };
    let on_disk = audio.seconds.typical() * if known { second } else { 1e3 };
    let items = (audio.count.bounds().1 * turns.0, audio.count.typical() * turns.1);
    let held = |seconds: f64| if inline { seconds * second * BASE64 } else { 0.0 };
    Need {
        field: "audio.seconds",
        largest: audio.seconds.extreme(),
        unit: "seconds",
        power: 1.0,
        making: 1e6 + held(audio.seconds.extreme()) * if wav { 1.0 } else { 2.0 },
        waiting: items.0 * held(audio.seconds.typical()),
        line: items.1 * if inline { on_disk * BASE64 } else { 0.0 },
        files: items.1 * (ITEM + if inline { 0.0 } else { on_disk * own }),
        known: known && (inline || own == 1.0),
    }
}

fn of_video(video: &VideoSpec, turns: Turns, inline: bool, own: f64) -> Need {
    let size = |sides: fn(&Distribution) -> f64| Size::new(sides(&video.width) as u32, sides(&video.height) as u32);
    let frame = |sides| PixelFormat::I420.frame_bytes(size(sides)) as f64;
    let frames = |value: fn(&Distribution) -> f64| {
        let rate = video.rates.as_ref().map_or(video.rate.fps(), value);
        video.frames.map_or(value(&video.seconds) * rate, f64::from)
    };
    // What of a clip's pixels is left, at the best quality: noise does not compress; of a drawing whole frames are little, and
    // what moves between them is less.
    let density = match video.pattern {
        Pattern::Noise => 1.2,
        _ => 0.01 + video.gop.map_or(0.0, |gop| 0.1 / f64::from(gop)),
    };
    let clip = |value: fn(&Distribution) -> f64| match video.bitrate {
        Some(bits) => bits as f64 / 8.0 * frames(value) / video.rate.fps(),
        None => frames(value) * frame(value) * density,
    };
    let held = |value| if inline { clip(value) * BASE64 } else { 0.0 };
    let items = (video.count.bounds().1 * turns.0, video.count.typical() * turns.1);
    Need {
        field: "video.width",
        largest: video.width.extreme(),
        unit: "pixels",
        power: 2.0,
        // The bytes once as they are and once as base64.
        making: ENCODER + frames_held(video) * frame(Distribution::extreme) + 1.75 * held(Distribution::extreme),
        waiting: items.0 * held(Distribution::typical),
        line: 0.0,
        files: items.1 * (ITEM + own * (CLIP + FRAME * frames(Distribution::typical))),
        known: false,
    }
}
