"""Households at rest: their clocks wait in heaps, so a tick costs only those who are due.

A household that nothing happens to rests; all others are loose, and looked at in each tick. A heap
holds the targets of one cell, as they were put to rest together: of rows, or of households that
have none yet (`flowsim.model.kernel.residents`).
"""

from __future__ import annotations

import math
from typing import Any

from flowsim.model.kernel.clocks import stir
from flowsim.model.kernel.constants import EMPTY
from flowsim.model.kernel.families import settled
from flowsim.model.kernel.residents import whoever


def sift(s: Any, first: int, at: int, n: int) -> None:
    """Let an entry sink to its place in the heap of n entries that begins at ``first``."""
    rows, targets = s.heap_row, s.heap_target
    row, target = rows[first + at], targets[first + at]
    while True:
        child = 2 * at + 1
        if child >= n:
            break
        least = targets[first + child]
        if child + 1 < n and targets[first + child + 1] < least:
            child += 1
            least = targets[first + child]
        if target <= least:
            break
        rows[first + at] = rows[first + child]
        targets[first + at] = least
        at = child
    rows[first + at] = row
    targets[first + at] = target


def rouse(s: Any) -> None:
    """Rouse all at rest whose clock rings within the tick; who had no row is promised one."""
    s.n.promised = s.n.rows
    cells, firsts, stops = s.heap_cell, s.heap_first, s.heap_stop
    rows, targets, readings = s.heap_row, s.heap_target, s.cumulative_at_stop
    for heap in range(s.n.heaps):
        reading, first, stop = readings[cells[heap]], firsts[heap], stops[heap]
        # All targets of a heap are on one cumulative hazard, so its first decides for the whole.
        while stop > first and targets[first] <= reading:
            stir(s, whoever(s, rows[first]))
            stop -= 1
            rows[first], targets[first] = rows[stop], targets[stop]
            sift(s, first, 0, stop - first)
        stops[heap] = stop


def put_to_rest(s: Any) -> int:
    """Put the quiet among the loose to rest; gives how many, in ``s.in_turn``."""
    n, loose = 0, 0
    for j in range(s.n.loose):
        h = s.rows[s.loose[j]]
        if settled(h):
            h.resting = True
            s.in_turn[n] = h.row
            n += 1
        elif h.status != EMPTY:
            s.loose[loose] = h.row
            loose += 1
    s.n.loose = loose
    return n


def all_at_rest(s: Any) -> int:
    """All rows that rest, in ``s.in_turn``; gives how many."""
    n = 0
    for row in range(s.n.rows):
        if s.rows[row].resting:
            s.in_turn[n] = row
            n += 1
    return n


def count_targets(s: Any, n: int) -> int:
    """Count the targets of the rows ``s.in_turn[:n]`` by cell; gives how many."""
    total = 0
    for cell in range(s.run.cells):
        s.per_cell[cell] = 0
    for j in range(n):
        h = s.rows[s.in_turn[j]]
        for clock in range(s.n_clocks[h.status]):
            if h.target[clock] < math.inf:
                s.per_cell[h.cell[clock]] += 1
                total += 1
    return total


def room_in_heaps(s: Any, heaps: int) -> int:
    """Begin heaps with room for as many as were counted by cell; gives how many there are then.

    ``per_cell`` is the number of a cell's heap from now on.
    """
    for cell in range(s.run.cells):
        if s.per_cell[cell]:
            s.heap_cell[heaps] = cell
            s.heap_first[heaps] = s.n.heaped
            s.heap_stop[heaps] = s.n.heaped
            s.n.heaped += s.per_cell[cell]
            s.per_cell[cell] = heaps
            heaps += 1
    return heaps


def order_heaps(s: Any, first: int, last: int) -> None:
    """Make heaps of what was put into some of them (Floyd 1964)."""
    for heap in range(first, last):
        size = s.heap_stop[heap] - s.heap_first[heap]
        # Bottom up this is linear; putting in one after another is n log n.
        for at in range(size // 2 - 1, -1, -1):
            sift(s, s.heap_first[heap], at, size)


def rest(s: Any) -> None:
    """Put the quiet among the loose to rest; the heaps are made anew where room for them ends."""
    n = put_to_rest(s)
    total = count_targets(s, n)
    if s.n.heaped + total > len(s.heap_row) or s.n.heaps + s.run.cells > len(s.heap_cell):
        s.n.heaped = s.n.heaped_kept
        s.n.heaps = s.n.heaps_kept
        n = all_at_rest(s)
        count_targets(s, n)
    heaps = room_in_heaps(s, s.n.heaps)
    for j in range(n):
        h = s.rows[s.in_turn[j]]
        for clock in range(s.n_clocks[h.status]):
            if h.target[clock] < math.inf:
                heap = s.per_cell[h.cell[clock]]
                s.heap_row[s.heap_stop[heap]] = h.row
                s.heap_target[s.heap_stop[heap]] = h.target[clock]
                s.heap_stop[heap] += 1
    order_heaps(s, s.n.heaps, heaps)
    s.n.heaps = heaps
