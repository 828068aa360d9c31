"""Folders for Flee as people have them: read where Flee reads them, and told where it errs."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.errors import ScenarioError, ScenarioWarning
from flowsim.flee.simulate import simulate
from flowsim.scenario.scenario import Scenario
from tests.flee_folder import FILES, flee_folder

PLACES = FILES["input_csv/locations.csv"]
ROUTES = FILES["input_csv/routes.csv"]
LAYOUT = FILES["source_data/data_layout.csv"]


def load(folder: Path, **how: object) -> tuple[Scenario, list[str]]:
    """The scenario, and what is told of it without the path up to the file."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ScenarioWarning)
        made = fs.load(folder, **how)
    return made, [str(w.message).removeprefix(f"{folder}/") for w in told]


def problems(folder: Path, **how: object) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        fs.load(folder, **how)
    return [str(p).removeprefix(f"{folder}/") for p in error.value.problems]


def without(folder: Path, *names: str) -> Path:
    """The folder less some of its files and folders."""
    for name in names:
        path = folder / name
        if path.is_dir():
            for inner in path.iterdir():
                inner.unlink()
            path.rmdir()
        else:
            path.unlink()
    return folder


# ---- numbers -----------------------------------------------------------------------------------


def test_a_decimal_comma_is_refused_with_its_cell(tmp_path: Path) -> None:
    folder = flee_folder(
        tmp_path,
        routes=ROUTES.replace("Aha,Bee,120", 'Aha,Bee,"12,5"'),
        locations=PLACES.replace("camp,,500", 'camp,,"5,00,00"'),
        cee='2015-05-01,10\n2015-05-11,"1000,5"\n',
        sim_period="StartDate,2015-05-01\nLength,1_0\n",
    )
    hint = "; a comma separates groups of three digits, as in 1,234"
    assert problems(folder) == [
        "input_csv/sim_period.csv:2:2: '1_0' is not a valid number of days; give a number from "
        "1 to 21915",
        "input_csv/locations.csv:4:8: '5,00,00' is not a valid number of persons; give a number "
        "of at"
        f" least 0{hint}",
        "input_csv/routes.csv:2:3: '12,5' is not a valid length in km; give a number from 0.001 to"
        f" 40000{hint}",
        "source_data/cee.csv:2:2: '1000,5' is not a valid number of persons; give a number of "
        "at least"
        f" 0{hint}",
    ]


def test_thousands_in_groups_of_three_are_read(tmp_path: Path) -> None:
    made, _ = load(
        flee_folder(
            tmp_path,
            routes=ROUTES.replace("Aha,Bee,120", 'Aha,Bee,"1,200.5"'),
            cee='2015-05-01,10\n2015-05-11,"1,234,567"\n',
        )
    )
    assert made.routes[0].km == 1200.5
    assert [r.value for r in made.reports if r.place == "Cee"] == [10, 1234567]


# ---- where people flee from --------------------------------------------------------------------


def test_residents_are_weights_where_arrivals_are_told(tmp_path: Path) -> None:
    made, told = load(
        flee_folder(tmp_path, locations=PLACES.replace("zone,0,1000", "zone,0,60000000"))
    )
    assert told == []
    result = fs.run(made, seed=1)
    assert int(result.people.isel(time=-1).sum()) == 370
    assert simulate(made).persons[-1].sum() == 370


def test_who_would_become_too_many_persons_is_refused(tmp_path: Path) -> None:
    big = PLACES.replace("zone,0,1000", "zone,0,90000000")
    folder = without(flee_folder(tmp_path, locations=big), "source_data")
    (problem,) = problems(folder)
    assert "90000000 persons live in Home; give at most 80000000, or run one" in problem
    made, _ = load(flee_folder(tmp_path / "told"))
    with pytest.raises(ScenarioError, match="90000000 persons arrive and 10 are sheltered at the"):
        made.with_values({"arrivals[1].persons": 90_000_000 - 320})


CAMP_FIRST = PLACES.splitlines(keepends=True)
CAMP_FIRST = "".join([CAMP_FIRST[0], CAMP_FIRST[3], *CAMP_FIRST[1:3], *CAMP_FIRST[4:]])


def test_the_home_country_is_that_of_the_conflict_zones(tmp_path: Path) -> None:
    plain = fs.load(flee_folder(tmp_path / "plain"))
    folder = flee_folder(tmp_path, locations=CAMP_FIRST)
    made, told = load(folder)
    assert made.flee_from == ("Home",)
    assert told == [
        "input_csv/locations.csv:2: people flee from Home, and not that of the first row, which"
        " Flee takes: 1 of 1 conflict zones are in Home"
    ]
    assert sorted(made.places, key=str) == sorted(plain.places, key=str)
    assert {b.between for b in made.borders} == {("Home", "Far"), ("Home", "Else")}
    strict, told = load(folder, strict_flee=True)
    assert strict.flee_from == ("Home",)
    assert told[0].endswith("from Home, as nobody lives in Far, the first: 1 of 1 conflict zones"
                            " are in Home")  # fmt: skip
    lived_in = flee_folder(tmp_path / "b", locations=f"{CAMP_FIRST}Fox,West,Far,1,4,town,,80\n")
    strict, told = load(lived_in, strict_flee=True)
    assert strict.flee_from == ("Far",)
    assert [line.split(":", 2)[2] for line in told] == [
        " people flee from Far, as Flee does: 1 of 1 conflict zones are in Home",
        " 'Aha' is in conflict and not in Far, where people flee from: by flowsim's rules nobody"
        " leaves it",
    ]


def test_without_any_conflict_what_is_named_a_conflict_zone_counts(tmp_path: Path) -> None:
    calm = "#Day,Aha\n0,0\n9,0\n"
    made, _ = load(flee_folder(tmp_path, locations=CAMP_FIRST, conflicts=calm))
    assert made.flee_from == ("Home",)
    towns = PLACES.replace("conflict_zone", "town")
    made, _ = load(flee_folder(tmp_path, locations=towns, conflicts=calm))
    assert made.flee_from == ("Home",)


@pytest.mark.parametrize(
    ("routes", "says"),
    [
        (ROUTES, "has no route"),
        (f"{ROUTES}Fox,Gnu,9\n", "has no way over its routes to a camp"),
    ],
)
def test_a_conflict_zone_that_leads_nowhere_is_told(tmp_path: Path, routes: str, says: str) -> None:
    places = f"{PLACES}Fox,North,Home,1,1,conflict,0,9000\nGnu,North,Home,1,1,town,,\n"
    days = "#Day,Aha,Fox\n" + "".join(f"{day},1,1\n" for day in range(10))
    _, told = load(flee_folder(tmp_path, locations=places, routes=routes, conflicts=days))
    assert told == [
        f"input_csv/locations.csv:7: the conflict zone 'Fox' {says}: who leaves it comes to no camp"
    ]


def test_intensities_above_one(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path, conflicts="#Day,Aha\n0,1.2\n1,120\n2,0\n"))
    assert [e.intensity for e in made.violence.events] == [1.2, 120]
    assert (
        "input_csv/conflicts.csv:1: intensities reach 120 and are taken as they are; Flee"
        in (told[0])
    )
    assert int(fs.run(made, seed=1).people.isel(time=-1).sum()) == 370


# ---- rows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more", ["Bee,North,Home,1.0,2.0,town,,\n", "Bee,South,Home,1,2.5,town,,\n"]
)
def test_a_place_that_stands_twice_is_one(tmp_path: Path, more: str) -> None:
    made, told = load(flee_folder(tmp_path, locations=PLACES + more))
    assert [p.name for p in made.places] == ["Aha", "Bee", "Cee", "Dee", "Eve"]
    last = "2.5" in more
    assert made.places[1].lon == (2.5 if last else 2.0)
    how = (
        "this row counts, at 1, 2.5, as Flee's routes lead to the last (first in line 3)"
        if last
        else "the rows are the same, and one counts; Flee would make two of it (first in line 3)"
    )
    assert told == [f"input_csv/locations.csv:7: 'Bee' appears twice; {how}"]


def test_two_places_of_one_name_are_refused(tmp_path: Path) -> None:
    more = "Bee,North,Home,1.0,2.0,camp,,900\n"
    assert problems(flee_folder(tmp_path, locations=PLACES + more)) == [
        "input_csv/locations.csv:7:1: 'Bee' appears twice, first in line 3, as another place; give"
        " each place its own name, or keep one of the rows"
    ]


def test_a_row_of_the_layout_that_stands_twice_counts_once(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path, data_layout=f"{LAYOUT}Cee,cee.csv\n"))
    assert made == fs.load(flee_folder(tmp_path / "once"))
    assert told == [
        "source_data/data_layout.csv:5: this row appears twice, first in line 2, and counts once;"
        " Flee would count its people twice as they come"
    ]
    folder = flee_folder(tmp_path / "other", data_layout=f"{LAYOUT}Cee,dee.csv\n")
    assert problems(folder) == [
        "source_data/data_layout.csv:5:1: 'Cee' appears twice; name its files in one row"
    ]


@pytest.mark.parametrize("cells", [",", "1.0,", ",3.0"])
def test_a_place_without_coordinates(tmp_path: Path, cells: str) -> None:
    """Cee has roads to Bee (1, 2) and Dee (1.5, 3.5)."""
    folder = flee_folder(tmp_path, locations=PLACES.replace("Far,1.0,3.0", f"Far,{cells}"))
    made, told = load(folder)
    (cee,) = (p for p in made.places if p.name == "Cee")
    assert (cee.lat, cee.lon, cee.note) == (1.25, 2.75, "coordinates are not given")
    assert told == [
        "input_csv/locations.csv:4: 'Cee' has no coordinates, and is drawn amid the places that"
        " its routes lead to; Flee would put it at 0, 0"
    ]


def test_a_world_without_coordinates(tmp_path: Path) -> None:
    rows = [row.split(",") for row in PLACES.splitlines()]
    table = "".join(
        ",".join([*r[:3], "", "", *r[5:]] if i else r) + "\n" for i, r in enumerate(rows)
    )
    made, told = load(flee_folder(tmp_path, locations=table))
    assert {(p.lat, p.lon) for p in made.places} == {(0.0, 0.0)}
    assert len(told) == 5
    assert int(fs.run(made, seed=1).people.isel(time=-1).sum()) == 370


# ---- without registrations, period and tables --------------------------------------------------


def test_without_registrations_it_runs_and_is_not_scored(tmp_path: Path) -> None:
    folder = without(flee_folder(tmp_path), "source_data")
    made, told = load(folder)
    assert told == [
        "input_csv:1: there is no source_data: nothing to score the run by",
        f"{folder}: no arrivals are given: how many leave follows from violence, by"
        " behaviour.leaving, and is not a forecast",
    ]
    assert (made.reports, made.arrivals, made.behaviour.leaving.count) == ((), (), "hazard")
    many = made.with_values({"behaviour.leaving.violence_per_day": 0.5})
    gone = fs.run(many, seed=1).people.sel(place=["Cee", "Dee", "Eve"], status="sheltered")
    assert gone.isel(time=-1).sum() > 0
    told = CliRunner().invoke(cli, ["score", str(folder)])
    assert told.exit_code == 2
    assert "reports: no camp has a report of stock_abroad; give some" in told.stderr


def test_people_who_are_told_one_by_one_come_without_registrations(tmp_path: Path) -> None:
    folder = without(flee_folder(tmp_path, agents="location\nAha\nAha\n"), "source_data")
    made, _ = load(folder)
    assert made.behaviour.leaving.count == "given"
    assert int(fs.run(made, seed=1).people.isel(time=-1).sum()) == 2


def test_a_period_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = without(flee_folder(tmp_path), "source_data")
    without(folder, "input_csv/sim_period.csv")
    assert problems(folder) == [
        "input_csv: this is a folder for Flee without a period: sim_period.csv is not there;"
        " add it, with rows StartDate,YYYY-MM-DD and Length,DAYS, or give a period START..END"
        " (--period)"
    ]
    made, _ = load(folder, period="2015-05-01..2015-05-11")
    assert (made.start, made.end) == (datetime(2015, 5, 1), datetime(2015, 5, 11))
    assert load(folder, period=(date(2015, 5, 1), date(2015, 5, 11)))[0] == made
    for command in ("validate", "run", "convert"):
        more = {"run": ["--no-figures", "-o", "run"], "convert": ["converted"]}.get(command, [])
        done = CliRunner().invoke(
            cli, [command, str(folder), *more, "--period", "2015-05-01..2015-05-11"]
        )
        assert done.exit_code == 0, done.stderr
    assert fs.load("converted") == made


def test_a_period_goes_before_that_of_the_folder(tmp_path: Path) -> None:
    made, told = load(flee_folder(tmp_path), period="2015-05-03..2015-05-06")
    assert (made.start, made.end) == (datetime(2015, 5, 3), datetime(2015, 5, 6))
    assert told == [
        "input_csv/sim_period.csv:1: it begins on 2015-05-01, and the run on 2015-05-03: days in"
        " conflicts.csv, closures.csv and location_changes.csv count from there"
    ]
    assert load(flee_folder(tmp_path), period="2015-05-01..2015-05-06")[1] == []


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("2015-05-01", "'2015-05-01' is not a period; write it as START..END with two dates"),
        ("2015-05-01..soon", "'2015-05-01..soon' is not a period"),
        (7, "7 is not a period"),
        ((1, 2), "(1, 2) is not a period"),
        ((date(2015, 5, 1), datetime(2015, 5, 3, 12)), "(datetime.date(2015, 5, 1), "),
        ("2015-05-01..2015-05-01", "the end 2015-05-01 is not after the start 2015-05-01"),
        ("2015-05-01..2115-05-01", "it has 36524 days; give at most 21915"),
    ],
)
def test_what_is_no_period(tmp_path: Path, period: Any, says: str) -> None:
    with pytest.raises(ScenarioError, match=f"^period: {re.escape(says)}"):
        fs.load(flee_folder(tmp_path), period=period)


def test_bare_tables_are_a_folder_too(tmp_path: Path) -> None:
    """Named as they like, with registrations in them, beside them, or none."""
    folder = flee_folder(tmp_path)
    whole = fs.load(folder)
    bare = tmp_path / "made_up" / "bare"
    (folder / "input_csv").rename(bare)
    beside, told = load(bare)
    assert (beside.name, told) == ("bare", [f"{bare}: the settings for Flee's rules are of"
                                            f" {folder / 'simsetting.yml'}"])  # fmt: skip
    assert beside.model_copy(update={"name": "made_up"}) == whole
    (folder / "source_data").rename(bare / "source_data")
    assert load(bare)[0] == beside


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        (
            ("conflicts.csv",),
            "this is a folder for Flee with conflicts.csv, and locations.csv and routes.csv are"
            " missing; add them",
        ),
        (
            ("locations.csv", "closures.csv"),
            "this is a folder for Flee with locations.csv, closures.csv, and routes.csv is missing;"
            " add it",
        ),
    ],
)
def test_a_folder_without_the_tables_that_are_needed(
    tmp_path: Path, kept: tuple[str, ...], says: str
) -> None:
    folder = flee_folder(tmp_path)
    for path in (folder / "input_csv").iterdir():
        if path.name not in kept:
            path.unlink()
    for where in (folder, folder / "input_csv"):
        (problem,) = problems(where)
        assert problem == f"{where}: {says}"
    told = CliRunner().invoke(cli, ["validate", str(folder)])
    assert told.exit_code == 2
    assert "scenario.yaml" not in told.stderr


def test_registrations_alone(tmp_path: Path) -> None:
    where = flee_folder(tmp_path) / "source_data"
    assert problems(where) == [
        f"{where}: these are the registrations of a crisis for Flee (data_layout.csv), without its"
        " tables; name the folder that holds input_csv and source_data"
    ]


def test_tables_of_flowsim_without_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("name\n")
    assert problems(tmp_path) == [
        f"{tmp_path}: this folder has tables of a scenario (places.csv) and no scenario.yaml; add"
        " a scenario.yaml that names them"
    ]
    table = tmp_path / "places.csv"
    assert problems(table) == [
        f"{table}: this is not a YAML file; name a scenario's folder or YAML file"
    ]
