//! The encoder of this crate: random clips that FFmpeg and OpenH264 decode to what the encoder sees, likeness, golden digests, and the
//! headers as FFmpeg's reader of bitstreams has them. With MASQUE_H264=1 (`make h264`) 200 clips instead of a few.
#![allow(clippy::unwrap_used)]

mod decode;

use std::io::Write;
use std::process::Command;

use decode::frames::openh264;
use masque::encode::h264::{Encoder, Goal, Settings, annex_b, start_codes};
use masque::frame::{FrameRate, PixelFormat, Size, split_tight};
use masque::pattern::{Pattern, SceneStyle};
use masque::render::{Clip, CpuRenderer, Renderer, SceneBlocks};
use masque::seed::{Noise, Seed};
use rand::{Rng, RngExt};
use sha2::{Digest, Sha256};

/// One clip and how it is coded.
#[derive(Debug, Clone, Copy)]
struct Case {
    clip: Clip,
    settings: Settings,
}

/// What became of it.
struct Made {
    /// A stream with start codes.
    stream: Vec<u8>,
    /// The frames that the encoder sees, cut to their size, I420.
    seen: Vec<u8>,
    /// PSNR against what was rendered, the least of the three planes, in dB.
    likeness: f64,
}

fn case(pattern: Pattern, size: (u32, u32), frames: u32, gop: u32, effort: usize, goal: Goal) -> Case {
    let size = Size::new(size.0, size.1);
    let noise = Noise { key: [7; 32], stream: 11 };
    let rate = FrameRate { num: 30, den: 1 };
    Case {
        clip: Clip { pattern, style: SceneStyle::Unique, size, frames, noise },
        settings: Settings { size, rate, first: 0, frames, gop, effort, goal },
    }
}

/// The part of a plane of whole macroblocks that shows.
fn cut(plane: &[u8], stride: usize, width: usize, height: usize, to: &mut Vec<u8>) {
    plane.chunks(stride).take(height).for_each(|row| to.extend_from_slice(&row[..width]));
}

fn make(case: &Case) -> Made {
    let Case { clip, settings } = case;
    let (width, height) = (clip.size.width as usize, clip.size.height as usize);
    let mut encoder = Encoder::new(*settings).unwrap();
    let mut blocks = SceneBlocks::open(clip, 0).unwrap();
    let mut rendered = CpuRenderer.open_clip(clip, PixelFormat::I420, 0).unwrap();
    let mut raw = vec![0; PixelFormat::I420.frame_bytes(clip.size)];
    let mut made = Made { stream: annex_b(&encoder.configuration()), seen: Vec::new(), likeness: 0.0 };
    let mut squares = [0.0_f64; 3];
    for frame in 0..clip.frames {
        let (units, key) = encoder.encode(&mut blocks).unwrap();
        assert_eq!(key, frame % settings.gop == 0);
        made.stream.extend(start_codes(&units));
        let (y, [cb, cr]) = encoder.seen();
        let (stride, from) = (width.next_multiple_of(16), made.seen.len());
        cut(y, stride, width, height, &mut made.seen);
        [cb, cr].iter().for_each(|plane| cut(plane, stride / 2, width / 2, height / 2, &mut made.seen));
        rendered.read(&mut split_tight(&mut raw, PixelFormat::I420, clip.size)).unwrap();
        let mut at = 0;
        for ((row, rows), sum) in PixelFormat::I420.planes(clip.size).into_iter().zip(&mut squares) {
            let pairs = raw[at..][..row * rows].iter().zip(&made.seen[from + at..]);
            *sum += pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>();
            at += row * rows;
        }
    }
    let pixels = (width * height) as f64 * f64::from(clip.frames);
    let worst = (squares[0] / pixels).max(4.0 * squares[1] / pixels).max(4.0 * squares[2] / pixels);
    made.likeness = 10.0 * (255.0 * 255.0 / worst.max(1e-9)).log10();
    made
}

/// What FFmpeg makes of a stream, without a word; none when it says one.
fn ffmpeg(stream: &[u8]) -> Option<Vec<u8>> {
    let mut file = tempfile::Builder::new().suffix(".264").tempfile().unwrap();
    file.write_all(stream).unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "warning", "-err_detect", "explode", "-i"]).arg(file.path());
    let output =
        command.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]).output().unwrap();
    (output.status.success() && output.stderr.is_empty()).then_some(output.stdout)
}

/// So many random clips; most are small, and long ones smaller.
fn random(count: u64) -> Vec<Case> {
    (0..count).map(|number| random_case(&mut Seed(12).stream("h264", number), number)).collect()
}

fn random_case(rng: &mut impl Rng, number: u64) -> Case {
    let thorough = thorough();
    let most: [f64; 2] = if thorough && number.is_multiple_of(10) { [4096.0, 2160.0] } else { [640.0, 400.0] };
    let side = |rng: &mut _, most: f64| even((16.0 * (most / 16.0).powf(uniform(rng))) as u32);
    let (width, height) = (side(rng, most[0]), side(rng, most[1]));
    let room = if thorough { 200_000_000.0 } else { 12_000_000.0 };
    let longest = (room / f64::from(width * height)).clamp(2.0, 400.0);
    let frames = longest.powf(uniform(rng)) as u32;
    let pattern = if rng.random() { Pattern::MovingShapes } else { Pattern::GridClock };
    let style = if rng.random_range(0..4_u32) == 0 { SceneStyle::Canonical } else { SceneStyle::Unique };
    let goal = match rng.random_range(0..4_u32) {
        0 => Goal::Quantiser(rng.random_range(0..=51)),
        1 => Goal::Bitrate(1),
        _ => Goal::Likeness,
    };
    let gop = 250_f64.powf(uniform(rng)) as u32;
    let effort = rng.random_range(0..4_u32) as usize;
    let mut case = case(pattern, (width, height), frames, gop, effort, goal);
    case.clip.style = style;
    case.clip.noise.stream = number;
    let [num, den] = [(30, 1), (30_000, 1001), (1, 2), (60, 1)][rng.random_range(0..4_u32) as usize].into();
    case.settings.rate = FrameRate { num, den };
    if matches!(goal, Goal::Bitrate(_)) {
        // Up to 4 bits a pixel.
        let bits = f64::from(width * height) * 4.0 * uniform(rng).powi(3) * case.settings.rate.fps();
        case.settings.goal = Goal::Bitrate(bits as u64 + 1000);
    }
    case
}

fn uniform(rng: &mut impl Rng) -> f64 {
    f64::from(rng.random_range(0..=1_000_000_u32)) / 1e6
}

fn even(side: u32) -> u32 {
    side.max(16) & !1
}

fn thorough() -> bool {
    std::env::var_os("MASQUE_H264").is_some()
}

#[test]
fn random_clips_decode_to_what_the_encoder_sees() {
    for case in random(if thorough() { 200 } else { 24 }) {
        let made = make(&case);
        assert!(ffmpeg(&made.stream).is_some_and(|frames| frames == made.seen), "FFmpeg: {case:?}");
        assert!(openh264(&made.stream) == made.seen, "OpenH264: {case:?}");
        if case.settings.goal == Goal::Likeness {
            assert!(made.likeness >= 45.0, "{:.2} dB: {case:?}", made.likeness);
        }
    }
}

/// A frame that is one bit off is found out: the comparison above bites.
#[test]
fn a_wrong_bit_is_found() {
    let case = case(Pattern::GridClock, (96, 64), 3, 250, 1, Goal::Likeness);
    let made = make(&case);
    let start = annex_b(&Encoder::new(case.settings).unwrap().configuration()).len() + 12;
    let found = (0..40).filter(|number| {
        let mut stream = made.stream.clone();
        stream[start + number * 5] ^= 1 << (number % 8);
        ffmpeg(&stream).is_none_or(|frames| frames != made.seen)
    });
    assert!(found.count() >= 38);
}

/// The bytes are the same on every machine: integers alone, no clock, no threads. To change them is no break of a promise, but is
/// told in the CHANGELOG.
#[test]
fn bytes_are_golden() {
    let rows = [
        (Pattern::MovingShapes, 0, Goal::Likeness, GOLDEN[0]),
        (Pattern::MovingShapes, 1, Goal::Likeness, GOLDEN[1]),
        (Pattern::GridClock, 1, Goal::Likeness, GOLDEN[2]),
        (Pattern::GridClock, 2, Goal::Bitrate(400_000), GOLDEN[3]),
        (Pattern::GridClock, 3, Goal::Quantiser(30), GOLDEN[4]),
    ];
    let digests = rows.map(|(pattern, effort, goal, _)| {
        let made = make(&case(pattern, (322, 182), 40, 25, effort, goal));
        Sha256::digest(&made.stream)[..6].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    assert_eq!(digests, rows.map(|(.., golden)| golden.to_owned()));
}

const GOLDEN: [&str; 5] = ["52f6105e58f2", "a8f4e82c3c77", "1ab071441aa8", "631957319be2", "f33dc7d6bb68"];

/// A few of a stream's syntax elements, in order, as FFmpeg's `trace_headers` reads them.
fn headers(stream: &[u8], names: &[&str]) -> Vec<(String, i64)> {
    let mut file = tempfile::Builder::new().suffix(".264").tempfile().unwrap();
    file.write_all(stream).unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "trace", "-i"]).arg(file.path());
    let said = command.args(["-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"]).output().unwrap().stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    let element = |line: &str| -> Option<(String, i64)> {
        let line = line.strip_prefix("[trace_headers")?.split_once("] ")?.1;
        let words: Vec<_> = line.split_whitespace().collect();
        let value = words.last()?.parse().ok()?;
        words.get(1).filter(|name| names.contains(name)).map(|name| ((*name).to_owned(), value))
    };
    said.lines().filter_map(element).collect()
}

#[test]
fn headers_are_read_by_others_as_they_are_meant() {
    let rows = [((1920, 1080), 30, 40), ((3840, 2160), 30, 51), ((3840, 2160), 60, 52), ((64, 48), 30, 31)];
    for (size, fps, level) in rows {
        let mut case = case(Pattern::MovingShapes, size, 1, 250, 0, Goal::Quantiser(40));
        case.settings.rate = FrameRate { num: fps, den: 1 };
        let names = ["profile_idc", "constraint_set1_flag", "level_idc", "pic_order_cnt_type", "max_num_ref_frames"];
        let more = [
            "max_num_reorder_frames",
            "max_dec_frame_buffering",
            "num_units_in_tick",
            "time_scale",
            "colour_primaries",
        ];
        let found = headers(&make(&case).stream, &[names, more].concat());
        let wanted = [66, 1, level, 2, 1, 1, 1, i64::from(2 * fps), 0, 1];
        let order = [
            names,
            [
                "colour_primaries",
                "num_units_in_tick",
                "time_scale",
                "max_num_reorder_frames",
                "max_dec_frame_buffering",
            ],
        ];
        let wanted: Vec<_> = order.concat().iter().map(|name| (*name).to_owned()).zip(wanted).collect();
        assert_eq!(found[..10], wanted, "{size:?}");
    }
}

#[test]
fn frames_are_numbered_from_each_keyframe_on() {
    let made = make(&case(Pattern::GridClock, (64, 48), 60, 20, 0, Goal::Quantiser(40)));
    let numbers: Vec<_> = headers(&made.stream, &["frame_num"]).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers[numbers.len() - 60..], (0..60).map(|frame| frame % 20 % 16).collect::<Vec<i64>>());
    let every = make(&case(Pattern::GridClock, (64, 48), 8, 1, 0, Goal::Quantiser(40)));
    let groups: Vec<_> = headers(&every.stream, &["idr_pic_id"]).into_iter().map(|(_, number)| number).collect();
    assert_eq!(groups[groups.len() - 8..], [0, 1, 0, 1, 0, 1, 0, 1]);
}

/// What levels allow (Rec. ITU-T H.264, table A-1): macroblocks a second, of a frame and of all kept pictures, thousands of bits a second
/// and of the buffer.
const LEVELS: [(i64, [u64; 5]); 19] = [
    (10, [1_485, 99, 396, 64, 175]),
    (11, [3_000, 396, 900, 192, 500]),
    (12, [6_000, 396, 2_376, 384, 1_000]),
    (13, [11_880, 396, 2_376, 768, 2_000]),
    (20, [11_880, 396, 2_376, 2_000, 2_000]),
    (21, [19_800, 792, 4_752, 4_000, 4_000]),
    (22, [20_250, 1_620, 8_100, 4_000, 4_000]),
    (30, [40_500, 1_620, 8_100, 10_000, 10_000]),
    (31, [108_000, 3_600, 18_000, 14_000, 14_000]),
    (32, [216_000, 5_120, 20_480, 20_000, 20_000]),
    (40, [245_760, 8_192, 32_768, 20_000, 25_000]),
    (41, [245_760, 8_192, 32_768, 50_000, 62_500]),
    (42, [522_240, 8_704, 34_816, 50_000, 62_500]),
    (50, [589_824, 22_080, 110_400, 135_000, 135_000]),
    (51, [983_040, 36_864, 184_320, 240_000, 240_000]),
    (52, [2_073_600, 36_864, 184_320, 240_000, 240_000]),
    (60, [4_177_920, 139_264, 696_320, 240_000, 240_000]),
    (61, [8_355_840, 139_264, 696_320, 480_000, 480_000]),
    (62, [16_711_680, 139_264, 696_320, 800_000, 800_000]),
];

/// Random clips keep to what their level allows: sizes, rates, buffers; and to the order of frames that their headers promise.
#[test]
fn streams_keep_to_their_level() {
    let names = [
        "level_idc",
        "pic_order_cnt_type",
        "max_num_ref_frames",
        "max_num_reorder_frames",
        "max_dec_frame_buffering",
        "gaps_in_frame_num_allowed_flag",
        "nal_unit_type",
        "first_mb_in_slice",
        "slice_type",
        "frame_num",
        "idr_pic_id",
        "slice_qp_delta",
        "disable_deblocking_filter_idc",
    ];
    for case in random(if thorough() { 100 } else { 24 }) {
        let made = make(&case);
        let found = headers(&made.stream, &names);
        let of = |name: &str| -> Vec<i64> {
            found.iter().filter(|(found, _)| found == name).map(|(_, value)| *value).collect()
        };
        let first = |name: &str| of(name)[0];
        let promised = ["pic_order_cnt_type", "max_num_ref_frames", "gaps_in_frame_num_allowed_flag"].map(first);
        assert_eq!(promised, [2, 1, 0], "{case:?}");
        assert_eq!(["max_num_reorder_frames", "max_dec_frame_buffering"].map(first), [0, 1], "{case:?}");
        numbering(&case, &of);
        let (_, [speed, most, kept, rate, buffer]) =
            *LEVELS.iter().find(|(level, _)| *level == first("level_idc")).unwrap();
        let Settings { size, rate: FrameRate { num, den }, .. } = case.settings;
        let [columns, rows] = [size.width, size.height].map(|side| u64::from(side.div_ceil(16)));
        let blocks = columns * rows;
        assert!(blocks <= most && blocks <= kept && columns.max(rows).pow(2) <= 8 * most, "{case:?}");
        assert!(blocks * u64::from(num) <= speed * u64::from(den), "{case:?}");
        // The buffer fills at the level's rate, and each frame leaves it at once (annex C).
        let mut held = buffer * 1000;
        for bytes in frames_of(&made.stream) {
            assert!(bytes * 8 <= held, "a frame of {bytes} bytes, {held} bits in the buffer: {case:?}");
            held = (held - bytes * 8 + rate * 1000 * u64::from(den) / u64::from(num)).min(buffer * 1000);
        }
    }
}

/// Slices are numbered as the standard has it, one a frame, at quantisers that there are.
fn numbering(case: &Case, of: &impl Fn(&str) -> Vec<i64>) {
    let Settings { frames, gop, .. } = case.settings;
    let (frames, gop) = (i64::from(frames), i64::from(gop));
    let keys = (0..frames).filter(|frame| frame % gop == 0).count() as i64;
    assert_eq!(of("frame_num"), (0..frames).map(|frame| frame % gop % 16).collect::<Vec<_>>(), "{case:?}");
    assert_eq!(of("slice_type"), (0..frames).map(|frame| if frame % gop == 0 { 7 } else { 5 }).collect::<Vec<_>>());
    let groups = of("idr_pic_id");
    assert!(groups.len() as i64 == keys && groups.windows(2).all(|two| gop > 1 || two[0] != two[1]), "{case:?}");
    assert!(of("first_mb_in_slice").iter().all(|first| *first == 0), "{case:?}");
    assert!(of("disable_deblocking_filter_idc").iter().all(|off| *off == 1), "{case:?}");
    assert!(of("slice_qp_delta").iter().all(|delta| (10..=51).contains(&(26 + delta))), "{case:?}");
}

/// Bytes of each frame of a stream with start codes, what stands before its slice with it.
fn frames_of(stream: &[u8]) -> Vec<u64> {
    let starts: Vec<_> =
        stream.windows(4).enumerate().filter(|(_, four)| *four == [0, 0, 0, 1]).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let mut frames = vec![0];
    for (start, end) in starts.iter().zip(ends) {
        let kind = stream[start + 4] & 31;
        // What says nothing belongs to the frame before it; parameter sets to the one behind them.
        if let (12, [.., before, _]) = (kind, &mut frames[..]) {
            *before += (end - start) as u64;
            continue;
        }
        *frames.last_mut().unwrap() += (end - start) as u64;
        if matches!(kind, 1 | 5) {
            frames.push(0);
        }
    }
    frames.pop();
    frames
}

/// Blocks of a scene are what the CPU renderer draws, and what they say is new is all that is.
#[test]
fn blocks_are_the_frames() {
    use masque::frame::{BLOCK, Block, Blocks};
    for case in random(12) {
        let clip = &case.clip;
        let mut blocks = SceneBlocks::open(clip, 0).unwrap();
        let mut rendered = CpuRenderer.open_clip(clip, PixelFormat::I420, 0).unwrap();
        let mut raw = vec![0; PixelFormat::I420.frame_bytes(clip.size)];
        let mut kept = raw.clone();
        let [width, height] = [clip.size.width as usize, clip.size.height as usize];
        for _ in 0..clip.frames.min(20) {
            blocks.advance().unwrap();
            let mut block = Block::default();
            let [columns, rows] = [width.div_ceil(BLOCK), height.div_ceil(BLOCK)];
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                if blocks.changed(row)[column / 64] >> (column % 64) & 1 == 1 {
                    blocks.read(column, row, &mut block);
                    let mut at = 0;
                    for (plane, side, shift) in [(&block.y[..], BLOCK, 0), (&block.c[0], 8, 1), (&block.c[1], 8, 1)] {
                        let (width, height) = (width >> shift, height >> shift);
                        for (y, line) in plane.chunks(side).enumerate().filter(|(y, _)| row * side + y < height) {
                            let x = column * side;
                            let count = side.min(width - x);
                            kept[at + (row * side + y) * width + x..][..count].copy_from_slice(&line[..count]);
                        }
                        at += width * height;
                    }
                }
            }
            rendered.read(&mut split_tight(&mut raw, PixelFormat::I420, clip.size)).unwrap();
            assert!(raw == kept, "{case:?}");
        }
    }
}
