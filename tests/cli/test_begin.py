"""The commands that begin a scenario: new and import."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import matplotlib.image
import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.evidence.scorecard import against_reports
from flowsim.model.unlikely import unlikely
from flowsim.plot import OF_A_RUN

DATA = Path(__file__).parents[1] / "imports/data"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for file in DATA.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def flowsim(line: str) -> Result:
    return CliRunner().invoke(cli, shlex.split(line))


TYPED = """
import larland --places places.geojson --roads roads.geojson --acled acled.csv --registrations unhcr.csv --place 'Gate Camp'
validate larland
explain larland --from Nara
run larland
score larland
"""  # noqa: E501
"""What is typed, each line after `flowsim`."""


def test_the_tables_of_a_crisis_become_a_run_that_is_drawn_and_scored(here: Path) -> None:
    commands = TYPED.strip().splitlines()
    assert len(commands) <= 10
    told = [flowsim(line) for line in commands]
    assert [result.exit_code for result in told] == [0] * len(commands), told[-1].output
    imported, valid, explained, run, score = (result.output for result in told)
    assert "acled.csv: 4 events from 5 rows; 5 left out" in imported
    assert "larland: valid (5 places, 7 routes, 4 reports)" in valid
    assert "choose a way abroad" in explained
    assert "8 May 24:00  sheltered abroad       Gate Camp" in run
    drawn = [line.strip() for line in run.splitlines() if line.endswith(".png")]
    assert len(drawn) == len(OF_A_RUN)
    assert all(matplotlib.image.imread(figure).std() > 0.05 for figure in drawn)
    assert "warning" not in "".join(result.stderr for result in told)
    setup = fs.load("larland")
    assert unlikely(setup) == []
    assert "ARD" in score
    rows = against_reports(fs.Result.from_netcdf("out/larland/result.nc"), setup)
    assert (rows["simulated"] > 0).sum() >= 3


def test_a_new_scenario_is_valid_commented_and_runs(here: Path) -> None:
    assert flowsim("new mine").exit_code == 0
    assert flowsim("validate mine").output == "mine: valid (5 places, 5 routes, 1 reports)\n"
    text = (here / "mine/scenario.yaml").read_text()
    assert len(text.splitlines()) < 100
    assert text.count("#") > 15
    setup = fs.load("mine")
    assert unlikely(setup) == []
    crossed = int(fs.run(setup, seed=1).crossed().isel(time=-1).sum())
    assert 0 < crossed < 5000
    uncommented = text.replace("\n# ", "\n").replace("    # ", "    ").replace("    #   ", "      ")
    assert "authorities:" in uncommented
    again = flowsim("new mine")
    assert again.exit_code == 2
    assert "mine exists; give another NAME, or --overwrite to replace it" in again.stderr
    assert flowsim("new mine --overwrite").exit_code == 0


def test_what_is_commented_out_in_it_is_valid_too(here: Path) -> None:
    flowsim("new mine")
    file = here / "mine/scenario.yaml"
    lines = []
    for line in file.read_text().splitlines():
        bare = (
            line.removeprefix("# ")
            if line.startswith(("# forces", "# cond", "# threats", "# drivers", "# levels", "#   "))
            else line
        )
        lines.append(bare.replace("    # ", "    ", 1) if line.startswith("    # a") else bare)
    text = "\n".join(lines).replace("    #   ", "      ").replace("# forces", "forces")
    file.write_text(text + "\n")
    setup = fs.load("mine")
    assert setup.forces
    assert setup.conditions
    assert setup.threats
    assert setup.drivers[0].name == setup.levels[0].driver
    assert setup.borders[0].authorities[0].policies


@pytest.mark.parametrize(
    ("country", "towns"), [("Kyrgyzstan", 5), ("MLI", 3), ("Malta", 2), ("mc", 1)]
)
def test_a_country_is_looked_up(here: Path, country: str, towns: int) -> None:
    told = flowsim(f"new there --country {country} --towns {towns}")
    assert told.exit_code == 0, told.stderr
    setup = fs.load("there")
    own = [p for p in setup.places if p.country in setup.flee_from]
    assert len(own) == towns
    assert all(p.population >= 15_000 or country == "mc" for p in own)
    assert all(p.source.startswith("GeoNames") for p in setup.places)
    lengths = [n for n in setup.numbers if n.path.endswith(".km")]
    assert len(lengths) == len(setup.routes)
    assert all(n.source.startswith("assumed: great circle x 1.3") for n in lengths)
    abroad = {p.country for p in setup.places} - set(setup.flee_from)
    assert {b.between[1] for b in setup.borders} == abroad


def test_a_country_that_is_not_there_is_told(here: Path) -> None:
    told = flowsim("new x --country Mail")
    assert told.exit_code == 2
    assert (
        "country: there is no country 'Mail'; give its name in English or its code (did"
        in told.stderr
    )
    assert not (here / "x").exists()


def test_imports_take_what_they_lack_from_another_scenario(here: Path) -> None:
    flowsim("import first --places places.geojson --acled acled.csv")
    told = flowsim(
        "import second --from first --registrations sublocation.json --registrations dtm.csv"
    )
    assert told.exit_code == 0, told.stderr
    first, second = fs.load("first"), fs.load("second")
    assert second.routes == first.routes  # great circles, as no roads were given
    assert second.violence == first.violence
    assert len(second.reports) == 4
    assert second.name == "second"
    again = flowsim(
        "import third --from first --acled acled.csv --worst 70 --period 2021-05-04..2021-05-05"
    )
    assert again.exit_code == 0, again.stderr
    assert [e.intensity for e in fs.load("third").violence.events] == [0.7071, 0.3381]
    assert fs.load("third").start.isoformat() == "2021-05-04T00:00:00"


def test_nothing_is_written_where_something_is_wrong(here: Path) -> None:
    text = (here / "acled.csv").read_text().replace("04 May 2021", "2021-05-32")
    (here / "bad.csv").write_text(text)
    told = flowsim("import x --places places.geojson --acled bad.csv")
    assert told.exit_code == 2
    assert (
        "bad.csv:3:2: event_date: '2021-05-32' is not a date; write it as 2010-06-12" in told.stderr
    )
    assert told.stderr.endswith("2 problems\n")
    assert not (here / "x").exists()
    left = flowsim("import x --places places.geojson --acled bad.csv --leave-out-bad --json")
    assert left.exit_code == 0
    acled = json.loads(left.stdout)["imported"][1]
    assert [row["line"] for row in acled["left_out"] if row["why"] == "it cannot be read"] == [3, 4]


@pytest.mark.parametrize(
    ("line", "told"),
    [("import x", "give --places, or a scenario with places with --from"),
     ("import x --places places.geojson --variable people", "there is no variable 'people'"),
     ("import x --places nowhere.csv", "there is no file 'nowhere.csv'"),
     ("import x --places places.geojson --period 2021", "write it as 2015-05-01..2016-05-31"),
     ("import acled.csv --places places.geojson", "acled.csv")],
)  # fmt: skip
def test_usage_is_checked(here: Path, line: str, told: str) -> None:
    result = flowsim(line)
    assert result.exit_code == 2
    assert told in result.stderr


def test_places_alone_become_a_scenario_where_it_is_told_when_and_from_where(here: Path) -> None:
    told = flowsim("import larland --places places.geojson")
    assert told.exit_code == 2
    assert not Path("larland").exists()
    assert [line.split(":")[0] for line in told.stderr.splitlines()][:3] == [
        "flee_from", "start", "end"
    ]  # fmt: skip
    days = "--period 2015-05-01..2015-05-31 --flee-from Larland"
    assert flowsim(f"import larland --places places.geojson {days}").exit_code == 0
    setup = fs.load("larland")
    assert (setup.start.isoformat(), setup.end.isoformat()) == (
        "2015-05-01T00:00:00", "2015-06-01T00:00:00"
    )  # fmt: skip
    assert setup.flee_from == ("Larland",)


def test_a_table_of_roads_is_told_where_it_belongs(here: Path) -> None:
    Path("roads.csv").write_text("start,end,km\nNara,Gate Camp,12\n")
    told = flowsim("import larland --places places.geojson --roads roads.csv")
    assert told.exit_code == 2
    assert "roads.csv:1:1: roads are GraphML or GeoJSON, and this is a table" in told.stderr
