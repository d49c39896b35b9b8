"""What the tests share: the program that is installed beside the module, and requests of every modality."""

import hashlib
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]

#: The command of the wheel.
COMMAND = pathlib.Path(sys.executable).with_name("masque")

#: A request of every modality, small.
ALL = {
    "isl": {"mean": 60, "stddev": 20, "min": 10, "max": 200},
    "osl": 7,
    "image": {"width_mean": {"uniform": [20, 60]}, "height_mean": 30, "format": ["png", "jpeg"], "batch_size": 2},
    "audio": {"length_mean": 0.1, "format": "wav"},
    "video": {"width": 64, "height": 48, "frames": 3},
    "random_seed": 5,
    "num_dataset_entries": 24,
}

#: Shapes of requests that differ in all that they hold.
MIXED = {
    "random_seed": 11,
    "num_dataset_entries": 40,
    "mix": [
        {"weight": 5, "isl": 40, "osl": 9},
        {"weight": 3, "isl": 9, "conversation_turn_mean": 3, "image": {"width_mean": 24, "height_mean": 16}},
        {"weight": 2, "isl": 0, "audio_length_mean": 0.05, "video": {"width": 64, "height": 48, "frames": 2}},
    ],
}


def run(*words, **how):
    """Runs the command, which must succeed."""
    return subprocess.run([COMMAND, *map(str, words)], check=True, capture_output=True, text=True, **how).stdout


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def told(record):
    """A record as `records.jsonl` tells it: tokens, and digests of what the module gives, not of what it says."""
    items = lambda these: [(item.nbytes, hashlib.sha256(item.bytes).hexdigest()) for item in these]
    return [
        ([prompt.tokens for prompt in turn.prompts], turn.osl, items(turn.images), items(turn.audios), items(turn.videos))
        for turn in record.turns
    ]


def listed(line):
    """The same of a line of `records.jsonl`."""
    isl = lambda turn: turn["isl"] if isinstance(turn.get("isl"), list) else [turn["isl"]] if "isl" in turn else []
    items = lambda these: [(item["bytes"], item["sha256"]) for item in these]
    return [
        (isl(turn), turn.get("osl"), items(turn["images"]), items(turn["audios"]), items(turn["videos"])) for turn in line["turns"]
    ]


@pytest.fixture
def made(tmp_path):
    """Makes a dataset by the command, of a request by names; returns its folder."""

    def make(names, name="made", *words):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(names))
        run("generate", "--config", file, "--output", tmp_path / name, "--quiet", *words)
        return tmp_path / name

    return make
