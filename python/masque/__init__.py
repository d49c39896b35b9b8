"""Synthetic datasets for benchmarking LLM and multimodal inference servers: prompts of exact token length, images, audio and video,
reproducible from a seed.

    import masque

    spec = masque.Spec(isl={"mean": 550, "stddev": 100}, image={"width_mean": 512, "height_mean": 384}, random_seed=42)
    for record in masque.Dataset(spec)[:10]:
        turn = record.turns[0]
        print(turn.prompts[0].tokens, turn.images[0].data_url[:40])

A `Spec` says what is wanted, by the names of `masque generate`'s flags. A `Dataset` opens what that needs; its records are made when
they are asked for, and are those that the command makes of the same request. What cannot be met is a `ValueError` of one line.
"""

from masque._masque import (
    Audio,
    Dataset,
    Image,
    Item,
    Prompt,
    Record,
    RecordIterator,
    Spec,
    Track,
    Turn,
    Video,
    __version__,
)
from masque._request import Request

__all__ = [
    "Audio",
    "Dataset",
    "Image",
    "Item",
    "Prompt",
    "Record",
    "RecordIterator",
    "Request",
    "Spec",
    "Track",
    "Turn",
    "Video",
    "__version__",
]
