"""Fit what forecasts take from other conflicts, leaving out one at a time, and score them.

    OPENBLAS_NUM_THREADS=1 python examples/fit_forecasts.py FOLDER   # threads only cost here

FOLDER holds conflicts in Flee's format. It writes what a forecast is made with
(`flowsim/learn/forecasts/*.csv`: parameter points, spread of residuals, growth of totals, each for
all conflicts and for all but each) and how those of conflicts left out did (`docs/forecasts/`).
About two minutes on one core; with --flee half an hour more, for a run of each by Flee's rules.

Points are chosen from one Sobol sample: the best `BEST` by their mean ARD over held + rest, from
day 30 on and every 30 days, on the other conflicts, of those that are not worse than held + rest on
made-up ones in which distance says nothing (`flowsim.learn.forecasts.made_up`; those that are
scored have other seeds). A search for the very best point would fit nine conflicts, and no more.
What is not fitted here, the form and the constants of `flowsim.learn.forecasts.shares`, was chosen
with all conflicts in view.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from scipy.stats import qmc

import flowsim as fs
from flowsim.evidence.measures import relative_difference
from flowsim.learn.forecast import forecast_persons, forecast_totals
from flowsim.learn.forecasts import learnt, spread, totals
from flowsim.learn.forecasts.ground import Ground, ground_of
from flowsim.learn.forecasts.made_up import KINDS, made_up
from flowsim.learn.forecasts.quantile_scores import inside, interval_score, ranked_probability
from flowsim.learn.forecasts.series import Rows, rows_of
from flowsim.learn.forecasts.shares import (
    Points,
    expected,
    fresh,
    held_and_rest,
    known_on,
    shares_of,
)

SPACE = {
    "structure": (0.2, 3.0), "stock": (0.05, 1.0), "counts": (0.5, 4.0), "crowding": (0.0, 2.0),
    "compatriots": (0.0, 4.0), "opened": (0.0, 3.0), "trust": (2.0, 8.0), "rest": (0.0, 1.0),
}  # fmt: skip
"""Where parameters may lie; the first three by their logarithms."""
LOGARITHMIC = 3
POWERS = (1.5, 2.0, 2.5, 3.0)
SAMPLE, BEST, SEED = 256, 24, 7
FIRST, EVERY = 30, 30
HORIZONS = (7, 30, 90)
FURTHER = (180, 365)
"""Horizons besides, from which intervals are learnt too."""
WORLDS = range(1000, 1012)
"""Seeds of made-up conflicts."""


class Case(NamedTuple):
    """A conflict."""

    name: str
    rows: Rows
    ground: Ground
    total: np.ndarray
    data: np.ndarray


def case(name: str, rows: Rows, ground: Ground) -> Case:
    data = rows.by_day(ground.kind.size)
    return Case(name, rows, ground, data.sum(axis=1), data)


def read(folder: Path) -> Case:
    scenario = fs.load(folder)
    rows = rows_of(scenario)
    return case(folder.name, rows, ground_of(scenario, rows.places))


def sample() -> Points:
    unit = qmc.Sobol(len(SPACE) + 1, seed=SEED).random(SAMPLE)
    told = {"power": np.array(POWERS)[(unit[:, -1] * len(POWERS)).astype(int)]}
    for i, (name, (low, high)) in enumerate(SPACE.items()):
        part = unit[:, i]
        told[name] = low * (high / low) ** part if i < LOGARITHMIC else low + (high - low) * part
    return Points(**{name: np.array([float(f"{v:.3g}") for v in told[name]]) for name in told})


def days_made(one: Case) -> range:
    return range(FIRST, one.total.size - EVERY, EVERY)


def held(one: Case, made: int) -> np.ndarray:
    known = known_on(one.rows, made)
    return shares_of(held_and_rest(known, one.ground, float(one.total[made])))


def losses(one: Case, points: Points, thin: int = 4) -> np.ndarray:
    """ARD over that of held + rest of each point: from day 30 on, and every 30 days; (G, 2)."""
    late = np.arange(FIRST + 1, one.total.size)[::thin]
    told = expected(known_on(one.rows, FIRST), one.ground, one.total, points, late, each=True)
    bar = ard(np.tile(held(one, FIRST), (late.size, 1)), one, late)
    far = np.array([ard(each, one, late) for each in told]) / bar
    near, bars = [], []
    for made in days_made(one):
        at = np.array([made + EVERY])
        told = expected(known_on(one.rows, made), one.ground, one.total, points, at, each=True)
        near.append([ard(each, one, at) for each in told])
        bars.append(ard(held(one, made)[None], one, at))
    return np.stack([far, np.mean(near, axis=0) / np.mean(bars)], axis=1)


def ard(told: np.ndarray, one: Case, days: np.ndarray) -> float:
    return relative_difference(told, one.data[days])


def chosen(of_cases: np.ndarray, of_worlds: np.ndarray, left_out: int | None) -> np.ndarray:
    """The best points, by the mean over the conflicts that are not left out.

    Those that do worse than held + rest, in the mean over made-up conflicts of any kind, are passed
    over.

    Parameters
    ----------
    of_cases : float64 array (N, G, 2)
    of_worlds : float64 array (kinds, W, G)
    """
    seen = [i for i in range(len(of_cases)) if i != left_out]
    loss = of_cases[seen].mean(axis=(0, 2))
    loss[of_worlds.mean(axis=1).max(axis=0) >= 1.0] = np.inf
    return np.sort(np.argsort(loss, kind="stable")[:BEST])


# ---- residuals and growth -------------------------------------------------------------------


class Told(NamedTuple):
    """Forecasts of a conflict at some horizons, a row each (made, ahead), and what came.

    `counts` tells which places are scored: not those that are shut and have no row.
    """

    made: np.ndarray
    ahead: np.ndarray
    share: np.ndarray
    held: np.ndarray
    features: np.ndarray
    of_held: np.ndarray
    total: np.ndarray
    data: np.ndarray
    counts: np.ndarray


def forecasts(one: Case, points: Points, made: list[int], ahead: tuple[int, ...]) -> Told:
    rows = []
    for day in made:
        steps = np.array([h for h in ahead if day + h < one.total.size])
        if not steps.size:
            continue
        known, at = known_on(one.rows, day), day + steps
        share = shares_of(expected(known, one.ground, one.total, points, at))
        bar = np.tile(held(one, day), (steps.size, 1))
        new = fresh(known, one.total[at])
        features = spread.share_features(share, known.seen, steps, new)
        of_held = spread.share_features(bar, known.seen, steps, new)
        counts = ~one.ground.shut[at] | known.seen
        told = (np.full(steps.size, day), steps, share, bar, features, of_held, one.total[at],
                one.data[at], counts)  # fmt: skip
        rows.append(told)
    return Told(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def fitted_spread(told: list[Told], left_out: int | None, of: str) -> spread.Spread:
    """Spread of the residuals of conflicts, of the forecasts or of held + rest."""
    features, residuals, conflict = [], [], []
    for i, one in enumerate(told):
        if i == left_out:
            continue
        share = one.share if of == "share" else one.held
        true = one.data / np.maximum(one.total, 1.0)[:, None]
        use = one.counts & (one.total > 0.0)[:, None]
        features.append((one.features if of == "share" else one.of_held)[use])
        residuals.append((spread.logit(true) - spread.logit(share))[use])
        conflict.append(np.full(int(use.sum()), len(conflict)))
    return spread.fit(*map(np.concatenate, (features, residuals, conflict)))


class Totals(NamedTuple):
    """What growth laws are fitted to: a row each (made, ahead)."""

    made: np.ndarray
    ahead: np.ndarray
    features: np.ndarray
    log_growth: np.ndarray
    total: np.ndarray


def growths(one: Case, made: list[int], ahead: tuple[int, ...]) -> Totals:
    rows = []
    for day in made:
        known = known_on(one.rows, day)
        steps = np.array([h for h in ahead if day + h < one.total.size])
        if not steps.size or not known.held.any():
            continue
        features = totals.features(known, one.ground, day + steps)
        total = one.total[day + steps]
        log_growth = np.log(np.maximum(total, 1.0) / known.held.sum())
        rows.append((np.full(steps.size, day), steps, features, log_growth, total))
    return Totals(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def fitted_growth(every: list[Totals], left_out: int | None) -> totals.Growth:
    """Least squares with coefficients of at least zero; conflicts count alike."""
    left, right = [], []
    for i, one in enumerate(every):
        if i != left_out:
            root = 1.0 / np.sqrt(one.ahead.size)
            left.append(one.features * root)
            right.append(one.log_growth * root)
    found, _ = nnls(np.concatenate(left), np.concatenate(right))
    return totals.Growth(*(float(f"{x:.3g}") for x in found))


def spread_of_totals(
    every: list[Totals], growth: list[totals.Growth], left_out: int | None
) -> spread.Spread:
    """Spread of the residuals of conflicts, each by a growth law that has not seen it."""
    features, residuals, conflict = [], [], []
    for i, one in enumerate(every):
        if i != left_out:
            told = one.features @ np.array(growth[i])
            features.append(spread.total_features(told, one.ahead))
            residuals.append(one.log_growth - told)
            conflict.append(np.full(one.ahead.size, len(conflict)))
    return spread.fit(*map(np.concatenate, (features, residuals, conflict)))


# ---- what is written --------------------------------------------------------------------------

PACKAGE = Path(learnt.__file__).parent
DOCS = Path(__file__).parents[1] / "docs" / "forecasts"
METHODS = ("forecast", "held and rest", "held rows", "equal shares", "gravity",
           "share of capacity (peeks)", "share of the day, interpolated (peeks)")  # fmt: skip


def write(name: str, table: pd.DataFrame, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format="%.4g")


def spread_row(fold: str, of: str, found: spread.Spread) -> dict[str, object]:
    named = {f"c{i}": c for i, c in enumerate(found.coefficients)}
    return {"fold": fold, "of": of, **named, **dict(zip(learnt.QUANTILES, found.quantiles,
                                                       strict=True))}  # fmt: skip


def others(folder: Path, one: Case) -> dict[str, np.ndarray]:
    """Shares by day of forecasts that need no rows, (D, C)."""
    from flowsim.evidence.naive import naive_forecasts
    from flowsim.evidence.registered import registered

    scenario = fs.load(folder)
    known = registered(scenario)
    naive = naive_forecasts(scenario, known)
    assert known.camps == one.rows.places
    told = {name: shares_of(naive[name].persons) for name in ("equal shares", "gravity")}
    if "share of capacity" in naive:
        told["share of capacity (peeks)"] = shares_of(naive["share of capacity"].persons)
    return told


def scored(one: Case, told: Told, own: spread.Spread, bar: spread.Spread,
           naive: dict[str, np.ndarray]) -> pd.DataFrame:  # fmt: skip
    """Scores of each method, made and horizon of a conflict left out; parts of all persons."""
    rows = []
    for i in range(told.ahead.size):
        if told.ahead[i] not in HORIZONS:
            continue
        made, at, use = told.made[i], told.made[i] + told.ahead[i], told.counts[i]
        known = known_on(one.rows, int(made))
        shares = {
            "forecast": told.share[i], "held and rest": told.held[i],
            "held rows": shares_of(known.held),
            "share of the day, interpolated (peeks)": shares_of(one.data[made]),
            **{name: share[at] for name, share in naive.items()},
        }  # fmt: skip
        for method in METHODS:
            if method not in shares:
                continue
            row = {"conflict": one.name, "method": method, "made": made, "ahead": told.ahead[i],
                   "ard": ard(shares[method][None], one, np.array([at]))}  # fmt: skip
            of = {"forecast": (own, told.features), "held and rest": (bar, told.of_held)}
            if method in of:
                quantiles = spread.of_shares(of[method][0], shares[method], of[method][1][i])
                row |= by_quantiles(quantiles * told.total[i], told.data[i], use)
            else:  # a point has the CRPS of its absolute error
                row["crps"] = row["ard"]
            rows.append(row)
    return pd.DataFrame(rows)


CENTRAL = tuple(range(10, 100, 10))
"""Per cent that central intervals should hold."""


def by_quantiles(quantiles: np.ndarray, data: np.ndarray, use: np.ndarray) -> dict[str, float]:
    size = max(float(data.sum()), 1.0)
    return {
        "crps": float((ranked_probability(quantiles, data) * use).sum() / size),
        "wis": float((interval_score(quantiles, data) * use).sum() / size),
        **{f"cover{c}": float(inside(quantiles, data, c / 100)[use].mean()) for c in CENTRAL},
    }


def from_day_30(one: Case, points: Points) -> dict[str, float]:
    days = np.arange(FIRST + 1, one.total.size)
    known = known_on(one.rows, FIRST)
    return {
        "forecast": ard(expected(known, one.ground, one.total, points, days), one, days),
        "as on day 30": ard(
            expected(known, one.ground.as_on(FIRST), one.total, points, days), one, days
        ),
        "totals of rows known by then": ard(
            expected(
                known, one.ground, one.rows.last_told(one.total.size).sum(axis=1), points, days
            ),
            one,
            days,
        ),
        "held and rest": ard(np.tile(held(one, FIRST), (days.size, 1)), one, days),
        "held rows": ard(np.tile(shares_of(known.held), (days.size, 1)), one, days),
        "equal shares": ard(np.ones((days.size, known.held.size)), one, days),
        "share of the day, interpolated (peeks)": ard(
            np.tile(shares_of(one.data[FIRST]), (days.size, 1)), one, days
        ),
    }


def corrected(folder: Path, one: Case, points: Points) -> dict[str, object]:
    """ARD against registrations with all corrections, later ones too, as `flowsim score` has it."""
    from flowsim.evidence.registered import registered

    other = one._replace(data=registered(fs.load(folder)).persons)
    days, far = np.arange(FIRST + 1, one.total.size), known_on(one.rows, FIRST)
    told = expected(far, one.ground, one.total, points, days)
    near = [[], []]
    for made in days_made(one):
        at = np.array([made + EVERY])
        later = expected(known_on(one.rows, made), one.ground, one.total, points, at)
        near[0].append(ard(later, other, at))
        near[1].append(ard(held(one, made)[None], other, at))
    return {
        "conflict": one.name, "forecast": ard(told, other, days),
        "held and rest": ard(np.tile(held(one, FIRST), (days.size, 1)), other, days),
        "forecast, a month ahead": np.mean(near[0]),
        "held and rest, a month ahead": np.mean(near[1]),
    }  # fmt: skip


def totals_scored(
    one: Case, every: Totals, growth: totals.Growth, own: spread.Spread
) -> pd.DataFrame:
    told = every.features @ np.array(growth)
    features = spread.total_features(told, every.ahead)
    quantiles = every.total[:, None] * np.exp(
        (told - every.log_growth)[:, None] + own.residuals(features)
    )
    frame = {"conflict": one.name, "made": every.made, "ahead": every.ahead,
             "ratio": np.exp(told - every.log_growth)}  # fmt: skip
    frame |= {f"cover{c}": inside(quantiles, every.total, c / 100) for c in CENTRAL}
    return pd.DataFrame(frame)[np.isin(every.ahead, HORIZONS)]


def without_totals(
    one: Case, from_others: learnt.Learnt, made: list[int]
) -> Iterator[dict[str, object]]:
    """Scores by place where totals are not told, as `flowsim.forecast` makes them."""
    for day in made:
        known = known_on(one.rows, day)
        steps = np.array([h for h in HORIZONS if day + h < one.total.size])
        if not known.held.any():
            continue
        days = np.arange(day + 1, day + int(steps[-1]) + 1)
        median, total = forecast_totals(one.rows, known, one.ground, days, from_others)
        persons = forecast_persons(known, one.ground, days, median, total, from_others)
        for h in steps:
            use = ~one.ground.shut[day + h] | known.seen
            told = by_quantiles(persons[h - 1], one.data[day + h], use)
            yield {"conflict": one.name, "made": day, "ahead": h, **told}


def on_worlds(points: Points, seeds: range) -> pd.DataFrame:
    rows = []
    for kind in KINDS:
        for seed in seeds:
            one = case(*made_up(kind, seed))
            days = np.arange(FIRST + 1, one.total.size)
            known = known_on(one.rows, FIRST)
            told = ard(expected(known, one.ground, one.total, points, days), one, days)
            bar = ard(np.tile(held(one, FIRST), (days.size, 1)), one, days)
            rows.append({"kind": kind, "seed": seed, "forecast": told, "held and rest": bar})
    return pd.DataFrame(rows)


def main(folder: Path, with_flee: bool = False) -> None:
    """Fit on all and on all but each, write, and score."""
    warnings.simplefilter("ignore", fs.ScenarioWarning)
    folders = [path.parent for path in sorted(folder.glob("*/input_csv"))]
    cases = [read(path) for path in folders]
    names = [one.name for one in cases]
    points = sample()
    of_cases = np.array([losses(one, points) for one in cases])
    of_worlds = np.array(
        [[losses_of_world(kind, seed, points) for seed in WORLDS] for kind in KINDS]
    )
    folds = {learnt.ALL: None, **{name: i for i, name in enumerate(names)}}
    best = {fold: chosen(of_cases, of_worlds, i) for fold, i in folds.items()}
    every_day = [list(range(FIRST, one.total.size - HORIZONS[0], EVERY)) for one in cases]
    ahead = HORIZONS + FURTHER
    told = [forecasts(one, points.at(best[one.name]), every_day[i], ahead)
            for i, one in enumerate(cases)]  # fmt: skip
    grown = [growths(one, every_day[i], ahead) for i, one in enumerate(cases)]
    growth = {fold: fitted_growth(grown, i) for fold, i in folds.items()}
    left_out = [growth[name] for name in names]
    of_share = {fold: fitted_spread(told, i, "share") for fold, i in folds.items()}
    of_total = {fold: spread_of_totals(grown, left_out, i) for fold, i in folds.items()}

    fields = Points.__dataclass_fields__
    write("points", pd.concat([pd.DataFrame({"fold": fold, **{n: getattr(points, n)[which]
                                                              for n in fields}})
                               for fold, which in best.items()]), PACKAGE)  # fmt: skip
    write("growth", pd.DataFrame([{"fold": fold, **g._asdict()} for fold, g in growth.items()]),
          PACKAGE)  # fmt: skip
    write("spread", pd.DataFrame([spread_row(fold, of, found[fold]) for fold in folds
                                  for of, found in (("share", of_share), ("total", of_total))]),
          PACKAGE)  # fmt: skip

    scores = pd.concat([
        scored(one, told[i], of_share[one.name], fitted_spread(told, i, "held"),
               others(folders[i], one)) for i, one in enumerate(cases)
    ])  # fmt: skip
    means = scores.groupby(["conflict", "method", "ahead"], sort=False).mean(numeric_only=True)
    write("by_horizon", means.drop(columns="made").reset_index(), DOCS)
    early = scores[scores["made"] == FIRST].drop(columns="made")
    write("made_on_day_30", early, DOCS)
    write("from_day_30", pd.DataFrame([{"conflict": one.name, **from_day_30(one, points.at(
        best[one.name]))} for one in cases]), DOCS)  # fmt: skip
    write("corrected", pd.DataFrame([corrected(folders[i], one, points.at(best[one.name]))
                                     for i, one in enumerate(cases)]), DOCS)  # fmt: skip
    write("totals", pd.concat([totals_scored(one, grown[i], left_out[i], of_total[one.name])
                               for i, one in enumerate(cases)]), DOCS)  # fmt: skip
    write("made_up", on_worlds(points.at(best[learnt.ALL]), range(1, 101)), DOCS)
    blind = pd.DataFrame([row for i, one in enumerate(cases) for row in without_totals(
        one, learnt.Learnt(points.at(best[one.name]), of_share[one.name], of_total[one.name],
                           left_out[i]), every_day[i])])  # fmt: skip
    means = blind.groupby(["conflict", "ahead"], sort=False).mean(numeric_only=True)
    write("totals_not_told", means.drop(columns="made").reset_index(), DOCS)
    draw_calibration()
    if with_flee:
        write("flee", pd.DataFrame([by_flee(folders[i], one) for i, one in enumerate(cases)]), DOCS)


def losses_of_world(kind: str, seed: int, points: Points) -> np.ndarray:
    """ARD over that of held + rest from day 30 on, of each point, (G,)."""
    one = case(*made_up(kind, seed))
    late = np.arange(FIRST + 1, one.total.size)[::4]
    known = known_on(one.rows, FIRST)
    told = expected(known, one.ground, one.total, points, late, each=True)
    bar = ard(np.tile(held(one, FIRST), (late.size, 1)), one, late)
    return np.array([ard(each, one, late) for each in told]) / bar


def by_flee(folder: Path, one: Case) -> dict[str, object]:
    """ARD of a run by Flee's rules, which knows capacities and how many come."""
    from flowsim.flee.simulate import simulate

    run = simulate(fs.load(folder).model_copy(update={"rules": "flee"}), "1.1")
    return flee_row(one, run.sheltered(one.rows.places))


def flee_row(one: Case, persons: np.ndarray) -> dict[str, object]:
    """From day 30 on, and on the days that forecasts of each horizon are for."""
    days = {"flee": np.arange(FIRST + 1, one.total.size)}
    for h in HORIZONS:
        made = np.arange(FIRST, one.total.size - HORIZONS[0], EVERY)
        days[f"flee_{h}"] = made[made + h < one.total.size] + h
    return {"conflict": one.name, **{name: ard(persons[at], one, at) for name, at in days.items()}}


def draw_calibration() -> None:
    """What central intervals hold of what came, by conflict and in the mean over conflicts."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shares = pd.read_csv(DOCS / "by_horizon.csv").query("method == 'forecast'")
    tables = {
        "places, totals told": shares,
        "places, totals not told": pd.read_csv(DOCS / "totals_not_told.csv"),
        "totals": pd.read_csv(DOCS / "totals.csv").drop(columns="made"),
    }
    figure, axes = pyplot.subplots(1, 3, figsize=(7.2, 2.8), sharey=True, layout="constrained")
    for ax, (title, table) in zip(axes, tables.items(), strict=True):
        columns = [f"cover{c}" for c in CENTRAL]
        each = 100 * table.groupby("conflict")[columns].mean()
        ax.plot([0, 100], [0, 100], color="#999999", linewidth=0.8)
        ax.plot(CENTRAL, each.T, color="#0072B2", alpha=0.3, linewidth=0.8)
        ax.plot(CENTRAL, each.mean(), color="#0072B2", marker="o", markersize=3)
        ax.set(title=title, xlabel="central interval, %", xlim=(0, 100), ylim=(0, 100))
    axes[0].set_ylabel("inside, %")
    figure.savefig(DOCS / "calibration.png", dpi=150, metadata={"Software": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), with_flee="--flee" in sys.argv[2:])
