//! vLLM's `custom_audio` dataset: `{"prompt":"Transcribe","audio":"media/0000/000000_audio_0.wav","output_tokens":64}`.

use serde_json::Value;

use crate::dataset::content::{Content, TurnContent, number, string};
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    let Some(turn) = record.turns.first() else { return };
    line.open('{').key("prompt").value(turn.prompts.first().map_or("", |prompt| &prompt.text));
    turn.audios.first().inspect(|audio| _ = line.key("audio").item("", audio));
    if let Some(tokens) = turn.osl {
        line.key("output_tokens").value(&tokens);
    }
    line.close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    let (texts, osl) = (vec![string(record, "prompt")?], number(record, "output_tokens"));
    let media = [Vec::new(), string(record, "audio").into_iter().collect(), Vec::new()];
    Some(Content::of_turn(TurnContent { texts, osl, media, ..TurnContent::default() }))
}
