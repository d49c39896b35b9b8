"""What `masque.Spec` takes, for type checkers: names of `masque generate`'s flags. Made by tests/test_request.py; not for editing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

Value = str | float | os.PathLike[str] | Mapping[str, Any]


class Distribution(TypedDict, total=False):
    """A quantity that is spread: one of `value`, `mean` with `stddev` or `median`, `uniform`, `points` or `peaks`; and bounds."""

    value: float
    mean: float
    stddev: float
    median: float
    uniform: Sequence[float]
    points: Sequence[Mapping[str, float]]
    peaks: Sequence[Mapping[str, float]]
    min: float
    max: float


Quantity = float | Distribution

AudioGroup = TypedDict("AudioGroup", {
    "batch_size": Value,
    "count_max": Value,
    "depths": Value | Sequence[Value],
    "format": Literal["wav", "mp3", "flac", "opus"] | Sequence[Literal["wav", "mp3", "flac", "opus"]],
    "length_distribution": Literal["normal", "lognormal", "uniform"],
    "length_max": Value,
    "length_mean": Quantity,
    "length_min": Value,
    "length_stddev": Value,
    "num_channels": Value,
    "sample_rates": Value | Sequence[Value],
    "turns": Literal["all", "first", "last"],
}, total=False)

BatchGroup = TypedDict("BatchGroup", {
    "size": Value,
    "size_audio": Value,
    "size_image": Value,
    "size_text": Value,
    "size_video": Value,
}, total=False)

ConversationGroup = TypedDict("ConversationGroup", {
    "num": Value,
    "turn_delay_distribution": Literal["normal", "lognormal", "uniform"],
    "turn_delay_max": Value,
    "turn_delay_mean": Quantity,
    "turn_delay_min": Value,
    "turn_delay_ratio": Value,
    "turn_delay_stddev": Value,
    "turn_distribution": Literal["normal", "lognormal", "uniform"],
    "turn_max": Value,
    "turn_mean": Quantity,
    "turn_min": Value,
    "turn_stddev": Value,
}, total=False)

ImageGroup = TypedDict("ImageGroup", {
    "batch_size": Value,
    "chroma": Literal["444", "422", "420"] | float,
    "count_max": Value,
    "fit": Literal["stretch", "cover", "contain"],
    "format": Literal["png", "jpeg", "webp", "random"] | Sequence[Literal["png", "jpeg", "webp", "random"]],
    "height_distribution": Literal["normal", "lognormal", "uniform"],
    "height_max": Value,
    "height_mean": Quantity,
    "height_min": Value,
    "height_stddev": Value,
    "png_compression": Literal["none", "fast", "best"],
    "quality": Value,
    "source": Value,
    "source_sampling": Literal["random-with-replacement", "shuffle-cycle", "sequential-cycle"],
    "tokens": Value,
    "turns": Literal["all", "first", "last"],
    "width_distribution": Literal["normal", "lognormal", "uniform"],
    "width_max": Value,
    "width_mean": Quantity,
    "width_min": Value,
    "width_stddev": Value,
    "window": Value,
}, total=False)

NumGroup = TypedDict("NumGroup", {
    "conversations": Value,
    "dataset_entries": Value,
    "prefix_prompts": Value,
    "prompts": Value,
    "sessions": Value,
}, total=False)

OutputGroup = TypedDict("OutputGroup", {
    "tokens_distribution": Literal["normal", "lognormal", "uniform"],
    "tokens_max": Value,
    "tokens_mean": Quantity,
    "tokens_min": Value,
    "tokens_stddev": Value,
}, total=False)

PrefixGroup = TypedDict("PrefixGroup", {
    "prompt_length": Value,
    "prompt_pool_size": Value,
}, total=False)

RandomGroup = TypedDict("RandomGroup", {
    "range_ratio": Value,
    "seed": Value,
}, total=False)

SessionGroup = TypedDict("SessionGroup", {
    "delay_ratio": Value,
    "turn_delay_distribution": Literal["normal", "lognormal", "uniform"],
    "turn_delay_max": Value,
    "turn_delay_mean": Quantity,
    "turn_delay_min": Value,
    "turn_delay_stddev": Value,
    "turns_distribution": Literal["normal", "lognormal", "uniform"],
    "turns_max": Value,
    "turns_mean": Quantity,
    "turns_min": Value,
    "turns_stddev": Value,
}, total=False)

SyntheticGroup = TypedDict("SyntheticGroup", {
    "input_tokens_distribution": Literal["normal", "lognormal", "uniform"],
    "input_tokens_max": Value,
    "input_tokens_mean": Quantity,
    "input_tokens_min": Value,
    "input_tokens_stddev": Value,
}, total=False)

SystemGroup = TypedDict("SystemGroup", {
    "prompt": Value,
    "prompt_file": Value,
}, total=False)

VideoGroup = TypedDict("VideoGroup", {
    "as": Literal["clips", "frames"],
    "audio_codec": Value,
    "audio_depth": Value,
    "audio_num_channels": Value,
    "audio_sample_rate": Value,
    "batch_size": Value,
    "bitrate": Value,
    "codec": Value,
    "count_max": Value,
    "crf": Value,
    "duration": Quantity,
    "duration_distribution": Literal["normal", "lognormal", "uniform"],
    "duration_max": Value,
    "duration_min": Value,
    "duration_stddev": Value,
    "encoder_option": Value | Sequence[Value],
    "format": Literal["webm", "mp4"],
    "fps": Value,
    "fps_distribution": Literal["normal", "lognormal", "uniform"],
    "fps_max": Value,
    "fps_min": Value,
    "fps_stddev": Value,
    "frames": Value,
    "gop": Value,
    "height": Quantity,
    "height_distribution": Literal["normal", "lognormal", "uniform"],
    "height_max": Value,
    "height_min": Value,
    "height_stddev": Value,
    "pixel_format": Value,
    "profile": Literal["universal"],
    "scene": Literal["unique", "canonical"],
    "speed": Literal["fastest", "fast", "default", "best"],
    "synth_type": Literal["moving_shapes", "grid_clock", "noise"],
    "turns": Literal["all", "first", "last"],
    "width": Quantity,
    "width_distribution": Literal["normal", "lognormal", "uniform"],
    "width_max": Value,
    "width_min": Value,
    "width_stddev": Value,
}, total=False)


class _OfAShare(TypedDict, total=False):
    """Flags that a share of a mix may have of its own."""

    audio: AudioGroup
    audio_batch_size: Value
    """Audio in each turn"""
    audio_count_max: Value
    """Draw 1 to this many audio items for each turn instead"""
    audio_depths: Value | Sequence[Value]
    """Bit depths to draw from: 8, 16, 24, 32"""
    audio_format: Literal["wav", "mp3", "flac", "opus"] | Sequence[Literal["wav", "mp3", "flac", "opus"]]
    """File formats to draw from; opus is always 48 kHz inside"""
    audio_length_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the length: normal or lognormal about the mean, or uniform from min to max"""
    audio_length_max: Value
    """Greatest length"""
    audio_length_mean: Quantity
    """Mean length in seconds; audio is on when it is above 0"""
    audio_length_min: Value
    """Least length"""
    audio_length_stddev: Value
    """Standard deviation of the length"""
    audio_num_channels: Value
    """1 (mono) or 2 (stereo)"""
    audio_sample_rates: Value | Sequence[Value]
    """Sample rates to draw from, in kHz (or in Hz, when above 96)"""
    audio_turns: Literal["all", "first", "last"]
    """Turns that have audio [default: all]"""
    batch: BatchGroup
    batch_size: Value
    """Prompts in each turn"""
    batch_size_audio: Value
    """Audio in each turn"""
    batch_size_image: Value
    """Images in each turn"""
    batch_size_text: Value
    """Prompts in each turn"""
    batch_size_video: Value
    """Clips in each turn"""
    cache_bust: Literal["none", "system_prefix", "system_suffix", "first_turn_prefix", "first_turn_suffix"]
    """Put a marker unique to each conversation there, inside the exact count"""
    conversation_turn_delay_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the pause, in milliseconds: normal or lognormal about the mean, or uniform from min to max"""
    conversation_turn_delay_max: Value
    """Greatest pause, in milliseconds"""
    conversation_turn_delay_mean: Quantity
    """Mean pause before each turn but the first, in milliseconds"""
    conversation_turn_delay_min: Value
    """Least pause, in milliseconds"""
    conversation_turn_delay_ratio: Value
    """Factor on every pause"""
    conversation_turn_delay_stddev: Value
    """Standard deviation of the pause, in milliseconds"""
    conversation_turn_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of turns: normal or lognormal about the mean, or uniform from min to max"""
    conversation_turn_max: Value
    """Greatest number of turns"""
    conversation_turn_mean: Quantity
    """Mean number of turns"""
    conversation_turn_min: Value
    """Least number of turns"""
    conversation_turn_stddev: Value
    """Standard deviation of the number of turns"""
    corpus: Value
    """UTF-8 text to cut prompts from [default: Shakespeare, embedded]"""
    count_special_tokens: bool
    """Count the special tokens that the tokenizer adds by itself"""
    encoder_fallback: bool
    """Let an NVENC request run on the CPU encoder of the same codec where NVENC does not work"""
    image: ImageGroup
    image_batch_size: Value
    """Images in each turn"""
    image_chroma: Literal["444", "422", "420"] | float
    """How JPEG keeps colour: for each pixel, for two, or for four [default: 444]"""
    image_count_max: Value
    """Draw 1 to this many images for each turn instead"""
    image_fit: Literal["stretch", "cover", "contain"]
    """How a source image comes to these sides: stretch changes its aspect ratio, cover cuts off what stands over, contain leaves black
    (or transparent) borders [default: stretch]"""
    image_format: Literal["png", "jpeg", "webp", "random"] | Sequence[Literal["png", "jpeg", "webp", "random"]]
    """File formats to draw from; random stands for all"""
    image_height_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the height: normal or lognormal about the mean, or uniform from min to max"""
    image_height_max: Value
    """Greatest height"""
    image_height_mean: Quantity
    """Mean height in pixels"""
    image_height_min: Value
    """Least height"""
    image_height_stddev: Value
    """Standard deviation of the height"""
    image_png_compression: Literal["none", "fast", "best"]
    """How hard PNG tries [default: noise is stored, all else is compressed fast]"""
    image_quality: Value
    """Quality of JPEG and WebP, 1 to 100"""
    image_source: Value
    """noise, assets (four bundled images), or a folder of images"""
    image_source_sampling: Literal["random-with-replacement", "shuffle-cycle", "sequential-cycle"]
    """Which of a finite set of source images comes next"""
    image_tokens: Value
    """Images of a size that costs so many tokens for the models of --model-family, instead of sides"""
    image_turns: Literal["all", "first", "last"]
    """Turns that have images [default: all]"""
    image_width_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the width: normal or lognormal about the mean, or uniform from min to max"""
    image_width_max: Value
    """Greatest width"""
    image_width_mean: Quantity
    """Mean width in pixels; images are on when both sides are above 0"""
    image_width_min: Value
    """Least width"""
    image_width_stddev: Value
    """Standard deviation of the width"""
    image_window: Value
    """Turns whose images stand in each turn again, its own and those just before, by the same uuid"""
    isl: Quantity
    """Mean input tokens of a prompt, exact in each; 0 switches text off"""
    isl_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of input tokens: normal or lognormal about the mean, or uniform from min to max"""
    isl_max: Value
    """Greatest number of input tokens"""
    isl_min: Value
    """Least number of input tokens"""
    isl_stddev: Value
    """Standard deviation of the number of input tokens"""
    media_order: Literal["after", "before", "between"]
    """Where a turn's media stand: after its text, before it, or between parts of it [default: after]"""
    num_prefix_prompts: Value
    """Shared prefixes to draw from"""
    offline: bool
    """Never download a tokenizer"""
    osl: Quantity
    """Mean output tokens to ask for; without it the model decides"""
    osl_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of output tokens: normal or lognormal about the mean, or uniform from min to max"""
    osl_max: Value
    """Greatest number of output tokens"""
    osl_min: Value
    """Least number of output tokens"""
    osl_stddev: Value
    """Standard deviation of the number of output tokens"""
    output: OutputGroup
    output_tokens_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of output tokens: normal or lognormal about the mean, or uniform from min to max"""
    output_tokens_max: Value
    """Greatest number of output tokens"""
    output_tokens_mean: Quantity
    """Mean output tokens to ask for; without it the model decides"""
    output_tokens_min: Value
    """Least number of output tokens"""
    output_tokens_stddev: Value
    """Standard deviation of the number of output tokens"""
    prefix: PrefixGroup
    prefix_prompt_length: Value
    """Tokens of each shared prefix, on top of the input tokens"""
    prefix_prompt_pool_size: Value
    """Shared prefixes to draw from"""
    prompt: Value | Sequence[Value]
    """A prompt word for word, such as 'Transcribe the audio.'; repeat for several to draw from. With --isl text of the corpus follows
    it"""
    prompt_batch_size: Value
    """Prompts in each turn"""
    prompt_file: Value
    """File of such prompts, one a line"""
    prompt_input_tokens_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of input tokens: normal or lognormal about the mean, or uniform from min to max"""
    prompt_input_tokens_max: Value
    """Greatest number of input tokens"""
    prompt_input_tokens_mean: Quantity
    """Mean input tokens of a prompt, exact in each; 0 switches text off"""
    prompt_input_tokens_min: Value
    """Least number of input tokens"""
    prompt_input_tokens_stddev: Value
    """Standard deviation of the number of input tokens"""
    prompt_output_tokens_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of output tokens: normal or lognormal about the mean, or uniform from min to max"""
    prompt_output_tokens_max: Value
    """Greatest number of output tokens"""
    prompt_output_tokens_mean: Quantity
    """Mean output tokens to ask for; without it the model decides"""
    prompt_output_tokens_min: Value
    """Least number of output tokens"""
    prompt_output_tokens_stddev: Value
    """Standard deviation of the number of output tokens"""
    prompt_prefix_length: Value
    """Tokens of each shared prefix, on top of the input tokens"""
    prompt_prefix_pool_size: Value
    """Shared prefixes to draw from"""
    random_range_ratio: Value
    """Draw both lengths evenly from mean*(1-R) to mean*(1+R) instead"""
    seq_dist: Value
    """Pairs of lengths with weights, one pair for each conversation, such as '64|10,32|8:70;256|40,128|20:30'"""
    sequence_distribution: Value
    """Pairs of lengths with weights, one pair for each conversation, such as '64|10,32|8:70;256|40,128|20:30'"""
    session: SessionGroup
    session_delay_ratio: Value
    """Factor on every pause"""
    session_turn_delay_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the pause, in milliseconds: normal or lognormal about the mean, or uniform from min to max"""
    session_turn_delay_max: Value
    """Greatest pause, in milliseconds"""
    session_turn_delay_mean: Quantity
    """Mean pause before each turn but the first, in milliseconds"""
    session_turn_delay_min: Value
    """Least pause, in milliseconds"""
    session_turn_delay_stddev: Value
    """Standard deviation of the pause, in milliseconds"""
    session_turns_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of turns: normal or lognormal about the mean, or uniform from min to max"""
    session_turns_max: Value
    """Greatest number of turns"""
    session_turns_mean: Quantity
    """Mean number of turns"""
    session_turns_min: Value
    """Least number of turns"""
    session_turns_stddev: Value
    """Standard deviation of the number of turns"""
    shared_system_prompt_length: Value
    """Tokens of one system prompt that all conversations share"""
    synthetic: SyntheticGroup
    synthetic_input_tokens_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the number of input tokens: normal or lognormal about the mean, or uniform from min to max"""
    synthetic_input_tokens_max: Value
    """Greatest number of input tokens"""
    synthetic_input_tokens_mean: Quantity
    """Mean input tokens of a prompt, exact in each; 0 switches text off"""
    synthetic_input_tokens_min: Value
    """Least number of input tokens"""
    synthetic_input_tokens_stddev: Value
    """Standard deviation of the number of input tokens"""
    system: SystemGroup
    system_prompt: Value
    """System prompt, word for word"""
    system_prompt_file: Value
    """File that holds the system prompt"""
    tokenizer: Value
    """builtin (which is o200k_base), cl100k_base, a tokenizer.json or its folder, or a Hugging Face name"""
    tokenizer_revision: Value
    """Revision of a Hugging Face tokenizer"""
    user_context_prompt_length: Value
    """Tokens of a context of its own that opens each conversation"""
    video: VideoGroup
    video_as: Literal["clips", "frames"]
    """What a clip is in a record: a file, or its frames as JPEG images, in order, for servers that take no video [default: clips]"""
    video_audio_codec: Value
    """Encoder of the audio track: libvorbis, libopus, aac [default: libvorbis for webm, libopus for mp4]"""
    video_audio_depth: Value
    """Bits a sample of the audio track's noise: 8, 16, 24 or 32"""
    video_audio_num_channels: Value
    """Channels of an audio track: 0 (none), 1 or 2"""
    video_audio_sample_rate: Value
    """Sample rate of the audio track, in kHz (or in Hz, when above 96)"""
    video_batch_size: Value
    """Clips in each turn"""
    video_bitrate: Value
    """Bits a second, such as 4M or 800k"""
    video_codec: Value
    """Encoder, by FFmpeg's name, or masque_h264; auto takes NVENC where it works and masque_h264 would not do [default: libvpx-vp9 for
    webm, masque_h264 for mp4, or libx264 for noise, sides above 8192, options and pixel formats]"""
    video_count_max: Value
    """Draw 1 to this many clips for each turn instead"""
    video_crf: Value
    """Constant quality in the encoder's own scale; lower is better"""
    video_duration: Quantity
    """Length in seconds; frames are the whole number that fits"""
    video_duration_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the length: normal or lognormal about the mean, or uniform from min to max"""
    video_duration_max: Value
    """Greatest length"""
    video_duration_min: Value
    """Least length"""
    video_duration_stddev: Value
    """Standard deviation of the length"""
    video_encoder_option: Value | Sequence[Value]
    """An option of the encoder's own; repeat for several"""
    video_format: Literal["webm", "mp4"]
    """Container"""
    video_fps: Value
    """Frames a second: 30, 29.97, or a ratio such as 30000/1001 [default: 4]"""
    video_fps_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the frames a second, drawn as whole numbers: normal or lognormal about the mean, or uniform from min to max"""
    video_fps_max: Value
    """Greatest frames a second, drawn as whole numbers"""
    video_fps_min: Value
    """Least frames a second, drawn as whole numbers"""
    video_fps_stddev: Value
    """Standard deviation of the frames a second, drawn as whole numbers"""
    video_frames: Value
    """Exact number of frames, instead of a length"""
    video_gop: Value
    """Frames from one keyframe to the next, at most"""
    video_height: Quantity
    """Height in pixels"""
    video_height_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the height: normal or lognormal about the mean, or uniform from min to max"""
    video_height_max: Value
    """Greatest height"""
    video_height_min: Value
    """Least height"""
    video_height_stddev: Value
    """Standard deviation of the height"""
    video_pixel_format: Value
    """Pixel format, by FFmpeg's name [default: the encoder's usual 4:2:0]"""
    video_profile: Literal["universal"]
    """Clips that every server decodes: MP4, H.264 without B-frames, 4:2:0, even sides, GOPs of at most 2 s"""
    video_scene: Literal["unique", "canonical"]
    """unique: each clip is one of its own; canonical: the scene that other tools draw, the same each time [default: unique]"""
    video_speed: Literal["fastest", "fast", "default", "best"]
    """Speed against size"""
    video_synth_type: Literal["moving_shapes", "grid_clock", "noise"]
    """What the clip shows"""
    video_turns: Literal["all", "first", "last"]
    """Turns that have clips [default: all]"""
    video_width: Quantity
    """Width in pixels; video is on when width and height are given. Drawn sizes are even where the codec needs it"""
    video_width_distribution: Literal["normal", "lognormal", "uniform"]
    """Shape of the width: normal or lognormal about the mean, or uniform from min to max"""
    video_width_max: Value
    """Greatest width"""
    video_width_min: Value
    """Least width"""
    video_width_stddev: Value
    """Standard deviation of the width"""


class Share(_OfAShare, total=False):
    """One shape of requests in a mix."""

    weight: float


class Request(_OfAShare, total=False):
    """What `Spec` takes."""

    backend: Literal["auto", "gpu", "cpu"]
    """Where pixels are made; auto takes a real GPU, else the CPU. The bytes are the same"""
    compress: Literal["zstd"]
    """How the files of lines are packed [default: they are not]"""
    conversation: ConversationGroup
    conversation_num: Value
    """Records to make"""
    extra_inputs: Value | Sequence[Value]
    """A field that whole request bodies have besides, such as temperature:0 or a JSON object of several; repeat for several"""
    format: Literal["single_turn", "multi_turn", "random_pool", "inputs_json", "raw_payload", "vllm_custom", "vllm_custom_image", "vllm_custom_audio", "guidellm", "sglang_openai", "sharegpt", "mooncake_trace"] | Sequence[Literal["single_turn", "multi_turn", "random_pool", "inputs_json", "raw_payload", "vllm_custom", "vllm_custom_image", "vllm_custom_audio", "guidellm", "sglang_openai", "sharegpt", "mooncake_trace"]]
    """File to write, in the format of a load generator; repeat for several [default: single_turn, or multi_turn for conversations and
    system prompts]"""
    gpu_adapter: Value
    """GPU adapter by number or by part of its name; all deals the clips over all"""
    jobs: Value
    """Threads [default: one for each core]; never more than records, cores and memory have use for"""
    lines_per_file: Value
    """Records of each file, if there are to be several for each format"""
    max_payload_bytes: Value
    """The most bytes of a record's media, before base64, such as 4M: items that would exceed it are drawn smaller, or left out"""
    media: Literal["inline", "files", "url"]
    """Media bytes: base64 in the line, a file each that the line names, or a file each whose address the line gives"""
    media_pool_size: Value
    """Items of each kind in that pool"""
    media_reuse_rate: Value
    """Probability that an item is one of a pool of reused ones, to test a multimodal cache"""
    media_url_prefix: Value
    """What stands before a file's name below media/ in its address, such as http://host:8000/d or file:///data/d/media"""
    memory_limit: Value
    """Memory that the run may take, about, such as 8G or 512M [default: three quarters of what is available]"""
    model: Value
    """The model that whole request bodies name (raw_payload, inputs_json)"""
    model_family: Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "internvl", "gemma3", "pixtral", "llama4", "llava_next", "phi4_multimodal", "qwen2_audio", "qwen2_5_omni", "qwen3_omni", "whisper"] | Sequence[Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "internvl", "gemma3", "pixtral", "llama4", "llava_next", "phi4_multimodal", "qwen2_audio", "qwen2_5_omni", "qwen3_omni", "whisper"]]
    """Tell in records.jsonl what each medium costs in tokens for models of this family; repeat for several"""
    num: NumGroup
    num_conversations: Value
    """Records to make"""
    num_dataset_entries: Value
    """Records to make"""
    num_prompts: Value
    """Records to make"""
    num_sessions: Value
    """Records to make"""
    random: RandomGroup
    random_seed: Value
    """Seed that every byte is drawn from; without it a random one is drawn and printed"""
    request_rate: Value
    """Conversations that begin in a second, on average, as a Poisson process (mooncake_trace)"""
    servers: Literal["vllm", "sglang", "dynamo", "trtllm", "all"] | Sequence[Literal["vllm", "sglang", "dynamo", "trtllm", "all"]]
    """Refuse what would fail at this server, before anything is made; repeat for several"""
    mix: Sequence[Share]
    """Shapes of requests, of which each record is one."""
