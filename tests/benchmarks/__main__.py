"""`make bench`: measure cases, keep what was measured, and write the page with its figure."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import beside, page
from tests.benchmarks.cases import CASES, DEFAULT, Asked, Point, points
from tests.benchmarks.measure import Line, Lines, PointError, machine, run
from tests.benchmarks.worlds import World

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out" / "bench"
PAGE = ROOT / "tests" / "benchmarks"


def parser() -> argparse.ArgumentParser:
    """What can be asked."""
    told = "\n".join(
        f"  {name:<15}{(case.__doc__ or '').strip().splitlines()[0]}"
        for name, case in CASES.items()
    )
    sizes = ", ".join(f"{field.name}={getattr(World(), field.name)}" for field in fields(World))
    asked = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure how fast flowsim is and how much memory it takes.",
        epilog=f"cases:\n{told}\n\nwithout names: {' '.join(DEFAULT)}\n"
        f"sizes of --world: {sizes}\n\n"
        "Each measurement is kept as it is made, a line of JSON in FOLDER; an interrupted call is\n"
        "gone on with by --resume. Ctrl-C ends it, with a page of what there is.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = asked.add_argument
    add("cases", nargs="*", metavar="CASE", help="what to measure")
    add(
        "--max-people",
        type=float,
        default=1e6,
        metavar="N",
        help="largest made-up world of the case people (default 1e6)",
    )
    add("--world", metavar="SIZES", help="one made-up world, as people=1e5,places=300,step_h=1")
    add(
        "--seconds",
        type=float,
        default=10.0,
        metavar="S",
        help="leave larger points of an axis out once one takes so long (10)",
    )
    add(
        "--against",
        metavar="COMMIT",
        help="measure another commit in turn, both with its scenarios",
    )
    add("--rounds", type=int, default=3, metavar="N", help="how often in turn, with --against (3)")
    add(
        "--functions",
        type=int,
        default=0,
        metavar="N",
        help="tell the N functions of flowsim that take the most time, with what they call",
    )
    add("--flee", action="store_true", help="run Flee from the package index beside it")
    add(
        "--flee-hasten",
        type=int,
        default=10,
        metavar="N",
        help="people of an agent in Flee on the conflicts (10)",
    )
    add(
        "-o",
        "--output",
        type=Path,
        default=OUT,
        metavar="FOLDER",
        help="for what was measured, and the page of it (out/bench)",
    )
    add("--page", action="store_true", help="write the page into tests/benchmarks too")
    add("--resume", action="store_true", help="go on with the latest measurements")
    add("--draw", type=Path, metavar="FILE", help="only write the page, of lines measured before")
    return asked


def sizes_of(text: str | None) -> dict[str, Any]:
    """Sizes of a world as they are told.

    >>> sizes_of("people=1e5, moving=0.5")
    {'people': 100000, 'moving': 0.5}

    Raises
    ------
    ValueError
        With what is wrong.
    """
    known = [field.name for field in fields(World)]
    sizes = {}
    for part in (text or "").split(","):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not part.strip():
            continue
        if not equals or name not in known:
            raise ValueError(f"{part.strip()!r} is not a size; give NAME=NUMBER of {known}")
        sizes[name] = type(getattr(World(), name))(float(value))
    World(**sizes)
    return sizes


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked; 1 where a point failed."""
    made = parser()
    asked = made.parse_args(arguments)
    if asked.draw:
        if not asked.draw.is_file():
            made.error(f"no file {asked.draw}")
        return _write(Lines(asked.draw), asked)
    if unknown := [name for name in asked.cases if name not in CASES]:
        made.error(f"no case {', '.join(unknown)}; there is {', '.join(CASES)}")
    try:
        sizes = sizes_of(asked.world)
    except ValueError as error:
        made.error(str(error))
    names = asked.cases or (["world"] if sizes else list(DEFAULT))
    lines = _lines(made, asked, arguments)
    print(*page.told_machine(lines.head), sep="\n")
    failed = False
    try:
        what = points(names, Asked(asked.max_people, sizes))
        for _, line in _run(what, lines, asked):
            failed |= "failed" in line.get("left_out", "")
            print(told(line), flush=True)
        if asked.flee:
            for line in beside.run(lines, asked.output, asked.flee_hasten):
                print(told(line), flush=True)
    except KeyboardInterrupt:
        print("\ninterrupted; go on with --resume", file=sys.stderr)
        _write(lines, asked)
        return 130
    except PointError as error:
        print(error, file=sys.stderr)
        failed = True
    return _write(lines, asked) or int(failed)


def _run(what: Sequence[Point], lines: Lines, asked: argparse.Namespace) -> Iterator[Any]:
    return run(what, lines, asked.seconds, asked.against, asked.rounds, asked.functions)


def _lines(
    made: argparse.ArgumentParser, asked: argparse.Namespace, arguments: Sequence[str]
) -> Lines:
    """The file of this call, or the latest."""
    latest = sorted(asked.output.glob("*.jsonl"))
    if asked.resume and latest:
        lines = Lines(latest[-1])
        if lines.head.get("against") != asked.against:  # its scenarios are run by both
            made.error(f"{latest[-1]} was measured with --against {lines.head.get('against')}")
        return lines
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
    lines = Lines(asked.output / f"{name}.jsonl")
    lines.add(machine(arguments, asked.against))
    return lines


def _write(lines: Lines, asked: argparse.Namespace) -> int:
    for folder in [asked.output, *([PAGE] if asked.page else [])]:
        print(f"{page.write(lines, folder)} tells what was measured")
    return 0


def told(line: Line) -> str:
    """A line of the screen."""
    where = "" if line.get("commit", "here") == "here" else f" ({line['commit'][:12]})"
    name = f"{line['case']:<13}{line['label'] + where:<46}"
    if "left_out" in line:
        return f"{name} left out: {line['left_out']}"
    if "flee_seconds" in line:
        return (f"{name} Flee {line['flee_seconds']:.2f} s, rules: flee {line['rules_flee']:.2f} s,"
                f" own {line['own_rules']:.2f} s")  # fmt: skip
    functions = "".join(
        f"\n{calls:>12,} calls{total:9.3f} s{own:9.3f} s of its own  {function}"
        for function, calls, total, own in line.get("functions", ())
    )
    return f"{name}{line['wall']:8.2f} s{line['peak_mb']:8.0f} MB  {page.shares(line)}{functions}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
