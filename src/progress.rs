//! What the user sees of a run, on standard error: a bar on a terminal, a line every few seconds elsewhere, nothing when quiet;
//! and a table at the end.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use crate::tally::Tally;

/// How often a line is printed where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// The progress of one run.
#[derive(Debug)]
pub struct Progress {
    how: How,
    started: Instant,
    records: u64,
    tally: Tally,
}

#[derive(Debug)]
enum How {
    Bar(ProgressBar),
    Lines { next: Instant },
    Silent,
}

impl Progress {
    /// Starts a run of so many records.
    #[must_use]
    pub fn start(records: u64, quiet: bool) -> Self {
        let started = Instant::now();
        let how = if quiet {
            How::Silent
        } else if std::io::stderr().is_terminal() {
            let style = "{bar:40} {human_pos}/{human_len} records  {per_sec}  {msg}  ETA {eta}";
            let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
            How::Bar(ProgressBar::new(records).with_style(style))
        } else {
            How::Lines { next: started + EVERY }
        };
        Self { how, started, records, tally: Tally::default() }
    }

    /// A line for the user that is neither progress nor an error.
    pub fn note(&self, text: &str) {
        match &self.how {
            How::Bar(bar) => bar.suspend(|| say(text)),
            How::Lines { .. } => say(text),
            How::Silent => {}
        }
    }

    /// What says, from any thread, that something went wrong but was mended; it is heard even when quiet.
    #[must_use]
    pub fn warner(&self) -> Arc<dyn Fn(&str) + Send + Sync> {
        let bar = match &self.how {
            How::Bar(bar) => bar.clone(),
            How::Lines { .. } | How::Silent => ProgressBar::hidden(),
        };
        Arc::new(move |text| bar.suspend(|| say(&format!("masque: {text}"))))
    }

    /// A record was written.
    pub fn wrote(&mut self, record: Tally) {
        self.tally += record;
        let Tally { records: done, written, .. } = self.tally;
        match &mut self.how {
            How::Bar(bar) => {
                bar.set_message(HumanBytes(written).to_string());
                bar.set_position(done);
            }
            How::Lines { next } if Instant::now() >= *next => {
                *next = Instant::now() + EVERY;
                let elapsed = self.started.elapsed().as_secs_f64();
                let left = Duration::from_secs_f64(elapsed / done as f64 * (self.records - done) as f64);
                let bytes = HumanBytes(written);
                let rate = done as f64 / elapsed;
                say(&format!("{done}/{} records, {rate:.1}/s, {bytes}, ETA {}", self.records, HumanDuration(left)));
            }
            How::Lines { .. } | How::Silent => {}
        }
    }

    /// Ends the bar, without a table.
    pub fn abandon(self) {
        if let How::Bar(bar) = self.how {
            bar.abandon();
        }
    }

    /// Ends the run and prints the table, and notes below it.
    pub fn finish(self, notes: &[&str]) {
        match &self.how {
            How::Silent => return,
            How::Bar(bar) => bar.finish_and_clear(),
            How::Lines { .. } => {}
        }
        say(self.table().trim_end());
        notes.iter().for_each(|note| say(note));
    }

    fn table(&self) -> String {
        let Tally { records, turns, tokens, prompts, images, audios, videos, written } = self.tally;
        let seconds = self.started.elapsed().as_secs_f64();
        let mut table = String::new();
        let mut row = |name: &str, count: u64, bytes: u64, more: String| {
            if count > 0 {
                let (count, bytes) = (HumanCount(count).to_string(), HumanBytes(bytes).to_string());
                let line = format!("  {name:<8} {count:>12} {bytes:>14}  {more}");
                let _ = writeln!(table, "{}", line.trim_end());
            }
        };
        row("records", records, written, format!("{} turns", HumanCount(turns)));
        row("prompts", prompts.items, prompts.bytes, format!("{} tokens", HumanCount(tokens)));
        row("images", images.items, images.bytes, String::new());
        row("audios", audios.items, audios.bytes, String::new());
        row("videos", videos.items, videos.bytes, String::new());
        let _ = writeln!(table, "  in {seconds:.2} s, {:.1} records/s", records as f64 / seconds);
        table
    }
}

/// Prints a line; that nobody can see it is no reason to stop.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
