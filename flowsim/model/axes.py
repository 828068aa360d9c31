"""Names and places of things in the arrays of a run: statuses, clocks, outcomes."""

from __future__ import annotations

from enum import IntEnum

from flowsim.behaviour.acts import Act as Act
from flowsim.behaviour.acts import Form as Form
from flowsim.behaviour.acts import Scale as Scale
from flowsim.behaviour.acts import Status as Status

KINDS = 5


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


class OnRoad(IntEnum):
    """Where a household stands on roads that have a capacity, or before it sets out on them."""

    OFF = 0
    """Nowhere on them."""
    DRIVING = 1
    IN_LINE = 2
    """At the end of a road, which lets so many through."""
    AT_MOUTH = 3
    """Through, and not yet anywhere else."""
    HELD_BACK = 4
    """At the mouth of a road or where it set out, as the next road or the gate is full."""
    FOR_FUEL = 5
    """At home or in a refuge, in line for fuel."""
    FUELLED = 6
    """Just now."""
