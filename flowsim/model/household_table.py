"""All households of a run, and what happens to them in a tick."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.routes import waiting_cost
from flowsim.clock import CumulativeHazards
from flowsim.model import memory
from flowsim.model.axes import SETTLED, STATUSES, OnRoad, Status
from flowsim.model.beliefs import rows_of_beliefs
from flowsim.model.covariates import HouseholdView
from flowsim.model.hazards import Cells, factors, most_clocks
from flowsim.model.household_row import COUNTED, row_type
from flowsim.model.kernel import tick
from flowsim.model.laws import Laws, Now
from flowsim.model.observe import Observer, Stocks
from flowsim.model.quotas import Budgets
from flowsim.model.sample import debts_of
from flowsim.model.threads import Threads
from flowsim.world.population import Households, join

REST_EVERY = 6
"""Ticks after which the quiet are put to rest; it changes how long a run takes and nothing else."""


SHARED_FROM = 4096
"""Households that do not rest, from which on threads share them: fewer are sooner done by one."""


class HouseholdTable:
    """Households, their clocks and their queues.

    The model calls `begin_tick`, then `segment` for each segment, then `end_tick`.

    Parameters
    ----------
    laws : Laws
    cells : Cells
    face : CumulativeHazards
    households : Households
        As the run begins.
    observer : Observer
    engine : Compiled or Readable
        What carries the kernel out.
    threads : int
        How many share the work, see `flowsim.model.threads`.
    """

    def __init__(
        self, laws: Laws, cells: Cells, face: CumulativeHazards, households: Households,
        observer: Observer, engine: Any, threads: int = 1,
    ) -> None:  # fmt: skip
        self.laws, self.cells, self.observer, self._engine = laws, cells, observer, engine
        self.n_start, self._ticks = len(households), 0
        self._one_in = laws.scenario.population.one_in
        self._gates = laws.world.network.gates
        self._budgets = Budgets(laws.scenario.start, debts_of(laws) if self._one_in > 1 else None)
        self.beliefs = rows_of_beliefs(laws.behaviour, laws.world, np.unique(households.group))
        clocks = cells.clocks()
        self._targets = max(len(clocks[status]) for status in SETTLED)
        self._kept = self.n_start * len(clocks[Status.AT_HOME])
        own = [hazard.factor is not None for hazard in cells.hazards]
        mine = [hazard for hazard in cells.hazards if hazard.purpose is None]
        self._row_type = row_type(most_clocks(mine), sum(own), len(COUNTED) + max(len(mine), 1))
        made = memory.scratch(laws, cells, threads)
        self.left, self._people, self._present = made["left"], made["people"], made["present"]
        self._line, self._queued = made["line"], made["queued"]
        self._on_leg, self._hurt = made["on_leg"], made["hurt"]
        self._run, self._tick, self._n = (
            engine.numbers(kind) for kind in (memory.RUN, memory.TICK, memory.COUNTS)
        )
        self._whole = engine.whole or any(own)
        self._run.set(whole=self._whole, **memory.numbers(laws, cells))
        self._tick.set(last=-1)  # nobody acts before the first tick
        self._state_now: Any = None
        numbers = {"run": self._run.record, "tick": self._tick.record, "n": self._n.record}
        self._held: dict[str, Any] = numbers | memory.alike({
            "cumulative": face.cumulative, "rate": face.rate,
            "cumulative_at_stop": face.cumulative_at_stop,
            **memory.fixed(laws, cells, observer), **memory.at_start(laws, households),
            **memory.lines(laws, cells), **memory.observed(observer), **made,
            **memory.before_the_first_tick(laws, cells),
        })  # fmt: skip
        self._held["nobody"] = engine.rows(self._row_type, 1, None)
        self._threads = Threads(threads) if threads > 1 else None
        self._make_room(room_for(self.n_start))
        self._carry_out(tick.SETTLE_IN)
        self._rest_at_home()
        if any(own):
            self._put({"start_own": factors(cells.hazards, self._view())})
        self._carry_out(tick.BEGIN)
        if self._whole:
            self._put(memory.at_start(laws, join([])))  # they are in the table now

    def __getstate__(self) -> dict[str, Any]:
        """All but what is made of the rest, and of the table the rows that somebody has."""
        held = {name: self._held[name] for name in self._held if name not in ("run", "tick", "n")}
        rows = held["rows"]
        if isinstance(rows, np.ndarray):
            held["rows"] = rows[: self._n.get("rows")].copy()
        return {**self.__dict__, "_held": held, "_state_now": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        numbers = {"run": self._run.record, "tick": self._tick.record, "n": self._n.record}
        self._held = numbers | self._held
        self._make_room(self._run.get("room"))

    def _rest_at_home(self) -> None:
        """Who has no row rests at home, each thread's share in heaps of its own."""
        if self._threads:
            self._threads.rest_at_home(self._engine, self._held, self._n, self.n_start)
            return
        self._n.set(share_to=self.n_start)
        self._carry_out(tick.COUNT_AT_HOME)
        self._carry_out(tick.REST_AT_HOME)
        self._n.set(share_to=0)

    def _view(self) -> HouseholdView:
        """Households as the run begins, for factors of one's own."""
        names = np.array(self.laws.world.network.names)
        groups = np.array(self.laws.group_names)
        return HouseholdView(
            key=self.column("key"),
            place=names[self.column("place")],
            home=names[self.column("home")],
            group=groups[self.column("group")],
            size=self.column("size").astype(np.int64),
            kinds=self.column("kinds").astype(np.int64),
            kin_across=self.column("kin").astype(bool),
            informed=self.column("informed").astype(bool),
            burnt=self.column("burnt").astype(bool),
            seed=self.laws.seed,
        )

    def _make_room(self, room: int) -> None:
        """Room for so many households."""
        old = self._held.get("rows")
        self._held["rows"] = self._engine.rows(self._row_type, room, old)
        for name, more in memory.lists(room, self._targets, self._kept).items():
            if name in self._held and self._held[name].size <= more.size:
                more[: self._held[name].size] = self._held[name]
            self._held[name] = more
        self._run.set(room=room)
        self._state_now = None
        if self._threads:
            self._threads.forget()

    def _put(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Hand arrays to the kernel, into those that it has where they are alike."""
        for name, array in memory.alike(arrays).items():
            held = self._held[name]
            if held.shape == array.shape:
                held[...] = array
            else:
                self._held[name], self._state_now = array, None
                if self._threads:
                    self._threads.forget()

    def _state(self) -> Any:
        """What the kernel works on, as it is now."""
        if self._state_now is None:
            self._state_now = self._engine.state(self._held)
        return self._state_now

    def _carry_out(self, order: int) -> bool:
        return bool(self._engine.carry_out(self._state(), order))

    @property
    def made(self) -> int:
        """How many households have a row by now, with those who parted and are no more."""
        return self._n.get("rows")

    def column(self, name: str) -> NDArray[Any]:
        """A column of the table, see `flowsim.model.household_row`; (n,) or (n, ...).

        Who had no row yet has one now, after those who had.
        """
        self._carry_out(tick.MAKE_ALL)
        return self._engine.column(self._held["rows"], name, self.made)

    # ---- a tick -----------------------------------------------------------------------------

    def begin_tick(self, start: int, stop: int, now: Now) -> None:
        """Take the tables of a tick."""
        self.now = now
        self._tick.set(start=start, stop=stop, at=self.observer.at)
        if self.laws.limits.fuel:
            section = self.laws.behaviour.routes
            hours = self.laws.limits.fuel_hours(start, self.in_jam())
            self._held["fuel_cost"][:] = waiting_cost(section, hours)

    def strike(self, at_place: Floats, on_road: Floats) -> None:
        """Take the chance that whom an event strikes dies, at each place and on each link."""
        self._put({"toll_at_place": at_place, "toll_on_road": on_road})

    def segment(self, first: int, last: int, changed: list[int]) -> None:
        """Carry out all that is due in a segment.

        Parameters
        ----------
        first, last : int
            Seconds.
        changed : list of int
            Gates of which the rules have changed: all who wait there are held against the new ones.
        """
        self._tick.set(first=first, last=last)
        if self.laws.limits.any:
            self._held["line_work"][:] = self.laws.limits.work(first)
        self._take_what_is_said(changed)
        counting = [
            (g, rule.counted_quotas)
            for g, rule in enumerate(self.now.rules.by_gate)
            if rule.counted_quotas
        ]
        left, used = self._held["count_left"], self._held["count_used"]
        for g, counts in counting:
            for number, of_period in enumerate(self._budgets.begin(g, counts, first)):
                left[g, number], used[g, number] = of_period
        self._begin_segment(first)
        while not self._carry_out(tick.RUN_SEGMENT):
            self._make_room(2 * self._run.get("room"))
        for g, counts in counting:
            self._budgets.end(g, counts, left[g].tolist(), used[g].tolist())

    def _begin_segment(self, first: int) -> None:
        """Find who is due; with threads, those who are travel by the way."""
        if first == self._tick.get("start"):
            self._carry_out(tick.BEGIN_TICK)
        shared = self._threads is not None and not self.laws.limits.any
        shared = shared and self._n.get("loose") >= SHARED_FROM
        if not shared:
            self._carry_out(tick.WAKE_ALL)
        self._carry_out(tick.OPEN_GATES)
        if shared:
            assert self._threads is not None
            self._threads.travel(self._engine, self._held, self._n, self.observer.at)

    def _take_what_is_said(self, changed: list[int]) -> None:
        now, laws = self.now, self.laws
        if changed:
            self._put(memory.at_gates(now.rules))
            self._put(memory.quotas(now.rules, now.gate_capacity))
            lanes = self._held["lane_work"].size
            if lanes > self._held["lanes"].shape[1]:
                self._put({"lanes": memory.lanes(lanes, laws.longest_segment)})
        roads, transfers = now.roads, now.transfers
        self._put(memory.on_the_land(roads, transfers, laws.routes.n_links, 2 * self.cells.groups))
        self._put(memory.of_a_tick(now.values, now.travel, now.capacity, now.full, now.lost))
        self._run.set(
            checkpoints=roads is not None and roads.stops_somebody, transfers=transfers is not None
        )
        self._held["changed"][:] = False
        self._held["changed"][changed] = True

    def end_tick(self) -> None:
        """Let families join again whose parts have settled where they are."""
        self._ticks += 1
        self._tick.set(rests=self._ticks % REST_EVERY == 0)
        self._carry_out(tick.END_TICK)
        self.observer.deaths_so_far = self._n.get("dead") * self._one_in

    # ---- what the model asks, in full persons -----------------------------------------------

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        crossings, one_in = len(self.laws.world.network.crossings), self._one_in
        waiting = np.zeros((crossings, self._line.shape[1]), dtype=np.int64)
        for g, gate in enumerate(self._gates):
            if gate.out:
                waiting[gate.crossing] += self._line[g] * one_in
        people = self._people[:, :, : len(STATUSES)] * one_in
        present, on_leg, hurt = (a * one_in for a in (self._present, self._on_leg, self._hurt))
        return Stocks(people, present, on_leg, waiting, hurt, self._n.get("apart") * one_in)

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held, (gates,)."""
        self._carry_out(tick.COUNT_QUEUES)
        return self._queued * self._one_in

    def in_jam(self) -> Ints:
        """Persons in line on each link and, by place, for fuel, (L + P,)."""
        return np.array(self._held["in_jam"]) * self._one_in

    def wanted(self) -> Ints:
        """Link on which the household that blocks the end of each link waits to go, or -1; (L,)."""
        mouth = np.array(self._held["mouth"])
        blocked = np.flatnonzero(mouth >= 0)
        row = mouth[blocked]
        want, road = (self._engine.column(self._held["rows"], name, self.made)[row]
                      for name in ("want", "road"))  # fmt: skip
        link = (road == OnRoad.HELD_BACK) & (want < mouth.size)  # behind them come gates
        found = np.full(mouth.size, -1, dtype=np.int64)
        found[blocked[link]] = want[link]
        return found

    def occupancy(self) -> Ints:
        """Persons from elsewhere settled at each place, (P,)."""
        settled = self._people[:, :, [Status.DISPLACED, Status.SHELTERED]]
        return settled.sum(axis=(1, 2)) * self._one_in


def room_for(households: int) -> int:
    """Rows for so many households and those who part from them."""
    return households + min(households, 2_000_000) + 1024
