//! The page: what was found, for people, as one file of HTML that needs nothing else. Figures, every record's counts, and a few records
//! as they read. It is a function of the dataset and the flags alone. Knows nothing of how anything was checked.
//!
//! Everything in it is bounded, so that a dataset of any size makes a page that opens: [`rows`], [`samples`] and [`media`] say what of
//! it. The data stand in the page as JSON, `page/*.js` shows them.

mod file;
mod html;
mod media;
mod rows;
mod samples;
mod spread;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::check::{Checked, Checker};
use super::report::{Report, Unit};
use crate::dataset::{FinishedDataset, ReadRecord};
use crate::error::{Error, Result};

use file::PageFile;
use rows::Rows;
use samples::Samples;

/// Bytes of the manifest's text; a request may hold a system prompt of many more.
const MANIFEST: usize = 64 << 10;

/// A page that is being filled.
pub(super) struct Page {
    file: PageFile,
    manifest: String,
    rows: Rows,
    samples: Samples,
}

/// What stands in the page.
#[derive(Serialize)]
struct Data<'a> {
    report: &'a Report,
    /// The seed once more, for numbers in browsers end at 53 bits.
    seed: String,
    units: BTreeMap<String, Unit>,
    /// The beginning of its text.
    manifest: &'a str,
    manifest_bytes: usize,
    records: &'a Rows,
    samples: &'a Samples,
}

impl Page {
    /// A page for this file, unless something else stands there.
    ///
    /// # Errors
    /// [`Error::Request`] when the file cannot be had.
    pub(super) fn open(path: &Path, dataset: &FinishedDataset) -> Result<Self> {
        let manifest =
            serde_json::to_string_pretty(dataset.manifest()).map_err(|why| Error::encode("manifest", why))?;
        let (rows, samples) = (Rows::new(dataset.records()), Samples::new(dataset.records()));
        Ok(Self { file: PageFile::claim(path)?, manifest, rows, samples })
    }

    /// Takes a record that was checked, in order.
    pub(super) fn add(&mut self, record: &ReadRecord, checked: &Checked, checker: &Checker) {
        self.rows.add(record, checked);
        self.samples.add(record, &checked.faults, checker);
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`Error::File`], or [`Error::Request`] when something else came to stand there.
    pub(super) fn write(self, report: &Report) -> Result<()> {
        let Self { file, manifest, rows, samples } = self;
        let data = Data {
            report,
            seed: report.seed.to_string(),
            units: report.distributions().map(|(name, unit, _)| (name, unit)).collect(),
            manifest: &manifest[..manifest.floor_char_boundary(MANIFEST)],
            manifest_bytes: manifest.len(),
            records: &rows,
            samples: &samples,
        };
        let title = format!("{} records of {}, seed {}", report.records, report.formats.join(", "), report.seed);
        file.write(|out: &mut dyn Write| html::write(out, &title, &data))
    }
}
