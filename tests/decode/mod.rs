//! Reads clips and audio with other programs.
#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::unwrap_used)]

pub(crate) mod frames;

use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::NamedTempFile;

/// A file that is gone when it is dropped.
pub(crate) struct Clip(NamedTempFile);

impl Clip {
    /// Writes these bytes to a file with this extension.
    pub(crate) fn save(extension: &str, bytes: &[u8]) -> Self {
        let mut file = tempfile::Builder::new().suffix(&format!(".{extension}")).tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Self(file)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Standard output of a program that must succeed and complain of nothing.
pub(crate) fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{command:?}: {said}");
    output.stdout
}

/// What ffprobe says of a file, every frame counted.
pub(crate) fn ffprobe(path: &Path) -> Value {
    let how = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"];
    serde_json::from_slice(&output(Command::new("ffprobe").args(how).arg(path))).unwrap()
}

/// The numbers of the frames that are keyframes.
pub(crate) fn keyframes(path: &Path) -> Vec<usize> {
    let how = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0"];
    let flags = String::from_utf8(output(Command::new("ffprobe").args(how).arg(path))).unwrap();
    let keys = flags.lines().enumerate().filter(|(_, flags)| flags.starts_with('K'));
    keys.map(|(number, _)| number).collect()
}

/// The samples of each channel of a file's audio, interleaved in one value a frame of samples.
pub(crate) fn decode_audio(path: &Path, channels: u16) -> Vec<Vec<i16>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(path);
    let bytes = output(command.args(["-map", "0:a", "-f", "s16le", "-ac", &channels.to_string(), "-"]));
    let samples: Vec<i16> = bytes.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect();
    samples.chunks(usize::from(channels)).map(<[i16]>::to_vec).collect()
}

/// `30000/1001` as two numbers.
pub(crate) fn ratio(text: &Value) -> (u32, u32) {
    let (num, den) = text.as_str().unwrap().split_once('/').unwrap();
    (num.parse().unwrap(), den.parse().unwrap())
}
