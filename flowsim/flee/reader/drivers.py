"""Floods and hunger in Flee's files: drivers, their levels, and what they do by the settings."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from flowsim.behaviour.flee_config import FLOOD, HUNGER, Flee
from flowsim.flee.reader.places import Spot
from flowsim.flee.reader.rows import FARTHEST, Notes, Row, is_told, read_all
from flowsim.world.push_config import Driver, Level

MOST_LEVELS = 200_000
"""Rows of levels that a scenario may become of such tables."""
SURE = 0.99
"""Chance to move on in a day above which it makes no difference: a hazard has to be finite."""
AVOIDED = 0.5
"""Utility by which hunger makes places worth less, at a part of 1: near -ln(1 - part ** 2) for the
parts below a half that the tables know."""


class Table(NamedTuple):
    """A table ``#Day,NAME,...``: header, days, and the numbers of known names on these days."""

    header: Row
    days: tuple[int, ...]
    numbers: Mapping[str, list[float]]


def read_drivers(
    folder: Path, spots: Mapping[str, Spot], start: datetime, flee: Flee, notes: Notes
) -> tuple[tuple[Driver, ...], tuple[Level, ...]]:
    """Drivers and levels of ``flood_level.csv`` and ``region_attributes_IPC.csv``.

    Floods hold from day to day, hunger goes in a line between the days that are told. What they do
    follows from the settings of Flee's rules on them, as `flood_driver` and `hunger_driver` have
    it; where there are none, they do nothing, which is told.
    """
    regions = {spot.row.text(1) for spot in spots.values() if spot.row.text(1)}
    floods = _read(folder / "flood_level.csv", "level", "place", spots, notes)
    hunger = _read(folder / "region_attributes_IPC.csv", "percentage", "region", regions, notes)
    if notes.problems:
        return (), ()
    drivers: list[Driver] = []
    every: list[Level] = []
    for table, driver, levels_of in (
        (floods, flood_driver(flee), _floods), (hunger, hunger_driver(flee), _hunger)
    ):  # fmt: skip
        levels = levels_of(table, start) if table is not None else []
        if not levels or table is None:
            continue
        drivers.append(driver)
        every += levels
        if len(levels) > MOST_LEVELS:
            wrong = f"{len(levels)} changes of a level are too many"
            table.header.wrong(0, wrong, f"give at most {MOST_LEVELS}")
        elif not _acts(driver):
            how = f"no setting says what it does; give the driver {driver.name!r} a coefficient"
            notes.warn(table.header, f"read as levels that do nothing: {how}")
    return tuple(drivers), tuple(every)


def flood_driver(flee: Flee) -> Driver:
    """What floods do by the settings, as coefficients of a level.

    A chance m to move on in a day is a hazard -ln(1 - m), and a factor w on a score a utility
    ln w. Both are fitted to the levels by a line through 0, by least squares.

    Examples
    --------
    >>> made = flood_driver(Flee(flood_movechances=(0.0, 0.5, 0.75), flood_loc_weights=(1, 0.5)))
    >>> round(made.leave_per_day, 4), round(made.settle_cost, 4)  # ln 2 a level, each
    (0.6931, 0.6931)
    """
    hazards = [-math.log1p(-min(m, SURE)) for m in flee.flood_movechances]
    costs = [-math.log(max(w, 1.0 - SURE)) for w in flee.flood_loc_weights]
    return Driver(
        name=FLOOD, leave_per_day=max(_slope(hazards), 0.0),
        settle_cost=max(_slope(costs), 0.0), source="flood_level.csv; simsetting.yml",
    )  # fmt: skip


def _slope(values: Sequence[float]) -> float:
    """Of the line through 0 that is nearest to values at 0, 1, 2 and so on."""
    square = sum(n * n for n in range(len(values)))
    return sum(n * value for n, value in enumerate(values)) / square if square else 0.0


def hunger_driver(flee: Flee) -> Driver:
    """What hunger does by the settings; its level is the part of the people who go hungry.

    `flee_when_starving` lets that part move on in a day, besides the others: a hazard of
    -ln(1 - part), near part where it is small. `starvation_driven_spawning` weighs it as conflict.

    Examples
    --------
    >>> made = hunger_driver(Flee(flee_when_starving=True))
    >>> made.leave_per_day, made.settle_cost, made.origin_weight
    (1.0, 0.0, 0.0)
    """
    return Driver(
        name=HUNGER, between="line",
        leave_per_day=1.0 if flee.flee_when_starving else 0.0,
        settle_cost=AVOIDED if flee.avoid_food_deprived_locations else 0.0,
        origin_weight=1.0 if flee.spawning.starvation_driven_spawning else 0.0,
        source="region_attributes_IPC.csv; simsetting.yml",
    )  # fmt: skip


def _acts(driver: Driver) -> bool:
    return any((driver.leave_per_day, driver.settle_cost, driver.origin_weight))


def _read(path: Path, what: str, of: str, known: Collection[str], notes: Notes) -> Table | None:
    """A table ``#Day,NAME,...`` with a number a day and name; what is wrong in it is a problem."""
    if not is_told(path):
        return None
    rows = read_all(path, notes)
    if not rows:
        return None
    header = rows[0]
    for i, name in enumerate(header.cells):
        if i and name and name not in known:
            notes.warn(header, f"{name!r} is not a {of}{notes.near(name, known)}")
        elif i and name and name in header.cells[1:i]:
            header.wrong(i, f"{name!r} appears twice", "keep one of its columns")
    days: list[int] = []
    numbers: dict[str, list[float]] = {name: [] for name in header.cells[1:] if name in known}
    for row in rows[1:]:
        day = row.whole(0, "day", 0, FARTHEST)
        if days and day <= max(days):
            right = "give the days in order"
            row.wrong(0, f"day {day} does not come after day {max(days)}", right)
        days.append(day)
        for i, name in enumerate(header.cells):
            if i and name:
                number = row.whole(i, what) if of == "place" else row.number(i, what, 0.0, 100.0)
                numbers.get(name, []).append(float(number))
    return Table(header, tuple(days), numbers)


def _floods(table: Table, start: datetime) -> list[Level]:
    """A row for each day on which the flood of a place changes."""
    levels = []
    for name, numbers in table.numbers.items():
        before = 0.0
        for day, level in zip(table.days, numbers, strict=True):
            if level != before:
                when = start + timedelta(days=day)
                levels.append(Level(driver=FLOOD, place=name, start=when, level=level))
            before = level
    return levels


def _hunger(table: Table, start: datetime) -> list[Level]:
    """A row for each day that is told of a region."""
    return [
        Level(
            driver=HUNGER, region=name, start=start + timedelta(days=day), level=percent / 100.0
        )
        for name, numbers in table.numbers.items()
        for day, percent in zip(table.days, numbers, strict=True)
    ]  # fmt: skip
