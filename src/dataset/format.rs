//! The FORMATS table: the files that load generators read. A format is one row here and one file below.

mod guidellm;
mod inputs_json;
mod mooncake_trace;
mod multi_turn;
mod random_pool;
mod raw_payload;
mod rows;
mod sglang_openai;
mod sharegpt;
mod single_turn;
mod takes;
mod vllm_custom;
mod vllm_custom_audio;
mod vllm_custom_image;

use serde_json::Value;

use crate::dataset::content::Content;
use crate::dataset::line::Line;
use crate::dataset::split::Split;
use crate::error::{Error, Result};
use crate::record::Record;
use crate::spec::{
    AudioFormat, Compression, Distribution, ImageFormat, Lengths, Media, MediaOrder, Prefixes, Spec, TextSpec,
    VideoFormat,
};
use mooncake_trace::BLOCK;

pub use rows::FORMATS;
pub use takes::{Needs, Takes};

/// One row of the table.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its file in the dataset's folder.
    pub file: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// How its reader is called, in the dataset's folder; words in capitals are the user's, `{records}` and `{osl}` the dataset's.
    pub command: &'static str,
    /// What stands around the records.
    pub layout: Layout,
    /// Whether it can hold a conversation of several turns.
    pub turns: bool,
    /// Whether it has a place for a system prompt.
    pub system: bool,
    /// Whether a turn may have several prompts.
    pub prompts: bool,
    /// Prompts.
    pub text: Needs,
    /// Tokens to ask for.
    pub osl: Osl,
    /// Pauses between turns.
    pub delays: bool,
    /// When conversations begin.
    pub arrivals: Needs,
    /// Whole request bodies, with the model's name and what else they say.
    pub bodies: bool,
    /// Parts of a turn in any order, of which each may have a `uuid`.
    pub parts: bool,
    /// Whether it tells how many bytes items have.
    pub sizes: bool,
    /// Images.
    pub images: Takes<ImageFormat>,
    /// Audio.
    pub audio: Takes<AudioFormat>,
    /// Clips.
    pub video: Takes<VideoFormat>,
    /// What its reader does to what is asked for that is not to be expected, if anything.
    pub note: fn(&Spec) -> Option<&'static str>,
    /// Writes a record, a value of JSON.
    pub record: fn(&Record, &Spec, &mut Line),
    /// Reads it back; none where it is not as the format writes it.
    pub read: fn(&Value) -> Option<Content<'_>>,
}

/// How a format tells how many tokens to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Osl {
    /// With each turn, or not at all.
    Each,
    /// With each turn, always.
    Required,
    /// By the length of an answer that stands in it.
    Answers,
    /// Not at all: its reader takes one number for all.
    OneForAll,
    /// Not at all.
    Nowhere,
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
    /// One object whose `data` is such an array.
    pub const DATA: Self = Self { begin: "{\"data\":[\n", before: ",\n", after: "", end: "\n]}\n" };
}

impl Layout {
    /// What stands before and behind a record, which may be the first of its file.
    #[must_use]
    pub fn around(&self, first: bool) -> (&'static str, &'static str) {
        (if first { "" } else { self.before }, self.after)
    }
}

impl Format {
    /// The record as it stands in its file, of which it may be the first.
    #[must_use]
    pub fn line(&self, record: &Record, spec: &Spec, first: bool) -> Line {
        let (before, after) = self.layout.around(first);
        let address = match &spec.media {
            Media::Url { prefix } => Some(prefix.as_str()),
            Media::Inline | Media::Files => None,
        };
        let mut line = Line::between(before, after).with_files_at(address);
        (self.record)(record, spec, &mut line);
        line
    }

    /// How its reader is called for this dataset.
    #[must_use]
    pub fn command(&self, spec: &Spec) -> String {
        let shares = spec.shares();
        let osl = shares.iter().find_map(|share| share.text.as_ref()).and_then(one_osl);
        let osl = osl.map_or_else(|| "N".to_owned(), |osl| osl.to_string());
        let model = spec.body.model.as_deref().unwrap_or("MODEL");
        let split = Split::new(spec, 0..spec.records);
        let file = split.name(self.file, 0);
        let (unpack, plain) = match split.compression() {
            None => (String::new(), file.as_str()),
            Some(packing @ Compression::Zstd) => {
                (format!("zstd -d {file} && "), file.trim_end_matches(packing.extension()).trim_end_matches('.'))
            }
        };
        let records = spec.files.lines.map_or(spec.records, |lines| lines.min(spec.records));
        let command = self.command.replace("{file}", plain).replace("{records}", &records.to_string());
        unpack + &command.replace("{osl}", &osl).replace("{model}", model)
    }

    /// Why it cannot hold what is asked for, if it cannot: a share of it, or all shares together.
    fn refusal(&self, spec: &Spec) -> Option<Refusal> {
        let shares = spec.shares();
        let lengths: Vec<_> = shares.iter().filter_map(|share| share.text.as_ref()).map(one_osl).collect();
        let differ = lengths.windows(2).any(|pair| pair[0] != pair[1]);
        let alike =
            || refusal("formats", "takes one output length for all records", "the same `text.osl` in all shares");
        let of_share = || shares.iter().find_map(|share| self.refusal_of_share(share));
        of_share().or_else(|| if self.osl == Osl::OneForAll && differ { alike() } else { None })
    }

    fn refusal_of_share(&self, spec: &Spec) -> Option<Refusal> {
        self.of_conversations(spec)
            .or_else(|| self.of_text(spec))
            .or_else(|| self.of_bodies(spec))
            .or_else(|| self.of_parts(spec))
            .or_else(|| self.of_images(spec))
            .or_else(|| self.audio.refusal("audio", spec.audio.as_ref().map(|it| (&it.count, &it.formats[..])), spec))
            .or_else(|| {
                let clips = spec.video.as_ref().filter(|video| !video.as_frames);
                self.video.refusal("video", clips.map(|it| (&it.count, std::slice::from_ref(&it.container))), spec)
            })
    }

    /// Images, and clips that are their frames.
    fn of_images(&self, spec: &Spec) -> Option<Refusal> {
        let own = spec.image.as_ref();
        let Some(video) = spec.video.as_ref().filter(|video| video.as_frames) else {
            return self.images.refusal("image", own.map(|it| (&it.count, &it.formats[..])), spec);
        };
        let most = |count: &Distribution| count.bounds().1;
        let frames = most(&video.count) * f64::from(video.most_frames());
        let count = Distribution::fixed(own.map_or(0.0, |own| most(&own.count)) + frames);
        let formats: Vec<_> = own.iter().flat_map(|own| own.formats.clone()).chain([ImageFormat::Jpeg]).collect();
        self.images.refusal("image", Some((&count, &formats)), spec)
    }

    fn of_conversations(&self, spec: &Spec) -> Option<Refusal> {
        let conversation = &spec.conversation;
        if !self.turns && conversation.turns.bounds().1 > 1.0 {
            return refusal("formats", "holds one turn a record", "`conversation.turns` 1");
        }
        if !self.delays && conversation.delay_ms.is_some() {
            return refusal("conversation.delay_ms", "has no place for pauses", "drop it");
        }
        let text = spec.text.as_ref().filter(|_| self.arrivals == Needs::Requires);
        if text.is_some_and(|text| text.literals.is_some()) {
            return refusal("text.literals", "holds lengths, not texts", "drop them");
        }
        if let Some(Prefixes::Pool { length: length @ ..BLOCK, .. }) = text.map(|text| &text.prefixes) {
            let problem = format!("shares whole blocks of {BLOCK} tokens, of which {length} are none");
            return refusal("text.prefixes.length", &problem, &format!("give a multiple of {BLOCK}"));
        }
        match (self.arrivals, spec.arrival_rate) {
            (Needs::Refuses, Some(_)) => refusal("arrival_rate", "has no place for arrivals", "drop it"),
            (Needs::Requires, None) => refusal("formats", "says when each record begins", "give `arrival_rate`"),
            _ => None,
        }
    }

    fn of_text(&self, spec: &Spec) -> Option<Refusal> {
        let Some(text) = &spec.text else {
            let missing = self.text == Needs::Requires || (self.bodies && spec.conversation.turns.bounds().1 > 1.0);
            return missing
                .then(|| Refusal::new("formats", "holds no such record without a prompt", "give `text.isl`"));
        };
        if !self.system && text.has_system() {
            let fix = "drop the system prompt, or give `text.prefixes.size` 1 and its `text.prefixes.length` instead";
            return refusal("formats", "has no place for a system prompt", fix);
        }
        if !self.prompts && text.batch > 1 {
            return refusal("formats", "holds one prompt a turn", "`text.batch` 1");
        }
        let asked = !matches!(text.lengths, Lengths::Independent { osl: None, .. });
        match self.osl {
            Osl::Nowhere if asked => refusal("formats", "has no place for output lengths", "drop `text.osl`"),
            Osl::OneForAll if asked && one_osl(text).is_none() => {
                refusal("formats", "takes one output length for all records", "a fixed `text.osl`")
            }
            Osl::Required | Osl::Answers if !asked => {
                refusal("formats", "says how long each answer is", "give `text.osl`")
            }
            _ => None,
        }
    }

    fn of_parts(&self, spec: &Spec) -> Option<Refusal> {
        if self.parts {
            return None;
        }
        if spec.placement.order != MediaOrder::After {
            return refusal("placement.order", "has texts and media apart", "drop `placement.order`");
        }
        spec.placement
            .window
            .and_then(|_| refusal("placement.window", "has no place for a uuid", "drop `placement.window`"))
    }

    fn of_bodies(&self, spec: &Spec) -> Option<Refusal> {
        match self.bodies {
            true if spec.body.model.is_none() => {
                refusal("formats", "holds whole request bodies, which name a model", "give `body.model`")
            }
            false if spec.body != crate::spec::BodySpec::default() => {
                let problem = "holds no request bodies";
                match spec.body.model {
                    Some(_) => refusal("body.model", problem, "drop `body.model`"),
                    // No format holds it as it is: those that could need a model.
                    None => {
                        let fix = "give `formats` raw_payload or inputs_json with a `body.model`, or drop it";
                        refusal("body.extra", problem, fix)
                    }
                }
            }
            _ => None,
        }
    }
}

/// Why a format does not hold a request.
#[derive(Debug)]
struct Refusal {
    /// What has to change in the request, where the format is to stay.
    field: &'static str,
    /// What the format lacks, said of it.
    problem: String,
    /// What would work with this format.
    fix: String,
}

impl Refusal {
    fn new(field: &'static str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field, problem: problem.into(), fix: fix.into() }
    }
}

fn refusal(field: &'static str, problem: &str, fix: &str) -> Option<Refusal> {
    Some(Refusal::new(field, problem, fix))
}

/// The one number of output tokens that all turns have.
fn one_osl(text: &TextSpec) -> Option<u64> {
    match &text.lengths {
        Lengths::Independent { osl: Some(osl), .. } => osl.constant().map(|osl| osl.round() as u64),
        _ => None,
    }
}

/// The row called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|row| row.name == name)
}

/// Rows of which the first that holds a request is taken where none is named.
const USUAL: usize = 2;

/// The formats of a request's dataset: those that it names, in the table's order, or the first usual one that holds all that is
/// asked for.
///
/// # Errors
/// [`Error::Request`] when there is no such format, or one cannot hold what is asked for; it lists those that can.
pub fn chosen(spec: &Spec) -> Result<Vec<&'static Format>> {
    if let Some(unknown) = spec.formats.iter().find(|name| named(name).is_none()) {
        let names: Vec<_> = FORMATS.iter().map(|row| row.name).collect();
        let problem = format!("there is no format {unknown}");
        return Err(Error::request("formats", problem, format!("give {}", names.join(", "))));
    }
    let rows: Vec<_> = match spec.formats.is_empty() {
        true => {
            let usual = &FORMATS[..USUAL];
            let holds = |row: &&Format| row.refusal(spec).is_none();
            let nearly = |row: &&Format| spec.shares().iter().all(|share| row.of_conversations(share).is_none());
            vec![usual.iter().find(holds).or_else(|| usual.iter().find(nearly)).unwrap_or(&usual[0])]
        }
        false => FORMATS.iter().filter(|row| spec.formats.iter().any(|name| name == row.name)).collect(),
    };
    match rows.iter().find_map(|row| Some((row, row.refusal(spec)?))) {
        None => Ok(rows),
        Some((row, Refusal { field, problem, fix })) => {
            let holds = |row: &&Format| row.refusal(spec).is_none();
            let able: Vec<_> = FORMATS.iter().filter(holds).map(|row| row.name).collect();
            let fix = match &able[..] {
                [] => fix,
                _ if rows.iter().copied().any(|row| holds(&row)) => {
                    format!("drop {} and write it by a run of its own, or {fix}", row.name)
                }
                able if spec.formats.is_empty() => format!("use {}, or {fix}", able.join(" or ")),
                able => format!("{fix}, or use {}", able.join(" or ")),
            };
            Err(Error::request(field, format!("{} {problem}", row.name), fix))
        }
    }
}

/// Whether the formats that a request names hold answers.
#[must_use]
pub fn hold_answers(spec: &Spec) -> bool {
    let several = spec.conversation.turns.bounds().1 > 1.0;
    let mut rows = spec.formats.iter().filter_map(|name| named(name));
    rows.any(|row| row.osl == Osl::Answers || (row.bodies && row.turns && several))
}

/// What the user does with a dataset: how each file is read, and what its reader does that is not to be expected.
#[must_use]
pub fn notes(spec: &Spec) -> Vec<String> {
    let rows: Vec<_> = spec.formats.iter().filter_map(|name| named(name)).collect();
    let (split, shares) = (Split::new(spec, 0..spec.records), spec.shares());
    let commands = rows.iter().map(|row| {
        let (file, more) = (split.name(row.file, 0), split.names(row.file).count() - 1);
        let each = if more > 0 { format!(", and {more} more like it") } else { String::new() };
        format!("{file}{each}: {}", row.command(spec))
    });
    let mut notes: Vec<_> =
        rows.iter().flat_map(|row| shares.iter().filter_map(|share| (row.note)(share))).map(str::to_owned).collect();
    notes.dedup();
    commands.chain(notes).collect()
}
