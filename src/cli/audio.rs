//! Audio flags.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Spread, count};
use crate::encode::wav;
use crate::error::{Error, Result};
use crate::spec::{AudioFormat, AudioSpec};

#[derive(Debug, Args)]
#[command(next_help_heading = "Audio")]
pub(super) struct AudioArgs {
    /// Mean length in seconds; audio is on when it is above 0
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    audio_length_mean: f64,
    /// Standard deviation of the length
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    audio_length_stddev: f64,
    /// Sample rates to draw from, in kHz; a value above 96 is in Hz
    #[arg(long, value_name = "KHZ", num_args = 1.., value_delimiter = ',', default_values_t = [16.0])]
    audio_sample_rates: Vec<f64>,
    /// Bit depths to draw from: 8, 16, 24, 32
    #[arg(long, value_name = "BITS", num_args = 1.., value_delimiter = ',', default_values_t = [16])]
    audio_depths: Vec<u16>,
    /// 1 (mono) or 2 (stereo)
    #[arg(long, value_name = "N", default_value_t = 1)]
    audio_num_channels: u16,
    /// Sounds in each turn
    #[arg(long, value_name = "N", default_value_t = 1, visible_alias = "batch-size-audio")]
    audio_batch_size: u64,
    /// Draw 1 to this many sounds for each turn instead
    #[arg(long, value_name = "MAX", conflicts_with = "audio_batch_size")]
    audio_count_max: Option<u64>,
    /// File formats to draw from; opus is always 48 kHz inside
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = AudioFormat::ALL[0].name(), value_parser = format_names())]
    audio_format: Vec<String>,
}

impl AudioArgs {
    pub(super) fn resolve(self) -> Result<Option<AudioSpec>> {
        if self.audio_length_mean == 0.0 {
            return Ok(None);
        }
        if let Some(depth) = self.audio_depths.iter().find(|depth| ![8, 16, 24, 32].contains(*depth)) {
            return Err(Error::request("--audio-depths", format!("{depth}"), "give 8, 16, 24 or 32"));
        }
        if ![1, 2].contains(&self.audio_num_channels) {
            let problem = format!("{}", self.audio_num_channels);
            return Err(Error::request("--audio-num-channels", problem, "give 1 or 2"));
        }
        let sample_rates: Vec<u32> =
            self.audio_sample_rates.iter().map(|rate| hertz("--audio-sample-rates", *rate)).collect::<Result<_>>()?;
        let most = |values: &mut dyn Iterator<Item = u32>| f64::from(values.max().unwrap_or(1));
        let a_second = most(&mut sample_rates.iter().copied())
            * f64::from(self.audio_num_channels)
            * most(&mut self.audio_depths.iter().map(|bits| u32::from(bits / 8)));
        let named = |name: &String| AudioFormat::ALL.into_iter().find(|format| format.name() == name);
        let formats: Vec<AudioFormat> = self.audio_format.iter().filter_map(named).collect();
        let wav = formats.contains(&AudioFormat::Wav);
        let longest = if wav { (wav::LARGEST as f64 / a_second).floor() } else { f64::MAX };
        if self.audio_length_mean > longest {
            let fix = format!("WAV holds 4 GiB: give {longest:.0} at most");
            return Err(Error::request("--audio-length-mean", format!("{}", self.audio_length_mean), fix));
        }
        let seconds = Spread {
            mean: self.audio_length_mean,
            stddev: self.audio_length_stddev,
            ..Spread::new("--audio-length-mean", 0.01, longest.min(86_400.0))
        };
        Ok(Some(AudioSpec {
            seconds: seconds.resolve()?,
            sample_rates,
            bit_depths: self.audio_depths,
            channels: self.audio_num_channels,
            count: count("--audio-batch-size", self.audio_batch_size, "--audio-count-max", self.audio_count_max)?,
            formats,
        }))
    }
}

fn format_names() -> PossibleValuesParser {
    AudioFormat::ALL.map(AudioFormat::name).into()
}

/// A rate up to 96 is in kHz, above that in Hz.
pub(super) fn hertz(flag: &str, rate: f64) -> Result<u32> {
    let hertz = if rate <= 96.0 { rate * 1000.0 } else { rate };
    if (1000.0..=384_000.0).contains(&hertz) {
        return Ok(hertz.round() as u32);
    }
    let fix = "give 1 to 96 (kHz), or 1000 to 384000 (Hz)".to_owned();
    Err(match (96.0..=384.0).contains(&rate) {
        true => Error::request(
            flag,
            format!("a value over 96 is in Hz, so {rate} is {rate} Hz"),
            format!("for {rate} kHz give {}", (rate * 1000.0).round()),
        ),
        false => Error::request(flag, format!("{rate}"), fix),
    })
}
