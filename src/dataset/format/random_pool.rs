//! AIPerf `random_pool`: `{"texts":[…],"images":["data:image/png;base64,…"]}`. AIPerf draws from the lines; there is no session, no
//! pause and no output length.

use serde_json::Value;

use crate::dataset::aiperf;
use crate::dataset::content::Content;
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    let Some(turn) = record.turns.first() else { return };
    line.open('{');
    aiperf::content(turn, line);
    line.close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    aiperf::read(record).map(Content::of_turn)
}
