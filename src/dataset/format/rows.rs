//! The rows of the table: what each reader takes.

use super::takes::{Needs, Takes};
use super::{Format, Layout, Osl, mooncake_trace};
use crate::spec::{AudioFormat, ImageFormat, Lengths, Media, Prefixes, Spec, VideoFormat};

/// Every format, in the order of the help.
pub const FORMATS: &[Format] = &[
    Format {
        name: "single_turn",
        file: "single_turn.jsonl",
        help: "AIPerf: one request a line",
        command: "aiperf profile --model {model} --url URL --endpoint-type chat --input-file {file} --custom-dataset-type single_turn --conversation-num {records}",
        record: super::single_turn::record,
        read: super::single_turn::read,
        ..AIPERF
    },
    Format {
        name: "multi_turn",
        file: "multi_turn.jsonl",
        help: "AIPerf: one conversation a line",
        command: "aiperf profile --model {model} --url URL --endpoint-type chat --input-file {file} --custom-dataset-type multi_turn --conversation-num {records}",
        turns: true,
        system: true,
        delays: true,
        record: super::multi_turn::record,
        read: super::multi_turn::read,
        ..AIPERF
    },
    Format {
        name: "random_pool",
        file: "random_pool.jsonl",
        help: "AIPerf: requests to draw from",
        command: "aiperf profile --model {model} --url URL --endpoint-type chat --input-file {file} --custom-dataset-type random_pool --conversation-num {records}",
        osl: Osl::Nowhere,
        record: super::random_pool::record,
        read: super::random_pool::read,
        ..AIPERF
    },
    Format {
        name: "inputs_json",
        file: "inputs.json",
        help: "AIPerf: one document of whole request bodies, with made-up answers between turns",
        command: "aiperf profile --model {model} --url URL --endpoint-type chat --input-file {file} --custom-dataset-type inputs_json --conversation-num {records}",
        layout: Layout::DATA,
        turns: true,
        osl: Osl::Each,
        record: super::inputs_json::record,
        read: super::inputs_json::read,
        ..BODIES
    },
    Format {
        name: "raw_payload",
        file: "raw_payload.jsonl",
        help: "AIPerf: a whole request body a line",
        command: "aiperf profile --model {model} --url URL --endpoint-type chat --input-file {file} --custom-dataset-type raw_payload --conversation-num {records}",
        record: super::raw_payload::record,
        read: super::raw_payload::read,
        ..BODIES
    },
    Format {
        name: "vllm_custom",
        file: "vllm_custom.jsonl",
        help: "vLLM bench: prompts",
        command: "vllm bench serve --backend openai-chat --base-url URL --endpoint /v1/chat/completions --model {model} --dataset-name custom --dataset-path {file} --num-prompts {records} --disable-shuffle --skip-chat-template --custom-output-len -1",
        osl: Osl::Required,
        record: super::vllm_custom::record,
        read: super::vllm_custom::read,
        ..TEXT
    },
    Format {
        name: "vllm_custom_image",
        file: "vllm_custom_image.jsonl",
        help: "vLLM bench: prompts with images",
        command: "vllm bench serve --backend openai-chat --base-url URL --endpoint /v1/chat/completions --model {model} --dataset-name custom_image --dataset-path {file} --num-prompts {records} --disable-shuffle --custom-output-len {osl}",
        prompts: true,
        text: Needs::Takes,
        osl: Osl::OneForAll,
        parts: true,
        images: Takes { count: (1, u64::MAX), files: &[], ..ANY_IMAGE },
        record: super::vllm_custom_image::record,
        read: super::vllm_custom_image::read,
        ..TEXT
    },
    Format {
        name: "vllm_custom_audio",
        file: "vllm_custom_audio.jsonl",
        help: "vLLM bench: prompts with audio, from files",
        command: "vllm bench serve --backend openai-chat --base-url URL --endpoint /v1/chat/completions --model {model} --dataset-name custom_audio --dataset-path {file} --num-prompts {records} --disable-shuffle --enable-multimodal-chat --custom-output-len -1",
        osl: Osl::Required,
        audio: Takes { count: (1, 1), inline: &[], urls: &[], files: &AudioFormat::ALL },
        note: |_| {
            Some(
                "vLLM's bench decodes audio and sends it as WAV of 16 bits: servers get other bytes than records.jsonl has",
            )
        },
        record: super::vllm_custom_audio::record,
        read: super::vllm_custom_audio::read,
        ..TEXT
    },
    Format {
        name: "guidellm",
        sizes: true,
        file: "guidellm.jsonl",
        help: "GuideLLM: a request a line, whose media it does not encode again",
        command: "guidellm run --backend kind=openai_http,target=URL --profile kind=concurrent,streams=8 --data kind=json_file,path={file}",
        system: true,
        text: Needs::Takes,
        osl: Osl::Each,
        images: Takes { count: (0, 1), files: &[], ..ANY_IMAGE },
        video: Takes { count: (0, 1), files: &[], ..ANY_VIDEO },
        record: super::guidellm::record,
        read: super::guidellm::read,
        ..TEXT
    },
    Format {
        name: "sglang_openai",
        file: "sglang_openai.jsonl",
        help: "SGLang bench: messages",
        command: "python -m sglang.benchmark.serving --backend sglang-oai-chat --base-url URL --model {model} --dataset-name openai --dataset-path {file} --num-prompts {records}",
        bodies: false,
        record: super::sglang_openai::record,
        read: super::sglang_openai::read,
        ..BODIES
    },
    Format {
        name: "sharegpt",
        file: "sharegpt.json",
        help: "vLLM and SGLang bench, inference-perf: one document of prompts and made-up answers",
        command: "vllm bench serve --backend vllm --base-url URL --model {model} --dataset-name sharegpt --dataset-path {file} --num-prompts {records} --disable-shuffle",
        layout: Layout::ARRAY,
        turns: true,
        osl: Osl::Answers,
        note: sharegpt_note,
        record: super::sharegpt::record,
        read: super::sharegpt::read,
        ..TEXT
    },
    Format {
        name: "mooncake_trace",
        file: "mooncake_trace.jsonl",
        help: "AIPerf, SGLang bench: when requests come, how long they are and what prefixes they share",
        command: "aiperf profile --model {model} --url URL --endpoint-type chat --input-file {file} --custom-dataset-type mooncake_trace --fixed-schedule",
        osl: Osl::Each,
        arrivals: Needs::Requires,
        note: |spec| {
            let prefixes = spec.text.as_ref().map(|text| &text.prefixes);
            let cut = matches!(prefixes, Some(Prefixes::Pool { length, .. }) if !length.is_multiple_of(mooncake_trace::BLOCK));
            Some(match cut {
                true => {
                    "a trace's reader makes texts of its own, which share whole blocks of 512 tokens: the rest of each shared prefix is not shared"
                }
                false => {
                    "a trace's reader makes texts of its own, of the lengths and shared blocks that the trace tells"
                }
            })
        },
        record: super::mooncake_trace::record,
        read: super::mooncake_trace::read,
        ..TEXT
    },
];

const ANY_IMAGE: Takes<ImageFormat> =
    Takes { count: (0, u64::MAX), inline: &ImageFormat::ALL, files: &ImageFormat::ALL, urls: &ImageFormat::ALL };

const ANY_AUDIO: Takes<AudioFormat> =
    Takes { count: (0, u64::MAX), inline: &AudioFormat::ALL, files: &AudioFormat::ALL, urls: &AudioFormat::ALL };

const ANY_VIDEO: Takes<VideoFormat> =
    Takes { count: (0, u64::MAX), inline: &VideoFormat::ALL, files: &VideoFormat::ALL, urls: &VideoFormat::ALL };

/// A prompt a record, and nothing else.
const TEXT: Format = Format {
    name: "",
    file: "",
    help: "",
    command: "",
    layout: Layout::LINES,
    turns: false,
    system: false,
    prompts: false,
    text: Needs::Requires,
    osl: Osl::Nowhere,
    delays: false,
    arrivals: Needs::Refuses,
    bodies: false,
    parts: false,
    sizes: false,
    images: Takes::NONE,
    audio: Takes::NONE,
    video: Takes::NONE,
    note: |_| None,
    record: super::vllm_custom::record,
    read: super::vllm_custom::read,
};

/// What AIPerf's own formats have in common. It loads audio as WAV and MP3 only, and sends none by its address.
const AIPERF: Format = Format {
    prompts: true,
    text: Needs::Takes,
    osl: Osl::Each,
    images: Takes { files: &[ImageFormat::Png, ImageFormat::Jpeg], ..ANY_IMAGE },
    audio: Takes {
        inline: &[AudioFormat::Wav, AudioFormat::Mp3],
        files: &[AudioFormat::Wav, AudioFormat::Mp3],
        urls: &[],
        ..ANY_AUDIO
    },
    video: ANY_VIDEO,
    note: |spec| {
        (spec.image.is_some() && spec.media == Media::Files).then_some(
            "AIPerf encodes images in files again before it sends them: servers get other bytes than records.jsonl has; \
            with `media` inline they get the same",
        )
    },
    ..TEXT
};

/// What goes to a server as it is, which knows nothing of the dataset's folder: media stand inline or have an address, of which
/// `file:///…` is one.
const BODIES: Format = Format {
    system: true,
    prompts: true,
    text: Needs::Takes,
    osl: Osl::Each,
    bodies: true,
    parts: true,
    images: Takes { files: &[], ..ANY_IMAGE },
    audio: Takes { files: &[], ..ANY_AUDIO },
    video: Takes { files: &[], ..ANY_VIDEO },
    ..TEXT
};

/// vLLM's bench leaves out prompts of more than 1,024 tokens, and those of more than 2,048 with their answer; nobody says so.
fn sharegpt_note(spec: &Spec) -> Option<&'static str> {
    let longest = match &spec.text.as_ref()?.lengths {
        Lengths::Independent { isl, osl } => (isl.bounds().1, osl.as_ref().map_or(0.0, |osl| osl.bounds().1)),
        Lengths::Pairs(pairs) => pairs.iter().fold((0.0, 0.0), |(isl, osl), (_, pair)| {
            (f64::max(isl, pair.isl.bounds().1), f64::max(osl, pair.osl.bounds().1))
        }),
    };
    (longest.0 > 1024.0 || longest.0 + longest.1 > 2048.0).then_some(
        "vLLM's bench leaves out ShareGPT's prompts of more than 1,024 tokens, and those of more than 2,048 with their answer",
    )
}
