//! ShareGPT's file, one array, which vLLM, SGLang and inference-perf read:
//! `[{"id":"session_000000","conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello."}]}]`. How much is asked for is
//! the length of the answer.

use serde_json::Value;

use crate::dataset::content::{Content, TurnContent, string};
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

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    let mut content = Content { session: string(record, "id"), ..Content::default() };
    for said in record.get("conversations")?.as_array()? {
        let text = string(said, "value")?;
        match string(said, "from")? {
            "human" => content.turns.push(TurnContent { texts: vec![text], ..TurnContent::default() }),
            _ => content.turns.last_mut()?.answer = Some(text),
        }
    }
    Some(content)
}
