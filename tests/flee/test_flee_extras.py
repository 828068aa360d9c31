"""Files of Flee beside the core ones: what they mean here, what is told, and what is wrong."""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.errors import ScenarioError, ScenarioWarning
from flowsim.policy.hosting import ReceptionStop
from flowsim.scenario.scenario import Scenario
from tests.flee_folder import FILES, flee_folder

PLACES = FILES["input_csv/locations.csv"]
LAYOUT = FILES["source_data/data_layout.csv"]


def day(number: int) -> datetime:
    return datetime(2015, 5, 1 + number)


def load(folder: Path) -> tuple[Scenario, list[str]]:
    """The scenario, and what is told of it without the path up to the file."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ScenarioWarning)
        made = fs.load(folder)
    return made, [str(w.message).rsplit("csv/", 1)[-1] for w in told]


def stops(scenario: Scenario) -> list[tuple[str, datetime | None, datetime | None]]:
    held = (p for b in scenario.borders for a in b.authorities for p in a.policies)
    return [(p.places[0], p.start, p.stop) for p in held if isinstance(p, ReceptionStop)]


def spells(scenario: Scenario) -> list[tuple[str, datetime, datetime, float]]:
    return [(e.place, e.start, e.until, e.intensity) for e in scenario.violence.events]


def with_column(name: str, values: str) -> str:
    """The table of places with one more column."""
    cells = [name, *values.split(",")]
    rows = PLACES.splitlines()
    rows = [r + "," * (7 - r.count(",")) for r in rows]
    return "".join(f"{row},{cell}\n" for row, cell in zip(rows, cells, strict=True))


def test_a_camp_that_becomes_a_town_takes_nobody_in_from_then_on(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path, location_changes="#name,type,day\nDee,town,4\n"))
    assert stops(made) == [("Dee", day(4), None)]
    assert [p.kind for p in made.places if p.name == "Dee"] == ["camp"]
    assert told == []


def test_a_town_that_becomes_a_camp_takes_nobody_in_until_then(tmp_path: Path) -> None:
    places = PLACES + "Fox,West,Far,1.0,4.0,town,,700\n"
    routes = FILES["input_csv/routes.csv"] + "Cee,Fox,50\n"
    layout = LAYOUT + "Fox,more_fox.csv\n"
    made, told = load(
        flee_folder(
            tmp_path, locations=places, routes=routes, data_layout=layout,
            more_fox="2015-05-01,0\n2015-05-11,30\n", location_changes="Fox,camp,6\n",
        )
    )  # fmt: skip
    (fox,) = (p for p in made.places if p.name == "Fox")
    assert (fox.kind, fox.capacity, fox.population) == ("camp", None, 700)
    assert stops(made) == [("Fox", None, day(6))]
    assert told == []
    people = fs.run(made, seed=1).people.sel(place="Fox", status="sheltered").sum("group").values
    assert people[:6].sum() == 0
    assert people[-1] > 0


def test_a_camp_can_close_and_open_again(tmp_path: Path) -> None:
    changes = "Dee,camp,6\nDee,town,2\nDee,default,0\nDee,camp,1\n"
    made, _ = load(flee_folder(tmp_path, location_changes=changes))
    assert stops(made) == [("Dee", None, day(1)), ("Dee", day(2), day(6))]


def test_a_place_that_becomes_one_of_conflict(tmp_path: Path) -> None:
    changes = "Bee,conflict_zone,3\nBee,town,7\n"
    made, _ = load(flee_folder(tmp_path, location_changes=changes))
    assert spells(made) == [("Aha", day(2), day(10), 1.0), ("Bee", day(3), day(7), 1.0)]


def test_a_conflict_that_a_change_ends(tmp_path: Path) -> None:
    """Until the table of days tells a new one, after a day without."""
    table = "#Day,Aha\n" + "".join(
        f"{n},{x}\n" for n, x in enumerate([0, 0, 0.5, 0.5, 1, 1, 1, 0, 1, 1])
    )
    made, told = load(flee_folder(tmp_path, conflicts=table, location_changes="Aha,town,3\n"))
    assert spells(made) == [("Aha", day(2), day(3), 0.5), ("Aha", day(8), day(10), 1.0)]
    assert told == [
        "location_changes.csv:1: 'Aha' is in conflict then by conflicts.csv or locations.csv; the"
        " change counts"
    ]


def test_changes_without_effect_are_told(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path, location_changes="Bee,marker,3\nBee,camp,10\n"))
    assert made == load(flee_folder(tmp_path / "plain"))[0]
    assert told == [
        "location_changes.csv:1: 'Bee' becomes 'marker', and is taken for a town",
        "location_changes.csv:2: day 10 is after the last, 9; the row is left out",
    ]


def test_ages_and_sexes_make_the_group(tmp_path: Path) -> None:
    folder = flee_folder(
        tmp_path,
        demographics_gender="gender,Default,Aha\nf,30,1\nm,10,1\n",
        demographics_age="age,Default\n7,4\n30,4\n65,2\n",
    )
    made, told = load(folder)
    (group,) = made.groups
    assert [
        group.children, group.women, group.men, group.elderly_women, group.elderly_men,
    ] == pytest.approx(mixed_ages_and_sexes(made))  # fmt: skip
    assert told == [
        "demographics_gender.csv:1: the weights of Aha count by their residents: all people are in "
        "one group",
        f"{folder}/input_csv: children flee alone here, and count as adults",
    ]


def mixed_ages_and_sexes(made: fs.Scenario) -> list[float]:
    """Of those who flee from Aha half are women, of the others three in four."""
    fought = {event.place for event in made.violence.events}
    living = {p.name: p.population for p in made.places if p.name in fought}
    aha = living["Aha"] / sum(living.values())
    women = 0.5 * aha + 0.75 * (1.0 - aha)
    return [0.4, 0.4 * women, 0.4 * (1.0 - women), 0.2 * women, 0.2 * (1.0 - women)]


@pytest.mark.parametrize(
    ("name", "text"), [("religion", "religion,Default\na,1\n"), ("age", "age,Default\n0-17,1\n")]
)
def test_attributes_without_a_meaning_are_told(tmp_path: Path, name: str, text: str) -> None:
    made, told = load(flee_folder(tmp_path, **{f"demographics_{name}": text}))
    assert (made.groups[0].women, made.groups[0].children) == (0.5, 0.0)
    assert told == [
        f"demographics_{name}.csv:1: {name!r} is not used: no rule here reads its values"
    ]


def test_people_told_one_by_one_start_on_day_0(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path, agents="location,age\nAha,3\nDee,4\nAha,5\n"))
    assert [(r.start, r.persons) for r in made.arrivals if r.place == "Aha"] == [(day(0), 2)]
    assert {p.name: p.sheltered for p in made.places if p.sheltered} == {"Cee": 10, "Dee": 1}
    assert told == [
        "agents.csv:1: 3 persons start on day 0 beside those who are registered; of their"
        " attributes none is used"
    ]
    assert int(fs.run(made, seed=1).people.isel(time=-1).sum()) == 360 + 10 + 3


def test_further_columns_of_places(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path, locations=with_column("initial_idps", "7,,5,,")))
    assert [(r.place, r.persons) for r in made.arrivals if r.place] == [("Aha", 7)]
    assert {p.name: p.sheltered for p in made.places if p.sheltered} == {"Cee": 15}
    made, _ = load(flee_folder(tmp_path, locations=with_column("capacity_per_day", "1,,2.5,,")))
    assert {p.name: p.capacity_per_day for p in made.places if p.capacity_per_day} == {"Cee": 2.5}
    told_places = with_column("conflict_intensity", "0.25,,,,")
    made, told = load(flee_folder(tmp_path / "b", locations=told_places, conflicts=None))
    assert spells(made) == [("Aha", day(0), day(10), 0.25)]
    assert told == []
    both = with_column("conflict_intensity", "0.25,0.5,,,")
    _, told = load(flee_folder(tmp_path / "c", locations=both))
    assert told == ["locations.csv:2: conflict_intensity is not used, as conflicts.csv gives it"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"locations": with_column("IPC", "1,,,,")},
            "locations.csv:1: the column 'IPC': not used, as no rule here reads it",
        ),
        (
            {"locations": with_column("conflict_intensity", "0.25,,,,")},
            "locations.csv:2: conflict_intensity is not used, as conflicts.csv gives it",
        ),
        (
            {"flood_level": "#Day,Aha\n0,1\n1,4\n"},
            "flood_level.csv:1: read as levels that do nothing: no setting says what it does; give"
            " the driver 'flood' a coefficient",
        ),
        (
            {"region_attributes_IPC": "#Day,North\n0,1.5\n30,40\n"},
            "region_attributes_IPC.csv:1: read as levels that do nothing: no setting says what it"
            " does; give the driver 'hunger' a coefficient",
        ),
        (
            {"major_routes": "Aha,Bee,Cee\n"},
            "major_routes.csv:1: checked and not used, as people choose among all roads here",
        ),
        (
            {"major_routes": "#Aha,Bee\n"},
            "major_routes.csv:1: Flee reads this comment as a way",
        ),
        ({"flood_level": "#Day,Ahaa\n0,1\n"}, "flood_level.csv:1: 'Ahaa' is not a place"
                                              " (did you mean 'Aha'?)"),
        (
            {"agents": "location\nCee\n", "locations": PLACES.replace("Cee,West,Far,1.0,3.0,camp",
                                                                      "Cee,West,Far,1.0,3.0,town")},
            "locations.csv:4: who starts at 'Cee', abroad and not at a camp, is left out: "
            "persons 1",
        ),
    ],
)  # fmt: skip
def test_what_is_not_used_is_told(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    assert said in load(flee_folder(tmp_path, **changed))[1]


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        (
            {"location_changes": "Be,camp,3\nBee,castle,x\nDee,town,2\nDee,camp,2\n"},
            [
                "location_changes.csv:1:1: there is no place 'Be'; name one of locations.csv"
                " (did you mean 'Bee'?)",
                "location_changes.csv:2:2: 'castle' is not a type of place; give one of camp,"
                " conflict, forward, marker, flood_zone, default, town",
                "location_changes.csv:2:3: 'x' is not a valid day; give a number of at least 0",
                "location_changes.csv:4:3: 'Dee' changes twice on day 2; keep one of the rows",
            ],
        ),
        (
            {"demographics_gender": "sex,Default\nf,many\nf,1\n,1\n"},
            [
                "demographics_gender.csv:1:1: 'sex' begins the header; begin it with gender",
                "demographics_gender.csv:2:2: 'many' is not a valid weight; give a number of at "
                "least 0",
                "demographics_gender.csv:3:1: 'f' appears twice; give each value one row",
                "demographics_gender.csv:4:1: the value is missing; give the value",
            ],
        ),
        (
            {"demographics_age": "age,Aha\n7,1\n"},
            ["demographics_age.csv:1:1: the column 'Default' is missing; add it, with a weight in"
             " each row"],
        ),
        (
            {"demographics_age": "age,Default\n7,0\n"},
            ["demographics_age.csv:1:2: no value has a weight; give one a weight above 0"],
        ),
        (
            {"demographics_age": "\n"},
            ["demographics_age.csv:1:1: the table is empty; give a header that begins with age",
             "demographics_age.csv:1:1: the column 'Default' is missing; add it, with a weight in"
             " each row"],
        ),
        (
            {"demographics_age": "age,Default\n7,1\n"},
            [": groups[people].children: everybody is a child; give households adults"],
        ),
        (
            {"agents": "place,age\nAha,3\nAhaa,4\n"},
            [
                "agents.csv:1:1: 'place' begins the header; begin it with location",
                "agents.csv:3:1: there is no place 'Ahaa'; name one of locations.csv"
                " (did you mean 'Aha'?)",
            ],
        ),
        (
            {"locations": with_column("capacity_per_day", "1,,-2,,")},
            ["locations.csv:4:9: '-2' is not a valid capacity_per_day; give a number of at "
             "least 0"],
        ),
        (
            {"flood_level": "#Day,Aha\n0,1.5\n0\n"},
            [
                "flood_level.csv:2:2: '1.5' is not a whole number; give level as a whole number",
                "flood_level.csv:3:1: day 0 does not come after day 0; give the days in order",
                "flood_level.csv:3:2: '' is not a valid level; give a number of at least 0",
            ],
        ),
        (
            {"region_attributes_IPC": "#Day,North\n0,101\n"},
            ["region_attributes_IPC.csv:2:2: '101' is not a valid percentage; give a number "
             "from 0 to 100"],
        ),
        (
            {"major_routes": "Aha,Bee\nAha\nAha,Zed\n"},
            [
                "major_routes.csv:2:1: this way has one place; give it two places or more",
                "major_routes.csv:3:2: there is no place 'Zed'; name one of locations.csv",
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_malformed_is_told_at_once(
    tmp_path: Path, changed: dict[str, str], problems: list[str]
) -> None:
    folder = flee_folder(tmp_path, **changed)
    with pytest.raises(ScenarioError) as error:
        fs.load(folder)
    said = [str(p).removeprefix(str(folder)) for p in error.value.problems]
    assert [told.removeprefix("/input_csv/") for told in said] == problems
