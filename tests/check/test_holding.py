"""A scenario is held against its baseline; the runs are made by hand here."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import flowsim as fs
from flowsim.check.baseline import read_baseline
from flowsim.check.guard import hold, update
from flowsim.check.measure import days_of, digest_of, environment, measure
from flowsim.check.read import Asked, folders, read_checks
from flowsim.check.sections import CheckSection
from flowsim.check.swaps import p_values
from flowsim.results import Result
from tests.fake_result import put, toy_data, toy_scenario

SECTION = CheckSection(outcomes=("deaths", "Post: admitted", "person_days_exposed"), seed=5)
WIDE = SECTION.model_copy(
    update={"statistical": CheckSection(statistical={"members": 12}).statistical}
)


class Runs:
    """Stands for `flowsim.run`: deaths are the member's number, and more where that is asked."""

    def __init__(self) -> None:
        self.deaths, self.exposure, self.asked = 0, 0.0, []

    def __call__(self, scenario: fs.Scenario, seed: str, provenance: bool) -> Result:
        self.asked.append(seed)
        member = int(seed.split(".")[1])
        data = toy_data()
        put(data, "deaths", member + self.deaths, time="2010-06-11T06:00", place="Town",
            group="Uzbek")  # fmt: skip
        put(data, "exposure", 0.3 + self.exposure, time="2010-06-11T06:00", place="Town",
            group="Uzbek")  # fmt: skip
        put(data, "outcomes", 10 * member, time="2010-06-12T06:00", crossing="Post",
            outcome="admitted", kind="men")  # fmt: skip
        return Result(data)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    made = Runs()
    monkeypatch.setattr("flowsim.check.measure.run", made)
    return made


def asked(folder: Path, section: CheckSection = SECTION, **changes: Any) -> Asked:
    return Asked(folder, section, toy_scenario().model_copy(update=changes))


def test_members_are_measured_by_their_seeds(runs: Runs) -> None:
    found = measure(toy_scenario(), SECTION.outcomes, 5, 3, 2)
    assert runs.asked == ["5.1", "5.2", "5.3"]
    assert found.outcomes.index.tolist() == [1, 2, 3]
    assert found.outcomes.index.name == "member"
    assert found.outcomes["deaths"].tolist() == [1, 2, 3]
    assert found.outcomes["Post: admitted"].tolist() == [10, 20, 30]
    assert found.units == {
        "deaths": "persons", "Post: admitted": "persons",
        "person_days_exposed": "person-days, weighted by danger",
    }  # fmt: skip
    assert len(found.digests) == 2
    assert found.digests[0] != found.digests[1]
    assert found.days.index.names == ["quantity", "where"]
    assert list(found.days.columns) == ["2010-06-10", "2010-06-11", "2010-06-12", "2010-06-13"]
    # of the two members of the exact level together
    assert found.days.loc[("deaths", "Town")].tolist() == [0, 3, 0, 0]
    assert found.days.loc[("admitted at crossing", "Post")].tolist() == [0, 0, 30, 0]


def test_outcomes_that_are_none_are_told_all_at_once(runs: Runs) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        measure(toy_scenario(), ("deaths", "death", "Pst: admitted"), 5, 2, 2)
    paths = [problem.path for problem in error.value.problems]
    assert paths == ["outcomes[1]", "outcomes[2]"]
    one, two = error.value.problems
    assert one.wrong == "'death' is no outcome of toy"
    assert one.right.startswith("give one of ")
    assert one.right.endswith("(did you mean 'deaths'?)")
    assert two.right.endswith("(did you mean 'Post: admitted'?)")


def test_days_leave_out_who_is_at_home_or_moves_and_rows_without_anything() -> None:
    data = toy_data()
    when = {"time": "2010-06-13T00:00"}
    for i, status in enumerate(data["status"].values.tolist(), 1):
        put(data, "people", i, **when, place="Camp", group="Other", status=status)
    for name in ("deaths", "wounded"):
        put(data, name, 2, **when, place="Town", group="Other")
    put(data, "registered", 4, **when, place="Camp", kind="men")
    table = days_of(Result(data))
    assert table.index.tolist() == [
        ("waiting", "Camp"), ("displaced", "Camp"), ("sheltered", "Camp"), ("detained", "Camp"),
        ("returned", "Camp"), ("deaths", "Town"), ("wounded", "Town"), ("registered", "Camp"),
    ]  # fmt: skip
    assert table["2010-06-12"].tolist() == [3, 4, 5, 6, 7, 2, 2, 4]
    assert table["2010-06-11"].tolist() == [0] * 8
    assert table.dtypes.unique().tolist() == [np.dtype(float)]


def test_a_digest_is_of_names_shapes_types_and_every_bit() -> None:
    data = xr.Dataset({"a": ("x", np.array([1, 2, 3, 4])), "b": ("y", ["u", "v"])})
    others = [
        data.rename(a="c"), data.rename(x="z"),
        data.assign(a=data["a"].astype(float)), data.assign(b=("y", ["u", "w"])),
        data.assign(a=(("x", "w"), [[1, 2], [3, 4]])), data.drop_vars("b"),
        data.assign_coords(x=[1, 2, 3, 4]),
    ]  # fmt: skip
    digests = [digest_of(one) for one in (data, *others)]
    assert len(set(digests)) == len(digests)
    assert all(len(digest) == 16 for digest in digests)
    assert digest_of(data[["b", "a"]]) == digests[0]
    assert digest_of(data.assign(b=data["b"].astype(object))) != ""


def test_the_environment_has_minor_versions_only() -> None:
    told = environment()
    assert list(told) == ["system", "cpu", "python", "mesa", "numpy", "scipy"]
    for name in ("python", "mesa", "numpy", "scipy"):
        assert told[name].count(".") == 1, name
    assert np.__version__.startswith(told["numpy"] + ".")


def test_what_is_there_is_held_and_says_since_when(tmp_path: Path, runs: Runs) -> None:
    mine = asked(tmp_path)
    assert update(mine, "it  is\nthe first") is None
    kept = read_baseline(tmp_path)
    assert kept is not None
    assert str(kept) == (
        f"the baseline of {kept.about.date}, flowsim {fs.__version__} (it is the first)"
    )
    assert kept.about.asked == {
        "outcomes": ["deaths", "Post: admitted", "person_days_exposed"], "members": 2, "seed": 5,
        "set": {},
    }  # fmt: skip
    assert abs(date.fromisoformat(kept.about.date) - datetime.now(UTC).date()) < timedelta(days=2)
    assert kept.about.scenario == mine.scenario.digest()
    assert kept.about.units["deaths"] == "persons"
    assert kept.about.environment == environment()
    verdict = hold(mine, "exact")
    assert verdict.held
    assert (verdict.name, verdict.level, verdict.since) == (
        tmp_path.as_posix(), "exact", str(kept),
    )  # fmt: skip
    assert verdict.notes == ()
    assert verdict.seconds > 0.0
    for one, two in (verdict.outcomes, verdict.days):
        assert one.index.tolist() == two.index.tolist()
        assert one.to_dict("list") == two.to_dict("list")


def test_what_moved_is_told_with_member_place_day_and_cause(tmp_path: Path, runs: Runs) -> None:
    update(asked(tmp_path), "first")
    runs.deaths = 4
    verdict = hold(asked(tmp_path), "exact")
    assert [str(c) for c in verdict.changes] == [
        "deaths: 1 -> 5 (member 1), 2 -> 6 (member 2) persons"
    ]
    assert [str(spot) for spot in verdict.changes[0].where] == ["Town, 2010-06-11: deaths 3 -> 11"]
    assert verdict.days_moved == ()
    assert [line.split(":")[0] for line in verdict.wrong] == [
        "digest of the result of member 1", "digest of the result of member 2",
    ]  # fmt: skip
    assert verdict.notes == ("changed since: neither the scenario nor the code",)
    before, after = verdict.outcomes
    assert (before["deaths"].tolist(), after["deaths"].tolist()) == ([1, 2], [5, 6])
    verdict = hold(asked(tmp_path, step=7200), "exact")
    assert verdict.notes == ("changed since: the scenario",)
    old = update(asked(tmp_path), "more die")
    assert old is not None
    assert old.outcomes["deaths"].tolist() == [1, 2]
    history = (tmp_path / "baseline" / "history.md").read_text(encoding="utf-8").splitlines()
    assert history[0] == "# What moved this scenario, and why"
    assert history[2].endswith(": first. The first baseline.")
    assert history[3].endswith(": more die. Moved: deaths 1.5 -> 5.5 (means over members).")
    update(asked(tmp_path), "again")
    history = (tmp_path / "baseline" / "history.md").read_text(encoding="utf-8").splitlines()
    assert history[4].endswith(": again. No outcome's mean moved.")
    wider = asked(tmp_path, SECTION.model_copy(update={"outcomes": ("deaths", "wounded")}))
    with pytest.raises(fs.ScenarioError, match="'wounded' is no outcome"):
        update(wider, "why")
    wider = asked(tmp_path, SECTION.model_copy(update={"outcomes": ("deaths", "admitted")}))
    update(wider, "wider")
    history = (tmp_path / "baseline" / "history.md").read_text(encoding="utf-8").splitlines()
    assert history[5].endswith(": wider. Moved: admitted is new (means over members).")


def test_the_code_and_the_machine_are_told_as_causes(
    tmp_path: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(asked(tmp_path), "first")
    about = tmp_path / "baseline" / "about.json"
    plain = json.loads(about.read_text(encoding="utf-8"))
    plain["code"], plain["environment"]["numpy"] = "another", "1.0"
    about.write_text(json.dumps(plain), encoding="utf-8")
    runs.deaths = 1
    verdict = hold(asked(tmp_path, step=7200), "exact")
    here = environment()["numpy"]
    assert verdict.notes == (
        f"digests are not compared: numpy 1.0 there, {here} here",
        "changed since: the scenario and the code or the libraries behind it "
        f"(numpy 1.0 there, {here} here)",
    )
    assert verdict.wrong == ()


def test_days_alone_are_told_where_no_outcome_moved(tmp_path: Path, runs: Runs) -> None:
    section = SECTION.model_copy(update={"outcomes": ("Post: admitted",)})
    update(asked(tmp_path, section), "first")
    runs.deaths = 1
    verdict = hold(asked(tmp_path, section), "exact")
    assert verdict.changes == ()
    assert [str(spot) for spot in verdict.days_moved] == ["Town, 2010-06-11: deaths 3 -> 5"]


def test_a_float_may_move_by_the_tolerance(tmp_path: Path, runs: Runs) -> None:
    update(asked(tmp_path), "first")
    runs.exposure = 1e-6
    assert {c.outcome for c in hold(asked(tmp_path), "exact").changes} == {"person_days_exposed"}
    loose = SECTION.model_copy(update={"tolerance": 1e-4})
    assert hold(asked(tmp_path, loose), "exact").changes == ()


RIGHT = "write it with `flowsim check --update REASON`"


def test_why_a_scenario_cannot_be_held(tmp_path: Path, runs: Runs) -> None:
    mine = asked(tmp_path)
    verdict = hold(mine, "exact")
    assert verdict.wrong == (f"there is no baseline; {RIGHT}",)
    assert verdict.since == ""
    gone = Asked(tmp_path, SECTION, None)
    assert hold(gone, "exact").wrong == ("there is a check and no scenario; remove it",)
    with pytest.raises(ValueError, match="holds no scenario"):
        update(gone, "why")
    update(mine, "first")
    assert hold(gone, "exact").wrong == ("there is a baseline and no scenario; remove it",)
    other = replace(mine, section=SECTION.model_copy(update={"seed": 6, "members": 3}))
    assert hold(other, "exact").wrong == (
        "the check asks for something else: members was 2, and is 3; seed was 5, and is 6; "
        f"{RIGHT}",
    )
    assert hold(mine, "statistical").wrong == (
        "check.yaml has no statistical level; add `statistical: {members: 20}`",
    )
    assert hold(replace(mine, section=WIDE), "statistical").wrong == (
        f"the baseline has 2 members, and the statistical level asks for more; {RIGHT}",
    )


def test_a_run_that_fails_is_told(
    tmp_path: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(asked(tmp_path), "first")

    def fail(*args: Any, **options: Any) -> Result:
        raise fs.SimulationError("nobody is left")

    monkeypatch.setattr("flowsim.check.measure.run", fail)
    assert hold(asked(tmp_path), "exact").wrong == ("the run failed: nobody is left",)


def test_the_statistical_level_is_of_its_members_and_tells_its_power(
    tmp_path: Path, runs: Runs
) -> None:
    mine = asked(tmp_path, WIDE)
    update(mine, "first")
    assert len(runs.asked) == 12
    verdict = hold(mine, "statistical", false_alarm=0.04, of=2)
    assert verdict.held
    (note,) = verdict.notes
    assert note.startswith(
        "12 members, level 0.02; power against a shift of 2%, were all drawn anew: deaths 0."
    )
    assert ", Post: admitted 0." in note
    assert note.endswith(", person_days_exposed 1.00")
    runs.deaths = 9
    verdict = hold(mine, "statistical")
    (change,) = verdict.changes
    assert change.outcome == "deaths"
    assert change.unit == "persons"
    assert change.p <= 0.01
    assert change.before.tolist() == list(range(1, 13))
    assert change.after.tolist() == list(range(10, 22))
    assert [str(spot) for spot in change.where] == ["Town, 2010-06-11: deaths 3 -> 21"]
    assert verdict.notes[1] == "changed since: neither the scenario nor the code"
    (fine,) = hold(mine, "statistical", false_alarm=0.002, of=2).changes
    told = [table[list(SECTION.outcomes)].to_numpy() for table in verdict.outcomes]
    assert fine.p == p_values(*told, swaps=20_000)[0] != change.p


# ---- which checks there are -----------------------------------------------------------------


def test_folders_are_those_with_a_scenario_a_check_or_a_baseline(tmp_path: Path) -> None:
    for name in ("b/scenario.yaml", "a/check.yaml", "c/baseline/about.json", "d/else.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("", encoding="utf-8")
    assert folders(tmp_path) == [tmp_path / name for name in "abc"]
    (tmp_path / "scenario.yaml").write_text("", encoding="utf-8")
    assert folders(tmp_path)[0] == tmp_path


def test_folders_without_anything_to_check_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    paths = [tmp_path / "none", tmp_path / "empty", tmp_path / "none"]
    with pytest.raises(fs.ScenarioError) as error:
        read_checks(paths)
    assert [str(problem) for problem in error.value.problems] == [
        f"{tmp_path / 'none'}: there is no such folder; name the folder of a scenario",
        f"{tmp_path / 'empty'}: there is no scenario in this folder; name the folder of a scenario",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1", "check.yaml:1:1: this is no check; give the keys of a check, as `members: 2`"),
        ("members: 2.5", "check.yaml:1:10: members: "),
        ("tolerance: 0.5", "check.yaml:1:12: tolerance: "),
        ("statistical: {members: 11}", "check.yaml:1:24: statistical.members: "),
        ("outcomes: []", "check.yaml:1:11: outcomes: "),
    ],
)
def test_a_check_that_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "check.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(fs.ScenarioError) as error:
        read_checks([tmp_path])
    assert f"{tmp_path}/{told}" in str(error.value)


def test_an_empty_check_asks_for_the_usual(tmp_path: Path) -> None:
    (tmp_path / "check.yaml").write_text("{}", encoding="utf-8")
    (found,) = read_checks([tmp_path])
    assert (found.section, found.scenario, found.name) == (
        CheckSection(), None, tmp_path.as_posix(),
    )  # fmt: skip
    usual = CheckSection()
    assert (usual.members, usual.seed, usual.tolerance, usual.set) == (2, 1, 1e-9, {})
    assert usual.statistical is None
    assert CheckSection(statistical={}).statistical.members == 20
    assert "deaths" in usual.outcomes


def test_places_whose_names_are_numbers_stay_names(tmp_path: Path, runs: Runs) -> None:
    """A camp may be called 007 or nan."""
    plain = runs.__call__

    def run(scenario: fs.Scenario, seed: str, provenance: bool) -> Result:
        data = plain(scenario, seed, provenance).data
        names = ["007" if name == "Town" else name for name in data["place"].values]
        return Result(data.assign_coords(place=names))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowsim.check.measure.run", run)
        update(asked(tmp_path), "first")
        kept = read_baseline(tmp_path)
        assert kept is not None
        assert kept.days.loc[("deaths", "007")].tolist() == [0, 3, 0, 0]
        assert hold(asked(tmp_path), "exact").held
