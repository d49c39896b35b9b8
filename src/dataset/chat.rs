//! Messages as OpenAI's chat API has them, which servers and many load generators take: text, and parts of content for media.
//! `audio_url` and `video_url` are vLLM's and SGLang's names for what that API has no name for, `uuid` vLLM's for an item that it may
//! have seen.

use serde_json::Value;

use crate::dataset::content::{Content, Part, TurnContent, string};
use crate::dataset::line::Line;
use crate::io::payload::Body;
use crate::record::{Item, Record, Turn};
use crate::spec::{MediaOrder, Modality, Spec};

/// The messages of a conversation up to and with its turn `last`: the system prompt, then what was said and answered.
pub(super) fn messages(record: &Record, last: usize, spec: &Spec, line: &mut Line) {
    line.open('[');
    if let Some(system) = &record.system {
        line.open('{').key("role").value("system").key("content").value(&system.text).close('}');
    }
    for turn in &record.turns[..last] {
        user(turn, spec, line);
        let answer = turn.answer.as_ref().map_or("", |answer| &answer.text);
        line.open('{').key("role").value("assistant").key("content").value(answer).close('}');
    }
    record.turns.get(last).inspect(|turn| user(turn, spec, line));
    line.close(']');
}

/// What a turn says: a text by itself, or parts.
fn user(turn: &Turn, spec: &Spec, line: &mut Line) {
    line.open('{').key("role").value("user").key("content");
    match (&turn.prompts[..], items(turn).next()) {
        ([only], None) => _ = line.value(&only.text),
        _ => content(turn, spec, line),
    }
    line.close('}');
}

/// A turn's parts: texts; images, audio, clips; in the order that is asked for.
pub(super) fn content(turn: &Turn, spec: &Spec, line: &mut Line) {
    line.open('[');
    let texts = turn.prompts.iter().map(|prompt| prompt.text.as_str());
    match spec.placement.order {
        MediaOrder::After => {
            texts.for_each(|part| text(part, line));
            media(items(turn), line);
        }
        MediaOrder::Before => {
            media(items(turn), line);
            texts.for_each(|part| text(part, line));
        }
        MediaOrder::Between => {
            let count = items(turn).count();
            let parts = if turn.prompts.len() == 1 { cut(&turn.prompts[0].text, count + 1) } else { texts.collect() };
            // Each item behind as large a share of the parts as of the items, and a part at the end.
            let (mut items, inner) = (items(turn), parts.len().saturating_sub(1));
            let mut placed = 0;
            for (number, part) in parts.iter().enumerate() {
                text(part, line);
                let share = if number < inner { (number + 1) * count / inner.max(1) } else { count };
                media(items.by_ref().take(share - placed), line);
                placed = share;
            }
            media(items, line);
        }
    }
    line.close(']');
}

fn text(text: &str, line: &mut Line) {
    line.open('{').key("type").value("text").key("text").value(text).close('}');
}

/// A text in so many parts of about the same length, or in fewer, which begin at spaces; one behind the other they are the text.
fn cut(text: &str, parts: usize) -> Vec<&str> {
    let (mut cut, mut rest) = (Vec::with_capacity(parts), text);
    for left in (2..=parts).rev() {
        let aim = rest.len() / left;
        let inner = rest.trim_end().len();
        let spaces = rest.char_indices().filter(|(at, c)| (1..inner).contains(at) && c.is_whitespace());
        let Some(place) = spaces.map(|(at, _)| at).min_by_key(|at| at.abs_diff(aim)) else { break };
        let (part, after) = rest.split_at(place);
        cut.push(part);
        rest = after;
    }
    cut.push(rest);
    cut
}

fn media<'a>(items: impl Iterator<Item = (Modality, &'a Item)>, line: &mut Line) {
    for (modality, item) in items {
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
        if let Some(uuid) = &item.uuid {
            line.key("uuid").value(uuid);
        }
        line.close('}');
    }
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

/// Messages, read back.
pub(super) fn read(messages: &Value) -> Option<Content<'_>> {
    let mut content = Content::default();
    for message in messages.as_array()? {
        let said = message.get("content")?;
        match string(message, "role")? {
            "system" => content.system = Some(said.as_str()?),
            "user" => content.turns.push(read_content(said)?),
            _ => content.turns.last_mut()?.answer = Some(said.as_str()?),
        }
    }
    Some(content)
}

/// What a turn says, read back: a text by itself, or parts.
pub(super) fn read_content(content: &Value) -> Option<TurnContent<'_>> {
    let mut turn = TurnContent::default();
    let Some(parts) = content.as_array() else {
        turn.texts.push(content.as_str()?);
        return Some(turn);
    };
    for part in parts {
        let kind = string(part, "type")?;
        let (modality, key) = match kind {
            "text" => {
                turn.texts.push(string(part, "text")?);
                turn.order.push(Part::Text);
                continue;
            }
            "image_url" => (Modality::Image, "url"),
            "audio_url" => (Modality::Audio, "url"),
            "input_audio" => (Modality::Audio, "data"),
            "video_url" => (Modality::Video, "url"),
            _ => return None,
        };
        turn.media[modality as usize].push(string(part.get(kind)?, key)?);
        turn.order.push(Part::Item(modality));
    }
    Some(turn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_cut_at_spaces_into_parts_of_a_size() {
        assert_eq!(cut("one two three four five six", 3), ["one two", " three four", " five six"]);
        assert_eq!(cut("one", 3), ["one"]);
        assert_eq!(cut("", 2), [""]);
        assert_eq!(cut("a b ", 2), ["a", " b "]);
    }

    proptest! {
        #[test]
        fn parts_are_the_text(text in "\\PC{0,60}", parts in 1_usize..9) {
            let cut = cut(&text, parts);
            prop_assert!(cut.len() <= parts);
            prop_assert_eq!(cut.concat(), text);
        }
    }
}
