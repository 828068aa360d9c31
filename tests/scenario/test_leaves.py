"""Numbers and times as people write them in files: read, or refused with their place."""

from __future__ import annotations

import math
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim import numerals
from flowsim.errors import ScenarioError, ScenarioWarning
from flowsim.flee.reader.rows import Notes, Row
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.leaves import settle
from flowsim.scenario.read import parse, scalar
from flowsim.world.config import Place, Route

SMALL = Path(__file__).parents[1] / "data" / "small"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The valid scenario of tests/data, below the current folder."""
    shutil.copytree(SMALL, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return Path("small")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


NO_NUMBERS = (
    "12,5", "1000,5", "5,00,00", "0,500", "1,2345", ",500", "1,", "1,,000", "12,345,67", "1,234,",
    "1 000", "1\u00a0000", "1\u202f000", "1'000", "1_000", "12%", "€5", "5 km", "ca. 5", "<5",
    "0x10", "0b1", "1e", "1e400", "--5", "+-5", "+ 5", "5-", "nan", "NaN", "inf", "-inf",
    "Infinity", "١٢", "\uff11\uff12", "Ⅻ", "½", "1.234.567", "1.2.3", "", "-", ".", "1e5,000",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_refused_by_all_readers(text: str) -> None:
    """By the rule itself, a table of Flee, a section's field, and not made one by YAML."""
    found = numerals.number(text)
    assert found is None or math.isinf(found)
    notes = Notes()
    Row("t.csv", 3, ("x", text), notes).number(1, "length", 0.0)
    assert [(p.line, p.column) for p in notes.problems] == [(3, 2)]
    with pytest.raises(ScenarioError):
        fs.load(SMALL).with_values({"routes[0].km": text})
    by_yaml = scalar(text)
    assert text == "0x10" or not isinstance(by_yaml, int | float) or not math.isfinite(by_yaml)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1,234", 1234), ("1,234,567", 1234567), ("12,345.5", 12345.5), ("-1,000", -1000),
        ("1e3", 1000), ("1.5e-3", 0.0015), ("+5", 5), ("007", 7), ("5.", 5), (".5", 0.5),
        (" 12 ", 12), ("12345", 12345), ("999", 999),
    ],
)  # fmt: skip
def test_what_is_a_number_means_the_same_to_all_readers(text: str, means: float) -> None:
    assert numerals.number(text) == means
    notes = Notes()
    assert Row("t.csv", 1, (text.strip(),), notes).number(0, "length", -1e6) == means
    assert notes.problems == []
    assert settle({"km": text}, Route, (), None, []) == {"km": means}


def test_whole_numbers_stay_whole() -> None:
    told = settle({"population": "1,234,567", "lat": "1"}, Place, (), None, [])
    assert (repr(told["population"]), repr(told["lat"])) == ("1234567", "1")
    assert repr(settle({"population": "1e3"}, Place, (), None, [])["population"]) == "1000"


@pytest.mark.parametrize("text", ["9" * 390, "-" + "9" * 390, "1e999"])
@pytest.mark.parametrize(("section", "field"), [(Place, "population"), (Route, "km")])
def test_numbers_that_no_double_holds_are_told(section: type, field: str, text: str) -> None:
    found = numerals.number(text)
    assert found is not None
    assert math.isinf(found)
    flaws: list[Flaw] = []
    assert settle({field: text}, section, (), None, flaws) == {field: text}
    assert [(flaw.loc, flaw.right) for flaw in flaws] == [((field,), "give a smaller one")]
    assert numerals.number("9" * 308) == int("9" * 308)


def test_groups_of_thousands_in_tables_ranges_and_yaml(small: Path) -> None:
    edit(small / "places.csv", "72.8,600,500,700", '72.8,"1,600","1,500","1,700"')
    edit(small / "scenario.yaml", "size: 500", "size: 1,500")
    made = fs.load("small")
    assert made.places[0].population == 1600
    assert made.forces[0].size == 1500
    (known,) = (n for n in made.numbers if n.path == "places[Town].population")
    assert (known.value, known.low, known.high) == (1600, 1500, 1700)
    assert made.with_values({"places[Town].population": "2,000"}).places[0].population == 2000


def test_empty_columns_without_a_name_are_left_out(small: Path) -> None:
    before = fs.load("small")
    path = small / "places.csv"
    rows = path.read_text().splitlines()
    path.write_text("".join(f"{row},, \n" for row in rows))
    assert fs.load("small") == before
    path.write_text("".join(f"{row},\n" for row in rows[:-1]) + f"{rows[-1]},x\n")
    with pytest.raises(ScenarioError, match=r"places\.csv:1:15: a column has no name, and holds"):
        fs.load("small")


def test_a_time_with_an_offset_becomes_local_time(small: Path) -> None:
    """Bishkek is six hours ahead of UTC in June 2010."""
    edit(small / "scenario.yaml", "end: 2010-06-12T18:00", "end: 2010-06-12T12:00Z")
    edit(small / "events.csv", "2010-06-10T20:00", "2010-06-10T16:00+02:00")
    edit(
        small / "scenario.yaml",
        "stop: {value: 2010-06-11T12:00, low: 2010-06-11T06:00, high: 2010-06-11T18:00}",
        "stop: {value: 2010-06-11T06:00Z, low: 2010-06-11T00:00Z, high: 2010-06-11T12:00Z}",
    )
    made = fs.load("small")
    assert made.end == datetime(2010, 6, 12, 18)
    assert made.violence.events[0].start == datetime(2010, 6, 10, 20)
    closed = made.borders[0].authorities[0].policies[0]
    assert closed.stop == datetime(2010, 6, 11, 12)
    (known,) = (n for n in made.numbers if n.path.endswith(".stop"))
    assert (known.low, known.high) == ("2010-06-11T06:00:00", "2010-06-11T18:00:00")
    later = made.with_values({"end": "2010-06-13T12:00+00:00"})
    assert later.end == datetime(2010, 6, 13, 18)


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("2010-03-27T18:00", "2010-03-29T18:00", "2010-03-28 and skip 1h that pass here"),
        ("2010-10-30T18:00", "2010-11-01T18:00", "2010-10-31 and repeat 1h"),
    ],
)
def test_a_period_over_a_change_of_clocks(small: Path, start: str, end: str, says: str) -> None:
    """Every day has 24 hours, and the change is told."""
    for path in small.glob("*"):
        text = path.read_text().replace("Asia/Bishkek", "Europe/Berlin")
        for old, new in (("2010-06-10", start[:10]), ("2010-06-12", end[:10])):
            text = text.replace(old, new)
        path.write_text(text.replace("2010-06-11", str(_after(start))[:10]))
    with pytest.warns(ScenarioWarning, match=says):
        made = fs.load("small")
    hours = fs.run(made, seed=1).people["time"].values
    assert str(hours[-1])[:16] == end
    assert np.diff(hours).tolist() == [6 * 3600 * 10**9] * 7
    assert len(hours) == 8


def _after(start: str) -> datetime:
    when = datetime.fromisoformat(start)
    return when.replace(day=when.day + 1)


def test_of_an_hour_that_exists_twice_both_are_one_local_time() -> None:
    made = fs.load(SMALL).model_copy(update={"timezone": "Europe/Berlin"})
    ends = [
        made.with_values({"end": f"2010-10-31T{hour}:30Z", "record": "30min", "step": "30min"}).end
        for hour in ("00", "01")
    ]
    assert ends == [datetime(2010, 10, 31, 2, 30)] * 2


def test_merge_keys() -> None:
    text = """
a: &a {x: 1, y: 2}
b: &b {y: 3, z: 4}
one: {<<: *a, y: 9}
two: {<<: [*a, *b], w: 0}
three:
  - <<: *b
    z: 5
text: {"<<": 1}
"""
    told = parse(text, "f.yaml").plain()
    assert told["one"] == {"x": 1, "y": 9}
    assert told["two"] == {"w": 0, "x": 1, "y": 2, "z": 4}
    assert told["three"] == [{"z": 5, "y": 3}]
    assert told["text"] == {"<<": 1}


@pytest.mark.parametrize("merged", ["5", "*n", "[{x: 1}, 2]", "[[{x: 1}]]"])
def test_only_mappings_are_merged(merged: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse(f"n: &n 7\na:\n  <<: {merged}\n", "f.yaml")
    assert str(error.value.problems[0]) == (
        "f.yaml:3:3: a.<<: what is merged is not a mapping; name mappings by their anchors, as"
        " `<<: *name` or `<<: [*a, *b]`"
    )


def test_a_variant_merges_what_it_repeats(small: Path) -> None:
    (small / "twice.yaml").write_text(
        "extends: .\n"
        "borders:\n  Here-There:\n    authorities:\n      There:\n        policies:\n"
        "          add:\n"
        "          - &day {type: quota, per_day: 5, stop: 2010-06-11T12:00}\n"
        "          - {<<: *day, per_day: 9, start: 2010-06-11T12:00, stop: null}\n"
    )
    *_, first, second = fs.load(small / "twice.yaml").borders[0].authorities[0].policies
    assert (first.per_day, second.per_day) == (5, 9)
    assert (second.type, second.start, second.stop) == ("quota", first.stop, None)
