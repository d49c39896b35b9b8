"""Datasets: records by index, in slices, by iteration, in other threads and processes; and in folders."""

import collections
import hashlib
import json
import multiprocessing
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import ALL, MIXED, lines, listed, run, told

import masque

TEXT = {"isl": 20, "random_seed": 3, "num_dataset_entries": 50}


def indices(dataset):
    return [record.index for record in dataset]


def threads():
    """Names of this process's threads."""
    return [pathlib.Path(task, "comm").read_text().strip() for task in pathlib.Path("/proc/self/task").iterdir()]


@pytest.mark.parametrize("names", [ALL, MIXED])
def test_records_are_those_of_the_command(made, names):
    dataset = masque.Dataset(masque.Spec(**names))
    written = lines(made(names) / "records.jsonl")
    assert len(dataset) == len(written) == names["num_dataset_entries"]
    for record, line in zip(dataset, written, strict=True):
        assert (record.index, record.session_id, record.share) == (line["index"], line["session_id"], line.get("share"))
        assert told(record) == listed(line) == told(dataset[record.index])
        for told_item, item in zip(line["turns"][0]["images"], record.turns[0].images, strict=True):
            assert (item.format, item.width, item.height) == (told_item["format"], told_item["width"], told_item["height"])
            assert item.sha256 == told_item["sha256"] and item.data_url == f"data:{item.mime};base64,{item.base64}"
    texts = [line.get("texts") for line in lines(made(TEXT, "text") / "single_turn.jsonl")]
    assert [[turn.text for turn in record.turns] for record in masque.Dataset(masque.Spec(**TEXT))] == texts


def test_indices_and_slices_are_those_of_a_list():
    dataset, plain = masque.Dataset(masque.Spec(**TEXT)), list(range(50))
    assert [dataset[index].index for index in (0, 7, -1, -50)] == [0, 7, 49, 0]
    for part in (slice(3, 9), slice(None, None, 7), slice(None, None, -1), slice(40, 2, -9), slice(-5, None), slice(9, 3), slice(60, 70)):
        assert indices(dataset[part]) == plain[part] and len(dataset[part]) == len(plain[part]), part
        assert indices(dataset[5:45][part]) == plain[5:45][part], part
        assert indices(dataset[::-3][part]) == plain[::-3][part], part
    assert dataset[10:20][-1].index == 19
    for index in (50, -51, 1 << 70):
        with pytest.raises(IndexError):
            dataset[index]
    for index in ("7", 1.5, None):
        with pytest.raises(TypeError):
            dataset[index]


def test_iteration_ends_its_threads_when_it_is_left():
    dataset = masque.Dataset(masque.Spec(**TEXT | {"num_dataset_entries": 1_000_000, "jobs": 2}))
    for record in dataset:
        assert "records" in threads()
        if record.index == 5:
            break
    assert "records" not in threads(), "the loop let go of the iterator"
    iterator = iter(dataset)
    assert [next(iterator).index for _ in range(3)] == [0, 1, 2]
    del iterator
    assert "records" not in threads()


def test_other_threads_run_while_records_are_made():
    dataset = masque.Dataset(masque.Spec(image_width_mean=3000, image_height_mean=3000, isl=0, num_dataset_entries=4, random_seed=1))
    beats, over = 0, threading.Event()

    def beat():
        nonlocal beats
        while not over.wait(0.001):
            beats += 1

    counter = threading.Thread(target=beat)
    counter.start()
    dataset[0]
    list(dataset)
    over.set()
    counter.join()
    assert beats > 5, "the GIL is held"


def test_threads_share_a_dataset_and_an_iterator():
    dataset = masque.Dataset(masque.Spec(**ALL))
    expected = {index: told(dataset[index]) for index in range(len(dataset))}
    seen, iterator = [], iter(dataset)

    def work():
        for record in iterator:
            seen.append(record.index)
            assert told(record) == expected[record.index] == told(dataset[record.index])

    workers = [threading.Thread(target=work) for _ in range(4)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert sorted(seen) == list(expected)


def digests(dataset, queue=None):
    found = [hashlib.sha256(repr(told(record)).encode()).hexdigest() for record in dataset]
    return found if queue is None else queue.put(found)


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_other_processes_make_the_same(how):
    dataset = masque.Dataset(masque.Spec(**ALL))
    expected, running = digests(dataset[4:12]), iter(dataset)
    next(running)
    if how == "fork":
        del running  # what threads hold at that moment is held for ever in the child
    context = multiprocessing.get_context(how)
    queue = context.Queue()
    child = context.Process(target=digests, args=(dataset[4:12], queue))
    child.start()
    assert queue.get(timeout=60) == expected
    child.join()
    assert child.exitcode == 0


def test_an_iterator_stays_with_its_process():
    iterator = iter(masque.Dataset(masque.Spec(**TEXT)))
    next(iterator)
    child = os.fork()
    if child == 0:
        try:
            next(iterator)
        except RuntimeError as why:
            os._exit(7 if "fork" in str(why) else 1)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert next(iterator).index == 1


def test_datasets_come_back_from_their_pickle():
    dataset = masque.Dataset(masque.Spec(**TEXT))[40:2:-9]
    again = pickle.loads(pickle.dumps(dataset))
    assert indices(again) == [40, 31, 22, 13, 4] and again.spec == dataset.spec and repr(again) == repr(dataset)


def test_what_objects_say_of_themselves():
    dataset = masque.Dataset(masque.Spec(**ALL | {"video_audio_num_channels": 1}))
    turn = dataset[7].turns[0]
    shown = [repr(it) for it in (dataset[7], turn, turn.prompts[0], turn.images[0], turn.audios[0], turn.videos[0], turn.videos[0].track)]
    tokens, image, video = turn.prompts[0].tokens, turn.images[0], turn.videos[0]
    assert shown == [
        f"<Record 7: {tokens} tokens, 2 images, 1 audio item, 1 clip>",
        f"<Turn 0 of record 7: {tokens} tokens, 2 images, 1 audio item, 1 clip>",
        f"<Prompt of {tokens} tokens: {json.dumps(turn.text[:40])}…>",
        f"<Image: {image.format}, {image.width}x30, {image.nbytes} bytes>",
        f"<Audio: wav, 0.1 s, 16000 Hz, 1 ch, {turn.audios[0].nbytes} bytes>",
        f"<Video: {video.format}, 64x48, 3 frames, {video.fps} fps, {video.codec}, {video.nbytes} bytes>",
        f"<Track: {video.track.codec}, 44100 Hz, 1 ch>",
    ]
    assert str(turn.prompts[0]) == turn.text and dataset.notes == dataset[:3].notes
    assert repr(dataset[2:5]) == f"Dataset({dataset.spec!r})[3 records from 2 by 1]"


def contents(folder):
    """A folder's files, but for the manifest, by name."""
    files = [path for path in pathlib.Path(folder).rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_folder_is_that_of_the_command(tmp_path, made):
    dataset, calls = masque.Dataset(masque.Spec(**ALL)), []
    folder = dataset.write(tmp_path / "one", progress=lambda *numbers: calls.append(numbers))
    assert folder == tmp_path / "one" and calls[-1] == (24, 24)
    assert contents(folder) == contents(made(ALL))
    names = ALL | {"format": ["single_turn", "sglang_openai"]}
    assert contents(dataset.write(tmp_path / "two", ["single_turn", "sglang_openai"])) == contents(made(names, "other"))
    parts = [dataset.write(tmp_path / f"part{part}", shard=(part, 3)) for part in (1, 2, 3)]
    run("merge", *parts, "--output", tmp_path / "merged", "--quiet")
    assert contents(tmp_path / "merged") == contents(folder)


def test_what_cannot_be_written_is_refused(tmp_path):
    dataset = masque.Dataset(masque.Spec(**TEXT))
    folder = dataset.write(tmp_path / "d")
    for call, line in [
        (lambda: dataset.write(folder), "folder: "),
        (lambda: dataset.write(tmp_path / "e", ["nonesuch"]), "format: there is no format nonesuch; give "),
        (lambda: dataset.write(tmp_path / "e", shard=(4, 3)), "shard: "),
        (lambda: dataset[3:].write(tmp_path / "e"), "folder: a slice is no dataset of its own; "),
    ]:
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value).startswith(line) and not (tmp_path / "e").exists(), caught.value
    dataset.write(folder, overwrite=True)
    assert dataset.write(folder, resume=True) == folder
    with pytest.raises(ZeroDivisionError):
        dataset.write(tmp_path / "f", progress=lambda *_: 1 / 0)


LIMITED = """
import resource, sys, masque
dataset = masque.Dataset(masque.Spec(isl=500, num_dataset_entries=1000, random_seed=1))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    dataset.write(sys.argv[1])
except OSError as why:
    print(type(why).__name__, why.errno, why)
"""


def test_what_the_system_refuses_is_an_os_error(tmp_path):
    ran = subprocess.run([sys.executable, "-c", LIMITED, tmp_path / "d"], capture_output=True, text=True)
    assert ran.stdout.startswith(f"OSError 27 {tmp_path}/d/") and ran.stdout.count("\n") == 1, ran.stdout + ran.stderr


INTERRUPTED = """
import sys, masque
spec = masque.Spec(isl=0, video={"width": 1280, "height": 720, "frames": 40}, num_dataset_entries=10_000, random_seed=1)
dataset = masque.Dataset(spec)
try:
    print("open", flush=True)
    match sys.argv[1]:
        case "write": dataset.write(sys.argv[2])
        case "iterate":
            for record in dataset: pass
except KeyboardInterrupt:
    sys.exit(42)
"""


@pytest.mark.parametrize("what", ["write", "iterate"])
def test_the_user_can_interrupt(tmp_path, what):
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED, what, tmp_path / "d"], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "open\n"
    while what == "write" and not (tmp_path / "d" / "masque.partial").exists():
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=60) == 42
    if what == "write":
        assert not (tmp_path / "d" / "manifest.json").exists()


def test_what_is_reused_is_told():
    dataset = masque.Dataset(masque.Spec(image_width_mean=8, image_height_mean=8, media_reuse_rate=1, media_pool_size=2, random_seed=1))
    pool = collections.Counter(image.pool for record in dataset for image in record.turns[0].images)
    assert set(pool) == {0, 1}


def test_conversations_have_turns_pauses_and_a_system_prompt():
    spec = masque.Spec(isl=9, osl=4, conversation={"turn_mean": 3, "turn_delay_mean": 50}, shared_system_prompt_length=12, random_seed=2)
    record = masque.Dataset(spec)[0]
    assert record.system.tokens == 12 and [turn.delay_ms for turn in record.turns] == [None, 50, 50]
    assert [(turn.prompts[0].tokens, turn.osl) for turn in record.turns] == [(9, 4)] * 3
