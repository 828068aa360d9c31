"""A queue at a gate: who is let through when, in exact whole work.

A gate lets so many persons through in a second, counted in billionths of a person. Those who wait
form classes (by quota, then by the order of service). One after another, class by class and within
a class first come, first served, each takes in every second what those before it leave of the gate
and of the quotas that bind it: the recursion of Lindley (1952, "The theory of queues with a single
server", Proc. Cambridge Phil. Soc. 48) in units of work.

Who would act on a clock of its own before its turn takes nothing, which brings all behind it
forward. What was done for a household by the end of a segment is its own: it is that much nearer to
being through in the next one; when it leaves the line or goes to its end, that work is lost. What a
gate allows while nobody is there to use it is lost too.

In a sample a household stands for ``s.run.one_in`` households, which would pass one after another.
So it is as many times the work, and passes in the middle of it, when as many of them would be
through as not: the gate and its quotas are busy with the rest for some time after. It counts as
often against counted quotas.

A gate and each of its quotas that are spread has a lane of seconds: ``s.lanes[KEPT]`` is what those
who are through have left of it, ``s.lanes[TRIED]`` what all who were tried have left, and
``s.lanes[PASSED]`` what those of them have left who get through.
"""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.constants import NEVER, PERSON, UNLIMITED
from flowsim.model.kernel.order import BY_CLASS, BY_TURN, in_one_class, sort

KEPT, TRIED, PASSED = 0, 1, 2


def is_free(s: Any, gate: int) -> bool:
    """Whether neither the gate nor a spread quota sets a limit."""
    return bool(s.lane_work[s.first_lane[gate]] == UNLIMITED and s.n_spread[gate] == 0)


def open_lanes(s: Any, gate: int) -> None:
    """What a gate and its quotas allow in each second of a segment, once a segment."""
    if is_free(s, gate):
        s.busy[gate] = 0
    elif not s.opened[gate]:
        s.opened[gate] = True
        lanes, length = s.lanes, s.tick.last - s.tick.first
        for n in range(s.n_spread[gate] + 1):
            lane = s.first_lane[gate] + n
            work = s.lane_work[lane]
            for second in range(length):
                lanes[KEPT, lane, second] = work
        if s.busy[gate] > 0:
            work_off(s, gate)


def work_off(s: Any, gate: int) -> None:
    """Begin a segment with what is still to be done for those who have passed, in a sample."""
    most = 0
    for lane in range(s.first_lane[gate], s.first_lane[gate] + s.n_spread[gate] + 1):
        left = s.busy[gate]
        for second in range(s.tick.last - s.tick.first):
            work = min(left, s.lanes[KEPT, lane, second])
            s.lanes[KEPT, lane, second] -= work
            left -= work
        most = max(most, left)
    s.busy[gate] = most


def copy_lanes(s: Any, gate: int, of: int, to: int) -> None:
    """Put what is left by one account into another."""
    if is_free(s, gate):
        return
    lanes, length = s.lanes, s.tick.last - s.tick.first
    for lane in range(s.first_lane[gate], s.first_lane[gate] + s.n_spread[gate] + 1):
        for second in range(length):
            lanes[to, lane, second] = lanes[of, lane, second]


def room_in(s: Any, gate: int, spread: int, second: int) -> int:
    """What a gate and the quotas that bind a household still allow in a second."""
    lane = s.first_lane[gate]
    room = s.lanes[TRIED, lane, second]
    for n in range(s.n_spread[gate] if spread else 0):
        if spread >> n & 1:
            room = min(room, s.lanes[TRIED, lane + 1 + n, second])
    return int(room)


def take_from(s: Any, account: int, gate: int, spread: int, second: int, work: int) -> None:
    """Use up work of a second, of the gate and of the quotas that bind a household."""
    lane = s.first_lane[gate]
    s.lanes[account, lane, second] -= work
    for n in range(s.n_spread[gate] if spread else 0):
        if spread >> n & 1:
            s.lanes[account, lane + 1 + n, second] -= work


def work_left(s: Any, h: Any) -> int:
    """Work that it still takes to let a household through."""
    return int(h.passing * (s.run.one_in + 1) * PERSON // 2 - h.worked)


def work_after(s: Any, h: Any) -> int:
    """Work that it takes once a household is through: none, but in a sample."""
    return int(h.passing * (s.run.one_in - 1) * PERSON // 2)


def last_second(s: Any, h: Any, gate: int, second: int) -> int:
    """Second of the segment that finishes a household served from one on; its length if none."""
    left, length = work_left(s, h), s.tick.last - s.tick.first
    while second < length:
        # Whole units of work: sums of floats would depend on the order in which queues are tried.
        left -= min(left, room_in(s, gate, h.spread, second))
        if left == 0:
            break
        second += 1
    return int(second)


def use(s: Any, h: Any, gate: int, second: int, through: bool) -> None:
    """Serve a household from a second on; who is not through has what was done in hand."""
    left, length = work_left(s, h), s.tick.last - s.tick.first
    whole = left
    while second < length and left > 0:
        work = min(left, room_in(s, gate, h.spread, second))
        if work > 0:
            take_from(s, TRIED, gate, h.spread, second, work)
            if through:
                take_from(s, PASSED, gate, h.spread, second, work)
            left -= work
        second += 1
    if not through:
        h.in_hand = whole - left


def use_after(s: Any, h: Any, gate: int, second: int) -> None:
    """Be busy with a household of a sample that is through; what is not done yet is in hand."""
    left = 0 if is_free(s, gate) else work_after(s, h)
    length = s.tick.last - s.tick.first
    while second < length and left > 0:
        work = min(left, room_in(s, gate, h.spread, second))
        if work > 0:
            take_from(s, TRIED, gate, h.spread, second, work)
            take_from(s, PASSED, gate, h.spread, second, work)
            left -= work
        second += 1
    h.in_hand = left


def try_one(s: Any, h: Any, gate: int, at: int) -> int:
    """Serve a household from a second on, or once it is ready; gives the second it ends with."""
    start, stop = s.tick.first, s.tick.last
    if work_left(s, h) <= 0:
        # it was finished in the last second of the segment before, or there are fewer of them now
        h.done = max(start, int(h.since))
        use_after(s, h, gate, at)
        return at
    if s.lane_work[s.first_lane[gate]] == UNLIMITED and not h.spread:
        when = max(int(h.ready), int(h.since), start)
        if when <= h.next_event:
            h.done = when
        return at
    at = max(at, max(int(h.ready), int(h.since)) - start)
    second = last_second(s, h, gate, at)
    when = start + second + 1
    if h.next_event < when < stop:
        return at
    use(s, h, gate, at, when < stop)
    if when < stop:
        h.done = when
        use_after(s, h, gate, second)
    return second


def try_all(s: Any, gate: int, first: int, n: int) -> None:
    """Serve a sorted line with what those have left who are through before."""
    copy_lanes(s, gate, KEPT, TRIED)
    copy_lanes(s, gate, KEPT, PASSED)
    at = 0
    for j in range(first, first + n):
        h = s.rows[s.line_up[j]]
        h.in_hand = 0
        h.done = NEVER
        if j > first and not in_one_class(h, s.rows[s.line_up[j - 1]]):
            at = 0
        if not h.late:
            at = try_one(s, h, gate, at)


def fits(s: Any, left: int, used: int, persons: int) -> bool:
    """Whether a household fits into what a counted quota has left.

    The first of a period fits, however large. In a sample it fits where anything is left, and what
    it takes too much is taken off the periods to come.
    """
    if s.run.one_in > 1:
        return left > 0
    return left >= persons or used == 0


def too_late(s: Any, gate: int, first: int, n: int) -> bool:
    """Mark as late, of a counted quota, all from the first on that does not fit.

    Of several quotas it is the one that stops somebody first: who is stopped uses up no other.
    """
    # By the order in which they pass, not in which they stand: a quota counts who comes through.
    for j in range(first, first + n):
        s.in_turn[j] = s.line_up[j]
    sort(s, s.in_turn, first, n, BY_TURN)
    for number in range(s.n_counted[gate]):
        s.trial_left[number] = s.count_left[gate, number]
        s.trial_used[number] = s.count_used[gate, number]
    for j in range(first, first + n):
        h = s.rows[s.in_turn[j]]
        if h.done >= s.tick.last:
            return False
        persons = h.passing * s.run.one_in
        for number in range(s.n_counted[gate]):
            if h.counted >> number & 1:
                if not fits(s, s.trial_left[number], s.trial_used[number], persons):
                    mark_late(s, number, j, first + n)
                    return True
                s.trial_left[number] -= persons
        for number in range(s.n_counted[gate]):
            if h.counted >> number & 1:
                s.trial_used[number] += persons
    return False


def mark_late(s: Any, number: int, first: int, stop: int) -> None:
    """Nobody of a counted quota passes from some place in the order on."""
    for j in range(first, stop):
        h = s.rows[s.in_turn[j]]
        if h.counted >> number & 1:
            h.late = True


def serve(s: Any, gate: int, first: int, n: int) -> None:
    """Set when each of the rows ``s.line_up[first : first + n]`` is through.

    ``done`` becomes a second of the run, or `NEVER` where a row is not through in this segment.
    What the served use is taken off the lanes, so that a second call for the same segment shares
    what is left.
    """
    sort(s, s.line_up, first, n, BY_CLASS)
    open_lanes(s, gate)
    try_all(s, gate, first, n)
    if s.n_counted[gate]:
        while too_late(s, gate, first, n):
            try_all(s, gate, first, n)
        count_passed(s, gate, first, n)
    copy_lanes(s, gate, PASSED, KEPT)
    if s.run.one_in > 1:
        stay_busy(s, gate, first, n)


def stay_busy(s: Any, gate: int, first: int, n: int) -> None:
    """Keep for the next segment what is still to be done for those who are through."""
    for j in range(first, first + n):
        h = s.rows[s.line_up[j]]
        if h.done < s.tick.last:
            s.busy[gate] += h.in_hand
            h.in_hand = 0


def count_passed(s: Any, gate: int, first: int, n: int) -> None:
    """Take those who are through off the counted quotas."""
    for j in range(first, first + n):
        h = s.rows[s.line_up[j]]
        h.late = False
        for number in range(s.n_counted[gate]):
            if h.done < s.tick.last and h.counted >> number & 1:
                s.count_left[gate, number] -= h.passing * s.run.one_in
                s.count_used[gate, number] += h.passing * s.run.one_in
