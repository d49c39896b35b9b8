//! AIPerf `multi_turn`: `{"session_id":"session_000000","turns":[{"texts":["Hi"]},{"texts":["And?"],"delay":1000}]}`. A system
//! prompt is a turn of its own before them: `{"role":"system","texts":["Be brief."]}`. AIPerf sends it with every request of the
//! conversation, as long as that turn has neither delay nor output length nor media.

use serde_json::Value;

use crate::dataset::aiperf;
use crate::dataset::content::{Content, string, strings};
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The whole conversation.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    line.open('{').key("session_id").value(&record.session_id()).key("turns").open('[');
    if let Some(system) = &record.system {
        line.open('{').key("role").value(&"system");
        line.key("texts").open('[').value(&system.text).close(']').close('}');
    }
    for turn in &record.turns {
        line.open('{');
        aiperf::content(turn, line);
        if let Some(milliseconds) = turn.delay_ms {
            line.key("delay").value(&milliseconds);
        }
        if let Some(tokens) = turn.osl {
            line.key("output_length").value(&tokens);
        }
        line.close('}');
    }
    line.close(']').close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    let mut content = Content { session: string(record, "session_id"), ..Content::default() };
    for turn in record.get("turns")?.as_array()? {
        match string(turn, "role") {
            Some(_) => content.system = strings(turn, "texts")?.first().copied(),
            None => content.turns.push(aiperf::read(turn)?),
        }
    }
    Some(content)
}
