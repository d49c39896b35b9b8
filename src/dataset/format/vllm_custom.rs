//! vLLM's `custom` dataset: `{"prompt":"Hi","output_tokens":128}`.

use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    let Some(turn) = record.turns.first() else { return };
    line.open('{').key("prompt").value(turn.prompts.first().map_or("", |prompt| &prompt.text));
    if let Some(tokens) = turn.osl {
        line.key("output_tokens").value(&tokens);
    }
    line.close('}');
}
