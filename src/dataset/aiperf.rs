//! A turn as AIPerf's own formats have it: `"texts":[…],"images":[…],"audios":[…],"videos":[…]`.

use serde_json::Value;

use crate::dataset::chat::data_url;
use crate::dataset::content::{TurnContent, number, strings};
use crate::dataset::line::Line;
use crate::record::Turn;

/// A turn's prompts and media. An image or a clip is a data URL or a file; an audio item is `wav,<base64>` or a file, since AIPerf
/// takes no `data:audio/` URL.
pub(super) fn content(turn: &Turn, line: &mut Line) {
    if !turn.prompts.is_empty() {
        line.key("texts").open('[');
        turn.prompts.iter().for_each(|prompt| _ = line.value(&prompt.text));
        line.close(']');
    }
    for (key, items) in [("images", &turn.images), ("audios", &turn.audios), ("videos", &turn.videos)] {
        if items.is_empty() {
            continue;
        }
        line.key(key).open('[');
        for item in items {
            let inline = if key == "audios" { format!("{},", item.metadata.format()) } else { data_url(item) };
            line.item(&inline, item);
        }
        line.close(']');
    }
}

/// The same, read back.
pub(super) fn read(turn: &Value) -> Option<TurnContent<'_>> {
    Some(TurnContent {
        texts: strings(turn, "texts")?,
        osl: number(turn, "output_length"),
        media: [strings(turn, "images")?, strings(turn, "audios")?, strings(turn, "videos")?],
        ..TurnContent::default()
    })
}
