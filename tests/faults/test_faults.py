"""The seeded faults still fit the code, and the table of what caught them is whole.

`make faults` puts them in, one at a time, and writes the table.
"""

from __future__ import annotations

import ast
import importlib
import re

import pytest

from tests.faults.seed import (
    APART,
    BEFORE,
    HELD,
    LEFT,
    NOBODY,
    NOT_TRIED,
    ORDER,
    ROOT,
    ROW,
    TABLE,
    Fault,
    Seen,
    faults,
    table,
)  # fmt: skip

FAULTS = faults()


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(FAULTS) >= 25
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_still_fits_the_code(fault: Fault) -> None:
    text = (ROOT / fault.file).read_text("utf-8")
    seeded = fault.seeded(text)
    assert ast.dump(ast.parse(seeded)) != ast.dump(ast.parse(text))
    assert all((ROOT / path).exists() for path in fault.near)


def test_a_fault_that_does_not_fit_is_told() -> None:
    fault = Fault("none", "", "flowsim/clock.py", "a", "b")
    with pytest.raises(ValueError, match=r"none: flowsim/clock\.py has the old text 2 times"):
        fault.seeded("a a")


def test_every_part_of_the_suite_is_tried() -> None:
    there = {file.parent.relative_to(ROOT).as_posix() for file in ROOT.glob("tests/*/test_*.py")}
    assert there | {"flowsim"} == {*ORDER, *APART}


def test_what_was_not_tried_anew_keeps_its_row_and_says_so() -> None:
    one, two, three = FAULTS[:3]
    before = table([(f, Seen("tests/a.py::test_a", HELD)) for f in (one, two)], "")
    told = table([(one, None), (two, Seen(NOBODY, "it moved")), (three, None)], before)
    rows = {row[1]: row.group(3, 4, 5) for row in ROW.finditer(told)}
    assert rows == {
        one.id: ("tests/a.py::test_a", None, BEFORE + HELD),
        two.id: (None, NOBODY, "moved: it moved"),
    }
    assert table([(one, None)], told).count(BEFORE) == 1


def test_each_fault_is_caught_by_a_test_or_the_check_and_the_tests_are_still_there() -> None:
    rows, left = {row[1]: row for row in ROW.finditer(TABLE.read_text("utf-8"))}, not_tried()
    assert list(rows) == [fault.id for fault in FAULTS if fault.id not in left]
    assert left == [fault.id for fault in FAULTS if fault.id not in rows]
    for fault in [fault for fault in FAULTS if fault.id in rows]:
        _, _, wrong, test, _, check = rows[fault.id].group(0, 1, 2, 3, 4, 5)
        assert wrong == fault.wrong
        assert test or check.removeprefix(BEFORE) not in (HELD, NOT_TRIED), (
            f"{fault.id} is {NOBODY}"
        )
        if test:
            assert _is_there(test), test


def not_tried() -> list[str]:
    """The faults that the table names as not tried yet: a few at most."""
    _, _, below = TABLE.read_text("utf-8").partition(LEFT)
    left = re.findall(r"`(\w+)`", below)
    assert len(left) < len(FAULTS) / 5
    return left


def _is_there(test: str) -> bool:
    """Whether a test function, or what a doctest is of, still stands in its file."""
    file, *names = test.split("::")
    if not (ROOT / file).is_file():
        return False
    if file.startswith("tests/"):
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        return names[-1] in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    thing = importlib.import_module(module)
    for name in names[-1].removeprefix(module).split(".")[1:]:
        thing = getattr(thing, name)
    return ">>>" in (thing.__doc__ or "")
