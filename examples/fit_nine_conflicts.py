"""Fit where people go in the nine conflicts in Flee's format, leaving out one at a time.

    OPENBLAS_NUM_THREADS=1 python examples/fit_nine_conflicts.py FOLDER   # threads only cost here

FOLDER holds the nine. It prints, and writes to ``fit_nine_conflicts.csv`` beside this file, the
values that stand in `flowsim.flee.reader.defaults.FOLDS` and how far off each fit is on the
conflict that it never saw. To run the model itself some thousand times would take days, so what is
fitted is its mean-field limit: expected persons at each camp, who are there the day they leave.
`flowsim score FOLDER/NAME --fold NAME` then judges the values with the model.

Two choices are made in each fold, by the eight conflicts that it sees. Which terms there are: the
form of `FORMS` with the least error when the eight are left out in turn. And their values: the mean
of those points of one Sobol sample that do best on the eight. Nine conflicts say too little to look
for the very best point, which learns them by heart. The measure is ARD, once with the capacities
and once without, so that the values lean on what capacities leak no more than they must.

How many leave: the hazard of each conflict at which as many leave as came, what the hazards of the
others say of it (`flowsim.learn.leavers.pooled`), and the same with the rows dated up to day 30 and
up to day 90.
"""

from __future__ import annotations

import csv
import sys
import warnings
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import qmc

import flowsim as fs
from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.destinations import Destinations, shortest_km
from flowsim.behaviour.elimination import factorise_and_solve
from flowsim.behaviour.routes import RouteLogit, link_cost
from flowsim.behaviour.settling import FULL_COST, LEAST_FREE
from flowsim.clock import DAY
from flowsim.evidence.measures import relative_difference
from flowsim.evidence.naive import naive_forecasts
from flowsim.evidence.registered import registered
from flowsim.learn.leavers import LogRate, early_rates, pooled
from flowsim.model.flow import FlowModel
from flowsim.world.config import Arrival

HELD = {"km_cost": 0.009, "margin": 0.04, "danger_cost": 0.03, "population_power": 0.3}
"""What six of the nine once said, rounded, and held since: more values than these few would learn
nine conflicts by heart."""
SPACE = {
    "room": (0.0, 6.0),
    "crowding": (0.0, 6.0),
    "compatriots": (0.0, 6.0),
    "opened": (0.0, 4.0),
    "elsewhere": (0.001, 0.3),
    "any_distance": (0.0, 0.5),
    "distance_power": (0.3, 6.0),
    "near_km": (10.0, 300.0),
}
"""Where values may lie."""
LOGARITHMIC = ("elsewhere", "distance_power", "near_km")
_OLD = ("room", "crowding", "compatriots", "opened")
_POWER = ("distance_power", "near_km")
FORMS: Mapping[str, tuple[tuple[str, ...], float]] = {
    "exponential": (_OLD, 0.0),
    "elsewhere": ((*_OLD, "elsewhere"), 0.0),
    "countries": ((*_OLD, "elsewhere"), 1.0),
    "any distance": ((*_OLD, "elsewhere", "any_distance"), 1.0),
    "power": ((*_OLD, *_POWER), 0.0),
    "power, countries": ((*_OLD, "elsewhere", *_POWER), 1.0),
    "power, any distance": ((*_OLD, "elsewhere", "any_distance", *_POWER), 1.0),
}
"""Terms that a form fits, and its `by_country`."""
NONE = {"elsewhere": 0.0, "any_distance": 0.0, "distance_power": 0.0, "near_km": 50.0}
SAMPLE, BEST, SEED, TOGETHER = 512, 32, 5, 128
BARRED = 12.0
"""Cost of a link that nobody passes."""
HORIZONS = (30, 90)


class Crisis:
    """A conflict, and all of it that does not depend on what is fitted."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        scenario = fs.load(folder)
        known = registered(scenario)
        nobody = (Arrival(start=scenario.start, persons=1),)
        model = FlowModel(scenario.model_copy(update={"arrivals": nobody}), engine="agents")
        network, self.world = model.world.network, model.world
        self.camps = np.array([network.names.index(camp) for camp in known.camps])
        self.data = known.persons
        self.known_by = {days: known_by(scenario, days) for days in HORIZONS}
        self.leave = np.array([row.persons for row in scenario.arrivals], dtype=np.float64)
        self.naive = {
            name: relative_difference(row.persons, self.data)
            for name, row in naive_forecasts(scenario, known).items()
            if row.first == 0
        }
        self.danger, barred, shut = self._days(model)
        self.steps = self._steps()
        days = (self.steps[:-1] + self.steps[1:]) // 2
        people = self.world.residents[:, 0].astype(np.float64)
        self.homes = np.flatnonzero(people > 0.0)
        self.people = people[self.homes] ** HELD["population_power"]
        self.danger_then = self.danger[days][:, self.homes]
        self.shut = shut[days][:, self.camps]
        self.opened = np.maximum.accumulate(self.shut, axis=0) & ~self.shut
        places = [scenario.places[camp] for camp in self.camps]
        self.limit = np.array([-1 if p.capacity is None else p.capacity for p in places], float)
        self.sheltered = np.array([p.sheltered for p in places], dtype=np.float64)
        country = self.world.country[self.camps]
        self.together = (country[:, None] == country[None, :]).astype(np.float64)
        self._ways(model, days, barred)

    def _days(self, model: FlowModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Danger, links that nobody passes and camps that are shut, each day."""
        danger, barred, shut = [], [], []
        gate = model.world.network.gate
        for day in range(self.leave.size):
            model.violence(day * DAY)
            model.policies(day * DAY)
            closed = np.zeros(gate.size, dtype=bool)
            closed[gate >= 0] = model.borders.rules.family_chance[gate[gate >= 0], 0] <= 0.0
            if model.borders.roads is not None:
                closed |= model.borders.roads.permeability <= 0.0
            danger.append(model.danger.danger[:, 0])
            barred.append(closed)
            shut.append(model.borders.shut)
        return np.array(danger), np.array(barred), np.array(shut)

    def _steps(self) -> np.ndarray:
        """Days at which to look again: some forty of like numbers of people, some forty of time."""
        came = np.cumsum(self.leave) / self.leave.sum()
        by_number = np.searchsorted(came, np.linspace(0.0, 1.0, 45)[1:-1])
        by_time = np.linspace(0, self.leave.size, 36).astype(np.int64)
        return np.unique(np.concatenate([[0, 1, 2, 4, 7], by_number, by_time]))

    def _ways(self, model: FlowModel, days: np.ndarray, barred: np.ndarray) -> None:
        """Sums over all ways from homes to camps in peace and at each step, (O, C)."""
        network = model.world.network
        section = RouteChoice(
            road_kmh=16.0, **{k: HELD[k] for k in ("km_cost", "margin", "danger_cost")}
        )
        logit = RouteLogit(section, network, model.world.may_settle)
        camps = np.isin(np.arange(len(network.names)), self.camps)
        choice = Destinations(section, logit, camps, self.homes)
        order = np.searchsorted(np.flatnonzero(camps), self.camps)
        hours = network.hours(section.road_kmh, section.foot_kmh)
        none, seen = np.zeros(len(network.gates)), {}
        self.worse = np.zeros((days.size, self.homes.size, self.camps.size))
        self.peace = choice.ways(np.zeros(logit.n_links), factorise_and_solve)[0][:, order]
        self.there = np.isfinite(self.peace)
        peace = np.where(self.there, self.peace, 0.0)
        for i, day in enumerate(days):
            cost = link_cost(section, network, hours, self.danger[day], none)
            cost = cost + BARRED * barred[day]
            key = cost.tobytes()
            if key not in seen:
                seen[key] = choice.ways(cost, factorise_and_solve)[0][:, order] - peace
            self.worse[i] = np.where(self.there, seen[key], 0.0)
        km = shortest_km(logit)[np.ix_(self.homes, self.camps)]
        self.km = np.where(np.isfinite(km), km, 0.0)

    def expected(
        self, values: Mapping[str, np.ndarray], by_country: float, capacities: bool
    ) -> np.ndarray:
        """Expected persons at each camp at the end of each day, by point; (n, D, C)."""
        n, powers = values["room"].size, values["distance_power"].any()
        v = {name: x[:, None] for name, x in values.items()}
        limit = self.limit if capacities else np.where(self.limit > 0, -1, self.limit)
        far = np.where(self.there, self.peace, 0.0)[None]
        if powers:
            far = -v["distance_power"][..., None] * np.log1p(self.km / v["near_km"][..., None])
        there = np.tile(self.sheltered, (n, 1))
        found = np.zeros((n, self.leave.size, self.camps.size))
        for i, (first, last) in enumerate(zip(self.steps[:-1], self.steps[1:], strict=True)):
            free = np.where(limit >= 0, np.clip(1.0 - there / np.maximum(limit, 1), 0, 1), 1.0)
            full = (free <= 0.0) | self.shut[i]
            share = there / np.maximum(there.sum(axis=1, keepdims=True), 1.0)
            worth = (
                v["room"] * np.log(np.maximum(free, LEAST_FREE))
                - v["crowding"] * share
                + v["compatriots"] * (share @ self.together)
                + v["opened"] * self.opened[i]
                - by_country * np.log(np.maximum((~full) @ self.together, 1.0))
                - FULL_COST * full
            )
            alike = np.where(self.there, self.worse[i] + worth[:, None, :], -np.inf)
            part = v["any_distance"][..., None]
            went = (1.0 - part) * softmax(alike + far) + part * softmax(alike)
            weight = self.people * (self.danger_then[i] + v["elsewhere"])
            none = ~weight.any(axis=1, keepdims=True)
            weight = np.where(none, self.people, weight)
            weight = weight / weight.sum(axis=1, keepdims=True)
            came = np.einsum("no,noc->nc", weight, went)
            leave = self.leave[first:last]
            found[:, first:last] = there[:, None] + np.cumsum(leave)[:, None] * came[:, None]
            there = there + leave.sum() * came
        return found

    def errors(self, values: Mapping[str, np.ndarray], by_country: float) -> np.ndarray:
        """ARD with capacities and without, by point, (2, n)."""
        told = [self.expected(values, by_country, seeing) for seeing in (True, False)]
        return np.array([differences(persons, self.data) for persons in told])


def differences(sim: np.ndarray, data: np.ndarray) -> np.ndarray:
    """`relative_difference` of many at once, (n,) of (n, D, C)."""
    here, there = sim.sum(axis=2, keepdims=True), data.sum(axis=1)
    scaled = sim * (there[:, None] / np.where(here > 0.0, here, 1.0))
    return (np.abs(scaled - data).sum(axis=2) / np.maximum(there, 1.0)).mean(axis=1)


def softmax(utility: np.ndarray) -> np.ndarray:
    """Shares over the last axis; a home without any way goes nowhere."""
    top = utility.max(axis=-1, keepdims=True)
    weight = np.exp(utility - np.where(np.isfinite(top), top, 0.0))
    total = weight.sum(axis=-1, keepdims=True)
    return weight / np.where(total > 0.0, total, 1.0)


class Fit:
    """A form tried at all points on all conflicts, once; fits to some of them are read from that.

    Parameters
    ----------
    crises : list of Crisis
    terms : tuple of str
    by_country : float
    """

    def __init__(self, crises: list[Crisis], terms: tuple[str, ...], by_country: float) -> None:
        self._crises, self._terms, self._by_country = crises, terms, by_country
        self._sample = qmc.Sobol(len(terms), seed=SEED).random(SAMPLE)
        self._errors = np.array([self._tried(crisis) for crisis in crises])

    def _tried(self, crisis: Crisis) -> np.ndarray:
        parts = np.split(self._sample, range(TOGETHER, SAMPLE, TOGETHER))
        tried = [crisis.errors(self.values(part), self._by_country) for part in parts]
        return np.concatenate(tried, axis=1)

    def values(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Values at points of the unit cube, (n, terms)."""
        told = {name: np.full(len(points), value) for name, value in NONE.items()}
        for i, name in enumerate(self._terms):
            low, high = SPACE[name]
            part = points[:, i]
            by_log = name in LOGARITHMIC
            told[name] = low * (high / low) ** part if by_log else low + (high - low) * part
        return told

    def to(self, seen: list[int]) -> dict[str, np.ndarray]:
        """The values fitted to some conflicts."""
        best = np.argsort(self._errors[seen].mean(axis=(0, 1)), kind="stable")[:BEST]
        values = self.values(self._sample[best].mean(axis=0)[None])
        return {name: np.array([float(f"{x[0]:.3g}")]) for name, x in values.items()}

    def error(self, seen: list[int], crisis: int) -> np.ndarray:
        """ARD with capacities and without on a conflict, by the values fitted to some, (2,)."""
        return self._crises[crisis].errors(self.to(seen), self._by_country)[:, 0]

    def left_out(self, seen: list[int]) -> float:
        """Mean error on each of some conflicts by the values fitted to the others of them."""
        apart = [self.error([j for j in seen if j != i], i) for i in seen]
        return float(np.mean(apart))


def leavers(crisis: Crisis, per_day: float) -> float:
    """Persons who have left by the end at a hazard of leaving at danger 1."""
    exposed = crisis.danger.sum(axis=0)  # days
    return float((crisis.world.residents[:, 0] * -np.expm1(-per_day * exposed)).sum())


def known_by(scenario: fs.Scenario, days: int) -> float:
    """Persons who came to camps by a day, as rows dated up to it tell; no line to a later row."""
    until = scenario.start + timedelta(days=days)
    last: dict[str, float] = {}
    for report in sorted(scenario.reports, key=lambda report: report.when):
        of_camp = report.variable == "stock_abroad" and report.place
        if of_camp and report.when <= until and report.value is not None:
            last[report.place] = report.value
    return sum(last.values()) - sum(place.sheltered for place in scenario.places)


def told_hazard(crisis: Crisis) -> float:
    """Hazard at which as many leave as came by the end, 1/day."""
    came = crisis.leave.sum()
    off = lambda log: leavers(crisis, float(np.exp(log))) - came  # noqa: E731
    return float(np.exp(brentq(off, -22.0, 4.0)))


def rate_so_far(crisis: Crisis, days: int) -> float:
    """Persons who came by a day, as is known on it, over days that residents were in danger.

    More can have come than lived where danger has been told, so there is not always a hazard.
    """
    exposed = float((crisis.world.residents[:, 0] * crisis.danger[:days].sum(axis=0)).sum())
    return max(crisis.known_by[days], 0.0) / exposed if exposed > 0.0 else 0.0


def rates(crises: list[Crisis]) -> list[dict[str, object]]:
    """How many leave: the rate of each conflict by the others, and with its own first weeks."""
    whole = [told_hazard(crisis) for crisis in crises]
    early = {days: [rate_so_far(crisis, days) for crisis in crises] for days in HORIZONS}
    rows: list[dict[str, object]] = []
    for i in range(len(crises)):
        others = [j for j in range(len(crises)) if j != i]
        rate = pooled([whole[j] for j in others])
        row: dict[str, object] = {"rate": whole[i], **_told("others", rate)}
        for days, told in early.items():
            missed = early_rates([told[j] for j in others], [whole[j] for j in others])
            row |= {f"rate_{days}": told[i], **_told(f"day_{days}", rate.learn(told[i], missed))}
        rows.append({name: float(f"{value:.3g}") for name, value in row.items()})
    return rows


def _told(name: str, rate: LogRate) -> dict[str, object]:
    low, high = rate.interval(0.9)
    return {name: rate.median, f"{name}_low": low, f"{name}_high": high}


def main(folder: Path) -> None:
    """Fit on all, and on all but each; choose the form in each fold."""
    warnings.simplefilter("ignore", fs.ScenarioWarning)
    crises = [Crisis(path.parent) for path in sorted(folder.glob("*/input_csv"))]
    leave: list[dict[str, object]] = [{}, *rates(crises)]
    for crisis, told in zip(crises, leave[1:], strict=True):
        print(crisis.name, told, flush=True)
    fits = {name: Fit(crises, *form) for name, form in FORMS.items()}
    everyone = list(range(len(crises)))
    apart = {
        name: np.array([fit.error([j for j in everyone if j != i], i) for i in everyone])
        for name, fit in fits.items()
    }
    for name, errors in apart.items():
        mean = errors.mean(axis=0)
        print(f"{name:20} left out: {mean[0]:.3f}, without capacities {mean[1]:.3f}", flush=True)
    rows = [_fold(crises, fits, i) | leave[n] for n, i in enumerate([None, *everyone])]
    for i, row in enumerate(rows[1:]):
        for name, errors in apart.items():
            row |= {f"{name}: ard": f"{errors[i, 0]:.3f}"}
            row |= {f"{name}: ard_no_capacities": f"{errors[i, 1]:.3f}"}
    path = Path(__file__).with_suffix(".csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[1]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _fold(crises: list[Crisis], fits: Mapping[str, Fit], left: int | None) -> dict[str, object]:
    """The form and the values by all conflicts but one, and what they are worth on that one."""
    seen = [i for i in range(len(crises)) if i != left]
    inner = {name: fit.left_out(seen) for name, fit in fits.items()}
    form = min(inner, key=lambda name: inner[name])
    fit = fits[form]
    row: dict[str, object] = {
        "left_out": "all" if left is None else crises[left].name, "form": form,
        "inside": f"{inner[form]:.3f}",
        **{name: float(x[0]) for name, x in fit.to(seen).items()},
        **{f"{name}: inside": f"{x:.3f}" for name, x in inner.items()},
    }  # fmt: skip
    print(row, {name: round(x, 3) for name, x in inner.items()}, flush=True)
    if left is None:
        errors = np.mean([fit.error(seen, i) for i in seen], axis=0)
    else:
        crisis = crises[left]
        errors = fit.error(seen, left)
        row |= {name: f"{x:.3f}" for name, x in crisis.naive.items()}
    row |= {"ard": f"{errors[0]:.3f}", "ard_no_capacities": f"{errors[1]:.3f}"}
    print(
        f"    {row['left_out']}: ARD {row['ard']}, without {row['ard_no_capacities']}", flush=True
    )
    return row


if __name__ == "__main__":
    main(Path(sys.argv[1]))
