//! ShareGPT's file, one array, which vLLM, SGLang and inference-perf read:
//! `[{"id":"session_000000","conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello."}]}]`. How much is asked for is
//! the length of the answer.

use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The whole conversation.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    line.open('{').key("id").value(&record.session_id()).key("conversations").open('[');
    for turn in &record.turns {
        for (from, said) in [("human", turn.prompts.first()), ("gpt", turn.answer.as_ref())] {
            let text = said.map_or("", |said| &said.text);
            line.open('{').key("from").value(from).key("value").value(text).close('}');
        }
    }
    line.close(']').close('}');
}
