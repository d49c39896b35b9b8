"""Writes what the crates that a build of masque links are under: a line for each, and every text that they carry, once.

    cargo metadata --format-version 1 --locked --filter-platform TARGET | python3 licences.py > crates.txt
"""

import json
import re
import sys
from pathlib import Path

TEXT = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense|patents)", re.IGNORECASE)
DEPTH = 3  # folders below a crate's own: the C library that it bundles, and its parts


def linked(metadata):
    """The packages that end in the program, by their ids: those that it depends on otherwise than for building or testing."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    found, waiting = set(), [metadata["resolve"]["root"]]
    while waiting:
        package = waiting.pop()
        if package not in found:
            found.add(package)
            normal = [dep for dep in nodes[package]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
            waiting.extend(dep["pkg"] for dep in normal)
    return found - {metadata["resolve"]["root"]}


def texts(folder):
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        # Names such as `license.rs` are code.
        if len(inside.parts) <= DEPTH + 1 and TEXT.match(path.name) and path.suffix in {"", ".md", ".txt"} and path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace").strip()


def main():
    metadata = json.load(sys.stdin)
    ids = linked(metadata)
    packages = sorted((p for p in metadata["packages"] if p["id"] in ids), key=lambda p: (p["name"], p["version"]))
    print("The crates that masque is linked from, their licences, and the texts that they carry. Where a crate carries none, that of its")
    print("licence applies which another one carries here.\n")
    carriers = {}
    for package in packages:
        crate = f"{package['name']} {package['version']}"
        print(f"{crate}: {package['license'] or package['license_file']}; {', '.join(package['authors']) or package['repository']}")
        for text in texts(Path(package["manifest_path"]).parent):
            crates = carriers.setdefault(text, [])
            if crate not in crates:
                crates.append(crate)
    for text, crates in carriers.items():
        print(f"\n{'=' * 100}\n{', '.join(crates)}\n{'=' * 100}\n\n{text}")


main()
