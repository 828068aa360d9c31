"""An export of ACLED as violence: by a rule that is told, and with what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import flowsim as fs
from flowsim.imports.imported import Imported

DATA = Path(__file__).parent / "data"
PLACES = fs.read_places(DATA / "places.geojson")


def acled(rows: Mapping[int, Mapping[str, str]] | None = None, **how: object) -> Imported:
    """The made-up export with some cells changed, by the line of the file."""
    frame = pd.read_csv(DATA / "acled.csv", dtype=str, keep_default_na=False)
    for line, cells in (rows or {}).items():
        for column, text in cells.items():
            frame.loc[line - 2, column] = text
    return fs.read_acled(frame, PLACES, **how)  # type: ignore[arg-type]


def test_the_export_becomes_a_spell_a_day_and_place() -> None:
    found = fs.read_acled(DATA / "acled.csv", PLACES)
    told = found.rows[["place", "start", "until", "intensity"]].values.tolist()
    assert told == [  # (dead + events) over those of the worst day, 33 + 2, to the power of a half
        ["Nara", "2021-05-03T00:00", "2021-05-04T00:00", round((4 / 35) ** 0.5, 4)],
        ["Nara", "2021-05-04T00:00", "2021-05-05T00:00", 1.0],
        ["Bel", "2021-05-05T00:00", "2021-05-06T00:00", round((8 / 35) ** 0.5, 4)],
        ["Bel", "2021-05-07T00:00", "2021-05-08T00:00", round((13 / 35) ** 0.5, 4)],
    ]
    assert (found.rows["intensity.low"] <= found.rows["intensity"]).all()
    assert (found.rows["intensity"] <= found.rows["intensity.high"]).all()
    assert "LAR1002, LAR1003" in found.rows["source"][1]
    assert "1 Battles, 1 Explosions/Remote violence; 33 dead" in found.rows["note"][1]


def test_each_row_is_taken_or_told() -> None:
    found = fs.read_acled(DATA / "acled.csv", PLACES)
    assert [(row.line, row.why) for row in found.left] == [
        (5, "there is a later version of it"),
        (6, "Protests is not violence"),
        (7, "Headquarters or base established is not violence"),
        (8, "no place lies within 25 km"),
        (9, "it is known only to the region"),
    ]
    assert found.taken + len(found.left) == 10
    assert "line 8: LAR1007, 2021-05-06, Battles; 313 km from Nara" in str(found)
    assert found.left_out.shape == (5, 3)


def test_the_rule_can_be_another() -> None:
    flat = acled(power=1.0, worst=70.0).rows
    assert flat["intensity"].tolist() == [round(n / 70, 4) for n in (4, 35, 8, 13)]
    near = acled(within_km=3.0)
    assert {row.what.split(",")[0] for row in near.left if "3 km" in row.why} == {
        "LAR1003",
        "LAR1007",
    }
    assert acled(targets={"Hill": 1.0, "Plain": 0.2}).rows["target.Plain"].tolist() == [0.2] * 4
    cut = acled(period=(date(2021, 5, 4), date(2021, 5, 5)))
    assert cut.rows["start"].tolist() == ["2021-05-04T00:00", "2021-05-05T00:00"]
    assert sum(row.why == "it is not from 2021-05-04 to 2021-05-05" for row in cut.left) == 3


def test_force_against_protesters_counts() -> None:
    found = acled({6: {"sub_event_type": "Excessive force against protesters", "fatalities": "2"}})
    assert "Oru" in found.rows["place"].tolist()


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"event_date": ""}, "event_date: there is no date"),
    ({"event_date": "04/05/2021"}, "'04/05/2021' may be day/month or month/day"),
    ({"event_date": "4 Mai 2021"}, "event_date: '4 Mai 2021' is not a date"),
    ({"latitude": "39.9900", "longitude": "10.0200"},
     "latitude: it lies near Nara only with latitude and longitude swapped"),
    ({"latitude": "139.99", "longitude": "10.02"}, "latitude: 139.99 is not a latitude"),
    ({"latitude": ""}, "latitude: there is no number"),
    ({"latitude": "10.02 N"}, "latitude: '10.02 N' is not a number"),
    ({"longitude": "399.9"}, "longitude: '399.9' is out of range"),
    ({"fatalities": "2.5"}, "fatalities: '2.5' is not a whole number"),
    ({"fatalities": "-1"}, "fatalities: '-1' is out of range"),
    ({"fatalities": ""}, "fatalities: there is no number"),
    ({"fatalities": "about 20"}, "fatalities: 'about 20' is not a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "told"), MISTAKES)
def test_what_cannot_be_read_is_refused_with_its_cell(cells: dict[str, str], told: str) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        acled({3: cells})
    (problem,) = error.value.problems
    assert str(problem).startswith("frame:2:")
    assert told in str(problem)


@pytest.mark.parametrize(("cells", "told"), MISTAKES)
def test_or_left_out_if_that_is_asked_for(cells: dict[str, str], told: str) -> None:
    found = acled({3: cells}, bad="leave_out")
    (row,) = (row for row in found.left if row.why == "it cannot be read")
    assert row.line == 2
    assert told.split(": ")[-1] in row.what
    assert found.taken + len(found.left) == 10


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(fs.ScenarioError) as error:
        acled(
            {
                2: {"event_date": ""},
                3: {"latitude": "x"},
                5: {"fatalities": "y"},
                10: {"fatalities": "z"},
            }
        )
    assert [p.line for p in error.value.problems] == [1, 2, 9]  # line 5 has a later version


def test_two_versions_of_an_event_need_a_timestamp() -> None:
    with pytest.raises(fs.ScenarioError, match="'LAR1004' is in line 4 already"):
        acled({5: {"timestamp": "1620500003"}})


def test_the_same_row_twice_counts_once(tmp_path: Path) -> None:
    lines = (DATA / "acled.csv").read_text().splitlines()
    path = tmp_path / "twice.csv"
    path.write_text("\n".join([*lines, lines[2]]) + "\n")
    found = fs.read_acled(path, PLACES)
    assert found.rows["intensity"].tolist() == acled().rows["intensity"].tolist()
    assert [(r.line, r.why, r.what) for r in found.left][-1] == (
        12, "it is there twice", "the same as line 3"
    )  # fmt: skip


def test_semicolons_decimal_commas_bom_and_names_in_capitals(tmp_path: Path) -> None:
    frame = pd.read_csv(DATA / "acled.csv", dtype=str, keep_default_na=False)
    for column in ("latitude", "longitude"):
        frame[column] = frame[column].str.replace(".", ",")
    frame.columns = [name.upper() for name in frame.columns]
    path = tmp_path / "excel.csv"
    frame.to_csv(path, sep=";", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    found = fs.read_acled(path, PLACES)
    assert found.rows["intensity"].tolist() == acled().rows["intensity"].tolist()
    assert "LATITUDE: commas mark decimals" in found.notes


def test_another_table_is_told_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(fs.ScenarioError, match="there is no column for the type of event; it has"):
        fs.read_acled(DATA / "unhcr.csv", PLACES)
    with pytest.raises(fs.ScenarioError, match="places: there is no place"):
        fs.read_acled(DATA / "acled.csv", [])


def test_nothing_of_use_leaves_a_table_without_rows() -> None:
    found = acled(types=["None"])
    assert len(found.rows) == 0
    assert len(found.left) == 10
