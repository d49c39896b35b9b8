"""Measures masque beside AIPerf's own generators, row by row, in one run: CPU time of an item, everything included for masque
(start-up, digests, files), and the generator's call alone for the peer.

    python3 -m venv target/peer && target/peer/bin/pip install aiperf==0.13.0
    target/peer/bin/python benches/peer.py [--masque target/release/masque] [--tokenizer FOLDER] [WORD...]

WORD: rows whose name has it. FOLDER holds a tokenizer.json with its tokenizer_config.json, for the rows of text. Prints a
table in Markdown; the noise video of the peer takes minutes.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

# name, items of masque, its flags, items of the peer, the peer's generator and settings.
PICTURE = "--image-width-mean 3840 --image-height-mean 2160"
CLIP = "--video-width 1920 --video-height 1080"
SIDES = {"width": 1920, "height": 1080}
ROWS = [
    ("noise PNG 3840x2160", 20, PICTURE, 3, "image", {"width": 3840, "height": 2160, "format": "png"}),
    ("noise JPEG 3840x2160", 20, f"{PICTURE} --image-format jpeg", 5, "image", {"width": 3840, "height": 2160, "format": "jpeg"}),
    ("noise JPEG 3840x2160, -j 1", 20, f"{PICTURE} --image-format jpeg -j 1", 5, "image", {"width": 3840, "height": 2160, "format": "jpeg"}),
    ("WAV 10 s", 500, "--audio-length-mean 10", 100, "audio", {"length": 10.0, "format": "wav"}),
    ("MP3 10 s", 50, "--audio-length-mean 10 --audio-format mp3", 30, "audio", {"length": 10.0, "format": "mp3"}),
    ("WebM 1080p, 8 fps, 10 s, libvpx-vp9", 4, f"{CLIP} --video-fps 8 --video-duration 10", 1, "video",
     SIDES | {"fps": 8, "duration": 10.0, "codec": "libvpx-vp9", "format": "webm", "synth_type": "moving_shapes"}),
    ("MP4 1080p, 30 fps, 4 s, libx264", 4, f"{CLIP} --video-fps 30 --video-duration 4 --video-format mp4 --video-codec libx264", 1, "video",
     SIDES | {"fps": 30, "duration": 4.0, "codec": "libx264", "format": "mp4", "synth_type": "moving_shapes"}),
    ("MP4 1080p, 30 fps, 4 s, masque_h264 and the peer's libx264", 20, f"{CLIP} --video-fps 30 --video-duration 4 --video-format mp4 -j 1", 1, "video",
     SIDES | {"fps": 30, "duration": 4.0, "codec": "libx264", "format": "mp4", "synth_type": "moving_shapes"}),
    ("WebM 1080p, 30 fps, 2 s of noise, libvpx-vp9", 2, f"{CLIP} --video-fps 30 --video-duration 2 --video-synth-type noise", 1, "video",
     SIDES | {"fps": 30, "duration": 2.0, "codec": "libvpx-vp9", "format": "webm", "synth_type": "noise"}),
    ("10,000 prompts of 5,000 tokens, built-in tokenizer", 10_000, "--isl 5000", 100, "text", {"mean": 5000}),
    ("100,000 prompts of 550 tokens, built-in tokenizer", 100_000, "--isl 550", 1000, "text", {"mean": 550}),
    ("10,000 prompts of 5,000 tokens, same tokenizer.json", 10_000, "--isl 5000 --tokenizer {tokenizer}", 100, "text", {"mean": 5000}),
    ("100,000 prompts of 550 tokens, same tokenizer.json", 100_000, "--isl 550 --tokenizer {tokenizer}", 1000, "text", {"mean": 550}),
]


def cpu(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def peer(kind, items, settings, tokenizer):
    """CPU and wall seconds of one item of the peer."""
    os.environ.setdefault("AIPERF_LOG_LEVEL", "ERROR")
    from aiperf.common import random_generator

    random_generator.init(42)
    if kind == "image":
        from aiperf.config.dataset.content import ImageConfig
        from aiperf.dataset.generator.image import ImageGenerator

        make = ImageGenerator(ImageConfig(batch_size=1, **settings)).generate
    elif kind == "audio":
        from aiperf.config.dataset.content import AudioConfig
        from aiperf.dataset.generator.audio import AudioGenerator

        make = AudioGenerator(AudioConfig(**settings)).generate
    elif kind == "video":
        from aiperf.config.dataset import VideoConfig
        from aiperf.dataset.generator.video import VideoGenerator

        make = VideoGenerator(VideoConfig(**settings)).generate
    else:
        from aiperf.common.tokenizer import Tokenizer
        from aiperf.dataset.generator.prompt import PromptGenerator

        generator = PromptGenerator(prompts=None, prefix_prompts=None, tokenizer=Tokenizer.from_pretrained(tokenizer))
        make = lambda: generator.generate(stddev=0, **settings)
    both = lambda: cpu(resource.RUSAGE_SELF) + cpu(resource.RUSAGE_CHILDREN)
    started, before = time.time(), both()
    for _ in range(items):
        make()
    return (both() - before) / items, (time.time() - started) / items


def masque(binary, items, flags):
    """CPU and wall seconds of one item, and the peak memory in MiB, of a whole run."""
    text = "" if "--isl" in flags else "--isl 0"
    with tempfile.TemporaryDirectory() as folder:
        command = f"{binary} generate --output {folder}/d -n {items} --random-seed 7 --quiet {text} {flags}"
        started = time.time()
        child = subprocess.Popen(command.split())
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.time() - started
    if status != 0:
        sys.exit(f"failed: {command}")
    return (usage.ru_utime + usage.ru_stime) / items, wall / items, usage.ru_maxrss / 1024


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("words", nargs="*", metavar="WORD")
    options.add_argument("--masque", default="target/release/masque")
    options.add_argument("--tokenizer", metavar="FOLDER")
    asked = options.parse_args()
    print("| what | masque, CPU ms | peer, CPU ms | ratio | masque, wall ms | peer, wall ms | ratio | masque, peak MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for name, items, flags, peer_items, kind, settings in ROWS:
        if not all(word in name for word in asked.words) or (kind == "text" and not asked.tokenizer):
            continue
        flags = flags.format(tokenizer=asked.tokenizer)
        # The median of five: a run that meets memory which the machine has to find first takes twice the time.
        ours = sorted(masque(asked.masque, items, flags) for _ in range(5))[2]
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, repr(peer(kind, peer_items, settings, asked.tokenizer)).encode())
            os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with os.fdopen(reader) as answer:
            theirs = tuple(map(float, answer.read().strip("()").split(",")))
        print(f"| {name} | {ours[0] * 1e3:.3f} | {theirs[0] * 1e3:.2f} | {theirs[0] / ours[0]:.1f} "
              f"| {ours[1] * 1e3:.3f} | {theirs[1] * 1e3:.2f} | {theirs[1] / ours[1]:.1f} | {ours[2]:.0f} |", flush=True)


main()
