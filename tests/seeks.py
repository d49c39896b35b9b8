"""Seeks in clips of masque_h264 with PyAV and OpenCV: to every keyframe and to random frames, which have to be those of a decoding from
the beginning on.

    target/players/bin/python tests/seeks.py --masque target/debug/masque [NAME]

Without NAME it lists its cases, one a line.
"""

import argparse
import hashlib
import pathlib
import random
import subprocess
import sys
import tempfile

import av
import cv2

FRAMES, GOP = 130, 24
CLIPS = {
    "mp4": ["--video-synth-type", "moving_shapes", "--video-width", "322", "--video-height", "182", "--video-format", "mp4"],
    "clock": ["--video-synth-type", "grid_clock", "--video-width", "640", "--video-height", "360", "--video-format", "mp4",
              "--video-speed", "best", "--video-fps", "30000/1001"],
}


def make(masque, name, folder):
    flags = ["generate", "-n", "1", "--isl", "0", "--quiet", "--random-seed", "3", "--media", "files", "--output", str(folder)]
    coding = ["--video-codec", "masque_h264", "--video-frames", str(FRAMES), "--video-gop", str(GOP)]
    subprocess.run([masque, *flags, *coding, *CLIPS[name]], check=True)
    (clip,) = folder.rglob("*.mp4")
    return str(clip)


def digest(pixels):
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def places(keyframes):
    """The frames to seek to, in any order: all keyframes, their neighbours, and others."""
    chance = random.Random(5)
    near = {number + way for number in keyframes for way in (-1, 0, 1)} | {0, FRAMES - 1}
    wanted = [number for number in near if 0 <= number < FRAMES] + chance.sample(range(FRAMES), 40)
    chance.shuffle(wanted)
    return wanted


def pyav(clip):
    with av.open(clip) as container:
        linear = [(frame.pts, frame.key_frame, digest(frame.to_ndarray(format="yuv420p"))) for frame in container.decode(video=0)]
    times = [pts for pts, *_ in linear]
    keyframes = [number for number, (_, key, _) in enumerate(linear) if key]
    assert len(linear) == FRAMES and times == sorted(set(times)), times
    assert keyframes == list(range(0, FRAMES, GOP)), keyframes
    with av.open(clip) as container:
        stream = container.streams.video[0]
        for number in places(keyframes):
            container.seek(times[number], stream=stream)
            first = None
            for frame in container.decode(stream):
                first = frame.pts if first is None else first
                if frame.pts >= times[number]:
                    break
            assert first == times[number // GOP * GOP], f"frame {number}: the seek came to {first}"
            assert (frame.pts, digest(frame.to_ndarray(format="yuv420p"))) == linear[number][::2], f"frame {number} is another"


def opencv(clip):
    capture = cv2.VideoCapture(clip)
    assert int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) == FRAMES
    linear = []
    while True:
        there, pixels = capture.read()
        if not there:
            break
        linear.append(digest(pixels))
    assert len(linear) == FRAMES, len(linear)
    for number in places(range(0, FRAMES, GOP)):
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        there, pixels = capture.read()
        assert there and digest(pixels) == linear[number], f"frame {number} is another"
    # Frames that do not differ would not show that a seek went astray.
    assert len(set(linear)) > FRAMES * 3 // 4, len(set(linear))


CASES = {f"{clip} by {reader.__name__}": (clip, reader) for clip in CLIPS for reader in (pyav, opencv)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--masque", required=True)
    parser.add_argument("case", nargs="?")
    arguments = parser.parse_args()
    if arguments.case is None:
        print(*CASES, sep="\n")
        return
    clip, reader = CASES[arguments.case]
    with tempfile.TemporaryDirectory() as folder:
        reader(make(arguments.masque, clip, pathlib.Path(folder) / "out"))


if __name__ == "__main__":
    sys.exit(main())
