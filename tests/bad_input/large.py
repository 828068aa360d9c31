"""Folders of any size, by how many of what they hold; as a script it measures the loading of one.

python -m tests.bad_input.large rows 100000
"""

from __future__ import annotations

import re
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import flowsim.flee.reader.folder  # noqa: F401  (imported before memory is measured)
from flowsim.errors import ScenarioError
from flowsim.readers import load
from tests.flee_folder import flee_folder

SMALL = Path(__file__).parents[1] / "data/small"
FLEE_PLACES = (
    "Aha,N,Home,1,1,conflict,0,1000\nBee,N,Home,1,2,town,,\nCee,W,Far,1,3,camp,,500\n"
    "Dee,W,Far,1,3,camp,,500\nEve,W,Else,1,3,camp,,500\n"
)
SHARES = 1_000
"""Columns of a wide table."""

Make = Callable[[Path, int], Path]


def _with(name: str, text: Callable[[int], str]) -> Make:
    def make(where: Path, n: int) -> Path:
        shutil.copytree(SMALL, where / "small")
        (where / "small" / name).write_text(text(n))
        return where / "small"

    return make


def _yaml(old: str, new: Callable[[int], str]) -> Make:
    text = (SMALL / "scenario.yaml").read_text()
    assert text.count(old) == 1
    return _with("scenario.yaml", lambda n: text.replace(old, new(n)))


def _flee(**files: Callable[[int], str]) -> Make:
    def make(where: Path, n: int) -> Path:
        return flee_folder(where, **{name: text(n) for name, text in files.items()})

    return make


def _variant(where: Path, n: int) -> Path:
    """One that changes each of many reports, and as many that are not there."""
    shutil.copytree(SMALL, where / "small")
    (where / "small/reports.csv").write_text(_reports(n))
    names = [np.base_repr(i, 36) for i in range(n)]
    changes = "".join(f"  '{x}': {{value: 2}}\n  _{x}: {{value: 2}}\n" for x in names)
    (where / "small/variant.yaml").write_text(f"extends: .\nreports:\n{changes}")
    return where / "small/variant.yaml"


def _reports(n: int) -> str:
    """Rows so short that a million of them are a table that is read."""
    rows = "".join(f"{np.base_repr(i, 36)},2010-06-12,other,1\n" for i in range(n))
    return "id,when,variable,value\n" + rows


def _wide(value: str) -> Callable[[int], str]:
    header = ",".join(f"share.{i}" for i in range(SHARES))
    cells = ",".join([value] * SHARES)

    def text(n: int) -> str:
        rows = "".join(f"P{i},Here,{i % 80},{i / 1000},{cells}\n" for i in range(n))
        return f"name,country,lat,lon,{header}\n{rows}"

    return text


def _places(n: int, at: Callable[[int], str]) -> str:
    told = (SMALL / "places.csv").read_text()
    return told + "".join(f"P{i},Here,,town,{at(i)},0,,,,,,,\n" for i in range(n))


def _policies(where: Path, n: int) -> Path:
    """Policies on places, of which there are as many."""
    folder = _with("places.csv", lambda n: _places(n, _apart))(where, n)
    text, policies = (folder / "scenario.yaml").read_text(), "policies:\n"
    one = "          - {type: reception_stop, places: [nowhere]}\n"
    assert text.count(policies) == 1
    (folder / "scenario.yaml").write_text(text.replace(policies, policies + one * n))
    return folder


def _apart(i: int) -> str:
    return f"{40 + i / 1e4},{70 + i / 1e3}"


def _flee_places(n: int) -> str:
    return FLEE_PLACES + "".join(f"P{i},N,Home,1,2,town,,\n" for i in range(n))


def _flee_routes(n: int) -> str:
    roads = "".join(f"Bee,P{i},9\n" for i in range(n))
    return f"Aha,Bee,120\nBee,Cee,130\nCee,Dee,90\nAha,Eve,150\n{roads}"


MAKERS: Mapping[str, Make] = {
    "rows": _with("reports.csv", _reports),
    "wrong rows": _with("reports.csv", lambda n: "id,when,variable,value\n" + "".join(
        f"{i},x,other{i},y\n" for i in range(n))),
    "short rows": _with("reports.csv", lambda n: "id,when,variable,value\n" + "a\n" * n),
    "wide rows": _with("places.csv", _wide("0")),
    "wrong wide rows": _with("places.csv", _wide("x")),
    "columns": _with("places.csv", lambda n: ",".join(f"c{i}" for i in range(n)) + "\n"),
    "places": _with("places.csv", lambda n: _places(n, _apart)),
    "places on a circle of latitude": _with(
        "places.csv", lambda n: _places(n, lambda i: f"40.1,{70 + i / 1e3}")),
    "places on one spot": _with("places.csv", lambda n: _places(n, lambda i: "40.1,70.1")),
    "variant": _variant,
    "keys": _yaml("title: A small world", lambda n: "".join(f"k{i}: 1\n" for i in range(n))),
    "items": _yaml("title: A small world", lambda n: f"title: [{'1,' * n}]"),
    "lines": _yaml("title: A small world", lambda n: "title:\n" + "- 1\n" * n),
    "aliases": _yaml("title: A small world", lambda n: f"title: &a x\nother: [{'*a ,' * n}]"),
    "texts": _yaml("title: A small world", lambda n: "title: " + "some words\n  " * n),
    "remarks": _yaml("title: A small world", lambda n: "# some words\n" * n),
    "countries": _yaml("flee_from: [Here]", lambda n: f"flee_from: [{'Here, Far, ' * n}]"),
    "policies": _policies,
    "numbers": _yaml("title: A small world", lambda n: "numbers:\n" + "".join(
        "  - {path: 'places[Town].population', value: 600}\n" for _ in range(n))),
    "Flee: reports": _flee(cee=lambda n: "2015-05-01,1\n" * n),
    "Flee: places": _flee(locations=_flee_places, routes=_flee_routes),
    "Flee: unknown places": _flee(
        locations=_flee_places, routes=lambda n: "".join(f"Q{i},P{i},9\n" for i in range(n))),
    "Flee: closures": _flee(
        locations=_flee_places, routes=_flee_routes,
        closures=lambda n: "country,Home,Far,1,3\nlocation,Aha,,2,4\nlink,Aha,Bee,1,2\n" * n),
    "Flee: days": _flee(
        sim_period=lambda n: f"StartDate,2015-05-01\nLength,{n}\n",
        conflicts=lambda n: "#Day,Aha,Bee\n" + "".join(f"{i},{i % 2},1\n" for i in range(n)),
    ),
    "Flee: people": _flee(agents=lambda n: "location\n" + "Aha\n" * n),
}  # fmt: skip
"""Each makes a folder, or a file, that holds so many of what it is called by."""


def load_quietly(path: Path) -> int:
    """Load, whatever comes of it; the number of problems."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load(path)
        except ScenarioError as error:
            return len(error.problems)
    return 0


def size_of(path: Path) -> int:
    """Bytes of a folder's files, or of the folder of a file."""
    folder = path if path.is_dir() else path.parent
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _peak() -> int:
    """Most memory that this process has had; Linux's usage has that of who started it in it."""
    status = Path("/proc/self/status")
    if status.exists():
        told = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        assert told is not None
        return int(told[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(what: str, n: int) -> tuple[int, int, float, int]:
    """Bytes of the files, bytes of memory that loading took at its peak, seconds, problems.

    The peak is that of the process, so that only the first call in it tells.
    """
    with tempfile.TemporaryDirectory() as there:
        for small in (SMALL, flee_folder(Path(there) / "before")):
            load_quietly(small)
        path = MAKERS[what](Path(there), n)
        size, before, begun = size_of(path), _peak(), time.process_time()
        problems = load_quietly(path)
        return size, _peak() - before, time.process_time() - begun, problems


def count_lines(path: Path) -> int:
    """Lines of Python that are gone through while a path is loaded, each turn of a loop anew."""
    lines = 0

    def count(frame: object, event: str, argument: object) -> Any:
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        load_quietly(path)
    finally:
        sys.settrace(before)
    return lines


if __name__ == "__main__":
    print(*measure(sys.argv[1], int(sys.argv[2])))
