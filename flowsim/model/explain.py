"""Why people leave, and which ways they see: the terms of the model for a scenario at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np

from flowsim.arrays import Floats, Ints, left_to_right
from flowsim.errors import Problem, ScenarioError
from flowsim.model.outlook import ADDED, Interval, Outlook
from flowsim.model.route_options import TERMS, Way, Worth, chances, likely_ways
from flowsim.recorded import Moment, moment_of
from flowsim.scenario.checks import check
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.scenario.scenario import Scenario
from flowsim.shown import plain


@dataclass(frozen=True)
class SeenWay:
    """A way from an origin, as an informed household sees it.

    Attributes
    ----------
    places : tuple of str
        On the way; in the last one they settle.
    crossings : tuple of str
        That it passes.
    passes : float
        Chance that somebody of a family is let pass at all of them, as things stand.
    km, km_on_foot, hours : float
        Length, and time with delays and without waiting.
    share : float
        Of those who leave.
    utility : float
        The sum of the terms.
    terms : dict of str to float
    """

    places: tuple[str, ...]
    crossings: tuple[str, ...]
    passes: float
    km: float
    km_on_foot: float
    hours: float
    share: float
    utility: float
    terms: dict[str, float]


@dataclass(frozen=True)
class Origin:
    """A group at a place.

    Attributes
    ----------
    place, group : str
    residents : int
    leave : float
        Persons expected to leave during the run with their families, of whom some men stay.
    per_day : float or None
        Hazard of leaving at the moment, 1/day; None where it is told how many leave.
    hazard : dict of str to float
        What it is made of: violence + fear + drivers + news + neighbours, times the other factors,
        and besides what makes people leave a place that is lost.
    abroad : float
        Share of those who leave at the moment that choose a way abroad, whether or not a gate lets
        them pass.
    ways : tuple of SeenWay
        The likeliest first.
    """

    place: str
    group: str
    residents: int
    leave: float
    per_day: float | None
    hazard: dict[str, float]
    abroad: float
    ways: tuple[SeenWay, ...]


@dataclass(frozen=True)
class Explanation:
    """What `explain` tells; as text, as a table (`frame`) or as plain data (`to_dict`).

    Attributes
    ----------
    scenario : str
    at : datetime
        The moment; everything is as in the interval of the grid around it.
    origins : tuple of Origin
    """

    scenario: str
    at: datetime
    origins: tuple[Origin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {**asdict(self), "at": self.at.isoformat()}

    def frame(self) -> Any:
        """One row a way, as a pandas.DataFrame; terms are columns of their own."""
        import pandas as pd

        rows = [
            {
                "place": origin.place, "group": origin.group, "way": " > ".join(way.places),
                "crossings": " > ".join(way.crossings), "passes": way.passes, "km": way.km,
                "km_on_foot": way.km_on_foot, "hours": way.hours, "share": way.share,
                "utility": way.utility, **way.terms,
            }
            for origin in self.origins for way in origin.ways
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        told = [f"{self.scenario} at {self.at:%Y-%m-%d %H:%M}, before anybody has moved"]
        return "\n".join([*told, *(f"\n{_origin_text(origin)}" for origin in self.origins)])


def explain(
    scenario: Scenario,
    at: Moment | None = None,
    origins: Sequence[str] = (),
    groups: Sequence[str] = (),
    ways: int = 5,
) -> Explanation:
    """For each origin and group, why people leave at a moment and which ways they see.

    No run is made: queues are empty, and camps hold whom they held at the start. People are the
    informed without kin across; the others see the same `lag_hours` later.

    Parameters
    ----------
    scenario : Scenario
        With the model's own rules.
    at : str, date, datetime or datetime64, optional
        A moment of the run: local time, or one with an offset; else when danger to residents
        (or fear) is greatest, or the middle of the run where there is none.
    origins, groups : sequence of str
        Only of these; else all places with residents who can flee, and all groups there.
    ways : int
        So many ways of each origin, the likeliest first.

    Returns
    -------
    Explanation

    Raises
    ------
    ScenarioError
        The scenario does not hold together, has Flee's rules, or has no such moment or name.

    Examples
    --------
    >>> import flowsim as fs
    >>> world, night = fs.teaching_world(), "2030-05-03T00:00"
    >>> told = fs.explain(world, night, origins=["Town"], ways=2)
    >>> [(way.places, round(way.share, 3)) for way in told.origins[0].ways]
    [(('Village',), 0.99), (('Village', 'Ford', 'Camp'), 0.009)]
    >>> round(told.origins[0].ways[0].terms["length"], 3)  # -km_cost x 8 km
    -1.2
    >>> told.origins[0].ways[1].terms["gates"]  # the crossing is closed: -wait_cost_cap
    -3.0
    """
    moment = _checked(scenario, at, origins, groups)
    outlook = Outlook(scenario)
    left, worst, most = np.zeros(outlook.world.residents.shape), outlook.duration // 2, 0.0
    for interval in outlook.intervals():
        left += interval.left
        exposed = float((outlook.world.residents * outlook.danger.alarm).sum())
        if exposed > most:
            worst, most = interval.start, exposed
    seconds = worst if moment is None else int((moment - scenario.start).total_seconds())
    outlook = Outlook(scenario)
    for interval in outlook.intervals():
        if interval.start <= seconds < interval.stop:
            break
    cells = _cells(outlook, left, origins, groups)
    told = tuple(_origin(outlook, interval, left, p, g, ways) for p, g in cells)
    return Explanation(scenario.name, scenario.start + timedelta(seconds=seconds), told)


def _checked(
    scenario: Scenario, at: Moment | None, origins: Sequence[str], groups: Sequence[str]
) -> datetime | None:
    """The moment as local time; ScenarioError with everything that cannot be explained."""
    problems = check(scenario)
    if scenario.rules == "flee":
        right = "choose `rules: flowsim`"
        problems.append(Problem("rules", "Flee's rules have no terms of utility", right))
    moment: datetime | None = None
    try:
        moment = None if at is None else moment_of(at, scenario.timezone)
    except ValueError as error:
        wrong, _, right = str(error).partition("; ")
        problems.append(Problem("at", wrong, right))
    if moment is not None and not scenario.start <= moment < scenario.end:
        period = f"{scenario.start:%Y-%m-%dT%H:%M} to {scenario.end:%Y-%m-%dT%H:%M}"
        wrong = f"{moment:%Y-%m-%dT%H:%M} is outside the run"
        problems.append(Problem("at", wrong, f"give a moment from {period}"))
    inside = [place.name for place in scenario.places if place.country in scenario.flee_from]
    for what, names, known in (
        ("place that people flee from", origins, inside),
        ("group", groups, [group.name for group in scenario.groups]),
    ):
        problems += [
            Problem("", f"there is no {what} {name!r}", f"there is {listed(known)}{near}")
            for name in names
            if name not in known
            for near in (did_you_mean(name, known),)
        ]
    if problems:
        raise ScenarioError(problems)
    return moment


def _cells(
    outlook: Outlook, left: Floats, origins: Sequence[str], groups: Sequence[str]
) -> list[tuple[int, int]]:
    """Places and groups to tell of."""
    world = outlook.world
    flees = np.array([group.flees > 0.0 for group in world.groups])
    there = ((world.residents > 0) & flees & world.inside[:, None]) | (left > 0.0)
    return [
        (int(p), int(g))
        for p, g in np.argwhere(there)
        if (not origins or world.network.names[p] in origins)
        and (not groups or world.groups[g].name in groups)
    ]


def _origin(
    outlook: Outlook, interval: Interval, left: Floats, p: int, g: int, most: int
) -> Origin:
    world, routes = outlook.world, outlook.laws.routes
    worth = Worth(outlook, g)
    chance, ends = chances(worth.values(p)), worth.settled(np.array([p]))[p]
    ways = [_seen(outlook, worth, way) for way in islice(likely_ways(routes, chance, p), most)]
    return Origin(
        place=world.network.names[p],
        group=world.groups[g].name,
        residents=int(world.residents[p, g]),
        leave=float(left[p, g]),
        per_day=None if outlook.laws.told else float(interval.rate[p, g]),
        hazard={name: float(values[p, g]) for name, values in interval.terms.items()},
        abroad=float(ends[~world.inside].sum()),
        ways=tuple(ways),
    )


def _seen(outlook: Outlook, worth: Worth, way: Way) -> SeenWay:
    network, links = outlook.world.network, list(way.links)
    gates: Ints = network.gate[links][network.gate[links] >= 0]
    by_gate = outlook.borders.rules.family_chance if network.gates else np.ones((0, 1))
    terms = worth.terms(way.links)
    return SeenWay(
        places=tuple(network.names[p] for p in network.head[links]),
        crossings=tuple(network.crossings[network.gates[g].crossing] for g in gates),
        passes=float(np.prod(by_gate[gates, worth.household_type])),
        km=float(network.km[links].sum()),
        km_on_foot=float(network.km[links][network.on_foot[links]].sum()),
        hours=float(worth.hours[links].sum()),
        share=way.share,
        utility=left_to_right(terms.values()),
        terms=terms,
    )


# ---- as text -----------------------------------------------------------------------------


def _origin_text(origin: Origin) -> str:
    who = f"{plain(origin.place)}, {plain(origin.group)}"
    people = f"{origin.residents:,} residents, of whom {origin.leave:,.0f} leave during the run"
    if origin.per_day is None:
        people = f"{origin.residents:,} residents; {origin.leave:,.0f} leave as `arrivals` says"
    abroad = f"of those who leave at this time {share_text(origin.abroad)} choose a way abroad"
    lines = [f"{who}: {people}; {abroad}"]
    if origin.per_day is not None:
        lines.append(f"  leaving {_number(origin.per_day)} a day = {_hazard_text(origin.hazard)}")
    if not origin.ways:
        return "\n".join([*lines, "  no way leads from here to a place where they could settle"])
    named = [name for name in TERMS if any(way.terms[name] for way in origin.ways)]
    head = ["share", "km", "on foot", "hours", "passes", "utility", *named, "way"]
    rows = [head, *(_cells_of(way, named) for way in origin.ways)]
    widths = [*(max(len(row[i]) for row in rows) for i in range(len(head) - 1)), 0]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append(f"  {'  '.join(cells).rstrip()}")
    rest = 1.0 - left_to_right(way.share for way in origin.ways)
    if rest > 5e-4:
        lines.append(f"  {share_text(rest).rjust(widths[0])}  all other ways")
    return "\n".join(lines)


def _hazard_text(hazard: dict[str, float]) -> str:
    always = ("violence", "news", "neighbours")
    added = [name for name in ADDED if name in always or hazard[name]]
    wish = " + ".join(f"{name} {_number(hazard[name])}" for name in added)
    apart = (*ADDED, "lost")
    factors = [f"{n} {_number(x)}" for n, x in hazard.items() if n not in apart and x != 1.0]
    lost = f" + lost {_number(hazard['lost'])}" if hazard["lost"] else ""
    return " x ".join([f"({wish})", *factors]) + lost


def _cells_of(way: SeenWay, named: list[str]) -> list[str]:
    places = [plain(name) for name in way.places]
    over = f" ({', '.join(map(plain, way.crossings))})" if way.crossings else ""
    numbers = [_number(way.utility), *(_number(way.terms[name]) for name in named)]
    passes = "" if not way.crossings else share_text(way.passes)
    foot = f"{way.km_on_foot:,.0f}" if way.km_on_foot else ""
    return [
        share_text(way.share), f"{way.km:,.0f}", foot, f"{way.hours:,.1f}", passes, *numbers,
        f"{' > '.join(places)}{over}",
    ]  # fmt: skip


def share_text(share: float) -> str:
    """A share in percent, with what is small to two digits.

    Examples
    --------
    >>> [share_text(x) for x in (0.5, 0.00021, 6.04e-8, 0.0)]
    ['50.0 %', '0.021 %', '6e-06 %', '0 %']
    """
    percent = 100.0 * share
    if percent >= 0.1:
        return f"{percent:.1f} %"
    return f"{percent:.2g} %" if percent >= 1e-4 else f"{percent:.0e} %" if percent else "0 %"


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.005 or value == 0.0 else f"{value:.1g}"
