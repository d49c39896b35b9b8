"""Prompts of 550 tokens a second by the module `masque` and by the command of the same wheel, by turns in one run: the module's texts in
memory, one by one; the command's in a folder. Best of five each, all cores.

    target/python/venv/bin/python benches/python.py [RECORDS]
"""

import pathlib
import subprocess
import sys
import tempfile
import time

import masque

RECORDS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
COMMAND = pathlib.Path(sys.executable).with_name("masque")


def module():
    dataset = masque.Dataset(masque.Spec(isl=550, random_seed=7, num_dataset_entries=RECORDS))
    return sum(len(record.turns[0].text) for record in dataset)


def command():
    with tempfile.TemporaryDirectory() as folder:
        flags = f"generate --output {folder}/d --isl 550 --random-seed 7 -n {RECORDS} --quiet"
        subprocess.run([COMMAND, *flags.split()], check=True)


def rate(run):
    started = time.perf_counter()
    run()
    return RECORDS / (time.perf_counter() - started)


def main():
    turns = [(rate(command), rate(module)) for _ in range(5)]
    (by_command, by_module) = (max(rates) for rates in zip(*turns))
    print("| prompts of 550 tokens | a second |\n|---|---|")
    print(f"| `masque generate` | {by_command:.0f} |\n| `for record in dataset` | {by_module:.0f} |\n| ratio | {by_module / by_command:.2f} |")


main()
