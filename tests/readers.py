"""What the load generators of vLLM, SGLang and GuideLLM read of our files: their own modules, out of the released packages, without
what needs a GPU.

    target/readers/venv/bin/python tests/readers.py CASE --masque BINARY

Makes the case's dataset, has the reader load it, and compares what it would send with what the dataset says. Exits with 1 and a line
when they differ. `make reader-test` runs every case; without CASE this prints their names.
"""

import argparse
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types
from unittest.mock import MagicMock

HERE = pathlib.Path("target/readers")


class Absent(types.ModuleType):
    """Stands for a module that is not here, such as one that needs a GPU: whatever is asked of it is something that does nothing."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds such a module for each name below `packages`, but for those below `kept`."""

    def __init__(self, packages, kept):
        self.packages, self.kept = packages, kept

    def find_spec(self, name, path, target=None):
        below = lambda name, package: name == package or name.startswith(package + ".")
        if any(below(name, it) for it in self.packages) and not any(below(name, it) or below(it, name) for it in self.kept):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Absent(spec.name)

    def exec_module(self, module):
        pass


def load(module, kept):
    """Imports a module; of its packages only what is below `kept` is run."""
    package = module.split(".")[0]
    parts = kept.split(".")
    for end in range(1, len(parts) + 1):
        name = ".".join(parts[:end])
        if name not in sys.modules:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = [str(HERE.joinpath(*parts[:end]))]
    sys.meta_path.insert(0, Finder([package, "torch", "torchcodec"], [kept]))
    return importlib.import_module(module)


class Words:
    """A tokenizer that counts words, for what a reader counts is of no account here."""

    bos_token = None
    chat_template = None

    def encode(self, text):
        return text.split()

    def __call__(self, text):
        return types.SimpleNamespace(input_ids=self.encode(text))

    def apply_chat_template(self, messages, tokenize, **_):
        text = json.dumps(messages)
        return self.encode(text) if tokenize else text


def vllm(dataset, kind, file, **how):
    module = load("vllm.benchmarks.datasets.datasets", "vllm.benchmarks.datasets")
    if kind == "CustomImageDataset":
        # This one needs the server's package; it passes on what is an address already.
        module.process_image = lambda image, ensure_client_side_data=False: {"type": "image_url", "image_url": {"url": image}}
    os.chdir(dataset)
    read = getattr(module, kind)(dataset_path=file, random_seed=0, disable_shuffle=True)
    return read.sample(Words(), 0 if kind != "ShareGPTDataset" else 12, **how)


def vllm_custom(dataset, lines, records):
    sent = vllm(dataset, "CustomDataset", "vllm_custom.jsonl", skip_chat_template=True)
    return [(it.prompt, it.expected_output_len) for it in sent], [(it["prompt"], it["output_tokens"]) for it in lines]


def vllm_custom_image(dataset, lines, records):
    how = {"output_len": 7, "enable_multimodal_chat": True}
    sent = vllm(dataset, "CustomImageDataset", "vllm_custom_image.jsonl", **how)
    return [it.prompt[0]["content"] for it in sent], [it["content"] for it in lines]


def vllm_custom_audio(dataset, lines, records):
    how = {"enable_multimodal_chat": True, "skip_chat_template": True}
    sent = vllm(dataset, "CustomAudioDataset", "vllm_custom_audio.jsonl", **how)
    sent = [(it.prompt, it.expected_output_len, it.multi_modal_data["type"]) for it in sent]
    return sent, [(it["prompt"], it["output_tokens"], "input_audio") for it in lines]


def vllm_sharegpt(dataset, lines, records):
    sent = vllm(dataset, "ShareGPTDataset", "sharegpt.json")
    said = [[turn["value"] for turn in it["conversations"]] for it in lines]
    return [(it.prompt, it.expected_output_len) for it in sent], [(one, len(other.split())) for one, other in said]


def sglang_sharegpt(dataset, lines, records):
    module = load("sglang.benchmark.datasets.sharegpt", "sglang.benchmark")
    sent = module.sample_sharegpt_requests(str(dataset / "sharegpt.json"), len(lines), Words())
    said = [[turn["value"] for turn in it["conversations"]] for it in lines]
    return sorted(it.prompt for it in sent), sorted(one for one, _ in said)


def sglang_openai(dataset, lines, records):
    module = load("sglang.benchmark.datasets.openai_dataset", "sglang.benchmark")
    sent = module.sample_openai_requests(str(dataset / "sglang_openai.jsonl"), 0, Words())
    return [(it.prompt, it.output_len) for it in sent], [(it["messages"], it["max_tokens"]) for it in lines]


def guidellm(dataset, lines, records):
    import datasets

    registry = types.ModuleType("guidellm.data.preprocessors.preprocessor")
    registry.PreprocessorRegistry = types.SimpleNamespace(register=lambda name: lambda kind: kind)
    registry.DataDependentPreprocessor = registry.DatasetPreprocessor = object
    sys.modules[registry.__name__] = registry
    mappers = load("guidellm.data.preprocessors.mappers", "guidellm.data.preprocessors")
    encoders = load("guidellm.data.preprocessors.encoders", "guidellm.data.preprocessors")
    rows = datasets.load_dataset("json", data_files=str(dataset / "guidellm.jsonl"), cache_dir=str(dataset / "cache"))["train"]
    known = {column for ((column, _), _) in mappers.GenerativeColumnMapper.datasets_mappings([rows]).items()}
    columns = ["prefix", "text", "image", "video", "output_tokens_count", "prompt_tokens_count"]
    if known != {f"{column}_column" for column in columns}:
        sys.exit(f"GuideLLM knows {known}")
    encoder = encoders.MediaEncoder.__new__(encoders.MediaEncoder)
    encoded = [encoder.encode_turn({"image_column": [row["image"]], "video_column": [row["video"]]}) for row in rows]
    sent = [(row["prompt"], row["output_tokens_count"], it["image_column"], it["video_column"]) for row, it in zip(rows, encoded)]
    return sent, [(it["prompt"], it["output_tokens_count"], [it["image"]], [it["video"]]) for it in lines]


IMAGE = "--image-width-mean 20 --image-height-mean 16"

# name: what to make, its file, and what reads it.
CASES = {
    "vllm_custom": ("--osl 9 --osl-stddev 3 --format vllm_custom", vllm_custom),
    "vllm_custom_image": (f"--osl 7 --format vllm_custom_image --image-batch-size 2 {IMAGE}", vllm_custom_image),
    "vllm_custom_audio": ("--osl 9 --osl-stddev 3 --format vllm_custom_audio --media files --audio-length-mean 0.1", vllm_custom_audio),
    "vllm_sharegpt": ("--osl 30 --format sharegpt", vllm_sharegpt),
    "sglang_sharegpt": ("--osl 30 --format sharegpt", sglang_sharegpt),
    "sglang_openai": (f"--osl 9 --osl-stddev 3 --format sglang_openai {IMAGE} --audio-length-mean 0.1", sglang_openai),
    "guidellm": (
        f"--osl 9 --osl-stddev 3 --format guidellm --shared-system-prompt-length 9 {IMAGE} "
        "--video-width 64 --video-height 48 --video-frames 2",
        guidellm,
    ),
}


def check(masque, case):
    flags, read = CASES[case]
    with tempfile.TemporaryDirectory() as scratch:
        dataset = pathlib.Path(scratch, "dataset")
        command = [masque, "generate", "--output", dataset, "--random-seed", "7", "--quiet", "-n", "12", "--isl", "40"]
        subprocess.run(command + flags.split(), check=True)
        manifest = json.loads((dataset / "manifest.json").read_text())
        text = (dataset / manifest["files"][0]["path"]).read_text()
        lines = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
        records = [json.loads(line) for line in (dataset / "records.jsonl").read_text().splitlines()]
        sent, meant = read(dataset, lines, records)
        if sent != meant or len(sent) != 12:
            sys.exit(f"read: {str(sent)[:1000]}\nwas:  {str(meant)[:1000]}")
    print(f"{case}: {len(sent)} records are read as they were written")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("case", nargs="?", choices=CASES)
    options.add_argument("--masque", default="target/release/masque", type=os.path.abspath)
    asked = options.parse_args()
    global HERE
    HERE = HERE.absolute()
    if asked.case is None:
        print(*CASES, sep="\n")
    else:
        check(asked.masque, asked.case)


main()
