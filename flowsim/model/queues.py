"""Queues at gates: who is let through when, in exact integer work.

A gate lets so many persons through in a second, counted in billionths of a person so that all sums
are exact. Those who wait form classes (by quota, then by the order of service); a class gets what
the classes before it leave, and is served first come, first served. Within a class household ``i``
with ``n`` persons that is ready at ``a`` is through when the allowance has grown to
``w_i = n + max(F(a_i), w_{i-1})``: the recursion of Lindley (1952, "The theory of queues with a
single server", Proc. Cambridge Phil. Soc. 48) in units of work instead of time.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Floats, Ints, Keys
from flowsim.clock import NEVER
from flowsim.policy.opening import Count

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

    def take(self, rows: Ints) -> Line:
        """Some of the households."""
        return Line(
            self.ready[rows], self.quits[rows], self.persons[rows], self.rank[rows],
            self.quota_per_hour[rows], self.key[rows],
        )  # fmt: skip


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
        self._begun = begun
        self.unfinished = 0
        self.untouched = True
        self._seconds: Ints | None = None
        self._quota: dict[float, Ints] = {}
        self._served: tuple[Line, Ints] | None = None

    @property
    def length(self) -> int:
        """Seconds of the segment."""
        return self.stop - self.start

    @property
    def begun(self) -> int:
        """What is left of the work done before the start."""
        self.pay()
        return self._begun

    @property
    def seconds(self) -> Ints:
        """What the gate itself still allows in each second; made when it is first needed."""
        if self._seconds is None:
            self._seconds = np.full(self.length, self.capacity, dtype=np.int64)
        return self._seconds

    def owe(self, line: Line, rows: Ints) -> None:
        """One class was served by `_serve_one`; what it used is worked out if others come."""
        self._served = (line, rows)

    def pay(self) -> None:
        """Take off what was used by those for whom it was not yet worked out."""
        if self._served is None:
            return
        line, rows = self._served
        self._served = None
        if rows.size:
            per_hour = float(line.quota_per_hour[rows[0]])
            seconds = np.minimum(self.seconds, self.quota(per_hour))
            work, begun = _used(self, line, rows, seconds, self._begun)
            self.use(per_hour, work, begun)

    def use(self, per_hour: float, work: Ints, begun: int) -> None:
        """Use up some of the gate, of a quota and of what was begun."""
        self._seconds = self.seconds - work
        self._quota[per_hour] = self.quota(per_hour) - work
        self._begun -= begun

    def quota(self, per_hour: float) -> Ints:
        """What a quota still allows in each second."""
        if per_hour not in self._quota:
            rate = work_per_second(None if np.isinf(per_hour) else per_hour)
            self._quota[per_hour] = np.full(self.length, rate, dtype=np.int64)
        return self._quota[per_hour]

    def copy(self) -> Allowance:
        """Another that can be used up without this one."""
        other = copy.copy(self)  # its arrays are replaced and never written into
        other._quota = dict(self._quota)
        return other

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
    order = np.lexsort((line.key, line.ready, line.rank, -line.quota_per_hour))
    rank, quota = line.rank[order], line.quota_per_hour[order]
    bounds = np.flatnonzero((rank[1:] != rank[:-1]) | (quota[1:] != quota[:-1])) + 1
    allowance.pay()
    first, allowance.untouched = allowance.untouched, False
    if first and bounds.size == 0 and order.size:
        return _serve_one(allowance, line, order)
    return _serve_all(allowance, line, np.split(order, bounds))


def serve_counted(
    allowance: Allowance, line: Line, count: Ints, left: Ints
) -> tuple[Ints, Allowance]:
    """As `serve`, under counted quotas: the first family that does not fit stops all behind it.

    Parameters
    ----------
    count : int64 array (n,)
        Which counted quota binds each household, -1 for none.
    left : int64 array (counts,)
        Persons left of each.

    Returns
    -------
    done : int64 array (n,)
    allowance : Allowance
        What is left of the given one, which stays as it was.
    """
    rows = np.arange(line.ready.size)
    while True:
        trial, some = allowance.copy(), line.take(rows)
        done = serve(trial, some)
        late = _too_late(some, done, count[rows], left, allowance.stop)
        if not late.any():
            break
        rows = rows[~late]
    whole = np.full(line.ready.size, NEVER, dtype=np.int64)
    whole[rows] = done
    return whole, trial


def _too_late(line: Line, done: Ints, count: Ints, left: Ints, stop: int) -> Bools:
    """Households of a counted quota from the first on that does not fit."""
    late = np.zeros(done.size, dtype=bool)
    order = np.lexsort((line.key, line.ready, line.rank, -line.quota_per_hour, done))
    for number, persons in enumerate(left):
        mine = order[count[order] == number]
        over = (np.cumsum(line.persons[mine]) > persons) & (done[mine] < stop)
        if over.any():
            late[mine[int(np.argmax(over)) :]] = True
            return late
    return late


class Budgets:
    """What is left of counted quotas, by gate; their periods begin at midnight.

    Parameters
    ----------
    start : datetime
        Zero of the clock, local time.
    """

    def __init__(self, start: datetime) -> None:
        self._midnight = start.hour * 3600 + start.minute * 60 + start.second
        self._left: dict[tuple[int, Count], tuple[int, int]] = {}

    def begin(self, gate: int, counts: Sequence[Count], now: int) -> None:
        """Open the period of second ``now`` of quotas in force, whether or not anybody comes."""
        for count in counts:
            self._of(gate, count, now)

    def left(self, gate: int, counts: Sequence[Count], now: int) -> Ints:
        """Persons left at a gate of each quota, in the period of second ``now``."""
        return np.array([self._of(gate, count, now) for count in counts], dtype=np.int64)

    def _of(self, gate: int, count: Count, now: int) -> int:
        period = int((self._midnight + now) // round(count.hours * 3600))
        known, left = self._left.get((gate, count), (None, 0))
        if known != period:
            whole = round(count.persons)
            kept = min(left, round(count.kept * count.persons)) if known == period - 1 else 0
            left = whole + kept
            self._left[gate, count] = period, left
        return left

    def use(self, gate: int, counts: Sequence[Count], persons: Ints) -> None:
        """Take off those who passed."""
        for count, used in zip(counts, persons, strict=True):
            period, left = self._left[gate, count]
            self._left[gate, count] = period, left - int(used)


def _serve_one(allowance: Allowance, line: Line, rows: Ints) -> Ints:
    """The first and only class of a segment: the allowance grows evenly, no second is counted."""
    done = np.full(line.ready.size, NEVER, dtype=np.int64)
    per_hour = float(line.quota_per_hour[rows[0]])
    if allowance.is_free(per_hour):
        return _at_once(allowance, line, rows, done)
    limit = work_per_second(None if np.isinf(per_hour) else per_hour)
    rate, begun = min(allowance.capacity, limit), allowance.begun
    if rate == 0:
        return _serve_all(allowance, line, [rows])
    while True:
        ready = _arrivals(allowance, line, rows)
        begins = np.where(ready == 0, 0, begun + rate * ready)
        through = _work(begins, line.persons[rows] * PERSON)
        seconds = np.maximum(-((begun - through) // rate), 0)
        when = allowance.start + np.minimum(seconds, allowance.length + 1)
        quits = (line.quits[rows] < when) & (when < allowance.stop)
        if not quits.any():
            break
        rows = np.delete(rows, int(np.argmax(quits)))
    served = when < allowance.stop
    done[rows[served]] = when[served]
    n = int(served.sum())  # who is through stands before who is not
    allowance.unfinished = 0
    if n < rows.size:
        begin = max(int(begins[n]), int(through[n - 1]) if n else 0)
        allowance.unfinished = max(0, begun + rate * allowance.length - begin)
    allowance.owe(line, rows[:n])
    return done


def _at_once(allowance: Allowance, line: Line, rows: Ints, done: Ints) -> Ints:
    when = np.maximum(line.ready[rows], allowance.start)
    done[rows] = np.where(when <= line.quits[rows], when, NEVER)
    return done


def _serve_all(allowance: Allowance, line: Line, classes: list[Ints]) -> Ints:
    """Several classes, or a segment of which some was used: second by second."""
    done = np.full(line.ready.size, NEVER, dtype=np.int64)
    left, begun, unfinished = allowance.seconds, allowance.begun, 0
    quotas: dict[float, Ints] = {}
    kept: list[tuple[float, Ints, int]] = []
    for rows in classes:
        if rows.size == 0:
            continue
        per_hour = float(line.quota_per_hour[rows[0]])
        if allowance.is_free(per_hour):
            _at_once(allowance, line, rows, done)
            continue
        quota = quotas.setdefault(per_hour, allowance.quota(per_hour))
        seconds = np.minimum(left, quota)
        rows, when = _line_up(allowance, line, rows, seconds, begun)
        through = when < allowance.stop
        done[rows[through]] = when[through]
        used, used_begun = _used(allowance, line, rows, seconds, begun)
        own = (used, used_begun)
        if not through.all():
            own = _used(allowance, line, rows[through], seconds, begun)
        kept.append((per_hour, *own))
        left, begun = left - used, begun - used_begun
        quotas[per_hour] = quota - used
        persons = int(line.persons[rows[through]].sum()) * PERSON
        unfinished += int(used.sum()) + used_begun - persons
    for per_hour, work, of_begun in kept:  # those not yet through keep nothing from a later call
        allowance.use(per_hour, work, of_begun)
    allowance.unfinished = unfinished
    return done


def _arrivals(allowance: Allowance, line: Line, rows: Ints) -> Ints:
    return np.clip(line.ready[rows] - allowance.start, 0, allowance.length)


def _work(begins: Ints, size: Ints) -> Ints:
    """Allowance at which each is through, w_i = size_i + max(begins_i, w_{i-1})."""
    total = np.cumsum(size)
    return total + np.maximum.accumulate(begins - (total - size))


def _line_up(
    allowance: Allowance, line: Line, rows: Ints, seconds: Ints, begun: int
) -> tuple[Ints, Ints]:
    """Those of a class who stay in line, and when each is through (``stop`` or later if not yet).

    The first who quits before its turn is taken out, which brings all behind it forward; then the
    next, until nobody quits before its turn.
    """
    grown = np.concatenate([[0], np.cumsum(seconds)]) + begun
    while True:
        ready = _arrivals(allowance, line, rows)
        begins = np.where(ready == 0, 0, grown[ready])
        through = _work(begins, line.persons[rows] * PERSON)
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
