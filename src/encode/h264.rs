//! H.264 of scenes, by an encoder that is told what of a frame is new: Constrained Baseline, CAVLC, one slice a frame, no filter. Its
//! arithmetic is of integers alone, so that its bytes are the same on every machine. Knows nothing of FFmpeg, files or patterns.

mod bits;
mod cavlc;
mod choice;
mod compare;
mod control;
mod frame;
mod headers;
mod intra;
mod macroblock;
mod motion;
mod picture;
mod residual;
mod search;
#[cfg(target_arch = "x86_64")]
mod sse2;
mod tables;
#[cfg(test)]
mod tests;
mod transform;
mod weigh;
mod whole;

use crate::error::Result;
use crate::frame::{BLOCK, Blocks, FrameRate, Size};
use choice::Effort;
use control::Control;
use frame::Coder;
use headers::{LEAST_FILLER, Slice, filler};

pub use control::Goal;
pub use headers::{MOST_BLOCKS, least_bitrate};
pub use whole::{Fill, WholeFrames};

/// Frames from one that stands for itself to the next where nobody says how many.
pub const GOP: u32 = 250;

/// What a stream is to be.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Pixels of each frame, even.
    pub size: Size,
    /// Frames a second.
    pub rate: FrameRate,
    /// The number in its clip of the run's first frame.
    pub first: u32,
    /// Frames of the run, 1..
    pub frames: u32,
    /// Frames from one that stands for itself to the next, 1..
    pub gop: u32,
    /// How much is tried, 0..=3: the more, the slower and the smaller.
    pub effort: usize,
    /// What it is held to.
    pub goal: Goal,
}

/// How much is tried.
const EFFORTS: [Effort; 4] = [
    Effort { divide: false, rings: 0, patience: 256, modes: 3, thin: false, whole: false },
    Effort { divide: true, rings: 1, patience: 32, modes: 3, thin: false, whole: false },
    Effort { divide: true, rings: 2, patience: 12, modes: intra::MODES, thin: false, whole: false },
    Effort { divide: true, rings: 4, patience: 6, modes: intra::MODES, thin: true, whole: true },
];

/// An encoder of a run of frames that knows nothing of those before.
pub struct Encoder {
    settings: Settings,
    control: Control,
    coder: Coder,
    /// Frames that were coded.
    done: u32,
}

impl Encoder {
    /// # Errors
    /// [`crate::error::Error::Memory`].
    pub fn new(settings: Settings) -> Result<Self> {
        let [columns, rows] = [settings.size.width, settings.size.height].map(|side| (side as usize).div_ceil(BLOCK));
        let pixels = settings.size.rgb_bytes() / 3;
        let control = Control::new(settings.goal, pixels, settings.frames, settings.rate);
        Ok(Self { settings, control, coder: Coder::new(columns, rows)?, done: 0 })
    }

    /// Parameter sets as ISO's base media format keeps them.
    #[must_use]
    pub fn configuration(&self) -> Vec<u8> {
        let bitrate = if let Goal::Bitrate(bits) = self.settings.goal { Some(bits) } else { None };
        headers::configuration(self.settings.size, self.settings.rate, bitrate)
    }

    /// Encodes the next frame: its NAL units, each behind its length in 4 bytes, and whether it stands for itself.
    ///
    /// # Errors
    /// What `blocks` answers.
    pub fn encode(&mut self, blocks: &mut dyn Blocks) -> Result<(Vec<u8>, bool)> {
        blocks.advance()?;
        let gop = self.settings.gop.max(1);
        let (number, effort) = (self.done % gop, EFFORTS[self.settings.effort.min(EFFORTS.len() - 1)]);
        let mut out = Vec::new();
        loop {
            let quantiser = self.control.quantiser(number == 0);
            let slice = Slice { key: number == 0, number, group: self.settings.first + self.done, quantiser };
            self.coder.code(blocks, &slice, effort, &mut out);
            if !self.control.again(number == 0, self.coder.error()) {
                break;
            }
            self.coder.undo();
            out.clear();
        }
        self.coder.keep();
        let missing = self.control.coded(number == 0, out.len(), self.coder.error()) as usize;
        if missing >= LEAST_FILLER {
            filler(missing, &mut out);
        }
        self.done += 1;
        Ok((out, number == 0))
    }

    /// What a decoder sees of the last frame: planes of whole macroblocks.
    #[must_use]
    pub fn seen(&self) -> (&[u8], [&[u8]; 2]) {
        let picture = self.coder.picture();
        (&picture.y, [&picture.c[0], &picture.c[1]])
    }
}

/// NAL units behind their lengths as a stream of bytes (Rec. ITU-T H.264, annex B), for decoders that take no other.
#[must_use]
pub fn start_codes(units: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(units.len()), units);
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (unit, behind) = behind.split_at(behind.len().min(u32::from_be_bytes(*length) as usize));
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(unit);
        rest = behind;
    }
    out
}

/// The parameter sets of [`Encoder::configuration`] in the same way.
#[must_use]
pub fn annex_b(configuration: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = configuration.get(6..).unwrap_or_default();
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (set, behind) = behind.split_at(behind.len().min(u16::from_be_bytes(*length).into()));
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(set);
        // The number of picture parameter sets.
        rest = behind.get(1..).unwrap_or_default();
    }
    out
}
