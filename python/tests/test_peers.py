"""AIPerf and GuideLLM with the plug-ins, against an endpoint of our own: what arrives has the digests of `records.jsonl`, as the command
makes them of the same request. `make python-test` installs both; where they are not there these tests are skipped."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import COMMAND, ROOT, lines

import masque

sys.path.insert(0, str(ROOT / "tests"))
import peer  # noqa: E402

#: Each shape of a mix holds other things, so that texts, pictures, sounds, clips, turns and pauses are all among what is sent.
REQUEST = {
    "random_seed": 11,
    "num_dataset_entries": 8,
    "mix": [
        {"weight": 1, "isl": 12, "osl": 5, "image": {"width_mean": 24, "height_mean": 16, "batch_size": 2, "format": "jpeg"}},
        {"weight": 1, "isl": 9, "osl": 4, "conversation": {"turn_mean": 3, "turn_delay_mean": 5}, "shared_system_prompt_length": 7, "audio_length_mean": 0.05},
        {"weight": 1, "isl": 7, "osl": 3, "video": {"width": 64, "height": 48, "frames": 2}, "audio": {"length_mean": 0.1, "format": "mp3"}},
    ],
}


def program(venv, name):
    path = ROOT / "target" / venv / "bin" / name
    if not path.exists():
        assert not os.environ.get("MASQUE_REQUIRE_PEER"), f"{path} is not there"
        pytest.skip(f"{path} is not there: make python-test")
    return path


def meant(folder, spec):
    """The requests that a folder of the command's stands for, with the texts of the module: what was said up to each turn, in order."""
    said_of = []
    for record, line in zip(masque.Dataset(spec), lines(folder / "records.jsonl"), strict=True):
        said = [("system", (record.system.text,), ())] if record.system else []
        for turn, told in zip(record.turns, line["turns"], strict=True):
            media = [item["sha256"] for kind in ("images", "audios", "videos") for item in told[kind]]
            said.append(("user", tuple(prompt.text for prompt in turn.prompts), tuple(sorted(media))))
            said_of.append((tuple(said), turn.osl))
            said.append(("assistant", ("yes",), ()))
    return sorted(said_of, key=repr)


def sent(bodies):
    def one(body):
        said, osl = peer.shape(body, False)
        return tuple((role, texts, tuple(sorted(media))) for role, texts, media in said), osl

    return sorted(map(one, bodies), key=repr)


def test_aiperf_sends_the_public_dataset(tmp_path, made):
    aiperf = program("peer", "aiperf")
    folder = made(REQUEST)
    words = ["--public-dataset", "masque", "--dataset-filter", f"config={tmp_path}/made.json"]
    ran, bodies = peer.profile(aiperf, words + ["--num-conversations", "8", "--concurrency", "2"], tmp_path, tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    expected = meant(folder, masque.Spec(**REQUEST))
    assert sent(bodies) == expected and len(expected) > 8
    assert {role for said, _ in expected for role, *_ in said} == {"system", "user", "assistant"}


#: AIPerf's own flags, which the command takes by the same names.
FLAGS = (
    "--synthetic-input-tokens-mean 20 --synthetic-input-tokens-stddev 4 --output-tokens-mean 5 --conversation-turn-mean 2 "
    "--image-width-mean 24 --image-height-mean 16 --image-format png --audio-length-mean 0.1 --audio-batch-size 2 "
    "--video-width 64 --video-height 48 --video-duration 0.5 --random-seed 7 --num-conversations 4"
).split()


@pytest.fixture(scope="module")
def composer(tmp_path_factory):
    """A folder in which `masque-aiperf` is installed: who has it on the path has asked for it."""
    folder = tmp_path_factory.mktemp("composer")
    (wheel,) = (ROOT / "target/wheels").glob("masque_aiperf-*.whl")
    subprocess.run([program("peer", "pip"), "install", "--quiet", "--no-deps", "--target", folder, wheel], check=True)
    return {"PYTHONPATH": str(folder)}


def test_aiperf_has_its_own_flags_met(tmp_path, composer):
    words = ["--tokenizer", peer.tokenizer(tmp_path / "tokenizer")]
    typed = [*FLAGS, "--audio-format", "wav", "--count-special-tokens", *map(str, words)]
    subprocess.run([COMMAND, "generate", "--quiet", "--output", tmp_path / "d", *typed], check=True)
    spec = masque.Spec.from_file(tmp_path / "d" / "manifest.json")
    aiperf = program("peer", "aiperf")
    ran, bodies = peer.profile(aiperf, [*FLAGS, "--concurrency", "1", *words], tmp_path, tmp_path, **composer)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert sent(bodies) == meant(tmp_path / "d", spec)
    # Without it the same flags are AIPerf's own affair.
    (tmp_path / "other").mkdir()
    ran, others = peer.profile(aiperf, [*FLAGS[:8], "--concurrency", "1", "--random-seed", "7", "--num-conversations", "2", *words], tmp_path, tmp_path / "other")
    texts = {part["text"] for body in bodies for message in body["messages"] for part in message["content"] if "text" in part}
    assert ran.returncode == 0 and others and not any(text in json.dumps(others) for text in texts)


@pytest.mark.parametrize("flags", ["--prompt-corpus coding", "--cache-bust first_turn_prefix"])
def test_aiperf_is_told_what_cannot_be_honoured(tmp_path, composer, flags):
    words = ["--isl", "20", "--num-conversations", "2", "--concurrency", "1", *flags.split()]
    ran, bodies = peer.profile(program("peer", "aiperf"), words, tmp_path, tmp_path, **composer)
    flag, value = flags.split()
    assert ran.returncode != 0 and not bodies
    assert f"ValueError: {flag}: masque's composer cannot honour {value}; drop it, or uninstall masque-aiperf" in ran.stdout + ran.stderr


def test_guidellm_sends_rows_as_they_are(tmp_path, made):
    python = program("guidellm", "python")
    folder, endpoint = made(REQUEST), peer.Endpoint()
    expected = meant(folder, masque.Spec(**REQUEST))
    command = [python, "-m", "masque.guidellm", "run"]
    command += ["--backend", f"kind=openai_http,target=http://127.0.0.1:{endpoint.server_port},model=any"]
    command += ["--profile", "kind=concurrent,streams=1", "--constraint", f"kind=max_requests,count={len(expected)}"]
    command += ["--tokenizer", f"kind=huggingface_auto,model={peer.tokenizer(tmp_path / 'tokenizer')}"]
    command += ["--data", f"kind=masque,config={tmp_path}/made.json", "--output", f"kind=json,path={tmp_path}/out.json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert sent(endpoint.bodies) == expected
    told = json.loads(pathlib.Path(tmp_path, "out.json").read_text())["benchmarks"][0]
    assert told["scheduler_metrics"]["requests_made"]["errored"] == 0


def test_guidellm_sends_addresses_of_a_dataset_that_is_not_there(tmp_path):
    flags = "-n 5 --isl 9 --osl 3 --format guidellm --image-width-mean 48 --image-height-mean 32 --video-width 64 --video-height 48 --video-frames 3 --video-format mp4"
    endpoint = peer.Endpoint()
    with peer.Served(COMMAND, flags) as served:
        made = [COMMAND, "generate", "--quiet", "--output", tmp_path / "d", "--random-seed", "7", *flags.split()]
        subprocess.run([*made, "--media", "url", "--media-url-prefix", served.prefix], check=True)
        (tmp_path / "guidellm.jsonl").write_bytes(served.lines(5, "guidellm"))
        command = [program("guidellm", "guidellm"), "run"]
        command += ["--backend", f"kind=openai_http,target=http://127.0.0.1:{endpoint.server_port},model=any"]
        command += ["--profile", "kind=concurrent,streams=1", "--constraint", "kind=max_requests,count=5"]
        command += ["--tokenizer", f"kind=huggingface_auto,model={peer.tokenizer(tmp_path / 'tokenizer')}"]
        command += ["--data", "kind=json_file,path=guidellm.jsonl", "--output", f"kind=json,path={tmp_path}/out.json"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert ran.returncode == 0 and len(endpoint.bodies) == 5, ran.stdout + ran.stderr
        served.check(tmp_path / "d", endpoint.fetched)
    assert len(endpoint.fetched) == 10
