"""Queues at gates: who is let through when, in exact integer work.

A gate lets so many persons through in a second, counted in billionths of a person so that all sums
are exact. Those who wait form classes (by quota, then by the order of service); a class gets what
the classes before it leave, and is served first come, first served. Within a class household ``i``
with ``n`` persons that is ready at ``a`` is through when the allowance has grown to
``w_i = n + max(F(a_i), w_{i-1})``: the recursion of Lindley (1952, "The theory of queues with a
single server", Proc. Cambridge Phil. Soc. 48) in units of work instead of time.

What was done for a household by the end of a segment is its own: it is that much nearer to being
through in the next one; when it leaves the line or goes to its end, that work is lost. What a gate
allows while nobody is there to use it is lost too.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Floats, Ints, Keys
from flowsim.clock import NEVER
from flowsim.policy.compose import Counted

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
        The least that binds; the loosest are served first. inf without one.
    rated : int64 array (n,)
        All that are spread and bind, a bit each.
    key : uint64 array (n,)
        Breaks ties.
    worked : int64 array (n,)
        Work done for each in earlier segments.
    """

    ready: Ints
    quits: Ints
    persons: Ints
    rank: Ints
    quota_per_hour: Floats
    rated: Ints
    key: Keys
    worked: Ints

    def take(self, rows: Ints) -> Line:
        """Some of the households."""
        return Line(
            self.ready[rows], self.quits[rows], self.persons[rows], self.rank[rows],
            self.quota_per_hour[rows], self.rated[rows], self.key[rows], self.worked[rows],
        )  # fmt: skip

    def size(self, rows: Ints) -> Ints:
        """Work that some of the households still need."""
        return np.maximum(self.persons[rows] * PERSON - self.worked[rows], 0)


class Allowance:
    """What a gate can still let through in each second of a segment ``[start, stop)``.

    Parameters
    ----------
    capacity_per_hour : float or None
        Of the gate itself.
    rates : sequence of float
        Quotas that are spread, persons an hour.
    start, stop : int
        Seconds.

    Attributes
    ----------
    unfinished : int64 array (n,)
        Work that the last call of `serve` did in the segment for each who is not through in it.
    """

    def __init__(
        self,
        capacity_per_hour: float | None,
        rates: Sequence[float],
        start: int,
        stop: int,
    ) -> None:
        self.start, self.stop = start, stop
        self.rates = [work_per_second(rate) for rate in rates]
        self.capacity = work_per_second(capacity_per_hour)
        self.unfinished = np.zeros(0, dtype=np.int64)
        self.untouched = True
        self._seconds: Ints | None = None
        self._quota: dict[int, Ints] = {}
        self._served: tuple[Line, Ints] | None = None

    @property
    def length(self) -> int:
        """Seconds of the segment."""
        return self.stop - self.start

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
            rated = self.bound(int(line.rated[rows[0]]))
            seconds = self.seconds
            for number in rated:
                seconds = np.minimum(seconds, self.quota(number))
            self.use(rated, _used(self, line, rows, seconds))

    def bound(self, rated: int) -> list[int]:
        """Numbers of the quotas that some bits mean."""
        return [number for number in range(len(self.rates)) if rated >> number & 1]

    def use(self, rated: list[int], work: Ints) -> None:
        """Use up some of the gate and of quotas."""
        self._seconds = self.seconds - work
        for number in rated:
            self._quota[number] = self.quota(number) - work

    def quota(self, number: int) -> Ints:
        """What a quota still allows in each second."""
        if number not in self._quota:
            self._quota[number] = np.full(self.length, self.rates[number], dtype=np.int64)
        return self._quota[number]

    def copy(self) -> Allowance:
        """Another that can be used up without this one."""
        other = copy.copy(self)  # its arrays are replaced and never written into
        other._quota = dict(self._quota)
        return other

    def is_free(self, rated: int) -> bool:
        """Whether neither the gate nor a quota sets a limit."""
        return self.capacity == _UNLIMITED and not rated


def serve(allowance: Allowance, line: Line) -> Ints:
    """When each household is through the gate; `NEVER` where not in this segment.

    What the served used is taken off the allowance, so that a second call for the same segment
    shares what is left.

    Returns
    -------
    int64 array (n,)
    """
    order = np.lexsort((line.key, line.ready, line.rated, line.rank, -line.quota_per_hour))
    finished = line.size(order) == 0  # in the last second of the segment before
    done = np.full(line.ready.size, NEVER, dtype=np.int64)
    done[order[finished]] = allowance.start
    order = order[~finished]
    of = np.stack([line.rank[order], line.quota_per_hour[order], line.rated[order]])
    bounds = np.flatnonzero((of[:, 1:] != of[:, :-1]).any(axis=0)) + 1
    allowance.pay()
    first, allowance.untouched = allowance.untouched, False
    allowance.unfinished = np.zeros(line.ready.size, dtype=np.int64)
    if first and bounds.size == 0 and order.size:
        _serve_one(allowance, line, order, done)
    else:
        _serve_all(allowance, line, np.split(order, bounds), done)
    return done


def serve_counted(
    allowance: Allowance, line: Line, counted: Ints, left: Ints, fresh: Bools
) -> tuple[Ints, Allowance]:
    """As `serve`, under counted quotas: the first family that does not fit stops all behind it.

    Parameters
    ----------
    counted : int64 array (n,)
        Counted quotas that bind each household, a bit each.
    left : int64 array (counts,)
        Persons left of each.
    fresh : bool array (counts,)
        Quotas of which nothing is used yet: then the first family fits, however large.

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
        late = _too_late(some, done, counted[rows], left, fresh, allowance.stop)
        if not late.any():
            break
        rows = rows[~late]
    whole = np.full(line.ready.size, NEVER, dtype=np.int64)
    whole[rows] = done
    unfinished = np.zeros(line.ready.size, dtype=np.int64)
    unfinished[rows] = trial.unfinished
    trial.unfinished = unfinished
    return whole, trial


def _too_late(line: Line, done: Ints, counted: Ints, left: Ints, fresh: Bools, stop: int) -> Bools:
    """Households of a counted quota from the first on that does not fit."""
    late = np.zeros(done.size, dtype=bool)
    order = np.lexsort((line.key, line.ready, line.rated, line.rank, -line.quota_per_hour, done))
    earliest = order.size
    for number, persons in enumerate(left):
        at = np.flatnonzero(counted[order] >> number & 1)  # places in the order
        over = (np.cumsum(line.persons[order[at]]) > persons) & (done[order[at]] < stop)
        over[: int(fresh[number])] = False
        first = int(np.argmax(over)) if over.any() else at.size
        if first < at.size and at[first] < earliest:  # who is stopped first uses up no other quota
            earliest = int(at[first])
            late[:] = False
            late[order[at[first:]]] = True
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
        self._left: dict[tuple[int, Counted], tuple[int, int, int]] = {}

    def begin(self, gate: int, counts: Sequence[Counted], now: int) -> None:
        """Open the period of second ``now`` of quotas in force, whether or not anybody comes."""
        for counted in counts:
            self._of(gate, counted, now)

    def left(self, gate: int, counts: Sequence[Counted], now: int) -> tuple[Ints, Bools]:
        """Persons left at a gate of each quota in the period of second ``now``.

        Returns
        -------
        left : int64 array (counts,)
        fresh : bool array (counts,)
            Whether nothing of it is used yet.
        """
        known = [self._of(gate, counted, now) for counted in counts]
        left = np.array([left for left, _ in known], dtype=np.int64)
        return left, np.array([used == 0 for _, used in known], dtype=bool)

    def _of(self, gate: int, counted: Counted, now: int) -> tuple[int, int]:
        """Persons left and used."""
        count = counted.quota
        period = int((self._midnight + now) // round(count.hours * 3600))
        known, left, used = self._left.get((gate, counted), (None, 0, 0))
        if known != period:
            kept = 0
            if known == period - 1:
                kept = min(max(left, 0), int(count.kept * count.persons))
            left, used = int(count.persons) + kept, 0
            self._left[gate, counted] = period, left, used
        return left, used

    def use(self, gate: int, counts: Sequence[Counted], persons: Ints) -> None:
        """Take off those who passed."""
        for counted, more in zip(counts, persons, strict=True):
            period, left, used = self._left[gate, counted]
            self._left[gate, counted] = period, left - int(more), used + int(more)


def by_count(counted: Ints, persons: Ints, counts: int) -> Ints:
    """Persons of households under each counted quota, int64 array (counts,)."""
    bits = counted[None, :] >> np.arange(counts)[:, None] & 1
    return (bits * persons[None, :]).sum(axis=1)


def _serve_one(allowance: Allowance, line: Line, rows: Ints, done: Ints) -> None:
    """The first and only class of a segment: the allowance grows evenly, no second is counted."""
    rated = int(line.rated[rows[0]])
    if allowance.is_free(rated):
        _at_once(allowance, line, rows, done)
        return
    limits = [allowance.rates[number] for number in allowance.bound(rated)]
    rate = min([allowance.capacity, *limits])
    if rate == 0:
        return
    while True:
        size = line.size(rows)
        through = _work(rate * _arrivals(allowance, line, rows), size)
        seconds = -(-through // rate)
        when = allowance.start + np.minimum(seconds, allowance.length + 1)
        quits = (line.quits[rows] < when) & (when < allowance.stop)
        if not quits.any():
            break
        rows = np.delete(rows, int(np.argmax(quits)))
    served = when < allowance.stop
    done[rows[served]] = when[served]
    allowance.unfinished[rows] = _in_hand(rate * allowance.length, through, size, served)
    allowance.owe(line, rows[served])


def _at_once(allowance: Allowance, line: Line, rows: Ints, done: Ints) -> None:
    when = np.maximum(line.ready[rows], allowance.start)
    done[rows] = np.where(when <= line.quits[rows], when, NEVER)


def _serve_all(allowance: Allowance, line: Line, classes: list[Ints], done: Ints) -> None:
    """Several classes, or a segment of which some was used: second by second."""
    left = allowance.seconds
    quotas: dict[int, Ints] = {}
    kept: list[tuple[list[int], Ints]] = []
    for rows in classes:
        if rows.size == 0:
            continue
        if allowance.is_free(int(line.rated[rows[0]])):
            _at_once(allowance, line, rows, done)
            continue
        rated, seconds = allowance.bound(int(line.rated[rows[0]])), left
        for number in rated:
            quotas.setdefault(number, allowance.quota(number))
            seconds = np.minimum(seconds, quotas[number])
        rows, when = _line_up(allowance, line, rows, seconds)
        served = when < allowance.stop
        done[rows[served]] = when[served]
        used = own = _used(allowance, line, rows, seconds)
        if not served.all():
            own = _used(allowance, line, rows[served], seconds)
        kept.append((rated, own))
        left = left - used
        for number in rated:
            quotas[number] = quotas[number] - used
    for rated, work in kept:  # those not yet through keep nothing from a later call
        allowance.use(rated, work)


def _arrivals(allowance: Allowance, line: Line, rows: Ints) -> Ints:
    return np.clip(line.ready[rows] - allowance.start, 0, allowance.length)


def _work(begins: Ints, size: Ints) -> Ints:
    """Allowance at which each is through, w_i = size_i + max(begins_i, w_{i-1})."""
    total = np.cumsum(size)
    return total + np.maximum.accumulate(begins - (total - size))


def _in_hand(grown: int, through: Ints, size: Ints, served: Bools) -> Ints:
    """Work done for those of a class who are not through when the allowance has grown so far."""
    return np.where(served, 0, np.clip(grown - (through - size), 0, size))


def _line_up(allowance: Allowance, line: Line, rows: Ints, seconds: Ints) -> tuple[Ints, Ints]:
    """Those of a class who stay in line, and when each is through (``stop`` or later if not yet).

    The first who quits before its turn is taken out, which brings all behind it forward; then the
    next, until nobody quits before its turn.
    """
    grown = np.concatenate([[0], np.cumsum(seconds)])
    while True:
        size = line.size(rows)
        through = _work(grown[_arrivals(allowance, line, rows)], size)
        when = allowance.start + np.searchsorted(grown, through, side="left")
        quits = (line.quits[rows] < when) & (when < allowance.stop)
        if not quits.any():
            served = when < allowance.stop
            allowance.unfinished[rows] = _in_hand(int(grown[-1]), through, size, served)
            return rows, when
        rows = np.delete(rows, int(np.argmax(quits)))


def _used(allowance: Allowance, line: Line, rows: Ints, seconds: Ints) -> Ints:
    """Work done in each second on a class.

    What came less the backlog: D[k+1] = min(come[k], D[k] + seconds[k]).
    """
    n = seconds.size
    come = np.zeros(n + 1, dtype=np.int64)
    np.add.at(come, _arrivals(allowance, line, rows), line.size(rows))
    come = np.cumsum(come)
    grown = np.concatenate([[0], np.cumsum(seconds)])
    lag = np.concatenate([[0], come[:-1] - grown[1:]])
    return np.diff(grown + np.minimum.accumulate(lag))
