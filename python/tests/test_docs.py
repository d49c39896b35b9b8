"""`docs/python.md`: each block of Python runs as it stands; each command has words that its program knows."""

import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs/python.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: re.sub(r"\W+", "_", block)[-40:])
def test_python_runs(block, tmp_path):
    ran = subprocess.run([sys.executable, "-W", "error", "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr


#: What a command is checked with: its program, in the environment where that is, and how it shows its flags.
PROGRAMS = {
    "aiperf profile": ("peer", "aiperf", ["profile", "--help"]),
    "python -m masque.guidellm run": ("guidellm", "guidellm", ["run", "--help"]),
}


def commands():
    joined = "\n".join(blocks("sh")).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith(tuple(PROGRAMS))]


@pytest.mark.parametrize("command", commands())
def test_commands_have_flags_that_there_are(command):
    start = next(start for start in PROGRAMS if command.startswith(start))
    venv, program, words = PROGRAMS[start]
    path = ROOT / "target" / venv / "bin" / program
    if not path.exists():
        assert not os.environ.get("MASQUE_REQUIRE_PEER"), path
        pytest.skip(f"{path} is not there: make python-test")
    wide = os.environ | {"COLUMNS": "200"}
    shown = subprocess.run([path, *words], capture_output=True, text=True, env=wide, check=True).stdout
    for flag in re.findall(r"--[a-z-]+", command):
        assert flag in shown, flag


def test_the_files_that_are_named_are_there():
    for name in re.findall(r"python/[a-z]+\.sh", PAGE):
        assert (ROOT / name).is_file(), name
    assert len(blocks("python")) == 4 and len(commands()) == 3
