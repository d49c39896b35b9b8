//! Parameter sets, slice headers and levels (Rec. ITU-T H.264, 7.3 and annexes A and E) of the streams that are written here:
//! Constrained Baseline, one slice a frame, each frame a reference for the next. Knows nothing of macroblocks.

use super::bits::{BitWriter, Bits, nal};
use crate::frame::{BLOCK, FrameRate, Size};

/// Types of NAL units, with the bits that say what others need of them.
const SEQUENCE: u8 = 0x67;
const PICTURE: u8 = 0x68;
const KEY_SLICE: u8 = 0x65;
const SLICE: u8 = 0x61;
const FILLER: u8 = 0x0c;

/// The quantiser that a slice's own is told against.
const QUANTISER: i32 = 26;

/// Bits of `frame_num`.
const FRAME_NUMBER: u32 = 4;

/// What a level allows: its number, macroblocks a second, macroblocks of a frame, macroblocks of all pictures that are kept,
/// thousands of bits a second.
const LEVELS: [(u8, u64, u64, u64, u64); 19] = [
    (10, 1_485, 99, 396, 64),
    (11, 3_000, 396, 900, 192),
    (12, 6_000, 396, 2_376, 384),
    (13, 11_880, 396, 2_376, 768),
    (20, 11_880, 396, 2_376, 2_000),
    (21, 19_800, 792, 4_752, 4_000),
    (22, 20_250, 1_620, 8_100, 4_000),
    (30, 40_500, 1_620, 8_100, 10_000),
    (31, 108_000, 3_600, 18_000, 14_000),
    (32, 216_000, 5_120, 20_480, 20_000),
    (40, 245_760, 8_192, 32_768, 20_000),
    (41, 245_760, 8_192, 32_768, 50_000),
    (42, 522_240, 8_704, 34_816, 50_000),
    (50, 589_824, 22_080, 110_400, 135_000),
    (51, 983_040, 36_864, 184_320, 240_000),
    (52, 2_073_600, 36_864, 184_320, 240_000),
    (60, 4_177_920, 139_264, 696_320, 240_000),
    (61, 8_355_840, 139_264, 696_320, 480_000),
    (62, 16_711_680, 139_264, 696_320, 800_000),
];

/// Macroblocks of a frame that the highest level allows.
pub const MOST_BLOCKS: u64 = 139_264;

/// Thousands of bits a second that are promised at least: those of level 3.1, which every decoder has. Drawings never come to so many, and
/// small clips with many keyframes would soon be beyond what the lowest levels allow, a frame of theirs beyond their buffers.
const USUAL_RATE: u64 = 14_000;

/// The lowest level that holds such frames; the highest when there is none.
pub(super) fn level(size: Size, rate: FrameRate, bitrate: Option<u64>) -> u8 {
    let [width, height] = [size.width, size.height].map(|side| u64::from(side).div_ceil(BLOCK as u64));
    let blocks = width * height;
    let a_second = (blocks * u64::from(rate.num)).div_ceil(u64::from(rate.den));
    let thousands = bitrate.map_or(0, |bits| bits.div_ceil(1000)).max(USUAL_RATE);
    let holds = |(_, speed, frame, kept, bits): &&(u8, u64, u64, u64, u64)| {
        let long = width.max(height);
        a_second <= *speed && blocks <= *frame && long * long <= 8 * frame && blocks <= *kept && thousands <= *bits
    };
    LEVELS.iter().find(holds).unwrap_or(&LEVELS[LEVELS.len() - 1]).0
}

/// Bits of a macroblock that is as its neighbours, and of a frame in which nothing is new.
const LEAST: [u64; 2] = [6, 112];

/// Bits a second of frames in which nothing is new, a keyframe each `gop`: no quantiser makes fewer.
#[must_use]
pub fn least_bitrate(size: Size, rate: FrameRate, gop: Option<u32>) -> u64 {
    let [width, height] = [size.width, size.height].map(|side| u64::from(side).div_ceil(BLOCK as u64));
    let frame = width * height * LEAST[0] / u64::from(gop.unwrap_or(super::GOP)) + LEAST[1];
    (frame * u64::from(rate.num)).div_ceil(rate.den.into())
}

/// A slice of a whole frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    /// Whether it begins a group of frames.
    pub(super) key: bool,
    /// Frames since then.
    pub(super) number: u32,
    /// Any number by which the first frames of two groups differ that follow each other.
    pub(super) group: u32,
    /// The quantiser that the first macroblock's is told against.
    pub(super) quantiser: u8,
}

impl Slice {
    /// Writes the header (7.3.3).
    pub(super) fn write(&self, out: &mut BitWriter) {
        out.ue(0); // first_mb_in_slice
        out.ue(if self.key { 7 } else { 5 }); // slice_type: all of the frame is I, or P
        out.ue(0); // pic_parameter_set_id
        out.put(self.number % (1 << FRAME_NUMBER), FRAME_NUMBER);
        if self.key {
            out.ue(self.group % 2); // idr_pic_id
            out.put(0, 1); // no_output_of_prior_pics_flag
            out.put(0, 1); // long_term_reference_flag
        } else {
            out.put(0, 1); // num_ref_idx_active_override_flag
            out.put(0, 1); // ref_pic_list_modification_flag_l0
            out.put(0, 1); // adaptive_ref_pic_marking_mode_flag
        }
        out.se(i32::from(self.quantiser) - QUANTISER);
        out.ue(1); // disable_deblocking_filter_idc
    }

    /// Adds the slice, whose payload this is, as a NAL unit.
    pub(super) fn pack(&self, payload: &[u8], out: &mut Vec<u8>) {
        nal(if self.key { KEY_SLICE } else { SLICE }, payload, out);
    }
}

/// Adds a NAL unit of so many bytes, its length included, that says nothing; at least [`LEAST_FILLER`].
pub(super) fn filler(bytes: usize, out: &mut Vec<u8>) {
    let mut payload = vec![0xff; bytes.saturating_sub(LEAST_FILLER)];
    payload.push(0x80);
    nal(FILLER, &payload, out);
}

/// Bytes of the shortest filler.
pub(super) const LEAST_FILLER: usize = 6;

/// The sequence parameter set (7.3.2.1) as a NAL unit without its length.
fn sequence(size: Size, rate: FrameRate, bitrate: Option<u64>) -> Vec<u8> {
    let mut out = BitWriter::default();
    out.put(66, 8); // profile_idc: Baseline ..
    out.put(0b1100_0000, 8); // .. that is Constrained Baseline, and Main
    out.put(level(size, rate, bitrate).into(), 8);
    out.ue(0); // seq_parameter_set_id
    out.ue(FRAME_NUMBER - 4);
    out.ue(2); // pic_order_cnt_type: frames are shown in the order in which they are coded
    out.ue(1); // max_num_ref_frames
    out.put(0, 1); // gaps_in_frame_num_value_allowed_flag
    let blocks = [size.width, size.height].map(|side| side.div_ceil(BLOCK as u32));
    blocks.into_iter().for_each(|blocks| out.ue(blocks - 1));
    out.put(1, 1); // frame_mbs_only_flag
    out.put(1, 1); // direct_8x8_inference_flag
    let cut = [blocks[0] * BLOCK as u32 - size.width, blocks[1] * BLOCK as u32 - size.height].map(|pixels| pixels / 2);
    out.put(u32::from(cut != [0, 0]), 1);
    if cut != [0, 0] {
        [0, cut[0], 0, cut[1]].into_iter().for_each(|cut| out.ue(cut));
    }
    usability(&mut out, rate);
    unit(SEQUENCE, out)
}

/// What a player wants to know (annex E): square pixels, BT.709 in limited range, the rate, and that no frame waits for another.
fn usability(out: &mut BitWriter, rate: FrameRate) {
    out.put(1, 1); // vui_parameters_present_flag
    out.put(1, 1); // aspect_ratio_info_present_flag
    out.put(1, 8); // 1:1
    out.put(0, 1); // overscan_info_present_flag
    out.put(1, 1); // video_signal_type_present_flag
    out.put(5, 3); // video_format: unspecified
    out.put(0, 1); // video_full_range_flag
    out.put(1, 1); // colour_description_present_flag
    (0..3).for_each(|_| out.put(1, 8)); // BT.709: primaries, transfer, matrix
    out.put(0, 1); // chroma_loc_info_present_flag
    out.put(1, 1); // timing_info_present_flag
    // A tick is a field, half a frame; where that leaves 32 bits a frame of half as many parts says the same.
    let (den, num) = match rate.num.checked_mul(2) {
        Some(num) => (rate.den, num),
        None => (rate.den.div_ceil(2), rate.num),
    };
    out.put(den, 32);
    out.put(num, 32);
    out.put(1, 1); // fixed_frame_rate_flag
    out.put(0, 1); // nal_hrd_parameters_present_flag
    out.put(0, 1); // vcl_hrd_parameters_present_flag
    out.put(0, 1); // pic_struct_present_flag
    out.put(1, 1); // bitstream_restriction_flag
    out.put(1, 1); // motion_vectors_over_pic_boundaries_flag
    out.ue(0); // max_bytes_per_pic_denom: no bound
    out.ue(0); // max_bits_per_mb_denom: no bound
    out.ue(16); // log2_max_mv_length_horizontal
    out.ue(16); // log2_max_mv_length_vertical
    out.ue(0); // max_num_reorder_frames
    out.ue(1); // max_dec_frame_buffering
}

/// The picture parameter set (7.3.2.2) as a NAL unit without its length.
fn picture() -> Vec<u8> {
    let mut out = BitWriter::default();
    out.ue(0); // pic_parameter_set_id
    out.ue(0); // seq_parameter_set_id
    out.put(0, 1); // entropy_coding_mode_flag: CAVLC
    out.put(0, 1); // bottom_field_pic_order_in_frame_present_flag
    out.ue(0); // num_slice_groups_minus1
    out.ue(0); // num_ref_idx_l0_default_active_minus1
    out.ue(0); // num_ref_idx_l1_default_active_minus1
    out.put(0, 1); // weighted_pred_flag
    out.put(0, 2); // weighted_bipred_idc
    out.se(QUANTISER - 26);
    out.se(0); // pic_init_qs_minus26
    out.se(0); // chroma_qp_index_offset
    out.put(1, 1); // deblocking_filter_control_present_flag
    out.put(0, 1); // constrained_intra_pred_flag
    out.put(0, 1); // redundant_pic_cnt_present_flag
    unit(PICTURE, out)
}

fn unit(header: u8, mut payload: BitWriter) -> Vec<u8> {
    let mut unit = Vec::new();
    nal(header, payload.finish(), &mut unit);
    unit.split_off(4)
}

/// Both parameter sets as ISO's base media format keeps them (ISO/IEC 14496-15, 5.3.3.1).
pub(super) fn configuration(size: Size, rate: FrameRate, bitrate: Option<u64>) -> Vec<u8> {
    let mut out = vec![1];
    let sequence = sequence(size, rate, bitrate);
    out.extend_from_slice(&sequence[1..4]); // profile, constraints, level
    out.extend_from_slice(&[0xff, 0xe1]); // lengths of 4 bytes; one sequence parameter set
    for (number, set) in [sequence, picture()].iter().enumerate() {
        if number == 1 {
            out.push(1);
        }
        out.extend_from_slice(&(set.len() as u16).to_be_bytes());
        out.extend_from_slice(set);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_the_lowest_that_hold() {
        let rows = [
            (16, 16, 30, 1, 31),
            (352, 288, 30, 1, 31),
            (1280, 720, 30, 1, 31),
            (1920, 1080, 30, 1, 40),
            (1920, 1080, 60, 1, 42),
            (3840, 2160, 30, 1, 51),
            (3840, 2160, 60, 1, 52),
            (8192, 4320, 30, 1, 60),
            (8192, 4320, 120, 1, 62),
            (8192, 16, 1, 1, 51),
        ];
        for (width, height, num, den, wanted) in rows {
            assert_eq!(level(Size::new(width, height), FrameRate { num, den }, None), wanted, "{width}x{height} {num}");
        }
        assert_eq!(level(Size::new(16, 16), FrameRate { num: 1, den: 1 }, Some(30_000_000)), 41);
    }

    #[test]
    fn filler_is_as_long_as_asked() {
        for bytes in [6, 7, 100] {
            let mut out = Vec::new();
            filler(bytes, &mut out);
            assert_eq!(out.len(), bytes);
        }
    }
}
