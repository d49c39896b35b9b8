//! AIPerf `single_turn`: `{"texts":[…],"images":["data:image/png;base64,…"],"output_length":128,"session_id":"session_000000"}`.

use serde_json::Value;

use crate::dataset::aiperf;
use crate::dataset::content::{Content, string};
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    let Some(turn) = record.turns.first() else { return };
    line.open('{');
    aiperf::content(turn, line);
    if let Some(tokens) = turn.osl {
        line.key("output_length").value(&tokens);
    }
    line.key("session_id").value(&record.session_id()).close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    Some(Content { session: string(record, "session_id"), ..Content::of_turn(aiperf::read(record)?) })
}
