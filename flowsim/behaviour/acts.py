"""What a hazard is made of: statuses in which it runs, cells, what scales it, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TypeVar


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


_HOME, _REFUGE = (Status.AT_HOME, Status.RETURNED), (Status.DISPLACED, Status.SHELTERED)
_ALIVE = tuple(status for status in Status if status != Status.EMPTY)
STATUSES_OF: Mapping[Act, tuple[Status, ...]] = {
    Act.LEAVE: _HOME,
    Act.ONWARD: _REFUGE,
    Act.RETURN: _REFUGE,
    Act.GIVE_UP: (Status.WAITING,),
    Act.FENCE: (Status.WAITING,),
    Act.DISPERSE: (Status.WAITING,),
    Act.CRUSH: (Status.WAITING,),
    Act.RELOCATE: (Status.SHELTERED,),
}
"""In which statuses an act means something; any other act does in all."""
STATUSES_BY: Mapping[Form, tuple[Status, ...]] = {
    Form.HOME: _REFUGE,
    Form.GATE: (Status.WAITING,),
    Form.GATE_AND_HELD: (Status.WAITING,),
    Form.LINK: (Status.MOVING,),
}
"""In which statuses a household is under a cell of a form; of any other form it is in all."""

Names = TypeVar("Names", bound=IntEnum)


def named(kind: type[Names], told: Names | str) -> Names:
    """One of an enumeration, by its name in small letters.

    Raises
    ------
    ValueError
        There is none of that name.

    Examples
    --------
    >>> named(Act, "leave"), named(Form, Form.GATE)
    (<Act.LEAVE: 0>, <Form.GATE: 3>)
    """
    if isinstance(told, kind):
        return told
    names = {one.name.lower(): one for one in kind}
    if told not in names:
        raise ValueError(f"{told!r} is not a {kind.__name__.lower()}; give {', '.join(names)}")
    return names[str(told)]


def in_words(name: IntEnum) -> str:
    """A name as people read it.

    Examples
    --------
    >>> in_words(Status.AT_HOME)
    'at home'
    """
    return name.name.lower().replace("_", " ")


def check_statuses(statuses: Iterable[Status], form: Form, act: Act) -> None:
    """Refuse a hazard in a status in which its act or its cells mean nothing.

    Raises
    ------
    ValueError
        It is such a one.

    Examples
    --------
    >>> check_statuses([Status.AT_HOME], Form.GATE, Act.LEAVE)
    Traceback (most recent call last):
    ...
    ValueError: nobody who is at home is under a cell by gate; give it the statuses waiting
    """
    for status in statuses:
        if status not in STATUSES_OF.get(act, _ALIVE):
            wrong = f"nobody who is {in_words(status)} can {in_words(act)}"
            raise ValueError(f"{wrong}; give it the statuses {_listed(STATUSES_OF[act])}")
        if status not in STATUSES_BY.get(form, _ALIVE):
            wrong = f"nobody who is {in_words(status)} is under a cell by {in_words(form)}"
            raise ValueError(f"{wrong}; give it the statuses {_listed(STATUSES_BY[form])}")


def _listed(statuses: Iterable[Status]) -> str:
    return ", ".join(status.name.lower() for status in statuses)
