"""Sections on what was reported: figures to hold a run against, and how far they can be off."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from flowsim.config import Instant, Name, NonNegative, Section, Share

Quantity = Literal[
    "crossed", "crossed_day", "registered_adults", "waiting", "displaced_inside", "stock_abroad",
    "deaths", "deaths_official", "injured_official", "share_children", "share_women", "share_men",
    "share_women_children",
]  # fmt: skip
NORMAL = 1000.0
"""So many degrees of freedom are normal errors."""
Hours = Annotated[float, Field(ge=-100_000.0, le=100_000.0)]


def _as_check(use: str) -> str:
    return "check" if use == "compare" else use


class Report(Section):
    """One reported figure, to be held against the simulation."""

    id: Name
    """By which it is told."""
    when: Instant
    """Local time to which the figure belongs."""
    variable: Literal[Quantity, "other"]
    """What was counted; `other` is only told."""
    place: str = ""
    """A place, region, crossing or country; empty means all."""
    value: float | None = None
    """The figure."""
    low: float | None = None
    """Low end of what is reported: its 5 %, or "at least" where there is no high end."""
    high: float | None = None
    """High end of what is reported: its 95 %, or "up to" where there is no low end."""
    counted: float | None = None
    """The figure as it was counted, where `value` was corrected since."""
    recount: bool = False
    """Whether all that the place reported before was counted otherwise: what changes from the
    report before this one is the counting, and no person moved."""
    unit: str = "persons"
    """Of the figure; only told."""
    use: Annotated[
        Literal["fit", "specify", "check", "compare", "context"], AfterValidator(_as_check)
    ] = "context"
    """Whether values are fitted to it, an input was set from it (specified from), it is kept to
    check with, or only told. `compare` is the earlier word for `check`."""
    originator: str = ""
    """Who counted, whoever told it: errors of one originator are not independent. Empty: the
    `source`."""
    rounded_to: NonNegative | None = None
    """It is rounded to multiples of this, and 0 is not at all; empty: as the figure looks."""
    counting_error: Annotated[float, Field(ge=0.0, le=10.0)] | None = None
    """Standard error of the count, relative to it; empty: from low and high, or `evidence`."""
    lag_hours_low: Hours | None = None
    """The count is of at least so many hours before `when`; below 0 of a later time."""
    lag_hours_high: Hours | None = None
    """The count is of at most so many hours before `when`."""
    source: str = ""
    url: str = ""
    """Where the source can be read."""
    note: str = ""


class Evidence(Section):
    """How far reports, and the model, can be off where reports say nothing of it themselves."""

    counting_error: Annotated[float, Field(ge=0.0, le=10.0)] = 0.1
    """Standard error of a count of which nothing is known, relative to it."""
    discrepancy: dict[Quantity, Annotated[float, Field(ge=0.0, le=10.0)]] = {}
    """What the model cannot do whatever its inputs: standard error of a quantity, relative to the
    figure that is reported."""
    other_discrepancy: Annotated[float, Field(ge=0.0, le=10.0)] = 0.1
    """The same of quantities that `discrepancy` does not name."""
    discrepancy_within: Annotated[float, Field(ge=1.0, le=10.0)] = 1.0
    """All discrepancies together may be so many times larger or smaller than stated (90 %), and are
    learnt with the inputs; 1: they are known to be as stated."""
    same_originator: Share = 0.5
    """Correlation of the counting errors of two reports of one quantity by one originator."""
    degrees_of_freedom: Annotated[float, Field(ge=1.0, le=NORMAL)] = 4.0
    """Of Student's t by which errors are distributed: few are heavy tails, 1000 normal errors."""
