"""The columns engine and harm: who is killed or wounded, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import proxy

import numpy as np

from flowsim.arrays import Ints
from flowsim.draws import Purpose
from flowsim.model.layout import KINDS, Clock, Outcome, Status

if TYPE_CHECKING:
    from flowsim.model.crowd import Crowd


class Toll:
    """Deaths and wounds of a run.

    Parameters
    ----------
    crowd : Crowd
        Whose households these are.
    """

    def __init__(self, crowd: Crowd) -> None:
        self.crowd: Crowd = proxy(crowd)  # no cycle: a crowd is large, and goes with its run
        self.columns, self.laws = crowd.columns, crowd.laws
        self.network, self.observer = crowd.network, crowd.observer

    def harm(self, rows: Ints, when: Ints, clock: Clock = Clock.HARM) -> None:
        """One of each household is killed or wounded."""
        c = self.columns
        c.stir(rows)
        purpose = Purpose.HARM_RESULT if clock == Clock.HARM else Purpose.VICTIM
        count = c.counted(purpose, rows)
        kind, dies = self.laws.struck(clock, c.key[rows], count, c.kinds_of(rows))
        hurt = ~dies & (c.wounded[rows, kind] < c.kinds[rows, kind])
        c.wounded[rows[hurt], kind[hurt]] += 1
        place, group = c.place[rows].astype(np.int64), c.group[rows].astype(np.int64)
        self.observer.harmed(place, group, np.zeros_like(dies), hurt)
        waiting = c.status[rows] == Status.WAITING
        gate = np.where(waiting, self.network.gate[c.link[rows]], -1)
        self.lose(rows[dies], kind[dies], gate[dies])
        gone = c.persons(rows) == 0
        c.enter(rows[gone], when[gone], Status.EMPTY, place[gone])
        c.line_up(rows[waiting], when[waiting])
        waiting &= ~gone
        self.crowd.gates.assess(rows[waiting], gate[waiting])
        c.draw_again(Clock.HARM, rows[~gone], when[~gone])
        if self.laws.runs[Status.WAITING, Clock.CRUSH]:
            c.draw_again(Clock.CRUSH, rows[waiting], when[waiting])

    def lose(self, rows: Ints, kind: Ints, gate: Ints) -> None:
        """One person of each household dies, at a gate or (-1) elsewhere."""
        if rows.size == 0:
            return
        c, own = self.columns, np.arange(rows.size)
        kinds, wounded = (np.zeros((KINDS, rows.size), dtype=np.uint8) for _ in range(2))
        kinds[kind, own] = 1
        wounded[kind, own] = c.wounded[rows, kind] == c.kinds[rows, kind]
        c.change(rows, -kinds, -wounded)
        place, group = c.place[rows].astype(np.int64), c.group[rows].astype(np.int64)
        self.observer.died_barred(c.barred[rows].astype(np.int64))
        self.crowd.regroup(rows[c.persons(rows) == 0])
        everybody = np.ones(rows.size, dtype=bool)
        self.observer.harmed(place, group, everybody, ~everybody)
        at_gate = gate >= 0
        self.crowd.gates.tell(gate[at_gate], Outcome.DIED, kinds[:, at_gate])
