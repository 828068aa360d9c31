"""All households of a run, and what happens to them in a tick."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Floats, Ints
from flowsim.clock import ClockFace
from flowsim.draws import text_key
from flowsim.model import memory
from flowsim.model.quotas import Budgets
from flowsim.model.hazards import Cells
from flowsim.model.laws import Laws, Now
from flowsim.model.layout import SAFE_AT, SETTLED, STATUSES, Refuge, Status
from flowsim.model.observe import Observer, Stocks
from flowsim.model.table import COUNTED, blank, grown, row_type
from flowsim.world.population import Households

REST_EVERY = 6
"""Ticks after which the quiet are put to rest; it changes how long a run takes and nothing else."""


class Crowd:
    """Households, their clocks and their queues.

    The model calls `begin_tick`, then `segment` for each segment, then `end_tick`.

    Parameters
    ----------
    laws : Laws
    cells : Cells
    face : ClockFace
    households : Households
        As the run begins.
    observer : Observer
    engine : Compiled or Readable
        What carries the kernel out.
    """

    def __init__(
        self, laws: Laws, cells: Cells, face: ClockFace, households: Households,
        observer: Observer, engine: Any,
    ) -> None:  # fmt: skip
        self.laws, self.cells, self.observer, self._engine = laws, cells, observer, engine
        self._gates = laws.world.network.gates
        self._budgets = Budgets(laws.scenario.start)
        self._ticks = 0
        clocks = cells.clocks()
        self._targets = max(len(clocks[status]) for status in SETTLED)
        n = len(households)
        self._table = np.zeros(n + n // 16 + 256, dtype=row_type(max(map(len, clocks)), 0, len(COUNTED)))
        self._settle(households)
        self.sorts = self._find_sorts(n)
        own = memory.scratch(laws, cells)
        self.left, self._people, self._present = own["left"], own["people"], own["present"]
        self._line, self._queued = own["line"], own["queued"]
        self._run, self._tick, self._n = (
            engine.numbers(kind) for kind in (memory.RUN, memory.TICK, memory.COUNTS)
        )
        self._held: dict[str, Any] = {
            **memory.fixed(laws, cells, observer), **memory.observed(observer), **own,
            **memory.lists(self._table.size, self._targets),
            "reading": face.reading, "rate": face.rate, "reading_at_stop": face.reading_at_stop,
            "run": self._run, "tick": self._tick, "n": self._n, "rows": engine.rows(self._table, n),
        }  # fmt: skip
        self._set_numbers(n)
        self._nothing_said()
        self._engine.begin(self._state())

    def _settle(self, households: Households) -> None:
        """Put everybody where they are as the run begins."""
        laws, n = self.laws, len(households)
        blank(self._table, 0)
        rows = self._table[:n]
        rows["key"], rows["group"] = households.key, households.group
        rows["home"], rows["place"] = households.home, households.place
        rows["leaves"], rows["kinds"] = households.leaves, households.kinds.T
        rows["size"] = households.kinds.sum(axis=0)
        rows["status"] = laws.status_at_start(households)
        for refuge in Refuge:
            rows["safe"][:, refuge] = rows["status"] == SAFE_AT[refuge]
        rows["registered"] = rows["status"] == Status.SHELTERED
        rows["informed"] = laws.informed(households.key)
        rows["kin"] = laws.kin_across(households.key, households.group)
        rows["burnt"] = laws.burnt(households.key, households.home, households.group)
        rows["frailty"] = laws.frailty(households.key)

    def _find_sorts(self, n: int) -> Ints:
        """Rows of beliefs, ``2 x sort + informed``, that households can have."""
        rows, share = self._table[:n], self.laws.behaviour.news.informed
        sort = np.unique(2 * rows["group"].astype(np.int64) + rows["kin"])
        informed = [state for state in (0, 1) if share < 1.0 or state == 1]
        return np.array([2 * s + state for s in sort for state in informed], dtype=np.int64)

    def _set_numbers(self, n: int) -> None:
        laws, run = self.laws, self._run
        behaviour = laws.behaviour
        variance = behaviour.leaving.frailty_variance
        told = {
            "places": self.cells.places, "groups": self.cells.groups, "cells": self.cells.total,
            "links": laws.routes.n_links, "options": laws.routes.option.shape[1],
            "gates": len(self._gates), "room": self._table.size, "own_columns": 0,
            "at_start": n,
            "retry_s": laws.retry, "split_key": int(text_key("split")),
            "registration_s": round(behaviour.reception.registration_hours * 3600),
            "men_stay": behaviour.leaving.men_stay,
            "guards_leave": behaviour.leaving.guards_leave, "follow": behaviour.waiting.follow,
            "part": behaviour.waiting.part, "informed": behaviour.news.informed,
            "death_chance": laws.death_chance, "fence_death": behaviour.harm.fence_death,
            "frailty_shape": 1.0 / variance if variance else 0.0,
        }  # fmt: skip
        for name, value in told.items():
            setattr(run, name, value)
        self._n.rows = n
        self._tick.last = -1  # nobody acts before the first tick

    def _nothing_said(self) -> None:
        """Before the first tick nobody has chosen a way, and no policy is stated."""
        laws = self.laws
        links, sorts = laws.routes.n_links, 2 * self.cells.groups
        self._held |= memory.on_the_land(None, None, links, sorts)
        self._held |= memory.at_gates(None) | memory.quotas(None, (), 0)
        self._held |= memory.of_a_tick(np.zeros((1, 1, 1)), np.zeros((1, 1)), np.zeros(1), [False])

    def _state(self) -> Any:
        """What the kernel works on, as it is now."""
        return self._engine.state(self._held)

    # ---- a tick -----------------------------------------------------------------------------

    def begin_tick(self, start: int, stop: int, now: Now) -> None:
        """Take the tables of a tick."""
        self.now, self._tick.start, self._tick.stop = now, start, stop
        self._tick.at = self.observer.at
        self._rules = None

    def segment(self, first: int, last: int, changed: list[int]) -> None:
        """Carry out all that is due in a segment.

        Parameters
        ----------
        first, last : int
            Seconds.
        changed : list of int
            Gates of which the rules have changed: all who wait there are held against the new ones.
        """
        self._tick.first, self._tick.last = first, last
        self._take_what_is_said(changed)
        self._begin_quotas(first)
        state = self._state()
        self._engine.begin_segment(state)
        while not self._engine.run_segment(state):
            self._grow()
            state = self._state()
        self._end_quotas()

    def _take_what_is_said(self, changed: list[int]) -> None:
        now = self.now
        held = self._held
        if changed or now.rules is not self._rules:
            self._rules = now.rules
            capacities = [gate.capacity_per_hour for gate in self._gates]
            held |= memory.at_gates(now.rules)
            held |= memory.quotas(now.rules, capacities, self.laws.longest_segment)
        held |= memory.on_the_land(
            now.roads, now.transfers, self.laws.routes.n_links, 2 * self.cells.groups
        )
        held |= memory.of_a_tick(now.values, now.travel, now.capacity, now.full)
        self._run.checkpoints = int(now.roads is not None and now.roads.stops_somebody)
        self._run.transfers = int(now.transfers is not None)
        held["changed"][:] = False
        held["changed"][changed] = True

    def _begin_quotas(self, first: int) -> None:
        for g, rule in enumerate(self.now.rules.by_gate):
            for number, (left, used) in enumerate(self._budgets.begin(g, rule.counts, first)):
                self._held["count_left"][g, number] = left
                self._held["count_used"][g, number] = used

    def _end_quotas(self) -> None:
        for g, rule in enumerate(self.now.rules.by_gate):
            if rule.counts:
                left, used = self._held["count_left"][g], self._held["count_used"][g]
                self._budgets.end(g, rule.counts, left.tolist(), used.tolist())

    def _grow(self) -> None:
        """Make room for more households."""
        n = self._table.size
        room = n + n // 4
        self._table = grown(self._table, room)
        self._held["rows"] = self._engine.rows(self._table, int(self._n.rows))
        for name, more in memory.lists(room, self._targets).items():
            more[: self._held[name].size] = self._held[name]
            self._held[name] = more
        self._run.room = room

    def end_tick(self) -> None:
        """Let families join again whose parts have settled where they are."""
        self._ticks += 1
        self._tick.rests = int(self._ticks % REST_EVERY == 0)
        self._engine.end_tick(self._state())
        self.observer.deaths_so_far = int(self._n.dead)

    # ---- what the model asks ----------------------------------------------------------------

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        crossings = len(self.laws.world.network.crossings)
        waiting = np.zeros((crossings, self._line.shape[1]), dtype=np.int64)
        for g, gate in enumerate(self._gates):
            if gate.out:
                waiting[gate.crossing] += self._line[g]
        people = self._people[:, :, : len(STATUSES)].copy()
        return Stocks(people, self._present.copy(), waiting, self._engine.apart(self._state()))

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held, (gates,)."""
        self._engine.count_queues(self._state())
        return self._queued.copy()

    def occupancy(self) -> Ints:
        """Persons from elsewhere settled at each place, (P,)."""
        return self._people[:, :, [Status.DISPLACED, Status.SHELTERED]].sum(axis=(1, 2))
