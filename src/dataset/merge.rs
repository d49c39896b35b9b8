//! Parts of a dataset that were made apart, joined to what one run would have written. Lines are read and written again, each held
//! against the part's digest; files of media are cloned or linked where the file system can.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::digests::FileDigests;
use super::journal::difference;
use super::names::{RECORDS, below_media};
use super::reader::SeriesReader;
use super::record_line::ListedRecord;
use super::series::SeriesKind;
use super::{DatasetWriter, Lines, Manifest, Shard, Split, digests, elide};
use crate::dataset::format;
use crate::error::{Error, Result};
use crate::record::Totals;

/// All parts of a dataset, in order.
#[derive(Debug)]
pub struct Parts {
    parts: Vec<Part>,
    /// That of the whole, without its files.
    manifest: Manifest,
}

#[derive(Debug)]
struct Part {
    folder: PathBuf,
    manifest: Manifest,
    shard: Shard,
}

impl Parts {
    /// Opens the parts in these folders, in any order.
    ///
    /// # Errors
    /// [`Error::Request`] that names the part that is missing, there twice, not finished, or of another dataset.
    pub fn open(folders: &[PathBuf]) -> Result<Self> {
        let mut parts = folders.iter().map(|folder| Part::open(folder)).collect::<Result<Vec<_>>>()?;
        let Some(first) = parts.first() else {
            return Err(Error::request("parts", "there are none", "name the folder of each"));
        };
        let (of, expected) = (first.shard.of, first.common()?);
        for part in &parts {
            if let Some((place, found, other)) = difference(&part.common()?, &expected) {
                let problem = format!("its {place} is {found}, and {other} in {}", first.folder.display());
                return Err(part.refuse(problem, "name parts of one dataset"));
            }
            if part.shard.of != of {
                let problem = format!("it is part {}, and {} is {}", part.shard, first.folder.display(), first.shard);
                return Err(part.refuse(problem, "name parts of one division"));
            }
        }
        parts.sort_by_key(|part| part.shard.index);
        for (part, next) in parts.iter().zip(&parts[1..]) {
            if part.shard == next.shard {
                return Err(next
                    .refuse(format!("it is part {}, as {} is", next.shard, part.folder.display()), "name each once"));
            }
        }
        let there: HashSet<u64> = parts.iter().map(|part| part.shard.index).collect();
        if let Some(index) = (1..=of).find(|index| !there.contains(index)) {
            let fix = format!("make it with `shard` {index}/{of}, or name its folder as well");
            return Err(Error::request("parts", format!("part {index} of {of} is missing"), fix));
        }
        let mut backends: Vec<_> = parts.iter().map(|part| part.manifest.backend.clone()).collect();
        backends.dedup();
        let manifest = Manifest {
            records: parts[0].manifest.request.records,
            shard: None,
            backend: backends.join(", "),
            files: Vec::new(),
            ..parts[0].manifest.clone()
        };
        Ok(Self { parts, manifest })
    }

    /// The manifest of the whole, without its files.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes every record, and tells of each what it holds; ends when it is told to.
    ///
    /// # Errors
    /// [`Error::Request`] when a part is damaged; [`Error::File`]; [`Error::Interrupted`].
    pub fn write(&self, to: &mut DatasetWriter, wrote: &mut dyn FnMut(&Totals) -> ControlFlow<()>) -> Result<()> {
        let spec = &self.manifest.request;
        let whole = Split::new(spec, 0..spec.records);
        let mut pool = HashSet::new();
        let mut written = 0;
        for part in &self.parts {
            part.write(&whole, to, &mut pool, &mut |totals| {
                written += 1;
                wrote(totals).map_break(|()| written)
            })?;
        }
        Ok(())
    }
}

impl Part {
    fn open(folder: &Path) -> Result<Self> {
        let refuse = |problem: &str, fix: &str| Err(Error::request(named(folder), problem, fix));
        let Some(mut manifest) = Manifest::read(folder) else {
            return match super::is_unfinished(folder) {
                true => refuse("its run was cut off", "go on with it by `resume`"),
                false => refuse("it holds no dataset of this version", "name the folder of a part"),
            };
        };
        manifest.request = match manifest.request.checked() {
            Ok(request) => request,
            Err(why) => return refuse(&format!("the request in its manifest is none: {why}"), "make the part anew"),
        };
        match manifest.shard {
            Some(shard) if shard.records(manifest.request.records).is_ok() => {
                Ok(Self { folder: folder.to_owned(), manifest, shard })
            }
            _ => refuse("it holds a whole dataset", "name parts that were made with `shard`"),
        }
    }

    /// What all parts of a dataset have in common.
    fn common(&self) -> Result<serde_json::Value> {
        Manifest { shard: None, records: self.manifest.request.records, ..self.manifest.clone() }.identity()
    }

    fn refuse(&self, problem: impl Into<String>, fix: &str) -> Error {
        Error::request(named(&self.folder), problem, fix)
    }

    fn damaged(&self, file: &Path) -> Error {
        self.refuse(format!("{} is not as its manifest says", file.display()), "make the part anew")
    }

    fn write(
        &self,
        whole: &Split,
        to: &mut DatasetWriter,
        pool: &mut HashSet<String>,
        wrote: &mut dyn FnMut(&Totals) -> ControlFlow<u64>,
    ) -> Result<()> {
        let spec = &self.manifest.request;
        let records = self.shard.records(spec.records)?;
        let kinds = SeriesKind::all(&format::chosen(spec)?, &Split::new(spec, records.clone()));
        let mut readers: Vec<_> = kinds.iter().map(|kind| SeriesReader::finished(&self.folder, kind.clone())).collect();
        let mut digests: Vec<_> = kinds.into_iter().map(FileDigests::new).collect();
        for index in records {
            let mut texts = Vec::new();
            for reader in &mut readers {
                texts.push(reader.read(index).map_err(|_| self.damaged(reader.path()))?);
            }
            let own = self.folder.join(RECORDS);
            let record = texts.last().and_then(|text| serde_json::from_slice::<ListedRecord>(text).ok());
            let record = record.ok_or_else(|| self.damaged(&own))?;
            let items: Vec<_> = record.items().collect();
            let mut lines = Vec::new();
            for (text, digests) in texts.iter().zip(&mut digests) {
                let kind = digests.kind().clone();
                let payloads = if kind.file == RECORDS { Vec::new() } else { elide::payloads(text, &items) };
                lines.push(digests.line(index, text, payloads).around(kind.layout.around(whole.begins(index))));
            }
            let mut totals = record.totals();
            let files: BTreeSet<_> =
                items.iter().filter_map(|item| Some((item.file.as_deref()?, item.bytes))).collect();
            for (file, bytes) in files.into_iter().filter(|(file, _)| !pool.contains(*file)) {
                self.adopt((file, bytes), to)?;
                totals.written += bytes;
            }
            pool.extend(items.iter().filter(|item| item.pool.is_some()).filter_map(|item| item.file.clone()));
            let Some(record) = lines.pop() else { continue };
            totals.written += to.write(&Lines { formats: lines, record })?;
            if let ControlFlow::Break(written) = wrote(&totals) {
                return Err(Error::Interrupted { written });
            }
        }
        let found: Vec<_> = digests.into_iter().flat_map(FileDigests::finish).collect();
        self.check(&found)
    }

    /// Takes the file of an item, of so many bytes, into the whole. What stands in it is not read: `inspect` does that.
    fn adopt(&self, (file, bytes): (&str, u64), to: &DatasetWriter) -> Result<()> {
        let from = self.folder.join(file);
        let below = below_media(file).ok_or_else(|| self.damaged(&self.folder.join(RECORDS)))?;
        match fs::symlink_metadata(&from) {
            Ok(found) if found.is_file() && found.len() == bytes => to.adopt(&from, below),
            _ => Err(self.damaged(&from)),
        }
    }

    /// Holds the digests of what was read against the manifest. A packed file has a checksum of its own, which was looked at as it was
    /// read.
    fn check(&self, found: &[(String, String)]) -> Result<()> {
        let packed = self.manifest.request.files.compression.is_some();
        match digests::differs(found, &self.manifest.files, packed) {
            Some(name) => Err(self.damaged(&self.folder.join(name))),
            None => Ok(()),
        }
    }
}

fn named(folder: &Path) -> String {
    format!("part {}", folder.display())
}
