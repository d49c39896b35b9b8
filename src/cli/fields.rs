//! The flag of each field that the library names in an error.

/// Fields of a request and of how it is run, and their flags: of several, one that was typed is meant, or the first.
const FIELDS: [(&str, &[&str]); 61] = [
    ("records", &["--num-dataset-entries"]),
    ("formats", &["--format"]),
    ("media", &["--media"]),
    ("media.url.prefix", &["--media-url-prefix"]),
    ("body.model", &["--model"]),
    ("body.extra", &["--extra-inputs"]),
    ("arrival_rate", &["--request-rate"]),
    ("reuse.rate", &["--media-reuse-rate"]),
    ("reuse.pool", &["--media-pool-size"]),
    ("conversation.turns", &["--conversation-turn-mean"]),
    ("conversation.delay_ms", &["--conversation-turn-delay-mean"]),
    ("text.tokenizer", &["--tokenizer"]),
    ("hub.offline", &["--offline"]),
    ("text.corpus", &["--corpus"]),
    ("text.isl", &["--prompt-input-tokens-mean"]),
    ("text.osl", &["--prompt-output-tokens-mean"]),
    ("text.pairs", &["--seq-dist"]),
    ("text.batch", &["--prompt-batch-size"]),
    ("text.prefixes.size", &["--prompt-prefix-pool-size"]),
    ("text.prefixes.length", &["--prompt-prefix-length"]),
    ("text.prefixes.system", &["--shared-system-prompt-length"]),
    ("text.prefixes.user_context", &["--user-context-prompt-length"]),
    ("text.system_prompt", &["--system-prompt"]),
    ("text.cache_bust", &["--cache-bust"]),
    ("image.width", &["--image-width-mean"]),
    ("image.height", &["--image-height-mean"]),
    ("image.count", &["--image-batch-size", "--image-count-max"]),
    ("audio.count", &["--audio-batch-size", "--audio-count-max"]),
    ("video.count", &["--video-batch-size", "--video-count-max"]),
    ("image.source", &["--image-source"]),
    ("image.formats", &["--image-format"]),
    ("image.quality", &["--image-quality"]),
    ("audio.seconds", &["--audio-length-mean"]),
    ("audio.sample_rates", &["--audio-sample-rates"]),
    ("audio.bit_depths", &["--audio-depths"]),
    ("audio.channels", &["--audio-num-channels"]),
    ("audio.formats", &["--audio-format"]),
    ("video.seconds", &["--video-duration"]),
    ("video.rate", &["--video-fps"]),
    ("video.rates", &["--video-fps"]),
    ("video.container", &["--video-format"]),
    ("video.fallback", &["--encoder-fallback"]),
    ("video.options", &["--video-encoder-option"]),
    ("video.track.codec", &["--video-audio-codec"]),
    ("video.track.sample_rate", &["--video-audio-sample-rate"]),
    ("folder", &["--output"]),
    ("adapter", &["--gpu-adapter"]),
    ("overwrite", &["--overwrite"]),
    ("text.literals", &["--prompt", "--prompt-file"]),
    ("placement.order", &["--media-order"]),
    ("placement.images", &["--image-turns"]),
    ("placement.audios", &["--audio-turns"]),
    ("placement.videos", &["--video-turns"]),
    ("placement.window", &["--image-window"]),
    ("video.as_frames", &["--video-as"]),
    ("model_families", &["--model-family"]),
    ("servers", &["--for"]),
    ("html", &["--html"]),
    ("parts", &["DIR"]),
    ("files.lines", &["--lines-per-file"]),
    ("files.compression", &["--compress"]),
];

/// The flag of a field, such as `--video-duration-max` of `video.seconds.max`.
pub(super) fn flag(field: &str, typed: impl Fn(&str) -> bool) -> String {
    if field.starts_with('-') || field.contains([' ', '[']) {
        return field.to_owned(); // a flag already, no field at all, or a share's, told by its own names
    }
    if let Some((_, flags)) = FIELDS.iter().find(|(name, _)| *name == field) {
        let flag = flags.iter().find(|flag| typed(flag)).unwrap_or(&flags[0]);
        return (*flag).to_owned();
    }
    let bound = field.rsplit_once('.').filter(|(_, end)| matches!(*end, "min" | "max"));
    match bound {
        Some((field, end)) => format!("{}-{end}", flag(field, typed).trim_end_matches("-mean")),
        // The rest are called alike.
        None => format!("--{}", field.replace(['.', '_'], "-")),
    }
}

/// A text with the flag of each field that it names between backticks.
pub(super) fn flags(text: &str, typed: impl Fn(&str) -> bool) -> String {
    let mut parts = text.split('`');
    let mut flags = parts.next().unwrap_or_default().to_owned();
    while let Some(name) = parts.next() {
        let is_field = is_field(name);
        let rest = parts.next();
        flags += &match rest {
            Some(_) if is_field => flag(name, &typed),
            Some(_) => format!("`{name}`"),
            None => format!("`{name}"),
        };
        flags += rest.unwrap_or_default();
    }
    flags
}

/// Fields of one word that are called like their flags; between backticks other words stand too, such as those of a JSON parser.
const ALIKE: [&str; 8] =
    ["jobs", "memory_limit", "max_payload_bytes", "backend", "overwrite", "hub", "resume", "shard"];

fn is_field(name: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
    let known = || FIELDS.iter().any(|(field, _)| *field == name) || ALIKE.contains(&name);
    name.split('.').all(word) && (name.contains('.') || known())
}
