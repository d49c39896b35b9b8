//! AIPerf `inputs_json`: one document, `{"data":[{"session_id":"session_000000","payloads":[{…},{…}]}]}`, whose payloads are whole
//! bodies that are sent as they are. A later turn's body has the turns before it, each with an answer made up for it.

use serde_json::Value;

use crate::dataset::body;
use crate::dataset::content::{Content, string};
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The whole conversation.
pub(super) fn record(record: &Record, spec: &Spec, line: &mut Line) {
    line.open('{').key("session_id").value(&record.session_id()).key("payloads").open('[');
    (0..record.turns.len()).for_each(|turn| body::write(record, turn, spec, line));
    line.close(']').close('}');
}

/// The same, read back: of each body the turn that it adds to those before, and the answer to the last of these.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    let mut content = Content { session: string(record, "session_id"), ..Content::default() };
    for payload in record.get("payloads")?.as_array()? {
        let mut body = body::read(payload)?;
        content.system = body.system;
        let turn = body.turns.pop()?;
        if let (Some(before), Some(answered)) = (body.turns.pop(), content.turns.last_mut()) {
            answered.answer = before.answer;
        }
        content.turns.push(turn);
    }
    Some(content)
}
