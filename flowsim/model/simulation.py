"""One run of a scenario, step by step, without Mesa."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.arrays import Bools, Ints
from flowsim.behaviour.leaving import heard, news_kernel
from flowsim.behaviour.origins import OriginWeights
from flowsim.behaviour.rules import Rule
from flowsim.behaviour.settling import Refuges, excess_load, free_part, taken_in_at_most
from flowsim.clock import CumulativeHazards
from flowsim.draws import seed_text
from flowsim.errors import Problem, ScenarioError
from flowsim.model.assemble import assemble
from flowsim.model.authority import AuthorityView
from flowsim.model.axes import STATUSES, Outcome, Status
from flowsim.model.beliefs import Beliefs, Grapevine, Snapshot
from flowsim.model.borders import Borders
from flowsim.model.circumstances import Circumstances
from flowsim.model.compiled import Compiled
from flowsim.model.exposure import by_status
from flowsim.model.hazards import Cells, Hazard, hazards_of
from flowsim.model.household_table import HouseholdTable
from flowsim.model.laws import Laws, Now
from flowsim.model.observe import Observer, Stocks
from flowsim.model.outlook import world_of
from flowsim.model.road_records import RoadRecords
from flowsim.model.sample import capacity_in_sample
from flowsim.model.sight import Reports, Sight
from flowsim.model.threads import checked
from flowsim.model.ticks import Ticks
from flowsim.model.tolls import TollOfEvents, Tolls
from flowsim.model.ways_out import WaysOut
from flowsim.results.result import Result
from flowsim.scenario.checks import check
from flowsim.scenario.scenario import Scenario
from flowsim.world.arrivals import Origins, told_arrivals, told_sheltered
from flowsim.world.escalation import course_of
from flowsim.world.population import Households, join, settle_residents
from flowsim.world.violence import Danger

if TYPE_CHECKING:
    from flowsim.model.readable import Readable


def runnable(setup: Scenario) -> Scenario:
    """A scenario that the model can run.

    Raises
    ------
    ScenarioError
        It does not hold together, or has Flee's rules.
    """
    problems = check(setup)
    if setup.rules == "flee":
        right = "call flowsim.run, or choose `rules: flowsim`"
        problems.append(Problem("rules", "Flee's rules have no steps to look into", right))
    if problems:
        raise ScenarioError(problems)
    return setup


class Simulation:
    """People who flee, places, borders and forces.

    Parameters
    ----------
    setup : Scenario
        What to run, see `runnable`.
    seed : int or str
        Of all draws: every draw is keyed (see `flowsim.draws`).
    rules : dict, optional
        Rates and hazards of one's own by name, see `flowsim.model.hazards`.
    engine : Compiled or Readable, optional
        What carries out what households do.
    threads : int
        How many threads share the households; the bytes are the same with any number.

    Attributes
    ----------
    seconds : int
        Since the start of the run.
    stocks : Stocks
        Persons as they stand.
    danger : Danger
        Violence as it is.
    way_out : float64 array (P, G)
        Factor on leaving of what ways out are worth, see `flowsim.model.ways_out`.
    one_in : int
        Households for which each that is run stands; all counts that can be asked are in full.
    views : dict
        What each authority sees, by border and country.

    Examples
    --------
    >>> import flowsim as fs
    >>> run = Simulation(fs.teaching_world(), seed=1)
    >>> run.step()
    >>> run.seconds
    3600
    """

    def __init__(
        self,
        setup: Scenario,
        seed: int | str = 1,
        rules: Mapping[str, Rule | Hazard] | None = None,
        engine: Compiled | Readable | None = None,
        threads: int = 1,
    ) -> None:
        self.setup, self.seed_text = setup, seed_text(seed)
        self.rules = dict(rules or {})
        self.engine = "columns" if engine is None else engine.name
        self.world = world = world_of(setup)
        self.one_in = setup.population.one_in
        self.grid_s = setup.grid_s
        self.duration = int((setup.end - setup.start).total_seconds())
        self.borders = Borders(setup, world)
        self.laws = Laws(setup, world, self.seed_text)
        self.cells = Cells(
            hazards_of(setup, self.borders.may_transfer(), rules), len(world.places),
            len(world.groups), len(world.countries), len(world.network.gates),
            self.laws.routes.n_links,
        )  # fmt: skip
        self.circumstances = Circumstances(setup, world, self.borders)
        self._tolls = TollOfEvents(
            setup.violence.events, world.network.names, self.laws.group_names,
            (world.network.tail, world.network.head), self.laws.harm_weights, setup.start,
        )  # fmt: skip
        self._edges = np.union1d(self.borders.edges(), self.laws.limits.edges())
        self.ticks = Ticks(setup, self.borders)
        sides = [side for border in setup.borders for side in border.authorities]
        self.reports = Reports(round(3600 * max((a.lag_hours for a in sides), default=0.0)))
        crossings = self.borders.crossings_of
        self.views: dict[tuple[str, str], Any] = {
            (b.id, side.country): AuthorityView(
                setup, world, self.reports, side, b.id, crossings[b.id]
            )
            for b in setup.borders for side in b.authorities
        }  # fmt: skip
        self._kernel = news_kernel(world.network.km_between, setup.behaviour.leaving.news_km)
        self.face = CumulativeHazards(self.cells.total)
        engine = engine or Compiled()
        threads = checked(threads, engine.name)
        self._settle(engine, threads)
        self._grapevine = Grapevine(
            setup.behaviour, world, self.laws.routes, self.laws.hours, engine.solve,
            self.laws.destinations,
        )  # fmt: skip
        self.look_at_borders(0)
        self._look()
        self.way_out = np.ones((len(world.places), len(world.groups)))
        self._ways_out: WaysOut | None = None
        if setup.behaviour.leaving.way_out > 0.0 and not self.laws.told:
            unopened = np.zeros(len(world.places), dtype=bool)
            at_first = Refuges(self._taken, self._free, self._settled, unopened, self._excess)
            self._ways_out = WaysOut(self.laws, self._grapevine, at_first, self.crowd.beliefs)

    @property
    def seconds(self) -> int:
        """Seconds since the start of the run by now."""
        return self.reports.now

    @property
    def steps(self) -> int:
        """How many steps a whole run has."""
        return -(-self.duration // self.setup.step)

    @property
    def running(self) -> bool:
        """Whether there are steps to come."""
        return self.seconds < self.duration

    def _settle(self, engine: Compiled | Readable, threads: int) -> None:
        """Put everybody into their home, before an observer."""
        setup, world = self.setup, self.world
        shape = (len(world.places), len(world.groups))
        stops = np.arange(setup.record, self.duration + 1, setup.record, dtype=np.int64)
        one_in = self.one_in
        sizes = (world.network.tail.size, shape[0], len(world.network.crossings))
        roads = RoadRecords(stops.size, *sizes) if self.laws.limits.any else None
        self.observer = Observer(stops, *shape, sizes[2], one_in, roads)
        names, groups = world.network.names, world.groups
        if setup.behaviour.leaving.count == "given":
            households = self._told()
        else:
            households = settle_residents(self.laws.seed, names, groups, world.residents, one_in)
        if any(place.sheltered for place in world.places):
            households = join([households, self._across()])
        self.crowd = HouseholdTable(
            self.laws, self.cells, self.face, households, self.observer, engine, threads
        )
        self.stocks: Stocks = self.crowd.stocks()
        self._course = course_of(world, self.grid_s, self.laws.seed)
        self.danger: Danger = self._course.at(0)
        self._gone = np.zeros(shape)
        self._once_shut = np.zeros(shape[0], dtype=bool)

    def _told(self) -> Households:
        """Households for all who are told to leave."""
        setup, seed = self.setup, self.laws.seed
        course = course_of(self.world, self.grid_s, seed)
        weigh = OriginWeights(setup.behaviour.origins, self.world, self.duration, course)
        return told_arrivals(
            seed, self._origins(), setup.arrivals, setup.start, self.duration, weigh.at,
            self.one_in,
        )  # fmt: skip

    def _across(self) -> Households:
        """Households that are away from home as the run begins."""
        sheltered = np.array([place.sheltered for place in self.world.places], dtype=np.int64)
        weight = self.world.residents.astype(np.float64)
        return told_sheltered(self.laws.seed, self._origins(), sheltered, weight, self.one_in)

    def _origins(self) -> Origins:
        world = self.world
        return Origins(world.network.names, world.groups, world.residents)

    # ---- the step ------------------------------------------------------------------------

    def step(self) -> None:
        """One step.

        | phase | what |
        | --- | --- |
        | 1 violence | intensity at each place: events, contagion, forces, barricades |
        | 2 policies | each authority observes and states its openings |
        | 3 news | what people believe about 1 and 2; some are informed, the others late |
        | 4 hazards | leave, move on, give up, try the fence, return; the clocks advance |
        | 5 harm | the hazard of death and wounds of those exposed, one of the clocks |
        | 6 departures and travel | whose event is due chooses a leg and moves |
        | 7 crossings | queues meet openings, in time order |
        | 8 reception | camps and hosts fill; overflow goes on |
        | 9 record | observers look |

        A step is made of ticks, over which violence and all hazards are constant, and a tick of
        segments, over which the openings are. Neighbours who left, queues and full camps that
        people hear of are those of the start of the step; authorities look once an hour.
        """
        borders = self.borders
        end = min(self.seconds + self.setup.step, self.duration)
        for start, stop in self.ticks.between(self.seconds, end):
            self.violence(start)
            segments = self._segments(start, stop)
            self.look_at_borders(start)
            changed = self.policies(start)
            beliefs = self.news(start)
            self.hazards(start, stop)
            self.crowd.begin_tick(start, stop, self._now(beliefs))
            for first, last in segments:
                if first > start:
                    changed = self.policies(first)
                self.crowd.now.begin_segment(borders)
                self.crowd.segment(first, last, changed)
            self.crowd.end_tick()
            self.reports.now = stop
            self.record(start, stop)
        self._look()
        self.look_at_borders(self.seconds)  # for who asks between steps

    def violence(self, start: int) -> None:
        """Phase 1: violence and its conditions, at the middle of the hour of the grid."""
        self.danger = self._course.at(start // self.grid_s * self.grid_s + self.grid_s // 2)

    def look_at_borders(self, start: int) -> None:
        """What states can learn of their borders; each hears of it with its own lag."""
        if start % self.grid_s or not self.views:
            return
        so_far, people = self.observer.so_far(), self.stocks.people
        self.reports.add(
            Sight(
                seconds=start,
                waiting=self.stocks.waiting.sum(axis=1),
                admitted=so_far[:, Outcome.ADMITTED] + so_far[:, Outcome.EXEMPT],
                irregular=so_far[:, Outcome.IRREGULAR],
                sheltered=people[:, :, Status.SHELTERED].sum(axis=1),
                capacity=self.world.capacity_at(start),
                violence=self.danger.violence,
            )
        )

    def policies(self, start: int) -> list[int]:
        """Phase 2: authorities state their openings; gives the gates where these have changed."""
        self.reports.now = start
        changed = self.borders.observe(start, self.views)
        self._once_shut |= self.borders.shut
        return changed

    def news(self, start: int) -> Beliefs:
        """Phase 3: what the informed know now, and the others knew `lag_hours` ago."""
        limits = self.laws.limits
        jams = limits.jams(start, self.crowd.in_jam()) if limits.any else None
        known = Snapshot(self.danger, self.borders.rules, self.borders.roads, jams)
        self._news, late = self._grapevine.hear(start, known)
        self._hurry = self._grapevine.hurry(known, late)
        self._awaited = self._grapevine.awaited(known, late)
        beliefs = self._grapevine.believe(start, known, late, self._queue, self._refuges())
        if self._ways_out is not None:
            self.way_out = self._ways_out.factor(beliefs)
        return beliefs

    def hazards(self, start: int, stop: int) -> None:
        """Phases 4 and 5: all hazards of the tick, and the clocks advance."""
        danger, tolls = self.danger, self._tolls_between(start, stop)
        view = self.circumstances.view(
            self.now, danger, heard(self._kernel, self._news), self._gone, self._hurry,
            self._awaited, self.stocks.waiting.sum(axis=1), self.way_out, self._excess, tolls,
        )  # fmt: skip
        self.face.advance(start, stop, self.cells.rates(view, self.now))
        self._expose(start, stop)

    def _tolls_between(self, start: int, stop: int) -> Tolls | None:
        """Hazards of events with a toll of their own in a tick; None where there is no such."""
        if not self._tolls.any:
            return None
        tolls = self._tolls.between(start, stop, self.stocks.present, self.stocks.on_leg)
        self.crowd.strike(tolls.dies_at_place, tolls.dies_on_road)
        return tolls

    def record(self, start: int, stop: int) -> None:
        """Phase 9: at the end of a recording interval, count."""
        self.stocks = self.crowd.stocks()
        if stop - start > self.grid_s:
            self._expose(start, stop)
        observer = self.observer
        if observer.at < observer.stops.size and stop == observer.stops[observer.at]:
            if self.laws.limits.any:
                observer.roads.in_jam[observer.at] = self.crowd.in_jam()
            observer.close(self.stocks)

    # ---- what the phases need ------------------------------------------------------------

    def _segments(self, start: int, stop: int) -> list[tuple[int, int]]:
        """A tick, cut at the edges of policies."""
        inner = self._edges[(self._edges > start) & (self._edges < stop)]
        cuts = [start, *(int(edge) for edge in inner), stop]
        return list(pairwise(cuts))

    def _look(self) -> None:
        """What feeds back, as it stands at the start of a step."""
        memory = self.setup.behaviour.leaving.neighbours_hours * 3600.0
        residents = np.maximum(self.world.residents, 1)
        faded = self._gone * np.exp(-self.setup.step / memory)
        self._gone = np.minimum(faded + self.one_in * self.crowd.left / residents, 1.0)
        self.crowd.left[:] = 0
        self._queue = self.crowd.queue()
        capacity, reception = self._capacity(), self.setup.behaviour.reception
        capacity = np.where(capacity < 0, -1, capacity * self.one_in)
        self._settled = self.crowd.occupancy()
        self._taken = (capacity >= 0) & (self._settled >= capacity * reception.full)
        self._free = free_part(capacity, self._settled)
        self._excess = excess_load(
            self.world.capacity_at(self.seconds), self._settled, reception.crowded_from
        )

    def _expose(self, start: int, stop: int) -> None:
        """Note who is in danger: as a tick begins and, of one of several hours, also as it ends."""
        danger, seconds = self.danger, float(stop - start)
        if seconds > self.grid_s:
            seconds /= 2.0
        self.observer.expose(self._present(), danger.struck, danger.violence, seconds)
        self.observer.expose_by_status(
            by_status(
                self.stocks, danger, self.setup.behaviour.harm, self.world.network,
                self.borders.roads,
            ),
            seconds,
        )  # fmt: skip

    def _present(self) -> Ints:
        """Persons at each place by group, without those on the move, (P, G)."""
        people = self.stocks.people
        return people.sum(axis=2) - people[:, :, Status.MOVING]

    def _now(self, beliefs: Beliefs) -> Now:
        delay = self.danger.delay_hours[self.world.network.tail]
        capacity, lost = self._capacity(), None
        push = self.danger.push
        if push is not None:
            capacity, lost = np.where(push.taken, 0, capacity), push.lost
        values = beliefs.values(self.crowd.beliefs)
        return Now(self.laws, delay, values, self._full(), capacity, lost)

    def _capacity(self) -> Ints:
        """Persons of the sample whom places take in now at most, -1 without limit."""
        overfull = self.setup.behaviour.reception.overfull
        most = taken_in_at_most(self.world.capacity_at(self.seconds), overfull)
        return capacity_in_sample(most, self.one_in, self.laws.seed, self.laws.place_key)

    def _refuges(self) -> Refuges:
        """What people hear of places to settle at, as they were at the start of the step."""
        opened = self._once_shut & ~self.borders.shut
        return Refuges(self._full(), self._free, self._settled, opened, self._excess)

    def _full(self) -> Bools:
        """Places that were full at the start of the step, or take nobody in."""
        full = self._taken | self.borders.shut
        return full if self.danger.push is None else full | self.danger.push.taken

    # ---- what can be asked ---------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Local time."""
        return self.setup.start + timedelta(seconds=self.seconds)

    @property
    def hour(self) -> datetime:
        """Local time at which the hour of the grid in course began."""
        return self.setup.start + timedelta(seconds=self.seconds // self.grid_s * self.grid_s)

    def place_index(self, name: str) -> int:
        """Number of a place; KeyError where there is none of that name."""
        if name not in self.world.network.names:
            raise KeyError(f"no place {name!r}")
        return self.world.network.names.index(name)

    def crossing_index(self, name: str) -> int:
        """Number of a crossing."""
        return self.world.network.crossings.index(name)

    def admitted(self, crossing: str) -> int:
        """Persons admitted so far at a crossing, the exempt among them."""
        counts = self.observer.so_far()[self.crossing_index(crossing)]
        return int(counts[Outcome.ADMITTED] + counts[Outcome.EXEMPT])

    def crossed(self) -> int:
        """Persons who have crossed so far, net of push-back."""
        counts = self.observer.so_far().sum(axis=0)
        over = [Outcome.ADMITTED, Outcome.EXEMPT, Outcome.IRREGULAR]
        return int(counts[over].sum() - counts[Outcome.PUSHED_BACK])

    def total(self, status: Status) -> int:
        """Persons in a status."""
        return int(self.stocks.people[:, :, STATUSES.index(status.name.lower())].sum())

    def dead(self) -> int:
        """Deaths so far."""
        return self.observer.deaths_so_far

    def result(self, provenance: bool = True) -> Result:
        """What was recorded, labelled; see `flowsim.run`."""
        return assemble(self, provenance)
