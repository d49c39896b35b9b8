//! Joins parts of a dataset that were made apart.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::write::{Dataset, Progress, WriteOptions};
use crate::dataset::{self, DatasetWriter, FolderOptions, Parts, format};
use crate::error::{Error, Result};

impl Dataset {
    /// Joins all parts of a dataset, in any order, to what one run would have written. Lines are read again, files of media cloned or
    /// linked where the file system can.
    ///
    /// # Errors
    /// [`Error::Request`] that names the part that is missing, there twice, damaged, or of another dataset; or why it stopped.
    pub fn merge(
        parts: &[PathBuf],
        folder: impl AsRef<Path>,
        options: &WriteOptions,
        progress: &mut dyn Progress,
    ) -> Result<Self> {
        let folder = folder.as_ref();
        let inputs: Vec<_> = parts.iter().map(|part| ("parts", part.clone())).collect();
        dataset::keep_apart(folder, &inputs)?;
        let parts = Parts::open(parts)?;
        let manifest = parts.manifest();
        let records = 0..manifest.request.records;
        let how = FolderOptions {
            overwrite: options.overwrite,
            resume: false,
            checkpoint: options.checkpoint,
            records: records.clone(),
            interrupt: &options.interrupt,
        };
        let formats = format::chosen(&manifest.request)?;
        let Some(mut writer) = DatasetWriter::folder(folder, &how, manifest, &formats)? else {
            return Err(Error::request("folder", "it is whole already", "name another folder"));
        };
        progress.begin(records);
        let joined = parts.write(&mut writer, &mut |totals| match options.interrupt.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => progress.wrote(totals),
        });
        if let Err(why) = joined {
            let _ = writer.abandon(); // the first failure is the one to tell
            return Err(why);
        }
        let left = writer.finish(manifest.clone())?;
        Ok(Self { path: folder.to_owned(), left })
    }
}
