"""Where a run is cut into ticks: at the hours, or at those alone at which something changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from math import inf, log2
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Ints
from flowsim.clock import DAY
from flowsim.errors import SimulationError
from flowsim.model.borders import Borders
from flowsim.model.outlook import world_of
from flowsim.policy.base import Calendar, Policy
from flowsim.policy.compose import state
from flowsim.policy.opening import Opening
from flowsim.policy.who import OF_HOUSEHOLDS
from flowsim.scenario.rules.period import told
from flowsim.scenario.scenario import Scenario
from flowsim.world.config import PlaceCapacity, Route
from flowsim.world.push_config import Driver, Threat
from flowsim.world.road_config import LIMITS
from flowsim.world.violence_config import Condition, Event

HOUR, SECOND = 3600, timedelta(seconds=1)


class Change(NamedTuple):
    """From the first to the last of these seconds what holds is not the same all the time.

    Attributes
    ----------
    what : str
        In words.
    first, last : float
        Seconds since the start; the same where it changes at once.
    seen_late : bool
        Whether those who are not informed see it `lag_hours` later.
    at_half : bool
        Whether an hour has what holds in its middle, as violence, and not at its beginning.
    """

    what: str
    first: float
    last: float
    seen_late: bool = True
    at_half: bool = False


class Ticks:
    """The ticks of a run: what comes from outside is constant in each of them.

    A scenario that gives a grid, or whose step is not longer than an hour, has the times of the
    grid. Else an hour that differs in nothing from the one before goes on with it, up to the end of
    the step or of a day.

    Parameters
    ----------
    scenario : Scenario
    borders : Borders

    Examples
    --------
    >>> import flowsim as fs
    >>> scenario = fs.load("tests/data/small")
    >>> ticks = Ticks(scenario, Borders(scenario, world_of(scenario)))
    >>> list(ticks.between(0, 7200)), ticks.told
    ([(0, 3600), (3600, 7200)], '')
    """

    def __init__(self, scenario: Scenario, borders: Borders) -> None:
        self._grid_s, self.told = scenario.grid_s, ""
        self._begins: Ints | None = None
        if scenario.joins_hours:
            self._join(scenario, borders)

    def between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The ticks from one second to another, each with its start and stop."""
        while start < end:
            stop = min(end, self._next(start))
            yield start, stop
            start = stop

    def _next(self, start: int) -> int:
        if self._begins is None:
            return (start // self._grid_s + 1) * self._grid_s
        return int(self._begins[np.searchsorted(self._begins, start, side="right")])

    def _join(self, scenario: Scenario, borders: Borders) -> None:
        duration = int((scenario.end - scenario.start).total_seconds())
        hours = -(-duration // HOUR)
        news, late = scenario.behaviour.news, 0
        if news.informed < 1.0:
            late = -(-round(news.lag_hours * HOUR) // HOUR)
        begins, many = np.zeros(hours + 1, dtype=bool), dict[str, int]()
        for change in changes(scenario, borders):
            first, last = _hours_of(change, hours)
            for lag in {0, late} if change.seen_late else {0}:
                begins[first + lag : last + lag + 1] = True
            many[change.what] = many.get(change.what, 0) + last + 1 - first
        begins[:: DAY // HOUR] = begins[:: scenario.step // HOUR] = True
        begins[hours] = True
        self._begins = HOUR * np.flatnonzero(begins).astype(np.int64)
        self.told = _told(scenario.step, self._begins, hours, many)


def _hours_of(change: Change, hours: int) -> tuple[int, int]:
    """First hour in which what a change changes is other than before, and last one."""
    shift = HOUR / 2 if change.at_half else 0.0
    first, last = (
        int(np.clip(np.ceil((second - shift) / HOUR), 0, hours))
        for second in (change.first, change.last)
    )
    return first, last


def _told(step: int, begins: Ints, hours: int, many: dict[str, int]) -> str:
    ticks = begins.size - 1
    text = f"steps of {told(step)} and no grid: hours over which nothing changes are one tick, so "
    text += f"{hours} hours are {ticks} ticks"
    if many and ticks > 2 * -(-hours * HOUR // min(step, DAY)):
        text += f"; most of these are short as {max(many, key=many.__getitem__)}"
    return text


def told_of(scenario: Scenario) -> str:
    """How the steps of a scenario are cut into ticks; empty where it is at the grid."""
    if not scenario.joins_hours:
        return ""
    try:
        return Ticks(scenario, Borders(scenario, world_of(scenario))).told
    except SimulationError:
        return ""  # `unlikely` tells it, and a run


# ---- what changes ---------------------------------------------------------------------------


def changes(scenario: Scenario, borders: Borders) -> Iterator[Change]:
    """All that changes what people and states meet in a run, whatever these do."""

    def since(moment: datetime) -> float:
        return (moment - scenario.start).total_seconds()

    for event in scenario.violence.events:
        yield from _of_event(event, scenario.violence.negligible, since(event.start),
                             since(event.peak), since(event.until))  # fmt: skip
        if event.deaths + event.wounded > 0.0:
            # A toll falls evenly on its own seconds, so the hour in which it begins is of its own.
            whole_hours = since(event.start) // HOUR * HOUR
            until = since(event.until)
            yield Change("an event takes its toll", whole_hours, until, seen_late=False)
    for gate in scenario.gates:
        yield Change("what a gate can pass changes", *2 * (since(gate.start),))
    for condition in scenario.conditions:
        for moment in _edges(condition, scenario.start, scenario.end):
            yield Change(f"a {condition.kind} begins or ends", *2 * (since(moment),), at_half=True)
    for force in scenario.forces:
        for order in force.orders:
            yield Change("forces have new orders", *2 * (since(order.start),), at_half=True)
    for threat in scenario.threats:
        yield from _of_threat(threat, since)
    for driver in scenario.drivers:
        yield from _of_driver(driver, scenario, since)
    for hazard in scenario.hazards:
        for moment in hazard.edges(scenario.start, scenario.end):
            yield Change(f"the hazard {hazard.called!r} begins or ends", *2 * (since(moment),))
    for policy, whose, crossings in borders.parts():
        yield from _of_policy(policy, whose, crossings, scenario)
    whole = 0.0, since(scenario.end)
    if scenario.behaviour.harm.crush_per_day > 0.0 and any(r.crossing for r in scenario.routes):
        yield Change("crowds at crossings crush people", *whole)
    if scenario.fuel or scenario.road_events or any(limits_traffic(r) for r in scenario.routes):
        yield Change("lines stand on roads", *whole)
    if scenario.violence.escalation.branching > 0.0 and scenario.violence.events:
        yield Change("violence sets off more", *whole)
    if any(place.capacity_per_day > 0.0 for place in scenario.places):
        yield Change("places grow", *whole)
    yield from _of_places(scenario, since)


def limits_traffic(route: Route) -> bool:
    """Whether a route has a capacity or room for so many."""
    return any(getattr(route, limit) is not None for limit in LIMITS)


def _of_event(
    event: Event, negligible: float, start: float, peak: float, until: float
) -> Iterator[Change]:
    if event.intensity < max(negligible, 1e-300):
        return
    if peak > start:
        yield Change("violence rises", start, peak, at_half=True)
    else:
        yield Change("violence begins", start, start, at_half=True)
    if event.half_life_hours is None:
        yield Change("violence ends", until, until, at_half=True)
        return
    over = inf
    if negligible > 0.0:
        over = until + HOUR * event.half_life_hours * log2(event.intensity / negligible) + HOUR
    yield Change("violence fades", until, over, at_half=True)


def _of_threat(threat: Threat, since: Callable[[datetime], float]) -> Iterator[Change]:
    start, peak = since(threat.start), since(threat.peak or threat.start)
    yield Change("fear rises" if peak > start else "fear begins", start, peak, at_half=True)
    if threat.lost_from is not None:
        yield Change("a place is lost", *2 * (since(threat.lost_from),), at_half=True)
    if threat.until is not None:
        until = since(threat.until)
        over = until if threat.half_life_hours is None else inf
        yield Change("fear ends" if over < inf else "fear fades", until, over, at_half=True)


def _of_driver(
    driver: Driver, scenario: Scenario, since: Callable[[datetime], float]
) -> Iterator[Change]:
    told = sorted(since(row.start) for row in scenario.levels if row.driver == driver.name)
    if driver.between == "line" and told:
        yield Change(f"the driver {driver.name!r} goes up or down", told[0], told[-1], at_half=True)
    for moment in told:
        yield Change(f"the driver {driver.name!r} has a new level", moment, moment, at_half=True)


def _of_places(scenario: Scenario, since: Callable[[datetime], float]) -> Iterator[Change]:
    """Room that the table of capacities tells; all know of it."""
    by_place: dict[str, list[PlaceCapacity]] = {}
    for row in sorted(scenario.capacities, key=lambda row: row.start):
        by_place.setdefault(row.place, []).append(row)
    for rows in by_place.values():
        for row, after in zip_longest(rows, rows[1:]):
            goes = row.between == "line" and after is not None
            last = since(after.start) if goes else since(row.start)
            yield Change("the room at a place changes", since(row.start), last, seen_late=False)


def _edges(condition: Condition, first: datetime, last: datetime) -> Iterator[datetime]:
    """When a condition begins and ends, also by the hours of the day."""
    yield from (condition.start, condition.stop)
    day = datetime.combine(max(first, condition.start).date(), datetime.min.time())
    while condition.hours is not None and day <= min(last, condition.stop):
        yield from (day + timedelta(hours=hour) for hour in condition.hours)
        day += timedelta(days=1)


def _of_policy(
    policy: Policy, whose: str, crossings: tuple[str, ...], scenario: Scenario
) -> Iterator[Change]:
    def change(does: str, begin: datetime, end: datetime) -> Change:
        first, last = ((moment - scenario.start).total_seconds() for moment in (begin, end))
        return Change(f"the policy {policy.kind!r} {does}", first, last)

    edges = policy.edges(scenario.start, scenario.end)
    if policy.reactive:
        window = policy.window()
        if not window.is_empty():
            first = min(window.start or scenario.start, *edges, scenario.end)
            last = max(window.stop or scenario.end, *edges, scenario.start)
            yield change("goes by what it sees", first, last)
        return
    waiting = scenario.behaviour.waiting
    parts = waiting.part > 0.0 and waiting.follow > 0.0
    for begin, end in pairwise(sorted({scenario.start, scenario.end, *edges})):
        yield change("begins or ends", begin, begin)
        yield change("begins or ends", end, end)
        at_ends = [
            [said.opening for said in state((policy,), now, Calendar(now, crossings), whose)]
            for now in (begin, max(begin, end - SECOND))
        ]
        if at_ends[0] != at_ends[1]:
            yield change("changes with time", begin, end)
        for said in at_ends[0]:
            if isinstance(said, Opening) and said.opens_at is not None:
                yield change("is waited for", begin, end)
            elif isinstance(said, Opening) and parts and _parts_families(said):
                yield change("lets parts of families pass", begin, end)


def _parts_families(opening: Opening) -> bool:
    """Whether some persons of a household may pass and others not."""
    conditions = (*opening.barred, *(opening.exempt if opening.permeability < 1.0 else ()))
    return any(
        not word.startswith(OF_HOUSEHOLDS)
        for condition in conditions
        for word in condition.split("+")
    )
