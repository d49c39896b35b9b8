//! SGLang's `openai` dataset: `{"messages":[{"role":"user","content":"Hi"}],"max_tokens":128}`.

use serde_json::Value;

use crate::dataset::content::Content;
use crate::dataset::line::Line;
use crate::dataset::{body, chat};
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, spec: &Spec, line: &mut Line) {
    line.open('{').key("messages");
    chat::messages(record, 0, spec, line);
    if let Some(tokens) = record.turns.first().and_then(|turn| turn.osl) {
        line.key("max_tokens").value(&tokens);
    }
    line.close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    body::read(record)
}
