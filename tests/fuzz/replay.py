"""Inputs of the fuzzer once more, without it: `python -m tests.fuzz.replay INPUT...`.

A folder stands for all that is in it; what fails is only counted then. A single input is written
out with what it holds, and fails as it did.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.fuzz.blob import unpack
from tests.fuzz.trial import site, try_out


def main() -> None:
    """Replay what the command line names."""
    for path in map(Path, sys.argv[1:]):
        if path.is_dir():
            print(dict(_all(path)))
        else:
            _one(path)


def _all(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in sorted(folder.iterdir()):
        try:
            found[try_out(path.read_bytes(), run=False)] += 1
        except BaseException as error:
            found[site(error)] += 1
    return found


def _one(path: Path) -> None:
    raw = path.read_bytes()
    blob = unpack(raw)
    print(f"# loads {blob.loaded}, {'strict' if blob.strict else 'as it is'}")
    for part in blob.parts:
        print(f"# {part.kind!r} {part.name!r}\n{part.body.decode('utf-8', 'backslashreplace')}")
    print(try_out(raw, run=True))


if __name__ == "__main__":
    main()
