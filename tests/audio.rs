//! Every audio format at every rate, depth and number of channels, made by the built binary and read back by two programs.
#![allow(clippy::unwrap_used)]

mod binary;
mod decode;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use binary::{lines, refused, run};
use decode::{decode_audio, ffprobe, output};
use masque::AudioFormat;
use masque::encode::AudioShape;

/// Rates that WAV and FLAC are tried at, Hz.
const RATES: [u32; 8] = [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000];

/// The audio items of a dataset that was made with these flags, in files that its lines give the addresses of: every format is read so.
fn audios(folder: &Path, format: AudioFormat, flags: &str) -> Vec<(serde_json::Value, PathBuf)> {
    run(&format!(
        "generate --output {} --overwrite --random-seed 4 --quiet --isl 0 --format sglang_openai --media url --media-url-prefix http://host \
        --audio-format {} {flags}",
        folder.display(),
        format.name()
    ));
    items(folder)
}

/// What a dataset's records tell of their audio items, and the files.
fn items(folder: &Path) -> Vec<(serde_json::Value, PathBuf)> {
    let records = lines(&folder.join("records.jsonl"));
    let items = records.into_iter().map(|record| record["turns"][0]["audios"][0].clone());
    items.map(|item| (item.clone(), folder.join(item["file"].as_str().unwrap()))).collect()
}

/// What a second program makes of a file: sample rate, channels, bits, samples of each channel. That is sox, but for Opus,
/// which it does not know: there the codec's own library decodes.
fn second(format: AudioFormat, path: &Path, channels: u16) -> (u32, u16, u32, u64) {
    if format == AudioFormat::Opus {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-c:a", "libopus", "-i"]).arg(path).args(["-f", "s16le", "-"]);
        return (48_000, channels, 16, output(&mut command).len() as u64 / 2 / u64::from(channels));
    }
    let said = String::from_utf8(output(Command::new("soxi").arg(path))).unwrap();
    let number = |key: &str, end: &str| {
        let line = said.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}: {said}"));
        let value = line.split_once(": ").unwrap().1.split(end).next().unwrap();
        value.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let samples = number("Duration", " samples");
    (number("Sample Rate", "\n") as u32, number("Channels", "\n") as u16, number("Precision", "-bit") as u32, samples)
}

/// Each rate with each depth that the format takes; where the depth leaves no trace in the file, with one of them.
fn check_format(format: AudioFormat) {
    let folder = tempfile::tempdir().unwrap();
    let row = format.codec();
    let rates = if row.rates.is_empty() { &RATES } else { row.rates };
    let depths = row.depths;
    let lossless = matches!(format, AudioFormat::Wav | AudioFormat::Flac);
    for (place, rate) in rates.iter().enumerate() {
        let depths = if lossless { depths } else { &depths[place % depths.len()..][..1] };
        for (depth, channels) in depths.iter().flat_map(|depth| [(*depth, 1), (*depth, 2)]) {
            let khz = f64::from(*rate) / 1000.0;
            let flags = format!(
                "-n 1 --audio-length-mean 0.4 --audio-sample-rates {} --audio-depths {depth} --audio-num-channels {channels}",
                if khz > 96.0 { f64::from(*rate) } else { khz },
            );
            let (item, path) = audios(folder.path(), format, &flags).remove(0);
            check(format, *rate, depth.into(), channels, &item, &path);
        }
    }
}

#[test]
fn every_wav_decodes() {
    check_format(AudioFormat::Wav);
}

#[test]
fn every_mp3_decodes() {
    check_format(AudioFormat::Mp3);
}

#[test]
fn every_flac_decodes() {
    check_format(AudioFormat::Flac);
}

#[test]
fn every_opus_decodes() {
    check_format(AudioFormat::Opus);
}

fn check(format: AudioFormat, rate: u32, depth: u32, channels: u16, item: &serde_json::Value, path: &Path) {
    let name = format!("{} {rate} Hz {depth} bits x {channels}", format.name());
    let said = ["sample_rate", "bit_depth", "channels"].map(|key| item[key].as_u64().unwrap());
    assert_eq!(said, [u64::from(rate), u64::from(depth), u64::from(channels)], "{name}");
    let samples = (item["seconds"].as_f64().unwrap() * f64::from(rate)).round() as u64;
    assert_eq!(samples, (f64::from(rate) * 0.4).round() as u64, "{name}");
    // Opus is 48 kHz for every decoder.
    let (heard, played) = match format {
        AudioFormat::Opus => (48_000, samples * 48_000 / u64::from(rate)),
        _ => (rate, samples),
    };
    let probe = ffprobe(path);
    let stream = &probe["streams"][0];
    assert_eq!((&stream["sample_rate"], &stream["channels"]), (&heard.to_string().into(), &channels.into()), "{name}");
    let decoded = decode_audio(path, channels);
    assert_eq!(decoded.len() as u64, played, "{name}");
    let seconds: f64 = probe["format"]["duration"].as_str().unwrap().parse().unwrap();
    let (sox_rate, sox_channels, sox_bits, sox_samples) = second(format, path, channels);
    assert_eq!((sox_rate, sox_channels), (heard, channels), "{name}");
    if format == AudioFormat::Mp3 {
        // The container's length is that of whole blocks, and sox plays the lead-in too; ffmpeg cuts both.
        let blocks = 3 * 1152;
        assert!((seconds - 0.4).abs() <= f64::from(blocks) / f64::from(rate), "{name}: {seconds} s");
        assert!((played..played + blocks as u64).contains(&sox_samples), "{name}: {sox_samples}");
    } else {
        // Opus starts 6.5 ms before its first sample.
        assert!((seconds - 0.4).abs() <= 0.0066, "{name}: {seconds} s");
        assert_eq!(sox_samples, played, "{name}");
    }
    if matches!(format, AudioFormat::Wav | AudioFormat::Flac) {
        assert_eq!(sox_bits, depth, "{name}");
    }
    deviation(&name, &decoded);
}

/// The audio is noise of deviation 0.3, or what a lossy codec leaves of it.
fn deviation(name: &str, decoded: &[Vec<i16>]) {
    for channel in 0..decoded[0].len() {
        let squares = decoded.iter().map(|sample| (f64::from(sample[channel]) / 32_768.0).powi(2));
        let deviation = (squares.sum::<f64>() / decoded.len() as f64).sqrt();
        assert!((0.15..0.35).contains(&deviation), "{name}: {deviation}");
    }
}

/// FLAC holds the same samples as WAV.
#[test]
fn flac_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for depth in [16, 24] {
        let make = |format: AudioFormat| {
            let flags = format!("-n 2 --audio-length-mean 0.5 --audio-depths {depth} --audio-num-channels 2");
            let files = audios(&folder.path().join(format.name()), format, &flags);
            files.into_iter().map(|(_, path)| raw(&path)).collect::<Vec<_>>()
        };
        assert_eq!(make(AudioFormat::Flac), make(AudioFormat::Wav), "{depth}");
    }
}

fn raw(path: &Path) -> Vec<u8> {
    output(Command::new("sox").arg(path).args(["-t", "s32", "-"]))
}

/// Each format that is asked for is drawn, and what each file is called is what it holds.
#[test]
fn formats_that_are_repeated_are_drawn_from() {
    let folder = tempfile::tempdir().unwrap();
    for flags in ["--audio-format wav --audio-format mp3", "--audio-format wav,mp3"] {
        let request = format!("--isl 0 -n 60 --audio-length-mean 0.1 --media files --random-seed 4 {flags}");
        run(&format!("generate --output {} --overwrite --quiet {request}", folder.path().display()));
        let made = items(folder.path());
        for (format, codec) in [("wav", "pcm_s16le"), ("mp3", "mp3")] {
            let of: Vec<_> = made.iter().filter(|(item, _)| item["format"] == format).collect();
            assert!((18..43).contains(&of.len()), "{flags}: {} of 60 are {format}", of.len());
            assert_eq!(ffprobe(&of[0].1)["streams"][0]["codec_name"], codec);
        }
    }
}

#[test]
fn bytes_do_not_depend_on_the_number_of_workers() {
    let folder = tempfile::tempdir().unwrap();
    for format in AudioFormat::ALL {
        let flags = "-n 6 --audio-length-mean 0.4 --audio-length-stddev 0.1";
        let digests = |jobs: u32| {
            let made = audios(folder.path(), format, &format!("{flags} -j {jobs}"));
            made.into_iter().map(|(item, path)| (item["sha256"].clone(), fs::read(path).unwrap())).collect::<Vec<_>>()
        };
        assert!(digests(1) == digests(3), "{}", format.name());
    }
}

/// What the formats of audio take, whatever the format of the lines.
#[test]
fn a_audio_that_its_format_cannot_hold_is_refused() {
    let rows = [
        (
            AudioFormat::Opus,
            44_100,
            16,
            "audio.sample_rates: opus takes no 44100 Hz; opus takes 8000, 12000, 16000, 24000, 48000 Hz",
        ),
        (AudioFormat::Flac, 16_000, 8, "audio.bit_depths: flac takes no 8 bits; flac takes 16, 24 bits"),
        (AudioFormat::Flac, 16_000, 32, "audio.bit_depths: flac takes no 32 bits; flac takes 16, 24 bits"),
    ];
    for (format, sample_rate, bit_depth, said) in rows {
        let shape = AudioShape { sample_rate, bit_depth, channels: 1 };
        assert_eq!(format.codec().check(shape).unwrap_err().to_string(), said);
    }
}

/// Each bad request: its flags, and words that its one line must have.
#[test]
fn rates_and_depths_that_a_format_lacks_are_refused_with_those_it_has() {
    let rows = [
        (
            "--audio-format mp3 --audio-sample-rates 96",
            "mp3 takes 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000 Hz",
        ),
        ("--audio-format mp3 --audio-sample-rates 16,17", "--audio-sample-rates: mp3 takes no 17000 Hz"),
        (
            "--audio-format opus",
            "--audio-format: single_turn takes no opus inline; use sglang_openai, or give wav or mp3",
        ),
        (
            "--audio-format flac --format multi_turn",
            "--audio-format: multi_turn takes no flac inline; give wav or mp3, or use sglang_openai",
        ),
        ("--audio-format ogg", "--audio-format: ogg; give wav, mp3, flac or opus; see masque generate --help"),
    ];
    for (flags, words) in rows {
        refused(&format!("-n 1 --audio-length-mean 1 {flags}"), words);
    }
}
