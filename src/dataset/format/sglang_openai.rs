//! SGLang's `openai` dataset: `{"messages":[{"role":"user","content":"Hi"}],"max_tokens":128}`.

use crate::dataset::chat;
use crate::dataset::line::Line;
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
