"""What a run records, its names and units, and the small parts that keep count; by hand."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from flowsim.model.resting import Sorted

from flowsim.clock import DAY, NEVER
from flowsim.model import layout
from flowsim.model.beliefs import Grapevine, Known, _both, _by_row, _hours_until
from flowsim.model.layout import Cells, Clock, Outcome, Refuge
from flowsim.model.observe import Observer, Stocks
from flowsim.model.sight import Reports, Sight
from flowsim.results import VARIABLES
from flowsim.running import run
from tests.model.worlds import rich

UNITS = {
    "people": "persons", "outcomes": "persons", "waiting": "persons", "composition": "persons",
    "registered": "persons, cumulative", "violence": "1 = worst day of the worst place",
    "deaths": "persons", "wounded": "persons", "exposure": "person-days, weighted by danger",
    "waiting_time": "hours", "hours_waited": "persons", "hours_to_safety": "persons",
    "split": "families", "reunited": "parts of families", "apart": "persons",
    "barred_deaths": "persons",
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
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return run(rich(400, days=1, record="6h", title="A rich world"), seed="7.1").data


# ---- names and units --------------------------------------------------------------------------


def test_each_variable_of_a_run_has_its_dimensions_and_units(data: xr.Dataset) -> None:
    assert tuple(data.data_vars) == VARIABLES
    assert {str(n): a.attrs for n, a in data.data_vars.items()} == {
        name: {"units": unit} for name, unit in UNITS.items()
    }
    assert {str(n): a.dims for n, a in data.data_vars.items()} == DIMS


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
    assert data["capacity"].attrs == {"units": "persons, -1 = no limit"}
    assert data["wait"].values.tolist() == [0, 1, 2, 4, 8, 12, 24, 48, 96, 192]
    assert data["wait"].attrs == {"units": "hours, lower edge"}
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
        "own_rules": "",
    }  # fmt: skip
    bare = run(rich(100, days=1, record="24h"), provenance=False).data.attrs
    assert "digest" not in bare
    assert "scenario" not in bare


# ---- an observer ------------------------------------------------------------------------------


def observer() -> Observer:
    return Observer(np.array([DAY, 2 * DAY]), places=2, groups=1, crossings=2)


def test_what_happens_is_counted_in_its_interval() -> None:
    seen = observer()
    kinds = np.array([[1, 2], [0, 1], [0, 0], [0, 0], [0, 3]], dtype=np.uint8)
    seen.outcome(np.array([1, 1]), Outcome.ADMITTED, kinds)
    seen.outcome(np.array([0]), Outcome.DIED, kinds[:, :1])
    nobody = np.zeros((2, 1, 7), dtype=np.int64)
    seen.close(Stocks(nobody + 3, np.full((2, 5), 4), np.full((2, 5), 5), 6))
    seen.outcome(np.array([1]), Outcome.ADMITTED, kinds[:, 1:])
    assert seen.outcomes[0, 1, Outcome.ADMITTED].tolist() == [3, 1, 0, 0, 3]
    assert seen.outcomes[1, 1, Outcome.ADMITTED].tolist() == [2, 1, 0, 0, 3]
    assert seen.outcomes.sum() == 7 + 6 + 1
    assert seen.outcomes_so_far[1, Outcome.ADMITTED] == 13
    assert seen.outcomes_so_far[0, Outcome.DIED] == 1
    assert (seen.people[0] == 3).all()
    assert (seen.composition[0] == 4).all()
    assert (seen.waiting[0] == 5).all()
    assert seen.apart.tolist() == [6, 0]
    assert not seen.people[1].any()
    assert seen.at == 1


def test_waits_are_means_over_persons_and_fall_into_classes() -> None:
    seen = observer()
    seen.passed(np.array([0, 0]), np.array([3600, 3 * 3600]), np.array([3, 1]))
    assert seen.waiting_hours()[0].tolist()[0] == 1.5
    assert np.isnan(seen.waiting_hours()[0, 1])
    edges = np.array([0, 3599, 3600, 24 * 3600 - 1, 24 * 3600, 10**7])
    seen.passed(np.full(6, 1), edges, np.full(6, 2))
    assert seen.hours_waited[0].tolist() == [0, 3, 1, 0, 0, 0, 0, 0, 0, 0]
    assert seen.hours_waited[1].tolist() == [4, 2, 0, 0, 0, 2, 2, 0, 0, 2]
    seen.safe(Refuge.ABROAD, np.array([7200]), np.array([4]))
    assert seen.hours_to_safety.tolist() == [[0] * 10, [0, 0, 4, 0, 0, 0, 0, 0, 0, 0]]


def test_harm_is_counted_where_and_to_whom_it_is_done() -> None:
    seen = observer()
    place, group = np.array([0, 1, 1]), np.zeros(3, dtype=np.int64)
    seen.harmed(place, group, np.array([False, True, True]), np.array([True, False, False]))
    assert seen.deaths[0, :, 0].tolist() == [0, 2]
    assert seen.wounded[0, :, 0].tolist() == [1, 0]
    assert seen.deaths_so_far == 2
    seen.died_barred(np.array([-1, 1, 1]))
    seen.parted(np.array([0, 0]))
    seen.rejoined(np.array([1]))
    assert seen.barred_deaths.tolist() == [[0, 2], [0, 0]]
    assert seen.split.tolist() == [[2, 0], [0, 0]]
    assert seen.reunited.tolist() == [[0, 1], [0, 0]]
    seen.expose(np.array([[8], [0]]), np.array([[0.5], [1.0]]), np.array([0.25, 1.0]), 6 * 3600)
    seen.expose(np.array([[8], [0]]), np.array([[0.5], [1.0]]), np.array([0.5, 0.0]), 6 * 3600)
    assert seen.exposure[0].tolist() == [[2.0], [0.0]]
    assert seen.violence[0].tolist() == [0.5, 0.0]


def test_the_host_counts_people_when_it_has_come_to_them() -> None:
    seen = observer()
    when = np.array([5, DAY, DAY + 1, 2 * DAY, 2 * DAY + 1])
    kinds = np.zeros((5, 5), dtype=np.uint8)
    kinds[2] = [1, 2, 4, 8, 16]
    seen.register(when, np.array([0, 1, 1, 1, 1]), kinds)
    assert seen.registered[:, :, 2].tolist() == [[1, 2], [0, 12]]
    assert seen.registered.sum() == 15


# ---- names and places in arrays ---------------------------------------------------------------


def test_every_cell_of_the_clock_face_has_one_clock() -> None:
    cells = Cells(places=3, groups=2, countries=2, gates=4)
    spans = sorted(cells.span(clock) for clock in Clock)
    assert spans[0][0] == 0
    assert spans[-1][1] == cells.calendar == cells.total - 1
    assert all(one[1] == two[0] for one, two in itertools.pairwise(spans))
    sizes = {clock: cells.span(clock)[1] - cells.span(clock)[0] for clock in Clock}
    assert sizes == {
        Clock.LEAVE: 6, Clock.ONWARD: 6, Clock.HARM: 12, Clock.RETURN: 24, Clock.GIVE_UP: 8,
        Clock.FENCE: 8, Clock.DISPERSE: 4, Clock.CRUSH: 4, Clock.RELOCATE: 6,
    }  # fmt: skip
    assert cells.harm < cells.harm_moving < cells.back_home


def test_each_clock_draws_for_its_own_purpose() -> None:
    assert set(layout.PURPOSE) == set(Clock)
    assert all(layout.PURPOSE[clock].name == clock.name for clock in Clock)
    assert layout.SAFE_AT[Refuge.INSIDE] == layout.Status.DISPLACED
    assert layout.SAFE_AT[Refuge.ABROAD] == layout.Status.SHELTERED


# ---- what is known late, and who is due -------------------------------------------------------


def sight(seconds: int) -> Sight:
    none = np.zeros(0, dtype=np.int64)
    return Sight(seconds, none, none, none, none, np.zeros(0))


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
    rows, cell = np.array([5, 6, 7, 8, 9]), np.array([2, 0, 2, 2, 0])
    rest = Sorted(rows, cell, np.array([3.0, 1.0, 1.0, 2.0, 4.0]))
    reading = np.array([0.5, 99.0, 0.5])
    assert rest.due(reading).tolist() == []
    assert rest.due(np.array([1.0, 0.0, 2.0])).tolist() == [6, 7, 8]
    assert rest.due(np.array([1.0, 0.0, 2.0])).tolist() == []
    assert rest.due(np.array([9.0, 0.0, 9.0])).tolist() == [9, 5]
    assert rest.due(np.array([99.0, 0.0, 99.0])).dtype == np.int64


# ---- news -------------------------------------------------------------------------------------


def grapevine(informed: float, lag_hours: float = 2.0) -> Grapevine:
    made = Grapevine.__new__(Grapevine)
    made._news = SimpleNamespace(informed=informed)  # type: ignore[assignment]
    made._lag, made._past = round(lag_hours * 3600), []
    made._world = SimpleNamespace(groups=["U", "K"])  # type: ignore[assignment]
    made._out = np.array([True, True, False])
    return made


def known(danger: float, closes: Any = None, opens: Any = None, chance: Any = None) -> Known:
    rules = SimpleNamespace(
        closes_s=np.array(closes or [NEVER] * 3), opens_s=np.array(opens or [NEVER] * 3),
        family_chance=np.array(chance or [[1.0] * 4] * 3),
    )  # fmt: skip
    return Known(SimpleNamespace(danger=np.array([[danger]])), rules)  # type: ignore[arg-type]


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
