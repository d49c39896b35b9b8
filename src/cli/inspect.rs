//! `masque inspect`: checks a dataset and tells what is in it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use indicatif::{HumanBytes, HumanCount};

use super::dataset::{families, servers};
use super::progress::Progress;
use super::{hub, shell, value};
use crate::error::{Error, Result};
use crate::generate::Progress as _;
use crate::inspect::{self, Alike, InspectOptions, Report, Summary, Unit};

/// What was typed.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Folder of the dataset, or of a part of one
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Write a page of HTML besides: figures, every record's counts, and some records as they read
    #[arg(long, value_name = "FILE.html", value_parser = value::path(is_html, "name a file that ends in .html"))]
    html: Option<PathBuf>,
    /// Threads [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = value::whole::<usize>(1, 4096, "threads"))]
    jobs: Option<usize>,
    /// Tell what each medium costs in tokens for models of this family as well; repeat for several
    #[arg(long, value_name = "FAMILY", value_parser = families())]
    model_family: Vec<String>,
    /// Tell what would fail at this server as well, as a fault; repeat for several
    #[arg(id = "for", long = "for", visible_alias = "servers", value_name = "SERVER", value_parser = servers())]
    servers: Vec<String>,
    /// Do not look for tokenizers on the Hugging Face hub, but in its cache only
    #[arg(long)]
    offline: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

/// Looks into the dataset, prints the report on standard output, and writes the page that is asked for.
///
/// # Errors
/// What is no dataset; [`Error::Faulty`] when something is wrong with it.
pub fn inspect(args: &InspectArgs, interrupt: Arc<AtomicBool>, spell: impl Fn(&str) -> String) -> Result<()> {
    let hub = Some(hub::of_environment(args.offline));
    let (model_families, servers, html) = (args.model_family.clone(), args.servers.clone(), args.html.clone());
    let options = InspectOptions { jobs: args.jobs, hub, model_families, servers, html, interrupt };
    let mut progress = Progress::start(0, args.quiet, Vec::new(), &spell);
    let mut begun = false;
    let report = inspect::inspect(&args.folder, &options, &mut |of, done| {
        if !std::mem::replace(&mut begun, true) {
            progress.begin(0..of);
        }
        let _ = progress.wrote(done);
    });
    progress.abandon();
    let report = report?;
    let text = if args.json {
        serde_json::to_string_pretty(&report).map_err(|why| Error::encode("report", why))? + "\n"
    } else {
        told(&report)
    };
    shell::print(text.as_bytes())?;
    match report.faults.first() {
        None => Ok(()),
        Some(first) => {
            let first = format!("{}: {}", first.place, first.problem);
            Err(Error::Faulty { folder: args.folder.clone(), count: report.fault_count, first })
        }
    }
}

fn is_html(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"))
}

/// The report as people read it.
fn told(report: &Report) -> String {
    let mut text = String::new();
    let Report { masque, seed, formats, records, expected, faults, fault_count, .. } = report;
    let [all, read] = [*expected, *records].map(HumanCount);
    let _ = writeln!(text, "{read} of {all} records of {}, seed {seed}, made by masque {masque}\n", formats.join(", "));
    let rows = report.distributions().map(|(name, unit, it)| row(&name, unit, &it));
    let head = ["", "count", "mean", "deviation", "min", "p50", "p90", "p99", "max", ""].map(str::to_owned);
    table(&[head].into_iter().chain(rows).collect::<Vec<_>>(), &mut text);
    text.push('\n');
    let alike = |what: &str, how: &str, Alike { count, repeated, .. }: &Alike| match count {
        0 => String::new(),
        _ => format!("{} {what}, {} of them {how}\n", HumanCount(*count), HumanCount(*repeated)),
    };
    text += &alike("prompts counted again", "as one before", &report.prompts);
    text += &alike("prompts", "with a beginning of 64 bytes that one before has", &report.beginnings);
    text += &alike("media", "as one before", &report.items);
    if report.decoded > 0 {
        let _ = writeln!(text, "{} media decoded", HumanCount(report.decoded));
    }
    if report.undecoded > 0 {
        let _ = writeln!(text, "{} images not decoded: they are too large", HumanCount(report.undecoded));
    }
    if faults.is_empty() {
        let _ = writeln!(text, "no fault found");
    }
    for fault in faults {
        let _ = writeln!(text, "{}: {}", fault.place, fault.problem);
    }
    if *fault_count > faults.len() as u64 {
        let _ = writeln!(text, "… and {} more", HumanCount(fault_count - faults.len() as u64));
    }
    text
}

/// A row of the table.
fn row(name: &str, unit: Unit, summary: &Summary) -> [String; 10] {
    let Summary { count, mean, deviation, min, p50, p90, p99, max, histogram } = summary;
    let [mean, deviation] = [mean, deviation].map(|value| in_unit(*value, unit, 1));
    let [min, p50, p90, p99, max] = [min, p50, p90, p99, max].map(|value| in_unit(*value, unit, 0));
    let bars = bars(histogram);
    [name.to_owned(), HumanCount(*count).to_string(), mean, deviation, min, p50, p90, p99, max, bars]
}

/// A value with so many decimals at least.
fn in_unit(value: f64, unit: Unit, decimals: usize) -> String {
    match unit {
        Unit::Bytes => HumanBytes(value.round() as u64).to_string(),
        Unit::Seconds => format!("{value:.2} s"),
        Unit::One | Unit::Tokens | Unit::Pixels => format!("{value:.decimals$}"),
    }
}

/// A histogram as bars of eighths; what there is, is seen.
fn bars(histogram: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = histogram.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| match count {
        0 => ' ',
        _ => BARS[((u128::from(*count) * 8).div_ceil(u128::from(most)) as usize).clamp(1, 8) - 1],
    };
    histogram.iter().map(bar).collect()
}

/// Rows with their columns below each other: the first and the last to the left, the others to the right.
fn table(rows: &[[String; 10]], text: &mut String) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..10).map(width).collect();
    for row in rows {
        let mut line = format!("{:<width$}", row[0], width = widths[0]);
        for column in 1..9 {
            let _ = write!(line, "  {:>width$}", row[column], width = widths[column]);
        }
        let _ = writeln!(text, "{}", format!("{line}  {}", row[9]).trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rare_is_seen() {
        assert_eq!(bars(&[1, 0, 1_000_000, 500_000]), "▁ █▄");
        assert_eq!(bars(&[4]), "█");
    }
}
