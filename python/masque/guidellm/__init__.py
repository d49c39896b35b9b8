"""Masque's datasets in GuideLLM: `python -m masque.guidellm run … --data kind=masque,isl=550` is `guidellm run …` with this source of
data. GuideLLM looks for no plug-ins: a program that uses it as a library imports this module first.

A row is a whole conversation, whose media GuideLLM sends as they are: it encodes anew what comes in columns by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from datasets import IterableDataset
from guidellm.data.deserializers import DatasetDeserializer, DatasetDeserializerFactory
from guidellm.schemas import standard_model_config
from guidellm.schemas.data import DataArgs
from pydantic import Field

import masque

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@DataArgs.register("masque")
class MasqueDataArgs(DataArgs):
    """The request by the names of `masque generate`'s flags, or `config` with a request file. The seed is GuideLLM's unless it is named."""

    model_config = standard_model_config(extra="allow")

    kind: Literal["masque"] = Field(default="masque", description="Type identifier of masque's datasets.")
    config: str | None = Field(default=None, description="A request file, whose names the others go before.")


@DatasetDeserializerFactory.register("masque")
class MasqueDeserializer(DatasetDeserializer):
    """Makes rows as GuideLLM reads them."""

    def __call__(
        self, config: MasqueDataArgs, processor_factory: Callable[[], PreTrainedTokenizerBase], random_seed: int
    ) -> IterableDataset:
        names = {name.replace("-", "_"): value for name, value in (config.model_extra or {}).items()}
        if "media" in names:
            raise ValueError("media: GuideLLM is handed the bytes themselves; drop it")

        def read(**seed: int) -> masque.Spec:
            given = names | seed
            return masque.Spec(**given) if config.config is None else masque.Spec.from_file(config.config, **given)

        spec = read()
        if spec.seed_was_drawn:
            spec = read(random_seed=random_seed)
        return IterableDataset.from_generator(_rows, gen_kwargs={"dataset": masque.Dataset(spec)})


def _rows(dataset: masque.Dataset) -> Iterator[dict[str, Any]]:
    for record in dataset:
        yield {"conversation_turns": {"graph_id": record.session_id, "turns": _turns(record)}}


def _turns(record: masque.Record) -> list[dict[str, Any]]:
    """Each turn behind the one before it. The pause before a turn is the one after its predecessor."""
    turns = []
    for number, turn in enumerate(record.turns):
        columns: dict[str, list[Any]] = {
            "text_column": [prompt.text for prompt in turn.prompts],
            "prompt_tokens_count_column": [prompt.tokens for prompt in turn.prompts],
            "output_tokens_count_column": [] if turn.osl is None else [turn.osl],
            "image_column": [_image(image) for image in turn.images],
            "audio_column": [_audio(audio) for audio in turn.audios],
            "video_column": [_video(video) for video in turn.videos],
        }
        if number == 0 and record.system is not None:
            columns["prefix_column"] = [record.system.text]
        after = record.turns[number + 1].delay_ms if number + 1 < len(record.turns) else None
        turns.append(
            {
                "node_id": f"turn_{number}",
                "columns": {name: values for name, values in columns.items() if values},
                "parents": [{"parent_node_id": f"turn_{number - 1}"}] if number else [],
                "settings": {"requeue_delay": after / 1000} if after else None,
            }
        )
    return turns


def _image(image: masque.Image) -> dict[str, Any]:
    pixels = image.width * image.height
    return {"type": "image_base64", "image": image.data_url, "image_pixels": pixels, "image_bytes": image.nbytes}


def _audio(audio: masque.Audio) -> dict[str, Any]:
    told = {"audio_samples": round(audio.seconds * audio.sample_rate), "audio_seconds": audio.seconds, "audio_bytes": audio.nbytes}
    return {"type": "audio_bytes", "audio": audio.bytes, "format": audio.format, "mimetype": audio.mime} | told


def _video(video: masque.Video) -> dict[str, Any]:
    told = {"video_frames": video.frame_count, "video_seconds": video.seconds, "video_bytes": video.nbytes}
    return {"type": "video_base64", "video": video.data_url} | told
