//! The table of audio formats: what each takes, and who encodes it. Its rows are the test matrix.

mod compressed;
mod wav;

use super::samples::{AudioShape, Samples};
use crate::error::{Error, Result};
use crate::io::payload::{FileName, Payload, Store};
use crate::spec::AudioFormat;

/// One audio format.
pub struct AudioCodec {
    /// The request's word for it.
    pub format: AudioFormat,
    /// FFmpeg's names of the encoder and of the file format; none where we write it ourselves.
    pub ffmpeg: Option<(&'static str, &'static str)>,
    /// Sample rates that it takes, Hz; none: every rate up to 655350 Hz.
    pub rates: &'static [u32],
    /// Bits a sample that it takes.
    pub depths: &'static [u16],
    /// The most bytes of samples that a file holds.
    pub largest: u64,
    /// Encodes so many samples of each channel.
    encode: fn(&Self, AudioShape, u64, Samples<'_>, &Store, &FileName) -> Result<Payload>,
}

/// Every audio format, in the order of the help.
pub const AUDIO_CODECS: [AudioCodec; 4] = [
    AudioCodec {
        format: AudioFormat::Wav,
        ffmpeg: None,
        rates: &[],
        depths: &[8, 16, 24, 32],
        largest: wav::LARGEST,
        encode: wav::encode,
    },
    AudioCodec {
        format: AudioFormat::Mp3,
        ffmpeg: Some(("libmp3lame", "mp3")),
        rates: &[8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000],
        depths: &[8, 16, 24, 32],
        ..COMPRESSED
    },
    AudioCodec { format: AudioFormat::Flac, ffmpeg: Some(("flac", "flac")), depths: &[16, 24], ..COMPRESSED },
    AudioCodec {
        format: AudioFormat::Opus,
        ffmpeg: Some(("libopus", "ogg")),
        rates: &[8000, 12000, 16000, 24000, 48000],
        depths: &[8, 16, 24, 32],
        ..COMPRESSED
    },
];

const COMPRESSED: AudioCodec = AudioCodec {
    format: AudioFormat::Mp3,
    ffmpeg: None,
    rates: &[],
    depths: &[],
    largest: u64::MAX,
    encode: compressed::encode,
};

impl AudioFormat {
    /// The format's row of the table.
    #[must_use]
    pub fn codec(self) -> &'static AudioCodec {
        &AUDIO_CODECS[self as usize]
    }
}

impl AudioCodec {
    /// Encodes so many samples of each channel into a file of the store.
    ///
    /// # Errors
    /// What `samples` or the store answers; [`Error::Encode`] when the encoder or the file format fails; what
    /// [`AudioCodec::check`] refuses fails here too.
    pub fn encode(
        &self,
        shape: AudioShape,
        frames: u64,
        samples: Samples<'_>,
        store: &Store,
        file: &FileName,
    ) -> Result<Payload> {
        (self.encode)(self, shape, frames, samples, store, file)
    }

    /// Checks, before anything is written, that the format takes this shape.
    ///
    /// # Errors
    /// [`Error::Request`] that lists what the format takes.
    pub fn check(&self, shape: AudioShape) -> Result<()> {
        let name = self.format.name();
        let (rate, depth) = (shape.sample_rate, shape.bit_depth);
        if !self.rates.is_empty() && !self.rates.contains(&rate) {
            let fix = format!("{name} takes {} Hz", list(self.rates));
            return Err(Error::request("audio.sample_rates", format!("{name} takes no {rate} Hz"), fix));
        }
        if !self.depths.contains(&depth) {
            let fix = format!("{name} takes {} bits", list(self.depths));
            return Err(Error::request("audio.bit_depths", format!("{name} takes no {depth} bits"), fix));
        }
        let Some((encoder, _)) = self.ffmpeg else { return Ok(()) };
        compressed::try_out(encoder, shape)
            .map_err(|reason| Error::request("audio.formats", format!("{name} does not open: {reason}"), "take wav"))
    }
}

fn list<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_its_formats() {
        for row in &AUDIO_CODECS {
            assert_eq!(row.format.codec().format, row.format);
        }
    }
}
