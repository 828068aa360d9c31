"""Whatever the world and its policies: persons are conserved and the accounts balance."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from flowsim.model.flow import FlowModel
from flowsim.running import run
from flowsim.scenario.checks import check
from tests.model.worlds import POLICIES, rich, stock
from tests.properties.strategies import few, scenarios

LEFT_THE_QUEUE = (
    "admitted", "exempt", "gave_up", "irregular", "detained", "dispersed", "died",
)  # fmt: skip


def accounts_balance(result, started: int) -> None:
    """Persons: people + deaths so far = start. Queue, at each step and by kind of person: waiting =
    sum of reached - admitted - exempt - gave_up - irregular - detained - dispersed - died."""
    alive = result.people.sum(["place", "group", "status"]).values.astype(np.int64)
    dead = result.deaths.sum(["place", "group"]).cumsum("time").values
    assert (alive + dead == started).all()
    moved = result.outcomes.astype(np.int64)
    net = moved.sel(outcome="reached") - moved.sel(outcome=list(LEFT_THE_QUEUE)).sum("outcome")
    assert (
        net.cumsum("time").transpose(*result.waiting.dims).values == result.waiting.values
    ).all()
    for name in ("people", "outcomes", "waiting", "composition", "registered", "deaths", "wounded"):
        assert (result.data[name].values >= 0).all(), name
    present = result.people.drop_sel(status="moving").sum(["group", "status"])
    assert (result.composition.sum("kind").values == present.values).all()
    back = moved.sel(outcome="pushed_back").sum().item()
    assert back <= moved.sel(outcome="irregular").sum().item()
    passed = moved.sel(outcome=["admitted", "exempt"]).sum(["time", "outcome", "kind"])
    assert (result.hours_waited.sum("wait").values == passed.values).all()
    assert (result.apart.values >= 0).all()
    assert result.reunited.sum() <= result.split.sum()
    barred = result.barred_deaths.sum("crossing").values
    assert (barred <= result.deaths.sum(["place", "group"]).values).all()
    died_at_gates = moved.sel(outcome="died").sum(["crossing", "kind"]).values
    assert (died_at_gates <= result.deaths.sum(["place", "group"]).values).all()


@few(40)
@given(scenario=scenarios())
def test_persons_are_conserved_and_queues_balance(scenario):
    assert not check(scenario)
    started = sum(place.population for place in scenario.places if place.country == "A")
    accounts_balance(run(scenario, seed=1), started)


def test_so_in_the_rich_world():
    for policies in POLICIES.values():
        accounts_balance(run(rich(2000, policies), seed=1), 3000)


def test_people_by_group_are_those_who_lived_there():
    result = run(rich(2000), seed=1)
    people = result.people.sum(["place", "status"]) + result.deaths.sum("place").cumsum("time")
    assert (people.sel(group="U") == 1200 + 450 + 150).all()
    assert (people.sel(group="K") == 800 + 50 + 350).all()


def test_the_collector_counts_as_the_result_does():
    model = FlowModel(rich(1000), rng=2)
    while model.running:
        model.step()
    table, result = model.datacollector.get_model_vars_dataframe(), model.result()
    for status in ("waiting", "displaced", "sheltered", "returned"):
        assert table[status].iloc[-48:].tolist() == stock(result, status).tolist()
    assert table["dead"].iloc[-1] == result.deaths.sum()
    assert table["crossed"].iloc[-1] == result.crossed().isel(time=-1).sum()
