//! What the user sees of a run, on standard error: a bar on a terminal, a line every few seconds elsewhere, nothing when quiet;
//! and a table at the end.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::fields;
use crate::generate::write;
use crate::record::Totals;
use crate::render::Warn;

/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How often the bar is drawn on one.
const BAR_EVERY: Duration = Duration::from_millis(100);

/// Columns of the bar; what it says stands behind it.
const BAR: usize = 16;

/// Records, and the time for them, from which on a pace says something about the rest of a run.
const SETTLED: (u64, Duration) = (3, Duration::from_secs(1));

/// The progress of one run.
pub(super) struct Progress<'a> {
    how: How,
    /// Names fields as they were typed.
    spell: &'a dyn Fn(&str) -> String,
    /// What there is to say before the first record.
    notes: Vec<String>,
    started: Instant,
    /// When the first record was begun: opening encoders and fetching tokenizers is no part of the pace.
    began: Instant,
    /// When to tell more.
    next: Instant,
    records: u64,
    totals: Totals,
}

#[derive(Debug)]
enum How {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl<'a> Progress<'a> {
    /// Starts a run of so many records. `notes` are said when it begins.
    #[must_use]
    pub(super) fn start(records: u64, quiet: bool, notes: Vec<String>, spell: &'a dyn Fn(&str) -> String) -> Self {
        let started = Instant::now();
        let (how, next) = if quiet {
            (How::Silent, started)
        } else if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template(&format!("{{bar:{BAR}}} {{wide_msg}}"));
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            (How::Bar(ProgressBar::new(records).with_style(style)), started)
        } else {
            (How::Lines, started + LINE_EVERY)
        };
        Self { how, spell, notes, started, began: started, next, records, totals: Totals::default() }
    }

    /// A line for the user that is neither progress nor an error.
    pub(super) fn say(&self, text: &str) {
        let text = &(self.spell)(text);
        match &self.how {
            How::Bar(bar) => bar.suspend(|| say(text)),
            How::Lines => say(text),
            How::Silent => {}
        }
    }

    /// What says, from any thread, that something went wrong but was mended; it is heard even when quiet.
    #[must_use]
    pub(super) fn warner(&self) -> Warn {
        let bar = match &self.how {
            How::Bar(bar) => bar.clone(),
            How::Lines | How::Silent => ProgressBar::hidden(),
        };
        Arc::new(move |text| bar.suspend(|| warn(&fields::flags(text, |_| false))))
    }

    fn show(&mut self) {
        let now = Instant::now();
        if matches!(self.how, How::Silent) || now < self.next {
            return;
        }
        let Totals { records: done, written, .. } = self.totals;
        let [count, of] = [done, self.records].map(HumanCount);
        let pace = pace(done, self.records, now - self.began);
        let more = pace.into_iter().flatten().chain([HumanBytes(written).to_string()]);
        match &self.how {
            How::Bar(bar) => {
                self.next = now + BAR_EVERY;
                let columns = Term::stderr().size_checked().map_or(80, |(_, columns)| usize::from(columns));
                bar.set_message(fit(format!("{count}/{of}"), more, columns.saturating_sub(BAR + 1)));
                bar.set_position(done);
            }
            How::Lines => {
                self.next = now + LINE_EVERY;
                say(&fit(format!("{count}/{of} records"), more, usize::MAX));
            }
            How::Silent => {}
        }
    }

    /// Takes the bar away, without a table: an error is told on a line of its own.
    pub(super) fn abandon(self) {
        if let How::Bar(bar) = self.how {
            bar.finish_and_clear();
        }
    }

    /// Ends the run and prints the table, and notes below it.
    pub(super) fn finish(self, notes: &[String]) {
        match &self.how {
            How::Silent => return,
            How::Bar(bar) => bar.finish_and_clear(),
            How::Lines => {}
        }
        if self.totals.records > 0 {
            say(table(&self.totals, self.started.elapsed()).trim_end());
        }
        notes.iter().for_each(|note| say(&(self.spell)(note)));
    }
}

impl write::Progress for Progress<'_> {
    fn note(&mut self, text: &str) {
        self.say(text);
    }

    fn begin(&mut self, records: Range<u64>) {
        self.records = records.end - records.start;
        if let How::Bar(bar) = &self.how {
            bar.set_length(self.records);
        }
        std::mem::take(&mut self.notes).iter().for_each(|note| self.say(note));
        self.began = Instant::now();
    }

    fn wrote(&mut self, record: &Totals) -> ControlFlow<()> {
        self.totals += *record;
        self.show();
        ControlFlow::Continue(())
    }
}

/// Says that something went wrong but was mended.
pub(super) fn warn(text: &str) {
    say(&format!("masque: {text}"));
}

/// As much as has room in so many columns, in whole parts.
fn fit(mut line: String, more: impl Iterator<Item = String>, columns: usize) -> String {
    for part in more {
        if line.len() + 2 + part.len() > columns {
            break;
        }
        line += "  ";
        line += &part;
    }
    line
}

/// What a run of so many `records` has left to do after `elapsed`, and how fast it is; none while that would be a guess.
fn pace(done: u64, records: u64, elapsed: Duration) -> Option<[String; 2]> {
    if done < SETTLED.0 || elapsed < SETTLED.1 {
        return None;
    }
    // The mean of all that was made: it cannot jump, and draws of many sizes even out.
    let left = elapsed.as_secs_f64() * records.saturating_sub(done) as f64 / done as f64;
    let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
    Some([format!("ETA {}", length(left)), rate(done, elapsed)])
}

/// `12,345 records/s`, `40.9 records/s`, `3.2 s a record`, `2.5 min a record`.
fn rate(records: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    let (rate, each) = (records as f64 / seconds, seconds / records.max(1) as f64);
    if rate >= 99.95 {
        format!("{} records/s", HumanCount(rate.round() as u64))
    } else if rate >= 1.0 {
        format!("{rate:.1} records/s")
    } else if each < 99.95 {
        format!("{each:.1} s a record")
    } else {
        format!("{:.1} min a record", each / 60.0)
    }
}

/// `34 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`.
fn length(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// `1 turn`, `1,000 turns`.
fn count(number: u64, one: &str) -> String {
    format!("{} {one}{}", HumanCount(number), if number == 1 { "" } else { "s" })
}

/// What was made, a row a kind, and the time that it took.
fn table(totals: &Totals, elapsed: Duration) -> String {
    let Totals { records, turns, tokens, prompts, images, audios, videos, written } = *totals;
    let rows = [
        ("record", records, written, count(turns, "turn")),
        ("prompt", prompts.items, prompts.bytes, count(tokens, "token")),
        ("image", images.items, images.bytes, String::new()),
        ("audio", audios.items, audios.bytes, String::new()),
        ("video", videos.items, videos.bytes, String::new()),
    ];
    let mut table = String::new();
    for (name, items, bytes, more) in rows.into_iter().filter(|row| row.1 > 0) {
        let items = count(items, name);
        let (number, name) = items.split_once(' ').unwrap_or((&items, ""));
        let line = format!("  {number:>12} {name:<8} {:>12}  {more}", HumanBytes(bytes).to_string());
        let _ = writeln!(table, "{}", line.trim_end());
    }
    let time =
        if elapsed < Duration::from_secs(60) { format!("{:.2} s", elapsed.as_secs_f64()) } else { length(elapsed) };
    let _ = writeln!(table, "  in {time}, {}", rate(records, elapsed));
    table
}

/// Prints a line; that nobody can see it is no reason to stop.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Count;

    #[test]
    fn a_pace_reads_as_people_say_it() {
        let rows = [
            (5, 100, 0.5, None),  // too early
            (2, 100, 60.0, None), // too few
            (3, 12, 9.6, Some("ETA 29 s  3.2 s a record")),
            (409, 1_000, 10.0, Some("ETA 14 s  40.9 records/s")),
            (123_456, 1_000_000, 10.0, Some("ETA 1 min 11 s  12,346 records/s")),
            (3, 100, 900.0, Some("ETA 8 h 5 min  5.0 min a record")),
            (3, 1_000_000, 1.0, Some("ETA 3 d 20 h  3.0 records/s")),
            (3, u64::MAX, 1e9, Some("ETA 213503982334601 d 7 h  5555555.6 min a record")),
            (10, 10, 10.0, Some("ETA 0 s  1.0 records/s")),
        ];
        for (done, records, seconds, expected) in rows {
            let pace = pace(done, records, Duration::from_secs_f64(seconds)).map(|pace| pace.join("  "));
            assert_eq!(pace.as_deref(), expected, "{done}/{records}");
        }
    }

    #[test]
    fn a_narrow_line_has_fewer_parts_and_none_is_cut() {
        let more = ["ETA 34 s", "40.9 records/s", "1.20 GiB"].map(str::to_owned);
        let rows = [
            (0, "1/9"),
            (12, "1/9"),
            (13, "1/9  ETA 34 s"),
            (28, "1/9  ETA 34 s"),
            (200, "1/9  ETA 34 s  40.9 records/s  1.20 GiB"),
        ];
        for (columns, expected) in rows {
            assert_eq!(fit("1/9".to_owned(), more.clone().into_iter(), columns), expected);
        }
    }

    #[test]
    fn one_of_a_kind_is_singular() {
        let one = Count { items: 1, bytes: 1 };
        let totals =
            Totals { records: 1, turns: 1, tokens: 80, prompts: one, images: one, written: 2048, ..Totals::default() };
        let expected = "             1 record       2.00 KiB  1 turn
             1 prompt            1 B  80 tokens
             1 image             1 B
  in 0.50 s, 2.0 records/s
";
        assert_eq!(table(&totals, Duration::from_millis(500)), expected);
    }
}
