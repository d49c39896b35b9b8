//! Media items: what they are, and their bytes.

use std::sync::Arc;

use masque::{Metadata, Modality};
use numpy::{PyArray2, PyArray4};
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::arrays;
use crate::failure::raise;
use crate::record::Made;

/// An image, an audio item or a clip.
#[pyclass(frozen, subclass, module = "masque", name = "Item")]
pub(crate) struct Item {
    pub(crate) of: Arc<Made>,
    pub(crate) turn: usize,
    pub(crate) kind: Modality,
    pub(crate) number: usize,
}

/// A turn's items of a kind.
pub(crate) fn of_turn(turn: &masque::Turn, kind: Modality) -> &[masque::Item] {
    match kind {
        Modality::Image => &turn.images,
        Modality::Audio => &turn.audios,
        Modality::Video => &turn.videos,
    }
}

/// Items as instances of their own class, which has what `read` takes of the metadata.
pub(crate) fn tuple<'py, T: PyClass>(
    py: Python<'py>,
    items: impl Iterator<Item = Item>,
    read: fn(&Metadata) -> Option<T>,
) -> PyResult<Bound<'py, PyTuple>>
where
    PyClassInitializer<T>: From<(T, Item)>,
{
    let whole = items.filter_map(|item| Some((read(&item.item().metadata)?, item)));
    let objects = whole.map(|whole| Bound::new(py, PyClassInitializer::from(whole)));
    PyTuple::new(py, objects.collect::<PyResult<Vec<_>>>()?)
}

impl Item {
    pub(crate) fn item(&self) -> &masque::Item {
        &of_turn(&self.of.record.turns[self.turn], self.kind)[self.number]
    }

    /// Its number among the record's items of its kind, over all turns.
    pub(crate) fn ordinal(&self) -> usize {
        let before = &self.of.record.turns[..self.turn];
        before.iter().map(|turn| of_turn(turn, self.kind).len()).sum::<usize>() + self.number
    }
}

#[pymethods]
impl Item {
    /// The file format, which is also the extension of a file's name.
    #[getter]
    fn format(&self) -> &'static str {
        self.item().metadata.format()
    }

    /// The media type, such as `image/png`.
    #[getter]
    fn mime(&self) -> String {
        self.item().metadata.mime()
    }

    /// The file's bytes.
    #[getter]
    fn bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let payload = &self.item().payload;
        PyBytes::new_with(py, payload.bytes as usize, |mut bytes| {
            payload.write_to(&mut bytes).map_err(|why| raise(&why))
        })
    }

    /// The file's bytes as base64 text.
    #[getter]
    fn base64<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &String::from_utf8_lossy(&self.item().payload.base64()))
    }

    /// The file as a data URL, such as `data:image/png;base64,…`.
    #[getter]
    fn data_url(&self) -> String {
        self.item().data_url()
    }

    /// How many bytes the file has.
    #[getter]
    fn nbytes(&self) -> u64 {
        self.item().payload.bytes
    }

    /// SHA-256 of the file's bytes in hex, as `records.jsonl` has it.
    #[getter]
    fn sha256(&self) -> &str {
        &self.item().payload.sha256
    }

    /// Which item of the pool of reused ones it is.
    #[getter]
    fn pool(&self) -> Option<u64> {
        self.item().pool
    }

    /// By what a server knows it again, where it stands in several turns.
    #[getter]
    fn uuid(&self) -> Option<&str> {
        self.item().uuid.as_deref()
    }
}

/// An image.
#[pyclass(frozen, get_all, extends = Item, module = "masque", name = "Image")]
pub(crate) struct Image {
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
    /// `noise`, or the name of the source image.
    source: String,
}

impl Image {
    pub(crate) fn read(metadata: &Metadata) -> Option<Self> {
        let Metadata::Image { width, height, source, .. } = metadata else { return None };
        Some(Self { width: *width, height: *height, source: source.to_string() })
    }
}

#[pymethods]
impl Image {
    fn __repr__(this: PyRef<'_, Self>) -> String {
        let item = this.as_super();
        format!("<Image: {}, {}x{}, {} bytes>", item.format(), this.width, this.height, item.nbytes())
    }
}

/// An audio item.
#[pyclass(frozen, get_all, extends = Item, module = "masque", name = "Audio")]
pub(crate) struct Audio {
    /// Length.
    seconds: f64,
    /// Samples a second of each channel.
    sample_rate: u32,
    /// Bits a sample.
    bit_depth: u16,
    /// 1 or 2.
    channels: u16,
}

impl Audio {
    pub(crate) fn read(metadata: &Metadata) -> Option<Self> {
        let Metadata::Audio { seconds, sample_rate, bit_depth, channels, .. } = *metadata else { return None };
        Some(Self { seconds, sample_rate, bit_depth, channels })
    }
}

#[pymethods]
impl Audio {
    /// The samples before any encoder, of 16 bits whatever the file's: (samples, channels). The array owns them; nothing is copied.
    fn samples(this: PyRef<'_, Self>) -> PyResult<Bound<'_, PyArray2<i16>>> {
        arrays::samples(this.py(), this.as_super())
    }

    fn __repr__(this: PyRef<'_, Self>) -> String {
        let (item, Self { seconds, sample_rate, channels, .. }) = (this.as_super(), &*this);
        format!("<Audio: {}, {seconds} s, {sample_rate} Hz, {channels} ch, {} bytes>", item.format(), item.nbytes())
    }
}

/// A clip.
#[pyclass(frozen, get_all, extends = Item, module = "masque", name = "Video")]
pub(crate) struct Video {
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
    /// Frames a second, as a number or a ratio.
    fps: String,
    /// Length.
    seconds: f64,
    /// How many frames it has.
    frame_count: u32,
    /// What it shows.
    pattern: &'static str,
    /// FFmpeg's name of the encoder.
    codec: String,
    /// Its audio track.
    track: Option<Track>,
}

impl Video {
    pub(crate) fn read(metadata: &Metadata) -> Option<Self> {
        let Metadata::Video { width, height, fps, seconds, frames, pattern, codec, track, .. } = metadata else {
            return None;
        };
        let track = track.as_ref().map(|track| Track {
            codec: track.audio_codec.clone(),
            sample_rate: track.sample_rate,
            bit_depth: track.bit_depth,
            channels: track.channels,
        });
        let (fps, codec) = (fps.clone(), codec.clone());
        Some(Self {
            width: *width,
            height: *height,
            fps,
            seconds: *seconds,
            frame_count: *frames,
            pattern,
            codec,
            track,
        })
    }
}

#[pymethods]
impl Video {
    /// Frames before any encoder, those from `start` to before `stop` as a slice has it: (frames, height, width, 3), R, G, B. The array
    /// owns them; nothing is copied. All frames of a long clip are many: 1080p at 30 a second takes 187 MB of memory a second.
    #[pyo3(signature = (start = None, stop = None))]
    fn frames(this: PyRef<'_, Self>, start: Option<isize>, stop: Option<isize>) -> PyResult<Bound<'_, PyArray4<u8>>> {
        arrays::frames(this.py(), this.as_super(), start, stop)
    }

    fn __repr__(this: PyRef<'_, Self>) -> String {
        let (item, Self { width, height, fps, frame_count, codec, .. }) = (this.as_super(), &*this);
        let bytes = item.nbytes();
        format!("<Video: {}, {width}x{height}, {frame_count} frames, {fps} fps, {codec}, {bytes} bytes>", item.format())
    }
}

/// The audio track of a clip.
#[pyclass(frozen, get_all, skip_from_py_object, module = "masque", name = "Track")]
#[derive(Clone)]
pub(crate) struct Track {
    /// FFmpeg's name of the encoder.
    codec: String,
    /// Samples a second of each channel.
    sample_rate: u32,
    /// Bits a sample of the noise before it was encoded.
    bit_depth: u16,
    /// 1 or 2.
    channels: u16,
}

#[pymethods]
impl Track {
    fn __repr__(&self) -> String {
        let Self { codec, sample_rate, channels, .. } = self;
        format!("<Track: {codec}, {sample_rate} Hz, {channels} ch>")
    }
}
