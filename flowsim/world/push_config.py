"""Sections that say what drives people besides violence: threats, floods, hunger, cold."""

from __future__ import annotations

from typing import Literal

from flowsim.config import Instant, Name, NonNegative, Positive, Section, Share


class Threat(Section):
    """Fear without killing: an advance, an order to leave, the end of a state, a place lost.

    It rises from start to peak, holds, and decays by half, as violence does. People flee from it,
    keep away from it and hear of it; nobody is harmed by it.
    """

    name: Name
    places: tuple[Name, ...] = ()
    """Where it is felt."""
    region: str = ""
    """All places of this region, besides those named."""
    start: Instant
    """Onset."""
    peak: Instant | None = None
    """From here on at full intensity; empty means from its start."""
    until: Instant | None = None
    """From here on it decays; empty means that it stays to the end."""
    half_life_hours: Positive | None = None
    """Empty means that it ends at once."""
    fear: NonNegative = 1.0
    """1 frightens as `leaving.fear_per_day` says."""
    target: dict[str, Share] = {}
    """How much each group fears it, 1 fully; empty means everybody fully."""
    lost_from: Instant | None = None
    """From here on the places are lost to those whom it targets: they leave, whatever else holds,
    and do not return; nobody else settles there. Empty means that they are not."""
    leave_within_hours: Positive = 24.0
    """Mean time in which those who are still there leave from then on, hours."""
    note: str = ""
    source: str = ""


class Driver(Section):
    """What else drives people, besides violence: a flood, hunger, cold; its course is in `levels`.

    All that it does is in proportion to its level.
    """

    name: Name
    between: Literal["hold", "line"] = "hold"
    """Between two rows of `levels` it holds the earlier one, or goes in a line from it to the
    later one. Before the first row it is 0; after the last it holds on."""
    leave_per_day: NonNegative = 0.0
    """Hazard of leaving home, or a refuge inside, at level 1."""
    way_cost_per_hour: NonNegative = 0.0
    """Utility that an hour on the way costs at level 1."""
    settle_cost: NonNegative = 0.0
    """Utility that settling costs at a place of level 1."""
    stay_away: NonNegative = 0.0
    """The wish to return falls as exp(-stay_away x level at home)."""
    origin_weight: NonNegative = 0.0
    """Danger that level 1 counts as in the weights of origins, where it is told how many leave."""
    target: dict[str, Share] = {}
    """How much it touches each group, 1 fully; empty means everybody fully."""
    note: str = ""
    source: str = ""


class Level(Section):
    """How strong a driver is at a place or in a region from a moment on."""

    driver: Name
    """Name of the driver."""
    place: str = ""
    """Where, if not in a whole region."""
    region: str = ""
    """All places of it that have no rows of their own for this driver."""
    start: Instant
    """From this moment on."""
    level: NonNegative
    """How strong it is; what the driver does is in proportion to it."""
    source: str = ""
