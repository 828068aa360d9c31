"""Mesa's conventions: the model steps, collects, runs under batch_run, and has agents."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import mesa
import numpy as np
import pytest

from flowsim.errors import SimulationError
from flowsim.model.agents import AuthorityAgent, ForceAgent, PlaceAgent
from flowsim.model.flow import FlowModel
from flowsim.policy import Closed, Opening, as_policy, override
from flowsim.running import run
from tests.model.worlds import flows, hours, plain, rich, same_bytes


def batch(scenario, **options):
    """Rows of Mesa's batch_run for seeds 1 and 2; from 3.4 on it wants the seeds apart."""
    parameters = {"setup": [scenario]}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        options["rng"] = [1, 2]
    else:
        parameters["rng"] = [1, 2]
    return mesa.batch_run(
        FlowModel, parameters, number_processes=1, display_progress=False, **options
    )


needs_batch_run = pytest.mark.skipif(
    not hasattr(mesa, "batch_run"), reason="Mesa 4 has no batch_run"
)


@needs_batch_run
def test_batch_run_gives_rows_of_the_data_collector():
    scenario = rich(300, days=1)
    rows = batch(scenario, data_collection_period=1)
    assert {row["rng"] for row in rows} == {1, 2}
    for seed in (1, 2):
        own = [row for row in rows if row["rng"] == seed]
        result = run(scenario, seed=seed)
        people = result.people.sum(["place", "group"])
        for name, values in {
            **{s: people.sel(status=s).values for s in ("waiting", "displaced", "sheltered")},
            "crossed": result.crossed().sum("crossing").values,
            "dead": result.deaths.sum(["place", "group"]).cumsum("time").values,
        }.items():
            assert [row[name] for row in own][-20:] == values[-20:].tolist(), name


@needs_batch_run
def test_the_last_row_of_batch_run_is_the_end_of_the_run():
    scenario = rich(300, days=1)
    for row in batch(scenario):
        result = run(scenario, seed=row["rng"])
        at_end = result.people.isel(time=-1).sum(["place", "group"])
        for status in ("displaced", "sheltered", "waiting"):
            assert row[status] == at_end.sel(status=status), status
        assert row["crossed"] == result.crossed().isel(time=-1).sum()


@pytest.mark.parametrize("wrong", [("a", "tuple"), None, {"name": "x"}])
def test_setup_is_a_scenario(wrong):
    with pytest.raises(TypeError, match=r"\{'setup': \[scenario\]\}"):
        FlowModel(wrong)


@needs_batch_run
def test_a_scenario_given_bare_to_batch_run_is_told():
    """A Scenario can be iterated over, so batch_run would run once for each of its fields."""
    with pytest.raises(TypeError, match="setup is a Scenario"):
        mesa.batch_run(FlowModel, {"setup": rich(300)}, number_processes=1, display_progress=False)


def test_places_authorities_and_forces_are_agents():
    model = FlowModel(rich(300), rng=1)
    by_type = model.agents_by_type
    assert [a.name for a in by_type[PlaceAgent]] == ["Town", "Village", "Far", "Camp", "City"]
    assert [a.country for a in by_type[AuthorityAgent]] == ["A", "B"]
    assert [a.name for a in by_type[ForceAgent]] == ["army"]
    towns = model.agents.select(lambda a: getattr(a, "name", "") == "Town")
    assert len(towns) == 1
    town = model.place("Town")
    assert {cell.coordinate for cell in town.cell.neighborhood} == {1, 2}
    assert (town.persons(), town.persons("at_home"), town.violence) == (300, 300, 0.0)
    army = model.force("army")
    assert army.stance == "stand_by"
    for _ in range(34):
        model.step()
    assert army.stance == "protect"
    assert town.violence > 0.1
    assert town.persons("at_home") < 300
    far = model.agents_by_type[AuthorityAgent][1]
    assert far.sheltered() == model.place("Camp").persons("sheltered") + far.sheltered("City")
    with pytest.raises(KeyError, match="no crossing 'Gaet'"):
        far.waiting("Gaet")


def test_households_are_agents_of_the_readable_engine():
    from flowsim.model.household import Household

    model = FlowModel(rich(300), engine="agents")
    assert sum(h.size for h in model.agents_by_type[Household]) == 450
    assert Household not in FlowModel(rich(300)).agents_by_type


def test_the_model_stops_at_its_end():
    model = FlowModel(rich(300, days=1, step="6h", record="6h"))
    steps = 0
    while model.running:
        model.step()
        steps += 1
    assert steps == 4
    assert model.now == hours(24)


def test_a_function_is_a_policy_and_sees_the_queue():
    seen = []

    def relief(now, view):
        seen.append((now, view.waiting("Gate"), view.waiting(), view.violence("Here")))
        return Opening() if view.waiting("Gate") > 1000 else Opening(permeability=0.0)

    result = run(plain(per_day=6.0).add_policies("A-B", relief))
    waiting = result.waiting.sum(["crossing", "kind"]).values
    opened = np.flatnonzero(flows(result)["admitted"])[0]
    assert waiting[opened - 1] > 1000
    assert waiting[: opened - 1].max() <= 1000
    assert [moment for moment, *_ in seen] == [hours(h) for h in range(48)]
    assert [gate for _, gate, *_ in seen[1:]] == waiting[:-1].tolist()
    assert all(gate == whole and danger == 1.0 for _, gate, whole, danger in seen)


def test_override_stands_above_the_list_while_it_speaks():
    def relief(now, view):
        return Opening() if now >= hours(10) and now < hours(20) else None

    scenario = plain(per_day=6.0, policies=[Closed()]).add_policies("A-B", override(relief))
    told = flows(run(scenario))["admitted"]
    assert told[:10].sum() == 0
    assert told[10] > 1000
    assert told[20:].sum() == 0
    without = plain(per_day=6.0, policies=[Closed()]).add_policies("A-B", relief)
    assert flows(run(without))["admitted"].sum() == 0  # composed, the closure holds


def test_a_function_that_says_nothing_changes_nothing():
    base = rich(400, days=1)
    silent = base.add_policies("A-B", override(lambda now, view: None))
    assert not same_bytes(run(base), run(silent))


@pytest.mark.parametrize(
    "answer",
    [
        Opening(permeability=1.5),
        Opening(permeability=float("nan")),
        Opening(quota_per_hour=-1.0),
        Opening(quota_per_hour=float("inf")),
        Opening(leak=-0.1),
        Opening(barred=("tall",)),
        Opening(delay_hours=float("inf")),
        0.5,
        True,
        "open",
    ],
)
def test_nonsense_from_a_policy_is_a_simulation_error(answer):
    scenario = plain(100).add_policies("A-B", as_policy(lambda now, view: answer))
    with pytest.raises(SimulationError):
        run(scenario)


def test_two_orders_of_service_are_a_simulation_error():
    """In a file it is told before the run; functions can still do it."""
    scenario = plain(100).add_policies(
        "A-B",
        lambda now, view: Opening(priority=("women",)),
        lambda now, view: Opening(priority=("men",)),
    )
    with pytest.raises(SimulationError, match="two orders of service at once: men and women"):
        run(scenario)


def test_a_quota_that_is_nil_closes():
    scenario = plain(200, per_day=6.0).add_policies("A-B", lambda n, v: Opening(quota_per_hour=0.0))
    assert flows(run(scenario))["admitted"].sum() == 0


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_a_run_is_pickled_half_way_and_goes_on_to_the_same_bytes(engine):
    model = FlowModel(rich(200, days=1), engine=engine, rng=3)
    for _ in range(10):
        model.step()
    other = pickle.loads(pickle.dumps(model))
    while model.running:
        model.step()
        other.step()
    assert same_bytes(model.result(), other.result()) == []
    assert other.now == model.now


def test_a_simulation_knows_no_mesa():
    code = (
        "import sys, flowsim as fs; fs.run(fs.load('tests/data/small'), provenance=False); "
        "print('mesa' in sys.modules, 'networkx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


class Journalist(mesa.Agent):
    """Counts the camps' people each step."""

    def __init__(self, model):
        super().__init__(model)
        self.seen = []

    def step(self):
        self.seen.append(self.model.place("Camp").persons("sheltered"))


def test_agents_and_reporters_of_one_s_own():
    model = FlowModel(rich(200, days=1), reporters={"hour": lambda m: m.now.hour})
    journalist = Journalist(model)
    while model.running:
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    assert len(journalist.seen) == len(table) == 24
    assert journalist.seen[-1] == model.place("Camp").persons("sheltered")
    assert table["hour"].tolist()[:3] == [(model.setup.start.hour + h) % 24 for h in (1, 2, 3)]
    assert "grid" not in vars(model)
