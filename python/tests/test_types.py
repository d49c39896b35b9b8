"""The type stubs: strict, and the same as what they are of, to the last word."""

import ast
import inspect
import pathlib
import subprocess
import sys

from masque import _masque

PACKAGE = pathlib.Path(_masque.__file__).parent

USE = """
import masque
import numpy

spec = masque.Spec(isl={"mean": 550, "stddev": 100}, image={"width_mean": 5, "height_mean": 5}, mix=[{"weight": 1, "isl": 9}])
dataset = masque.Dataset(spec)
for record in dataset[2:9]:
    image: masque.Image = record.turns[0].images[0]
    data: bytes = image.bytes
pixels: numpy.typing.NDArray[numpy.uint8] = dataset[-1].turns[0].videos[0].frames(0, 2)
reveal_type(dataset[0])
masque.Spec(islx=5)
masque.Spec(isl="five")
dataset["0"]
"""


def mypy(folder, *words):
    return subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True)


def test_what_is_typed_is_checked(tmp_path):
    (tmp_path / "use.py").write_text(USE)
    said = mypy(tmp_path, "mypy", "--strict", "--cache-dir", "cache", "use.py").stdout
    wrong = [line.split(": error: ") for line in said.splitlines() if ": error: " in line]
    assert [int(place.rsplit(":")[-1]) for place, _ in wrong] == [12, 13, 14], said
    assert 'Revealed type is "masque._masque.Record"' in said


def test_the_module_is_what_its_stubs_say(tmp_path):
    ended = mypy(tmp_path, "mypy.stubtest", "masque._masque", "masque._request")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_stubs_say_what_the_module_says():
    stubs = ast.parse((PACKAGE / "_masque.pyi").read_text())
    told = {}
    for node in stubs.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            told[node.name] = ast.get_docstring(node)
        if isinstance(node, ast.ClassDef):
            members = [member for member in node.body if isinstance(member, ast.FunctionDef) and not member.name.startswith("__")]
            told |= {f"{node.name}.{member.name}": ast.get_docstring(member) for member in members}
    for name, text in told.items():
        of = _masque
        for part in name.split("."):
            of = inspect.getattr_static(of, part)
        found = inspect.getdoc(of.__func__ if isinstance(of, staticmethod) else of)
        assert text and found == text, name
    assert len(told) > 60
