"""Registrations by camp and day, as the reports of a scenario tell them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.clock import DAY
from flowsim.evidence.statements import of_reports
from flowsim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Registered:
    """Persons registered at each camp on each day.

    Attributes
    ----------
    camps : tuple of str, (C,)
        Camps that have a report, in the order of the places.
    persons : float64 array (D, C)
        At the beginning of day 0, 1, ... since the start: straight lines between reports, level
        before the first and after the last, in whole persons.
    first : int64 array (C,)
        Day of the first report above zero; D where there is none.
    """

    camps: tuple[str, ...]
    persons: Floats
    first: Ints


def registered(scenario: Scenario) -> Registered:
    """The registrations of a scenario: its reports of ``stock_abroad`` at its camps.

    Raises
    ------
    ValueError
        It has none.
    """
    camps = [p.name for p in scenario.places if p.kind == "camp"]
    length = round((scenario.end - scenario.start).total_seconds() / DAY)
    days = np.arange(length)
    points: dict[str, list[tuple[float, float]]] = {name: [] for name in camps}
    for told_of in of_reports(scenario.reports):
        if (
            told_of.quantity == "stock_abroad"
            and told_of.place in points
            and told_of.reported is not None
        ):
            at = (told_of.when - scenario.start).total_seconds() / DAY
            points[told_of.place].append((at, told_of.reported))
    told = tuple(name for name in camps if points[name])
    if not told:
        raise ValueError("no camp has a report of stock_abroad; give registrations to score it by")
    columns, first = [], []
    for name in told:
        series = sorted(points[name])
        when, persons = [day for day, _ in series], [count for _, count in series]
        columns.append(np.floor(np.interp(days, when, persons) + 1e-9))
        begun = [day for day, count in series if count > 0.0]
        first.append(min(max(int(begun[0]), 0), length) if begun else length)
    return Registered(told, np.stack(columns, axis=1), np.array(first, dtype=np.int64))
