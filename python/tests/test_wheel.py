"""The wheel: it needs nothing else, serves each CPython from 3.10 on, and has the command and the plug-in."""

import json
import pathlib
import subprocess
import sys
import zipfile

from conftest import ROOT

USE = """
import importlib.metadata, json, masque
dataset = masque.Dataset(masque.Spec(isl=9, image_width_mean=8, image_height_mean=8, random_seed=1))
entries = importlib.metadata.entry_points(group="aiperf.plugins")
print(json.dumps([masque.__version__, dataset[0].turns[0].images[0].sha256, [entry.value for entry in entries]]))
"""


def test_the_wheel_installs_where_nothing_else_is(tmp_path):
    (wheel,) = (ROOT / "target/wheels").glob("masque-*.whl")
    assert "-cp310-abi3-" in wheel.name
    python = tmp_path / "venv/bin/python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-index", wheel], check=True)
    shown = subprocess.run([python, "-c", USE], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    version, digest, plugins = json.loads(shown)
    command = python.with_name("masque")
    assert subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout == f"masque {version}\n"
    flags = "--output d -n 1 --isl 9 --image-width-mean 8 --image-height-mean 8 --random-seed 1 --quiet"
    subprocess.run([command, "generate", *flags.split()], cwd=tmp_path, check=True)
    assert digest in pathlib.Path(tmp_path, "d/records.jsonl").read_text()
    assert plugins == ["masque:plugins.yaml"]


def test_the_wheel_has_what_it_is_to_have():
    (wheel,) = (ROOT / "target/wheels").glob("masque-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = {"__init__.py", "_masque.abi3.so", "_masque.pyi", "_request.py", "aiperf.py", "guidellm/__init__.py", "guidellm/__main__.py"}
    files |= {"plugins.yaml", "py.typed"}
    assert {name.removeprefix("masque/") for name in names if name.startswith("masque/")} == files
    assert any(name.endswith(".data/scripts/masque") for name in names)
