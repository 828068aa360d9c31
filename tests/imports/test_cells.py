"""How others write numbers and dates: read in one way only, or refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from flowsim.errors import ScenarioError
from flowsim.imports.cells import Reading, a_date, number
from flowsim.imports.sheets import Sheet, read_sheet


def reading(*texts: str) -> Reading:
    return Reading(Sheet("a.csv", ["x"], [(i, [text]) for i, text in enumerate(texts, 2)]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1500", 1500), ("1,234", 1234), ("1 234", 1234), ("1\u00a0234\u00a0567", 1234567),
        ("1'234", 1234), ("0.25", 0.25), ("1.234.567", None), ("12,5", None), ("12 34", None),
        ("1,23,456", None), ("about 50", None), ("50+", None), ("nan", None),
        ("1e400", float("inf")),
    ],
)  # fmt: skip
def test_a_number_alone(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["42,8765", "42,9"], [42.8765, 42.9]),
        (["42,876", "42,901"], [42.876, 42.901]),  # thousands of degrees there are not
        (["42.8765", "42.9"], [42.8765, 42.9]),
        (["42,87", "43"], [42.87, 43]),
    ],
)
def test_degrees_with_decimal_commas(texts: list[str], values: list[float]) -> None:
    read = reading(*texts)
    assert read.numbers(0, least=-90, most=90) == values
    assert read.notes == (["x: commas mark decimals"] if "," in texts[0] else [])
    assert not read.problems


def test_points_and_decimal_commas_in_one_column_are_not_both_decimals() -> None:
    read = reading("42,87", "42.87")
    assert read.numbers(0, least=-90, most=90) == [42.87, 42.87]
    mixed = reading("1,234.5", "42,87")
    assert mixed.numbers(0)[1] is None
    assert [p.line for p in mixed.problems] == [3]


def test_persons_have_thousands_and_no_decimals() -> None:
    read = reading("1,234", "12,345,678")
    assert read.numbers(0, whole=True) == [1234, 12345678]
    assert read.notes == ["x: commas mark thousands"]
    read = reading("1.234", "12,5", "-3", "")
    assert read.numbers(0, whole=True, least=0.0) == [None, None, None, None]
    assert [str(p) for p in read.problems] == [
        "a.csv:2:1: x: '1.234' is not a whole number; give plain digits, as 1500 or 0.25",
        "a.csv:3:1: x: '12,5' is not a whole number; give plain digits, as 1500 or 0.25",
        "a.csv:4:1: x: '-3' is out of range; give a number from 0 to 1e+12",
    ]


@pytest.mark.parametrize(
    "text",
    ["12 June 2010", "12-Jun-2010", "12 Jun. 2010", "June 12, 2010", "Jun 12 2010", "12.06.2010",
     "12th June 2010", "2010-06-12", "2010/06/12", "2010-06-12T00:00:00Z", "2010-06-12 18:30:00",
     "12-June-2010"],
)  # fmt: skip
def test_dates_in_words_and_iso(text: str) -> None:
    assert a_date(text) == date(2010, 6, 12)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "missing"), ("06/12/2010", "ambiguous"), ("12-06-2010", "ambiguous"),
     ("31 June 2010", "unknown"), ("12 Juin 2010", "unknown"), ("12-Jun-10", "unknown"),
     ("June 2010", "unknown"), ("40341", "unknown"), ("20100612", "unknown"),
     ("2010-13-01", "unknown"), ("12 Ma 2010", "unknown")],
)  # fmt: skip
def test_what_is_not_a_date_for_sure(text: str, why: str) -> None:
    assert a_date(text) == why


def test_the_order_of_figures_follows_from_the_column() -> None:
    days = reading("06/12/2010", "13/06/2010")
    assert days.dates(0) == [date(2010, 12, 6), date(2010, 6, 13)]
    assert days.notes == ["x: dates are day/month/year"]
    months = reading("06/12/2010", "06/13/2010")
    assert months.dates(0) == [date(2010, 6, 12), date(2010, 6, 13)]
    neither = reading("06/12/2010", "07/12/2010")
    assert neither.dates(0) == [None, None]
    assert "may be day/month or month/day" in str(neither.problems[0])
    both = reading("13/06/2010", "06/13/2010")
    both.dates(0)
    assert len(both.problems) == 2
    assert reading("06/12/2010").dates(0, day_first=True) == [date(2010, 12, 6)]


def write(folder: Path, text: str, name: str = "a.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


PLAIN = "name,population\nNara,600\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN, "\ufeff" + PLAIN, PLAIN.replace(",", ";"), PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"), "sep=;\n" + PLAIN.replace(",", ";"),
        "People of the valley,\n\n" + PLAIN, '"name","population"\n"Nara","600"\n',
        PLAIN.replace("600", " 600 ") + "\n\n", "name,population,\nNara,600,\n",
        "name,population\n#adm2+name,#population\nNara,600\n",
    ],
)  # fmt: skip
def test_tables_in_all_their_dresses(tmp_path: Path, text: str) -> None:
    sheet = read_sheet(write(tmp_path, text), ["name", "population", "lat"])
    name, population = sheet.find("name"), sheet.find("population")
    assert [(cells[name], cells[population]) for _, cells in sheet.rows] == [("Nara", "600")]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = 'Title;\n\nname;note\nNara;"two\nlines"\nBel;x\nOru\n'
    sheet = read_sheet(write(tmp_path, text), ["name", "note"])
    assert (sheet.line, [line for line, _ in sheet.rows]) == (3, [4, 6])
    assert [str(p).split(": ")[1] for p in sheet.problems] == [
        "this row has 1 cells and the header 2; give one cell a column; put a text that holds the "
        "mark in quotes"
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{"data": 3}', "this holds no list of objects"),
        ("a.json", '[{"a": NaN}]', "NaN is not a number of JSON"),
        ("a.json", "[1,", "this is not JSON"),
        ("a.csv", '{"type": "FeatureCollection"}', "this is GeoJSON"),
        ("a.csv", "", "the table is empty"),
        ("a.geojson", '{"type": "FeatureCollection", "features": [], '
         '"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::32643"}}}', "coordinates are in"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        read_sheet(write(tmp_path, text, name), ["name"])


def test_another_encoding_is_refused_and_not_guessed(tmp_path: Path) -> None:
    path = write(tmp_path, "name,x\nSégou,1\n", encoding="latin-1")
    with pytest.raises(ScenarioError, match=r"a\.csv:2:2: byte 0xe9 is not UTF-8"):
        read_sheet(path, ["name"])


def test_a_frame_is_a_table_of_texts() -> None:
    frame = pd.DataFrame({"name": ["Nara", None], "n": [1.0, float("nan")],
                          "t": [pd.Timestamp("2010-06-12"), pd.NaT]})  # fmt: skip
    assert read_sheet(frame, []).rows == [
        (1, ["Nara", "1", "2010-06-12T00:00:00"]),
        (2, ["", "", ""]),
    ]
