"""A scenario is held against its baseline; the runs are made by hand here."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.text import Text

import flowsim as fs
from flowsim.check.baseline import read_baseline
from flowsim.check.config import CheckSection
from flowsim.check.contributors import Contribution
from flowsim.check.drawing import drawn
from flowsim.check.guard import guard, hold, update
from flowsim.check.measure import days_of, digest_of, environment, measure
from flowsim.check.plugin import flowsim_check
from flowsim.check.read import Asked, folders, read_checks
from flowsim.check.swaps import p_values
from flowsim.check.verdict import Change, Verdict
from flowsim.results.result import Result
from tests.fake_result import put, toy_data, toy_scenario

ROOT = Path(__file__).parents[2]
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
    assert one.wrong == "'death' is not an outcome of toy"
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
    # texts that are objects are told by what they spell, wherever they stand in memory
    one, other = (
        digest_of(data.assign(b=("y", np.array(["".join("uu"), "".join(end)], dtype=object))))
        for end in (("v", "w"), ["v", "w"])
    )
    assert one == other
    assert one not in digests


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
    with pytest.raises(fs.ScenarioError, match="'wounded' is not an outcome"):
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
    assert (verdict.name, verdict.level, verdict.since) == (tmp_path.as_posix(), "exact", "")
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
    verdict = hold(asked(tmp_path), "exact")
    assert verdict.wrong == ("the run failed: nobody is left",)
    assert (verdict.name, verdict.level) == (tmp_path.as_posix(), "exact")
    assert verdict.since.endswith(" (first)")


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
        ("- 1", "check.yaml:1:1: this is not a check; give the keys of a check, as `members: 2`"),
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


def test_what_a_check_asks_for_if_it_says_nothing() -> None:
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


# ---- what a check sets in its scenario ---------------------------------------------------------

POLICIES = "borders[Here-There].authorities[There].policies"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "tests" / "data" / "small", tmp_path / "mine")


def write(folder: Path, text: str) -> None:
    (folder / "check.yaml").write_text(text, encoding="utf-8")


def said(folder: Path, **options: bool) -> list[str]:
    with pytest.raises(fs.ScenarioError) as error:
        read_checks([folder], **options)
    return [str(problem).removeprefix(f"{folder}/") for problem in error.value.problems]


def test_what_a_check_sets_is_set(small: Path) -> None:
    write(small, "set: {end: 2010-06-12T00:00, step: 3h, grid: 3h}\nmembers: 4\n")
    (found,) = read_checks([small / "scenario.yaml", small])
    assert (found.folder, found.section.members) == (small, 4)
    assert found.section.set == {"end": "2010-06-12T00:00", "step": "3h", "grid": "3h"}
    assert found.scenario is not None
    assert str(found.scenario.end) == "2010-06-12 00:00:00"
    write(small, "# the usual\n{}")
    (found,) = read_checks([small])
    assert found.section == CheckSection()
    assert found.scenario is not None
    assert str(found.scenario.end) == "2010-06-12 18:00:00"


def test_problems_of_what_is_set_are_told_at_their_place(small: Path) -> None:
    write(small, "set:\n  ende: 3\n")
    (line,) = said(small)
    assert line.startswith("check.yaml:2:3: set.ende: there is no 'ende'; use one of name, ")
    write(small, "set:\n  step: 1h\n  end: 1999-01-01T00:00\n")
    assert said(small) == [
        "check.yaml:3:8: set.end: the end 1999-01-01T00:00 is not after the start "
        "2010-06-10T18:00; give a later end",
        "check.yaml:1:1: set: violence.events[0].start: it begins after the period; give an "
        "earlier time",
    ]


def test_code_of_a_check_runs_only_if_it_is_allowed(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does that of its scenario."""
    module = ModuleType("own_rules")
    module.relief = lambda now, view: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "own_rules", module)
    code = "{type: code, call: 'own_rules:relief'}"
    write(small, f"set:\n  {POLICIES}: [{code}]\n")
    told = (
        "code of a scenario file is not run unless you allow it; pass --allow-code, or "
        "allow_code=True to flowsim.load, if you trust this file"
    )
    assert said(small) == [f"check.yaml:2:60: set[{POLICIES}][0].type: {told}"]
    (found,) = read_checks([small], allow_code=True)
    assert found.scenario is not None
    (policy,) = found.scenario.borders[0].authorities[0].policies
    assert policy.type == "code"

    (small / "check.yaml").unlink()
    file = small / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("        policies:\n") == 1
    file.write_text(text.replace("        policies:\n", f"        policies:\n          - {code}\n"))
    with pytest.raises(fs.ScenarioError, match="code of a scenario file is not run"):
        guard(small)
    verdict = guard(small, allow_code=True)
    assert verdict.level == "exact"
    assert verdict.wrong == (f"there is no baseline; {RIGHT}",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["check.yaml:1:1: the file is empty; give the keys of a check"]),
        ("[1, 2]", ["check.yaml:1:1: this is not a check; give the keys of a check, as "
                    "`members: 2`"]),
        ("seed: 1\nmembrs: 3\n", ["check.yaml:2:1: membrs: there is no key 'membrs'; use one of "
                                  "its keys (did you mean 'members'?)"]),
    ],
)  # fmt: skip
def test_a_check_beside_a_scenario_that_is_wrong(small: Path, text: str, told: list[str]) -> None:
    write(small, text)
    assert said(small) == told


def test_what_is_no_check_at_all_is_told_of_no_key(small: Path) -> None:
    write(small, "\n- members\n")
    with pytest.raises(fs.ScenarioError) as error:
        read_checks([small])
    (problem,) = error.value.problems
    assert (problem.path, problem.file) == ("", str(small / "check.yaml"))
    assert (problem.line, problem.column) == (2, 1)


def test_problems_of_all_checks_are_told_once(small: Path) -> None:
    other = shutil.copytree(small, small.with_name("other"))
    for folder in (small, other):
        write(folder, "members: 0\n")
    with pytest.raises(fs.ScenarioError) as error:
        read_checks([small, other, small])
    assert [problem.file for problem in error.value.problems] == [
        str(folder / "check.yaml") for folder in (small, other)
    ]


def test_a_folder_whose_name_is_nearly_right(small: Path) -> None:
    near = small.with_name("mien")
    with pytest.raises(fs.ScenarioError) as error:
        read_checks([near])
    assert str(error.value) == (
        f"{near}: there is no such folder; name the folder of a scenario (did you mean 'mine'?)"
    )


# ---- the fixture for pytest --------------------------------------------------------------------


def test_the_fixture_fails_with_what_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = flowsim_check.__wrapped__()
    given = []

    def found(folder: Path, **options: Any) -> Verdict:
        given.append((folder, options))
        return Verdict("mine", "exact", wrong=("it moved",) if options else ())

    monkeypatch.setattr("flowsim.check.guard.guard", found)
    checked("mine")
    with pytest.raises(pytest.fail.Exception, match=r"mine: failed \(exact, 0.0 s\)\n  it moved"):
        checked("mine", level="exact", jobs=2)
    assert given == [("mine", {}), ("mine", {"level": "exact", "jobs": 2})]
    monkeypatch.undo()
    with pytest.raises(pytest.fail.Exception, match="there is no scenario in this folder"):
        checked(tmp_path)


# ---- the figure --------------------------------------------------------------------------------


def test_the_figure_shows_what_moved_and_the_days_of_it() -> None:
    index = pd.MultiIndex.from_tuples(
        [("deaths", "Town"), ("wounded", "Town")], names=["quantity", "where"]
    )
    dates = ["2010-06-10", "2010-06-11"]
    outcomes = [pd.DataFrame({"deaths": [v, 2.0], "people": [5.0, v]}) for v in (1.0, 4.0)]
    tables = [pd.DataFrame([[v, 0.0], [7.0, v]], index, dates) for v in (1.0, 4.0)]
    spots = [Contribution(name, "Town", dates[0], 1.0, 4.0) for name in ("deaths", "wounded")]
    deaths = Change("deaths", "persons", *(t["deaths"].to_numpy() for t in outcomes),
                    where=(spots[0],))  # fmt: skip
    verdict = Verdict(
        "scenarios/mine", "exact", changes=(deaths,), days_moved=(spots[1],),
        outcomes=tuple(outcomes), days=tuple(tables),
    )  # fmt: skip
    chart = drawn(verdict)
    told = [text.get_text() for text in chart.findobj(Text)]
    assert "scenarios/mine: before and after" in told
    panels = [axes for axes in chart.axes if axes.get_visible()]
    shown = {
        (i, axes.get_title(loc="left"), line.get_gid()): line.get_ydata().tolist()
        for i, axes in enumerate(panels)
        for line in axes.lines
        if line.get_gid() in ("before", "after")
    }
    assert shown == {
        (0, "Deaths", "before"): [1.0, 2.0], (0, "Deaths", "after"): [4.0, 2.0],
        (1, "Wounded", "before"): [7.0, 1.0], (1, "Wounded", "after"): [7.0, 4.0],
        (2, "Deaths", "before"): [1.0, 0.0], (2, "Deaths", "after"): [4.0, 0.0],
    }  # fmt: skip
