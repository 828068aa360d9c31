"""Names and places of things in the arrays of a run: statuses, clocks, outcomes."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from flowsim.draws import Purpose

KINDS = 5


class Status(IntEnum):
    """Where a household stands. EMPTY rows hold nobody: all died, or joined their family again."""

    AT_HOME = 0
    MOVING = 1
    WAITING = 2
    DISPLACED = 3
    SHELTERED = 4
    DETAINED = 5
    RETURNED = 6
    EMPTY = 7


STATUSES = tuple(s.name.lower() for s in Status if s != Status.EMPTY)


SETTLED = (Status.AT_HOME, Status.DISPLACED, Status.SHELTERED, Status.RETURNED)
"""Where nobody is on the way or held: parts of a family that meet there join again."""


class Refuge(IntEnum):
    """Where those who fled found safety first."""

    INSIDE = 0
    ABROAD = 1


SAFE_AT = np.array([Status.DISPLACED, Status.SHELTERED])
"""Status of those who have found each refuge."""
REFUGES = tuple(r.name.lower() for r in Refuge)
WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 96.0, 192.0)
"""Lower edges of the classes in which hours are counted; the last is open."""


class Clock(IntEnum):
    """The hazards a household can be under."""

    LEAVE = 0
    ONWARD = 1
    RETURN = 2
    GIVE_UP = 3
    FENCE = 4
    DISPERSE = 5
    HARM = 6
    CRUSH = 7
    RELOCATE = 8


PURPOSE = {
    Clock.LEAVE: Purpose.LEAVE,
    Clock.ONWARD: Purpose.ONWARD,
    Clock.RETURN: Purpose.RETURN,
    Clock.GIVE_UP: Purpose.GIVE_UP,
    Clock.FENCE: Purpose.FENCE,
    Clock.DISPERSE: Purpose.DISPERSE,
    Clock.HARM: Purpose.HARM,
    Clock.CRUSH: Purpose.CRUSH,
    Clock.RELOCATE: Purpose.RELOCATE,
}
"""What the threshold of each clock is drawn for."""

CLOCKS_OF: dict[Status, tuple[Clock, ...]] = {
    Status.AT_HOME: (Clock.LEAVE, Clock.HARM),
    Status.MOVING: (Clock.HARM,),
    Status.WAITING: (Clock.GIVE_UP, Clock.FENCE, Clock.DISPERSE, Clock.HARM, Clock.CRUSH),
    Status.DISPLACED: (Clock.ONWARD, Clock.RETURN, Clock.HARM),
    Status.SHELTERED: (Clock.RETURN, Clock.HARM, Clock.RELOCATE),
    Status.DETAINED: (),
    Status.RETURNED: (Clock.LEAVE, Clock.HARM),
    Status.EMPTY: (),
}
"""The clocks that compete in each status; a tie goes to the first in the order of `Clock`."""


class Event(IntEnum):
    """What happens to a household next, besides its clocks (`Clock`)."""

    ARRIVE = 100
    RELEASE = 101


class Outcome(IntEnum):
    """What can happen to persons at a crossing."""

    REACHED = 0
    ADMITTED = 1
    EXEMPT = 2
    GAVE_UP = 3
    IRREGULAR = 4
    DETAINED = 5
    PUSHED_BACK = 6
    DISPERSED = 7
    DIED = 8
    RETURNED = 9
    REFUSED = 10
    INTERCEPTED = 11


OUTCOMES = tuple(o.name.lower() for o in Outcome)


class Bound(IntEnum):
    """Where a household on the move is bound for, or why it is detained."""

    AWAY = 0
    HOME = 1
    BACK_OVER_THE_BORDER = 2
    QUEUE = 3
    CAMP = 4


class Cells:
    """Where each clock's cells lie in the flat clock face.

    Parameters
    ----------
    places, groups, countries, gates : int
        How many there are.
    """

    def __init__(self, places: int, groups: int, countries: int, gates: int) -> None:
        self.places, self.groups = places, groups
        by_place = places * groups
        self.leave = 0
        self.onward = by_place
        self.harm = 2 * by_place
        self.harm_moving = 3 * by_place
        self.back_home = 4 * by_place
        self.give_up = self.back_home + 2 * countries * by_place
        self.fence = self.give_up + 2 * gates
        self.disperse = self.fence + 2 * gates
        self.crush = self.disperse + gates
        self.relocate = self.crush + gates
        self.calendar = self.relocate + by_place
        self.total = self.calendar + 1

    def span(self, clock: Clock) -> tuple[int, int]:
        """First cell of a clock, and the first after its last."""
        return {
            Clock.LEAVE: (self.leave, self.onward),
            Clock.ONWARD: (self.onward, self.harm),
            Clock.HARM: (self.harm, self.back_home),
            Clock.RETURN: (self.back_home, self.give_up),
            Clock.GIVE_UP: (self.give_up, self.fence),
            Clock.FENCE: (self.fence, self.disperse),
            Clock.DISPERSE: (self.disperse, self.crush),
            Clock.CRUSH: (self.crush, self.relocate),
            Clock.RELOCATE: (self.relocate, self.calendar),
        }[clock]
