//! The FORMATS table: the files that load generators read. A format is one row here and one file below.

mod multi_turn;
mod single_turn;

use crate::dataset::line::Line;
use crate::error::{Error, Result};
use crate::record::{Item, Record};
use crate::spec::{AudioFormat, Conversation, ImageFormat, Media, Spec, TextSpec};

/// One row of the table.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its file in the dataset's folder.
    pub file: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Whether it can hold a conversation of several turns.
    pub turns: bool,
    /// The formats of audio that its reader takes.
    pub audio: &'static [AudioFormat],
    /// The formats of images that its reader takes inline.
    pub images: &'static [ImageFormat],
    /// The formats of images that its reader takes from files.
    pub image_files: &'static [ImageFormat],
    /// The containers of clips that its reader takes.
    pub containers: &'static [&'static str],
    /// What its reader does to images in files, if it does not pass them on as they are.
    pub image_files_note: Option<&'static str>,
    /// Whether it has a place for a system prompt.
    pub system: bool,
    /// What stands around the records.
    pub layout: Layout,
    /// Writes a record, a value of JSON.
    pub record: fn(&Record, &mut Line),
}

/// What stands around the records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Before all of them.
    pub begin: &'static str,
    /// Before each but the first.
    pub before: &'static str,
    /// Behind each.
    pub after: &'static str,
    /// Behind all of them.
    pub end: &'static str,
}

impl Layout {
    /// JSON Lines.
    pub const LINES: Self = Self { begin: "", before: "", after: "\n", end: "" };
    /// One array, an element a line.
    pub const ARRAY: Self = Self { begin: "[\n", before: ",\n", after: "", end: "\n]\n" };
}

impl Format {
    /// The record as it stands in the file.
    #[must_use]
    pub fn line(&self, record: &Record) -> Line {
        let Layout { before, after, .. } = self.layout;
        let mut line = Line::between(if record.index == 0 { "" } else { before }, after);
        (self.record)(record, &mut line);
        line
    }
}

/// Every format, in the order of the help.
pub const FORMATS: [Format; 2] = [
    Format {
        name: "single_turn",
        file: "single_turn.jsonl",
        help: "AIPerf: one request a line",
        turns: false,
        system: false,
        record: single_turn::record,
        ..AIPERF
    },
    Format {
        name: "multi_turn",
        file: "multi_turn.jsonl",
        help: "AIPerf: one conversation a line",
        turns: true,
        system: true,
        record: multi_turn::record,
        ..AIPERF
    },
];

/// What AIPerf's formats have in common.
const AIPERF: Format = Format {
    name: "",
    file: "",
    help: "",
    turns: false,
    system: false,
    audio: &[AudioFormat::Wav, AudioFormat::Mp3],
    images: &[ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp],
    image_files: &[ImageFormat::Png, ImageFormat::Jpeg],
    containers: &["webm", "mp4"],
    image_files_note: Some(
        "AIPerf encodes images in files again before it sends them: servers get other bytes than records.jsonl has; \
        with `media` inline they get the same",
    ),
    layout: Layout::LINES,
    record: multi_turn::record,
};

/// The row called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|row| row.name == name)
}

/// The names of the formats to write: those asked for, or the first that has a place for all that is asked for.
///
/// # Errors
/// [`Error::Request`] when a format cannot hold the conversations, or their system prompt.
pub fn choose(asked: &[String], conversation: &Conversation, text: Option<&TextSpec>) -> Result<Vec<String>> {
    let several = conversation.turns.bounds().1 > 1.0;
    let system = text.is_some_and(TextSpec::has_system);
    if asked.is_empty() {
        let fits = FORMATS.iter().find(|row| (row.turns || !several) && (row.system || !system));
        return Ok(fits.map(|row| row.name.to_owned()).into_iter().collect());
    }
    let mut chosen = Vec::new();
    for row in FORMATS.iter().filter(|row| asked.iter().any(|name| name == row.name)) {
        if several && !row.turns {
            let problem = format!("{} holds one turn a record", row.name);
            return Err(Error::request("formats", problem, "use multi_turn, or `conversation.turns` 1"));
        }
        if system && !row.system {
            let have: Vec<_> = FORMATS.iter().filter(|row| row.system).map(|row| row.name).collect();
            let problem = format!("{} has no place for a system prompt", row.name);
            return Err(Error::request(
                "formats",
                problem,
                format!("use {}, or drop the system prompt", have.join(" or ")),
            ));
        }
        chosen.push(row.name.to_owned());
    }
    Ok(chosen)
}

/// The formats of a request's dataset: those that it names, or the first that has a place for all.
///
/// # Errors
/// As [`choose`] and [`check`].
pub fn chosen(spec: &Spec) -> Result<Vec<&'static Format>> {
    if let Some(unknown) = spec.formats.iter().find(|name| named(name).is_none()) {
        let names: Vec<_> = FORMATS.iter().map(|row| row.name).collect();
        return Err(Error::request(
            "formats",
            format!("there is no format {unknown}"),
            format!("give {}", names.join(" or ")),
        ));
    }
    let formats = choose(&spec.formats, &spec.conversation, spec.text.as_ref())?;
    let spec = Spec { formats, ..spec.clone() };
    check(&spec)?;
    Ok(spec.formats.iter().filter_map(|name| named(name)).collect())
}

/// Checks that every format takes the media that are asked for.
///
/// # Errors
/// [`Error::Request`] that lists what the format takes.
pub fn check(spec: &Spec) -> Result<()> {
    for row in spec.formats.iter().filter_map(|name| named(name)) {
        let takes = |flag: &str, asked: Vec<&'static str>, taken: Vec<&'static str>, from: &str, or: &str| {
            let Some(other) = asked.iter().find(|name| !taken.contains(name)) else { return Ok(()) };
            let problem = format!("{other} is not read{from} in the format {}", row.name);
            Err(Error::request(flag, problem, format!("give {}{or}", taken.join(" or "))))
        };
        let audios = spec.audio.iter().flat_map(|audio| audio.formats.iter().map(|format| format.name())).collect();
        takes("audio.formats", audios, row.audio.iter().map(|format| format.name()).collect(), "", "")?;
        let (taken, from, or) = match spec.media {
            Media::Inline => (row.images, "", ""),
            Media::Files => (row.image_files, " from files", ", or `media` inline"),
        };
        let images =
            spec.image.iter().flat_map(|image| image.formats.iter().map(|format| format.codec().name)).collect();
        takes("image.formats", images, taken.iter().map(|format| format.codec().name).collect(), from, or)?;
        let clips = spec.video.iter().map(|video| video.container.name()).collect();
        takes("video.container", clips, row.containers.to_vec(), "", "")?;
    }
    Ok(())
}

/// What the readers of the formats will do with the media that is not to be expected, for the end of the run.
#[must_use]
pub fn notes(spec: &Spec) -> Vec<&'static str> {
    if spec.image.is_none() || spec.media == Media::Inline {
        return Vec::new();
    }
    let mut notes: Vec<_> = spec.formats.iter().filter_map(|name| named(name)?.image_files_note).collect();
    notes.dedup();
    notes
}

/// A turn's media under AIPerf's keys. An image or a clip is a data URL or a file; an audio item is `wav,<base64>` or a file,
/// since AIPerf takes no `data:audio/` URL.
fn aiperf_media(line: &mut Line, images: &[Item], audios: &[Item], videos: &[Item]) {
    for (key, items) in [("images", images), ("audios", audios), ("videos", videos)] {
        if items.is_empty() {
            continue;
        }
        line.key(key).open('[');
        for item in items {
            let inline = match key {
                "audios" => format!("{},", item.metadata.format()),
                _ => format!("data:{};base64,", item.metadata.mime()),
            };
            line.item(&inline, item);
        }
        line.close(']');
    }
}
