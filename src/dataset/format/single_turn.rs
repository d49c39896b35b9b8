//! AIPerf `single_turn`: `{"texts":[…],"images":["data:image/png;base64,…"],"output_length":128,"session_id":"session_000000"}`.

use super::aiperf_media;
use crate::dataset::line::Line;
use crate::record::Record;

/// The record's only turn.
pub(super) fn record(record: &Record, line: &mut Line) {
    let Some(turn) = record.turns.first() else { return };
    line.open('{');
    if !turn.prompts.is_empty() {
        line.key("texts").open('[');
        turn.prompts.iter().for_each(|prompt| _ = line.value(&prompt.text));
        line.close(']');
    }
    aiperf_media(line, &turn.images, &turn.audios, &turn.videos);
    if let Some(tokens) = turn.osl {
        line.key("output_length").value(&tokens);
    }
    line.key("session_id").value(&record.session_id());
    line.close('}');
}
