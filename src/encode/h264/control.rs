//! How finely each frame is coded: as asked, as a picture's likeness to what was rendered demands, or as a number of bits a second
//! leaves room for. Integers only. Knows nothing of macroblocks.

use crate::frame::FrameRate;

/// The finest quantiser: up to here no level leaves the codes of Baseline.
pub(super) const FINEST: u8 = 10;

/// The coarsest quantiser.
pub(super) const COARSEST: u8 = 51;

/// What a stream is to be held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Edges at this quantiser, 0..=51.
    Quantiser(u8),
    /// Edges no coarser than usual, and fine enough that each plane is 45 dB or more like what was rendered.
    Likeness,
    /// So many bits a second, 1.., over all frames.
    Bitrate(u64),
}

/// The quantiser of edges where nothing else demands another.
const USUAL: u8 = 29;

/// The same of small frames, most of which are edges, so that one may be too far off before anything is heard of it.
const USUAL_OF_SMALL: u8 = 23;

/// What a keyframe's quantiser is finer by.
const KEY: u8 = 2;

/// Pixels of frames that are small, at most.
const SMALL: u64 = 1 << 14;

/// Squared differences a pixel that make 45.5 dB, in 1/256: 255^2 / 10^4.55.
const SQUARES: u64 = 469;

/// The same of small frames: 47 dB.
const SQUARES_OF_SMALL: u64 = 332;

/// Decides for one run of frames.
#[derive(Debug)]
pub(super) struct Control {
    goal: Goal,
    quantiser: u8,
    /// The quantiser where nothing demands a finer one.
    coarsest: u8,
    /// Whether the present frame was coded before.
    again: bool,
    /// Pixels of luma of a frame.
    pixels: u64,
    /// Bits that are left for the frames that are left.
    bits: i64,
    frames: i64,
    /// Bits of the frames from which on the run is behind its goal, for filling.
    owed: i64,
    /// Bits of a frame, on an average.
    share: i64,
    /// Bits that the last frames took, a running mean; keyframes are left out.
    usual: i64,
}

impl Control {
    /// For `frames` frames of so many pixels.
    pub(super) fn new(goal: Goal, pixels: u64, frames: u32, rate: FrameRate) -> Self {
        let bitrate = if let Goal::Bitrate(bits) = goal { bits.min(1 << 40) } else { 0 };
        let share = (u128::from(bitrate) * u128::from(rate.den) / u128::from(rate.num)) as i64;
        let usual = if pixels > SMALL { USUAL } else { USUAL_OF_SMALL };
        let quantiser = match goal {
            Goal::Quantiser(quantiser) => quantiser.clamp(FINEST, COARSEST),
            _ => usual,
        };
        let frames = i64::from(frames.max(1));
        Self {
            goal,
            quantiser,
            coarsest: usual,
            again: false,
            pixels,
            bits: share.saturating_mul(frames),
            frames,
            owed: 0,
            share,
            usual: 0,
        }
    }

    /// The next frame's quantiser. A keyframe is coded more finely where nobody says how, for all behind it take after it.
    pub(super) fn quantiser(&self, key: bool) -> u8 {
        match self.goal {
            Goal::Likeness if key => (self.quantiser - KEY).max(FINEST),
            _ => self.quantiser,
        }
    }

    /// Thirds of an octave by which squared differences are beyond what the goal allows, rounded up; 0 when they are within.
    fn excess(&self, [luma, cb, cr]: [u64; 3]) -> u8 {
        let worst = luma.max(4 * cb.max(cr)) * 256;
        let squares = if self.pixels > SMALL { SQUARES } else { SQUARES_OF_SMALL };
        let allowed = squares * self.pixels;
        (0..COARSEST).find(|thirds| worst <= allowed << (thirds / 3)).unwrap_or(COARSEST)
    }

    /// Whether a frame with these squared differences of each plane has to be coded again, more finely. One that is no keyframe is
    /// so once only: what it does not change may be what is far off.
    pub(super) fn again(&mut self, key: bool, errors: [u64; 3]) -> bool {
        let excess = self.excess(if key { errors } else { errors.map(|error| error - error / 10) });
        let enough = excess == 0 || self.quantiser == FINEST || (!key && self.again);
        if self.goal != Goal::Likeness || enough {
            self.again = false;
            return false;
        }
        self.again = true;
        self.quantiser = self.quantiser.saturating_sub(if key { excess.max(2) } else { excess + 4 }).max(FINEST);
        true
    }

    /// Hears of a frame that was coded. Returns the bytes by which the run is behind its goal where no quantiser reaches it.
    pub(super) fn coded(&mut self, key: bool, bytes: usize, errors: [u64; 3]) -> u64 {
        match self.goal {
            Goal::Quantiser(_) => 0,
            Goal::Likeness => {
                self.liken(errors);
                0
            }
            Goal::Bitrate(_) => self.spend(key, bytes as i64 * 8),
        }
    }

    fn liken(&mut self, errors: [u64; 3]) {
        let excess = self.excess(errors);
        if excess > 0 {
            self.quantiser = (self.quantiser - excess.min(3)).max(FINEST);
        } else if self.excess(errors.map(|error| error + error / 4)) == 0 {
            self.quantiser = (self.quantiser + 1).min(self.coarsest);
        }
    }

    fn spend(&mut self, key: bool, bits: i64) -> u64 {
        self.bits -= bits;
        self.frames = (self.frames - 1).max(0);
        self.owed = (self.owed + self.share - bits).max(0);
        if !key {
            self.usual = if self.usual == 0 { bits } else { (3 * self.usual + bits) / 4 };
        }
        let left = self.bits / self.frames.max(1);
        let taken = if self.usual == 0 { bits } else { self.usual };
        let fills = self.quantiser == FINEST && left > taken;
        // Six steps of the quantiser halve the bits, about.
        let step = match (taken, left) {
            (taken, left) if taken > 2 * left.max(0) => 4,
            (taken, left) if 4 * taken > 5 * left => 1,
            (taken, left) if 2 * taken < left => -2,
            (taken, left) if 5 * taken < 4 * left => -1,
            _ => 0,
        };
        self.quantiser = (i16::from(self.quantiser) + step).clamp(FINEST.into(), COARSEST.into()) as u8;
        let bytes = if fills { self.owed / 8 } else { 0 };
        self.bits -= bytes * 8;
        self.owed -= bytes * 8;
        bytes as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: FrameRate = FrameRate { num: 30, den: 1 };

    /// Frames that take 2^(20 - q / 6) bits, keyframes ten times as many.
    fn reached(bitrate: u64) -> (u64, u64) {
        let mut control = Control::new(Goal::Bitrate(bitrate), 1 << 20, 300, RATE);
        let (mut sum, mut filled) = (0, 0);
        for frame in 0..300 {
            let bits =
                2_f64.powf(20.0 - f64::from(control.quantiser(false)) / 6.0) * if frame == 0 { 10.0 } else { 1.0 };
            sum += bits as u64;
            filled += control.coded(frame == 0, bits as usize / 8, [0; 3]) * 8;
        }
        (sum / 10, filled / 10)
    }

    #[test]
    fn rates_are_reached_by_quality_and_large_ones_by_filling() {
        for bitrate in [200_000, 1_000_000, 4_000_000] {
            let (reached, filled) = reached(bitrate);
            assert_eq!(filled, 0);
            assert!(reached.abs_diff(bitrate) < bitrate / 8, "{bitrate}: {reached}");
        }
        let (reached, filled) = reached(50_000_000);
        assert!((reached + filled).abs_diff(50_000_000) < 5_000_000, "{reached} and {filled}");
    }

    #[test]
    fn likeness_is_held_to() {
        let mut control = Control::new(Goal::Likeness, 1000, 300, RATE);
        assert!(!control.again(true, [1_290, 0, 0]));
        assert!(control.again(true, [5_000, 0, 0]));
        assert_eq!(control.quantiser(false), USUAL_OF_SMALL - 6);
        while control.again(true, [1 << 40, 0, 0]) {}
        assert_eq!(control.quantiser(false), FINEST);
        (0..40).for_each(|_| assert_eq!(control.coded(false, 1, [0; 3]), 0));
        assert_eq!(control.quantiser(false), USUAL_OF_SMALL);
    }
}
