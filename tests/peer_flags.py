"""The flags of load generators that docs/flags.md maps and our formats' commands use, out of their released packages: prints a line
`tool name other-names…` for each, which are kept in peer_flags.txt.

    target/peer/bin/python tests/peer_flags.py GUIDELLM VLLM SGLANG INFERENCE_PERF > tests/peer_flags.txt

runs where AIPerf is installed. The first three are the roots of the unpacked wheels, the last `docs/cli_flags.md` of inference-perf's
repository, a table of its flags."""

import ast
import pathlib
import re
import sys

from aiperf.cli import app


def aiperf():
    profile = app["profile"]
    profile = profile.resolve() if hasattr(profile, "resolve") else profile
    for argument in profile.assemble_argument_collection(parse_docstring=False):
        if argument.show:
            yield argument.names


def calls(tree, function):
    """The flags that calls of a function begin with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) == function:
            names = [it.value for it in node.args if isinstance(it, ast.Constant) and str(it.value).startswith("-")]
            if names:
                yield names


def parsers(file, *functions):
    """The flags that argparse is told of in a file, or in some functions of it."""
    tree = ast.parse(file.read_text())
    parts = [it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef) and it.name in functions]
    for part in parts or [tree]:
        yield from calls(part, "add_argument")


def vllm(root):
    functions = ["add_dataset_parser", "add_random_dataset_base_args", "add_random_multimodal_dataset_args"]
    yield from parsers(root / "vllm/benchmarks/datasets/datasets.py", *functions)
    yield from parsers(root / "vllm/benchmarks/serve.py", "add_cli_args")


def guidellm(root):
    """The options of `guidellm run`, and the fields of the synthetic kinds of `--data`."""
    yield from calls(ast.parse((root / "guidellm/cli/run.py").read_text()), "option")
    singular = {"constraints": "constraint", "data_preprocessors": "data_preprocessor", "outputs": "output"}
    for name in fields(root / "guidellm/schemas/benchmark/entrypoints.py", "BenchmarkArgs"):
        yield ["--" + singular.get(name, name).replace("_", "-")]
    data = root / "guidellm/schemas/data/deserializers"
    vision = fields(data / "synthetic_image.py", "SyntheticVisionDataArgs")
    kinds = {
        "text": fields(data / "synthetic.py", "SyntheticTextDataArgs"),
        "image": vision + fields(data / "synthetic_image.py", "SyntheticImageDataArgs"),
        "video": vision + fields(data / "synthetic_video.py", "SyntheticVideoDataArgs"),
    }
    for kind, names in kinds.items():
        yield from ([f"synthetic_{kind}.{name}"] for name in names if name != "kind")


def fields(file, model):
    (found,) = (it for it in ast.walk(ast.parse(file.read_text())) if isinstance(it, ast.ClassDef) and it.name == model)
    assigned = (it for it in found.body if isinstance(it, ast.AnnAssign) and "ClassVar" not in ast.unparse(it.annotation))
    return [it.target.id for it in assigned]


def inference_perf(file):
    for line in file.read_text().splitlines():
        if found := re.match(r"\| (`-[^|]*`) \|", line):
            yield [name.strip("`") for name in found[1].split(", ")][::-1]


guide, bench, sglang, perf = map(pathlib.Path, sys.argv[1:])
tools = {
    "aiperf": aiperf(),
    "guidellm": guidellm(guide),
    "vllm": vllm(bench),
    "sglang": parsers(sglang / "sglang/benchmark/serving.py"),
    "inference-perf": inference_perf(perf),
}
for tool, flags in tools.items():
    for names in flags:
        print(tool, *names)
