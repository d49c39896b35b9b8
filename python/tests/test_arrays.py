"""Frames and samples as arrays: what they show, whose they are."""

import subprocess
import sys

import numpy
import pytest
from conftest import ALL, run
from PIL import Image

import masque


def owner(array):
    """What owns an array's memory."""
    while isinstance(array.base, numpy.ndarray):
        array = array.base
    return type(array.base).__name__


def pcm(audio):
    """The samples of a WAV file, which are its last chunk."""
    start = audio.bytes.index(b"data") + 8
    return audio.bytes[start : start + int.from_bytes(audio.bytes[start - 4 : start], "little")]


@pytest.mark.parametrize("depth, channels", [(16, 1), (16, 2), (8, 2), (24, 1)])
def test_samples_are_those_of_the_file(depth, channels):
    spec = masque.Spec(isl=0, audio={"length_mean": 0.3, "depths": depth, "num_channels": channels, "batch_size": 2}, random_seed=4)
    for audio in masque.Dataset(spec)[3].turns[0].audios:
        samples = audio.samples()
        assert samples.dtype == numpy.int16 and samples.shape == (4800, channels) and owner(samples) == "PySliceContainer"
        raw = pcm(audio)
        if depth == 16:
            assert samples.tobytes() == raw
        if depth == 8:
            coarse = numpy.frombuffer(raw, numpy.uint8).astype(int).reshape(samples.shape) - 128
            assert abs(samples / 256 - coarse)[abs(coarse) < 127].max() <= 0.5 + 1 / 256
        if depth == 24:
            fine = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 3).astype(int) @ [1, 1 << 8, 1 << 16]
            fine = numpy.where(fine < 1 << 23, fine, fine - (1 << 24)).reshape(samples.shape)
            assert abs(samples - fine / 256)[abs(samples) < 32767].max() <= 0.5 + 1 / 256


def test_frames_are_what_the_preview_shows(tmp_path):
    clip = masque.Dataset(masque.Spec(**ALL))[2].turns[0].videos[0]
    frames = clip.frames()
    assert frames.dtype == numpy.uint8 and frames.shape == (3, 48, 64, 3) and owner(frames) == "PySliceContainer"
    for number, frame in enumerate(frames):
        png = tmp_path / "frame.png"
        flags = f"--random-seed 5 --record 2 --video-width 64 --video-height 48 --video-frames 3 --frame {number}"
        run("preview", "--output", png, *flags.split())
        assert (numpy.asarray(Image.open(png).convert("RGB")) == frame).all(), number
    assert (clip.frames(1) == frames[1:]).all() and (clip.frames(stop=-1) == frames[:-1]).all()
    assert (clip.frames(-2, 2) == frames[-2:2]).all() and clip.frames(2, 1).shape == (0, 48, 64, 3)
    frames[0] = 0  # they are the caller's
    assert clip.frames(0, 1).any()


def test_items_of_later_turns_are_their_own():
    spec = masque.Spec(isl=5, conversation_turn_mean=2, audio_length_mean=0.01, video={"width": 16, "height": 16, "frames": 2}, random_seed=1)
    turns = masque.Dataset(spec)[0].turns
    for turn in turns:
        assert pcm(turn.audios[0]) == turn.audios[0].samples().tobytes()
    assert (turns[0].videos[0].frames() != turns[1].videos[0].frames()).any()


def test_a_budget_hides_what_is_not_known_before():
    names = ALL | {"max_payload_bytes": "1M"}
    turn = masque.Dataset(masque.Spec(**names))[0].turns[0]
    for call in (turn.audios[0].samples, turn.videos[0].frames):
        with pytest.raises(ValueError, match="^max_payload_bytes: "):
            call()


WITHOUT = """
import sys
sys.modules["numpy"] = None  # as where it is not installed
import masque
turn = masque.Dataset(masque.Spec(isl=0, audio_length_mean=0.1, random_seed=1))[0].turns[0]
try:
    turn.audios[0].samples()
except ImportError as why:
    print(why)
"""


def test_without_numpy_all_but_arrays_is_there():
    ran = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert ran.stdout == "arrays are NumPy's, which is not installed; pip install masque[numpy]\n" and ran.stderr == ""
