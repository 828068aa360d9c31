"""Make mutants of rooms of the package, and see what the tests let live.

    make mutants                                  # every room, 300 mutants each
    make mutants ROOM=draws MUTANTS=1000 SEED=2   # another sample, of one room
    make mutants ROOM="draws effects" SECONDS=600

What was killed is kept in ``out/mutants`` until its file changes; what was left is tried again, so
the same command goes on where it was. What is left then stands in ``out/mutants/ROOM.txt``. Exit
status 1: fewer than nine in ten are killed in some room.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.seed import copy_checkout, environment, verify
from tests.mutants.making import Mutant, mutants
from tests.mutants.rooms import ROOMS, ROOT, Room
from tests.mutants.trying import SURVIVED, TIMED_OUT, Bench, preload

KEPT = ROOT / "out" / "mutants"
ENOUGH = 0.9


def try_room(name: str, kept: Path, most: int, seed: int, ends: float, wide: bool) -> bool:
    """Try the mutants of a room in this copy of the checkout; gives whether enough are killed."""
    room, began = ROOMS[name], time.monotonic()
    marks = {file: _digest(file) for file in (*room.files(), *room.text_files())}
    chosen, total = _made(room, kept / f"{name}.made", most, seed, marks)
    state = kept / f"{name}.json"
    known: dict[str, list[str]] = json.loads(state.read_text()) if state.exists() else {}

    def note(mutant: Mutant, seen: str) -> None:
        known[mutant.id] = [marks[mutant.file], seen]
        half = state.with_suffix(".half")
        half.write_text(json.dumps(known, indent=0), encoding="utf-8")
        half.replace(state)

    def is_open(mutant: Mutant) -> bool:
        mark, seen = known.get(mutant.id, ["", SURVIVED])
        return mark != marks[mutant.file] or seen == SURVIVED

    for how, paths in (("near", room.near), ("wide", room.wide if wide else ())):
        waiting = [mutant for mutant in chosen if is_open(mutant)]
        there = [path for path in paths if (ROOT / path).exists()]
        if waiting and there:
            bench = Bench(ROOT, there, kept / f"{name}.{how}.json", list(marks))
            _try(bench, waiting, note, marks, ends)
    seen = {mutant.id: _seen(known.get(mutant.id), marks[mutant.file]) for mutant in chosen}
    return _told(name, chosen, total, seen, kept, time.monotonic() - began)


def _made(
    room: Room, cache: Path, most: int, seed: int, marks: dict[str, str]
) -> tuple[list[Mutant], int]:
    """The mutants of a room; making them takes a while, so they are kept as long as they hold."""
    asked = (most, seed, marks)
    if cache.exists():
        held, made = pickle.loads(cache.read_bytes())
        if held == asked:
            return made  # type: ignore[no-any-return]
    made = mutants(ROOT, room.files(), seed, most, room.text_files())
    cache.write_bytes(pickle.dumps((asked, made)))
    return made


def _try(
    bench: Bench,
    waiting: list[Mutant],
    note: Callable[[Mutant, str], None],
    marks: dict[str, str],
    ends: float,
) -> None:
    code = hashlib.blake2b(json.dumps(marks).encode(), digest_size=8).hexdigest()
    for test in bench.measure(_TestMarks(code)):
        print(f"  fails without any mutant, and is left out: {test}", flush=True)
    for mutant in bench.quick(waiting, note, ends):
        if time.monotonic() > ends:
            break
        note(mutant, bench.slow(mutant))


def _seen(told: list[str] | None, mark: str) -> str | None:
    return told[1] if told and told[0] == mark else None


def _told(
    name: str,
    chosen: list[Mutant],
    total: int,
    seen: dict[str, str | None],
    kept: Path,
    took: float,
) -> bool:
    """Print what became of a room, and write what is left of it."""
    tried = [mutant for mutant in chosen if seen[mutant.id] is not None]
    left = [mutant for mutant in tried if seen[mutant.id] == SURVIVED]
    late = sum(seen[mutant.id] == TIMED_OUT for mutant in tried)
    killed = len(tried) - len(left)
    share = killed / max(len(tried), 1)
    line = (
        f"{name}: {len(tried)} of {total} mutants tried, {killed} killed ({share:.1%}), "
        f"{late} of these by time, {len(left)} left; {took:.0f} s"
    )
    print(line, flush=True)
    lines = [mutant.told for mutant in sorted(left, key=lambda m: (m.file, m.line, m.now))]
    (kept / f"{name}.txt").write_text("\n".join([line, *lines]) + "\n", encoding="utf-8")
    return share >= ENOUGH


class _TestMarks(dict[str, str]):
    """What changes with a file of tests and with the room, by file."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get(self, file: str, default: object = None) -> str:  # type: ignore[override]
        return self[file]

    def __missing__(self, file: str) -> str:
        self[file] = f"{self._code} {_digest(file)}"
        return self[file]


def _digest(file: str) -> str:
    return hashlib.blake2b((ROOT / file).read_bytes(), digest_size=8).hexdigest()


def main(arguments: list[str]) -> int:
    """Try rooms in a copy of the checkout."""
    parser = argparse.ArgumentParser(description="See which mutants the tests let live.")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; else all")
    parser.add_argument("--most", type=int, default=300, help="mutants a room (300)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (1)")
    parser.add_argument(
        "--seconds", type=float, default=0.0, help="give up after so long; 0: never"
    )
    parser.add_argument("--near", action="store_true", help="leave the wider tests out")
    parser.add_argument("--in-copy", metavar="KEPT", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if unknown := [name for name in asked.rooms if name not in ROOMS]:
        parser.error(f"there is no room {unknown[0]!r}; there is {', '.join(ROOMS)}")
    if asked.in_copy is None:
        return _in_copy(arguments)
    preload()
    ends = time.monotonic() + (asked.seconds or float("inf"))
    kept, enough = Path(asked.in_copy), True
    for name in asked.rooms or ROOMS:
        if time.monotonic() < ends:
            enough &= try_room(name, kept, asked.most, asked.seed, ends, not asked.near)
    return 0 if enough else 1


def _in_copy(arguments: list[str]) -> int:
    """Do the same in a copy, in which files can be overwritten; one thread, so that forks work."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="flowsim-mutants-") as folder:
        copy = Path(folder).resolve() / "checkout"
        copy_checkout(copy)
        env = environment(copy)
        verify(copy, env)
        env |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        env |= {"MPLBACKEND": "agg", "COVERAGE_CORE": "ctrace", "TMPDIR": folder}
        words = [sys.executable, "-m", "tests.mutants.campaign", "--in-copy", str(KEPT), *arguments]
        with subprocess.Popen(words, cwd=copy, env=env) as process:
            try:
                return process.wait()
            except KeyboardInterrupt:
                process.wait()
                raise


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("cut off; what was seen is kept, and the same command goes on from there")
