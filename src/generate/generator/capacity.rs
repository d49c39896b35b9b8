//! What a request needs beside what the machine has: how many threads a run gets, and whether it can be made at all. Said before
//! anything is written.

use std::path::Path;

use super::demand::{self, Need};
use crate::dataset;
use crate::error::{Error, Result};
use crate::io::bytes::Bytes;
use crate::io::machine;
use crate::spec::{Media, Spec};

/// Threads that a core has work for: they wait for disks and graphics cards by turns.
const THREADS_PER_CORE: usize = 4;

/// Bytes of the program itself: its code, the corpus, the tables of a tokenizer.
const PROGRAM: f64 = 120e6;

/// What of the available memory a run may take where nobody says.
const SHARE_OF_MEMORY: f64 = 0.75;

/// A number of bytes below which nobody asks where they go.
const LARGE: f64 = 1e9;

/// Threads of a run, 1.., and why there are fewer than were asked for.
pub(super) fn threads(spec: &Spec, asked: Option<usize>, memory_limit: Option<u64>) -> Result<(usize, Option<String>)> {
    let cores = machine::cores();
    let (wanted, useful) = (asked.unwrap_or(cores), cores.saturating_mul(THREADS_PER_CORE));
    let by_memory = by_memory(&demand::needs(spec), &spec.media, memory_limit)?;
    let threads = wanted.min(useful).min(by_memory);
    let why = match threads {
        _ if threads == wanted => return Ok((threads, None)),
        _ if threads == by_memory => "more do not fit into memory; `memory_limit` raises it".to_owned(),
        _ => format!("more are of no use to {cores} cores"),
    };
    Ok((threads, Some(format!("`jobs`: {threads} threads instead of {wanted}: {why}"))))
}

/// Threads that the memory is enough for.
fn by_memory(needs: &[Need], media: &Media, limit: Option<u64>) -> Result<usize> {
    let available = || machine::memory().map(|bytes| (bytes as f64 * SHARE_OF_MEMORY) as u64);
    let Some(limit) = limit.or_else(available) else { return Ok(usize::MAX) };
    let left = limit as f64 - PROGRAM;
    if left <= 0.0 {
        let (found, program) = (Bytes(limit), Bytes(PROGRAM as u64));
        let problem = format!("{found}, of which masque itself takes about {program}");
        return Err(Error::request("memory_limit", problem, "give 256M or more"));
    }
    // One item is made at a time; a thread's finished records wait, and so do as many that it has run ahead by.
    let making = needs.iter().map(|need| need.making).fold(0.0, f64::max);
    let thread = making + needs.iter().map(|need| 2.0 * need.waiting).sum::<f64>();
    if thread <= left {
        return Ok((left / thread.max(1.0)) as usize);
    }
    let bytes = |need: &&Need| need.making + 2.0 * need.waiting;
    let Some(hungriest) = needs.iter().max_by(|a, b| bytes(a).total_cmp(&bytes(b))) else { return Ok(1) };
    Err(too_much_memory(hungriest, media, PROGRAM + thread, limit, left / thread))
}

/// `fits` is the part of the memory that there is.
fn too_much_memory(of: &Need, media: &Media, need: f64, limit: u64, fits: f64) -> Error {
    let (need, limit) = (Bytes(need as u64), Bytes(limit));
    let problem = format!("a record takes about {need} of memory in a worker, and {limit} may be used");
    let largest = (of.largest * fits.max(0.0).powf(1.0 / of.power)).floor();
    let fix = match media {
        Media::Inline if of.waiting > of.making => "use `media` files or fewer items".to_owned(),
        _ if largest < 1.0 => "give it more memory".to_owned(),
        _ => format!("about {largest} {} fit", of.unit),
    };
    Error::request(of.field, problem, format!("{fix}, or raise `memory_limit`"))
}

/// Checks that the folder's disk has room for the dataset. Returns what it will take, in a line for the user, where that is known
/// or large.
///
/// # Errors
/// [`Error::Request`] when it cannot fit.
pub(super) fn disk(spec: &Spec, records: u64, folder: &Path) -> Result<Option<String>> {
    let (record, known) = demand::disk(spec);
    let bytes = record * records as f64;
    let about = if known { "about" } else { "at least" };
    let free = machine::free_disk(folder).map(|free| free + dataset::reclaimable(folder));
    if let Some(free) = free.filter(|free| bytes > *free as f64) {
        let (total, free_bytes) = (Bytes(bytes as u64), Bytes(free));
        let problem = format!("{records} records take {about} {total}, and {} has {free_bytes} free", folder.display());
        return Err(match (free as f64 / record) as u64 {
            0 => Error::request("folder", problem, "not one record fits: name another folder, or make smaller items"),
            fit => Error::request("records", problem, format!("{fit} records fit; or name another folder")),
        });
    }
    let worth_saying = known || bytes >= LARGE;
    Ok(worth_saying.then(|| format!("{about} {} to write", Bytes(bytes as u64))))
}
