"""What loading may take: memory by the bytes of the files, work in proportion to them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.scenario.files import MEGABYTE, TABLE_BYTES, YAML_BYTES
from flowsim.scenario.flaws import MOST_TOLD
from tests.bad_input.guarded import load_guarded
from tests.bad_input.large import MAKERS, Make, count_lines, size_of
from tests.full import FULL, only_full

ROOT = Path(__file__).parents[2]
MEMORY_PER_BYTE = 400
"""Bytes of memory for each byte of the files, as flowsim/scenario/files.py states it."""
MILLION = 1_000_000


def measured(what: str, n: int) -> tuple[int, int]:
    """Bytes of files, and of memory that loading them took, in a process of its own."""
    command = [sys.executable, "-m", "tests.bad_input.large", what, str(n)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    size, memory, *_ = done.stdout.split()
    return int(size), int(memory)


@pytest.mark.parametrize(("what", "n"), [("rows", 20_000), ("wide rows", 30), ("items", 20_000)])
def test_memory_is_bounded_by_the_size_of_the_files(what: str, n: int) -> None:
    size, memory = measured(what, n)
    assert size < memory < MEMORY_PER_BYTE * size


@only_full
@pytest.mark.parametrize(
    ("what", "n"),
    [
        ("rows", MILLION),
        ("wrong rows", MILLION // 4),
        ("short rows", MILLION),
        ("keys", 150_000),
        ("lines", 400_000),
    ],
)
def test_memory_is_bounded_for_large_files(what: str, n: int) -> None:
    size, memory = measured(what, n)
    assert size > MEGABYTE
    assert memory < MEMORY_PER_BYTE * size


USUAL = 100 if FULL else 30
N = {"wide rows": 2 if FULL else 1, "wrong wide rows": 2 if FULL else 1,
     "variant": 100, "Flee: unknown places": 100}  # fmt: skip
"""How many of each are counted, where they are not as many as usual: a quarter of wide rows, and
more where only so many are told with a proposal."""


@pytest.mark.parametrize("what", MAKERS)
def test_twice_as_much_takes_at_most_twice_the_work(what: str, tmp_path: Path) -> None:
    n = N.get(what, USUAL)
    assert not grows_faster(MAKERS[what], n, tmp_path, count_lines)


def grows_faster(make: Make, n: int, where: Path, count: Callable[[Path], int]) -> bool:
    """Whether work grows faster than what is worked on, from n to 2n and to 4n."""
    paths = []
    for times in (1, 1, 2, 4):  # once more for what is remembered from one loading to the next
        folder = where / str(len(paths))
        folder.mkdir()
        paths.append(make(folder, times * n))
    _, one, two, four = (count(path) for path in paths)
    return four - two > 2.2 * (two - one)


def test_work_that_grows_faster_is_seen(tmp_path: Path) -> None:
    """As where each row is held against all others."""

    def count(path: Path) -> int:
        rows = (path / "reports.csv").read_text().count("\n")
        return count_lines(path) + rows * rows

    assert grows_faster(MAKERS["rows"], 100, tmp_path, count)


@pytest.mark.parametrize("what", ["wrong rows", "short rows", "columns", "Flee: unknown places"])
def test_of_a_hundred_thousand_mistakes_a_thousand_are_told(what: str, tmp_path: Path) -> None:
    n = 100_000 if what == "short rows" else 2 * MOST_TOLD
    scenario, problems = load_guarded(MAKERS[what](tmp_path, n))
    assert scenario is None
    worst = max(
        sum(problem.file == file for problem in problems)
        for file in {problem.file for problem in problems}
    )
    assert MOST_TOLD < worst <= MOST_TOLD + 1
    assert any("more things are wrong" in p.wrong or "rows are too" in p.wrong for p in problems)


@pytest.mark.parametrize(
    ("name", "most"), [("scenario.yaml", YAML_BYTES), ("places.csv", TABLE_BYTES)]
)
def test_a_file_above_its_limit_is_not_read(name: str, most: int, tmp_path: Path) -> None:
    folder = MAKERS["rows"](tmp_path, 1)
    with (folder / name).open("ab") as file:
        file.truncate(most + 1)  # which takes no room on the disk
    with pytest.raises(fs.ScenarioError, match=f"give at most {most // MEGABYTE} MB"):
        fs.load(folder)
    assert size_of(folder) > most
