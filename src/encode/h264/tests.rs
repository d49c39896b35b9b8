//! What another decoder makes of streams of noise, which take every path through the codes; and the canary.

use openh264::OpenH264API;
use openh264::decoder::{DecodeOptions, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};

use super::macroblock::{Coded, ORDER};
use super::whole::WholeFrames;
use super::{Encoder, Goal, Settings};
use crate::frame::{FrameRate, Size};
use crate::seed::Stream;

/// A copy of a macroblock, its first level of luma of the wrong sign if that is asked for; then no more is asked for.
pub(super) fn sing(canary: &mut bool, coded: &Coded) -> Coded {
    let mut coded = coded.clone();
    if *canary && let Some(block) = ORDER.into_iter().find(|block| coded.luma_masks[*block] != 0) {
        let place = coded.luma_masks[block].trailing_zeros() as usize;
        coded.luma[block][place] *= -1;
        *canary = false;
    }
    coded
}

/// Frames of noise that is mixed with that of the frame before: `fresh` of 256 pixels are new, and differ by up to `contrast`.
fn noise(seed: u8, fresh: u32, contrast: u8) -> super::Fill<'static> {
    let mut rng = Stream::from_seed([seed; 32]);
    let mut known: Vec<Vec<u8>> = Vec::new();
    Box::new(move |planes| {
        known.resize(planes.len(), Vec::new());
        for (plane, known) in planes.iter_mut().zip(&mut known) {
            known.resize(plane.data.len(), 128);
            for pixel in known.iter_mut() {
                if rng.random_range(0..256) < fresh {
                    let contrast = i16::from(contrast);
                    *pixel = (128 + rng.random_range(-contrast..=contrast)) as u8;
                }
            }
            plane.data.copy_from_slice(known);
        }
        Ok(())
    })
}

/// The frames that OpenH264 makes of a stream and those that its encoder sees, cut to the frame's size.
fn both(settings: Settings, fill: super::Fill<'_>, canary: bool) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut encoder = Encoder::new(settings).unwrap();
    encoder.coder.canary = canary;
    let mut frames = WholeFrames::new(settings.size, fill).unwrap();
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let mut decoder = Decoder::with_api_config(OpenH264API::from_source(), config).unwrap();
    let (mut decoded, mut seen) = (Vec::new(), Vec::new());
    let [width, height] = [settings.size.width as usize, settings.size.height as usize];
    let cut = |plane: &[u8], stride: usize, width: usize, height: usize| -> Vec<u8> {
        plane.chunks(stride).take(height).flat_map(|row| row[..width].to_vec()).collect()
    };
    let mut stream = super::annex_b(&encoder.configuration());
    for _ in 0..settings.frames {
        let (units, _) = encoder.encode(&mut frames).unwrap();
        stream.extend(super::start_codes(&units));
        let (y, [cb, cr]) = encoder.seen();
        let stride = width.next_multiple_of(16);
        let planes = [
            (y, stride, width, height),
            (cb, stride / 2, width / 2, height / 2),
            (cr, stride / 2, width / 2, height / 2),
        ];
        seen.push(
            planes.iter().flat_map(|(plane, stride, width, height)| cut(plane, *stride, *width, *height)).collect(),
        );
    }
    let mut take = |frame: openh264::decoder::DecodedYUV<'_>| {
        let (a, b, c) = frame.strides();
        let planes = [
            (frame.y(), a, width, height),
            (frame.u(), b, width / 2, height / 2),
            (frame.v(), c, width / 2, height / 2),
        ];
        decoded.push(
            planes.iter().flat_map(|(plane, stride, width, height)| cut(plane, *stride, *width, *height)).collect(),
        );
    };
    for unit in openh264::nal_units(&stream) {
        if let Ok(Some(frame)) = decoder.decode_with_options(unit, DecodeOptions::new()) {
            take(frame);
        }
    }
    decoder.flush_remaining().unwrap().into_iter().for_each(take);
    (decoded, seen)
}

fn settings(size: (u32, u32), frames: u32, gop: u32, effort: usize, goal: Goal) -> Settings {
    Settings {
        size: Size::new(size.0, size.1),
        rate: FrameRate { num: 30, den: 1 },
        first: 0,
        frames,
        gop,
        effort,
        goal,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn noise_decodes_to_what_the_encoder_sees(
        seed in any::<u8>(),
        fresh in prop::sample::select(vec![1_u32, 8, 100, 256]),
        contrast in prop::sample::select(vec![1_u8, 10, 127]),
        quantiser in 0_u8..=51,
        gop in 1_u32..6,
        effort in 0_usize..4,
        width in 8_u32..40,
        height in 8_u32..30,
    ) {
        let settings = settings((2 * width, 2 * height), 5, gop, effort, Goal::Quantiser(quantiser));
        let (decoded, seen) = both(settings, noise(seed, fresh, contrast), false);
        prop_assert!(decoded == seen);
    }
}

#[test]
fn a_level_of_the_wrong_sign_is_found() {
    let settings = settings((64, 48), 3, 3, 1, Goal::Quantiser(20));
    let (decoded, seen) = both(settings, noise(1, 256, 127), true);
    assert!(decoded != seen);
}

/// A stream of noise at an effort.
fn stream(effort: usize) -> Vec<u8> {
    let settings = settings((96, 80), 12, 6, effort, Goal::Quantiser(26));
    let mut encoder = Encoder::new(settings).unwrap();
    let mut frames = WholeFrames::new(settings.size, noise(9, 8, 60)).unwrap();
    (0..settings.frames).flat_map(|_| encoder.encode(&mut frames).unwrap().0).collect()
}

#[cfg(target_arch = "x86_64")]
#[test]
fn bytes_are_the_same_without_simd() {
    for effort in 0..4 {
        let [usual, plain] = super::sse2::twins(|| stream(effort));
        assert!(usual == plain, "effort {effort}");
    }
}

#[test]
fn bit_rates_are_reached() {
    for bitrate in [200_000, 2_000_000, 20_000_000] {
        let settings = settings((192, 112), 60, 60, 1, Goal::Bitrate(bitrate));
        let mut encoder = Encoder::new(settings).unwrap();
        let mut frames = WholeFrames::new(settings.size, noise(3, 20, 60)).unwrap();
        let bytes: usize = (0..60).map(|_| encoder.encode(&mut frames).unwrap().0.len()).sum();
        let reached = bytes as u64 * 8 / 2;
        assert!(reached.abs_diff(bitrate) < bitrate / 4, "{bitrate}: {reached}");
    }
}
