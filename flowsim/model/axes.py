"""Names and places of things in the arrays of a run: statuses, clocks, outcomes."""

from __future__ import annotations

from enum import IntEnum

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


REFUGES = tuple(r.name.lower() for r in Refuge)
WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 96.0, 192.0)
"""Lower edges of the classes in which hours are counted; the last is open."""


class Act(IntEnum):
    """What a household does when a clock is due."""

    LEAVE = 0
    ONWARD = 1
    RETURN = 2
    GIVE_UP = 3
    FENCE = 4
    DISPERSE = 5
    HARM = 6
    CRUSH = 7
    RELOCATE = 8
    TOLL = 9
    WOUNDS = 10


class Form(IntEnum):
    """What decides under which cell of a hazard a household is."""

    PLACE = 0
    HOME = 1
    GATE_AND_HELD = 2
    GATE = 3
    NOTHING = 4
    LINK = 5


class Scale(IntEnum):
    """What of a household scales a hazard."""

    NOTHING = 0
    LEAVING = 1
    HARM = 2
    SIZE = 3
    WOUNDS = 4


class Event(IntEnum):
    """What happens to a household next, besides what its clocks bring."""

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
