"""What forces do at a moment, and what that does to violence and to the roads, by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import numpy as np
import pytest

from flowsim.world.forces import ForceState, state_at
from flowsim.world.violence import Surroundings
from flowsim.world.violence_config import Condition, Event, Force, Order, Violence

START = datetime(2010, 6, 10, 18)
SPELL = Event(place="Osh", start=START, peak=START, until=START + timedelta(hours=99),
              half_life_hours=3, intensity=0.8, target={"U": 1.0, "K": 0.25})  # fmt: skip


def at(n: float) -> datetime:
    return START + timedelta(hours=n)


def force(*orders, name="army", size=4000, places=("Osh", "Uzgen")):
    told = tuple({"start": at(n), **order} for n, order in orders)
    return Force(name=name, kind="army", places=places, size=size, orders=told)


def now(name="army", size=200, places=("Osh",), **order):
    """A force that has one order from the start."""
    return force((0, {"stance": "stand_by", **order}), name=name, size=size, places=places)


def obstacle(kind="roadblock", **changes):
    fields = {"name": kind, "kind": kind, "places": ["Osh"], "start": START, "stop": at(99),
              "leave": 0.4, "delay_hours": 2, "violence": 0.7}  # fmt: skip
    return Condition(**{**fields, **changes})


def around(*forces, conditions=(), **effect):
    return Surroundings(
        Violence(events=(SPELL,), force_effect=effect), conditions, forces, ["Osh", "Uzgen"],
        ["U", "K"], np.array([3000, 1000]), np.array([[0.0, 5.0], [5.0, 0.0]]), START,
    )  # fmt: skip


def danger(*forces, conditions=(), **effect):
    return around(*forces, conditions=conditions, **effect).at(3600)


def test_a_force_follows_its_latest_order():
    army = force((3, {"stance": "protect"}), (8, {"stance": "attack"}))
    assert [state_at(army, at(n)).stance for n in (0, 2.99, 3, 7.99, 8, 99)] == [
        "stand_by", "stand_by", "protect", "protect", "attack", "attack",
    ]  # fmt: skip


def test_places_and_size_hold_on_and_the_rest_does_not():
    army = force(
        (1, {"stance": "protect", "size": 50, "roads": "block", "groups": ["K"]}),
        (2, {"stance": "attack", "places": ["Osh"]}),
        (3, {"stance": "attack", "size": 0}),
    )
    assert [state_at(army, at(n)) for n in range(4)] == [
        ForceState(("Osh", "Uzgen"), 4000, "stand_by", "leave_alone", ()),
        ForceState(("Osh", "Uzgen"), 50, "protect", "block", ("K",)),
        ForceState(("Osh",), 50, "attack", "leave_alone", ()),
        ForceState(("Osh",), 0, "attack", "leave_alone", ()),
    ]


def test_forces_divide_or_multiply_violence():
    """1 + size / halving size; 4,000 shared by population: 3,000 in Osh, of whom 2,000 halve."""
    for stance, factor in (("protect", 1 / 2.5), ("attack", 2.5), ("stand_by", 1.0)):
        surroundings = around(force((3, {"stance": stance})))
        told = [float(surroundings.at(round(n * 3600)).violence[0]) for n in (2.5, 7)]
        assert told == pytest.approx([0.8, 0.8 * factor]), stance


def test_a_force_that_moves_shares_itself_anew():
    surroundings = around(force((1, {"stance": "attack"}), (2, {"stance": "attack",
                                "places": ["Osh"], "size": 2000})))  # fmt: skip
    told = [float(surroundings.at(n * 3600).violence[0]) for n in (1, 2)]
    assert told == pytest.approx([0.8 * 2.5, 0.8 * 2.0])


def test_who_blocks_roads_holds_people_up():
    """1 / (1 + 300 / 200) = 0.4 of the ability to leave, and an hour a leg."""
    state = danger(now(roads="block", size=300))
    assert state.leave == pytest.approx(np.array([[0.4, 0.4], [1, 1]]))
    assert state.delay_hours.tolist() == [[1, 1], [0, 0]]
    assert state.violence.tolist() == [0.8, 0.0]


def test_a_block_stops_the_groups_it_is_for():
    state = danger(now(roads="block", groups=["K"]), persons_blocking=50, block_delay_hours=3)
    assert state.leave == pytest.approx(np.array([[1, 0.2], [1, 1]]))
    assert state.delay_hours.tolist() == [[0, 3], [0, 0]]


def test_blocks_at_one_place_multiply_and_their_delays_add():
    state = danger(now(roads="block"), now("police", roads="block", size=600),
                   conditions=[obstacle()])  # fmt: skip
    assert state.leave[0] == pytest.approx([0.5 * 0.25 * 0.4] * 2)
    assert state.delay_hours[0].tolist() == [4, 4]


def test_nobody_blocks_with_nobody():
    state = danger(now(roads="block", size=0))
    assert (state.leave == 1.0).all()
    assert (state.delay_hours == 0.0).all()


@pytest.mark.parametrize("kind", ["roadblock", "barricade"])
def test_who_opens_roads_lifts_what_stands_on_them(kind):
    """600 lift 600 / (600 + 200) = 3/4: 0.4 + 3/4 x 0.6 = 0.85, and 2 h x 1/4."""
    state = danger(now(roads="open", size=600), conditions=[obstacle(kind)])
    assert state.leave[0] == pytest.approx([0.85, 0.85])
    assert state.delay_hours[0] == pytest.approx([0.5, 0.5])
    assert state.violence[0] == pytest.approx(0.8 * 0.7)  # what a barricade keeps off, it keeps off


def test_a_curfew_is_lifted_by_nobody():
    state = danger(now(roads="open"), conditions=[obstacle("curfew")])
    assert state.leave[0] == pytest.approx([0.4, 0.4])
    assert state.delay_hours[0].tolist() == [2, 2]


def test_who_opens_roads_does_so_at_its_places():
    state = danger(now(roads="open", places=("Uzgen",)), conditions=[obstacle()])
    assert state.leave.tolist() == [[0.4, 0.4], [1, 1]]


def test_openers_leave_the_product_of_what_each_leaves():
    """Of 200 and 600, half and a quarter are left, an eighth together."""
    both = [now(roads="open"), now("police", roads="open", size=600)]
    state = danger(*both, conditions=[obstacle()])
    assert state.leave[0] == pytest.approx([1 - 0.6 / 8] * 2)
    assert state.delay_hours[0] == pytest.approx([2 / 8] * 2)


def test_one_opens_what_another_blocks():
    """A block of 0.4 that is half lifted: 0.7, and half an hour."""
    state = danger(now(roads="open"), now("militia", roads="block", size=300))
    assert state.leave[0] == pytest.approx([0.7, 0.7])
    assert state.delay_hours[0] == pytest.approx([0.5, 0.5])


def test_no_bit_depends_on_the_order_of_forces_in_the_file():
    """Sizes for which products of three differ with their order."""
    for stance, roads in (("protect", "block"), ("attack", "block"), ("protect", "open")):
        three = [now(f"F{i}", size=n, stance=stance, roads=roads) for i, n in
                 enumerate((37, 371, 1237))]  # fmt: skip
        told = {
            b"".join(values.tobytes() for values in vars(state).values() if values is not None)
            for some in permutations(three)
            for state in [danger(*some, conditions=[obstacle()], persons_halving=530,
                                 persons_blocking=170, block_delay_hours=0.7)]
        }  # fmt: skip
        assert len(told) == 1, (stance, roads)


def test_an_order_given_in_a_run_stands_above_one_of_the_same_moment():
    forces = around(force((4, {"stance": "attack"}))).forces
    forces.order("army", Order(start=at(4), stance="protect"), at(4))
    assert forces.state("army", at(4)).stance == "protect"
    assert forces.state("army", at(9)).stance == "protect"


def test_an_order_given_in_a_run_settles_what_was_before():
    surroundings = around(
        force((1, {"stance": "protect", "size": 50}), (9, {"stance": "attack", "size": 70}))
    )
    surroundings.forces.order("army", Order(start=at(4), stance="stand_by", places=["Osh"]), at(4))
    told = [surroundings.forces.state("army", at(n)) for n in (4, 8.9, 9)]
    assert told == [ForceState(("Osh",), 50), ForceState(("Osh",), 50),
                    ForceState(("Osh",), 70, "attack")]  # fmt: skip


def test_an_order_given_in_a_run_names_what_there_is():
    forces = around(now()).forces
    with pytest.raises(KeyError, match="no place 'Os'; there is Osh, Uzgen"):
        forces.order("army", Order(start=START, stance="attack", places=["Os"]), START)
    with pytest.raises(KeyError, match="no group 'X'; there is U, K"):
        forces.order("army", Order(start=START, stance="attack", groups=["X"]), START)
    assert forces.state("army", START).stance == "stand_by"


def test_what_is_told_is_not_what_is_kept():
    """The state of a tick may be written over; the next tick has its own."""
    surroundings = around(now(roads="block"))
    surroundings.at(3600).leave[:] = 7
    surroundings.at(3600).delay_hours[:] = 7
    assert surroundings.at(3600).leave[0].tolist() == [0.5, 0.5]
    assert surroundings.at(3600).delay_hours[0].tolist() == [1, 1]
