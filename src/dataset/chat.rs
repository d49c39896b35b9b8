//! Messages as OpenAI's chat API has them, which servers and many load generators take: text, and parts of content for media.
//! `audio_url` and `video_url` are vLLM's and SGLang's names for what that API has no name for.

use crate::dataset::line::Line;
use crate::io::payload::Body;
use crate::record::{Item, Record, Turn};
use crate::spec::Modality;

/// The messages of a conversation up to and with its turn `last`: the system prompt, then what was said and answered.
pub(super) fn messages(record: &Record, last: usize, line: &mut Line) {
    line.open('[');
    if let Some(system) = &record.system {
        line.open('{').key("role").value("system").key("content").value(&system.text).close('}');
    }
    for turn in &record.turns[..last] {
        user(turn, line);
        let answer = turn.answer.as_ref().map_or("", |answer| &answer.text);
        line.open('{').key("role").value("assistant").key("content").value(answer).close('}');
    }
    record.turns.get(last).inspect(|turn| user(turn, line));
    line.close(']');
}

/// What a turn says: a text by itself, or parts.
fn user(turn: &Turn, line: &mut Line) {
    line.open('{').key("role").value("user").key("content");
    match (&turn.prompts[..], items(turn).next()) {
        ([only], None) => _ = line.value(&only.text),
        _ => content(turn, line),
    }
    line.close('}');
}

/// A turn's parts: texts, images, audio, clips.
pub(super) fn content(turn: &Turn, line: &mut Line) {
    line.open('[');
    for prompt in &turn.prompts {
        line.open('{').key("type").value("text").key("text").value(&prompt.text).close('}');
    }
    for (modality, item) in items(turn) {
        line.open('{').key("type");
        match (modality, &item.payload.body) {
            (Modality::Image, _) => url(line, "image_url", item),
            (Modality::Video, _) => url(line, "video_url", item),
            (Modality::Audio, Body::File(_)) => url(line, "audio_url", item),
            (Modality::Audio, _) => {
                line.value("input_audio").key("input_audio").open('{').key("data").item("", item);
                line.key("format").value(item.metadata.format()).close('}');
            }
        }
        line.close('}');
    }
    line.close(']');
}

/// The type of a part that is an address, and the address: a data URL where the item stands in the line.
fn url(line: &mut Line, kind: &str, item: &Item) {
    line.value(kind).key(kind).open('{').key("url").item(&data_url(item), item).close('}');
}

/// A data URL up to its base64 text.
pub(super) fn data_url(item: &Item) -> String {
    format!("data:{};base64,", item.metadata.mime())
}

fn items(turn: &Turn) -> impl Iterator<Item = (Modality, &Item)> {
    let of = |modality| move |item| (modality, item);
    let images = turn.images.iter().map(of(Modality::Image));
    images.chain(turn.audios.iter().map(of(Modality::Audio))).chain(turn.videos.iter().map(of(Modality::Video)))
}
