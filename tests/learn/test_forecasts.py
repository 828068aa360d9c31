"""What forecasts are made of, and that the kept scores say what the pages say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import flowsim as fs
from flowsim.evidence.measures import relative_difference
from flowsim.learn.forecasts import learnt as module
from flowsim.learn.forecasts import residuals, spread
from flowsim.learn.forecasts.cases import case
from flowsim.learn.forecasts.choosing import BEST, chosen, loss_from_first, losses, sample
from flowsim.learn.forecasts.ground import ground_of
from flowsim.learn.forecasts.learnt import learnt
from flowsim.learn.forecasts.made_up import KINDS, made_up
from flowsim.learn.forecasts.quantile_scores import pinball
from flowsim.learn.forecasts.series import made, rows_of
from flowsim.learn.forecasts.shares import expected, held_and_rest, known_on, shares_of
from tests import pages
from tests.conflicts import conflicts_folder, needs_conflicts
from tests.learn.camps import camps_world

DOCS = Path(__file__).parents[2] / "docs" / "forecasts"
HELD, FORECAST = "held and rest", "forecast"


def kept(name: str) -> pd.DataFrame:
    return pd.read_csv(DOCS / f"{name}.csv")


def test_shares_and_totals_are_not_low_at_once() -> None:
    """Logarithms of both are normal and independent, so that variances add and not deviations."""
    z = norm.ppf(spread.LEVELS)
    share, total = np.exp(0.3 * z), 100.0 * np.exp(0.4 * z)
    told = spread.product(share[None, None, :], total[None, :])[0, 0]
    assert told[2:-2] == pytest.approx(100.0 * np.exp(0.5 * z)[2:-2], rel=0.07)


def test_a_high_quantile_loses_by_what_lies_above_it() -> None:
    quantiles = np.full((2, len(spread.LEVELS)), 3.0)
    told = pinball(quantiles, np.array([5.0, 1.0]))
    at = spread.LEVELS.index(0.9)
    assert told[:, at] == pytest.approx([2.0 * 0.9, 2.0 * 0.1])
    assert told[:, -1 - at] == pytest.approx([2.0 * 0.1, 2.0 * 0.9])


def test_no_row_is_drawn_towards_a_later_one() -> None:
    series = made([(0, 100.0), (40, 900.0)])
    assert series.known(39).by_day(60)[39] == 100.0
    assert series.by_day(60)[20] == 500.0


def test_the_ground_of_a_scenario_knows_roads_origins_and_openings() -> None:
    world = camps_world()
    ground = ground_of(world, ("Near", "Far", "Late"))
    assert ground.km[0, :2].tolist() == [[70.0, 280.0, 100.0], [190.0, 160.0, 220.0]]
    west, east = ground.origin[0, :2]
    assert west / east == pytest.approx(30_000**0.5 / (0.3 * 60_000**0.5))
    share = ground.distance_shares(1.0, 50.0)[0]
    assert share.sum() == pytest.approx(1.0)
    by_hand = np.array([1 / 120, 1 / 330, 1 / 150])
    other = np.array([1 / 240, 1 / 210, 1 / 270])
    mixed = west * by_hand / by_hand.sum() + east * other / other.sum()
    assert share == pytest.approx(mixed / (west + east))


def test_shares_go_to_what_was_counted_where_much_was_counted() -> None:
    """In a world in which all rows say the same, the forecast goes on with them."""
    rows = {"Near": [(d, 100.0 * d) for d in range(1, 100)],
            "Far": [(d, 300.0 * d) for d in range(1, 100)],
            "Late": [(d, 600.0 * d) for d in range(1, 100)]}  # fmt: skip
    world = camps_world(rows)
    told = rows_of(world)
    total = told.by_day(120).sum(axis=1)
    ground = ground_of(world, told.places)
    found = expected(known_on(told, 60), ground, total, learnt().points, np.array([99]))
    assert shares_of(found)[0] == pytest.approx([0.1, 0.3, 0.6], abs=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_on_made_up_conflicts_it_is_not_worse_than_holding(kind: str) -> None:
    """In the mean over a few of each kind; many are in docs/forecasts/made_up.csv."""
    points, own, bar = learnt().points, 0.0, 0.0
    for seed in range(1, 9):
        one = made_up(kind, seed)  # type: ignore[arg-type]
        data = one.rows.by_day(300)
        total, days = data.sum(axis=1), np.arange(31, 300, 5)
        known = known_on(one.rows, 30)
        told = expected(known, one.ground, total, points, days)
        held = np.tile(held_and_rest(known, one.ground, total[30]), (days.size, 1))
        own += relative_difference(told, data[days])
        bar += relative_difference(held, data[days])
    assert own <= 1.1 * bar


def test_a_made_up_conflict_is_the_same_again() -> None:
    one, two = made_up("turn", 5), made_up("turn", 5)
    assert all(np.array_equal(a.persons, b.persons)
               for a, b in zip(one.rows.series, two.rows.series, strict=True))  # fmt: skip


def test_intervals_fitted_to_residuals_hold_as_many_of_new_ones() -> None:
    dice = np.random.default_rng(1)
    size = dice.uniform(-1.0, 1.0, 4000)
    features = np.stack([np.ones(4000), size], axis=1)
    residuals = np.exp(0.5 + size) * dice.standard_t(4, 4000)
    half = np.arange(4000) < 2000
    found = spread.fit(features[half], residuals[half], np.arange(2000) % 5)
    low, high = found.residuals(features[~half])[:, [0, -1]].T
    inside = (low <= residuals[~half]) & (residuals[~half] <= high)
    assert 0.87 < inside.mean() < 0.93
    small = size[~half] < 0.0
    assert 0.86 < inside[small].mean() < 0.94


# ---- what a fit does ----------------------------------------------------------------------------


def test_points_are_chosen_by_the_conflicts_that_are_seen() -> None:
    of_cases = np.random.default_rng(2).uniform(0.5, 1.0, (3, 60, 2))
    of_worlds = np.full((3, 4, 60), 0.9)
    of_worlds[1, :, :20] = 1.1  # worse than held + rest on one kind
    found = chosen(of_cases, of_worlds, left_out=1)
    by_hand = of_cases[[0, 2]].mean(axis=(0, 2))[20:].argsort()[:BEST] + 20
    assert found.tolist() == sorted(by_hand.tolist())
    of_cases[1] = of_cases[1, ::-1] ** 9
    assert np.array_equal(chosen(of_cases, of_worlds, left_out=1), found)
    assert not np.array_equal(chosen(of_cases, of_worlds, left_out=None), found)


def test_a_loss_is_the_error_over_that_of_held_and_rest() -> None:
    one, points = case(*made_up("turn", 3, days=120)), sample().at(np.arange(3))
    days = np.arange(31, 120)[::4]
    told = expected(known_on(one.rows, 30), one.ground, one.total, points.at(np.arange(1)), days)
    ratio = one.ard(told, days) / one.ard(one.held(30), days)
    assert loss_from_first(one, points)[0] == pytest.approx(ratio)
    assert losses(one, points).shape == (3, 2)


def test_a_growth_law_that_holds_is_found_again() -> None:
    planted = np.array([0.4, 0.3, 0.6])
    every = []
    for seed in (1, 2, 3):
        one = case(*made_up("open", seed))
        seen = residuals.grown(one, one.days_made(7), (7, 30, 90))
        every.append(seen._replace(log_growth=seen.features @ planted))
    every[2] = every[2]._replace(log_growth=every[2].log_growth * 9.0)
    assert residuals.growth_law(every, left_out=2) == pytest.approx(planted, rel=1e-2)


def test_what_was_learnt_is_written_as_it_is_read() -> None:
    kept_in = Path(module.__file__).parent
    folds = dict.fromkeys(pd.read_csv(kept_in / "growth.csv")["fold"])
    for name, table in module.tables({fold: learnt(fold) for fold in folds}).items():
        told = table.to_csv(index=False, lineterminator="\n", float_format="%.4g")
        assert told == (kept_in / f"{name}.csv").read_text("utf-8")


# ---- the kept scores -------------------------------------------------------------------------


def test_from_day_30_on_it_is_better_than_held_and_rest_on_all_nine() -> None:
    table = kept("from_day_30")
    assert len(table) == 9
    assert (table[FORECAST] < table[HELD]).all()
    assert table[FORECAST].mean() <= 0.35


def test_a_month_ahead_it_is_better_on_seven_at_least() -> None:
    table = kept("by_horizon").query("ahead == 30")
    ard = table.pivot(index="conflict", columns="method", values="ard")
    assert (ard[FORECAST] < ard[HELD]).sum() >= 7
    assert ard[FORECAST].mean() <= 0.1


def test_intervals_of_conflicts_left_out_hold() -> None:
    table = kept("by_horizon").query("method == @FORECAST")
    assert 0.45 <= table["cover50"].mean() <= 0.55
    assert 0.85 <= table["cover90"].mean() <= 0.95
    early = kept("made_on_day_30").groupby("method")["wis"].mean()
    assert early[FORECAST] <= 0.7 * early[HELD]


def test_totals_are_within_a_factor_of_two_on_seven() -> None:
    table = kept("totals").query("made == 30 and ahead == 90")
    assert table["ratio"].between(0.5, 2.0).sum() >= 7
    by_conflict = kept("totals").groupby("conflict")[["cover50", "cover90"]].mean().mean()
    assert 0.45 <= by_conflict["cover50"] <= 0.55
    assert 0.85 <= by_conflict["cover90"] <= 0.95


def test_made_up_conflicts_as_kept() -> None:
    table = kept("made_up").groupby("kind")[[FORECAST, HELD]].mean()
    assert sorted(table.index) == sorted(KINDS)
    assert (table[FORECAST] <= 1.1 * table[HELD]).all()


@needs_conflicts
@pytest.mark.filterwarnings("ignore::flowsim.ScenarioWarning")
def test_a_kept_score_is_what_the_forecast_has() -> None:
    folder = conflicts_folder()
    assert folder is not None
    mali = fs.load(folder / "mali2012")
    told = rows_of(mali)
    data = told.by_day(300)
    days = np.arange(31, 300)
    points = learnt("mali2012").points
    found = expected(known_on(told, 30), ground_of(mali, told.places), data.sum(axis=1), points,
                     days)  # fmt: skip
    row = kept("from_day_30").set_index("conflict").loc["mali2012"]
    assert relative_difference(found, data[days]) == pytest.approx(row[FORECAST], abs=2e-3)


PEEKS = "share of the day, interpolated (peeks)"
PAGE = pages.read(pages.DOCS / "validation.md")


def test_the_table_of_the_page_is_the_kept_one() -> None:
    rows = pages.table(PAGE, "forecasts").splitlines()
    lines = [line for line in rows if line.startswith("| ")][2:]
    told = np.array([[float(cell.strip(" *")) for cell in line.split("|")[2:-1]] for line in lines])
    far = kept("from_day_30").set_index("conflict")
    ahead = kept("by_horizon").query("ahead == 30")
    near = ahead.pivot(index="conflict", columns="method", values="ard")
    flee = kept("flee").set_index("conflict")["flee"]
    columns = [far[FORECAST], far["as on day 30"], far[HELD], far["held rows"], far[PEEKS], flee,
               near[FORECAST], near[HELD]]  # fmt: skip
    numbers = np.array([column.loc[sorted(far.index)] for column in columns]).T
    assert told[:-1] == pytest.approx(numbers, abs=6e-4)
    assert told[-1] == pytest.approx(numbers.mean(axis=0), abs=6e-4)


def test_the_numbers_beside_it_are_the_kept_ones() -> None:
    far, worlds = kept("from_day_30"), kept("made_up")
    mine = kept("by_horizon").query("method == @FORECAST")
    inside = 100 * mine[["cover50", "cover90"]].mean()
    parts = worlds.groupby("kind")[[FORECAST, HELD]].mean()
    ratio = parts[FORECAST] / parts[HELD]
    worse = 100 * (worlds[FORECAST] > 1.1 * worlds[HELD]).groupby(worlds["kind"]).mean()
    wis = {
        name: kept(name).groupby(["ahead", "method"])["wis"].mean().unstack()
        for name in ("made_on_day_30", "by_horizon")
    }
    early, every = (table[FORECAST] / table[HELD] for table in wis.values())
    again = kept("corrected").mean(numeric_only=True)
    for words in (
        f"it has {again[FORECAST]:.3f} for {again[HELD]:.3f}, and a month ahead"
        f" {again['forecast, a month ahead']:.3f} for {again['held and rest, a month ahead']:.3f}",
        f"the mean is {far['totals of rows known by then'].mean():.3f}",
        f"for which then nothing is missing, {far['held rows'].mean():.3f}",
        f"it has {ratio.min():.2f} to {ratio.max():.2f} of the error",
        f"but in {worse.min():.0f} to {worse.max():.0f} % of them",
        f"hold {inside['cover50']:.0f} and {inside['cover90']:.0f} %",
        f"is {early.min():.2f} to {early.max():.2f} from day 30",
        f"and {every.min():.2f} to {every.max():.2f} over all days",
    ):
        assert words in PAGE, words
