//! vLLM's `custom_image` dataset: `{"content":[{"type":"text","text":"Hi"},{"type":"image_url","image_url":{"url":"data:…"}}]}`.

use serde_json::Value;

use crate::dataset::chat;
use crate::dataset::content::Content;
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, spec: &Spec, line: &mut Line) {
    line.open('{').key("content");
    record.turns.first().inspect(|turn| chat::content(turn, spec, line));
    line.close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    chat::read_content(record.get("content")?).map(Content::of_turn)
}
