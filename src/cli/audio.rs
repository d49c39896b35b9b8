//! Audio flags.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::count;
use super::quantity::{Flags, Quantity, QuantityArgs};
use super::value::{self, per_turn};
use crate::error::Result;
use crate::spec::{AudioFormat, AudioSpec};

#[derive(Debug, Args)]
#[command(next_help_heading = "Audio")]
pub(super) struct AudioArgs {
    #[command(flatten)]
    length: QuantityArgs<Length>,
    /// Sample rates to draw from, in kHz (or in Hz, when above 96)
    #[arg(long, value_name = "KHZ", num_args = 1.., value_delimiter = ',', default_value = "16", value_parser = hertz)]
    audio_sample_rates: Vec<u32>,
    /// Bit depths to draw from: 8, 16, 24, 32
    #[arg(long, value_name = "BITS", num_args = 1.., value_delimiter = ',', default_value = "16", value_parser = value::one_of::<u16>(&[8, 16, 24, 32]))]
    audio_depths: Vec<u16>,
    /// 1 (mono) or 2 (stereo)
    #[arg(long, value_name = "N", default_value = "1", value_parser = value::one_of::<u16>(&[1, 2]))]
    audio_num_channels: u16,
    /// Audio in each turn
    #[arg(long, value_name = "N", default_value = "1", value_parser = per_turn("audio items"), visible_alias = "batch-size-audio")]
    audio_batch_size: u64,
    /// Draw 1 to this many audio items for each turn instead
    #[arg(long, value_name = "MAX", value_parser = per_turn("audio items"), conflicts_with = "audio_batch_size")]
    audio_count_max: Option<u64>,
    /// File formats to draw from; opus is always 48 kHz inside
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = AudioFormat::ALL[0].name(), value_parser = format_names())]
    audio_format: Vec<String>,
}

#[derive(Debug)]
struct Length;

impl Quantity for Length {
    const FLAGS: Flags = Flags {
        stem: "audio-length",
        mean: "audio-length-mean",
        aliases: &[],
        help: "Mean length in seconds; audio is on when it is above 0",
        what: "length",
        value: "SECONDS",
        unit: "seconds",
        default: Some("0"),
        zero: true,
        least: 0.01,
        greatest: 86_400.0,
        whole: false,
    };
}

impl AudioArgs {
    pub(super) fn resolve(self, notes: &mut Vec<String>) -> Result<Option<AudioSpec>> {
        let length = self.length.quantity();
        if !length.is_on() {
            return Ok(None);
        }
        let sample_rates = self.audio_sample_rates;
        let most = |values: &mut dyn Iterator<Item = u32>| f64::from(values.max().unwrap_or(1));
        let a_second = most(&mut sample_rates.iter().copied())
            * f64::from(self.audio_num_channels)
            * most(&mut self.audio_depths.iter().map(|bits| u32::from(bits / 8)));
        let named = |name: &String| AudioFormat::ALL.into_iter().find(|format| format.name() == name);
        let formats: Vec<AudioFormat> = self.audio_format.iter().filter_map(named).collect();
        let largest = formats.iter().map(|format| format.codec().largest).min().unwrap_or(u64::MAX);
        let longest = (largest as f64 / a_second).floor();
        let longest = longest.min(Length::FLAGS.greatest);
        let length = length.within(Length::FLAGS.least, longest, "WAV holds 4 GiB: ");
        let Some(seconds) = length.resolve(notes)? else { return Ok(None) };
        Ok(Some(AudioSpec {
            seconds,
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
pub(super) fn hertz(text: &str) -> Result<u32, String> {
    let rate: f64 = text.parse().unwrap_or(f64::NAN);
    let hertz = if rate <= 96.0 { rate * 1000.0 } else { rate };
    if (1000.0..=384_000.0).contains(&hertz) {
        return Ok(hertz.round() as u32);
    }
    Err(match (96.0..=384.0).contains(&rate) {
        true => {
            format!("a value over 96 is in Hz, so this is {rate} Hz; for {rate} kHz give {}", (rate * 1000.0).round())
        }
        false => "give 1 to 96 (kHz), or 1000 to 384000 (Hz)".to_owned(),
    })
}
