"""Scores of forecasts of conflicts that were left out of the fit: the tables of docs/forecasts.

`fit_forecasts.py` calls this. Each table is of all conflicts, or of made-up ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

import flowsim as fs
from flowsim.evidence.naive import naive_forecasts
from flowsim.evidence.registered import registered
from flowsim.learn.forecast import forecast_persons, forecast_totals
from flowsim.learn.forecasts import spread, totals
from flowsim.learn.forecasts.cases import EVERY_DAYS, FIRST_DAY, Case, case
from flowsim.learn.forecasts.learnt import Learnt
from flowsim.learn.forecasts.made_up import KINDS, made_up
from flowsim.learn.forecasts.quantile_scores import inside, interval_score, ranked_probability
from flowsim.learn.forecasts.residuals import Grown, ToldShares
from flowsim.learn.forecasts.scoring import HORIZONS
from flowsim.learn.forecasts.shares import Points, expected, known_on, shares_of
from flowsim.plot.page import Page
from flowsim.plot.style import FAINT, STATUS, Chart, styled

METHODS = ("forecast", "held and rest", "held rows", "equal shares", "gravity",
           "share of capacity (peeks)", "share of the day, interpolated (peeks)")  # fmt: skip
CENTRAL = tuple(range(10, 100, 10))
"""Per cent that central intervals should hold."""


def without_rows(scenario: fs.Scenario, one: Case) -> dict[str, np.ndarray]:
    """Shares by day of forecasts that need no rows, (D, C)."""
    known = registered(scenario)
    naive = naive_forecasts(scenario, known)
    assert known.camps == one.rows.places
    told = {name: shares_of(naive[name].persons) for name in ("equal shares", "gravity")}
    if "share of capacity" in naive:
        told["share of capacity (peeks)"] = shares_of(naive["share of capacity"].persons)
    return told


def by_method(one: Case, told: ToldShares, own: spread.Spread, bar: spread.Spread,
              naive: dict[str, np.ndarray]) -> pd.DataFrame:  # fmt: skip
    """Scores of each method, made and horizon of a conflict left out; parts of all persons."""
    rows = []
    for i in np.flatnonzero(np.isin(told.ahead, HORIZONS)):
        made, at, use = told.made[i], told.made[i] + told.ahead[i], told.counts[i]
        shares = {
            "forecast": told.share[i], "held and rest": told.held[i],
            "held rows": shares_of(known_on(one.rows, int(made)).held),
            "share of the day, interpolated (peeks)": shares_of(one.data[made]),
            **{name: share[at] for name, share in naive.items()},
        }  # fmt: skip
        of = {"forecast": (own, told.features), "held and rest": (bar, told.of_held)}
        for method in METHODS:
            if method not in shares:
                continue
            row = {"conflict": one.name, "method": method, "made": made, "ahead": told.ahead[i],
                   "ard": one.ard(shares[method], np.array([at]))}  # fmt: skip
            if method in of:
                quantiles = spread.of_shares(of[method][0], shares[method], of[method][1][i])
                row |= by_quantiles(quantiles * told.total[i], told.data[i], use)
            else:  # a point has the CRPS of its absolute error
                row["crps"] = row["ard"]
            rows.append(row)
    return pd.DataFrame(rows)


def by_quantiles(quantiles: np.ndarray, data: np.ndarray, use: np.ndarray) -> dict[str, float]:
    size = max(float(data.sum()), 1.0)
    return {
        "crps": float((ranked_probability(quantiles, data) * use).sum() / size),
        "wis": float((interval_score(quantiles, data) * use).sum() / size),
        **{f"cover{c}": float(inside(quantiles, data, c / 100)[use].mean()) for c in CENTRAL},
    }


def from_day_30(one: Case, points: Points) -> dict[str, object]:
    """ARD from day 30 on, with more and less known of what comes."""
    days, known = np.arange(FIRST_DAY + 1, one.data.shape[0]), known_on(one.rows, FIRST_DAY)
    as_on = one._replace(ground=one.ground.as_on(FIRST_DAY))
    by_then = one.rows.last_told(one.data.shape[0]).sum(axis=1)
    return {
        "conflict": one.name,
        "forecast": one.ard(one.told(points, FIRST_DAY, days), days),
        "as on day 30": one.ard(as_on.told(points, FIRST_DAY, days), days),
        "totals of rows known by then": one.ard(
            expected(known, one.ground, by_then, points, days), days
        ),
        "held and rest": one.ard(one.held(FIRST_DAY), days),
        "held rows": one.ard(shares_of(known.held), days),
        "equal shares": one.ard(np.ones(known.held.size), days),
        "share of the day, interpolated (peeks)": one.ard(shares_of(one.data[FIRST_DAY]), days),
    }


def corrected(scenario: fs.Scenario, one: Case, points: Points) -> dict[str, object]:
    """ARD against registrations with all corrections, later ones too, as `flowsim score` has it."""
    other = one._replace(data=registered(scenario).persons)
    days = np.arange(FIRST_DAY + 1, one.data.shape[0])
    near: tuple[list[float], list[float]] = ([], [])
    for made in one.days_made():
        at = np.array([made + EVERY_DAYS])
        near[0].append(other.ard(one.told(points, made, at), at))
        near[1].append(other.ard(one.held(made), at))
    return {
        "conflict": one.name,
        "forecast": other.ard(one.told(points, FIRST_DAY, days), days),
        "held and rest": other.ard(one.held(FIRST_DAY), days),
        "forecast, a month ahead": np.mean(near[0]),
        "held and rest, a month ahead": np.mean(near[1]),
    }


def of_totals(one: Case, every: Grown, growth: totals.Growth, own: spread.Spread) -> pd.DataFrame:
    """How far off totals were by the growth law, and whether their intervals hold."""
    told = every.features @ np.array(growth)
    features = spread.total_features(told, every.ahead)
    quantiles = every.total[:, None] * np.exp(
        (told - every.log_growth)[:, None] + own.residuals(features)
    )
    frame = {"conflict": one.name, "made": every.made, "ahead": every.ahead,
             "ratio": np.exp(told - every.log_growth)}  # fmt: skip
    frame |= {f"cover{c}": inside(quantiles, every.total, c / 100) for c in CENTRAL}
    return pd.DataFrame(frame)[np.isin(every.ahead, HORIZONS)]


def totals_not_told(
    one: Case, from_others: Learnt, made: Sequence[int]
) -> Iterator[dict[str, object]]:
    """Scores by place where totals are not told, as `flowsim.forecast` makes them."""
    for day in made:
        known, steps = known_on(one.rows, day), one.steps(day, HORIZONS)
        if not known.held.any():
            continue
        days = np.arange(day + 1, day + int(steps[-1]) + 1)
        median, total = forecast_totals(one.rows, known, one.ground, days, from_others)
        persons = forecast_persons(known, one.ground, days, median, total, from_others)
        for h in steps:
            use = ~one.ground.shut[day + h] | known.seen
            told = by_quantiles(persons[h - 1], one.data[day + h], use)
            yield {"conflict": one.name, "made": day, "ahead": h, **told}


def on_made_up(points: Points, seeds: range) -> pd.DataFrame:
    """ARD from day 30 on of made-up conflicts of each kind."""
    rows = []
    for kind in KINDS:
        for seed in seeds:
            one = case(*made_up(kind, seed))
            days = np.arange(FIRST_DAY + 1, one.data.shape[0])
            told = one.ard(one.told(points, FIRST_DAY, days), days)
            bar = one.ard(one.held(FIRST_DAY), days)
            rows.append({"kind": kind, "seed": seed, "forecast": told, "held and rest": bar})
    return pd.DataFrame(rows)


def by_flee(scenario: fs.Scenario, one: Case) -> dict[str, object]:
    """ARD of a run by Flee's rules, which knows capacities and how many come.

    From day 30 on, and on the days that forecasts of each horizon are for.
    """
    from flowsim.flee.simulate import simulate

    run = simulate(scenario.model_copy(update={"rules": "flee"}), "1.1")
    persons, last = run.sheltered(one.rows.places), one.data.shape[0]
    days = {"flee": np.arange(FIRST_DAY + 1, last)}
    for h in HORIZONS:
        made = np.array(one.days_made(HORIZONS[0]))
        days[f"flee_{h}"] = made[made + h < last] + h
    return {"conflict": one.name, **{name: one.ard(persons[at], at) for name, at in days.items()}}


EXACT = {"color": FAINT, "linewidth": 0.9, "linestyle": "--"}
EACH = {"color": STATUS["sheltered"], "linewidth": 0.9, "alpha": 0.35}
MEAN = {"color": STATUS["sheltered"], "linewidth": 1.8, "marker": "o", "markersize": 3.6}


@styled
def calibration(folder: Path, *, width: float = 183) -> Chart:
    """What central intervals hold of what came, by conflict and in the mean over conflicts."""
    shares = pd.read_csv(folder / "by_horizon.csv").query("method == 'forecast'")
    tables = {
        "Places, totals told": shares,
        "Places, totals not told": pd.read_csv(folder / "totals_not_told.csv"),
        "Totals": pd.read_csv(folder / "totals.csv").drop(columns="made"),
    }
    page = Page(width, 2.3, "What intervals of forecasts hold of conflicts left out of the fit")
    panels = page.grid(1, len(tables), sharey=True)
    for ax, (title, table) in zip(panels, tables.items(), strict=True):
        each = 100 * table.groupby("conflict")[[f"cover{c}" for c in CENTRAL]].mean()
        ax.plot([0, 100], [0, 100], **EXACT)
        ax.plot(CENTRAL, each.T, **EACH)
        ax.plot(CENTRAL, each.mean(), clip_on=False, **MEAN)
        ax.set(xlabel="central interval, per cent", xlim=(0, 100), ylim=(0, 100))
        ax.set(xticks=range(0, 100, 20), yticks=range(0, 101, 20))
        ax.set_title(title)
    panels[0].set_ylabel("of what came is inside, per cent")
    page.key_below([
        Line2D([], [], label=f"mean over {len(each)} conflicts", **MEAN),
        Line2D([], [], label="each conflict", **EACH),
        Line2D([], [], label="as many as it says", **EXACT),
    ])  # fmt: skip
    return page.settled()
