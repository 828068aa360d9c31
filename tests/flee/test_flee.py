"""Folders of Flee: what comes of them, the quirks that are read, and what is told as wrong."""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.errors import ScenarioError, ScenarioWarning
from tests.conflicts import NAMES, conflicts_folder, needs_conflicts
from tests.flee_folder import FILES, flee_folder

CLOSURES = FILES["input_csv/closures.csv"]
PLACES = FILES["input_csv/locations.csv"]
ROUTES = FILES["input_csv/routes.csv"]
LAYOUT = FILES["source_data/data_layout.csv"]


def day(number: int) -> datetime:
    return datetime(2015, 5, 1 + number)


def test_a_folder_becomes_a_scenario(tmp_path: Path) -> None:
    made = fs.load(flee_folder(tmp_path))
    assert (made.name, made.start, made.end) == ("made_up", day(0), day(10))
    assert made.flee_from == ("Home",)
    assert [(p.name, p.kind, p.capacity, p.sheltered) for p in made.places] == [
        ("Aha", "town", 0, 0), ("Bee", "town", 0, 0),
        ("Cee", "camp", 500, 10), ("Dee", "camp", 400, 0), ("Eve", "camp", 300, 0),
    ]  # fmt: skip
    assert [route.crossing for route in made.routes] == ["", "Bee - Cee", "", "Aha - Eve"]
    (spell,) = made.violence.events
    assert (spell.place, spell.start, spell.until, spell.half_life_hours) == (
        "Aha", day(2), day(10), None,
    )  # fmt: skip


def test_places_lie_where_the_table_says(tmp_path: Path) -> None:
    made = fs.load(flee_folder(tmp_path))
    assert [(p.lat, p.lon) for p in made.places] == [
        (1.0, 1.0), (1.0, 2.0), (1.0, 3.0), (1.5, 3.5), (2.0, 1.0),
    ]  # fmt: skip


def test_conflict_holds_until_the_next_row(tmp_path: Path) -> None:
    with pytest.warns(ScenarioWarning):  # of days left out, and of the end
        made = fs.load(flee_folder(tmp_path, conflicts="#Day,Aha\n0,1\n4,0\n6,0.5\n"))
    spells = [(e.start, e.until, e.intensity) for e in made.violence.events]
    assert spells == [(day(0), day(4), 1.0), (day(6), day(10), 0.5)]


def test_of_a_route_that_stands_twice_the_first_is_kept(tmp_path: Path) -> None:
    with pytest.warns(ScenarioWarning, match="appears twice"):
        made = fs.load(flee_folder(tmp_path, routes=f"{ROUTES}Bee,Aha,110\n"))
    assert [r.km for r in made.routes if {r.start, r.end} == {"Aha", "Bee"}] == [120.0]


@pytest.mark.parametrize("row", ["country,Home,Else,1,3", "link,Aha,Eve,1,3"])
def test_a_closed_crossing_is_closed_to_those_who_go_home_too(tmp_path: Path, row: str) -> None:
    made = fs.load(flee_folder(tmp_path, closures=f"{CLOSURES}{row}\n"))
    ((out, back),) = [(a.policies, a.back) for b in made.borders for a in b.authorities]
    assert out == back
    assert [(p.type, p.start, p.stop) for p in back] == [("closed", day(1), day(3))]


def test_arrivals_are_the_growth_of_all_camps(tmp_path: Path) -> None:
    """10 + 20 + 10 persons a day; the first day's registered are there already."""
    made = fs.load(flee_folder(tmp_path))
    assert [row.persons for row in made.arrivals] == [0] + [40] * 9


def test_a_fall_is_set_against_what_comes_after_it(tmp_path: Path) -> None:
    series = "2015-05-01,10\n2015-05-03,110\n2015-05-04,20\n2015-05-05,120\n"
    layout = "total,refugees.csv\nCee,cee.csv\n"
    with pytest.warns(ScenarioWarning):
        made = fs.load(flee_folder(tmp_path, cee=series, data_layout=layout))
    assert [row.persons for row in made.arrivals][:6] == [0, 50, 50, 0, 10, 0]


def test_a_correction_scales_what_came_before(tmp_path: Path) -> None:
    made = fs.load(flee_folder(tmp_path, registration_corrections="Dee,2015-05-11,normalize\n"))
    told = {r.when: r.value for r in made.reports if r.place == "Dee"}
    assert told == {day(0): 0.0, day(5): 200.0, day(10): 200.0}


def test_several_files_of_a_camp_add_up(tmp_path: Path) -> None:
    layout = LAYOUT.replace("Cee,cee.csv", "Cee,cee.csv,more_cee.csv")
    made = fs.load(flee_folder(tmp_path, data_layout=layout, more_cee="2015-05-01,5\n"))
    assert {r.when: r.value for r in made.reports if r.place == "Cee"} == {day(0): 15, day(10): 115}


def test_series_with_every_quirk(tmp_path: Path) -> None:
    """BOM, CRLF, header, blank rows, rows of one cell, comments, order, duplicates, more cells."""
    text = (
        "\ufeffDate,Refugees,more\r\n\r\n# a, comment\r\n2015-05-11,110,7\r\n2015-05-02\r\n"
        ",\t\r\n2015-05-01,10,1\r\n2015-05-01,99,1"
    )
    with pytest.warns(ScenarioWarning) as told:
        made = fs.load(flee_folder(tmp_path, cee=text))
    assert {r.when: r.value for r in made.reports if r.place == "Cee"} == {day(0): 10, day(10): 110}
    said = [str(w.message).split("source_data")[-1][1:] for w in told]
    assert said == [
        "cee.csv:7: 2015-05-01 comes after 2015-05-11; the dates are sorted",
        "cee.csv:8: 2015-05-01 appears twice; the first, 10, is taken",
    ]


@pytest.mark.parametrize(
    ("row", "border", "country", "policy", "start", "stop"),
    [
        ("country,Home,Far,2,5", "Home-Far", "Far", "closed", 2, 5),
        ("country,Far,Home,0,-1", "Home-Far", "Far", "closed", None, None),
        ("camp,Dee,,0,4", "Home-Far", "Far", "reception_stop", None, 4),
        ("location,Dee,Far,0,4", "Home-Far", "Far", "reception_stop", None, 4),
        ("link,Aha,Eve,1,3", "Home-Else", "Else", "closed", 1, 3),
        ("link,Aha,Bee,1,3", "Home-Else", "Home", "checkpoint", 1, 3),
    ],
)
def test_closures_mean_what_they_say(
    tmp_path: Path, row: str, border: str, country: str, policy: str,
    start: int | None, stop: int | None,
) -> None:  # fmt: skip
    made = fs.load(flee_folder(tmp_path, closures=f"{CLOSURES}{row}\n"))
    held = {
        (b.id, a.country): a.policies for b in made.borders for a in b.authorities if a.policies
    }
    ((where, (found,)),) = held.items()
    assert where == (border, country)
    assert (found.type, found.start, found.stop) == (
        policy, None if start is None else day(start), None if stop is None else day(stop),
    )  # fmt: skip


def test_a_closed_place_inside_closes_all_its_roads(tmp_path: Path) -> None:
    made = fs.load(flee_folder(tmp_path, closures=f"{CLOSURES}location,Aha,,0,4\n"))
    said = [p.type for b in made.borders for a in b.authorities for p in a.policies]
    assert sorted(said) == ["checkpoint", "closed"]


def test_overlapping_closures_compose(tmp_path: Path) -> None:
    """A country closed to day 6 and its road closed to day 3: the road opens on day 6."""
    rows = "country,Home,Else,0,6\nlink,Aha,Eve,0,3\n"
    made = fs.load(flee_folder(tmp_path, closures=CLOSURES + rows))
    result = fs.run(made, seed=1)
    gone = result.outcomes.sel(crossing="Aha - Eve", outcome="admitted").sum("kind").values
    assert gone[:6].sum() == 0
    assert gone[6:].sum() > 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"closures": f"{CLOSURES}location,Aha,Eve,0,3\n"}, "it is taken for the road"),
        ({"closures": f"{CLOSURES}country,Far,Else,0,3\n"}, "no route joins Far and Else"),
        ({"closures": f"{CLOSURES}camp,Cee,,3,3\n"}, "it ends on day 3, not after day 3"),
        (
            {"closures": f"{CLOSURES}remove_forced_redirection,Aha,Bee,0,3\n"},
            "has no effect in Flee 3",
        ),
        ({"conflicts": "#Day,Aha,Zed\n0,1,1\n"}, "'Zed' is not a place"),
        ({"conflicts": "#Day,Aha\n0,1\n2,0\n"}, "day 2 is in row 1"),
        ({"conflicts": "#Day,Aha\n0,1\n"}, "the last day is 0 of 10"),
        ({"routes": f"{ROUTES}Bee,Aha,110\n"}, "appears twice; the first, 120 km, is kept"),
        ({"routes": f"{ROUTES}Bee,Bee,1\n"}, "leads from 'Bee' to itself"),
        ({"routes": f"{ROUTES}Bee,Eve,200,2\n"}, "forced redirection '2' has no effect"),
        ({"data_layout": f"{LAYOUT}Zed,eve.csv\n"}, "'Zed' has a series and is not a place"),
        ({"data_layout": LAYOUT.replace("Eve,eve.csv\n", "")}, "the camp 'Eve' has no series"),
        ({"registration_corrections": "Dee,2015-05-07\n"}, "no report on 2015-05-07"),
        ({"registration_corrections": "Zed,2015-05-07\n"}, "'Zed', which has no series"),
    ],
)
def test_what_is_odd_is_told(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    with pytest.warns(ScenarioWarning) as told:
        fs.load(flee_folder(tmp_path, **changed))
    assert any(said in str(warning.message) for warning in told)


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        (
            {"routes": f"{ROUTES}Aha,Beee,9\nAha,Dee,far\n"},
            [
                "routes.csv:6:2: there is no place 'Beee'; name one of locations.csv"
                " (did you mean 'Bee'?)",
                "routes.csv:7:3: 'far' is not a valid length in km; give a number from 0.001 to "
                "40000",
            ],
        ),
        (
            {"locations": f"{PLACES}Aha,N,Home,1,1,town,,\nFox,N,,91,1,castle,,x\n"},
            [
                "locations.csv:7:1: 'Aha' appears twice, first in line 2, as another place;"
                " give each place its own name, or keep one of the rows",
                "locations.csv:8:3: the country is missing; give the country",
                "locations.csv:8:6: 'castle' is not a type of place; give one of camp, conflict, "
                "forward, marker, flood_zone, default, town",
                "locations.csv:8:8: 'x' is not a valid number of persons; give a number of at "
                "least 0",
                "locations.csv:8:4: '91' is not a valid latitude; give a number from -90 to 90",
            ],
        ),
        (
            {"sim_period": "Length,ten\n"},
            ["sim_period.csv:1:2: 'ten' is not a valid number of days; give a number from 1 to "
             "21915"],
        ),
        (
            {"sim_period": "Length,10\n"},
            ["sim_period.csv:1:1: StartDate is missing; add a row StartDate,YYYY-MM-DD"],
        ),
        (
            {"conflicts": "#Day,Aha\n0,1\n0,0\n1,-2\n"},
            [
                "conflicts.csv:3:1: day 0 does not come after day 0; give the days in order",
                "conflicts.csv:4:2: '-2' is not a valid intensity; give a number of at least 0",
            ],
        ),
        (
            {"closures": f"{CLOSURES}border,Home,Far,0,1\ncountry,Home,Fra,0,1\ncamp,Zed,,0,1\n"},
            [
                "closures.csv:2:1: 'border' is not a kind of closure; give one of country, "
                "location, camp, idpcamp, link, remove_forced_redirection",
                "closures.csv:3:3: there is no country 'Fra'; name one of locations.csv"
                " (did you mean 'Far'?)",
                "closures.csv:4:2: there is no place 'Zed'; name one of locations.csv",
            ],
        ),
        (
            {"cee": "2015-05-01,many\n01/05/2015,3\n"},
            [
                "cee.csv:1:2: 'many' is not a valid number of persons; give a number of at least 0",
                "cee.csv:2:1: '01/05/2015' is not a date; write it as 2015-05-01",
            ],
        ),
        ({"cee": None}, ["data_layout.csv:2:2: there is no file 'cee.csv'; name a file that"
                         " exists (did you mean 'eve.csv'?)"]),
        ({"data_layout": "total,refugees.csv\nCee,../cee.csv\n"},
         ["data_layout.csv:2:2: '../cee.csv' leads out of this folder; name a file beside this"
          " one"]),
        ({"routes": 'Aha,"Bee,120\n'},
         ['routes.csv:2:1: this row cannot be read: unexpected end of data; close each quote, and'
          ' write a quote in a quoted text as ""']),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_once(
    tmp_path: Path, changed: dict[str, str | None], problems: list[str]
) -> None:
    folder = flee_folder(tmp_path, **changed)
    with pytest.raises(ScenarioError) as error:
        fs.load(folder)
    assert [str(p).rsplit("csv/", 1)[-1].rsplit("data/", 1)[-1] for p in error.value.problems] == (
        problems
    )


@needs_conflicts
@pytest.mark.parametrize("name", NAMES)
def test_the_six_load(name: str) -> None:
    """Persons who come, as summed from the series by another program."""
    folder = conflicts_folder()
    assert folder is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        made = fs.load(folder / name)
    coming = sum(row.persons for row in made.arrivals)
    stocks = sum(place.sheltered for place in made.places)
    assert (coming, stocks) == {
        "burundi2015": (212_130, 191), "car2013": (406_445, 0), "mali2012": (79_153, 10_838),
        "nigeria2016": (303_963, 0), "ssudan2013": (433_300, 0), "tigray2020": (84_535, 0),
    }[name]  # fmt: skip


def test_people_hear_where_there_is_room(tmp_path: Path) -> None:
    """The more room counts, the more alike camps fill in proportion to what they hold."""
    base = fs.load(flee_folder(tmp_path))
    spread = []
    for room in (0.0, 8.0):
        people = fs.run(base.with_values({"behaviour.routes.room": room}), seed=1).people
        full = people.isel(time=-1).sel(status="sheltered").sum("group").values[2:] / [
            500,
            400,
            300,
        ]
        spread.append(full.max() - full.min())
    assert spread[1] < spread[0]


def test_tables_and_registrations_that_lie_apart(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path)
    whole = fs.load(folder)
    assert fs.load(folder / "input_csv") == whole  # source_data beside it
    (folder / "source_data").rename(tmp_path / "data")
    assert fs.load(folder, source=tmp_path / "data") == whole
    assert fs.load(folder / "input_csv", source=tmp_path / "data") == whole
    (folder / "source_data").mkdir()
    with pytest.raises(fs.ScenarioError, match=r"data_layout\.csv"):
        fs.load(folder)


def test_what_is_for_flee_alone_is_asked_of_no_other_scenario() -> None:
    for told in ({"strict_flee": True}, {"source": "data"}, {"period": "2015-05-01..2015-05-09"}):
        with pytest.raises(fs.ScenarioError, match="this is not a folder of Flee; name one with"):
            fs.load("tests/data/small", **told)
