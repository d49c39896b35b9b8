//! The body of a request to OpenAI's chat API.

use serde_json::Value;

use crate::dataset::chat;
use crate::dataset::content::{Content, number};
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The body for a record's turn, with the turns before it.
pub(super) fn write(record: &Record, turn: usize, spec: &Spec, line: &mut Line) {
    line.open('{').key("model").value(spec.body.model.as_deref().unwrap_or_default()).key("messages");
    chat::messages(record, turn, spec, line);
    if let Some(tokens) = record.turns.get(turn).and_then(|turn| turn.osl) {
        line.key("max_tokens").value(&tokens);
    }
    for (key, value) in &spec.body.extra {
        line.named(key).value(value);
    }
    line.close('}');
}

/// The same, read back.
pub(super) fn read(body: &Value) -> Option<Content<'_>> {
    let mut content = chat::read(body.get("messages")?)?;
    content.turns.last_mut()?.osl = number(body, "max_tokens");
    Some(content)
}
