"""The page of what was measured: tables of cases, of growth, of ratios, with the machine named."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks import figure
from tests.benchmarks.cases import AXES, CASES
from tests.benchmarks.growth import DECADES, curves
from tests.benchmarks.growth import told as told_growth
from tests.benchmarks.measure import Line, Lines

HOW = """\
# Benchmarks

`make bench` measures and writes this page. `python -m tests.benchmarks --help` tells how to choose
cases and sizes, to hold another commit beside this one (`--against`), and to run Flee beside it
(`--flee`). Compare figures within one page only: they are of one machine in one hour.

Each case runs in a process of its own, and all is compiled before. CPU seconds are of the
quickest run where there are several. A *person-step* is one person for one step. An *event* is a
household that leaves, comes to the end of a leg of its way, comes to stand anywhere (at home, at a
gate, at a refuge) or is harmed; by Flee's rules, a person who chooses a way. Nanoseconds by event
are those of all that was done: where few people move they are many. The peak of memory is of the
whole process, some 290 MB of which are the libraries.
"""


def write(lines: Lines, folder: Path) -> Path:
    """Write page and figure into a folder; gives the page."""
    folder.mkdir(parents=True, exist_ok=True)
    has_figure = figure.draw(lines, folder / "growth.png")
    path = folder / "README.md"
    path.write_text("\n".join(page(lines, has_figure)).rstrip() + "\n", encoding="utf-8")
    return path


def page(lines: Lines, has_figure: bool) -> Iterator[str]:
    """The lines of the page."""
    yield HOW
    yield from told_machine(lines.head)
    for case in CASES:
        found = lines.of(case)
        if found or lines.left_out(case):
            yield from _case(case, found, lines.left_out(case))
    yield from _growth(lines, has_figure)
    yield from _ratios(lines)
    yield from _flee(lines)


def told_machine(head: Line) -> Iterator[str]:
    """Where and when."""
    yield (
        f"Measured on {head['date']} UTC, flowsim {head['flowsim']}, on {head['cpu']}"
        f" ({head['cores']} cores, {head['memory_gb']} GB, {head['system']} {head['machine']}; load"
        f" {head['load']} at the start), Python {head['python']}, numpy {head['numpy']},"
        f" numba {head['numba']}, Mesa {head['mesa']}, xarray {head['xarray']}.\n"
    )
    if head.get("against"):
        yield f"Here and at {head['against']}, June 2010 is run from its files at that commit.\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _case(case: str, found: list[Line], left_out: list[Line]) -> Iterator[str]:
    told = (CASES[case].__doc__ or "").strip().splitlines()[0]
    yield f"## {case}\n\n{told}\n"
    if found:
        head = ["", "s", "CPU s", "households", "million person-steps / s", "events",
                "ns / event", "peak MB", "share of time"]  # fmt: skip
        yield from table(head, [row(line) for line in found])
    for line in left_out:
        where = "" if line["commit"] == "here" else f" at {line['commit']}"
        yield f"- {line['label']}{where}: not measured, {line['left_out']}"
    if left_out:
        yield ""


def row(line: Line) -> list[str]:
    """A measurement as a row of the table of its case."""
    spent = line[line["clock"]]
    speed = line["persons"] * line["steps"] / spent / 1e6
    events = line["events"]
    return [
        line["label"], seconds(line["wall"]),
        seconds(line["cpu"]) if line["clock"] == "cpu" else "",
        f"{line['rows']:,}" if line["rows"] else "",
        f"{speed:,.3g}" if speed else "",
        f"{events:,}" if events else "", f"{1e9 * spent / events:,.0f}" if events else "",
        f"{line['peak_mb']:,.0f}", shares(line),
    ]  # fmt: skip


def seconds(value: float) -> str:
    """Seconds in three figures or so.

    >>> seconds(0.01234), seconds(1.2345), seconds(23.45), seconds(123.45)
    ('0.012', '1.23', '23.4', '123')
    """
    return f"{value:.{3 if value < 0.1 else 2 if value < 10 else 1 if value < 100 else 0}f}"


def shares(line: Line) -> str:
    """Phases by their share of the time, the largest first; those below 2 % are left out."""
    phases = sorted(line["phases"].items(), key=lambda item: -item[1])
    spent = max(line["cpu"], sum(line["phases"].values()))
    return ", ".join(f"{name} {t / spent:.0%}" for name, t in phases if t > 0.02 * spent)


def _growth(lines: Lines, has_figure: bool) -> Iterator[str]:
    axes = {axis: found for axis in AXES if len(found := lines.of(axis)) > 1}
    if not axes:
        return
    yield "## Growth\n"
    yield (
        f"Time and memory grow as the size to a power: its exponent over the upper {DECADES:g}"
        " decades of what was measured, with its standard error, and in brackets that over the last"
        " decade alone: where it is the larger one, a term that grows faster takes over. Memory is"
        " what a run takes beyond that of the process with its libraries.\n"
    )
    head = ["size", "from", "to", "all", "set-up", "steps", "result", "memory"]
    rows = []
    for axis, found in axes.items():
        told = curves(found)
        x = told["all"][0]
        grown = ("all", "set up", "steps", "result", "memory")
        slopes = [told_growth(*told[name]) for name in grown]
        rows.append([axis, f"{x[0]:,.0f}", f"{x[-1]:,.0f}", *slopes])
    yield from table(head, rows)
    if has_figure:
        yield "![Growth of time and memory](growth.png)\n"


def _ratios(lines: Lines) -> Iterator[str]:
    commits = {line["commit"] for line in lines.lines if "commit" in line} - {"here"}
    for commit in sorted(commits):
        there = {(line["case"], line["label"]): line for case in CASES
                 for line in lines.of(case, commit)}  # fmt: skip
        if not there:
            continue
        yield f"## Against {commit}\n"
        yield (
            "Measured in turn, in the same call. How many times as fast: median over the rounds of"
            " the seconds there by the seconds here (CPU, or wall time where processes work"
            " together), and its range.\n"
        )
        rows = []
        for case in CASES:
            for here in lines.of(case):
                other = there.get((case, here["label"]))
                if other is None:
                    continue
                clock = here["clock"]
                ratios = list(_rounds(lines, here, commit))
                rows.append([
                    here["label"], seconds(other[clock]), seconds(here[clock]),
                    f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
                    f"{other['peak_mb']:,.0f}", f"{here['peak_mb']:,.0f}",
                ])  # fmt: skip
        head = ["", "s there", "s here", "times as fast", "peak MB there", "peak MB here"]
        yield from table(head, rows)


def _rounds(lines: Lines, here: Line, commit: str) -> Iterator[float]:
    """Seconds there by seconds here, round by round."""

    def by_round(name: str) -> dict[int, float]:
        return {
            line["round"]: line[line["clock"]] for line in lines.measured(name)
            if (line["case"], line["label"]) == (here["case"], here["label"])
        }  # fmt: skip

    ours, theirs = by_round("here"), by_round(commit)
    for number in sorted(ours.keys() & theirs.keys()):
        yield theirs[number] / ours[number]


def _flee(lines: Lines) -> Iterator[str]:
    found = [line for line in lines.lines if "flee_seconds" in line]
    if not found:
        return
    yield "## Flee beside it\n"
    yield (
        f"Flee {found[0]['flee_version']} from the package index, in an environment of its own, and"
        " flowsim on the same folder, one after the other. CPU seconds of reading and running,"
        " without the start of Python. Flee takes the people of one agent together where told"
        " (`hasten`); flowsim by Flee's rules does too, and by its own has an agent a person.\n"
    )
    head = ["folder", "people", "days", "hasten", "Flee, s", "rules: flee, s", "times as fast",
            "own rules, s", "times as fast"]  # fmt: skip
    rows = []
    for line in found:
        spent = line["flee_seconds"]
        rows.append([
            line["label"], f"{line['persons']:,}", str(line["steps"]), str(line["hasten"]),
            seconds(spent), seconds(line["rules_flee"]), f"{spent / line['rules_flee']:,.1f}",
            seconds(line["own_rules"]), f"{spent / line['own_rules']:,.1f}",
        ])  # fmt: skip
    yield from table(head, rows)
