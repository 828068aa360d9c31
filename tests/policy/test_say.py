"""What policies say of themselves, held against what they do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from flowsim.errors import SimulationError
from flowsim.policy import (
    CapacityBound,
    Closed,
    GatePolicy,
    Open,
    Opening,
    OpeningHours,
    Policy,
    Reactive,
    Relocation,
    Scheduled,
    Shut,
    Transfer,
    as_policy,
    override,
)
from flowsim.policy.base import Ground, Stated
from flowsim.policy.compose import may_state, state
from flowsim.policy.stock import STOCK
from tests.views import View

NOW = datetime(2010, 6, 12)
CROSSINGS = ("X", "Y")
WATCH = {"what": "waiting", "above": 10}
MOVED = Relocation(origins=["Camp"], to=["Inland"], per_day=1)


class Mover(GatePolicy):
    """Says that it states openings."""

    def opening(self, now: datetime, view: Any) -> Transfer:
        return Transfer(1.0, ("Camp",), (("Inland", 1.0),))


class Looking(GatePolicy):
    """Says that it goes by the time alone."""

    def opening(self, now: datetime, view: Any) -> Opening:
        return Opening(permeability=float(view.waiting() > 2))


class Noting(GatePolicy):
    """Says that it goes by the time alone."""

    def opening(self, now: datetime, view: Any) -> Opening:
        return Opening(permeability=float(bool(view.memory(self))))


class Above(GatePolicy):
    """Does not say that it stands above its side's list."""

    def says(self, now: datetime, view: Any) -> Any:
        yield Stated(self, Opening(), above=True)


class Watching(GatePolicy):
    """Says that it reacts."""

    reactive = True

    def opening(self, now: datetime, view: Any) -> Opening:
        return Opening(permeability=float(view.waiting() > 2))


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (Mover(), "it stated a Transfer and says that it states an Opening; name all in "
                  "`statements` of its class"),
        (Looking(), "it asks the border for 'waiting' and says that it depends on time alone; "
                    "give its class `reactive = True`"),
        (Noting(), "it asks the border for 'memory' and says that it depends on time alone; "
                   "give its class `reactive = True`"),
        (Above(), "it overrides the list of its side and says that it does not; let its method "
                  "`overrides` give True"),
    ],
)  # fmt: skip
def test_a_policy_that_does_what_it_does_not_say_is_told(policy: Policy, told: str) -> None:
    for ask in (lambda: state([policy], NOW, View(waiting=9)),
                lambda: may_state(policy, NOW, CROSSINGS)):  # fmt: skip
        with pytest.raises(SimulationError) as error:
            ask()
        assert str(error.value) == f"the policy '{policy.kind}', 2010-06-12T00:00: {told}"


def test_one_that_says_so_may() -> None:
    (said,) = state([Watching()], NOW, View(waiting=9))
    assert said.opening == Opening(permeability=1.0)
    assert may_state(Watching(), NOW, CROSSINGS) is None
    assert not Watching().is_known()


@pytest.mark.parametrize(
    ("policy", "moves"),
    [
        (Closed(), False),
        (MOVED, True),
        (Scheduled(policies=[Closed(), MOVED]), True),
        (Scheduled(policies=[Closed()]), False),
        (Reactive(when=WATCH, policies=[MOVED]), True),
        (Reactive(when=WATCH, policies=[Closed()]), False),
        (as_policy(lambda now, view: None), True),
        (as_policy(Watching()), False),
        (override(MOVED), True),
    ],
)
def test_those_that_may_move_people_say_so(policy: Policy, moves: bool) -> None:
    assert (Transfer in policy.states()) == moves


def ways(policy: Policy) -> Any:
    """What a policy may state, without who states it."""
    found = may_state(policy, NOW, CROSSINGS)
    return found and [[(said.opening.permeability, said.above) for said in way] for way in found]


def test_what_may_be_stated_before_a_run() -> None:
    shut, full = [(0.0, False)], CapacityBound()
    assert ways(Closed()) == [shut]
    assert ways(Closed(stop=NOW)) == [[]]
    assert ways(OpeningHours(hours=(8, 18))) == [shut]
    assert ways(full) == [[], shut]
    assert ways(Scheduled(policies=[Closed(), full])) == [shut, shut * 2]
    assert ways(Reactive(when=WATCH, policies=[Open()])) == [[], [(1.0, False)]]
    reaction = Reactive(when=WATCH, policies=[Open(), full], stands_above=True)
    assert ways(reaction) == [[], [(1.0, True)], [(1.0, True), (0.0, True)]]
    assert ways(Reactive(when=WATCH, policies=[lambda now, view: None])) is None
    assert ways(Reactive(when=WATCH, policies=[Open()], start="2010-06-13")) == [[]]
    assert ways(override(Closed())) == [[(0.0, True)]]
    assert ways(Scheduled(policies=[CapacityBound() for _ in range(5)])) is None


def test_each_of_the_stock_says_what_it_states() -> None:
    for told, kind in STOCK.items():
        assert set(kind.statements) <= {*Policy.statements}, told
        assert kind.reactive == (told in ("reactive", "capacity_bound", "scheduled", "code")), told
    assert STOCK["reception_stop"].statements == (Shut,)


def test_where_policies_may_stand() -> None:
    def told(policy: Policy, **where: Any) -> list[str]:
        ground = Ground(**{"country": "Far", "direction": "out", "flee_from": ("Home",), **where})
        return [misfit.wrong for misfit in policy.misfits(ground)]

    assert told(MOVED) == []
    assert told(MOVED, direction="back") == [
        "'relocation' is in 'back', and means nothing for those who go home"
    ]
    twice = Relocation(origins=["Camp"], to=["Camp"], per_day=1)
    assert told(twice) == []  # what places there are is not known
    assert told(twice, capacities={"Camp": 5}) == ["'Camp' is moved from and to"]
    assert told(CapacityBound(), country="Home") == [
        "nobody is sheltered in 'Home', from where people flee"
    ]
    assert told(CapacityBound(), country="Home", flee_from=None) == []
    assert told(CapacityBound(), capacities={"Camp": None}) == [
        "none of the places that it watches has a capacity"
    ]
    assert told(CapacityBound(), capacities={"Camp": None, "Other": 5}) == []
    assert told(CapacityBound(places=["Camp"]), capacities={"Camp": 0, "Other": 5}) == [
        "none of the places that it watches has a capacity"
    ]
