//! A folder with a manifest, and with the marker of a run that was cut off: what they hold is data, and leads to no panic.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use masque::dataset::{FinishedDataset, find_run, is_unfinished, reclaimable};

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("masque-folder-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    folder
});

fuzz_target!(|files: (&[u8], &[u8])| {
    let (manifest, marker) = files;
    for (name, bytes) in [("manifest.json", manifest), ("masque.partial", marker)] {
        let path = FOLDER.join(name);
        let _ = if bytes.is_empty() { std::fs::remove_file(path) } else { std::fs::write(path, bytes) };
    }
    let _ = (find_run(&FOLDER), is_unfinished(&FOLDER), reclaimable(&FOLDER));
    if let Ok(mut dataset) = FinishedDataset::open(&FOLDER) {
        let first = dataset.records().start;
        let _ = (dataset.read(first), dataset.take_faults(), dataset.places().of(0, first));
    }
});
