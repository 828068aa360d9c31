"""Registrations as the portal of UNHCR, DTM and HDX lay them out, as reports."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import flowsim as fs
from flowsim.imports.imported import Imported

DATA = Path(__file__).parent / "data"
PLACES = fs.read_places(DATA / "places.geojson")


def told(found: Imported) -> list[tuple[str, str, Any, int]]:
    rows = found.rows[["when", "variable", "place", "value"]].itertuples(index=False)
    return [tuple(row) for row in rows]  # type: ignore[misc]


def test_the_portals_series_as_csv() -> None:
    found = fs.read_registrations(DATA / "unhcr.csv", PLACES, place="meria")
    assert told(found) == [  # at the end of each day
        ("2021-05-07T00:00", "stock_abroad", "Meria", 150),
        ("2021-05-09T00:00", "stock_abroad", "Meria", 2400),
        ("2021-05-11T00:00", "stock_abroad", "Meria", 5200),
        ("2021-05-15T00:00", "stock_abroad", "Meria", 7900),
    ]
    assert found.rows["use"].tolist() == ["check"] * 4
    assert found.rows["id"].is_unique


@pytest.mark.parametrize(
    ("row", "when"),
    [({"data_date": "2021-05-06", "unix_timestamp": 1620259200}, "2021-05-07T00:00"),
     ({"year": 2021, "month": 2}, "2021-03-01T00:00"),
     ({"year": "2021", "month": "12"}, "2022-01-01T00:00")],
)  # fmt: skip
def test_the_portals_series_as_json(tmp_path: Path, row: dict[str, Any], when: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"data": {"timeseries": [{**row, "individuals": 150}]}}))
    found = fs.read_registrations(path, PLACES, variable="crossed")
    assert found.rows[["when", "variable", "value"]].values.tolist() == [[when, "crossed", 150]]


def test_the_portals_locations_by_name_or_by_the_nearest_place() -> None:
    found = fs.read_registrations(DATA / "sublocation.json", PLACES)
    assert told(found) == [
        ("2021-05-11T00:00", "stock_abroad", "Gate Camp", 5100),
        ("2021-05-13T00:00", "stock_abroad", "Gate Camp", 6000),
    ]
    assert [(row.line, row.what) for row in found.left] == [(3, "Elsewhere")]


def test_rounds_of_dtm_are_added_up_to_the_places_there_are() -> None:
    found = fs.read_registrations(DATA / "dtm.csv", PLACES)
    assert told(found) == [
        ("2021-05-10T00:00", "displaced_inside", "Nara", 1500),
        ("2021-05-10T00:00", "displaced_inside", "Oru", 800),
    ]
    assert "figures of up to 2 rows are added up to one of a place and day" in found.notes
    assert [(row.line, row.what) for row in found.left] == [(5, "South")]


def test_a_table_with_tags_of_hxl() -> None:
    found = fs.read_registrations(DATA / "hxl.csv", PLACES)
    assert told(found) == [
        ("2021-05-10T00:00", "displaced_inside", "Nara", 1200),
        ("2021-05-26T00:00", "displaced_inside", "Oru", 800),
    ]
    assert found.rows["source"][0] == "HDX (hxl.csv)"


def series(**changes: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {"data_date": ["2021-05-06", "2021-05-08"], "individuals": ["150", "300"], **changes}
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"data_date": ["", "2021-05-08"]}, "frame:1:1: data_date: there is no date"),
        ({"individuals": ["150,5", "300"]}, "frame:1:2: individuals: '150,5' is not a whole"),
        ({"individuals": ["1.500", "300"]}, "frame:1:2: individuals: '1.500' is not a whole"),
        ({"data_date": ["2021-05-08"] * 2}, "frame:2:2: individuals: all has another figure on"),
        ({"data_date": ["05/06/2021", "05/08/2021"]}, "frame:1:1: data_date: '05/06/2021' may be"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(changes: dict[str, list[Any]], line: str) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        fs.read_registrations(series(**changes), PLACES)
    assert str(error.value.problems[0]).startswith(line)


def test_doubles_empty_figures_and_other_days_are_left_out() -> None:
    rows = pd.concat([series(), series(), series(individuals=["", "300"])], ignore_index=True)
    found = fs.read_registrations(rows, PLACES, period=(date(2021, 5, 1), date(2021, 5, 7)))
    assert [(r.line, r.why) for r in found.left] == [
        (2, "it is not from 2021-05-01 to 2021-05-07"), (3, "it is there twice"),
        (4, "it is there twice"), (5, "it has no figure"), (6, "it is there twice"),
    ]  # fmt: skip
    assert found.rows["value"].tolist() == [150]


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(fs.ScenarioError, match="there is no place, region or country 'Merai'"):
        fs.read_registrations(series(), PLACES, place="Merai")
