//! AIPerf `raw_payload`: the body of a request a line, which is sent as it is:
//! `{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":128}`.

use serde_json::Value;

use crate::dataset::body;
use crate::dataset::content::Content;
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, spec: &Spec, line: &mut Line) {
    body::write(record, 0, spec, line);
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    body::read(record)
}
