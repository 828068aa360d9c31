"""Sections of a border: the two states that face each other and the policies of each."""

from __future__ import annotations

from pydantic import SerializeAsAny

from flowsim.config import Name, NonNegative, Section
from flowsim.policy.stock import AnyPolicy


class Authority(Section):
    """A state at one border: the policies it holds for those who come and for those who go back."""

    name: Name
    """Name of the authority."""
    country: Name
    """Whose side of the border it stands on."""
    policies: tuple[SerializeAsAny[AnyPolicy], ...] = ()
    """For people who flee, in the direction out."""
    lag_hours: NonNegative = 0.0
    """How old its reports are: it sees its border as it was so many hours ago."""
    back: tuple[SerializeAsAny[AnyPolicy], ...] = ()
    """For people who go home."""


class Border(Section):
    """A border between two countries and the authorities on its two sides."""

    id: Name
    """By which scripts and variants name it."""
    between: tuple[Name, Name]
    """The two countries."""
    authorities: tuple[Authority, ...] = ()
    """Who holds policies on either side; none leaves the border open."""
