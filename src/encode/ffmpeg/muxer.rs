//! Packets into a container, written to anything that can be written and sought: memory or a file.

use std::io::{Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ffmpeg_next as ff;

use super::failed;
use super::packet::{Header, Packet, rational};
use crate::encode::video::{Container, container as container_row};
use crate::error::{Error, Result};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// A container that is being written.
pub(crate) struct Muxer<W> {
    container: &'static str,
    /// What is known of it; nothing of files of audio alone.
    row: Option<&'static Container>,
    output: ff::format::context::Output,
    sink: Sink<W>,
    streams: Vec<Stream>,
    open: bool,
}

/// What is known of a stream's times.
#[derive(Clone, Copy)]
struct Stream {
    /// Seconds of one frame or sample.
    time_base: ff::Rational,
    /// Samples that readers take off the times in the file: WebM counts audio from the first sample that is decoded, those
    /// too which are dropped because they only start the decoder up.
    delay: i64,
}

impl<W: Write + Seek + Send + 'static> Muxer<W> {
    /// A container of this kind whose streams are yet to be added.
    ///
    /// # Errors
    /// [`Error::Encode`] when this FFmpeg lacks the container.
    pub(crate) fn new(container: &'static str, out: W) -> Result<Self> {
        let sink = Sink(Arc::new(Mutex::new(State { out: Some(out), failure: None })));
        let io = ff::format::context::StreamIo::from_write_seek_with_capacity(sink.clone(), BUFFER)
            .map_err(|e| failed(container, e))?;
        let output = ff::format::output_to_stream(io, None, Some(container)).map_err(|e| failed(container, e))?;
        let row = container_row(container);
        Ok(Self { container, row, output, sink, streams: Vec::new(), open: false })
    }

    /// Adds a stream, to be known by the number of streams before it.
    ///
    /// # Errors
    /// [`Error::Encode`] when FFmpeg refuses.
    pub(crate) fn add(&mut self, header: Header) -> Result<()> {
        let Header { mut parameters, time_base } = header;
        if let (ff::codec::Id::HEVC, Some(tag)) = (parameters.id(), self.row.and_then(|row| row.hevc_tag)) {
            set_tag(&mut parameters, tag);
        }
        let images = parameters.medium() == ff::media::Type::Video;
        let delay = if self.row.is_some_and(|row| row.counts_padding) { padding(&parameters) } else { 0 };
        let mut stream = self.output.add_stream(ff::codec::Id::None).map_err(|e| failed(self.container, e))?;
        stream.set_parameters(parameters);
        stream.set_time_base(time_base);
        if images {
            stream.set_rate(time_base.invert());
            stream.set_avg_frame_rate(time_base.invert());
        }
        self.streams.push(Stream { time_base, delay });
        Ok(())
    }

    /// Writes a packet of a stream. The first packet closes the list of streams.
    ///
    /// # Errors
    /// As [`Muxer::finish`].
    pub(crate) fn write(&mut self, stream: usize, packet: Packet) -> Result<()> {
        self.start()?;
        let Packet(mut packet) = packet;
        let base = self.output.stream(stream).map_or(rational(1, 1000), |stream| stream.time_base());
        let Stream { time_base, delay } = self.streams[stream];
        let scale = |count| ticks(count + delay, time_base, base);
        let (pts, dts, duration) = (packet.pts(), packet.dts(), packet.duration());
        packet.set_pts(pts.map(scale));
        packet.set_dts(dts.map(scale));
        packet.set_duration(pts.map_or(0, |pts| scale(pts + duration) - scale(pts)));
        packet.set_stream(stream);
        packet.write_interleaved(&mut self.output).map_err(|e| self.fail(e))
    }

    /// Ends the container and gives the output back, flushed.
    ///
    /// # Errors
    /// [`Error::Encode`] with the reason of the output or of FFmpeg.
    pub(crate) fn finish(mut self) -> Result<W> {
        self.start()?;
        self.output.write_trailer().map_err(|e| self.fail(e))?;
        let Self { container, output, sink, .. } = self;
        drop(output);
        sink.close().map_err(|e| Error::encode(container, e))
    }

    fn start(&mut self) -> Result<()> {
        if !self.open {
            // MP4 keeps the streams' lengths in a time_base of its own, else milliseconds: make it one that fits each of them.
            let clock = self
                .streams
                .iter()
                .fold(1, |clock, stream| common_multiple(clock, stream.time_base.denominator()))
                .to_string();
            let mut options: ff::Dictionary<'_> = [("fflags", "+bitexact")].iter().collect();
            if let Some(option) = self.row.and_then(|row| row.clock) {
                options.set(option, &clock);
            }
            self.output.write_header_with(options).map(drop).map_err(|e| failed(self.container, e))?;
            self.open = true;
        }
        Ok(())
    }

    fn fail(&self, code: ff::Error) -> Error {
        match self.sink.failure() {
            Some(reason) => Error::encode(self.container, reason),
            None => failed(self.container, code),
        }
    }
}

/// `count` units in ticks of `base` seconds, rounded to the nearest.
fn ticks(count: i64, time_base: ff::Rational, base: ff::Rational) -> i64 {
    let up = i128::from(count) * i128::from(time_base.numerator()) * i128::from(base.denominator());
    let down = i128::from(time_base.denominator()) * i128::from(base.numerator());
    (2 * up + down).div_euclid(2 * down) as i64
}

/// The least common multiple of two positive numbers, or the greater one when that is out of reach.
fn common_multiple(a: i32, b: i32) -> i32 {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (a / divisor).checked_mul(b).unwrap_or(a.max(b))
}

#[expect(unsafe_code, reason = "the wrapper has no setter for a stream's four letters")]
fn set_tag(parameters: &mut ff::codec::Parameters, letters: [u8; 4]) {
    // SAFETY: the parameters are alive and ours.
    unsafe { (*parameters.as_mut_ptr()).codec_tag = u32::from_le_bytes(letters) };
}

/// Samples at the start of audio that only start its decoder up.
#[expect(unsafe_code, reason = "the wrapper does not read this field")]
fn padding(parameters: &ff::codec::Parameters) -> i64 {
    // SAFETY: the parameters are alive; a plain number is read.
    i64::from(unsafe { (*parameters.as_ptr()).initial_padding })
}

/// The output, shared with FFmpeg, which keeps it until the container is closed and knows error codes only.
struct Sink<W>(Arc<Mutex<State<W>>>);

struct State<W> {
    out: Option<W>,
    failure: Option<String>,
}

impl<W> Clone for Sink<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W> Sink<W> {
    fn with<T>(&self, act: impl FnOnce(&mut W) -> std::io::Result<T>) -> std::io::Result<T> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let out = state.out.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        act(out).inspect_err(|reason| {
            state.failure.get_or_insert_with(|| reason.to_string());
        })
    }

    fn failure(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }
}

impl<W: Write> Sink<W> {
    fn close(self) -> std::io::Result<W> {
        self.with(W::flush)?;
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (state.failure.take(), state.out.take()) {
            (None, Some(out)) => Ok(out),
            (Some(reason), _) => Err(std::io::Error::other(reason)),
            (None, None) => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.with(|out| out.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.with(W::flush)
    }
}

impl<W: Seek> Seek for Sink<W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.with(|out| out.seek(to))
    }
}
