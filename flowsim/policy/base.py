"""What all policies have, and what each of them says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import chain, product
from typing import Any, ClassVar, NamedTuple

from pydantic import PrivateAttr

from flowsim.config import Instant, Section
from flowsim.errors import SimulationError
from flowsim.policy.names import Conditions, CrossingName, Loc, Named, named_in
from flowsim.policy.opening import Direction, Opening, Road, Shut, Statement, Transfer
from flowsim.view import BorderView


class Window(NamedTuple):
    """A half-open time ``[start, stop)``; None means no end."""

    start: datetime | None = None
    stop: datetime | None = None

    def __contains__(self, now: object) -> bool:
        """Whether a moment is in it."""
        return isinstance(now, datetime) and (
            (self.start is None or self.start <= now) and (self.stop is None or now < self.stop)
        )

    def is_empty(self) -> bool:
        """Whether no moment is in it."""
        return self.start is not None and self.stop is not None and self.stop <= self.start

    def common(self, other: Window) -> Window:
        """The time that both share."""
        starts = [t for t in (self.start, other.start) if t is not None]
        stops = [t for t in (self.stop, other.stop) if t is not None]
        return Window(max(starts, default=None), min(stops, default=None))


ALWAYS = Window()
Kinds = tuple[type[Statement], ...]


class Ground(NamedTuple):
    """Where a policy stands in a scenario, as far as that is known.

    Attributes
    ----------
    country : str
        Whose authority holds it.
    direction : {"out", "back"}
        For those who flee, or for those who go home.
    flee_from : tuple of str or None
        Countries that people flee from.
    capacities : dict of str to float or None, or None
        Capacity of each place of the country; 0 or None means no limit.
    """

    country: str
    direction: Direction
    flee_from: tuple[str, ...] | None = None
    capacities: Mapping[str, float | None] | None = None

    def is_fled(self) -> bool:
        """Whether people flee from the country."""
        return self.flee_from is not None and self.country in self.flee_from


class Misfit(NamedTuple):
    """What is wrong with a policy where it stands: place in it, what is wrong, what is right."""

    loc: Loc
    wrong: str
    right: str


class Policy(Section):
    """What all policies have: a half-open window ``[start, stop)`` and the crossings they bind.

    A policy says of itself what it may state, whether it reacts, and where it may stand; the names
    that it holds it tells by the types of its fields (see `flowsim.policy.names`). Nobody else
    lists policies. One that says nothing of itself may state anything, and only a run tells what.

    Attributes
    ----------
    statements : tuple of type
        What it may state: `Opening`, `Road`, `Transfer`, `Shut`.
    reactive : bool
        Whether what it states depends on what it sees or notes, and not on the time alone. One that
        is not is shown the time and the names of the crossings, and nothing else.
    directions : tuple of {"out", "back"}
        For whom it means something: those who flee, those who go home.
    of_refuge : bool
        Whether only a country of refuge can hold it, as it is about people sheltered there.
    in_file : bool
        Whether a scenario file can hold it.
    runs_code : bool
        Whether it runs code that a file names, which has to be allowed.
    begins_with : mapping
        Fields of one that somebody adds on a page, to be changed there; others are at their
        defaults.
    """

    statements: ClassVar[Kinds] = (Opening, Road, Transfer, Shut)
    reactive: ClassVar[bool] = True
    directions: ClassVar[tuple[Direction, ...]] = ("out", "back")
    of_refuge: ClassVar[bool] = False
    in_file: ClassVar[bool] = True
    runs_code: ClassVar[bool] = False
    begins_with: ClassVar[Mapping[str, Any]] = {}

    name: str = ""
    """By which a variant can change it; best one that no other policy of its side has."""
    start: Instant | None = None
    """From this moment; empty means always."""
    stop: Instant | None = None
    """Until just before this moment; empty means for good."""
    crossings: tuple[CrossingName, ...] = ()
    """The crossings it binds; empty means all of the border."""
    source: str = ""
    note: str = ""
    _cut: Window = PrivateAttr(ALWAYS)

    @property
    def kind(self) -> str:
        """Its ``type``, or the name of its class where it has none."""
        return str(getattr(self, "type", type(self).__name__))

    # ---- what it states in a run ---------------------------------------------------------

    def opening(self, now: datetime, view: BorderView) -> Statement | None:
        """What it states now, or None where it states nothing."""
        raise NotImplementedError

    def says(self, now: datetime, view: BorderView) -> Iterator[Stated]:
        """What it and the policies in it state at a moment."""
        if self.in_force(now):
            statement = self.opening(now, view)
            if statement is not None:
                yield Stated(self, statement)

    def parts(self) -> tuple[Policy, ...]:
        """The policies that make it up: itself, or those that it schedules."""
        return (self,)

    def within(self) -> tuple[Policy, ...]:
        """The policies in it that may speak in its place, cut to its window and crossings."""
        return ()

    def window(self) -> Window:
        """When it may say anything: its own window, cut to those of the policies around it."""
        own = Window(self.start, self.stop)
        return own if self._cut == ALWAYS else self._cut.common(own)

    def in_force(self, now: datetime) -> bool:
        """Whether ``now`` is in the window."""
        return now in self.window()

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        """Moments from ``first`` to ``last`` at which what it states may change by the calendar."""
        window = self.window()
        if window.is_empty():
            return ()  # it does nothing, so it cuts no step either
        return tuple(e for e in window if e is not None and first <= e <= last)

    def daily(
        self, first: datetime, last: datetime, hours: Iterable[float]
    ) -> tuple[datetime, ...]:
        """Moments from ``first`` to ``last`` in its window at some hours of each day."""
        marks, seconds = [], [round(hour * 3600) for hour in hours]
        day, window = datetime.combine(first.date(), time()) - timedelta(days=1), self.window()
        while day <= last:
            marks += [day + timedelta(seconds=second) for second in seconds]
            day += timedelta(days=1)
        return tuple(m for m in marks if first <= m <= last and m in window)

    # ---- what it says of itself ----------------------------------------------------------

    def states(self) -> frozenset[type[Statement]]:
        """What it may state, or the policies in it."""
        inner = self.within()
        return frozenset(chain(*(p.states() for p in inner)) if inner else self.statements)

    def is_known(self) -> bool:
        """Whether what it may state is known before a run, see `alternatives`."""
        return not self.reactive

    def alternatives(self, now: datetime, crossings: tuple[str, ...]) -> Alternatives:
        """What it may state at a moment, one way or another; None where only a run can tell.

        Parameters
        ----------
        now : datetime
        crossings : tuple of str
            Of its border.
        """
        if not self.in_force(now):
            return ((),)
        return None if self.reactive else (tuple(self.says(now, Calendar(now, crossings))),)

    def overrides(self) -> bool:
        """Whether what it states may stand above the list of its side."""
        return any(policy.overrides() for policy in self.within())

    def order(self) -> Conditions:
        """The order in which it has people served; empty where it sets none."""
        return getattr(self, "priority", ())

    def named(self) -> Iterator[Named]:
        """Crossings, places, routes and people that it names, without those of policies in it."""
        return named_in(self)

    def made(self) -> tuple[Loc, Policy] | None:
        """The policy that it makes of plain values, and where in it those stand."""
        return None

    def misfits(self, ground: Ground) -> Iterator[Misfit]:
        """What is wrong with it where it stands, besides names that are not there."""
        if ground.direction not in self.directions:
            wrong = f"{self.kind!r} is in 'back', and means nothing for those who go home"
            yield Misfit(("type",), wrong, "move it to 'policies'")
        elif self.of_refuge and ground.is_fled():
            wrong = f"nobody is sheltered in {ground.country!r}, from where people flee"
            right = "give it to the authority of a country of refuge"
            yield Misfit(("type",), wrong, right)

    def identities(self) -> Mapping[str, str]:
        """Fields that hold no plain values, and what a digest knows them by."""
        return {}


class Stated(NamedTuple):
    """A policy and what it states now; ``above`` hides what its side says of the same crossings."""

    policy: Policy
    opening: Statement
    above: bool = False


Alternatives = tuple[tuple[Stated, ...], ...] | None
MOST_ALTERNATIVES = 16
"""Of more than so many nobody can say much before a run."""


def together(each: Iterable[Alternatives]) -> Alternatives:
    """What several policies may state at once; None where only a run can tell.

    Examples
    --------
    >>> together([((),), ((),)]), together([((),), None])
    (((),), None)
    """
    found: tuple[tuple[Stated, ...], ...] = ((),)
    for ways in each:
        if ways is None or len(found) * len(ways) > MOST_ALTERNATIVES:
            return None
        found = tuple((*one, *other) for one, other in product(found, ways))
    return found


class Calendar:
    """A border as a policy is shown it that goes by the time alone.

    Parameters
    ----------
    now : datetime
    crossings : tuple of str
    """

    def __init__(self, now: datetime, crossings: tuple[str, ...]) -> None:
        self.now = self.seen_at = now
        self.crossings = crossings

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        wrong = f"it asks the border for {name!r} and says that it depends on time alone"
        raise SimulationError(f"{wrong}; give its class `reactive = True`")


def cut(policies: Sequence[Policy], around: Policy) -> tuple[Policy, ...]:
    """The parts of policies, each cut to the window and the crossings of the one around them."""
    parts = []
    for policy in policies:
        for part in policy.parts():
            crossings = _both(around.crossings, part.crossings)
            inner = part.model_copy(update={"crossings": crossings})
            inner._cut = part._cut.common(around.window())
            parts.append(inner)
    return tuple(parts)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if not one or not other:
        return one or other
    return tuple(name for name in one if name in other) or ("",)  # "" binds no crossing
