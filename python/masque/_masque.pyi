"""The types of the module that Rust makes; the texts are those of the objects themselves."""

import builtins
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, SupportsIndex, final, overload

import numpy
from numpy.typing import NDArray
from typing_extensions import Self, Unpack, disjoint_base

from masque._request import Request

__all__ = [
    "Audio",
    "Dataset",
    "Image",
    "Item",
    "Prompt",
    "Record",
    "RecordIterator",
    "Spec",
    "Track",
    "Turn",
    "Video",
    "__version__",
    "_dataset",
    "_schema",
    "_spec",
]

__version__: str

@final
class Spec:
    """What is asked for: a dataset's request, by the names of `masque generate`'s flags.

    Names are written with underscores, values are numbers, texts, lists, or dicts where a quantity is spread or names begin alike:
    `Spec(isl={"mean": 550, "stddev": 100}, image={"width_mean": 512, "height_mean": 384}, random_seed=42)`. A seed that is not given
    is drawn. What cannot be met is a ValueError that says what would work."""

    def __new__(cls, **request: Unpack[Request]) -> Self: ...
    @staticmethod
    def from_file(path: str | PathLike[str], **request: Unpack[Request]) -> Spec:
        """A request file in YAML, TOML or JSON, or a dataset's manifest; what is named besides goes before what the file says."""

    @property
    def seed(self) -> int:
        """The number that everything is drawn from."""

    @property
    def seed_was_drawn(self) -> bool:
        """Whether that was drawn, for want of one that was given."""

    @property
    def records(self) -> int:
        """Records of the dataset."""

    def to_dict(self) -> dict[str, Any]:
        """The whole request with every default, as a dataset's manifest holds it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Dataset:
    """The records of a request, each made when it is asked for.

    `len(dataset)`, `dataset[7]`, `dataset[-1]` and slices are as of a list; a slice makes nothing yet. Iteration makes records ahead, in
    order, by threads that need no GIL and end with the iterator. A record depends on the request, its seed and its index alone. A
    dataset may be used by several threads, sent to other processes, and used after a fork, as long as nobody iterates at that moment."""

    def __new__(cls, spec: Spec) -> Self: ...
    @property
    def spec(self) -> Spec:
        """What was asked for."""

    @property
    def notes(self) -> list[str]:
        """What is to be known of how the request is met, such as that memory allows fewer threads."""

    def __len__(self, /) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Record: ...
    @overload
    def __getitem__(self, index: slice, /) -> Dataset: ...
    def __iter__(self, /) -> RecordIterator: ...
    def write(
        self,
        folder: str | PathLike[str],
        formats: Sequence[str] | None = None,
        *,
        overwrite: bool = False,
        resume: bool = False,
        shard: tuple[int, int] | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Path:
        """Writes the whole dataset to a folder, as `masque generate` does, and returns the folder.

        `formats` are files for load generators, those of the request unless they are given; `shard=(2, 4)` makes the second of four
        parts alone; `progress(written, records)` is called now and then. An interrupted run is gone on with by `resume=True`."""

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class RecordIterator(Iterator[Record]):
    """Records in order. Those ahead are made by threads, which end when the iterator goes."""

    def __iter__(self, /) -> Self: ...
    def __next__(self, /) -> Record: ...

@final
class Record:
    """One conversation."""

    @property
    def index(self) -> int:
        """Its place in the dataset, from 0."""

    @property
    def share(self) -> int | None:
        """Which share of the request's mix it is of."""

    @property
    def session_id(self) -> str:
        """The name that load generators know the conversation by, such as `session_000007`."""

    @property
    def system(self) -> Prompt | None:
        """A system prompt, to be sent as such."""

    @property
    def arrival_ms(self) -> int | None:
        """Milliseconds from the first moment at which it begins, where the request has a rate."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Its turns, at least one."""

@final
class Turn:
    """One request of a conversation."""

    @property
    def text(self) -> str:
        """The text of its first prompt; empty where it has none."""

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Its prompts."""

    @property
    def answer(self) -> Prompt | None:
        """An answer made up for it, where the request's formats hold answers."""

    @property
    def osl(self) -> int | None:
        """Tokens to ask for; None: the model decides."""

    @property
    def delay_ms(self) -> int | None:
        """Milliseconds to wait before it."""

    @property
    def images(self) -> tuple[Image, ...]:
        """Its images."""

    @property
    def audios(self) -> tuple[Audio, ...]:
        """Its audio items."""

    @property
    def videos(self) -> tuple[Video, ...]:
        """Its clips."""

@final
class Prompt:
    """One prompt."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def tokens(self) -> int:
        """Tokens that the request's tokenizer counts in the text, exactly."""

    @property
    def prefix(self) -> int | None:
        """Which prefix of the request's pool it begins with."""

@disjoint_base
class Item:
    """An image, an audio item or a clip."""

    @property
    def format(self) -> str:
        """The file format, which is also the extension of a file's name."""

    @property
    def mime(self) -> str:
        """The media type, such as `image/png`."""

    @property
    def bytes(self) -> builtins.bytes:
        """The file's bytes."""

    @property
    def base64(self) -> str:
        """The file's bytes as base64 text."""

    @property
    def data_url(self) -> str:
        """The file as a data URL, such as `data:image/png;base64,…`."""

    @property
    def nbytes(self) -> int:
        """How many bytes the file has."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes in hex, as `records.jsonl` has it."""

    @property
    def pool(self) -> int | None:
        """Which item of the pool of reused ones it is."""

    @property
    def uuid(self) -> str | None:
        """By what a server knows it again, where it stands in several turns."""

@final
class Image(Item):
    """An image."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def height(self) -> int:
        """Pixels."""

    @property
    def source(self) -> str:
        """`noise`, or the name of the source image."""

@final
class Audio(Item):
    """An audio item."""

    @property
    def seconds(self) -> float:
        """Length."""

    @property
    def sample_rate(self) -> int:
        """Samples a second of each channel."""

    @property
    def bit_depth(self) -> int:
        """Bits a sample."""

    @property
    def channels(self) -> int:
        """1 or 2."""

    def samples(self) -> NDArray[numpy.int16]:
        """The samples before any encoder, of 16 bits whatever the file's: (samples, channels). The array owns them; nothing is copied."""

@final
class Video(Item):
    """A clip."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def height(self) -> int:
        """Pixels."""

    @property
    def fps(self) -> str:
        """Frames a second, as a number or a ratio."""

    @property
    def seconds(self) -> float:
        """Length."""

    @property
    def frame_count(self) -> int:
        """How many frames it has."""

    @property
    def pattern(self) -> str:
        """What it shows."""

    @property
    def codec(self) -> str:
        """FFmpeg's name of the encoder."""

    @property
    def track(self) -> Track | None:
        """Its audio track."""

    def frames(self, start: int | None = None, stop: int | None = None) -> NDArray[numpy.uint8]:
        """Frames before any encoder, those from `start` to before `stop` as a slice has it: (frames, height, width, 3), R, G, B. The array
        owns them; nothing is copied. All frames of a long clip are many: 1080p at 30 a second takes 187 MB of memory a second."""

@final
class Track:
    """The audio track of a clip."""

    @property
    def codec(self) -> str:
        """FFmpeg's name of the encoder."""

    @property
    def sample_rate(self) -> int:
        """Samples a second of each channel."""

    @property
    def bit_depth(self) -> int:
        """Bits a sample of the noise before it was encoded."""

    @property
    def channels(self) -> int:
        """1 or 2."""

def _schema() -> str:
    """The JSON schema of what `Spec` takes, for the type stubs."""

def _spec(file: str | None, whole: str | None, names: str) -> Spec:
    """A request out of what its `__reduce__` gives."""

def _dataset(spec: Spec, start: int, step: int, len: int) -> Dataset:
    """A dataset out of what its `__reduce__` gives."""
