//! Any pixels, of any small size, coded in any way: what OpenH264 decodes is what the encoder sees.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use masque::encode::h264::{Encoder, Goal, Settings, WholeFrames, annex_b, start_codes};
use masque::error::Result;
use masque::frame::{BLOCK, Block, Blocks, FrameRate, Planes, Size, Vector};
use openh264::OpenH264API;
use openh264::decoder::{DecodeOptions, DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

/// A clip; what is out of range is folded into it.
#[derive(Debug, Arbitrary)]
struct Case {
    /// Halves of sides, less 1.
    width: u8,
    height: u8,
    frames: u8,
    gop: u8,
    effort: u8,
    goal: u8,
    bitrate: u32,
    /// How each frame comes from the one before.
    changes: Vec<Change>,
    /// Where blocks are said to come from, one after the other.
    vectors: Vec<(i8, i8)>,
}

/// A rectangle of a frame that is painted, in 4 x 4 pixels.
#[derive(Debug, Clone, Copy, Arbitrary)]
struct Change {
    x: u8,
    y: u8,
    width: u8,
    height: u8,
    paint: Paint,
    /// Whether another one of the same frame follows.
    more: bool,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Paint {
    /// One colour.
    Flat([u8; 3]),
    /// Numbers from a generator with this seed, of this much contrast.
    Noise(u32, u8),
    /// A ramp: the brightness, and the steps to the right and down.
    Ramp(u8, i8, i8),
    /// What lay elsewhere in the frame before.
    Moved(i8, i8),
}

/// Frames by rectangles.
struct Painter {
    size: [usize; 2],
    changes: std::vec::IntoIter<Change>,
    planes: [Vec<u8>; 3],
}

impl Painter {
    fn paint(&mut self, change: &Change, before: &[Vec<u8>; 3]) {
        for plane in 0..3 {
            let shift = usize::from(plane > 0);
            let [width, height] = self.size.map(|side| side >> shift);
            let step = 4 >> shift;
            let (left, top) = (usize::from(change.x) * step % width, usize::from(change.y) * step % height);
            let (right, low) =
                (left + step * (1 + usize::from(change.width) % 12), top + step * (1 + usize::from(change.height) % 12));
            let mut state = 1;
            if let Paint::Noise(seed, _) = change.paint {
                state = seed | 1;
            }
            for (y, x) in (top..low.min(height)).flat_map(|y| (left..right.min(width)).map(move |x| (y, x))) {
                self.planes[plane][y * width + x] = match change.paint {
                    Paint::Flat(colour) => colour[plane],
                    Paint::Noise(_, contrast) => {
                        state ^= state << 13;
                        state ^= state >> 17;
                        state ^= state << 5;
                        (state >> 16) as u8 & contrast
                    }
                    Paint::Ramp(from, right, down) => (i32::from(from)
                        + i32::from(right) * (x - left) as i32 / 8
                        + i32::from(down) * (y - top) as i32 / 8)
                        .clamp(0, 255) as u8,
                    Paint::Moved(dx, dy) => {
                        let from = |at: usize, way: i8, side: usize| {
                            (at as i32 + (i32::from(way) >> shift)).clamp(0, side as i32 - 1) as usize
                        };
                        before[plane][from(y, dy, height) * width + from(x, dx, width)]
                    }
                };
            }
        }
    }

    fn fill(&mut self, planes: &mut Planes<'_>) {
        let before = self.planes.clone();
        while let Some(change) = self.changes.next() {
            self.paint(&change, &before);
            if !change.more {
                break;
            }
        }
        for (number, plane) in planes.iter_mut().enumerate() {
            let width = self.size[0] >> usize::from(number > 0);
            for (from, to) in self.planes[number].chunks(width).zip(plane.data.chunks_mut(plane.stride)) {
                to[..width].copy_from_slice(from);
            }
        }
    }
}

/// Frames with hints where blocks come from, true or not.
struct Hinted<'a> {
    frames: WholeFrames<'a>,
    size: [usize; 2],
    vectors: std::iter::Cycle<std::vec::IntoIter<(i8, i8)>>,
}

impl Blocks for Hinted<'_> {
    fn advance(&mut self) -> Result<()> {
        self.frames.advance()
    }

    fn changed(&self, row: usize) -> &[u64] {
        self.frames.changed(row)
    }

    fn read(&mut self, column: usize, row: usize, block: &mut Block) -> bool {
        self.frames.read(column, row, block)
    }

    fn vectors(&mut self, column: usize, row: usize, vectors: &mut Vec<Vector>) {
        let inside = |at: usize, way: i8, side: usize| {
            let at = (at * BLOCK) as i32;
            i16::from(way).clamp(-at as i16, ((side.div_ceil(BLOCK) * BLOCK - BLOCK) as i32 - at) as i16)
        };
        let hints = self.vectors.by_ref().take(2);
        vectors.extend(hints.map(|(x, y)| [inside(column, x, self.size[0]), inside(row, y, self.size[1])]));
    }
}

/// The frame's part of three planes.
fn cut(planes: [&[u8]; 3], strides: [usize; 3], [width, height]: [usize; 2]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, (plane, stride)) in planes.iter().zip(strides).enumerate() {
        let shift = usize::from(number > 0);
        plane.chunks(stride).take(height >> shift).for_each(|row| out.extend_from_slice(&row[..width >> shift]));
    }
    out
}

fn decoded(stream: &[u8], size: [usize; 2]) -> Vec<Vec<u8>> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let mut decoder = Decoder::with_api_config(OpenH264API::from_source(), config).expect("a decoder");
    let mut frames = Vec::new();
    let mut take = |frame: DecodedYUV<'_>| {
        let (y, u, v) = frame.strides();
        frames.push(cut([frame.y(), frame.u(), frame.v()], [y, u, v], size));
    };
    for unit in openh264::nal_units(stream) {
        if let Some(frame) = decoder.decode_with_options(unit, DecodeOptions::new()).expect("a stream that decodes") {
            take(frame);
        }
    }
    decoder.flush_remaining().expect("the last frames").into_iter().for_each(take);
    frames
}

fn run(case: Case) {
    let size = [case.width, case.height].map(|half| 2 * (8 + usize::from(half) % 33));
    let frames = 1 + u32::from(case.frames) % 6;
    let goal = match case.goal {
        0..=51 => Goal::Quantiser(case.goal),
        52..=150 => Goal::Likeness,
        _ => Goal::Bitrate(1 + u64::from(case.bitrate % 4_000_000)),
    };
    let pixels = Size::new(size[0] as u32, size[1] as u32);
    let (rate, gop, effort) = (FrameRate { num: 30, den: 1 }, 1 + u32::from(case.gop) % 6, usize::from(case.effort) % 4);
    let settings = Settings { size: pixels, rate, first: 0, frames, gop, effort, goal };
    let grey = |shift: usize| vec![128; (size[0] >> shift) * (size[1] >> shift)];
    let mut painter = Painter { size, changes: case.changes.into_iter(), planes: [grey(0), grey(1), grey(1)] };
    let fill = Box::new(move |planes: &mut Planes<'_>| {
        painter.fill(planes);
        Ok(())
    });
    let frames_in = WholeFrames::new(pixels, fill).expect("memory");
    let mut blocks = Hinted { frames: frames_in, size, vectors: case.vectors.into_iter().cycle() };
    let mut encoder = Encoder::new(settings).expect("memory");
    let mut stream = annex_b(&encoder.configuration());
    let mut seen = Vec::new();
    let stride = size[0].next_multiple_of(BLOCK);
    for frame in 0..frames {
        let (units, key) = encoder.encode(&mut blocks).expect("frames that can be read");
        assert_eq!(key, frame % gop == 0);
        stream.extend(start_codes(&units));
        let (y, [cb, cr]) = encoder.seen();
        seen.push(cut([y, cb, cr], [stride, stride / 2, stride / 2], size));
    }
    assert!(decoded(&stream, size) == seen, "OpenH264 sees something else");
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(case) = Case::arbitrary(&mut Unstructured::new(bytes)) {
        run(case);
    }
});
