//! Clips: frames into a finished WebM or MP4, in memory or in a file, one frame at a time. A long clip is cut into segments
//! that know nothing of each other, so that several can be encoded at once; where it is cut depends on the request alone.
//! Knows nothing of what the frames show.

mod codecs;
mod faststart;
pub(super) mod options;
mod run;
mod segment;
mod settings;
mod track;

use std::io::{Read, Seek, Write};
use std::ops::Range;
use std::sync::mpsc;

use super::ffmpeg::Header;
use super::samples::Samples;
use crate::error::{Error, Result};
use crate::frame::{Blocks, PixelFormat, Planes};

use faststart::index_first;
use run::{Each, Start};
use segment::Queue;
use track::Output;

#[cfg(feature = "video")]
pub(super) use codecs::track_codec;
pub use codecs::{
    AtOnce, CONTAINERS, Container, TRACK_CODECS, TrackCodec, VIDEO_CODECS, VideoCodec, Zero, frames_held,
};
pub(super) use codecs::{codec, container};
pub use settings::VideoSettings;
pub use track::{track_length, track_shape};

/// Fills the planes of one frame after the other.
pub type Frames<'a> = Box<dyn FnMut(&mut Planes<'_>) -> Result<()> + 'a>;

/// Encodes a clip, with its audio if the settings ask for one, and gives the output back, complete and flushed. `workers`
/// segments at most are encoded at once; no byte depends on that number. `open` is asked for the frames of a segment, in
/// a layout and by their numbers; each frame is drawn right into the encoder's memory.
///
/// # Errors
/// What `open`, its frames or `audio` answer, of the foremost segment that failed; [`Error::Encode`] when an encoder, the
/// container or the output fails.
pub fn encode_clip<'a, W: Read + Write + Seek + Send + 'static>(
    settings: &VideoSettings,
    out: W,
    audio: Option<Samples<'_>>,
    workers: usize,
    open: impl Fn(PixelFormat, Range<u32>) -> Result<Frames<'a>> + Sync,
) -> Result<W> {
    encode(settings, out, audio, workers, &|range| run::whole(settings, range, &open))
}

/// As [`encode_clip`], by the encoder of this crate; `open` is asked for the blocks of a segment, by the numbers of its frames.
///
/// # Errors
/// As [`encode_clip`].
pub fn encode_scene<'a, W: Read + Write + Seek + Send + 'static>(
    settings: &VideoSettings,
    out: W,
    audio: Option<Samples<'_>>,
    workers: usize,
    open: impl Fn(Range<u32>) -> Result<Box<dyn Blocks + 'a>> + Sync,
) -> Result<W> {
    encode(settings, out, audio, workers, &|range| run::in_blocks(settings, range.clone(), open(range)?))
}

fn encode<W: Read + Write + Seek + Send + 'static>(
    settings: &VideoSettings,
    out: W,
    audio: Option<Samples<'_>>,
    workers: usize,
    start: &Start<'_, '_>,
) -> Result<W> {
    let segments = segment::cut(settings);
    let mut clip = Output::new(settings, out, audio)?;
    match workers.min(segments.len()) {
        0 | 1 => encode_in_turn(&mut clip, segments, start)?,
        workers => encode_at_once(settings, &mut clip, segments, workers, start)?,
    }
    let mut out = clip.finish()?;
    if container(settings.container).is_some_and(|row| row.index_last) {
        index_first(&mut out).map_err(|why| Error::encode(settings.container, why))?;
    }
    Ok(out)
}

/// Encodes one segment after the other on this thread.
fn encode_in_turn<W: Write + Seek + Send + 'static>(
    clip: &mut Output<'_, W>,
    segments: Vec<Range<u32>>,
    start: &Start<'_, '_>,
) -> Result<()> {
    segments.into_iter().try_for_each(|range| {
        let run = start(range.clone())?;
        clip.start(|| run.header())?;
        encode_segment(run, range, &mut |packet| clip.write(packet))
    })
}

/// Encodes the segments on `workers` threads, or as many of them as the system lets it have; this thread writes their packets
/// in order.
fn encode_at_once<W: Write + Seek + Send + 'static>(
    settings: &VideoSettings,
    clip: &mut Output<'_, W>,
    segments: Vec<Range<u32>>,
    workers: usize,
    start: &Start<'_, '_>,
) -> Result<()> {
    let queue = Queue::new(segments.len());
    let (first_header, header) = mpsc::channel();
    let work = |first_header: mpsc::Sender<Result<Header>>| {
        while let Some(claim) = queue.claim() {
            let range = segments[claim.number].clone();
            let result = start(range.clone()).and_then(|run| {
                if claim.number == 0 {
                    // The receiver is gone only when the clip has failed, which the queue tells.
                    let _ = first_header.send(run.header());
                }
                encode_segment(run, range, &mut |packet| claim.push(packet))
            });
            claim.end(result);
        }
    };
    let written = std::thread::scope(|scope| {
        let spawn = |_| {
            let (work, first_header) = (&work, first_header.clone());
            let thread = std::thread::Builder::new().name("segment".to_owned());
            thread.spawn_scoped(scope, move || work(first_header)).ok()
        };
        let threads: Vec<_> = (0..workers).map_while(spawn).collect();
        let written = (!threads.is_empty()).then(|| {
            queue.drain(|packet| {
                clip.start(|| header.recv().map_err(|e| Error::encode(&settings.codec, e))?)?;
                clip.write(packet)
            })
        });
        queue.stop();
        // A thread that panicked has failed its segment, which the queue told.
        threads.into_iter().for_each(|thread| drop(thread.join()));
        written
    });
    written.unwrap_or_else(|| encode_in_turn(clip, segments, start))
}

fn encode_segment(mut run: Box<dyn run::Run + '_>, range: Range<u32>, each: Each<'_>) -> Result<()> {
    for _ in range {
        run.frame(each)?;
    }
    run.finish(each)
}
