"""Who comes first: in a queue, and among those who ask for room."""

from __future__ import annotations

from typing import Any

BY_CLASS, BY_TIME, BY_TURN = 0, 1, 2
"""In a queue; of those who ask for room; of those of a queue in the order in which they pass."""


def in_one_class(a: Any, b: Any) -> bool:
    """Whether two households before a gate are of one class."""
    return bool(a.quota == b.quota and a.rank == b.rank and a.spread == b.spread)


def comes_before(a: Any, b: Any, order: int) -> bool:
    """Whether a household comes before another; ties break by key.

    In a queue the loosest quota is served first, then by rank, quotas that bind, and time.
    """
    if order != BY_CLASS and a.done != b.done:
        return bool(a.done < b.done)
    if order != BY_TIME:
        if a.quota != b.quota:
            return bool(a.quota > b.quota)
        if a.rank != b.rank:
            return bool(a.rank < b.rank)
        if a.spread != b.spread:
            return bool(a.spread < b.spread)
        if a.ready != b.ready:
            return bool(a.ready < b.ready)
    return bool(a.key < b.key)


def sort(s: Any, rows: Any, first: int, n: int, order: int) -> None:
    """Sort ``rows[first : first + n]``: a merge sort that leaves alone what is in order."""
    width = 1
    while width < n:
        for low in range(first, first + n, 2 * width):
            middle, high = min(low + width, first + n), min(low + 2 * width, first + n)
            # Two runs that follow each other need no merge; queues change little.
            if middle < high and comes_before(
                s.rows[rows[middle]], s.rows[rows[middle - 1]], order
            ):
                merge(s, rows, low, middle, high, order)
        width *= 2


def merge(s: Any, rows: Any, low: int, middle: int, high: int, order: int) -> None:
    """Merge two sorted runs of rows that lie side by side."""
    a, b, table, merged = low, middle, s.rows, s.scratch
    for at in range(low, high):
        if a < middle and (b >= high or not comes_before(table[rows[b]], table[rows[a]], order)):
            merged[at] = rows[a]
            a += 1
        else:
            merged[at] = rows[b]
            b += 1
    for at in range(low, high):
        rows[at] = merged[at]
