"""What a report says: a statement about a quantity of a run at a time, and how far it can be off.

The one reading of reports: tables, figures, scores and the likelihood all go through it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Literal

from flowsim.evidence.quantities import LAGGING, SHARES, UNITS
from flowsim.scenario.scenario import Scenario
from flowsim.world.reported import NORMAL, Evidence, Report

Kind = Literal["count", "stock", "share", "adults"]
Bound = Literal["about", "at least", "up to"]
STOCKS = ("waiting", "displaced_inside", "stock_abroad")
Z95 = NormalDist().inv_cdf(0.95)
"""Low and high are the 5 and 95 % points of a counting error, so many standard errors away."""
LEAST_COUNT, LEAST_SHARE = 1.0, 0.005
"""No counting error is smaller: a person, half a percent."""
COARSEST = 3.0
"""A figure is taken to be rounded to at most this part of itself: 100,000 to 10,000."""
USES = ("fit", "check", "specify")
"""Uses of reports that count, in the order of tables."""


@dataclass(frozen=True)
class Statement:
    """A report, as it can be held against a run; made by `statements`.

    Attributes
    ----------
    id : str
    when : datetime
        Local time to which the figure belongs.
    quantity, place : str
        See `flowsim.evidence.quantities.quantity`.
    kind : {"count", "stock", "share", "adults"}
        A flow or cumulative count, persons who are somewhere at the time, a part of them, or a
        count of adults only.
    bound : {"about", "at least", "up to"}
        Whether the figure is the quantity, or an end of it.
    value : float
        The figure, the middle of its range where only that is reported, or the bound.
    reported, low, high : float or None
        As reported.
    sd_low, sd_high : float
        Standard error of the count, where the quantity is below and above ``value``.
    rounded_to : float
        Width of the cell of numbers that are all told as ``value``; 0 where it is not rounded.
    sd_discrepancy : float
        What the model cannot do whatever its inputs.
    discrepancy_within : float
        By what factor all discrepancies may be larger or smaller than stated, one for all.
    correlation : float
        Of the counting errors of two statements with the same ``originator`` and ``quantity``.
    freedom : float
        Degrees of freedom of Student's t; inf where errors are normal.
    lag_hours : tuple of float
        The figure is of between so many hours before ``when``.
    originator, use, unit : str
    """

    id: str
    when: datetime
    quantity: str
    place: str
    kind: Kind
    bound: Bound
    value: float
    reported: float | None
    low: float | None
    high: float | None
    sd_low: float
    sd_high: float
    rounded_to: float
    sd_discrepancy: float
    correlation: float
    freedom: float
    lag_hours: tuple[float, float]
    originator: str
    use: str
    unit: str
    discrepancy_within: float = 1.0


def statements(
    scenario: Scenario, use: Collection[str] = ("fit",), within: bool = True
) -> tuple[Statement, ...]:
    """The reports of a scenario as statements about its runs, in their order.

    Parameters
    ----------
    scenario : Scenario
    use : collection of str
        Of these uses: fit, check, specify, context.
    within : bool
        Only those of the period of the scenario.

    Returns
    -------
    tuple of Statement
        Without reports of other things than quantities of a run, and of counts that lag what they
        count nobody knows how much.

    Examples
    --------
    >>> import flowsim as fs
    >>> [told] = [s for s in statements(fs.load("kyrgyz_uzbek_2010")) if s.id == "KG012"]
    >>> told.value, told.bound, round(told.sd_low), round(told.sd_high)
    (80000.0, 'about', 3040, 6080)
    """
    return tuple(
        read(report, scenario.evidence)
        for report in scenario.reports
        if report.use in use
        and is_quantity(report, scenario)
        and (not within or scenario.start <= report.when <= scenario.end)
    )


def of_reports(reports: Iterable[Report], evidence: Evidence | None = None) -> list[Statement]:
    """Reports of quantities of a run as statements, whatever their use and time.

    Counts that lag nobody knows how much are among them, to be drawn beside a run.
    """
    errors = evidence or Evidence()
    return [read(report, errors) for report in reports if report.variable in UNITS]


def is_quantity(report: Report, scenario: Scenario) -> bool:
    """Whether a run has what a report is about, as it was counted."""
    if report.variable not in LAGGING or report.lag_hours_low is not None:
        return report.variable in UNITS
    harm = scenario.behaviour.harm
    counted = harm.counted_after_days > 0.0 or harm.never_counted > 0.0
    return report.variable == "deaths_official" and counted


def read(report: Report, evidence: Evidence) -> Statement:
    """What a report says, and how far it can be off.

    Parameters
    ----------
    report : Report
        Of a quantity of a run.
    evidence : Evidence
        Where it says nothing of its errors.
    """
    low, value, high = report.low, report.value, report.high
    bound: Bound = "about"
    if (low is None) != (high is None) and value in (None, low, high):
        bound = "up to" if low is None else "at least"
    ends = [end for end in (low, high) if end is not None]
    centre = float(value if value is not None else sum(ends) / len(ends))
    below, above = _counting(report, centre, bound, evidence)
    lag = (report.lag_hours_low or 0.0, report.lag_hours_high or 0.0)
    discrepancy: Mapping[str, float] = dict(evidence.discrepancy.items())
    off = discrepancy.get(report.variable, evidence.other_discrepancy)
    return Statement(
        report.id, report.when, report.variable, report.place, _kind(report.variable), bound,
        centre, value, low, high, below, above, _rounding(report, centre, bound),
        off * _scale(report.variable, centre), evidence.same_originator,
        _freedom(evidence), lag, report.originator or report.source, report.use,
        report.unit, evidence.discrepancy_within,
    )  # fmt: skip


def _freedom(evidence: Evidence) -> float:
    freedom = evidence.degrees_of_freedom
    return math.inf if freedom >= NORMAL else freedom


def _kind(variable: str) -> Kind:
    if variable in SHARES:
        return "share"
    if variable == "registered_adults":
        return "adults"
    return "stock" if variable in STOCKS else "count"


def _scale(variable: str, value: float) -> float:
    """What a relative error is relative to: of a share also to what is missing to one."""
    if variable in SHARES:
        return math.sqrt(max(value * (1.0 - value), 0.0))
    return abs(value)


def _counting(
    report: Report, centre: float, bound: Bound, evidence: Evidence
) -> tuple[float, float]:
    """Standard errors of a count below and above its value."""
    least = LEAST_SHARE if report.variable in SHARES else LEAST_COUNT
    scale = _scale(report.variable, centre)
    if report.counting_error is not None:
        told = max(report.counting_error * scale, least)
        return told, told
    known = evidence.counting_error * scale
    sides = [known, known]
    if bound == "about" and (report.low is not None or report.high is not None):
        below = None if report.low is None else (centre - report.low) / Z95
        above = None if report.high is None else (report.high - centre) / Z95
        # An end that is not told is as far away as the other.
        sides = [
            next(side for side in pair if side is not None)
            for pair in ((below, above), (above, below))
        ]
    return max(sides[0], least), max(sides[1], least)


def _rounding(report: Report, centre: float, bound: Bound) -> float:
    """Width of the cell: as told, none for bounds and ranges, else as the figure looks."""
    if report.rounded_to is not None:
        return report.rounded_to if bound == "about" else 0.0
    ranged = report.low is not None or report.high is not None
    return 0.0 if ranged or bound != "about" else looks_rounded_to(centre)


def looks_rounded_to(value: float) -> float:
    """To what a figure looks rounded: the largest 1 or 5 times a power of ten that divides it.

    No more than a third of the figure, so that 100,000 is taken to be rounded to 10,000.

    Examples
    --------
    >>> [looks_rounded_to(x) for x in (75_000.0, 83_000.0, 28_120.0, 100_000.0, 0.57, 0.9)]
    [5000.0, 1000.0, 10.0, 10000.0, 0.01, 0.1]
    """
    if value == 0.0:
        return 0.0
    for power in range(math.floor(math.log10(abs(value))), -7, -1):
        for step in (5, 1):
            unit = float(f"{step}e{power}")
            times = value / unit
            if unit <= abs(value) / COARSEST and abs(times - round(times)) < 1e-9 * abs(times):
                return unit
    return 0.0


def originators(told: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Statements by who counted, in their order; those of which nobody is known are left out."""
    found: dict[str, list[Statement]] = {}
    for statement in told:
        if statement.originator:
            found.setdefault(statement.originator, []).append(statement)
    return found
