"""Scenarios in which next to nobody can be expected to leave, to cross or to settle, and why.

What is told is told before a run, from the course that things take if nobody has moved
(`flowsim.model.outlook`). Where a bound or a choice can be made in favour of the scenario it is, so
that a warning is not given without cause.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import islice

import numpy as np

from flowsim.arrays import Floats, left_to_right
from flowsim.behaviour.settling import taken_in_at_most
from flowsim.errors import ScenarioWarning, SimulationError
from flowsim.model.explain import share_text
from flowsim.model.outlook import ADDED, Interval, Outlook
from flowsim.model.route_options import Way, Worth, chances, likely_ways
from flowsim.scenario.estimates import USUAL_WAY, scale_of
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.load import where_written
from flowsim.scenario.policies import held
from flowsim.scenario.scenario import Scenario

NEXT_TO_NOBODY = 1e-3
"""Of those who could: one in a thousand."""
INTERVALS, LOOKS, WAYS = 150, 6, 20
"""Intervals in which a course is followed at first; moments at which ways are looked at, evenly
spread over those who leave; ways that are looked at from a place."""
MOST_WORK = 3e8
"""Pairs of places, times groups and intervals, from which on it would take too long to look."""
_ROUTES = ("behaviour", "routes")
_KNOBS = {
    "length": (*_ROUTES, "km_cost"), "legs": (*_ROUTES, "margin"),
    "danger": (*_ROUTES, "danger_cost"), "gates": (*_ROUTES, "wait_cost_cap"),
    "roads": ("borders",), "settling": (*_ROUTES, "settle_abroad"), "kin": (*_ROUTES, "kin"),
    "size": (*_ROUTES, "size"), "danger there": (*_ROUTES, "settle_danger_cost"),
    "drivers": ("drivers",), "drivers there": ("drivers",),
    "room": (*_ROUTES, "room"), "crowding": (*_ROUTES, "crowding"),
    "compatriots": (*_ROUTES, "compatriots"), "opened": (*_ROUTES, "opened"), "full": ("places",),
    "crowded": (*_ROUTES, "crowded_cost"), "by country": (*_ROUTES, "by_country"),
    "distance": (*_ROUTES, "distance"),
}  # fmt: skip
"""Where the value stands that makes each term of a way."""
_HELD_BY = {
    "ability": (("conditions",), "curfews and roadblocks let next to nobody out"),
    "gunfire": (("behaviour", "leaving", "trapped"), "gunfire keeps them in"),
    "way out": (("behaviour", "leaving", "way_out"), "the ways out are believed to be too bad"),
    "flees": (("groups",), "the groups in danger do not flee (`flees`)"),
}  # fmt: skip


def warn_of(scenario: Scenario, path: str = "") -> None:
    """Tell as `ScenarioWarning` each of `unlikely`, with its place in the file it was read from."""
    for problem in where_written(path, unlikely(scenario), scenario):
        warnings.warn(str(problem), ScenarioWarning, stacklevel=2)


def unlikely(scenario: Scenario) -> list[Flaw]:
    """Why next to nobody can be expected to leave, to cross or to settle; empty where many can.

    Parameters
    ----------
    scenario : Scenario
        One that holds together. Of Flee's rules nothing is told, nor where only a run can tell
        what a policy states or a hazard of another package does.

    Examples
    --------
    >>> import flowsim as fs
    >>> unlikely(fs.teaching_world())
    []
    """
    known = all(policy.is_known() for _, policy in held(scenario, "borders"))
    if scenario.rules == "flee" or scenario.hazards or not known:
        return []
    intervals = -(-int((scenario.end - scenario.start).total_seconds()) // scenario.grid_s)
    size = len(scenario.places) ** 2 * len(scenario.groups)
    if size * min(intervals, INTERVALS) > MOST_WORK:
        return []
    try:
        found = _Course(scenario, INTERVALS).flaws()
        if found and intervals > INTERVALS:
            found = _Course(scenario, intervals).flaws()  # something short may have been missed
    except SimulationError as error:
        return [Flaw(("borders",), f"a run would fail: {error}", "change the policies")]
    return found


class _Course:
    """A course that was followed once: who leaves when, and what keeps the others."""

    def __init__(self, scenario: Scenario, most: int) -> None:
        self.scenario, self.most = scenario, most
        outlook = self.outlook = Outlook(scenario)
        shape = outlook.world.residents.shape
        self.left, self.exposed = np.zeros(shape), np.zeros(shape, dtype=bool)
        self.by_interval: list[float] = []
        self.without = dict.fromkeys(_HELD_BY, 0.0)
        self.passable, self.takes_in = False, np.zeros(shape[0], dtype=bool)
        for interval in outlook.intervals(most):
            self._follow(interval)

    def flaws(self) -> list[Flaw]:
        """Why nobody leaves or, if some do, why nobody crosses or settles."""
        for kept in (self.nobody_leaves, self.no_room):
            if found := list(kept()):
                return found
        if not self.left.any():
            return []  # nobody lives where people flee from
        return [*self.nobody_crosses(), *self.nobody_arrives()]

    def _follow(self, interval: Interval) -> None:
        outlook = self.outlook
        self.left += interval.left
        self.by_interval.append(float(interval.left.sum()))
        self.exposed |= outlook.danger.alarm > 0.0
        if outlook.danger.push is not None:
            self.exposed |= (outlook.danger.push.leave > 0.0) | outlook.danger.push.lost
        self.takes_in |= ~outlook.borders.shut
        self.passable |= self._can_pass()
        if interval.terms:
            added = sum(interval.terms[name] for name in ADDED)
            wish = added * outlook.world.residents * (interval.stop - interval.start)
            for name in self.without:
                others = [interval.terms[other] for other in self.without if other != name]
                self.without[name] += float((wish * np.prod(others, axis=0)).sum())

    def _can_pass(self) -> bool:
        rules, waiting = self.outlook.borders.rules, self.scenario.behaviour.waiting
        physical = self.outlook.borders.gate_capacity
        gates = self.outlook.world.network.gates
        out = [g for g, gate in enumerate(gates) if gate.out]
        if not out:
            return False
        over_the_fence = waiting.fence_per_day > 0.0 and bool((rules.leak[out] > 0.0).any())
        wide = [g for g in out if physical[g] != 0.0]
        return over_the_fence or bool((rules.passes[wide] > 0.0).any())

    # ---- leaving -------------------------------------------------------------------------

    def nobody_leaves(self) -> Iterator[Flaw]:
        """Too few leave of those who are in danger, or of all where nobody is."""
        residents, expected = self.outlook.world.residents, float(self.left.sum())
        if self.outlook.laws.told:
            if expected == 0.0:
                wrong = "no arrivals are given during the run"
                yield Flaw(("arrivals",), wrong, "give persons from a moment of the run on")
            return
        inside = residents * self.outlook.world.inside[:, None]
        among = float(inside[self.exposed].sum()) or float(inside.sum())
        if expected >= NEXT_TO_NOBODY * among:
            return
        loc, why = self._kept_by()
        wrong = f"next to nobody ({expected:,.1f} of {among:,.0f} persons) can be expected to leave"
        yield Flaw(loc, f"{wrong}: {why}", "see what `flowsim explain` says of leaving")

    @property
    def _is_pushed(self) -> bool:
        return bool(self.scenario.threats or self.scenario.drivers)

    def _kept_by(self) -> tuple[tuple[str, ...], str]:
        here = self.exposed & (self.outlook.world.residents > 0)
        if not here[self.outlook.world.inside].any():
            none = "no violence, threat or driver" if self._is_pushed else "no violence"
            return ("violence",), f"{none} targets a group where it lives during the run"
        as_it_is = max(float(self.left.sum()), 1e-300) * 86_400
        name = max(self.without, key=lambda term: self.without[term])
        if self.without[name] > 10.0 * as_it_is:
            return _HELD_BY[name]
        rate = self.scenario.behaviour.leaving.violence_per_day
        return (
            ("behaviour", "leaving", "violence_per_day"),
            f"the hazard is {rate:g} a day at danger 1, or danger is small or short",
        )

    # ---- crossing ------------------------------------------------------------------------

    def nobody_crosses(self) -> Iterator[Flaw]:
        """Nobody is let through, or too few of those who leave choose a way abroad."""
        world = self.outlook.world
        if not any(gate.out for gate in world.network.gates) or world.inside.all():
            return
        if not self.passable:
            wrong = (
                "nobody can cross: every crossing is closed for the whole run, and no fence leaks"
            )
            yield Flaw(("borders",), wrong, "open one at some time, if that is not what you ask")
            return
        best, where = 0.0, None
        for outlook in self._looks():
            share, at = _abroad(outlook, self.left)
            if where is None or share > best:
                best, where = share, at
            if best >= NEXT_TO_NOBODY:
                return
        if where is None:
            return
        loc, why = where
        wrong = f"next to nobody ({share_text(best)} of those who leave) can be expected to cross"
        right = "change it, or see what `flowsim explain` says of ways"
        yield Flaw(loc, f"{wrong}: {why}", right + self._scale(loc))

    def _scale(self, loc: tuple[str, ...]) -> str:
        """Where kilometres keep people inside, what they would cost on a map of this scale."""
        cost = scale_of(self.scenario) if loc == _KNOBS["length"] else None
        told = self.scenario.behaviour.routes.km_cost
        if cost is None or cost["value"] >= told:
            return ""
        return (
            f"; {cost['value']:g} a km, not {told:g}, makes the usual way abroad cost {USUAL_WAY:g}"
        )

    def _looks(self) -> Iterator[Outlook]:
        """The course at some moments, evenly spread over those who leave."""
        so_far = np.cumsum(self.by_interval)
        marks = (np.arange(LOOKS) + 0.5) / LOOKS * so_far[-1]
        wanted = set(np.searchsorted(so_far, marks).tolist())
        outlook = Outlook(self.scenario)
        for n, _ in enumerate(outlook.intervals(self.most)):
            if n in wanted:
                yield outlook
            if n >= max(wanted):
                return

    # ---- settling ------------------------------------------------------------------------

    def no_room(self) -> Iterator[Flaw]:
        """There is room for too few of those who leave."""
        world, expected = self.outlook.world, float(self.left.sum())
        most = world.most_capacity(self.outlook.duration)
        overfull = self.scenario.behaviour.reception.overfull
        capacity = np.where(self.takes_in, taken_in_at_most(most, overfull), 0)
        if (capacity >= 0).all() and capacity.sum() < NEXT_TO_NOBODY * expected:
            wrong = (
                f"next to nobody can be expected to settle: places have room for {capacity.sum():,}"
            )
            right = "give places a capacity, or none for no limit"
            yield Flaw(("places",), f"{wrong} of {expected:,.0f} who leave", right)

    def nobody_arrives(self) -> Iterator[Flaw]:
        """Too few are where they can settle before the run ends."""
        early, hours, knob = 0.0, 0.0, "road_kmh"
        for outlook in self._looks():
            share, hours, knob = _in_time(outlook, self.left)
            early = max(early, share)
            if early >= NEXT_TO_NOBODY:
                return
        wrong = f"next to nobody can be expected to settle: the usual way takes {hours:,.0f} hours"
        right = "check lengths and speeds, or let the run be longer"
        yield Flaw((*_ROUTES, knob), f"{wrong}, and the run ends before", right)


def _groups(left: Floats) -> list[int]:
    return [int(g) for g in np.flatnonzero(left.sum(axis=0) > 0.0)]


def _abroad(outlook: Outlook, left: Floats) -> tuple[float, tuple[tuple[str, ...], str]]:
    """Share of those who leave that settles abroad, and what keeps most of the others."""
    world, persons = outlook.world, 0.0
    worth = {}
    for g in _groups(left):
        worth[g] = Worth(outlook, g)
        ends = worth[g].settled(np.flatnonzero(left[:, g] > 0.0))
        persons += float(left[:, g] @ ends[:, ~world.inside].sum(axis=1))
    p, most = divmod(int(np.argmax(left)), left.shape[1])
    return persons / float(left.sum()), _kept_inside(outlook, worth[most], p)


def _kept_inside(outlook: Outlook, worth: Worth, p: int) -> tuple[tuple[str, ...], str]:
    """The term by which the best way abroad from a place is worse than the best way of all."""
    world, routes = outlook.world, outlook.laws.routes
    name = world.network.names[p]
    out = next(likely_ways(routes, chances(worth.values(p, ~world.inside)), p), None)
    stay = next(likely_ways(routes, chances(worth.values(p)), p), None)
    if out is None or stay is None:
        return ("routes",), f"no way leads abroad from {name}"
    mine, other = worth.terms(out.links), worth.terms(stay.links)
    term = min(mine, key=lambda t: mine[t] - other[t])
    told = (
        f"{term} counts {mine[term]:.1f} on the best way abroad from {name}, "
        f"{_way_text(outlook, out)}, and {other[term]:.1f} on the best of all, "
        f"{_way_text(outlook, stay)}"
    )
    return _KNOBS[term], told


def _way_text(outlook: Outlook, way: Way) -> str:
    network, links = outlook.world.network, list(way.links)
    return f"to {network.names[network.head[links[-1]]]} ({network.km[links].sum():,.0f} km)"


def _in_time(outlook: Outlook, left: Floats) -> tuple[float, float, str]:
    """Share of those who leave now that is there before the end; how long the usual way takes."""
    network, routes = outlook.world.network, outlook.laws.routes
    rest, early = (outlook.duration - outlook.seconds) / 3600.0, 0.0
    longest, hours, knob = -1.0, 0.0, "road_kmh"
    for g in _groups(left):
        worth = Worth(outlook, g)
        for p in map(int, np.flatnonzero(left[:, g] > 0.0)):
            chance = chances(worth.values(p))
            found = list(islice(likely_ways(routes, chance, p), WAYS))
            late = [way for way in found if worth.hours[list(way.links)].sum() > rest]
            early += left[p, g] * (1.0 - left_to_right(way.share for way in late))
            if late and left[p, g] > longest:
                links = list(late[0].links)
                longest, hours = float(left[p, g]), float(worth.hours[links].sum())
                foot = network.km[links][network.on_foot[links]].sum()
                knob = "foot_kmh" if foot > 0.5 * network.km[links].sum() else "road_kmh"
    return early / float(left.sum()), hours, knob
