"""Violence that excites itself: whose draws it makes, what feeds it, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.behaviour.config import Origins
from flowsim.behaviour.origins import OriginWeights
from flowsim.draws import seed_key
from flowsim.errors import ScenarioError, SimulationError
from flowsim.model.flow import FlowModel
from flowsim.model.outlook import Outlook, world_of
from flowsim.running import run
from flowsim.world.config import Place
from flowsim.world.escalation import course_of
from tests.model.worlds import LEAKY, QUEUES, START, STRICT, hours, plain, rich, same_bytes
from tests.properties.strategies import few, scenarios

RATIO = "violence.escalation.branching"


def fed(scenario, branching=0.5, **more):
    more = {f"violence.escalation.{name}": value for name, value in more.items()}
    return scenario.with_values({RATIO: branching, **more})


def violence(scenario, seed=1, n_hours=30):
    """Of each hour, by place and group: no people are needed for it."""
    course = course_of(world_of(scenario), 3600, seed_key(seed))
    return np.array([course.at(3600 * k + 1800).danger for k in range(n_hours)])


@few(10)
@given(scenario=scenarios(most=60), seed=st.integers(0, 2**32), ratio=st.sampled_from((0.3, 0.7)))
def test_both_engines_give_the_same_bytes(scenario, seed, ratio):
    scenario = fed(scenario, ratio, hours=3, intensity=0.3)
    one, other = (run(scenario, seed=seed, engine=engine) for engine in ("columns", "agents"))
    assert not same_bytes(one, other)


def test_it_is_off_unless_asked_for():
    scenario = rich(600, days=1)
    assert not same_bytes(run(scenario), run(fed(scenario, 0.0, hours=5)))
    assert course_of(world_of(scenario), 3600, None).__class__.__name__ == "Surroundings"


def test_seeds_differ_and_border_policies_do_not_touch_it():
    strict, leaky = (run(fed(rich(600, p, days=1)), 3) for p in (STRICT, LEAKY))
    other = run(fed(rich(600, QUEUES, days=1)), 4)
    assert (strict.violence.values == leaky.violence.values).all()
    assert (strict.people.values != leaky.people.values).any()
    assert (strict.violence.values != other.violence.values).any()
    given = run(rich(600, days=1), 3).violence.values
    assert (strict.violence.values >= given).all()
    assert strict.violence.sum() > 1.05 * given.sum()


def test_the_step_changes_nothing():
    by_hour, finely = (
        run(fed(rich(300, days=1, step=step, record="1h")), 2) for step in ("1h", "15min")
    )
    assert (by_hour.violence.values == finely.violence.values).all()
    coarse = run(fed(rich(300, days=1, step="6h", record="6h")), 2)
    assert (coarse.violence.values == by_hour.violence.values[5::6]).all()


def test_another_place_far_away_changes_nothing():
    scenario = fed(rich(600))
    island = Place(name="Island", country="A", lat=-40.0, lon=72.0, population=500,
                   share={"U": 1.0})  # fmt: skip
    more = scenario.model_copy(update={"places": (island, *scenario.places)})
    assert (violence(more)[:, 1:] == violence(scenario)).all()
    assert (violence(more)[:, 0] == 0).all()


@few(20)
@given(
    small=st.floats(0.05, 0.9), large=st.floats(0.05, 0.9), seed=st.integers(0, 2**32),
    size=st.integers(0, 20_000),
)  # fmt: skip
def test_under_one_seed_what_feeds_more_gives_no_less(small, large, seed, size):
    """The same acts draw the same numbers: a larger ratio adds to them, and a protecting force
    takes some away."""
    small, large = sorted((small, large))
    bare = plain(100, days=1)
    less, more = (violence(fed(bare, ratio), seed, 24) for ratio in (small, large))
    assert (less <= more + 1e-12).all()
    army = {"name": "army", "kind": "army", "places": ["Here"], "size": size,
            "orders": [{"start": hours(2), "stance": "protect"}]}  # fmt: skip
    held = violence(fed(plain(100, days=1, forces=[army]), large), seed, 24)
    assert (held <= more + 1e-12).all()


def test_an_order_changes_how_it_goes_on():
    """An army that protects for a few hours leaves less violence long after it has gone."""

    def with_army(stance):
        orders = [{"start": START, "stance": stance}, {"start": hours(6), "stance": "stand_by"}]
        army = {"name": "army", "kind": "army", "places": ["Here"], "size": 1500, "orders": orders}
        scenario = plain(100, days=2, forces=[army]).with_values({
            "violence.events[0].until": hours(6), "violence.events[0].half_life_hours": 0.5,
        })  # fmt: skip
        course = course_of(world_of(fed(scenario)), 3600, None)
        return sum(course.at(3600 * k + 1800).violence[0] for k in range(16, 40))

    protected, left_alone, shot = map(with_army, ("protect", "stand_by", "attack"))
    assert 0 < protected < left_alone / 1.5
    assert shot > 1.5 * left_alone


def test_it_hits_whom_the_given_violence_hits():
    danger = violence(fed(rich(600), 0.6))
    assert danger[:, 0, 1] == pytest.approx(0.3 * danger[:, 0, 0])  # of the event: U 1, K 0.3
    assert danger[:, 1].sum() > 0  # a village where nothing is given
    assert (danger[:, 3:] == 0).all()  # nobody flees from there


def test_before_a_run_the_mean_is_told():
    """And the weights of origins, of arrivals that are told, are asked in any order."""
    scenario = fed(rich(600))
    outlook = Outlook(scenario)
    seen = [outlook.danger.violence[0] for _ in outlook.intervals()]
    mean = course_of(world_of(scenario), 3600, None)
    assert seen == [mean.at(3600 * k + 1800).violence[0] for k in range(len(seen))]
    world = world_of(scenario)
    weigh = OriginWeights(Origins(), world, 86_400, course_of(world, 3600, seed_key(1)))
    late = weigh.at(60_000)
    assert (weigh.at(20_000) != late).any()
    assert (weigh.at(60_000) == late).all()


def test_what_grows_without_end_is_refused(tmp_path):
    gunmen = {"name": "gunmen", "kind": "militia", "places": ["Here"], "size": 2000,
              "orders": [{"start": hours(3), "stance": "attack"}]}  # fmt: skip
    with pytest.raises(ScenarioError) as told:
        fed(plain(100, forces=[gunmen]), 0.5)
    (problem,) = told.value.problems
    assert problem.path == "violence.escalation.branching"
    assert problem.wrong == (
        "from 2010-06-10T21:00 on an act sets off 1 further ones, forces and conditions counted, "
        "so that violence would grow without end"
    )
    assert problem.right == "give less than 0.5, or forces that feed it less"
    fed(plain(100, forces=[gunmen]), 0.49)
    mob = {"name": "mob", "kind": "barricade", "places": ["Here"], "start": START, "stop": hours(9),
           "violence": 2.5}  # fmt: skip
    with pytest.raises(ScenarioError, match=r"sets off 1\.25 further ones"):
        fed(plain(100, conditions=[mob]), 0.5)
    with pytest.raises(
        ScenarioError, match=r"violence\.escalation\.branching: 1\.0 is out of range"
    ):
        fed(plain(100), 1.0)


def test_a_script_may_not_make_it_grow_without_end():
    army = {"name": "army", "kind": "army", "places": ["Here"], "size": 4000, "orders": []}
    model = FlowModel(fed(plain(100, forces=[army]), 0.5))
    model.step()
    model.force("army").order("attack")
    with pytest.raises(SimulationError, match=r"sets off 1\.5 further ones"):
        finish(model)


def finish(model):
    while model.running:
        model.step()


# ---- troops that take part --------------------------------------------------------------------


def troops(size=2000, **order):
    return {"name": "troops", "kind": "army", "places": ["Town"], "size": size,
            "orders": [{"start": START, "stance": "take_part", **order}]}  # fmt: skip


def test_troops_that_take_part_turn_on_one_side():
    bare, joined = (rich(600, forces=f) for f in ([], [troops(against=["U"])]))
    (at_noon, more) = (world_of(s).surroundings.at(18 * 3600) for s in (bare, joined))
    assert more.danger[0] == pytest.approx(at_noon.danger[0] * [2, 1])
    assert more.violence[0] == pytest.approx(2 * at_noon.violence[0])
    other = world_of(rich(600, forces=[troops(against=["K"])])).surroundings.at(18 * 3600)
    assert other.danger[0] == pytest.approx(at_noon.danger[0] * [1, 2])
    assert other.violence[0] == pytest.approx(1.3 * at_noon.violence[0])  # 0.3 is aimed at them
    assert (more.danger[1:] == at_noon.danger[1:]).all()
    hit = [run(s, provenance=False).exposure.sum("time").sel(place="Town") for s in (bare, joined)]
    assert hit[1].sel(group="U") > 1.2 * hit[0].sel(group="U")


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({}, "stance: it takes part on one side, and does not say against whom; name the groups it "
         "turns on: `against: [...]`"),
        ({"against": ["Uzbek"]}, "against[0]: there is no group 'Uzbek'; name one of K, U"),
        ({"stance": "protect", "against": ["U"]}, "against: it names groups to turn on, but its "
         "stance is protect; remove them, or give `stance: take_part`"),
    ],
)  # fmt: skip
def test_who_takes_part_says_against_whom(order, says):
    with pytest.raises(ScenarioError) as told:
        rich(600, forces=[troops(**order)])
    assert f"forces[troops].orders[0].{says}" in str(told.value)


def test_a_script_orders_troops_to_take_part():
    model = FlowModel(rich(600, forces=[troops(against=["U"])]))
    model.force("troops").order("take_part", against=["K"])
    assert model.force("troops").state.against == ("K",)
    with pytest.raises(KeyError, match="no group 'X'"):
        model.force("troops").order("take_part", against=["X"])
