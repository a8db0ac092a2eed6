#!/usr/bin/env python3
"""Picks the corpus of one target: a few dozen small files out of what libFuzzer's merge kept.

usage: pick.py MERGED SEEDS FOLDER   all seeds, then of the merged ones every n-th by size, up to the bounds below;
files are named by the hash of what is in them.
"""
import hashlib
import pathlib
import sys

FILES_MAX = 48
BYTES_MAX = 1200


def contents(folder):
    files = sorted(pathlib.Path(folder).iterdir(), key=lambda path: (path.stat().st_size, path.name))
    return [path.read_bytes() for path in files if path.stat().st_size <= BYTES_MAX]


def main():
    merged, seeds, folder = sys.argv[1:]
    chosen = dict.fromkeys(contents(seeds))
    rest = [content for content in contents(merged) if content not in chosen]
    left = max(0, FILES_MAX - len(chosen))
    step = max(1, -(-len(rest) // left)) if left else len(rest) + 1
    chosen.update(dict.fromkeys(rest[::step]))
    target = pathlib.Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for content in chosen:
        (target / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


if __name__ == "__main__":
    main()
