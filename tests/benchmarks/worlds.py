"""Made-up worlds of any size: towns on a rough grid, roads between neighbours, camps in the east.

Nothing is read from files. The same numbers give the same world on every machine.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import flowsim as fs

try:
    from flowsim.policy.config import Authority, Border
    from flowsim.world.config import Group, Place, Route
except ImportError:  # an older commit, which is measured beside this one
    from flowsim.policy.sections import Authority, Border  # type: ignore[import-not-found,no-redef]
    from flowsim.world.sections import (  # type: ignore[import-not-found,no-redef]
        Group,
        Place,
        Route,
    )
try:
    from flowsim.world.violence_config import Event, Violence
except ImportError:  # there they stand beside the places
    Event, Violence = (getattr(import_module(Place.__module__), n) for n in ("Event", "Violence"))

START = datetime(2020, 1, 1)
SPACING_KM = 10.0
KM_A_DEGREE = 111.2
WINDING = 1.3
"""Kilometres of road by those of the line between its ends."""


@dataclass(frozen=True)
class World:
    """How large a world is, and what happens in it.

    A tenth of the places, in the east, are camps abroad. All people live in every second of the
    others, under violence from the first day to the last.

    Attributes
    ----------
    places : int
    degree : float
        Roads at a place, on average.
    people : int
    moving : float
        Share of the households that leave home during the run.
    step_h, days : float
        Length of a step, hours; of the run, days. Violence, hazards and results go by the step.
    household : int
        Persons in each household.
    policies : int
        Of the authority abroad, for all crossings.
    """

    places: int = 100
    degree: float = 4.0
    people: int = 10_000
    moving: float = 0.3
    step_h: float = 24.0
    days: float = 30.0
    household: int = 4
    policies: int = 1

    def __post_init__(self) -> None:
        if self.places < 3:
            raise ValueError("a world has 3 places or more")
        if not 0.0 <= self.moving < 1.0:
            raise ValueError("moving is a share from 0 to below 1")
        if min(self.people, self.household, self.step_h, self.days) <= 0:
            raise ValueError("people, household, step_h and days are above 0")

    @property
    def name(self) -> str:
        """For a scenario."""
        return f"world {self.people} in {self.places}"

    @cached_property
    def spots(self) -> NDArray[np.float64]:
        """Where places lie, kilometres to the east and north; (P, 2)."""
        side = math.ceil(math.sqrt(self.places))
        n = np.arange(self.places)
        jitter = np.random.default_rng(1).uniform(-0.3, 0.3, (self.places, 2))
        return (np.stack([n // side, n % side], axis=1) + jitter) * SPACING_KM

    @cached_property
    def abroad(self) -> NDArray[np.bool_]:
        """Which places are camps abroad: those furthest to the east."""
        there = np.zeros(self.places, dtype=bool)
        there[self.places - max(1, self.places // 10) :] = True
        return there

    @cached_property
    def lived_in(self) -> NDArray[np.bool_]:
        """In which places people live: every second inside."""
        return ~self.abroad & (np.arange(self.places) % 2 == 0)

    @cached_property
    def residents(self) -> NDArray[np.int64]:
        """Persons who live at each place, as even as can be."""
        towns = int(self.lived_in.sum())
        shares = np.full(towns, self.people // towns)
        shares[: self.people % towns] += 1
        residents = np.zeros(self.places, dtype=np.int64)
        residents[self.lived_in] = shares
        return residents

    @cached_property
    def roads(self) -> NDArray[np.int64]:
        """Pairs of places with a road: what connects all, and of the rest the shortest; (R, 2)."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import minimum_spanning_tree
        from scipy.spatial import cKDTree

        wanted = max(round(self.places * self.degree / 2), self.places - 1)
        near = min(self.places, max(9, 2 * math.ceil(self.degree) + 1))
        km, other = cKDTree(self.spots).query(self.spots, near)
        one = np.repeat(np.arange(self.places), near)
        pairs = np.sort(np.stack([one, other.ravel()], axis=1), axis=1)
        pairs, first = np.unique(pairs, axis=0, return_index=True)
        km, some = km.ravel()[first], pairs[:, 0] != pairs[:, 1]
        pairs, km = pairs[some], km[some]
        shape = (self.places, self.places)
        tree = minimum_spanning_tree(coo_array((km, (pairs[:, 0], pairs[:, 1])), shape)).tocoo()
        needed = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
        is_needed = np.array([tuple(pair) in needed for pair in pairs.tolist()])
        order = np.lexsort((pairs[:, 1], pairs[:, 0], km, ~is_needed))
        return np.asarray(pairs[np.sort(order[:wanted])])

    def road_km(self) -> NDArray[np.float64]:
        """Kilometres of each road."""
        ends = self.spots[self.roads]
        return np.asarray(WINDING * np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1))

    def town(self, place: int) -> str:
        """Name of a place."""
        return f"{'Camp' if self.abroad[place] else 'Town'} {place}"

    def degrees(self, place: int) -> tuple[float, float]:
        """Latitude and longitude, around the equator."""
        east, north = (self.spots[place] - self.spots.mean(axis=0)) / KM_A_DEGREE
        return round(float(north), 4), round(float(east), 4)


def scenario(world: World) -> fs.Scenario:
    """The world as a scenario."""
    step = timedelta(hours=world.step_h)
    rate = -math.log1p(-world.moving) / world.days
    return fs.Scenario(
        name=world.name, start=START, end=START + timedelta(days=world.days), step=step,
        record=step, grid=min(step, timedelta(days=1)), flee_from=("Here",),
        places=_places(world), routes=_routes(world), groups=(_group(world),),
        violence=Violence(events=_events(world)),
        borders=(Border(id="Border", between=("Here", "There"), authorities=(
            Authority(name="Guards", country="There", policies=_policies(world.policies)),
        )),),
        behaviour={"leaving": {
            "violence_per_day": rate, "news_per_day": 0.0, "neighbours_per_day": 0.0,
            "trapped": 0.0, "frailty_variance": 0.0,
        }},
    )  # fmt: skip


def _places(world: World) -> tuple[Place, ...]:
    made = []
    for n in range(world.places):
        lat, lon = world.degrees(n)
        people = int(world.residents[n])
        made.append(
            Place(
                name=world.town(n), country="There" if world.abroad[n] else "Here", lat=lat,
                lon=lon, kind="camp" if world.abroad[n] else "town", population=people,
                share={"All": 1.0} if people else {},
            )
        )  # fmt: skip
    return tuple(made)


def _routes(world: World) -> tuple[Route, ...]:
    made, crossings = [], 0
    for (one, other), km in zip(world.roads.tolist(), world.road_km().tolist(), strict=True):
        told: dict[str, Any] = {}
        if world.abroad[one] != world.abroad[other]:
            told = {"crossing": f"Gate {crossings}", "kind": "post"}
            crossings += 1
        made.append(Route(start=world.town(one), end=world.town(other), km=km, **told))
    return tuple(made)


def _group(world: World) -> Group:
    return Group(
        name="All", household_size={world.household: 1.0}, children=0.33, women=0.31, men=0.3,
        elderly_women=0.035, elderly_men=0.025,
    )  # fmt: skip


def _events(world: World) -> tuple[Event, ...]:
    end = START + timedelta(days=world.days)
    return tuple(
        Event(place=world.town(n), start=START, peak=START, until=end, intensity=1.0,
              target={"All": 1.0})
        for n in np.flatnonzero(world.lived_in).tolist()
    )  # fmt: skip


def _policies(n: int) -> tuple[Any, ...]:
    """So many policies, of four kinds in turn; the border is shut at night by the first."""
    kinds = (
        fs.policy.OpeningHours(hours=(6, 22)),
        fs.policy.Triage(priority=("children",)),
        fs.policy.Open(cost_km=0.1),
        fs.policy.Reactive(when={"what": "waiting", "above": 1_000_000},
                           policies=[fs.policy.Closed()]),
    )  # fmt: skip
    return tuple(kinds[k % len(kinds)] for k in range(n))


def write_for_flee(world: World, where: Path) -> Path:
    """The world as a folder in Flee's format, for Flee itself and for flowsim to read.

    Of its people the share that moves comes evenly over the days, and is registered as evenly in
    the camps.
    """
    folder = where / world.name.replace(" ", "_")
    (folder / "input_csv").mkdir(parents=True)
    (folder / "source_data").mkdir()
    names = [world.town(n).replace(" ", "_") for n in range(world.places)]
    days, comers = round(world.days), round(world.people * world.moving)
    last = (START + timedelta(days=days - 1)).date()
    camps = np.flatnonzero(world.abroad).tolist()

    def write(name: str, rows: list[list[Any]]) -> None:
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    rows: list[list[Any]] = [["#name", "region", "country", "latitude", "longitude",
                              "location_type", "conflict_date", "population"]]  # fmt: skip
    for n, name in enumerate(names):
        lat, lon = world.degrees(n)
        if world.abroad[n]:
            rows.append([name, "East", "There", lat, lon, "camp", "", world.people])
        else:
            kind = "conflict_zone" if world.lived_in[n] else "town"
            date = 0 if world.lived_in[n] else ""
            rows.append([name, "West", "Here", lat, lon, kind, date, int(world.residents[n])])
    write("input_csv/locations.csv", rows)
    roads = zip(world.roads.tolist(), world.road_km().tolist(), strict=True)
    routes = [[names[one], names[other], round(km, 1), 0] for (one, other), km in roads]
    write("input_csv/routes.csv", [["#name1", "name2", "distance", "forced_redirection"], *routes])
    zones = np.flatnonzero(world.lived_in).tolist()
    fought = [[day, *[1] * len(zones)] for day in range(days)]
    write("input_csv/conflicts.csv", [["#Day", *(names[n] for n in zones)], *fought])
    write("input_csv/closures.csv", [["#closure_type", "name1", "name2", "start", "end"]])
    write("input_csv/sim_period.csv", [["StartDate", str(START.date())], ["Length", days]])
    write("source_data/refugees.csv", [[str(START.date()), 0], [str(last), comers]])
    layout = [["total", "refugees.csv"], *([names[n], f"camp_{n}.csv"] for n in camps)]
    write("source_data/data_layout.csv", layout)
    for n in camps:
        there = comers // len(camps)
        write(f"source_data/camp_{n}.csv", [[str(START.date()), 0], [str(last), there]])
    (where / "simsetting.yml").write_text("move_rules:\n  awareness_level: 1\n")
    return folder
