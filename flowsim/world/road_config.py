"""Sections that say what happens to roads for a time, and where fuel is short."""

from __future__ import annotations

from typing import Literal

from flowsim.config import Instant, Name, NonNegative, Section, Share

LIMITS = ("vehicles_per_hour", "persons_per_hour", "lanes", "waiting_room")
"""Fields of a route that limit how many pass it or stand on it."""


class RoadEvent(Section):
    """A block, an accident, or repairs: for a time a road lets fewer through, or nobody.

    Examples
    --------
    >>> RoadEvent(route=("Town", "Bridge"), start="2023-09-26T08:00", stop="2023-09-26T11:00",
    ...           capacity=0.0).direction
    'both'
    """

    name: str = ""
    """By which a variant can change or remove it; empty means that it cannot."""
    route: tuple[Name, Name]
    """The road by the two places that it joins."""
    mode: Literal["road", "foot"] = "road"
    """Of the routes that join the two."""
    start: Instant
    """From this moment on."""
    stop: Instant
    """Until then."""
    capacity: Share = 0.0
    """Factor on what the road lets through an hour; 0 closes it. Of several they multiply."""
    direction: Literal["both", "along"] = "both"
    """Both directions, or only from the first of the two places to the second."""
    note: str = ""
    source: str = ""


class Fuel(Section):
    """How many vehicles a day find fuel at a place, from a moment on until the next row.

    Examples
    --------
    >>> Fuel(place="Town", start="2023-09-25T15:00", vehicles_per_day=1200).vehicles_per_day
    1200.0
    """

    place: Name
    """Where it is short."""
    start: Instant
    """From this moment on."""
    vehicles_per_day: NonNegative | None = None
    """Vehicles that can fill up and set out a day; 0 is none, empty means that all can."""
    note: str = ""
    source: str = ""
