"""What can be known of a border: counts by the hour, kept for states that hear of them late."""

from __future__ import annotations

from typing import NamedTuple

from flowsim.arrays import Floats, Ints


class Sight(NamedTuple):
    """The counts at one moment.

    Attributes
    ----------
    seconds : int
        Since the start.
    waiting, admitted, irregular : int64 arrays (X,)
        Persons who wait, and who were admitted or came through the fence so far, by crossing.
    sheltered, capacity : int64 arrays (P,)
        Persons in each place, and how many it can shelter by then; -1 without limit.
    violence : float64 array (P,)
    """

    seconds: int
    waiting: Ints
    admitted: Ints
    irregular: Ints
    sheltered: Ints
    capacity: Ints
    violence: Floats


class Reports:
    """Counts of the past, as far back as the slowest state looks.

    Parameters
    ----------
    longest : int
        Longest reporting lag, seconds.

    Attributes
    ----------
    now : int
        Seconds since the start of the run by now.
    """

    def __init__(self, longest: int) -> None:
        self._longest, self.now = longest, 0
        self._past: list[Sight] = []

    def add(self, sight: Sight) -> None:
        """Keep the counts of now, in place of those of the same moment."""
        if self._past and self._past[-1].seconds == sight.seconds:
            self._past.pop()
        self._past.append(sight)
        while len(self._past) > 1 and self._past[1].seconds <= sight.seconds - self._longest:
            self._past.pop(0)

    @property
    def latest(self) -> int:
        """Second of the last counts."""
        return self._past[-1].seconds

    def at(self, seconds: int) -> Sight:
        """The latest counts that were taken at ``seconds`` or before, or the first."""
        for sight in reversed(self._past):
            if sight.seconds <= seconds:
                return sight
        return self._past[0]
