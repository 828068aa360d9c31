"""Flee's simsetting.yml: mapped, told, or refused with its position."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowsim as fs
from flowsim.behaviour.flee_config import Flee, Spawning
from flowsim.errors import ScenarioError, ScenarioWarning
from flowsim.flee.reader.rows import Notes
from flowsim.flee.reader.settings import find_settings, read_settings
from flowsim.flee.simulate import simulate
from tests.flee_folder import flee_folder

WHOLE = """log_levels:
  agent: 1
spawn_rules:
  conflict_spawn_decay: [1.0, 0.5]
  take_from_population: True
  conflict_driven_spawning:
    spawn_mode: Poisson
    displaced_per_conflict_day: 20
move_rules:
  max_move_speed: 400
  awareness_level: 2
  avoid_short_stints: True
  capacity_scaling: 1.25
optimisations:
  hasten: 10
"""


def read(where: Path, text: str) -> tuple[Flee, Notes]:
    path, notes = where / "simsetting.yml", Notes()
    path.write_text(text)
    return read_settings(path, notes), notes


def said(notes: Notes) -> list[str]:
    return [f"{p.line}:{p.column}: {p.path}: {p.wrong}; {p.right}" for p in notes.problems]


def test_every_kind_of_key_is_mapped(tmp_path: Path) -> None:
    found, notes = read(tmp_path, WHOLE)
    assert (notes.problems, notes.odd) == ([], [])
    assert found == Flee(
        spawning=Spawning(
            mode="poisson", displaced_per_conflict_day=20.0, take_from_population=True,
            conflict_spawn_decay=(1.0, 0.5),
        ),
        max_move_speed=400.0, awareness_level=2, avoid_short_stints=True, capacity_scaling=1.25,
        hasten=10,
    )  # fmt: skip


def test_the_rules_of_flee_1_win(tmp_path: Path) -> None:
    found, _ = read(tmp_path, "move_rules:\n  use_v1_rules: True\n  camp_weight: 5.0\n")
    assert (found.max_move_speed, found.camp_weight, found.conflict_weight) == (200.0, 2.0, 0.25)


def test_a_ratio_has_its_own_default(tmp_path: Path) -> None:
    text = "spawn_rules:\n  conflict_driven_spawning:\n    spawn_mode: pop_ratio\n"
    assert read(tmp_path, text)[0].spawning.displaced_per_conflict_day == 0.01


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("move_rules:\n  awarenes_level: 2\n",
         "2:3: move_rules.awarenes_level: Flee does not know this key; leave it out"
         " (did you mean 'awareness_level'?)"),
        ("moverules:\n  softening: 1\n",
         "1:1: moverules: Flee does not know this key; leave it out (did you mean 'move_rules'?)"),
        ("move_rules:\n  start_on_foot: 'False'\n",
         "2:18: move_rules.start_on_foot: 'False' is neither true nor false;"
         " write True or False, without quotes"),
        ("move_rules:\n  softening: 1_0\n",
         "2:14: softening: '1_0' is not a number; give a plain decimal, as 0.25"),
        ("move_rules:\n  awareness_level: 0\n",
         "2:20: awareness_level: 0 cannot be used: input should be greater than or equal to 1;"
         " give a value that Flee's rules can use"),
        ("spawn_rules:\n  conflict_driven_spawning:\n    spawn_mode: constand\n",
         "3:17: spawn_rules.conflict_driven_spawning.spawn_mode: there is no mode 'constand';"
         " give one of constant, pop_ratio, poisson (did you mean 'constant'?)"),
        ("move_rules: fast\n", "1:13: move_rules: this is not a mapping; give keys with values"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    assert said(read(tmp_path, text)[1]) == [problem]


@pytest.mark.parametrize("value", ["0", "-3", "far"])
def test_values_out_of_bounds(tmp_path: Path, value: str) -> None:
    (problem,) = said(read(tmp_path, f"move_rules:\n  max_move_speed: {value}\n")[1])
    assert problem.startswith("2:19: max_move_speed: ")


def test_what_changes_nothing_is_told(tmp_path: Path) -> None:
    _, notes = read(tmp_path, "move_rules:\n  two_system_decision_making: True\n")
    (told,) = notes.odd
    assert told.endswith(
        ":2: move_rules.two_system_decision_making changes nothing, and is left out"
    )


def test_where_settings_are_looked_for(tmp_path: Path) -> None:
    """FabFlee has them beside the conflicts, or above its folder of changed copies of one."""
    folder = flee_folder(tmp_path / "set" / "SWEEP", simsetting=None)
    tables = folder / "input_csv"
    assert find_settings(folder, tables) is None
    with pytest.warns(ScenarioWarning, match=r"there is no simsetting\.yml in it, beside it or"):
        assert fs.load(folder).flee == Flee()
    for number, where in enumerate((tmp_path / "set", tmp_path / "set" / "SWEEP")):
        path = where / "simsetting.yml"
        path.write_text(f"move_rules:\n  softening: {number}\n")
        assert find_settings(folder, tables) == path
        with pytest.warns(ScenarioWarning, match=f"the settings for Flee's rules are of {path}"):
            assert fs.load(folder).flee.softening == number
    for where in (tables, folder):
        path = where / "simsetting.yml"
        path.write_text("move_rules:\n  softening: 7\n")
        assert find_settings(folder, tables) == path
    assert fs.load(folder).flee.softening == 7.0


def test_settings_three_folders_above_are_not_read(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path / "a" / "b", simsetting=None)
    (tmp_path / "simsetting.yml").write_text("move_rules:\n  softening: 7\n")
    assert find_settings(folder, folder / "input_csv") is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("move_rules:\n  fixed_routes: True\n", "move_rules.fixed_routes"),
        ("spawn_rules:\n  sum_from_camps: False\n", "spawn_rules.sum_from_camps"),
        ("flood_rules:\n  flood_forecaster: True\n", "move_rules.flood_rules.flood_forecaster"),
    ],
)
def test_rules_that_are_not_here_keep_flees_rules_from_running(
    tmp_path: Path, text: str, rule: str
) -> None:
    """And not those of flowsim, which have no such setting."""
    folder = flee_folder(tmp_path, simsetting=text)
    with pytest.warns(ScenarioWarning, match=f"{rule} asks for a rule that is not here"):
        made = fs.load(folder)
    assert fs.run(made, seed=1).people.sum() > 0
    with pytest.raises(ScenarioError) as error:
        simulate(made, seed=1)
    assert [str(p) for p in error.value.problems] == [
        f"flee.missing_rules: the rule that {rule} asks for is not here; leave it out, or choose"
        " `rules: flowsim`"
    ]


def test_logs_of_any_name_change_nothing(tmp_path: Path) -> None:
    found, notes = read(tmp_path, "log_levels:\n  Flood: 1\n  agent: 2\n  Rain: 1\n")
    assert found == Flee()
    assert notes.problems == []
    (told,) = notes.odd
    assert told.endswith(":4: log_levels.Rain is not known, and logs change nothing")


def test_people_look_as_far_ahead_as_they_are_told(tmp_path: Path) -> None:
    made = fs.load(flee_folder(tmp_path, simsetting="move_rules:\n  awareness_level: 6\n"))
    assert made.flee.awareness_level == 6
    days = simulate(made, seed=1)
    assert days.persons[-1].sum() + days.on_way[-1].sum() == 370


def test_camps_that_start_empty(tmp_path: Path) -> None:
    """Ten at Cee on day 0 are not there, and less in each of its reports."""
    folder = flee_folder(tmp_path, simsetting="spawn_rules:\n  empty_camps_on_day0: True\n")
    with pytest.warns(ScenarioWarning, match="empty_camps_on_day0: camps start empty, and report"):
        made = fs.load(folder)
    full = fs.load(flee_folder(tmp_path / "full"))
    assert {p.name: p.sheltered for p in made.places if p.sheltered} == {}
    assert {r.when.day: r.value for r in made.reports if r.place == "Cee"} == {1: 0, 11: 100}
    assert made.arrivals == full.arrivals
    falling = flee_folder(
        tmp_path / "falling", simsetting="spawn_rules:\n  empty_camps_on_day0: True\n",
        cee="2015-05-01,10\n2015-05-11,4\n",
    )  # fmt: skip
    with pytest.warns(ScenarioWarning) as told:
        made = fs.load(falling)
    assert any("'Cee' has reports below that of the first day" in str(w.message) for w in told)
    assert [r.value for r in made.reports if r.place == "Cee"] == [0, 0]


def test_a_folder_with_wrong_settings_is_refused(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path)
    (folder / "simsetting.yml").write_text("move_rules:\n  softening: no\n")
    with pytest.raises(ScenarioError, match=r"simsetting\.yml:2:14"):
        fs.load(folder)
