//! The media of the records that are shown. What is small enough stands in the page as it is; of the others there is a small picture, or
//! the beginning of a sound, and words that say so. What cannot be shown says why.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::PathBuf;

use image::codecs::jpeg::JpegEncoder;
use serde::Serialize;

use super::samples::Budget;
use crate::content::image::thumbnail;
use crate::dataset::{ListedItem, ReadRecord};
use crate::encode::{self, Excerpt};
use crate::frame::Raster;
use crate::inspect::check::Checker;
use crate::inspect::media::LARGEST_IMAGE;
use crate::io::payload::encode_base64;
use crate::record::media_type;
use crate::spec::{AudioFormat, ImageFormat, Modality, VideoFormat};

/// Bytes of media that stand in the page as they are, of all records; base64 makes four of three.
const WHOLE: u64 = 7 << 20;
/// Bytes of small pictures, of all records.
const SMALL: u64 = 3 << 20;
/// Pixels of the longest side of a small picture: the first for which there is room.
const SIDES: [u32; 2] = [320, 160];
/// Of 100.
const QUALITY: u8 = 78;
/// Samples a second, and seconds, of the beginning of a sound that is too large.
const RATE: u32 = 24_000;
const SECONDS: f64 = 8.0;

const TOO_LARGE: &str = "it is too large for this page";

/// The media that are shown, each once.
#[derive(Debug, Serialize)]
pub(super) struct Gallery {
    media: Vec<Medium>,
    #[serde(skip)]
    known: HashMap<(Modality, String), usize>,
    #[serde(skip)]
    whole: Budget,
    #[serde(skip)]
    small: Budget,
}

/// An item, and what there is of it.
#[derive(Debug, Serialize)]
struct Medium {
    kind: &'static str,
    /// The first record that has it.
    record: u64,
    format: String,
    width: Option<u32>,
    height: Option<u32>,
    frames: Option<u64>,
    seconds: Option<f64>,
    fps: Option<String>,
    codec: Option<String>,
    sample_rate: Option<u32>,
    channels: Option<u16>,
    bytes: u64,
    file: Option<String>,
    /// Predicted tokens, by family of models.
    tokens: BTreeMap<&'static str, u64>,
    #[serde(flatten)]
    shown: Shown,
    /// A small picture of a clip, as a data URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    poster: Option<String>,
}

/// What there is of an item in the page; data are data URLs.
#[derive(Debug, Serialize)]
#[serde(tag = "shown", rename_all = "lowercase")]
enum Shown {
    /// All of it.
    Whole { data: String },
    /// A small picture of an image.
    Small { data: String },
    /// So many seconds of a sound.
    Beginning { data: String, seconds_shown: f64 },
    /// Nothing but a clip's small picture, if any.
    Nothing { why: String },
}

impl Gallery {
    /// Room for the media of so many records.
    pub(super) fn new(records: u64) -> Self {
        let (whole, small) = (Budget::new(WHOLE, records), Budget::new(SMALL, records));
        Self { media: Vec::new(), known: HashMap::new(), whole, small }
    }

    pub(super) fn next_record(&mut self) {
        self.whole.next_record();
        self.small.next_record();
    }

    /// The number of an item.
    pub(super) fn add(&mut self, read: &ReadRecord, checker: &Checker, kind: Modality, item: &ListedItem) -> usize {
        let key = (kind, item.sha256.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let (shown, poster) = match Bytes::find(read, checker, item) {
            Ok(bytes) => (self.shown(kind, item, &bytes), self.poster(kind, &bytes)),
            Err(why) => (Shown::Nothing { why }, None),
        };
        let tokens = checker.families().iter().filter_map(|family| Some((family.name, item.tokens_for(kind, family)?)));
        self.media.push(Medium {
            kind: kind.name(),
            record: read.index,
            format: short(&item.format),
            width: item.width,
            height: item.height,
            frames: item.frames,
            seconds: item.seconds,
            fps: item.fps.as_deref().map(short),
            codec: item.codec.as_deref().map(short),
            sample_rate: item.sample_rate,
            channels: item.channels,
            bytes: item.bytes,
            file: item.file.as_deref().map(short),
            tokens: tokens.collect(),
            shown,
            poster,
        });
        self.known.insert(key, self.media.len() - 1);
        self.media.len() - 1
    }

    fn shown(&mut self, kind: Modality, item: &ListedItem, bytes: &Bytes) -> Shown {
        let Some(mime) = mime(kind, &item.format) else {
            return Shown::Nothing { why: format!("{} is no format of masque's", short(&item.format)) };
        };
        // An image can be shown in small, so it leaves most of the room to what cannot.
        let room = if kind == Modality::Image { self.whole.left() / 4 } else { self.whole.left() };
        let shown = if bytes.len() <= room {
            self.whole.take(bytes.len());
            bytes.whole().map(|whole| Shown::Whole { data: data_url(&mime, &whole) })
        } else {
            match kind {
                Modality::Image => {
                    self.picture(|side| thumbnail(&bytes.whole()?, side)).map(|data| Shown::Small { data })
                }
                Modality::Audio => self.beginning(bytes),
                Modality::Video => Err(TOO_LARGE.to_owned()),
            }
        };
        shown.unwrap_or_else(|why| Shown::Nothing { why })
    }

    /// A clip's first frame.
    fn poster(&mut self, kind: Modality, bytes: &Bytes) -> Option<String> {
        let frame = |side| encode::first_frame(bytes.reader()?, side).map_err(|why| why.to_string());
        (kind == Modality::Video).then(|| self.picture(frame).ok()).flatten()
    }

    /// The largest small picture for which there is room, as a data URL.
    fn picture(&mut self, of: impl Fn(u32) -> Result<Raster, String>) -> Result<String, String> {
        for side in SIDES {
            let raster = of(side)?;
            let mut jpeg = Vec::new();
            let (pixels, size) = (&raster.pixels, raster.size);
            JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
                .encode(pixels, size.width, size.height, image::ExtendedColorType::Rgb8)
                .map_err(|why| why.to_string())?;
            if jpeg.len() as u64 <= self.small.left() {
                self.small.take(jpeg.len() as u64);
                return Ok(data_url("image/jpeg", &jpeg));
            }
        }
        Err(TOO_LARGE.to_owned())
    }

    /// The beginning of a sound, in half of the room that there is.
    fn beginning(&mut self, bytes: &Bytes) -> Result<Shown, String> {
        let room = (self.whole.left() / 2) as f64 / f64::from(RATE * 2);
        if room < 1.0 {
            return Err(TOO_LARGE.to_owned());
        }
        let excerpt = encode::first_seconds(bytes.reader()?, RATE, room.floor().min(SECONDS));
        let excerpt = excerpt.map_err(|why| why.to_string())?;
        let wav = wav(&excerpt).map_err(|why| why.to_string())?;
        self.whole.take(wav.len() as u64);
        let seconds_shown = excerpt.samples.len() as f64 / f64::from(excerpt.sample_rate);
        Ok(Shown::Beginning { data: data_url("audio/wav", &wav), seconds_shown })
    }
}

/// Where an item's bytes are.
enum Bytes {
    File(PathBuf, u64),
    Memory(Vec<u8>),
}

/// What decoders read from.
trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Bytes {
    fn find(read: &ReadRecord, checker: &Checker, item: &ListedItem) -> Result<Self, String> {
        if item.file.is_none() {
            return read
                .inline(&item.sha256)
                .map(Self::Memory)
                .ok_or_else(|| "no line of this record holds it".to_owned());
        }
        let path = checker.places().media_file(item).ok_or("its name is none that masque gives")?;
        match fs::symlink_metadata(&path) {
            Ok(file) if file.is_file() => Ok(Self::File(path, file.len())),
            Ok(_) => Err("it is no file".to_owned()),
            Err(why) => Err(why.to_string()),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::File(_, bytes) => *bytes,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    fn whole(&self) -> Result<Cow<'_, [u8]>, String> {
        match self {
            Self::File(_, bytes) if *bytes > LARGEST_IMAGE => Err(TOO_LARGE.to_owned()),
            Self::File(path, _) => fs::read(path).map(Cow::Owned).map_err(|why| why.to_string()),
            Self::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
        }
    }

    fn reader(&self) -> Result<Box<dyn ReadSeek>, String> {
        Ok(match self {
            Self::File(path, _) => Box::new(BufReader::new(File::open(path).map_err(|why| why.to_string())?)),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        })
    }
}

/// The media type of an item, as browsers know it; none of what masque does not make.
fn mime(kind: Modality, format: &str) -> Option<String> {
    let known = match kind {
        Modality::Image => ImageFormat::ALL.iter().any(|it| it.codec().name == format),
        Modality::Audio => AudioFormat::ALL.iter().any(|it| it.name() == format),
        Modality::Video => VideoFormat::ALL.iter().any(|it| it.name() == format),
    };
    known.then(|| media_type(kind, format))
}

/// What a line says may be of any length.
fn short(text: &str) -> String {
    text[..text.floor_char_boundary(200)].to_owned()
}

fn data_url(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", encode_base64(bytes))
}

fn wav(excerpt: &Excerpt) -> Result<Vec<u8>, hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: excerpt.sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec)?;
    excerpt.samples.iter().try_for_each(|sample| writer.write_sample(*sample))?;
    writer.finalize()?;
    Ok(file.into_inner())
}
