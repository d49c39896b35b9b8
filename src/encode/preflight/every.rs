//! Every encoder of the tables, tried out, for who wants to know what works.

use super::super::audio::AUDIO_CODECS;
use super::super::ffmpeg::has_audio_encoder;
use super::super::image::IMAGE_CODECS;
use super::super::samples::AudioShape;
use super::super::video::{TRACK_CODECS, VIDEO_CODECS, container};
use super::trial::works;
use crate::error::{Error, Result};
use crate::frame::{Raster, Size};
use crate::io::payload::{FileName, Store};
use crate::spec::{Distribution, ImageSpec, Modality};

/// One encoder, and what became of it.
#[derive(Debug)]
pub struct Trial {
    /// What it encodes.
    pub modality: Modality,
    /// Its name on the command line.
    pub name: &'static str,
    /// Why it does not work, if it does not.
    pub outcome: Result<()>,
}

/// Lets each encode a little into memory: a frame, a tenth of a second, an image of 8 x 8.
#[must_use]
pub fn trials() -> Vec<Trial> {
    let trial = |modality, name, outcome| Trial { modality, name, outcome };
    let video = VIDEO_CODECS.iter().map(|row| trial(Modality::Video, row.name, video(row.containers, row.name)));
    let shape = AudioShape { sample_rate: 48_000, channels: 1, bit_depth: 16 };
    let audio = AUDIO_CODECS.iter().map(|row| {
        let silence = Box::new(|samples: &mut [i32]| {
            samples.fill(0);
            Ok(())
        });
        let outcome = row.encode(shape, 4_800, silence, &Store::memory(), &file()).map(drop);
        trial(Modality::Audio, row.format.name(), outcome)
    });
    let tracks = TRACK_CODECS.iter().map(|row| {
        let missing = || Error::encode(row.name, "this FFmpeg has no such encoder");
        trial(Modality::Audio, row.name, has_audio_encoder(row.name).then_some(()).ok_or_else(missing))
    });
    let images = IMAGE_CODECS.iter().map(|row| {
        let size = Size::new(8, 8);
        let raster = Raster { size, alpha: false, pixels: vec![128; 192] };
        let spec = ImageSpec::new(Distribution::fixed(8.0), Distribution::fixed(8.0));
        let outcome = Store::memory().open(&file()).and_then(|mut sink| (row.encode)(&raster, &spec, &mut sink));
        trial(Modality::Image, row.name, outcome)
    });
    video.chain(audio).chain(tracks).chain(images).collect()
}

fn file() -> FileName {
    FileName { path: "trial".to_owned(), shared: false }
}

fn video(containers: &[&str], name: &str) -> Result<()> {
    let row = containers.first().and_then(|name| container(name));
    row.map_or_else(|| Err(Error::encode(name, "no container holds it")), |container| works(container, name))
}
