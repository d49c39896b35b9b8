//! AIPerf `inputs_json`: one document, `{"data":[{"session_id":"session_000000","payloads":[{…},{…}]}]}`, whose payloads are whole
//! bodies that are sent as they are. A later turn's body has the turns before it, each with an answer made up for it.

use crate::dataset::body;
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The whole conversation.
pub(super) fn record(record: &Record, spec: &Spec, line: &mut Line) {
    line.open('{').key("session_id").value(&record.session_id()).key("payloads").open('[');
    (0..record.turns.len()).for_each(|turn| body::write(record, turn, spec, line));
    line.close(']').close('}');
}
