//! Flags of what is said word for word, and of where media stand.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::value;
use crate::error::{Error, Result};
use crate::io::input::read_regular;
use crate::spec::{Literals, MediaOrder, Placement, Turns};

/// The largest file of prompts, in bytes.
const PROMPTS: u64 = 256 << 20;

#[derive(Debug, Args)]
#[command(next_help_heading = "Placement")]
pub(super) struct PlacementArgs {
    /// A prompt word for word, such as "Transcribe the audio."; repeat for several to draw from. With --isl text of the corpus follows it
    #[arg(long, value_name = "TEXT", value_parser = value::text(), conflicts_with = "prompt_file")]
    prompt: Vec<String>,
    /// File of such prompts, one a line
    #[arg(long, value_name = "FILE")]
    prompt_file: Option<PathBuf>,
    /// Where a turn's media stand: after its text, before it, or between parts of it [default: after]
    #[arg(long, value_enum)]
    media_order: Option<OrderArg>,
    /// Turns that have images [default: all]
    #[arg(long, value_enum)]
    image_turns: Option<TurnsArg>,
    /// Turns that have audio [default: all]
    #[arg(long, value_enum)]
    audio_turns: Option<TurnsArg>,
    /// Turns that have clips [default: all]
    #[arg(long, value_enum)]
    video_turns: Option<TurnsArg>,
    /// Turns whose images stand in each turn again, its own and those just before, by the same uuid
    #[arg(long, value_name = "TURNS", value_parser = value::whole::<u64>(2, 10_000, "turns"))]
    image_window: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OrderArg {
    After,
    Before,
    Between,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TurnsArg {
    All,
    First,
    Last,
}

impl PlacementArgs {
    /// What is read, with its flag.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        self.prompt_file.iter().map(|path| ("--prompt-file", path.clone()))
    }

    /// The prompts, if any are given, which stand `alone` or before text of the corpus.
    pub(super) fn literals(&self, alone: bool) -> Result<Option<Literals>> {
        let texts = match &self.prompt_file {
            None if self.prompt.is_empty() => return Ok(None),
            None => self.prompt.clone(),
            Some(path) => {
                let flag = "--prompt-file";
                let bytes = read_regular(flag, path, PROMPTS)?;
                let not_text = |_| Error::request(flag, format!("{} is not UTF-8", path.display()), "convert it");
                let text = String::from_utf8(bytes).map_err(not_text)?;
                let texts: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
                if texts.is_empty() {
                    return Err(Error::request(flag, format!("{} has no prompt", path.display()), "write one a line"));
                }
                texts
            }
        };
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(Error::request("--prompt", "it is empty", "drop it, or give it a text"));
        }
        Ok(Some(Literals { texts, alone }))
    }

    pub(super) fn resolve(&self) -> Placement {
        let turns = |turns: Option<TurnsArg>| match turns {
            None | Some(TurnsArg::All) => Turns::All,
            Some(TurnsArg::First) => Turns::First,
            Some(TurnsArg::Last) => Turns::Last,
        };
        Placement {
            order: match self.media_order {
                None | Some(OrderArg::After) => MediaOrder::After,
                Some(OrderArg::Before) => MediaOrder::Before,
                Some(OrderArg::Between) => MediaOrder::Between,
            },
            images: turns(self.image_turns),
            audios: turns(self.audio_turns),
            videos: turns(self.video_turns),
            window: self.image_window,
        }
    }
}
