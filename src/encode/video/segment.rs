//! Segments of a long clip: where it is cut, and the queue that puts their packets in order again.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::codecs::{AtOnce, FEW};
use super::settings::VideoSettings;
use crate::encode::ffmpeg::Packet;
use crate::error::{Error, Result};
use crate::frame::PixelFormat;
use crate::spec::Speed;

/// Frames of a segment where size counts more than speed, at least: the encoders' own usual distance of keyframes.
const SMALL: u32 = 250;

/// Frames of a segment of frames that hardly compress, at least: more than [`FEW`].
const DENSE: usize = FEW as usize + 1;

/// Bytes of finished packets that wait for the segments before theirs; a segment that would add more waits itself.
const WAITING: usize = 256 << 20;

/// The segments of a clip, by the numbers of their frames: an even number of them, as long as each other within one frame,
/// or within one distance of keyframes where the request gives that. Frames that hardly compress make segments so short that
/// one can wait as a whole; an encoder of which only so many may be open takes the clip whole. A function of the request, never
/// of the machine.
pub(super) fn cut(settings: &VideoSettings) -> Vec<Range<u32>> {
    let AtOnce::Any { segment } = settings.at_once() else {
        return std::iter::once(0..settings.frames).collect();
    };
    let usual = match settings.speed {
        Speed::Fastest | Speed::Fast => segment,
        Speed::Default | Speed::Best => SMALL,
    };
    let usual = match settings.dense {
        true => usual.min((WAITING / PixelFormat::I420.frame_bytes(settings.size)).max(DENSE) as u32),
        false => usual,
    };
    let gop = settings.gop.unwrap_or(1).max(1);
    let gops = settings.frames.div_ceil(gop);
    let pairs = settings.frames / (2 * usual);
    let count = (2 * pairs).clamp(1, gops.max(1));
    let border = |number: u32| {
        let at = u64::from(gops) * u64::from(number) / u64::from(count) * u64::from(gop);
        at.min(u64::from(settings.frames)) as u32
    };
    (0..count).map(|number| border(number)..border(number + 1)).collect()
}

/// Packets of several segments that are encoded at once, taken out in the order of the segments.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    segments: Vec<Segment>,
    /// The next segment that nobody has claimed.
    unclaimed: usize,
    /// The segment whose packets are being taken out.
    front: usize,
    /// Bytes in all queues.
    waiting: usize,
    stopped: bool,
}

#[derive(Default)]
struct Segment {
    packets: VecDeque<Packet>,
    end: Option<Result<()>>,
}

impl Queue {
    pub(super) fn new(segments: usize) -> Self {
        let segments = (0..segments).map(|_| Segment::default()).collect();
        let state = State { segments, unclaimed: 0, front: 0, waiting: 0, stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next segment to encode, none when all are claimed or the clip has failed.
    pub(super) fn claim(&self) -> Option<Claim<'_>> {
        let mut state = self.lock();
        let number = state.unclaimed;
        if state.stopped || number == state.segments.len() {
            return None;
        }
        state.unclaimed += 1;
        let unended = Err(Error::encode("segment", "its thread panicked"));
        Some(Claim { queue: self, number, result: Some(unended) })
    }

    /// Ends a segment, well or badly.
    fn end(&self, number: usize, result: Result<()>) {
        let mut state = self.lock();
        if result.is_err() {
            state.unclaimed = state.segments.len();
        }
        state.segments[number].end = Some(result);
        self.changed.notify_all();
    }

    /// Stops whoever still encodes.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Hands out every packet in order.
    ///
    /// # Errors
    /// The foremost segment's, or what `each` answers.
    pub(super) fn drain(&self, mut each: impl FnMut(Packet) -> Result<()>) -> Result<()> {
        let mut state = self.lock();
        while state.front < state.segments.len() {
            let front = state.front;
            if let Some(packet) = state.segments[front].packets.pop_front() {
                state.waiting -= packet.size();
                drop(state);
                self.changed.notify_all();
                each(packet)?;
                state = self.lock();
            } else if let Some(end) = state.segments[front].end.take() {
                end?;
                state.front += 1;
                self.changed.notify_all();
            } else {
                state = self.wait(state);
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// A segment that one thread encodes.
pub(super) struct Claim<'a> {
    queue: &'a Queue,
    /// Which one, from 0.
    pub(super) number: usize,
    result: Option<Result<()>>,
}

impl Claim<'_> {
    /// Adds a packet, waiting while too much waits and the segment is not in front.
    ///
    /// # Errors
    /// When the clip has failed elsewhere; nobody sees this error.
    pub(super) fn push(&self, packet: Packet) -> Result<()> {
        let size = packet.size();
        let mut state = self.queue.lock();
        while !state.stopped && self.number != state.front && state.waiting + size > WAITING {
            state = self.queue.wait(state);
        }
        if state.stopped {
            return Err(Error::encode("segment", "given up, for another one failed"));
        }
        state.waiting += size;
        state.segments[self.number].packets.push_back(packet);
        self.queue.changed.notify_all();
        Ok(())
    }

    /// Ends the segment, well or badly.
    pub(super) fn end(mut self, result: Result<()>) {
        self.result = Some(result);
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(result) = self.result.take() {
            self.queue.end(self.number, result);
        }
    }
}
