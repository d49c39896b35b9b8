//! What stands in for FFmpeg in a build without the feature `video`: nothing of it can be opened.

use std::io::{Read, Seek, Write};
use std::marker::PhantomData;

use super::decoded::{DecodedMedia, Excerpt};
use super::samples::AudioShape;
use super::video::VideoSettings;
use crate::error::{Error, Result};
use crate::frame::{PixelFormat, Planes, Raster, Size};

/// What there is none of.
enum Never {}

pub(crate) struct Packet(Never);
pub(crate) struct Header(Never);
pub(crate) struct VideoEncoder(Never);
pub(crate) struct AudioEncoder(Never);
pub(crate) struct Muxer<W>(Never, PhantomData<W>);

fn absent<T>(name: &str) -> Result<T> {
    Err(Error::encode(name, "this build has no FFmpeg; build with the feature video"))
}

impl Header {
    pub(crate) fn of_h264(settings: &VideoSettings, _configuration: &[u8]) -> Result<Self> {
        absent(&settings.codec)
    }
}

impl Packet {
    pub(crate) fn of(_bytes: &[u8], _number: u32, _key: bool) -> Self {
        unreachable!("there is no header, so that no frame is written")
    }

    pub(crate) fn size(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn pts(&self) -> i64 {
        match self.0 {}
    }
}

impl VideoEncoder {
    pub(crate) fn open(settings: &VideoSettings, _first: u32) -> Result<Self> {
        absent(&settings.codec)
    }

    pub(crate) fn format(&self) -> PixelFormat {
        match self.0 {}
    }

    pub(crate) fn header(&self) -> Header {
        match self.0 {}
    }

    pub(crate) fn encode(
        &mut self,
        _fill: impl FnOnce(&mut Planes<'_>) -> Result<()>,
        _each: impl FnMut(Packet) -> Result<()>,
    ) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn finish(self, _each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        match self.0 {}
    }
}

impl AudioEncoder {
    pub(crate) fn open(name: &str, _shape: AudioShape) -> Result<Self> {
        absent(name)
    }

    pub(crate) fn frame_size(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn header(&self) -> Header {
        match self.0 {}
    }

    pub(crate) fn encode(&mut self, _samples: &[i32], _each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn finish(self, _each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        match self.0 {}
    }
}

impl<W: Write + Seek + Send + 'static> Muxer<W> {
    pub(crate) fn new(container: &'static str, _out: W) -> Result<Self> {
        absent(container)
    }

    pub(crate) fn add(&mut self, _header: Header) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn write(&mut self, _stream: usize, _packet: Packet) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn finish(self) -> Result<W> {
        match self.0 {}
    }
}

pub(crate) fn pixel_formats(_name: &str) -> Option<Vec<String>> {
    None
}

pub(crate) fn sample_rates(_name: &str) -> Option<Vec<u32>> {
    None
}

pub(crate) fn has_audio_encoder(_name: &str) -> bool {
    false
}

pub(crate) fn takes_size(_size: Size) -> bool {
    true
}

pub(crate) fn check_clip(_clip: Vec<u8>, settings: &VideoSettings) -> Result<()> {
    absent(&settings.codec)
}

pub(crate) fn decode(_from: impl Read + Seek + Send + 'static) -> Result<DecodedMedia> {
    absent("ffmpeg")
}

pub(crate) fn first_frame(_from: impl Read + Seek + Send + 'static, _longest: u32) -> Result<Raster> {
    absent("ffmpeg")
}

pub(crate) fn first_seconds(_from: impl Read + Seek + Send + 'static, _rate: u32, _seconds: f64) -> Result<Excerpt> {
    absent("ffmpeg")
}

pub(crate) fn codec_of(_encoder: &str) -> Option<String> {
    None
}

pub(super) fn library_versions(_encoders: &[&str]) -> Vec<(&'static str, String)> {
    Vec::new()
}

pub(super) fn licence() -> Option<&'static str> {
    None
}

pub(crate) fn capture_log() {}

pub(crate) fn keep_memory_flat() {}
