"""Writes what was measured as tables and one figure."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.benchmarks.cases import QUANTITIES
from tests.benchmarks.fit import DECADES, Growth, growth

FIGURE = "growth.png"
HEAD = """# Benchmarks

Written by `make bench`; edit the code instead. Seconds are of processor time, of one process, \
without the start of Python, reading the scenario and reading or compiling the code. An event is \
a draw that a household makes for a change of its own: when it leaves or moves on, where to, how \
it crosses. Person-steps count everybody at every step, also who stays at home. Runs by Flee's \
rules, several runs in a process, and studies are not divided into phases.

"""


def machine() -> str:
    """The machine and the libraries, in a sentence."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba"))
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def write(lines: list[dict[str, Any]], folder: Path) -> None:
    """The tables into README.md of a folder, and the figure beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = [HEAD]
    machines = dict.fromkeys(line["machine"] for line in lines)
    sections.append("Measured on " + "; ".join(machines) + ".\n")
    sections += [cases_table(lines), phases_table(lines), ratios_table(lines), flee_table(lines)]
    fits = growths(lines)
    if fits:
        draw(lines, folder / FIGURE)
        sections.append(growth_table(fits))
    failed = [line for line in lines if "failed" in line["found"]]
    if failed:
        told = [f"- {line['name']} ({line['code']}): {line['found']['failed']}" for line in failed]
        sections.append("\n## Not measured\n\n" + "\n".join(told) + "\n")
    (folder / "README.md").write_text("".join(sections), encoding="utf-8")


def table(title: str, columns: Iterable[str], rows: list[list[str]]) -> str:
    """A table of Markdown, or nothing without rows."""
    if not rows:
        return ""
    columns = list(columns)
    head = f"| {' | '.join(columns)} |\n| {' | '.join('---' for _ in columns)} |\n"
    return f"\n## {title}\n\n{head}" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def cases_table(lines: list[dict[str, Any]]) -> str:
    """Speed and memory of the named cases."""
    rows = []
    for line in _of(lines, "case"):
        found = line["found"]
        ns = f"{found['ns_an_event']:,.0f}" if "ns_an_event" in found else ""
        rows.append([
            line["name"], f"{found['people']:,}", str(found["places"]), str(found["steps"]),
            f"{found['seconds']:.2f}", f"{found['person_steps_a_second']:,.0f}", ns,
            f"{found['peak_mb']:,.0f}",
        ])  # fmt: skip
    columns = (
        "case", "people", "places", "steps", "seconds", "person-steps a second", "ns an event",
        "peak MB",
    )  # fmt: skip
    return table("Cases", columns, rows)


def phases_table(lines: list[dict[str, Any]]) -> str:
    """Share of the time by phase."""
    with_phases = [line for line in _of(lines, "case") if line["found"]["phases"]]
    names = list(dict.fromkeys(n for line in with_phases for n in line["found"]["phases"]))
    rows = []
    for line in with_phases:
        spent = line["found"]["phases"]
        whole = sum(spent.values())
        shares = [f"{100 * spent.get(name, 0) / whole:.1f}" for name in names]
        rows.append([line["name"], *shares])
    return table("Time by phase, per cent", ["case", *names], rows)


def ratios_table(lines: list[dict[str, Any]]) -> str:
    """Time with an older commit by time now, from the same call."""
    rows = []
    for line in _of(lines, "against"):
        found = line["found"]
        rows.append([line["name"], line["code"], f"{found['older']:.2f}", f"{found['now']:.2f}",
                     f"{found['older'] / found['now']:.2f}"])  # fmt: skip
    return table(
        "Against an older commit", ("case", "commit", "its seconds", "now", "times as fast"), rows
    )


def flee_table(lines: list[dict[str, Any]]) -> str:
    """Time of Flee by time of flowsim, from the same call."""
    rows = []
    for line in _of(lines, "flee"):
        found = line["found"]
        rows.append([
            line["name"], str(found["hasten"]), f"{found['seconds']:.1f}",
            f"{found['flowsim']:.2f}", f"{found['seconds'] / found['flowsim']:.0f}",
            f"{found['peak_mb']:.0f}",
        ])  # fmt: skip
    columns = (
        "conflict", "persons an agent of Flee", "seconds of Flee", "seconds of flowsim",
        "times as fast", "peak MB of Flee",
    )  # fmt: skip
    return table("Beside Flee 3.1, flowsim with an agent a person by Flee's rules", columns, rows)


def points(lines: list[dict[str, Any]], quantity: str) -> list[tuple[float, float, float]]:
    """Size, seconds and peak memory along a sweep, in order of size."""
    told = []
    for line in _of(lines, "growth"):
        if line["case"]["sweep"] == quantity:
            found = line["found"]
            size = {**found, **line["case"], **line["case"].get("world", {})}.get(quantity)
            size = found[quantity] if quantity in ("places", "routes", "steps") else size
            told.append((float(size), found["seconds"], found["peak_mb"]))
    return sorted(told)


def growths(lines: list[dict[str, Any]]) -> dict[str, tuple[list[Any], Growth, Growth]]:
    """By quantity, its points and how time and memory grow."""
    fits = {}
    for quantity in QUANTITIES:
        along = points(lines, quantity)
        if len(along) > 1:
            sizes, seconds, peaks = zip(*along, strict=True)
            fits[quantity] = (along, growth(sizes, seconds), growth(sizes, peaks))
    return fits


def growth_table(fits: dict[str, tuple[list[Any], Growth, Growth]]) -> str:
    """Exponents of time and memory."""
    rows = []
    for quantity, (along, time, memory) in fits.items():
        rows.append([
            quantity, f"{along[0][0]:,.0f} to {along[-1][0]:,.0f}",
            f"{along[0][1]:.2f} to {along[-1][1]:.2f}",
            f"{time.exponent:.2f} ± {time.error:.2f}",
            f"{memory.exponent:.2f} ± {memory.error:.2f}",
            str(time.points),
        ])  # fmt: skip
    columns = (
        "against", "range", "seconds", "exponent of time", "exponent of peak memory",
        "points fitted",
    )  # fmt: skip
    note = (
        f"\nThe exponent is the slope over the upper {DECADES:.0f} decades on logarithmic scales, "
        f"with its standard error.\n\n![Growth of time and memory]({FIGURE})\n"
    )
    return table("Growth", columns, rows) + note


def draw(lines: list[dict[str, Any]], path: Path) -> None:
    """Time and memory against each size, with the fitted slopes."""
    fits = growths(lines)
    figure = Figure(figsize=(2.6 * len(fits) + 0.6, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, len(fits), squeeze=False, sharex="col", sharey="row")
    for column, (quantity, (along, *fitted)) in enumerate(fits.items()):
        for row, one in enumerate(fitted):
            x, y = [p[0] for p in along], [p[1 + row] for p in along]
            ax = axes[row][column]
            ax.loglog(x, y, "o-", color="0.2", markersize=4, linewidth=1)
            ends = [max(x[0], x[-1] / 10**DECADES), x[-1]]
            ax.loglog(ends, [y[-1] * (e / x[-1]) ** one.exponent for e in ends],
                      color="tab:red", linewidth=1, linestyle="--")  # fmt: skip
            ax.set_title(f"slope {one.exponent:.2f} ± {one.error:.2f}", fontsize=9, color="tab:red")
            ax.grid(alpha=0.3, linewidth=0.5)
        axes[1][column].set_xlabel(quantity)
    axes[0][0].set_ylabel("seconds of processor time")
    axes[1][0].set_ylabel("peak memory, MB")
    figure.savefig(path, dpi=120)


def _of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["kind"] == kind and "failed" not in line["found"]]
