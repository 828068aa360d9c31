"""Rules and hazards of one's own in a study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from tests.model.worlds import plain

CALLED = fs.Hazard(
    "called", ("at_home",), "place", "leave",
    rate=lambda view: np.full_like(view.danger, 0.5),
    factor=lambda households: np.where(households.uniform("poor") < 0.3, 0.2, 1.0),
)  # fmt: skip


def slower(view):
    return 0.5 * np.ones_like(view.danger)


def faster(view):
    return 2.0 * np.ones_like(view.danger)


def world():
    return plain(60, per_day=0.0, days=1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_runs_of_a_study_have_its_rules(tmp_path: Path, jobs: int) -> None:
    rules = {"called": CALLED, "leave": slower}
    study = fs.Study(world(), members=2, seed=5, rules=rules)
    data = study.run(tmp_path, jobs=jobs, progress=False).data
    for member, run in enumerate(study.plan().runs()):
        alone = fs.run(world(), seed=run.seed, rules=rules)
        at_home = alone.people.sel(status="at_home").sum(["place", "group"])
        kept = data.people.sel(status="at_home").sum(["place", "group"]).isel(member=member)
        assert kept.values.ravel()[-1] == at_home.values[-1]


def test_other_rules_are_other_runs(tmp_path: Path) -> None:
    fs.Study(world(), rules={"leave": slower}).run(tmp_path, progress=False)
    fs.Study(world(), rules={"leave": slower}).run(tmp_path, progress=False)
    for rules in ({"leave": faster}, {"called": CALLED}, None):
        with pytest.raises(fs.ScenarioError, match="is not what it was"):
            fs.Study(world(), rules=rules).run(tmp_path, progress=False)


def test_a_study_without_rules_is_known_as_before() -> None:
    assert fs.Study(world()).plan() == fs.Study(world(), rules={}).plan()


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ({"flee": slower}, "there is no rule 'flee'; there is leave"),
        ({"leave": eval("lambda view: 0.0 * view.danger")}, "has no source to be known by"),
    ],
)
def test_rules_that_a_study_cannot_have_are_told(rules, wrong: str) -> None:
    with pytest.raises(fs.ScenarioError, match=wrong):
        fs.Study(world(), rules=rules)
