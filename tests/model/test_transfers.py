"""People are moved from camp to camp: at the hazard, to where there is room, by the shares."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.policy import Dispersal, Relocation, Transfer
from flowsim.running import run
from tests.model.worlds import border, hours, plain, rich, same_bytes, stock


def camps(policies, **rooms):
    """All cross within the hour to Border, from where roads lead to three more camps."""
    base = plain(per_day=200.0, days=3)
    names = ("East", "West", "North")
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": 2000,
         "share": {"G": 1}},
        {"name": "There", "country": "B", "lat": 40.2, "lon": 72.0},
        *({"name": n, "country": "B", "lat": 40.3, "lon": 72.0 + 0.2 * i,
           "capacity": rooms.get(n)} for i, n in enumerate(names)),
    ]  # fmt: skip
    routes = [
        *(route.model_dump() for route in base.routes),
        *({"start": "There", "end": n, "km": 60} for n in names),
    ]
    # nobody would go there by choice
    behaviour = base.behaviour.model_dump()
    behaviour["routes"]["km_cost"] = 5.0
    return base.model_validate(
        {
            **base.model_dump(),
            "places": places,
            "routes": routes,
            "behaviour": behaviour,
            "borders": border(policies),
        }
    )


def test_without_a_policy_nobody_moves_on():
    result = run(camps([]))
    assert stock(result, "sheltered", "There")[-1] == 2000


def test_a_constant_hazard_empties_a_camp_by_the_exponential_law():
    """Left after t days: exp(-r t), within 4 sqrt(p (1 - p) / n)."""
    policy = Relocation(origins=["There"], to=["East"], per_day=1.5, start=hours(12))
    result = run(camps([policy]))
    there = stock(result, "sheltered", "There")
    assert there[11] == 2000
    for hour in (24, 36, 60):
        p = np.exp(-1.5 * (hour - 12) / 24)
        assert abs(there[hour - 1] / 2000 - p) < 4 * np.sqrt(p * (1 - p) / 2000)
    # five hours on the way, and nowhere else
    assert stock(result, "sheltered", "East")[17 - 1] == 0
    assert stock(result, "sheltered", "East")[-1] + stock(result, "moving")[-1] + there[-1] == 2000


def test_a_key_spreads_people_by_its_shares():
    policy = Dispersal(origins=["There"], shares={"East": 1, "West": 3}, per_day=50)
    result = run(camps([policy]))
    east, west = (stock(result, "sheltered", name)[-1] for name in ("East", "West"))
    assert east + west == 2000
    assert abs(east / 2000 - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 2000)
    assert stock(result, "sheltered", "North")[-1] == 0


def test_full_camps_take_nobody_and_the_others_take_more():
    policy = Relocation(origins=["There"], to=["East", "West"], per_day=3)
    result = run(camps([policy], East=100))
    assert stock(result, "sheltered", "East").max() <= 100
    assert stock(result, "sheltered", "East")[-1] > 90
    assert stock(result, "sheltered", "West")[-1] > 1500
    nowhere = run(camps([Relocation(origins=["There"], to=["East"], per_day=3)], East=100))
    there, east = (stock(nowhere, "sheltered", n)[-1] for n in ("There", "East"))
    assert there + east == 2000
    assert 90 < east <= 100


def test_two_statements_add_up():
    """Two hazards of 1 a day to two camps empty as one of 2 does, half to each."""
    each = [Relocation(origins=["There"], to=[name], per_day=1) for name in ("East", "West")]
    both = Relocation(origins=["There"], to=["East", "West"], per_day=2)
    assert not same_bytes(run(camps(each)), run(camps([both])))


def test_a_function_may_move_people_too():
    def rule(now, view):
        return Transfer(1.5, ("There",), (("East", 1.0),)) if now >= hours(12) else None

    policy = Relocation(origins=["There"], to=["East"], per_day=1.5, start=hours(12))
    base = camps([])
    one = run(base.add_policies("A-B", policy))
    assert not same_bytes(one, run(base.add_policies("A-B", rule)))


@pytest.mark.parametrize(
    "policies",
    [
        [Relocation(origins=["Camp"], to=["City"], per_day=4)],
        [Relocation(origins=["City"], to=["Camp"], per_day=9)],  # where there is little room
    ],
)
def test_engines_agree(policies):
    scenario = rich(1500, policies)
    both = [run(scenario, engine=engine) for engine in ("columns", "agents")]
    assert not same_bytes(*both)
    assert same_bytes(both[0], run(rich(1500, [])))
