//! Looks into a dataset that was made: every digest is checked, every medium decoded, every prompt counted again, and each line held
//! against `records.jsonl`; and what there is, is told in figures. Records are read in order and checked by several threads; what is
//! in memory at a time is bounded. Nothing is written but a page, for who wants one.

mod check;
mod histogram;
mod media;
mod page;
mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::content::text::Hub;
use crate::dataset::{FinishedDataset, ReadRecord};
use crate::error::{Error, Result};
use crate::record::Totals;

use check::Checker;
use page::Page;

pub use crate::dataset::Fault;
pub use histogram::Summary;
pub use report::{Alike, Quantity, Report, Unit};

/// How a dataset is looked into.
#[derive(Debug, Clone, Default)]
pub struct InspectOptions {
    /// Threads, 1..; none: one for each core.
    pub jobs: Option<usize>,
    /// Where tokenizers named as on the Hugging Face hub come from.
    pub hub: Option<Hub>,
    /// Families of models whose tokens for each medium are told beside those that the request names, rows of the FAMILIES table.
    pub model_families: Vec<String>,
    /// Servers that are to take it beside those that the request names, rows of the SERVERS table.
    pub servers: Vec<String>,
    /// A file that is written besides: one page of HTML with what was found and what some records hold. One that is there already is
    /// replaced when it is such a page, and refused otherwise.
    pub html: Option<PathBuf>,
    /// Ends it when it is set.
    pub interrupt: Arc<AtomicBool>,
}

/// Records, and bytes of their lines, that are checked at a time.
const ROUND: (usize, usize) = (1024, 64 << 20);

/// Looks into the dataset in a folder, or a part of one. `progress` hears after every few records how many there are, and what the few
/// hold; `written` are the bytes of their lines and media.
///
/// # Errors
/// [`Error::Request`] when there is no dataset that is whole, or its tokenizer or the page's file cannot be had;
/// [`Error::Interrupted`]. What is wrong with the dataset is no error: the report tells it.
pub fn inspect(folder: &Path, options: &InspectOptions, progress: &mut dyn FnMut(u64, &Totals)) -> Result<Report> {
    let mut dataset = FinishedDataset::open(folder)?;
    let checker = Checker::open(&dataset, options)?;
    let mut page = options.html.as_deref().map(|file| Page::open(file, &dataset)).transpose()?;
    let mut report = Report::new(&dataset, checker.families());
    report.fail(dataset.take_faults());
    report.fail(checker.inputs(dataset.manifest()));
    report.fail(checker.delivery(dataset.request()));
    let jobs = options.jobs.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1).max(1);
    let (records, mut next) = (dataset.records(), dataset.records().start);
    let mut round = read_round(&mut dataset, &mut next);
    while !round.is_empty() {
        if options.interrupt.load(Ordering::Relaxed) {
            return Err(Error::Interrupted { written: report.records });
        }
        let faults = dataset.take_faults();
        let each = round.len().div_ceil(jobs);
        let check = |records: &mut [ReadRecord]| records.iter_mut().map(|it| checker.check(it)).collect::<Vec<_>>();
        let check = &check;
        // While these are checked, the next are read.
        let (checked, following) = std::thread::scope(|scope| {
            let threads = round.chunks_mut(each).map(|records| {
                std::thread::Builder::new().spawn_scoped(scope, move || check(records)).map_err(Error::Thread)
            });
            let threads = threads.collect::<Result<Vec<_>>>()?;
            let following = read_round(&mut dataset, &mut next);
            let checked = threads.into_iter().map(|thread| thread.join().map_err(|thrown| Error::panic(&*thrown)));
            Ok::<_, Error>((checked.collect::<Result<Vec<_>>>()?, following))
        })?;
        report.fail(faults);
        let mut done = Totals::default();
        for (record, checked) in round.iter().zip(checked.into_iter().flatten()) {
            done += record.totals();
            dataset.count(record);
            if let Some(page) = &mut page {
                page.add(record, &checked, &checker);
            }
            report.add(checked);
        }
        progress(records.end - records.start, &done);
        round = following;
    }
    report.fail(dataset.take_faults());
    if report.records == records.end - records.start {
        report.fail(dataset.finish());
    }
    if let Some(page) = page {
        page.write(&report)?;
    }
    Ok(report)
}

/// The next few records.
fn read_round(dataset: &mut FinishedDataset, next: &mut u64) -> Vec<ReadRecord> {
    let (mut round, mut bytes) = (Vec::new(), 0);
    while *next < dataset.records().end && round.len() < ROUND.0 && bytes < ROUND.1 {
        let Some(record) = dataset.read(*next) else {
            *next = dataset.records().end;
            break;
        };
        bytes += record.bytes();
        round.push(record);
        *next += 1;
    }
    round
}
