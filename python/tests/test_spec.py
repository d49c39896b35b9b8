"""Requests by names: what they mean, how they are refused, and how they come back."""

import copy
import json
import pathlib
import pickle
import re
import subprocess

import numpy
import pytest
from conftest import ALL, COMMAND, MIXED

import masque


def refusal(**names):
    with pytest.raises(ValueError) as caught:
        masque.Dataset(masque.Spec(**names))
    line = str(caught.value)
    assert type(caught.value) is ValueError and "\n" not in line
    return line


def test_names_are_those_of_flags_in_each_notation():
    flat = masque.Spec(isl=40, isl_stddev=9, image_width_mean=20, image_height_mean=10, random_seed=5)
    grouped = masque.Spec(prompt_input_tokens_mean=40, isl_stddev=9, image={"width-mean": 20, "height_mean": 10}, random_seed=5)
    other = masque.Spec(isl=numpy.int64(40), isl_stddev=numpy.float32(9), image={"width_mean": 20.0, "height_mean": 10}, random_seed=5, osl=None)
    assert flat == grouped == other and hash(flat) == hash(other)
    assert flat != masque.Spec(isl=41, random_seed=5) and flat != 5
    assert (flat.seed, flat.records) == (5, 100)
    assert flat.to_dict()["image"]["width"]["shape"] == {"fixed": 20.0}


@pytest.mark.parametrize(
    "names, line",
    [
        ({"islx": 5}, "islx: there is no such flag; did you mean isl?"),
        ({"image": {"widht_mean": 5}}, "image.widht_mean: there is no such flag; did you mean image_width_mean?"),
        ({"isl": "nine"}, "isl: nine; give 0, or 1 to"),
        ({"isl": -5}, "isl: -5; give 0, or 1 to"),
        ({"isl": float("nan")}, "isl: nan; give a number, a text, a list or a dict"),
        ({"isl": object}, "isl: <class 'object'>; give a number"),
        ({"isl": 5, "image_width_mean": 5}, "image_height_mean: it is 0 while the other side is not; give both sides, or drop image_width_mean"),
        ({"isl": 5, "image": {"width_mean": 5, "height_mean": 5, "quality": 50}}, "image.quality: PNG has no quality; give image_format"),
        ({"isl": 0}, "isl: 0 leaves text, images, audio and video all off; give image_width_mean 512 image_height_mean 512, "),
        ({"isl": 5, "tokenizer": "no such"}, "tokenizer: "),
        ({"isl": 5, "image_window": 2, "conversation_turn_mean": 2, "image_width_mean": 5, "image_height_mean": 5}, "image_window: "),
        ({"output": "d"}, "output: a request does not say this; drop it"),
        ({"overwrite": True}, "overwrite: it is no part of a request; say it where the dataset is written"),
        ({"mix": [{"weight": 0}]}, "mix[0].weight: 0; give a number above 0"),
        ({"mix": [{"isl": 5, "quiet": True}]}, "mix[0]: quiet: a share cannot say this; write it beside the mix"),
        ({"mix": [{"isl": 5, "isl_max": -1}]}, "mix[0].isl_max: "),
    ],
)
def test_refusals_name_what_was_given(names, line):
    assert refusal(**names).startswith(line)


@pytest.mark.parametrize("name, text", [("request.yaml", "isl: nine"), ("request.json", "{"), ("request.toml", "image-quality = 5")])
def test_a_file_is_refused_in_the_line_of_the_command(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError) as caught:
        masque.Spec.from_file(tmp_path / name)
    command = [COMMAND, "generate", "--output", tmp_path / "d", "--config", tmp_path / name]
    assert subprocess.run(command, capture_output=True, text=True).stderr == f"masque: {caught.value}\n"


def test_files_hold_requests_and_names_go_before_them(tmp_path, made):
    file = tmp_path / "request.yaml"
    file.write_text("isl: 40\nosl: 5\nrandom-seed: 3\n")
    assert masque.Spec.from_file(file) == masque.Spec(isl=40, osl=5, random_seed=3)
    assert masque.Spec.from_file(str(file), osl=6, num_prompts=2) == masque.Spec(isl=40, osl=6, random_seed=3, num_prompts=2)
    manifest = made(ALL) / "manifest.json"
    assert masque.Spec.from_file(manifest, format="single_turn") == masque.Spec(**ALL)
    with pytest.raises(ValueError, match="^isl: the manifest holds the whole request; "):
        masque.Spec.from_file(manifest, isl=5)
    with pytest.raises(ValueError, match="^mix: it stands beside a file; write it in the file$"):
        masque.Spec.from_file(file, mix=MIXED["mix"])
    with pytest.raises(ValueError, match="none.yaml"):
        masque.Spec.from_file("none.yaml")


def test_a_seed_that_is_drawn_is_part_of_the_request():
    one, other = masque.Spec(isl=9), masque.Spec(isl=9)
    assert one != other and f"random_seed={one.seed}" in repr(one)
    assert one.seed_was_drawn and not masque.Spec(isl=9, random_seed=1).seed_was_drawn
    assert pickle.loads(pickle.dumps(one)) == one


def test_requests_come_back_from_their_pickle_and_their_repr(tmp_path, made):
    file = tmp_path / "request.toml"
    file.write_text("isl = 7\nrandom_seed = 9\n")
    specs = [masque.Spec(**ALL), masque.Spec(**MIXED), masque.Spec.from_file(file, osl=3, jobs=2)]
    specs.append(masque.Spec.from_file(made(MIXED) / "manifest.json"))
    for spec in specs:
        assert pickle.loads(pickle.dumps(spec)) == spec == copy.deepcopy(spec)
        assert eval(repr(spec), {"Spec": masque.Spec}) == spec
    file.unlink()
    assert pickle.loads(pickle.dumps(specs[2])) == specs[2], "what a file held goes along"


def test_paths_are_taken(tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("To be, or not to be, that is the question. " * 50)
    record = masque.Dataset(masque.Spec(isl=20, corpus=corpus, random_seed=1))[0]
    assert set(re.findall(r"\w+", record.turns[0].text)) <= set(re.findall(r"\w+", corpus.read_text()))


def test_a_request_is_what_a_manifest_holds(made):
    request = json.loads(pathlib.Path(made(ALL), "manifest.json").read_text())["request"]
    told = masque.Spec(**ALL).to_dict()
    assert {name for name in request if request[name] != told[name]} <= {"video"}, "the encoder that auto stands for is settled later"
