"""The start of a run: all are counted where they are, and their clocks begin."""

from __future__ import annotations

import math
from typing import Any

from flowsim.model.kernel.clocks import cell_of
from flowsim.model.kernel.constants import AT_HOME, SHELTERED
from flowsim.model.kernel.frailty import bound_frailties, frailty_at_most
from flowsim.model.kernel.residents import draw_at_start, stand, take_row
from flowsim.model.kernel.rest import order_heaps, rest, room_in_heaps
from flowsim.model.kernel.standing import register, tally


def settle_everybody(s: Any) -> None:
    """Count all households where the run begins; who is not at home has a row from now on."""
    bound_frailties(s)
    for at in range(len(s.start_key)):
        if s.run.whole or s.start_place[at] != s.start_home[at]:
            settle_in(s, at)
        else:
            h = s.nobody[0]
            stand(s, h, at)
            tally(s, h, 1)
            s.start_row[at] = -1
            s.n.unmade += 1


def settle_in(s: Any, at: int) -> None:
    """A household has a row from the start."""
    h = take_row(s, at)
    tally(s, h, 1)
    if h.status == SHELTERED:
        register(s, h, 0)


def begin(s: Any) -> None:
    """Draw all clocks of all households that have a row; the others rest at home by now."""
    s.n.heaps_kept = s.n.heaps
    s.n.heaped_kept = s.n.heaped
    for row in range(s.n.rows):
        h = s.rows[row]
        for column in range(s.run.own_columns):
            h.own[column] = s.start_own[row, column]
        draw_at_start(s, h)
        s.loose[row] = row
    s.n.loose = s.n.rows
    rest(s)


def count_at_home(s: Any) -> None:
    """Count the targets, by cell, of those of a share who have no row."""
    for cell in range(s.run.cells):
        s.per_cell[cell] = 0
    h = s.nobody[0]
    for at in range(s.n.share_from, s.n.share_to):
        if s.start_row[at] < 0:
            stand(s, h, at)
            for n in range(s.n_clocks[AT_HOME]):
                s.per_cell[cell_of(s, h, s.clocks_of[AT_HOME, n])] += 1


def rest_at_home(s: Any) -> None:
    """Those of a share who have no row rest in heaps that stay: no targets of theirs stand else.

    Most are never roused, and to find the frailty of each would take most of the time of the start
    of a run. By a bound of it they rest until some time before they are due, which changes nothing.
    """
    first = s.n.heaps
    heaps = room_in_heaps(s, first)
    h = s.nobody[0]
    for at in range(s.n.share_from, s.n.share_to):
        if s.start_row[at] >= 0:
            continue
        for slot in range(len(h.count)):
            h.count[slot] = 0
        stand(s, h, at)
        h.frailty = frailty_at_most(s, h.key)
        draw_at_start(s, h)
        for n in range(s.n_clocks[AT_HOME]):
            if h.target[n] < math.inf:
                heap = s.per_cell[h.cell[n]]
                s.heap_row[s.heap_stop[heap]] = -1 - at
                s.heap_target[s.heap_stop[heap]] = h.target[n]
                s.heap_stop[heap] += 1
    order_heaps(s, first, heaps)
    s.n.heaps = heaps
