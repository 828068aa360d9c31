"""People who are on their feet on a day, as columns that shrink while they come to rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats, Ints, Keys
from flowsim.draws import mix


@dataclass(slots=True)
class Party:
    """Some people at places, in the course of a day.

    Attributes
    ----------
    ids : int64 array (n,)
    place : int64 array (n,)
    moved : float64 array (n,)
        Kilometres on this day.
    recent : float64 array (n,)
        Average of the days before this one, in full days of travel.
    word : uint64 array (n,)
        Key of the day's draws.
    way, step : int64 arrays (n,)
        The way that is still followed, and how many of its links lie behind; -1 is no way.
    """

    ids: Ints
    place: Ints
    moved: Floats
    recent: Floats
    word: Keys
    way: Ints
    step: Ints

    def __len__(self) -> int:
        """Number of people."""
        return int(self.ids.size)

    def some(self, which: Ints | Bools) -> Party:
        """Some of them, by their rows or a mask."""
        rows = np.flatnonzero(which) if which.dtype == bool else which
        return Party(*(getattr(self, name).take(rows) for name in Party.__slots__))


def joined(parties: list[Party]) -> Party:
    """Several parties as one; at least one."""
    if len(parties) == 1:
        return parties[0]
    return Party(
        *(np.concatenate([getattr(party, name) for party in parties]) for name in Party.__slots__)
    )


def luck(word: Keys, hop: int) -> tuple[Floats, Floats]:
    """Two uniform draws in (0, 1) of each for a hop of the day: the halves of one keyed word."""
    drawn = mix(word, np.uint64(hop))
    high = (drawn >> np.uint64(32)).astype(np.float64)
    low = (drawn & np.uint64(0xFFFFFFFF)).astype(np.float64)
    return (high + 0.5) * 2.0**-32, (low + 0.5) * 2.0**-32
