//! GuideLLM's JSON file: `{"prompt":"Hi","image":{"type":"image_base64","image":"data:…","image_pixels":N,"image_bytes":N},
//! "output_tokens_count":128}`. What is such a struct already, GuideLLM sends as it is; of a path or data URL by itself it decodes and
//! encodes the image anew.

use serde_json::Value;

use crate::dataset::chat::data_url;
use crate::dataset::content::{Content, TurnContent, number, string};
use crate::dataset::line::Line;
use crate::io::payload::Body;
use crate::record::{Item, Metadata, Record};
use crate::spec::Spec;

/// The record's only turn.
pub(super) fn record(record: &Record, _spec: &Spec, line: &mut Line) {
    let Some(turn) = record.turns.first() else { return };
    line.open('{');
    if let Some(system) = &record.system {
        line.key("system_prompt").value(&system.text);
    }
    if let Some(prompt) = turn.prompts.first() {
        line.key("prompt").value(&prompt.text).key("prompt_tokens_count").value(&prompt.tokens);
    }
    turn.images.first().inspect(|image| item(line, "image", image));
    turn.videos.first().inspect(|video| item(line, "video", video));
    if let Some(tokens) = turn.osl {
        line.key("output_tokens_count").value(&tokens);
    }
    line.close('}');
}

fn item(line: &mut Line, kind: &str, item: &Item) {
    let how = if matches!(item.payload.body, Body::File(_)) { "url" } else { "base64" };
    line.key(kind).open('{').key("type").value(&format!("{kind}_{how}")).key(kind).item(&data_url(item), item);
    match &item.metadata {
        Metadata::Image { width, height, .. } => {
            line.key("image_pixels").value(&(u64::from(*width) * u64::from(*height)));
        }
        Metadata::Video { frames, seconds, .. } => {
            line.key("video_frames").value(frames).key("video_seconds").value(seconds);
        }
        Metadata::Audio { .. } => {}
    }
    line.key(&format!("{kind}_bytes")).value(&item.payload.bytes).close('}');
}

/// The same, read back.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    let item = |kind: &str| match record.get(kind) {
        None => Some(Vec::new()),
        Some(item) => Some(vec![string(item, kind)?]),
    };
    let turn = TurnContent {
        texts: string(record, "prompt").into_iter().collect(),
        isl: number(record, "prompt_tokens_count"),
        osl: number(record, "output_tokens_count"),
        media: [item("image")?, Vec::new(), item("video")?],
        ..TurnContent::default()
    };
    Some(Content { system: string(record, "system_prompt"), ..Content::of_turn(turn) })
}
