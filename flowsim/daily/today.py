"""What holds for everybody on a day: chances to move on, room in camps, weights of the ways."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_section import Flee
from flowsim.daily.chances import is_town, move_chances
from flowsim.daily.ground import Ground
from flowsim.daily.ways import Ways
from flowsim.daily.weights import Choice, pulls, room, scores, weights


class Today:
    """A day; the choice of ways follows the room in camps as it was last looked at.

    Attributes
    ----------
    day : int
    chance : float64 array (P,)
        To move on.
    camp, town : bool arrays (P,)
    shut : bool array (L,)
    capacity : float64 array (P,)
        Scaled; below 1 there is no limit.
    space : float64 array (P,)
        Room, see `flowsim.daily.weights.room`.
    choice : Choice
    full : bool array (P,)
        Camps to which people give up their way.
    passable : bool array (R + 1,)
        Ways that can be set out on; the last stands for no way (-1).
    """

    def __init__(
        self, flee: Flee, ground: Ground, ways: Ways, day: int, population: Floats
    ) -> None:
        self.day, self._flee, self._ways = day, flee, ways
        self.chance = move_chances(flee, ground, day, population)
        self.camp, self.town = ground.is_camp(day), is_town(ground, day)
        self.shut: Bools = ground.shut[day]
        limit = (ground.capacity + ground.growth * (day + 1)) * flee.capacity_scaling
        self.capacity = np.where(ground.capacity < 1.0, -1.0, limit)
        self._open = ways.open(self.shut)
        self._pull = pulls(flee, ground, ways, scores(flee, ground, day, population))
        self.space: Floats = np.full(limit.size, -1.0)

    def look(self, present: Ints) -> None:
        """See how full the camps are."""
        space = room(present, self.capacity, self._flee.capacity_buffer)
        if np.array_equal(space, self.space):
            return
        self.space = space
        weight = weights(self._flee, self._ways, self._pull, space)
        self.choice = Choice.of(self._ways, weight, self._open, space.size)
        self.full = self.camp & (space < FULL)
        self.passable = np.append(self._open & ~self.full[self._ways.end], False)

    def looks(self, present: Ints, came: Ints) -> int:
        """How often to look while people arrive: the more, the faster a camp fills.

        Flee moves one after the other, each seeing those before. Here some go at once, so few that
        of a camp's band from buffer to capacity they fill a small part only, if as many come to it
        as `came` tells: those of the day before, or who stand at its gate.
        """
        edge = self._flee.capacity_buffer * self.capacity
        near = (self.capacity >= 1.0) & (present < self.capacity) & (present + came > edge)
        if not near.any():
            return 1
        parts = came[near] / (self.capacity - edge)[near]
        return int(np.clip(np.ceil(LOOKS * parts.max()), 1, MOST_LOOKS))


FULL = 0.5
"""Room below which people give up their way to a camp."""
LOOKS = 8
"""Looks while the band of a camp fills up."""
MOST_LOOKS = 64
"""In a day."""
