"""Forces in a run: they trap people or let them go, can be looked at, and obey a script."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

from flowsim.model.agents import ForceAgent
from flowsim.model.flow import FlowModel
from flowsim.running import run
from tests.model.worlds import START, hours, plain, rich, same_bytes, stock

PERSONS = 20_000
KS = 1.95 / np.sqrt(PERSONS)
BLOCKED = {"name": "block", "kind": "roadblock", "places": ["Here"], "start": hours(0),
           "stop": hours(99), "leave": 0.2, "delay_hours": 2}  # fmt: skip


def here(size=200, start=START, **order):
    return {"name": "force", "kind": "militia", "places": ["Here"], "size": size,
            "orders": [{"start": start, "stance": "stand_by", **order}]}  # fmt: skip


def finished(model: FlowModel):
    while model.running:
        model.step()
    return model.result()


def test_a_militia_that_blocks_the_roads_traps_people():
    """200 halve the hazard of 2 a day; with one seed nobody leaves sooner than without them."""
    free = run(plain(PERSONS, days=1))
    held = run(plain(PERSONS, days=1, forces=[here(roads="block")]))
    t = np.arange(1, 25) / 24
    assert np.abs(stock(held, "at_home") / PERSONS - np.exp(-t)).max() < KS
    assert (stock(held, "at_home") >= stock(free, "at_home")).all()
    assert held.crossed().sum() < 0.8 * free.crossed().sum()


def test_an_army_that_opens_the_roads_lets_people_go():
    """200 lift half of a block of 0.2, which makes it 0.6; with one seed nobody leaves later."""
    shut = run(plain(PERSONS, days=1, conditions=[BLOCKED]))
    eased = run(plain(PERSONS, days=1, conditions=[BLOCKED], forces=[here(roads="open")]))
    t = np.arange(1, 25) / 24
    assert np.abs(stock(eased, "at_home") / PERSONS - np.exp(-0.6 * 2 * t)).max() < KS
    assert (stock(eased, "at_home") <= stock(shut, "at_home")).all()
    assert eased.crossed().sum() > 2 * shut.crossed().sum()


@pytest.mark.parametrize(("roads", "hours_lost"), [("block", 3), ("leave_alone", 2), ("open", 1)])
def test_legs_take_longer_through_blocked_roads(roads, hours_lost):
    """A drive of 2 h, 2 h at the roadblock, 1 h at the militia's; 200 who open them lift half."""
    scenario = plain(
        4000, 50, days=1, abroad=False, conditions=[BLOCKED], forces=[here(roads=roads)]
    )
    arrived = stock(run(scenario), "displaced", "There")
    assert np.flatnonzero(arrived)[0] == 2 + hours_lost


def test_forces_can_be_looked_at_in_a_run():
    army = {**rich(300).forces[0].model_dump(), "orders": [
        {"start": hours(5), "stance": "protect", "size": 90, "places": ["Village", "Far"],
         "roads": "block", "groups": ["K"]}]}  # fmt: skip
    model = FlowModel(rich(300, days=1, forces=[army]))
    agent = model.force("army")
    assert isinstance(agent, ForceAgent)
    model.datacollector = mesa.DataCollector(
        {"size": lambda m: m.force("army").size, "roads": lambda m: m.force("army").roads}
    )
    finished(model)
    told = model.datacollector.get_model_vars_dataframe()
    assert told["size"].tolist() == [2000] * 4 + [90] * 20
    assert told["roads"].tolist() == ["leave_alone"] * 4 + ["block"] * 20
    assert agent.places == (model.place("Village"), model.place("Far"))
    assert (agent.stance, agent.groups) == ("protect", ("K",))
    with pytest.raises(KeyError, match="no force 'navy'; there is army"):
        model.force("navy")
    with pytest.raises(KeyError, match="no force 'navy'; there is none"):
        FlowModel(plain(10)).force("navy")


class Commanded(FlowModel):
    """Sends the army to block the roads of the village after ten hours, and home after twenty."""

    def step(self) -> None:
        if self.now == hours(10):
            self.force("army").order("attack", places=["Village", "Town"], roads="block", size=900)
        if self.now == hours(20):
            self.force("army").order("protect", places=["Town"], roads="open")
        super().step()


@pytest.mark.parametrize("step", ["15min", "1h", "2h"])
def test_a_script_commands_a_force_in_both_engines(step):
    scenario = rich(600, days=2, step=step, record="2h")
    before = scenario.digest()
    one, other = (finished(Commanded(scenario, engine=e)) for e in ("columns", "agents"))
    assert not same_bytes(one, other)
    assert same_bytes(one, run(scenario))
    assert scenario.digest() == before
    ordered = [
        {"start": hours(10), "stance": "attack", "places": ["Village", "Town"], "roads": "block",
         "size": 900},
        {"start": hours(20), "stance": "protect", "places": ["Town"], "roads": "open"},
        {"start": "2010-06-12", "stance": "protect"},
    ]  # fmt: skip
    army = {**scenario.forces[0].model_dump(), "orders": ordered}
    written = rich(600, days=2, step=step, record="2h", forces=[army])
    assert not same_bytes(one, run(written))  # as if the orders had stood in the file


def test_an_order_counts_from_the_next_tick_on_also_late_in_the_hour():
    scenario = plain(100, step="15min", forces=[here(size=2000)])
    model = FlowModel(scenario)
    for _ in range(3):
        model.step()
    force = model.force("force")
    force.order("attack", roads="block", groups=["G"])
    assert (force.stance, force.roads, force.groups) == ("attack", "block", ("G",))
    assert model.place("Here").violence == 1.0
    model.step()
    assert model.place("Here").violence == 2.0
    assert model.danger.delay_hours[0].tolist() == [1.0]


def test_a_late_order_of_the_scenario_comes_after_that_of_a_script():
    model = FlowModel(plain(100, forces=[here(start=hours(3), stance="attack")]))
    force = model.force("force")
    force.order("protect", size=7)
    told = []
    for _ in range(4):
        told.append((force.stance, force.size))
        model.step()
    assert told == [("protect", 7)] * 3 + [("attack", 7)]


@pytest.mark.parametrize(
    ("order", "error", "says"),
    [
        ({"stance": "flee"}, ValueError,
         "stance: there is no 'flee'; give 'protect', 'stand_by', 'attack' or "
         "'take_part'"),
        ({"size": -1}, ValueError, "size: -1 is out of range; give a number of at least 0"),
        ({"roads": "shut"}, ValueError,
         "roads: there is no 'shut'; give 'leave_alone', 'block' or 'open'"),
        ({"places": ["Hear"]}, KeyError, "no place 'Hear'; there is Here, There"),
        ({"groups": ["X"]}, KeyError, "no group 'X'; there is G"),
        ({"places": "Here"}, ValueError, "places: 'Here' is not a list; "
         "give a list, as [a, b]"),
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_changes_nothing(order, error, says):
    model = FlowModel(plain(100, forces=[here()]))
    before = model.force("force").state
    with pytest.raises(error) as told:
        model.force("force").order(**{"stance": "protect", **order})
    assert told.value.args == (says,)
    assert model.force("force").state == before


def test_runs_do_not_share_orders():
    scenario = plain(100, forces=[here()])
    one, other = FlowModel(scenario), FlowModel(scenario)
    one.force("force").order("attack")
    assert other.force("force").stance == "stand_by"
