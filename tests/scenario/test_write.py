"""Scenarios written to a folder: what is read back, and what is refused."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowsim as fs
from flowsim.errors import ScenarioError, ScenarioWarning
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.write import write_scenario
from flowsim.world.config import Arrival
from tests.conflicts import NAMES, conflicts_folder, needs_conflicts
from tests.flee_folder import flee_folder

ROOT = Path(__file__).parents[2]
JUNE = ROOT / "scenarios/kyrgyz_uzbek_2010"
SMALL = ROOT / "tests/data/small"
CORE = {"scenario.yaml", "places.csv", "routes.csv", "events.csv", "reports.csv"}


def again(scenario: Scenario, folder: Path) -> Scenario:
    folder.mkdir(exist_ok=True)
    write_scenario(scenario, folder)
    return fs.load(folder)


@pytest.mark.parametrize(
    "path", [SMALL, JUNE, JUNE / "variants/corridors.yaml"], ids=["small", "June", "variant"]
)
def test_own_scenarios_are_read_back(path: Path, tmp_path: Path) -> None:
    scenario = fs.load(path)
    made = again(scenario, tmp_path)
    assert made == scenario
    assert made.digest() == scenario.digest()
    assert {file.name for file in tmp_path.iterdir()} == CORE
    assert not any(line.startswith("numbers:") for line in _lines(tmp_path))


def test_gates_over_time_and_violence_on_the_road_are_read_back(tmp_path: Path) -> None:
    base = fs.load(SMALL)
    rows = [
        {"crossing": "Bridge", "start": "2010-06-11T10:00", "persons_per_hour": 40.0},
        {"crossing": "Bridge", "start": "2010-06-12", "direction": "out", "source": "a report"},
    ]
    event = base.violence.events[0].model_dump()
    ambush = {**event, "to": "Village", "part": 0.25}
    blast = {**event, "intensity": 0.0, "deaths": 12.5, "wounded": 40.0}
    scenario = base.with_values(
        {"gates": rows, "violence.events": [event, ambush, blast],
         "behaviour.harm.die_of_wounds": {"value": 0.1, "low": 0.05, "high": 0.2}}
    )  # fmt: skip
    made = again(scenario, tmp_path)
    assert made == scenario
    assert {file.name for file in tmp_path.iterdir()} == CORE | {"gates.csv"}
    assert (tmp_path / "gates.csv").read_text().splitlines()[0].startswith("crossing,start,persons")


def test_capacities_over_time_are_read_back(tmp_path: Path) -> None:
    """With ranges of their own, by persons and by sites."""
    sites = {"value": 2.5, "low": 1.0, "high": 4.0, "source": "a count"}
    rows = [
        {"place": "Camp", "start": "2010-06-11T10:00", "persons": 40.0, "between": "line"},
        {"place": "Camp", "start": "2010-06-12", "sites": 1, "places_per_site": 90.0,
         "hosts": 12.0, "note": "tents"},
    ]  # fmt: skip
    told = {"behaviour.reception.overfull": 0.5, "behaviour.routes.crowded_cost": 1.5}
    scenario = fs.load(SMALL).with_values({"capacities": rows, **told})
    scenario = scenario.with_values({"capacities[1].sites": sites})
    made = again(scenario, tmp_path)
    assert made == scenario
    assert made.capacities[1].room == 2.5 * 90.0 + 12.0
    assert {file.name for file in tmp_path.iterdir()} == CORE | {"capacities.csv"}
    (number,) = (n for n in made.numbers if n.path.startswith("capacities"))
    assert (number.low, number.high, number.source) == (1.0, 4.0, "a count")


def test_a_folder_of_flee_is_read_back(tmp_path: Path) -> None:
    scenario = fs.load(flee_folder(tmp_path, closures="country,Home,Else,0,4\ncamp,Cee,,2,5\n"))
    made = again(scenario, tmp_path / "made")
    assert made == scenario
    assert {file.name for file in (tmp_path / "made").iterdir()} == CORE | {"arrivals.csv"}
    rows = (tmp_path / "made/arrivals.csv").read_text().splitlines()
    assert rows[:3] == ["start,persons", "2015-05-01T00:00,0", "2015-05-02T00:00,40"]
    assert "step: 1d" in _lines(tmp_path / "made")


def test_a_folder_of_flee_with_more_files_is_read_back(tmp_path: Path) -> None:
    folder = flee_folder(
        tmp_path, agents="location\nAha\nDee\n", demographics_age="age,Default\n7,1\n30,3\n",
        location_changes="Bee,camp,3\nDee,town,4\nAha,town,5\n",
    )  # fmt: skip
    with pytest.warns(ScenarioWarning):
        scenario = fs.load(folder)
    assert again(scenario, tmp_path / "made") == scenario


def test_it_runs_to_the_same_bytes(tmp_path: Path) -> None:
    scenario = fs.load(flee_folder(tmp_path))
    first, second = (fs.run(s, seed=4) for s in (scenario, again(scenario, tmp_path / "made")))
    assert first.data.identical(second.data)


@needs_conflicts
@pytest.mark.parametrize("name", NAMES)
def test_the_six_conflicts_are_read_back(name: str, tmp_path: Path) -> None:
    folder = conflicts_folder()
    assert folder is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        scenario = fs.load(folder / name)
    assert again(scenario, tmp_path) == scenario


@pytest.mark.parametrize(
    "text", ["NO", "007", "# no comment", 'a "b", c', "2010-06-10", "two\nlines"]
)
def test_texts_stay_as_they_are(text: str, tmp_path: Path) -> None:
    values = {"places[Town].note": text, "title": text, "groups[North].source": text}
    scenario = fs.load(SMALL).with_values(values)
    assert again(scenario, tmp_path) == scenario


@settings(max_examples=12)
@given(st.sampled_from("#N.;\"' :{-~"), st.sampled_from("x.;#\"' é"))
def test_names_stay_as_they_are(first: str, last: str) -> None:
    """A place and a group by an odd name; a group whose name holds a dot can head no column."""
    name = f"{first}a{last}b"
    base = fs.load(SMALL).model_dump_json().replace('"Town"', '"@"').replace('"North"', '"@@"')
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    scenario = Scenario.model_validate_json(
        base.replace('"@"', f'"{quoted}"').replace('"@@"', f'"{quoted}"')
    ).model_copy(update={"numbers": ()})
    with tempfile.TemporaryDirectory() as there:
        assert again(scenario, Path(there)) == scenario


def test_arrivals_of_a_place(tmp_path: Path) -> None:
    rows = (
        Arrival(start="2010-06-11", persons=5, place="Town", source="a count"),
        Arrival(start="2010-06-11T00:00:30", persons=2),
    )
    scenario = fs.load(SMALL).model_copy(update={"arrivals": rows})
    scenario = scenario.with_values({"behaviour.leaving.count": "given"})
    assert again(scenario, tmp_path).arrivals == rows


def test_ranges_stand_where_their_numbers_are(tmp_path: Path) -> None:
    again(fs.load(SMALL), tmp_path)
    header, row = (tmp_path / "places.csv").read_text().splitlines()[:2]
    assert "population,population.low,population.high" in header
    assert "600,500,700" in row
    assert "  children: {value: 0.3, low: 0.25, high: 0.35, source: census}" in _lines(tmp_path)


def test_ranges_in_an_order_of_their_own_are_kept_in_it(tmp_path: Path) -> None:
    scenario = fs.load(SMALL)
    turned = scenario.model_copy(update={"numbers": scenario.numbers[::-1]})
    assert again(turned, tmp_path) == turned


def test_a_function_is_refused_by_name(tmp_path: Path) -> None:
    scenario = fs.load(SMALL).add_policies("Here-There", lambda now, view: None)
    with pytest.raises(ScenarioError) as error:
        write_scenario(scenario, tmp_path)
    (problem,) = error.value.problems
    assert problem.path == "borders[Here-There].authorities[There].policies[2]"
    assert problem.wrong == "a function cannot be written to a file"


def test_code_is_written_by_its_name(tmp_path: Path) -> None:
    code = fs.policy.Code(call="flowsim.policy:Closed", arguments={"leak": 0.25})
    scenario = fs.load(SMALL).add_policies("Here-There", code)
    write_scenario(scenario, tmp_path)
    assert fs.load(tmp_path, allow_code=True) == scenario
    with pytest.raises(ScenarioError, match="code of a scenario file is not run"):
        fs.load(tmp_path)


def test_what_no_file_can_hold_is_refused_by_name(tmp_path: Path) -> None:
    scenario = fs.load(SMALL)
    title = scenario.model_copy(update={"title": " outer spaces "})
    with pytest.raises(ScenarioError) as error:
        write_scenario(title, tmp_path)
    assert [problem.path for problem in error.value.problems] == ["title"]


def _lines(folder: Path) -> list[str]:
    return (folder / "scenario.yaml").read_text(encoding="utf-8").splitlines()


def test_a_scenario_whose_policies_were_replaced_is_written_without_their_ranges(
    tmp_path: Path,
) -> None:
    """A number whose policy is gone is in the scenario still, and leads nowhere."""
    changed = fs.teaching_world()
    changed = changed.replace_policies(changed.borders[0].id, fs.policy.Open())
    changed.save(tmp_path / "open")
    again = fs.load(tmp_path / "open")
    assert again.borders == changed.borders
    assert not any("closure" in number.path for number in again.numbers)
