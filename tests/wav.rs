//! WAV files through the built binary: every depth, rate and channel count in other programs' eyes; samples that are clipped
//! white Gaussian noise; goldens.
#![allow(clippy::unwrap_used)]

mod binary;

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use binary::{lines, refused, run};

/// kHz as typed, and Hz.
const RATES: [(&str, u32); 9] = [
    ("8", 8000),
    ("11.025", 11025),
    ("16", 16000),
    ("22.05", 22050),
    ("24", 24000),
    ("32", 32000),
    ("44.1", 44100),
    ("48000", 48000),
    ("96", 96000),
];
const DEPTHS: [(u16, &str); 4] = [(8, "pcm_u8"), (16, "pcm_s16le"), (24, "pcm_s24le"), (32, "pcm_s32le")];

/// Makes audio; gives back what the records say of each, and its file.
fn audios(to: &Path, request: &str) -> Vec<(Value, PathBuf)> {
    run(&format!(
        "generate --output {} --quiet --overwrite --media files --random-seed 42 --isl 0 {request}",
        to.display()
    ));
    let records = lines(&to.join("records.jsonl"));
    let items = records.iter().flat_map(|record| record["turns"][0]["audios"].as_array().unwrap().clone());
    items.map(|item| (item.clone(), to.join(item["file"].as_str().unwrap()))).collect()
}

fn said(program: &str, args: &[&str], path: &Path) -> String {
    let output = Command::new(program).args(args).arg(path).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn every_depth_rate_and_channel_count_is_read_by_ffprobe_and_sox() {
    let folder = tempfile::tempdir().unwrap();
    for channels in [1, 2] {
        for (bits, codec) in DEPTHS {
            for (typed, rate) in RATES {
                let request = format!(
                    "-n 1 --audio-length-mean 0.3 --audio-sample-rates {typed} --audio-depths {bits} --audio-num-channels {channels}"
                );
                let (item, path) = audios(folder.path(), &request).remove(0);
                let frames = (0.3 * f64::from(rate)).round() as u64;
                assert_eq!(item["seconds"].as_f64().unwrap(), frames as f64 / f64::from(rate), "{request}");
                let told = [
                    "-v",
                    "error",
                    "-show_entries",
                    "stream=codec_name,sample_rate,channels,duration_ts",
                    "-of",
                    "csv=p=0",
                ];
                assert_eq!(said("ffprobe", &told, &path), format!("{codec},{rate},{channels},{frames}"), "{request}");
                for (flag, expected) in [("-r", u64::from(rate)), ("-c", channels), ("-b", bits.into()), ("-s", frames)]
                {
                    assert_eq!(said("sox", &["--i", flag], &path), expected.to_string(), "{request}: sox --i {flag}");
                }
            }
        }
    }
}

/// RIFF's chunks start at even places, so a byte follows an odd number of them: part of the file, not of the samples.
#[test]
fn files_of_odd_samples_are_even() {
    let folder = tempfile::tempdir().unwrap();
    for (seconds, odd) in [("0.040125", true), ("0.04", false)] {
        let request = format!("-n 1 --audio-length-mean {seconds} --audio-sample-rates 8 --audio-depths 8");
        let (_, path) = audios(folder.path(), &request).remove(0);
        let bytes = fs::read(&path).unwrap();
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(bytes.len() % 2, 0, "{seconds}");
        assert_eq!(word(4), bytes.len() - 8, "{seconds}: the length of RIFF");
        let data = bytes.windows(4).position(|four| four == b"data").unwrap();
        assert_eq!(word(data + 4), 320 + usize::from(odd), "{seconds}: the length of the samples");
        assert_eq!(said("sox", &["--i", "-s"], &path), (320 + usize::from(odd)).to_string(), "{seconds}");
    }
}

/// The most memory in KiB that the binary had at a time.
fn peak(to: &Path, request: &str) -> u64 {
    let script = "import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True)\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let mut python = Command::new("/usr/bin/python3");
    let request = format!(
        "generate --output {} --quiet --overwrite --media files --random-seed 42 --isl 0 -n 1 -j 1 {request}",
        to.display()
    );
    let output =
        python.args(["-c", script, env!("CARGO_BIN_EXE_masque")]).args(request.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Twenty minutes are 115 MB as WAV, and about as much as FLAC.
#[test]
fn a_long_audio_takes_no_more_memory_than_a_short_one() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["wav", "mp3"] {
        let [short, long] = [1, 1200].map(|seconds| {
            let shape = "--audio-sample-rates 48 --audio-depths 16";
            peak(folder.path(), &format!("--audio-length-mean {seconds} --audio-format {format} {shape}"))
        });
        assert!(long < short + 16 * 1024, "{format}: {long} KiB, not about {short}");
    }
}

#[test]
fn lengths_rates_and_depths_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let request =
        "-n 400 --audio-length-mean 0.1 --audio-length-stddev 0.08 --audio-sample-rates 8,16 --audio-depths 8,16,24,32";
    let audios = audios(folder.path(), request);
    let of = |key: &str, value: u64| audios.iter().filter(|(item, _)| item[key] == value).count();
    for rate in [8000, 16000] {
        assert!((140..260).contains(&of("sample_rate", rate)), "{rate}");
    }
    for depth in [8, 16, 24, 32] {
        assert!((60..140).contains(&of("bit_depth", depth)), "{depth}");
    }
    let seconds: Vec<f64> = audios.iter().map(|(item, _)| item["seconds"].as_f64().unwrap()).collect();
    assert!(seconds.iter().all(|s| *s >= 0.01 - 1e-4));
    // A Gaussian cut at 1.125 deviations below its mean has its mean 0.244 deviations higher.
    let mean = seconds.iter().sum::<f64>() / seconds.len() as f64;
    assert!((mean - 0.1195).abs() < 0.014, "{mean}");
}

/// All samples of a file; 1 is 2^(bits - 1), which is one step more than full scale.
fn samples(path: &Path) -> Vec<f64> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let one = f64::from(1_u32 << (reader.spec().bits_per_sample - 1));
    reader.samples::<i32>().map(|sample| f64::from(sample.unwrap()) / one).collect()
}

/// The share of a standard Gaussian above `z` >= 0: Abramowitz and Stegun, 26.2.17.
fn above(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let weights = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let poly = weights.iter().fold(0.0, |sum, weight| (sum + weight) * t);
    (-z * z / 2.0).exp() / TAU.sqrt() * poly
}

/// Moments of N(0, 0.3) clipped to ±1: mean 0, deviation 0.2998, and 0.0858 % at full scale.
#[test]
fn samples_are_clipped_white_gaussian_noise() {
    let folder = tempfile::tempdir().unwrap();
    for (bits, _) in DEPTHS {
        let request = format!("-n 1 --audio-length-mean 20 --audio-sample-rates 48 --audio-depths {bits}");
        let samples = samples(&audios(folder.path(), &request)[0].1);
        let count = samples.len() as f64;
        let sum = |f: &dyn Fn(f64) -> f64| samples.iter().map(|sample| f(*sample)).sum::<f64>() / count;
        let (mean, variance) = (sum(&|s| s), sum(&|s| s * s));
        assert!(mean.abs() < 1.5e-3, "{bits}: mean {mean}");
        assert!((variance.sqrt() - 0.2998).abs() < 1e-3, "{bits}: deviation {}", variance.sqrt());
        // What rounds to full scale counts as clipped: from half a step below it.
        let one = f64::from(1_u32 << (bits - 1));
        let clipped = sum(&|s| f64::from(u8::from(s.abs() >= (one - 1.0) / one)));
        let expected = 2.0 * above((one - 1.5) / one / 0.3);
        assert!((clipped - expected).abs() < 1.6e-4, "{bits}: clipped {clipped}, not {expected}");
        // Bounds between two steps of 8 bits, so that rounding does not shift them.
        let within = sum(&|s| f64::from(u8::from(s.abs() < 38.5 / 128.0)));
        assert!((within - 1.0 + 2.0 * above(38.5 / 128.0 / 0.3)).abs() < 3e-3, "{bits}: within a deviation {within}");
        for lag in [1, 2, 3, 5, 16, 441, 4096] {
            let product: f64 = samples.iter().zip(&samples[lag..]).map(|(a, b)| a * b).sum();
            let correlation = product / count / variance;
            assert!(correlation.abs() < 5e-3, "{bits}: lag {lag}: {correlation}");
        }
    }
}

/// The mean power of each of 31 frequencies over blocks of 64 samples is the same: 15,000 blocks, so 0.8 % of deviation.
#[test]
fn the_spectrum_is_flat_and_channels_are_independent() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 1 --audio-length-mean 20 --audio-sample-rates 48 --audio-num-channels 2";
    let samples = samples(&audios(folder.path(), request)[0].1);
    let (left, right): (Vec<f64>, Vec<f64>) = samples.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    let power = |signal: &[f64]| signal.iter().map(|s| s * s).sum::<f64>() / signal.len() as f64;
    let product = left.iter().zip(&right).map(|(l, r)| l * r).sum::<f64>() / left.len() as f64;
    assert!((product / power(&left)).abs() < 5e-3, "{product}");
    for channel in [&left, &right] {
        let blocks = channel.chunks_exact(64).count() as f64;
        for frequency in 1..32 {
            let wave: Vec<_> = (0..64).map(|i| (TAU * f64::from(frequency * i) / 64.0).sin_cos()).collect();
            let of = |block: &[f64]| {
                let dot = |part: fn(&(f64, f64)) -> f64| block.iter().zip(&wave).map(|(s, w)| s * part(w)).sum::<f64>();
                (dot(|w| w.0).powi(2) + dot(|w| w.1).powi(2)) / 64.0
            };
            let ratio = channel.chunks_exact(64).map(of).sum::<f64>() / blocks / power(channel);
            assert!((ratio - 1.0).abs() < 0.04, "{frequency}: {ratio}");
        }
    }
}

/// The first samples and the digest of a whole file, for each depth: *value-stable*.
#[test]
fn goldens() {
    let folder = tempfile::tempdir().unwrap();
    let found = DEPTHS.map(|(bits, _)| {
        let (_, path) =
            audios(folder.path(), &format!("-n 1 --audio-length-mean 0.25 --audio-depths {bits}")).remove(0);
        let mut reader = hound::WavReader::open(&path).unwrap();
        let first: Vec<i32> = reader.samples::<i32>().take(5).map(Result::unwrap).collect();
        (first, digest(&fs::read(&path).unwrap()))
    });
    let expected = [
        (vec![2, -3, 56, 62, -24], "803f99710d788607"),
        (vec![602, -675, 14390, 15903, -6105], "141ea295a1ceef56"),
        (vec![154118, -172676, 3683789, 4071064, -1562971], "49e67a3968762ae9"),
        (vec![39454148, -44204990, 943050075, 1042192474, -400120547], "34873ec5fea448f6"),
    ];
    assert!(found.iter().map(|(first, digest)| (first.clone(), digest.as_str())).eq(expected), "{found:?}");
}

/// The first 8 bytes of SHA-256, in hex.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn bad_requests_are_refused_in_one_line() {
    let rows = [
        ("--audio-length-mean 0.009", "--audio-length-mean: 0.009; give 0, or 0.01 to 86400"),
        ("--audio-length-mean -1", "--audio-length-mean: -1"),
        ("--audio-length-mean 1 --audio-depths 12", "--audio-depths: 12; give 8, 16, 24 or 32"),
        ("--audio-length-mean 1 --audio-num-channels 3", "--audio-num-channels: 3; give 1 or 2"),
        ("--audio-length-mean 1 --audio-sample-rates 0", "--audio-sample-rates: 0"),
        ("--audio-length-mean 1 --audio-sample-rates 500000", "--audio-sample-rates: 500000"),
        ("--audio-length-mean 1 --audio-sample-rates 192", "so this is 192 Hz; for 192 kHz give 192000"),
        (
            "--audio-length-mean 1 --audio-sample-rates 500",
            "--audio-sample-rates: 500; give 1 to 96 (kHz), or 1000 to 384000",
        ),
        ("--audio-length-mean 1 --audio-batch-size 0", "--audio-batch-size: 0"),
        ("--audio-length-mean 86400 --audio-sample-rates 96 --audio-depths 32", "WAV holds 4 GiB"),
    ];
    for (flags, words) in rows {
        refused(&format!("--isl 0 {flags}"), words);
    }
}
