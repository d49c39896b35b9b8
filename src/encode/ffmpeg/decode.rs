//! Files of audio and clips, decoded whole: whether they can be, and what comes back.

use std::io::{Read, Seek};

use ffmpeg_next as ff;

use super::{failed, log};
use crate::encode::decoded::{DecodedAudio, DecodedMedia, DecodedVideo};
use crate::error::{Error, Result};

/// Decodes every frame and every sample, on this thread.
///
/// # Errors
/// [`Error::Encode`] with what FFmpeg says.
pub(crate) fn decode(from: impl Read + Seek + Send + 'static) -> Result<DecodedMedia> {
    log::take();
    let decoded = decode_streams(from).map_err(|code| failed("ffmpeg", code))?;
    let said = log::take();
    if said.is_empty() { Ok(decoded) } else { Err(Error::encode("ffmpeg", said)) }
}

/// FFmpeg's name of the codec that an encoder writes.
pub(crate) fn codec_of(encoder: &str) -> Option<String> {
    ff::encoder::find_by_name(encoder).map(|codec| codec.id().name().to_owned())
}

fn decode_streams(from: impl Read + Seek + Send + 'static) -> Result<DecodedMedia, ff::Error> {
    let io = ff::format::context::StreamIo::from_read_seek(from)?;
    let mut input = ff::format::input_from_stream(io, None, None)?;
    let mut video = input.streams().best(ff::media::Type::Video).map(|stream| Images::open(&stream)).transpose()?;
    let mut audio = input.streams().best(ff::media::Type::Audio).map(|stream| Sound::open(&stream)).transpose()?;
    for (stream, packet) in input.packets() {
        if let Some(video) = video.as_mut().filter(|video| video.stream == stream.index()) {
            video.decoder.send_packet(&packet)?;
            video.drain();
        }
        if let Some(audio) = audio.as_mut().filter(|audio| audio.stream == stream.index()) {
            audio.decoder.send_packet(&packet)?;
            audio.drain();
        }
    }
    Ok(DecodedMedia { video: video.map(Images::finish).transpose()?, audio: audio.map(Sound::finish).transpose()? })
}

struct Images {
    stream: usize,
    decoder: ff::decoder::Video,
    frame: ff::frame::Video,
    frames: u64,
    told: Option<u64>,
    codec: String,
}

impl Images {
    fn open(stream: &ff::format::stream::Stream<'_>) -> Result<Self, ff::Error> {
        let parameters = stream.parameters();
        let codec = parameters.id().name().to_owned();
        let decoder = ff::codec::Context::from_parameters(parameters)?.decoder().video()?;
        let told = u64::try_from(stream.frames()).ok().filter(|frames| *frames > 0);
        Ok(Self { stream: stream.index(), decoder, frame: ff::frame::Video::empty(), frames: 0, told, codec })
    }

    fn drain(&mut self) {
        while self.decoder.receive_frame(&mut self.frame).is_ok() {
            self.frames += 1;
        }
    }

    fn finish(mut self) -> Result<DecodedVideo, ff::Error> {
        self.decoder.send_eof()?;
        self.drain();
        let Self { decoder, frames, told, codec, .. } = self;
        Ok(DecodedVideo { width: decoder.width(), height: decoder.height(), frames, told, codec })
    }
}

struct Sound {
    stream: usize,
    decoder: ff::decoder::Audio,
    frame: ff::frame::Audio,
    samples: u64,
}

impl Sound {
    fn open(stream: &ff::format::stream::Stream<'_>) -> Result<Self, ff::Error> {
        let decoder = ff::codec::Context::from_parameters(stream.parameters())?.decoder().audio()?;
        Ok(Self { stream: stream.index(), decoder, frame: ff::frame::Audio::empty(), samples: 0 })
    }

    fn drain(&mut self) {
        while self.decoder.receive_frame(&mut self.frame).is_ok() {
            self.samples += self.frame.samples() as u64;
        }
    }

    fn finish(mut self) -> Result<DecodedAudio, ff::Error> {
        self.decoder.send_eof()?;
        self.drain();
        let Self { decoder, samples, .. } = self;
        Ok(DecodedAudio { sample_rate: decoder.rate(), channels: decoder.channels(), samples })
    }
}
