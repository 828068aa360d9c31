"""Hazards that a scenario file names and an installed package has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.acts import Act, Form, Scale, Status, check_statuses, named
from flowsim.behaviour.rules import RULES, RuleView
from flowsim.config import Instant, Section
from flowsim.installed import Group, Offer, declared_type, wrong_class
from flowsim.tagged import ByType


class OwnHazard(Section):
    """A hazard of an installed package, which files name by its `type`.

    A subclass says what it is by its attributes, which parameters it takes by its fields, and gives
    its rate by `rate`. Its ``type`` is the name of its entry point in ``flowsim.hazards``; a file
    then names it in ``hazards``.

    Attributes
    ----------
    statuses : tuple of str
        In which a household is under it, as ``("at_home",)``; see `flowsim.Hazard`.
    act : str
        What a household does when it is due, as ``"leave"``.
    form : str
        What decides under which cell a household is, and so the shape of the rates: ``"place"``
        (P, G) unless it says otherwise.
    scale : str
        What of a household scales it in the model, as ``"harm"``; nothing unless it says so.

    Examples
    --------
    >>> class CallToLeave(OwnHazard):
    ...     type: str = "call_to_leave"
    ...     statuses, act = ("at_home",), "leave"
    ...     per_day: float = 0.2
    ...
    ...     def rate(self, view):
    ...         return np.full_like(view.danger, self.per_day)
    ...
    ...     def factor(self, households):
    ...         return households.size / 5.0
    >>> CallToLeave(per_day=0.5, stop="2010-06-12").called
    'call_to_leave'
    """

    statuses: ClassVar[tuple[str, ...]] = ()
    act: ClassVar[str] = ""
    form: ClassVar[str] = "place"
    scale: ClassVar[str] = "nothing"

    name: str = ""
    """By which a variant can change it; two of one type need names of their own."""
    start: Instant | None = None
    """From the first tick that begins then or later, by default an hour; empty means always."""
    stop: Instant | None = None
    """Until the first tick that begins then or later; empty means for good."""
    source: str = ""
    note: str = ""

    @property
    def called(self) -> str:
        """Its name, or its type where it has none: what its draws are keyed by."""
        return self.name or declared_type(type(self))

    def rate(self, view: RuleView) -> Floats:
        """Hazard of each cell in a tick, 1/day, in the shape that `form` says."""
        raise NotImplementedError

    def factor(self, households: Any) -> Floats:
        """One more factor for each household, (n,), see `flowsim.model.covariates.HouseholdView`.

        It is asked once, as the run begins. A hazard without this method has none.
        """
        raise NotImplementedError

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        """Moments from ``first`` to ``last`` at which its rate changes by the calendar."""
        ends = (end for end in (self.start, self.stop) if end is not None)
        return tuple(end for end in ends if first <= end <= last)

    def rate_in_window(self, view: RuleView) -> Floats:
        """Its rate, and none in a tick that begins before `start` or from `stop` on."""
        early = self.start is not None and view.now < self.start
        over = self.stop is not None and self.stop <= view.now
        rate = self.rate(view)
        return np.zeros_like(rate) if early or over else rate

    @classmethod
    def has_factor(cls) -> bool:
        """Whether it scales households itself."""
        return cls.factor is not OwnHazard.factor


def _wrong(told: str, found: Any, offer: Offer) -> str:
    """What is wrong with a hazard of a package; empty where it can be used."""
    wrong = wrong_class("hazard", OwnHazard, "flowsim.OwnHazard")(told, found, offer)
    if wrong:
        return wrong
    return next(_wrong_of(found, f"the hazard {told!r} of the package {offer.package!r}"), "")


def _wrong_of(found: type[OwnHazard], whose: str) -> Iterator[str]:
    if found.rate is OwnHazard.rate:
        yield f"{whose} has no method `rate`"
    if not isinstance(found.statuses, tuple) or not found.statuses:
        yield f"{whose} does not say its `statuses` as a tuple of texts"
        return
    try:
        statuses = [named(Status, status) for status in found.statuses]
        form, act = named(Form, found.form), named(Act, found.act)
        named(Scale, found.scale)
        check_statuses(statuses, form, act)
    except ValueError as error:
        yield f"{whose}: {error}".replace(";", ",")


HAZARD_TYPES: Group[type[OwnHazard]] = Group("flowsim.hazards", "hazard", _wrong, lambda: RULES)
"""Those of installed packages, by the type that files name them by."""
HAZARDS_IN_FILES = ByType(HAZARD_TYPES, {})

if TYPE_CHECKING:
    AnyHazard = OwnHazard
else:
    AnyHazard = Annotated[OwnHazard, HAZARDS_IN_FILES]
