"""Masque's datasets in AIPerf: `--public-dataset masque`, and, where the distribution `masque-aiperf` is installed, what AIPerf makes
under its own flags. Records are handed over in memory; AIPerf sends their bytes as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiperf.common.enums import CacheBustTarget, ImageSource, PromptCorpus, RandomCorpusStyle
from aiperf.common.models import Audio, Conversation, Image, Text, Turn, Video
from aiperf.config.dataset import SyntheticDataset
from aiperf.dataset.composer.base import BaseDatasetComposer
from aiperf.dataset.loader.base_loader import BaseLoader
from aiperf.plugin.enums import DatasetSamplingStrategy

import masque

if TYPE_CHECKING:
    from aiperf.common.tokenizer import Tokenizer
    from aiperf.config.distributions import SamplingDistribution
    from aiperf.config.resolution.plan import BenchmarkRun


class Loader(BaseLoader):
    """A public dataset whose request is `--dataset-filter`. The number of records and the seed are AIPerf's, unless it names them."""

    def __init__(self, *, run: BenchmarkRun | None = None, filters: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(run=run, **kwargs)
        names = {name.replace("-", "_"): _value(text) for name, text in (filters or {}).items()}
        file = names.pop("config", None)
        if "media" in names:
            raise ValueError("media: AIPerf is handed the bytes themselves; drop it")
        dataset = self.run.cfg.get_default_dataset()
        names = {"num_dataset_entries": getattr(dataset, "entries", None), "random_seed": _seed(dataset, self.run)} | names
        self.spec = masque.Spec(**names) if file is None else masque.Spec.from_file(file, **names)

    @classmethod
    def get_preferred_sampling_strategy(cls) -> DatasetSamplingStrategy:
        return DatasetSamplingStrategy.SEQUENTIAL

    async def load_dataset(self) -> masque.Dataset:
        return masque.Dataset(self.spec)

    async def convert_to_conversations(self, data: masque.Dataset) -> list[Conversation]:
        return [_conversation(record) for record in data]


class Composer(BaseDatasetComposer):
    """What AIPerf's flags of synthetic data ask for, made by masque. A flag that masque cannot honour is refused."""

    def __init__(self, *, run: BenchmarkRun, tokenizer: Tokenizer | None, **kwargs: Any) -> None:
        super().__init__(run=run, tokenizer=None, **kwargs)  # with one, AIPerf would tokenize a corpus of its own
        dataset = run.cfg.get_default_dataset()
        if not isinstance(dataset, SyntheticDataset):
            raise ValueError("masque's composer makes synthetic datasets only; drop the other dataset")
        _refuse(dataset, run)
        self.spec = masque.Spec(**_names(dataset, run))

    def create_dataset(self) -> list[Conversation]:
        conversations = [_conversation(record) for record in masque.Dataset(self.spec)]
        for conversation in conversations:
            for turn in conversation.turns:
                self._finalize_turn(turn)
        self._finalize_conversations(conversations)
        return conversations


def _conversation(record: masque.Record) -> Conversation:
    """A record as AIPerf has it. An audio item is `wav,<base64>` there, an image or a clip a data URL."""
    turns = [
        Turn(
            texts=[Text(name="text", contents=[prompt.text for prompt in turn.prompts])] if turn.prompts else [],
            images=[Image(name="image_url", contents=[image.data_url for image in turn.images])] if turn.images else [],
            audios=[Audio(name="input_audio", contents=[f"{audio.format},{audio.base64}" for audio in turn.audios])] if turn.audios else [],
            videos=[Video(name="video_url", contents=[video.data_url for video in turn.videos])] if turn.videos else [],
            max_tokens=turn.osl,
            delay=turn.delay_ms,
            audio_duration_seconds=turn.audios[0].seconds if turn.audios else None,
        )
        for turn in record.turns
    ]
    system = record.system.text if record.system else None
    return Conversation(session_id=record.session_id, turns=turns, system_message=system)


def _value(text: str) -> Any:
    """A filter's value: JSON where it is such, else a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _seed(dataset: Any, run: BenchmarkRun) -> int | None:
    own: int | None = getattr(dataset, "random_seed", None)
    return run.random_seed if own is None else own


# Flags of AIPerf's that change what it makes itself, and the values with which they change nothing.
_REFUSED = [
    ("--prompt-corpus", lambda dataset, run: run.cfg.get_prompt_corpus(), (None, PromptCorpus.SONNET)),
    ("--cache-bust", lambda dataset, run: dataset.prompts and dataset.prompts.cache_bust.target, (None, CacheBustTarget.NONE)),
    ("--random-corpus-style", lambda dataset, run: dataset.prompts and dataset.prompts.random_corpus_style, (None, RandomCorpusStyle.VLLM)),
    ("--apply-chat-template", lambda dataset, run: run.cfg.tokenizer and run.cfg.tokenizer.apply_chat_template, (None, False)),
]


def _refuse(dataset: SyntheticDataset, run: BenchmarkRun) -> None:
    for flag, read, without in _REFUSED:
        value = read(dataset, run)
        if value not in without:
            raise ValueError(f"{flag}: masque's composer cannot honour {str(value).lower()}; drop it, or uninstall masque-aiperf")


def _names(dataset: SyntheticDataset, run: BenchmarkRun) -> dict[str, Any]:
    """AIPerf's configuration by the names of masque's flags. What is None is not asked for."""
    names: dict[str, Any] = {"num_dataset_entries": dataset.entries, "random_seed": _seed(dataset, run), "isl": 0}
    prompts, prefixes, images, audio, video = dataset.prompts, dataset.prefix_prompts, dataset.images, dataset.audio, dataset.video
    if dataset.turns:
        names["conversation_turn_mean"] = _spread(dataset.turns)
        if dataset.turn_delay and dataset.turn_delay.expected_value > 0:
            names["conversation_turn_delay_mean"] = _spread(dataset.turn_delay)
            names["conversation_turn_delay_ratio"] = dataset.turn_delay_ratio
    if prompts and (prompts.sequence_distribution or prompts.isl and prompts.isl.expected_value > 0):
        names |= {
            "isl": _spread(prompts.isl),
            "osl": _spread(prompts.osl),
            "prompt_batch_size": prompts.batch_size,
            "random_range_ratio": prompts.random_range_ratio,
        }
        if prompts.random_range_ratio is not None:
            names |= {"isl": prompts.isl.expected_value, "osl": prompts.osl.expected_value}
        if prompts.sequence_distribution:
            pairs = [_pair(entry) for entry in prompts.sequence_distribution]
            names |= {"isl": None, "osl": None, "seq_dist": json.dumps({"pairs": pairs})}
        if prefixes:
            names |= {
                "prompt_prefix_pool_size": prefixes.pool_size,
                "prompt_prefix_length": prefixes.length,
                "shared_system_prompt_length": prefixes.shared_system_length,
                "user_context_prompt_length": prefixes.user_context_length,
            }
        names |= _tokenizer(run)
    if images and images.images_enabled():
        names |= {
            "image_width_mean": _spread(images.width),
            "image_height_mean": _spread(images.height),
            "image_batch_size": images.batch_size,
            "image_format": str(images.format),
            "image_source": str(images.source),
            "image_source_sampling": None if images.source == ImageSource.NOISE else str(images.source_sampling),
        }
    if audio and audio.batch_size > 0 and audio.length.expected_value > 0:
        names |= {
            "audio_length_mean": _spread(audio.length),
            "audio_batch_size": audio.batch_size,
            "audio_format": str(audio.format),
            "audio_sample_rates": audio.sample_rates,
            "audio_depths": audio.depths,
            "audio_num_channels": audio.channels,
        }
    if video and video.batch_size > 0 and video.width and video.height:
        names |= {
            "video_width": video.width,
            "video_height": video.height,
            "video_batch_size": video.batch_size,
            "video_duration": video.duration,
            "video_fps": video.fps,
            "video_format": str(video.format),
            "video_codec": video.codec,
            "video_synth_type": str(video.synth_type),
        }
        if video.audio.channels > 0:
            names |= {
                "video_audio_num_channels": video.audio.channels,
                "video_audio_sample_rate": video.audio.sample_rate,
                "video_audio_codec": video.audio.codec and str(video.audio.codec),
                "video_audio_depth": video.audio.depth,
            }
    return names


def _spread(distribution: SamplingDistribution | None) -> Any:
    """A quantity, which both write down alike, but for the peaks of several."""
    if distribution is None:
        return None
    fields = distribution.model_dump(exclude_none=True)
    if "peaks" in fields:
        fields["peaks"] = [peak["distribution"] | {"weight": peak["weight"]} for peak in fields["peaks"]]
    return fields


def _pair(entry: Any) -> dict[str, float]:
    deviation = lambda length: float(getattr(length, "stddev", 0.0) or 0.0)
    return {
        "isl": entry.isl.expected_value,
        "isl_stddev": deviation(entry.isl),
        "osl": entry.osl.expected_value,
        "osl_stddev": deviation(entry.osl),
        "prob": entry.probability,
    }


def _tokenizer(run: BenchmarkRun) -> dict[str, Any]:
    """The tokenizer that AIPerf counts by. What it adds by itself is counted, so that the server's count is the one asked for."""
    config, model = run.cfg.tokenizer, run.cfg.get_model_names()[0]
    name = config.get_tokenizer_name_for_model(model) if config else model
    if name == "builtin":
        return {"tokenizer": name}
    revision = config.revision if config and config.revision != "main" else None
    return {"tokenizer": name, "tokenizer_revision": revision, "count_special_tokens": True}
