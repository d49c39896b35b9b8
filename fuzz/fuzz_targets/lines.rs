//! Lines of a dataset, as `records.jsonl` and each format have them, and payloads in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use masque::dataset::ReadRecord;
use masque::dataset::format::FORMATS;

fuzz_target!(|lines: (&[u8], &[u8])| {
    let (line, text) = lines;
    let formats = vec![Some(text.to_vec())];
    let mut record = ReadRecord { index: 0, formats, line: line.to_vec(), listed: None, payloads: Vec::new() };
    record.parse();
    let _ = record.totals();
    let Some(elided) = record.elided(0) else { return };
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(&elided) else { return };
    for format in FORMATS {
        let _ = (format.read)(&value);
    }
});
