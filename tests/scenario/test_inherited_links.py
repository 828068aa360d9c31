"""A variant inherits the links of what it extends, as far as it still has their inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowsim as fs
from flowsim.scenario.checks import check
from flowsim.study.inputs import doubts, uncertain

STOP = "borders[A-B].authorities[B].policies[shut].stop"
BACK = "borders[A-B].authorities[B].policies[back].stop"
BASE = f"""name: base
start: 2010-06-10T00:00
end: 2010-06-14T00:00
flee_from: [A]
places:
  - {{name: Town, country: A, lat: 40, lon: 70, population: 900, share: {{U: 1}}}}
  - {{name: Camp, country: B, kind: camp, lat: 40, lon: 70.1, capacity: {{value: 50, low: 20, high: 90}}}}
  - {{name: Host, country: B, lat: 40, lon: 70.2, capacity: {{value: 60, low: 20, high: 90}}}}
routes:
  - {{start: Town, end: Camp, km: 12, kind: post, crossing: Post}}
  - {{start: Camp, end: Host, km: 12}}
groups:
  - {{name: U, household_size: {{4: 1}}, children: 0.4, women: 0.3, men: 0.3, elderly_women: 0, elderly_men: 0}}
borders:
  - id: A-B
    between: [A, B]
    authorities:
      - name: B
        country: B
        policies:
          - {{name: shut, type: closed, stop: {{value: 2010-06-12T00:00, low: 2010-06-11T00:00, high: 2010-06-13T00:00}}}}
          - {{name: back, type: push_back, stop: {{value: 2010-06-11T12:00, low: 2010-06-11T00:00, high: 2010-06-12T06:00}}}}
linked:
  - {{name: room, inputs: ["places[*].capacity"]}}
  - {{name: opening, inputs: ["{STOP}", "{BACK}"]}}
in_order:
  - ["{BACK}", "{STOP}"]
"""  # noqa: E501
OPEN = """extends: base.yaml
name: open
borders: {A-B: {authorities: {B: {policies: {shut: null, back: null}}}}}
"""


def loaded(folder: Path, variant: str) -> fs.Scenario:
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    (folder / "variant.yaml").write_text(variant, encoding="utf-8")
    return fs.load(folder / "variant.yaml")


def test_links_and_orders_go_with_the_inputs_that_they_name(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, OPEN)
    assert [linked.name for linked in scenario.linked] == ["room"]
    assert scenario.in_order == ()
    half = loaded(tmp_path, OPEN.replace(", back: null", ""))
    assert [linked.inputs for linked in half.linked][1] == (BACK,)
    assert half.in_order == ()
    base = fs.load(tmp_path / "base.yaml")
    paths = uncertain([base, scenario])
    assert len(set(doubts([base, scenario], paths).values())) == 2
    assert uncertain([base, scenario], ["linked[opening]"]) == (STOP, BACK)


def test_a_set_of_its_own_takes_inputs_out_of_what_is_inherited(tmp_path: Path) -> None:
    more = 'linked: {add: [{name: camp, inputs: ["places[Camp].capacity"]}]}\n'
    scenario = loaded(tmp_path, OPEN + more)
    told = {linked.name: linked.inputs for linked in scenario.linked}
    assert told == {"room": ("places[Host].capacity",), "camp": ("places[Camp].capacity",)}


def test_what_it_names_itself_must_be_there(tmp_path: Path) -> None:
    more = (
        f'linked: {{add: [{{name: mine, inputs: ["{STOP}"]}}]}}\nin_order: [["{BACK}", "{STOP}"]]\n'
    )
    with pytest.raises(fs.ScenarioError) as told:
        loaded(tmp_path, OPEN + more)
    assert len(told.value.problems) == 3
    assert all("variant.yaml" in str(problem) for problem in told.value.problems)


def test_the_same_in_python_and_what_is_saved_can_be_loaded(tmp_path: Path) -> None:
    loaded(tmp_path, OPEN)
    base = fs.load(tmp_path / "base.yaml")
    path = "borders[A-B].authorities[B].policies"
    for scenario in (base.replace_policies("A-B"), base.with_values({path: []})):
        assert [linked.name for linked in scenario.linked] == ["room"]
        assert check(scenario) == []
        scenario.save(tmp_path / "saved", overwrite=True)
        assert fs.load(tmp_path / "saved").linked == scenario.linked
    rooms = {f"places[{name}].capacity": 70 for name in ("Camp", "Host")}
    sure = base.with_values(rooms)
    assert [linked.name for linked in sure.linked] == ["opening"]
    assert check(sure) == []
    shorter = base.with_values({"end": "2010-06-13T12:00"})
    assert shorter.linked == base.linked
