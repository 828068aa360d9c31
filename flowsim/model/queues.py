"""Queues at gates: who is let through when, in exact integer work.

A gate lets so many persons through in a second, counted in billionths of a person so that all sums
are exact. Those who wait form classes (by quota, then by the order of service); a class gets what
the classes before it leave, and is served first come, first served. Within a class household ``i``
with ``n`` persons that is ready at ``a`` is through when the allowance has grown to
``w_i = n + max(F(a_i), w_{i-1})``: the recursion of Lindley (1952, "The theory of queues with a
single server", Proc. Cambridge Phil. Soc. 48) in units of work instead of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats, Ints, Keys
from flowsim.clock import NEVER

PERSON = 1_000_000_000
"""Units of work that one person takes."""
_UNLIMITED = 1 << 46


def work_per_second(persons_per_hour: float | None) -> int:
    """Allowance of a gate in a second; without a limit, more than anybody can use.

    Examples
    --------
    >>> work_per_second(3600.0) == PERSON
    True
    """
    if persons_per_hour is None or persons_per_hour * PERSON / 3600.0 >= _UNLIMITED:
        return _UNLIMITED
    return round(persons_per_hour * PERSON / 3600.0)


@dataclass(frozen=True)
class Line:
    """Households that a gate would let through.

    Attributes
    ----------
    ready : int64 array (n,)
        Second from which each can be served; also its place in the line.
    quits : int64 array (n,)
        Second of its next other event, `NEVER` if none: whoever is not through by then drops out.
    persons : int64 array (n,)
    rank : int64 array (n,)
        Order of service.
    quota_per_hour : float64 array (n,)
        inf without one.
    key : uint64 array (n,)
        Breaks ties.
    """

    ready: Ints
    quits: Ints
    persons: Ints
    rank: Ints
    quota_per_hour: Floats
    key: Keys


class Allowance:
    """What a gate can still let through in each second of a segment ``[start, stop)``.

    Parameters
    ----------
    capacity_per_hour : float or None
        Of the gate itself.
    start, stop : int
        Seconds.
    begun : int
        Work done before ``start`` on a household that was not yet through.
    """

    def __init__(self, capacity_per_hour: float | None, start: int, stop: int, begun: int) -> None:
        self.start, self.stop = start, stop
        self.capacity = work_per_second(capacity_per_hour)
        self.seconds = np.full(stop - start, self.capacity, dtype=np.int64)
        self.begun = begun
        self.unfinished = 0
        self._quota: dict[float, Ints] = {}

    def quota(self, per_hour: float) -> Ints:
        """What a quota still allows in each second."""
        if per_hour not in self._quota:
            rate = work_per_second(None if np.isinf(per_hour) else per_hour)
            self._quota[per_hour] = np.full(self.seconds.size, rate, dtype=np.int64)
        return self._quota[per_hour]

    def take(self, per_hour: float, work: Ints) -> None:
        """Use up some of a quota."""
        self._quota[per_hour] = self._quota[per_hour] - work

    def is_free(self, per_hour: float) -> bool:
        """Whether neither the gate nor the quota sets a limit."""
        return self.capacity == _UNLIMITED and np.isinf(per_hour)


def serve(allowance: Allowance, line: Line) -> Ints:
    """When each household is through the gate; `NEVER` where not in this segment.

    What the served used is taken off the allowance, so that a second call for the same segment
    shares what is left.

    Returns
    -------
    int64 array (n,)
    """
    done = np.full(line.ready.size, NEVER, dtype=np.int64)
    order = np.lexsort((line.key, line.ready, line.rank, -line.quota_per_hour))
    bounds = np.flatnonzero(
        (np.diff(line.rank[order]) != 0)
        | (line.quota_per_hour[order][1:] != line.quota_per_hour[order][:-1])
    )
    left, begun, unfinished = allowance.seconds, allowance.begun, 0
    quotas: dict[float, Ints] = {}
    taken: Ints = np.zeros_like(allowance.seconds)
    for group in np.split(order, bounds + 1):
        rows: Ints = group
        if rows.size == 0:
            continue
        per_hour = float(line.quota_per_hour[rows[0]])
        if allowance.is_free(per_hour):
            at_once = np.maximum(line.ready[rows], allowance.start)
            done[rows] = np.where(at_once <= line.quits[rows], at_once, NEVER)
            continue
        quota = quotas.setdefault(per_hour, allowance.quota(per_hour))
        seconds = np.minimum(left, quota)
        rows, when = _line_up(allowance, line, rows, seconds, begun)
        through = when < allowance.stop
        done[rows[through]] = when[through]
        used, used_begun = _used(allowance, line, rows, seconds, begun)
        kept, kept_begun = used, used_begun
        if not through.all():
            kept, kept_begun = _used(allowance, line, rows[through], seconds, begun)
        left, begun = left - used, begun - used_begun
        quotas[per_hour] = quota - used
        allowance.take(per_hour, kept)
        taken += kept
        allowance.begun -= kept_begun
        persons = int(line.persons[rows[through]].sum()) * PERSON
        unfinished += int(used.sum()) + used_begun - persons
    allowance.seconds = allowance.seconds - taken
    allowance.unfinished = unfinished
    return done


def _arrivals(allowance: Allowance, line: Line, rows: Ints) -> Ints:
    return np.clip(line.ready[rows] - allowance.start, 0, allowance.seconds.size)


def _line_up(
    allowance: Allowance, line: Line, rows: Ints, seconds: Ints, begun: int
) -> tuple[Ints, Ints]:
    """Those of a class who stay in line, and when each is through (``stop`` or later if not yet).

    The first who quits before its turn is taken out, which brings all behind it forward; then the
    next, until nobody quits before its turn.
    """
    grown = np.concatenate([[0], np.cumsum(seconds)]) + begun
    while True:
        size = line.persons[rows] * PERSON
        ready = _arrivals(allowance, line, rows)
        begins = np.where(ready == 0, 0, grown[ready])
        total = np.cumsum(size)
        through = total + np.maximum.accumulate(begins - (total - size))
        when = allowance.start + np.searchsorted(grown, through, side="left")
        quits = (line.quits[rows] < when) & (when < allowance.stop)
        if not quits.any():
            return rows, when
        rows = np.delete(rows, int(np.argmax(quits)))


def _used(
    allowance: Allowance, line: Line, rows: Ints, seconds: Ints, begun: int
) -> tuple[Ints, int]:
    """Work done in each second on a class, and how much of ``begun`` it used.

    What came less the backlog: D[k+1] = min(come[k], D[k] + seconds[k]).
    """
    size = line.persons[rows] * PERSON
    n = seconds.size
    come = np.zeros(n + 1, dtype=np.int64)
    np.add.at(come, _arrivals(allowance, line, rows), size)
    come = np.cumsum(come)
    grown = np.concatenate([[0], np.cumsum(seconds)])
    first = min(begun, int(come[0]))
    lag = np.concatenate([[first], come[:-1] - grown[1:]])
    done = grown + np.minimum.accumulate(lag)
    return np.diff(done), first
