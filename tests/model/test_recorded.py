"""What a run records, its names and units, and the small parts that keep count; by hand."""

from __future__ import annotations

import itertools
import json
import math
from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from flowsim.behaviour.config import Harm
from flowsim.clock import DAY, NEVER
from flowsim.model import memory
from flowsim.model.axes import WAITS, Outcome, Status
from flowsim.model.beliefs import Grapevine, Snapshot, _both, _by_row, _hours_until
from flowsim.model.hazards import HAZARDS, Cells, hazards_of
from flowsim.model.kernel import standing
from flowsim.model.kernel.clocks import cell_of
from flowsim.model.kernel.rest import rest, rouse
from flowsim.model.kernel.status import lose
from flowsim.model.observe import Observer, Stocks
from flowsim.model.sight import Reports, Sight
from flowsim.results.result import VARIABLES
from flowsim.running import run
from tests.kernel import drawing, household
from tests.model.worlds import rich

UNITS = {
    "people": "persons", "outcomes": "persons", "waiting": "persons", "composition": "persons",
    "registered": "persons", "violence": "1",
    "deaths": "persons", "wounded": "persons", "exposure": "person-days",
    "waiting_time": "h", "hours_waited": "persons", "hours_to_safety": "persons",
    "split": "families", "reunited": "parts of families", "apart": "persons",
    "barred_deaths": "persons", "exposure_by_status": "person-days",
}  # fmt: skip
DIMS = {
    "people": ("time", "place", "group", "status"),
    "outcomes": ("time", "crossing", "outcome", "kind"), "waiting": ("time", "crossing", "kind"),
    "composition": ("time", "place", "kind"), "registered": ("time", "place", "kind"),
    "violence": ("time", "place"), "deaths": ("time", "place", "group"),
    "wounded": ("time", "place", "group"), "exposure": ("time", "place", "group"),
    "waiting_time": ("time", "crossing"), "hours_waited": ("crossing", "wait"),
    "hours_to_safety": ("refuge", "wait"), "split": ("time", "crossing"),
    "reunited": ("time", "place"), "apart": ("time",), "barred_deaths": ("time", "crossing"),
    "exposure_by_status": ("time", "group", "status"),
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return run(rich(400, days=1, record="6h", title="A rich world"), seed="7.1").data


# ---- names and units --------------------------------------------------------------------------


def test_each_variable_of_a_run_has_its_dimensions_and_units(data: xr.Dataset) -> None:
    assert list(data.data_vars) == list(VARIABLES)
    assert {str(n): a.attrs["units"] for n, a in data.data_vars.items()} == UNITS
    assert {str(n): a.dims for n, a in data.data_vars.items()} == DIMS
    floats = {"violence", "exposure", "exposure_by_status", "waiting_time"}
    assert {str(n): str(a.dtype) for n, a in data.data_vars.items()} == {
        name: "float64" if name in floats else "int32" for name in UNITS
    }


def test_the_labels_of_a_run_are_those_of_its_scenario(data: xr.Dataset) -> None:
    scenario = rich(400)
    texts = {
        "place": [p.name for p in scenario.places], "country": [p.country for p in scenario.places],
        "region": [p.region for p in scenario.places],
        "place_kind": [p.kind for p in scenario.places], "group": ["U", "K"],
        "status": ["at_home", "moving", "waiting", "displaced", "sheltered", "detained",
                   "returned"],
        "crossing": ["Gate", "Side"], "near": ["Village", "Far"], "far": ["Camp", "City"],
        "crossing_kind": ["post", "gap"],
        "outcome": ["reached", "admitted", "exempt", "gave_up", "irregular", "detained",
                    "pushed_back", "dispersed", "died", "returned", "refused", "intercepted"],
        "kind": ["children", "women", "men", "elderly_women", "elderly_men"],
        "refuge": ["inside", "abroad"],
    }  # fmt: skip
    for name, wanted in texts.items():
        assert data[name].values.tolist() == wanted, name
        assert data[name].dtype.kind == "U"
    assert data["lat"].values.tolist() == [p.lat for p in scenario.places]
    assert data["lon"].values.tolist() == [p.lon for p in scenario.places]
    assert data["capacity"].values.tolist() == [-1, -1, -1, 50, -1]
    assert data["capacity"].attrs["units"] == "persons"
    assert data["capacity"].attrs["comment"] == "-1 where there is no limit."
    assert data["wait"].values.tolist() == [0, 1, 2, 4, 8, 12, 24, 48, 96, 192]
    assert data["wait"].attrs["units"] == "h"
    assert data["wait"].attrs["comment"].startswith("Lower edge of the class")
    assert np.datetime_as_string(data["time"].values, unit="h").tolist() == [
        "2010-06-11T00", "2010-06-11T06", "2010-06-11T12", "2010-06-11T18",
    ]  # fmt: skip


def test_a_run_says_who_made_it(data: xr.Dataset) -> None:
    attrs = dict(data.attrs)
    assert set(json.loads(attrs.pop("versions"))) == {"flowsim", "mesa", "numpy", "scipy", "xarray"}
    scenario = rich(400, days=1, record="6h", title="A rich world")
    assert attrs.pop("digest") == scenario.digest()
    assert attrs.pop("scenario").startswith("name: rich\n")
    assert len(attrs.pop("cpu").split()) == 2
    assert attrs == {
        "name": "rich", "title": "A rich world", "seed": "7.1", "engine": "columns",
        "start": "2010-06-10T18:00:00", "timezone": scenario.timezone, "flee_from": "A",
        "own_rules": "", "Conventions": "CF-1.11",
    }  # fmt: skip
    bare = run(rich(100, days=1, record="24h"), provenance=False).data.attrs
    assert "digest" not in bare
    assert "scenario" not in bare


# ---- an observer ------------------------------------------------------------------------------

KINDS_OF_BOTH = ([1, 0, 0, 0, 0], [2, 1, 0, 0, 3])
OUT, OUT_TOO, BACK = range(3)
"""Gates, and the links that they are on; the last is the second crossing in the direction back."""


def observer() -> Observer:
    return Observer(np.array([DAY, 2 * DAY]), places=2, groups=1, crossings=2)


def seen_by(seen: Observer) -> SimpleNamespace:
    """What the kernel counts into, with three gates at two crossings."""
    made = drawing(
        **memory.observed(seen), stops=seen.stops, wait_edges_s=[3600.0 * h for h in WAITS],
        gate=[OUT, OUT_TOO, BACK], gate_out=[True, True, False], gate_crossing=[0, 1, 1],
        tick=SimpleNamespace(at=0), run=SimpleNamespace(danger_on_legs=True, roads=False),
        n=SimpleNamespace(dead=0, apart=0, regrouped=0),
        regrouped=[0] * 9, people=np.zeros((2, 1, len(Status)), dtype=np.int64),
        present=np.zeros((2, 1, 5), dtype=np.int64), hurt=np.zeros(2, dtype=np.int64),
        line=np.zeros((3, 5), dtype=np.int64),
    )  # fmt: skip
    return made


def test_what_happens_is_counted_in_its_interval() -> None:
    seen = observer()
    s, (one, two) = seen_by(seen), (household(kinds=kinds) for kinds in KINDS_OF_BOTH)
    for family in (one, two):
        standing.tell_all(s, family, OUT_TOO, Outcome.ADMITTED)
        standing.tell_all(s, family, BACK, Outcome.ADMITTED)  # of those who go home it is not told
    standing.tell_all(s, one, OUT, Outcome.DIED)
    nobody = np.zeros((2, 1, 7), dtype=np.int64)
    present, on_leg = np.full((2, 1, 5), 4), np.zeros((3, 1, 5), dtype=np.int64)
    seen.close(Stocks(nobody + 3, present, on_leg, np.full((2, 5), 5), np.array([1, 2]), 6))
    s.tick.at = seen.at
    standing.tell_all(s, two, OUT_TOO, Outcome.ADMITTED)
    standing.tell_all(s, one, BACK, Outcome.RETURNED)
    assert seen.outcomes[0, 1, Outcome.ADMITTED].tolist() == [3, 1, 0, 0, 3]
    assert seen.outcomes[1, 1, Outcome.ADMITTED].tolist() == [2, 1, 0, 0, 3]
    assert seen.outcomes[1, 1, Outcome.RETURNED].tolist() == [1, 0, 0, 0, 0]
    assert seen.outcomes.sum() == 7 + 6 + 1 + 1
    assert seen.outcomes_so_far[1, Outcome.ADMITTED] == 13
    assert seen.outcomes_so_far[0, Outcome.DIED] == 1
    assert (seen.people[0] == 3).all()
    assert (seen.composition[0] == 4).all()
    assert (seen.waiting[0] == 5).all()
    assert seen.apart.tolist() == [6, 0]
    assert seen.wounded_now.tolist() == [[1, 2], [0, 0]]
    assert not seen.people[1].any()
    assert seen.at == 1


def test_classes_of_hours_are_half_open() -> None:
    s, hour = seen_by(observer()), 3600
    seconds = [0, hour - 1, hour, 24 * hour - 1, 24 * hour, 192 * hour - 1, 192 * hour, 10**8]
    assert [standing.class_of_hours(s, n) for n in seconds] == [0, 0, 1, 5, 6, 8, 9, 9]


def test_mean_waits_are_over_persons() -> None:
    seen = observer()
    seen.waited_s[0, 0], seen.passed[0, 0] = 3 * 3600 + 1 * 3 * 3600, 4
    assert seen.waiting_hours()[0].tolist()[0] == 1.5
    assert np.isnan(seen.waiting_hours()[0, 1])


def test_the_dead_are_counted_where_they_were_and_by_what_they_were_refused() -> None:
    seen = observer()
    s = seen_by(seen)
    family = household(kinds=[0, 1, 1, 0, 1], wounded=[0, 1, 0, 0, 0], doomed=[0, 1, 0, 0, 0],
                       hurt=True, status=Status.WAITING, place=1, link=OUT_TOO,
                       barred=-1)  # fmt: skip
    standing.tally(s, family, 1)
    lose(s, family, 0, 1, OUT_TOO)
    family.barred = 1
    lose(s, family, 0, 2, OUT_TOO)
    assert family.kinds == [0, 0, 0, 0, 1]
    assert family.wounded == family.doomed == [0] * 5  # of the dead woman
    assert s.hurt.tolist() == [0, 0]
    assert s.line.tolist() == [[0] * 5, [0, 0, 0, 0, 1], [0] * 5]
    assert np.asarray(s.present)[:, 0].tolist() == [[0] * 5, [0, 0, 0, 0, 1]]
    assert seen.deaths[0, :, 0].tolist() == [0, 2]
    assert seen.barred_deaths.tolist() == [[0, 1], [0, 0]]
    assert seen.outcomes[0, 1, Outcome.DIED].tolist() == [0, 1, 1, 0, 0]
    assert (s.n.dead, s.n.regrouped) == (2, 0)
    lose(s, family, 0, 4, -1)
    assert (s.n.dead, s.n.regrouped, seen.outcomes.sum()) == (3, 1, 2)  # there may be parts of it


def test_those_on_the_way_are_counted_by_leg_and_kind() -> None:
    s = seen_by(observer())
    s.on_leg = np.zeros((3, 1, 5), dtype=np.int64)
    family = household(kinds=[2, 1, 0, 0, 0], wounded=[1, 0, 0, 0, 0], hurt=True,
                       status=Status.MOVING, link=OUT_TOO)  # fmt: skip
    standing.tally(s, family, 1)
    assert s.on_leg[:, 0].tolist() == [[0] * 5, [2, 1, 0, 0, 0], [0] * 5]
    assert (np.asarray(s.present).sum(), s.hurt.tolist()) == (0, [1, 0])
    standing.tally(s, family, -1)
    assert not s.on_leg.any()
    standing.tally(s, household(kinds=[1, 0, 0, 0, 0], status=Status.MOVING, link=-1), 1)
    assert not s.on_leg.any()  # who looks for a way from where the run began


def test_exposure_is_weighed_by_danger_and_time() -> None:
    seen = observer()
    seen.expose(np.array([[8], [0]]), np.array([[0.5], [1.0]]), np.array([0.25, 1.0]), 6 * 3600)
    seen.expose(np.array([[8], [0]]), np.array([[0.5], [1.0]]), np.array([0.5, 0.0]), 6 * 3600)
    assert seen.exposure[0].tolist() == [[2.0], [0.0]]
    assert seen.violence[0].tolist() == [0.5, 0.0]


def test_the_host_counts_people_when_it_has_come_to_them() -> None:
    """Who is registered in the second in which an interval ends is counted in it."""
    seen = observer()
    s = seen_by(seen)
    for n, when in enumerate((5, DAY, DAY + 1, 2 * DAY, 2 * DAY + 1)):
        standing.register(s, household(kinds=[0, 0, 2**n, 0, 0], place=min(n, 1)), when)
    assert seen.registered[:, :, 2].tolist() == [[1, 2], [0, 12]]
    assert seen.registered.sum() == 15  # the last is after the run


# ---- the table of hazards ---------------------------------------------------------------------


def test_every_cell_of_the_clock_face_has_one_hazard() -> None:
    cells = Cells(HAZARDS, places=3, groups=2, countries=2, gates=4, links=5)
    sizes = {h.name: prod(shape) for h, shape in zip(HAZARDS, cells.shapes, strict=True)}
    assert sizes == {
        "leave": 6, "calendar": 1, "onward": 6, "return": 24, "give_up": 8, "fence": 8,
        "disperse": 4, "harm": 6, "harm_on_the_way": 6, "harm_on_the_leg": 10,
        "harm_detained": 6, "toll": 6, "toll_on_the_leg": 10, "wounds": 1, "crush": 4,
        "relocate": 6,
        "must_leave": 6, "must_move_on": 6, "crowded": 6,
    }  # fmt: skip
    spans = sorted(zip(cells.first, sizes.values(), strict=True))
    assert all(first + size == next_ for (first, size), (next_, _) in itertools.pairwise(spans))
    assert (spans[0][0], sum(spans[-1])) == (0, cells.total)


def test_the_cell_of_a_household_is_that_of_its_hazard_and_where_it_stands() -> None:
    """Each household, by all that decides, has a cell of its own within those of the hazard."""
    cells = Cells(HAZARDS, places=3, groups=2, countries=2, gates=2, links=2)
    s = SimpleNamespace(
        first_cell=cells.first, form=[int(h.form) for h in HAZARDS], country=[0, 1, 1],
        gate=[0, 1], run=SimpleNamespace(places=3, groups=2),
    )  # fmt: skip
    everybody = [
        household(place=place, home=home, group=group, burnt=burnt, link=link, held=held)
        for place, home, group, burnt, link, held in itertools.product(
            range(3), range(3), range(2), (False, True), range(2), (False, True)
        )
    ]
    for n, (hazard, shape) in enumerate(zip(HAZARDS, cells.shapes, strict=True)):
        found = {cell_of(s, h, n) - cells.first[n] for h in everybody}
        assert found == set(range(prod(shape))), hazard.name
    one = household(place=2, home=1, group=1, burnt=True, link=1, held=True)
    within = {h.name: cell_of(s, one, n) - cells.first[n] for n, h in enumerate(HAZARDS)}
    at = {
        "leave": (2, 1), "onward": (2, 1), "harm": (2, 1), "harm_on_the_way": (2, 1),
        "relocate": (2, 1), "return": (1, 1, 1, 1), "give_up": (1, 1), "fence": (1, 1),
        "disperse": (1,), "crush": (1,), "calendar": (), "harm_on_the_leg": (1, 1),
        "harm_detained": (2, 1), "toll": (2, 1), "toll_on_the_leg": (1, 1), "wounds": (),
        "must_leave": (2, 1), "must_move_on": (2, 1), "crowded": (2, 1),
    }  # fmt: skip
    for hazard, shape in zip(HAZARDS, cells.shapes, strict=True):
        where = np.ravel_multi_index(at[hazard.name], shape) if shape else 0
        assert within[hazard.name] == where, hazard.name


def test_hazards_that_compete_draw_for_purposes_of_their_own() -> None:
    for status, moves, count in itertools.product(Status, (False, True), ("given", "hazards")):
        leaving = SimpleNamespace(count=count)
        harm = Harm(on_the_way=1, crush_per_day=1, danger_ahead=1, detained=1, recover_per_day=1)
        toll = {"deaths": 1.0, "wounded": 0.0, "intensity": 1.0}
        scenario: Any = SimpleNamespace(
            behaviour=SimpleNamespace(
                leaving=leaving, harm=harm, reception=SimpleNamespace(crowded_per_day=1.0)
            ),
            violence=SimpleNamespace(events=[SimpleNamespace(to=to, **toll) for to in ("", "B")]),
            threats=(SimpleNamespace(lost_from=1),),
            hazards=(),
        )
        there = [h for h in hazards_of(scenario, moves) if status in h.statuses]
        assert len({h.purpose for h in there}) == len(there)
        assert {h.name for h in HAZARDS} - {h.name for h in hazards_of(scenario, moves)} == (
            ({"leave", "must_leave"} if count == "given" else {"calendar"})
            | ({"relocate"} if not moves else set())
        )
    renamed = {
        "calendar": "LEAVE", "harm_on_the_way": "HARM", "harm_on_the_leg": "LEG",
        "harm_detained": "HARM", "toll_on_the_leg": "TOLL",
    }  # fmt: skip
    assert all(h.purpose.name == renamed.get(h.name, h.name.upper()) for h in HAZARDS)


# ---- what is known late, and who is due -------------------------------------------------------


def sight(seconds: int) -> Sight:
    none = np.zeros(0, dtype=np.int64)
    return Sight(seconds, none, none, none, none, none, np.zeros(0))


def test_reports_go_back_as_far_as_the_slowest_state_looks() -> None:
    reports = Reports(longest=100)
    for seconds in (0, 50, 50, 100, 140, 200):
        reports.add(sight(seconds))
    assert reports.latest == 200
    assert [reports.at(s).seconds for s in (500, 200, 199, 100, 99, 0)] == [
        200, 200, 140, 100, 100, 100,
    ]  # fmt: skip
    again = sight(200)
    reports.add(again)
    assert reports.at(200) is again


def test_those_at_rest_are_due_once_and_in_their_cell() -> None:
    """Five households with one target each, and one of them under a second clock."""
    cells, targets = (2, 0, 2, 2, 0), (3.0, 1.0, 1.0, 2.0, 4.0)
    rows = [
        household(row, cell=[cell, 1, -1], target=[target, 99.0 if row else 0.5, math.inf])
        for row, (cell, target) in enumerate(zip(cells, targets, strict=True))
    ]
    s = SimpleNamespace(
        rows=rows, n_clocks=[2], run=SimpleNamespace(cells=3), loose=[*range(5)], in_turn=[0] * 5,
        n=SimpleNamespace(rows=5, loose=5, heaps=0, heaped=0, heaps_kept=0, heaped_kept=0),
        per_cell=[0] * 3, heap_row=[0] * 20, heap_target=[0.0] * 20, heap_cell=[0] * 6,
        heap_first=[0] * 6, heap_stop=[0] * 6, cumulative_at_stop=[0.0] * 3,
    )  # fmt: skip

    def due(*reading: float) -> list[int]:
        s.cumulative_at_stop, s.n.loose = list(reading), 0
        rouse(s)
        return sorted(s.loose[: s.n.loose])

    rest(s)
    assert s.n.loose == 0
    assert due(0.5, 0.0, 0.5) == []
    assert due(1.0, 0.0, 2.0) == [1, 2, 3]
    assert due(1.0, 0.0, 2.0) == []
    assert due(1.0, 0.5, 2.0) == [0]  # by its second clock
    assert due(9.0, 0.5, 9.0) == [4]  # the first is up already
    for _ in range(3):  # there is room for two times of putting to rest; then all heaps are anew
        s.loose, s.n.loose = [0, 1, 2, 3, 4], 5
        rest(s)
        assert all(h.resting for h in rows)
    assert due(1.0, 0.0, 2.0) == [1, 2, 3]
    assert due(99.0, 99.0, 99.0) == [0, 4]


# ---- news -------------------------------------------------------------------------------------


def grapevine(informed: float, lag_hours: float = 2.0) -> Grapevine:
    made = Grapevine.__new__(Grapevine)
    made._news = SimpleNamespace(informed=informed)  # type: ignore[assignment]
    made._lag, made._past = round(lag_hours * 3600), []
    made._world = SimpleNamespace(groups=["U", "K"])  # type: ignore[assignment]
    made._out = np.array([True, True, False])
    return made


def known(danger: float, closes: Any = None, opens: Any = None, chance: Any = None) -> Snapshot:
    rules = SimpleNamespace(
        closes_s=np.array(closes or [NEVER] * 3), opens_s=np.array(opens or [NEVER] * 3),
        family_chance=np.array(chance or [[1.0] * 4] * 3),
    )  # fmt: skip
    there = np.array([[danger]])
    return Snapshot(SimpleNamespace(danger=there, alarm=there, push=None), rules)  # type: ignore[arg-type]


def test_news_come_late_to_those_who_are_not_informed() -> None:
    heard = grapevine(informed=0.25)
    talked = [
        float(heard.hear(hour * 3600, known(float(hour)))[0][0, 0]) for hour in (0, 1, 2, 3, 4)
    ]
    assert talked == [0.0, 0.25, 0.5, 0.25 * 3 + 0.75 * 1, 0.25 * 4 + 0.75 * 2]
    _, late = heard.hear(5 * 3600, known(5.0))
    assert late.danger.danger[0, 0] == 3.0


def test_people_hurry_by_the_part_of_open_crossings_that_will_close() -> None:
    heard = grapevine(informed=0.25)
    chance = [[1.0] * 4, [1.0, 1.0, 0.0, 0.0], [1.0] * 4]
    closing = known(0.0, closes=[900, NEVER, 900], chance=chance)
    calm = known(0.0, chance=chance)
    assert heard.hurry(closing, calm).tolist() == [0.25 * 0.5, 0.25]
    assert heard.hurry(calm, closing).tolist() == [0.75 * 0.5, 0.75]
    assert heard.hurry(calm, calm).tolist() == [0.0, 0.0]
    shut = known(0.0, closes=[900] * 3, chance=[[0.0] * 4] * 3)
    assert heard.hurry(shut, shut).tolist() == [0.0, 0.0]
    opening = known(0.0, opens=[900, NEVER, NEVER])
    assert heard.awaited(opening, calm).tolist() == [0.25, 0.0, 0.0]
    assert heard.awaited(opening, opening).tolist() == [1.0, 0.0, 0.0]


def test_rows_of_beliefs_are_of_the_late_and_then_of_the_informed() -> None:
    late, told = np.array([[1, 2]]), np.array([[3, 4]])
    assert _both(late, told).tolist() == [[1], [3], [2], [4]]
    assert _by_row(np.array([1.0, 2]), np.array([3.0, 4]), 4).tolist() == [
        [1, 2], [3, 4], [1, 2], [3, 4],
    ]  # fmt: skip
    assert _hours_until(np.array([7200, 0, NEVER]), 3600).tolist() == [1.0, 0.0, np.inf]
