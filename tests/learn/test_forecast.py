"""Forecasts: what they may know, what they refuse, and that they end with the same bytes."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.errors import ScenarioError
from flowsim.learn import forecast as module
from flowsim.learn.forecasts.series import rows_of
from flowsim.learn.forecasts.shares import known_on
from flowsim.learn.forecasts.spread import LEVELS
from flowsim.scenario.write import write_scenario
from tests.conflicts import conflicts_folder, needs_conflicts
from tests.learn.camps import ROWS, camps_world

DAY = 30


def told_by(scenario: fs.Scenario, **how: Any) -> np.ndarray:
    told = fs.forecast(scenario, DAY, **{"horizon": 60, **how})
    return np.concatenate([told.persons, told.total[:, None]], axis=1)


def stopped_until(day: str) -> dict[str, Any]:
    policy = {"type": "reception_stop", "name": "not open yet", "places": ["Late"], "stop": day}
    host = {"name": "Host", "country": "There", "policies": [policy]}
    return {"borders": [{"id": "border", "between": ("Here", "There"), "authorities": [host]}]}


def changed(rows: Any) -> dict[str, Any]:
    return {**ROWS, **rows}


def test_a_later_row_changes_nothing() -> None:
    before = told_by(camps_world())
    later = changed({"Near": [*ROWS["Near"], (31, 99_000)], "Late": [(0, 0), (31, 5000)]})
    assert np.array_equal(told_by(camps_world(later)), before)
    earlier = changed({"Near": [*ROWS["Near"], (30, 99_000)]})
    assert not np.array_equal(told_by(camps_world(earlier)), before)


def test_a_later_new_count_changes_nothing_before_it() -> None:
    world = camps_world()
    again = world.with_values({"reports[Near 50].recount": True})
    assert np.array_equal(told_by(again), told_by(world))
    known = world.with_values({"reports[Near 28].recount": True})
    assert not np.array_equal(told_by(known), told_by(world))


def test_a_corrected_figure_is_known_as_it_was_counted() -> None:
    world = camps_world()
    corrected = world.with_values({"reports[Near 28].value": 400, "reports[Near 28].counted": 2900})
    assert np.array_equal(told_by(corrected), told_by(world))


def test_capacities_and_how_many_come_change_nothing() -> None:
    world = camps_world()
    values = {"places[Far].capacity": 100, "behaviour.leaving.violence_per_day": 0.5}
    assert np.array_equal(told_by(world.with_values(values)), told_by(world))


@pytest.mark.parametrize(("course", "same"), [("told", 25), ("known", 60)])
def test_a_later_opening_changes_nothing_before_it(course: str, same: int) -> None:
    """It opens on day 55, or on day 70; of as it is known on day 30 never."""
    soon, late = (
        told_by(camps_world(**stopped_until(day)), course=course, totals=totals)
        for day in ("2030-02-25", "2030-03-12")
        for totals in ({date(2030, 1, 31): 6000.0, date(2030, 5, 1): 9000.0},)
    )
    assert np.array_equal(soon[: same - 1], late[: same - 1])
    assert np.array_equal(soon, late) == (course == "known")


def test_rows_of_nobody_on_the_first_day_tell_nothing() -> None:
    """Neither of who was seen, nor of an increment."""
    without = {name: rows[1:] for name, rows in ROWS.items()}
    one, other = (known_on(rows_of(camps_world(rows)), DAY) for rows in (ROWS, without))
    assert np.array_equal(one.held, other.held)
    assert one.seen.tolist() == [True, True, False]
    for mine, its in zip(one.rows.series, other.rows.series, strict=True):
        assert mine.days.tolist() == its.days.tolist()


def test_intervals_hold_the_median_and_widen() -> None:
    told = fs.forecast(camps_world(), DAY, horizon=90)
    assert (np.diff(told.persons, axis=-1) >= 0.0).all()
    width = np.log(told.total[:, LEVELS.index(0.95)] / told.total[:, LEVELS.index(0.05)])
    assert (np.diff(width) > 0.0).all()
    assert told.data["persons"].dims == ("time", "place", "quantile")


def test_told_totals_are_the_sum_of_places() -> None:
    world = camps_world()
    told = fs.forecast(world, DAY, horizon=20, totals="told")
    assert (told.total == told.total[:, :1]).all()
    assert told.total[19, 0] == pytest.approx(
        5200.0 + 600.0 + 900.0 * 20 / 31 + 100 * 50 / 55, 0.01
    )


def test_a_score_is_better_than_equal_shares_where_shares_persist() -> None:
    rows = {"Near": [(d, 90.0 * d) for d in range(2, 110, 3)],
            "Far": [(d, 30.0 * d) for d in range(3, 110, 5)],
            "Late": [(d, 10.0 * d) for d in range(4, 110, 6)]}  # fmt: skip
    world = camps_world(rows)
    scores = fs.forecast(world, DAY, totals="told").score(world).set_index(["method", "horizon"])
    ard = scores["ard"].xs("all days", level="horizon")
    assert ard["forecast"] < 0.1 < ard["equal shares"]
    of_forecast = scores.loc["forecast"]
    assert {7, 30, "all days"} <= set(of_forecast.index)
    assert of_forecast[["crps", "wis", "cover_50", "cover_90"]].notna().all(axis=None)


# ---- what is refused -------------------------------------------------------------------------


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ScenarioError) as error:
        fs.forecast(camps_world(), "soon", horizon=0, totals="some", course="x")  # type: ignore[arg-type]
    told = [problem.path for problem in error.value.problems]
    assert told == ["known_until", "horizon", "course", "totals"]


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ({"known_until": 5}, "known_until"),
        ({"known_until": "2031-01-01"}, "known_until"),
        ({"known_until": 30, "fold": "mali"}, "fold"),
        ({"known_until": 30, "totals": {"2030-02-01": -1.0}}, "totals"),
    ],
)
def test_what_cannot_be_forecast_is_refused(how: dict[str, Any], path: str) -> None:
    with pytest.raises(ScenarioError, match=path):
        fs.forecast(camps_world(), **how)


def test_a_scenario_without_registrations_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no place has a report of stock_abroad"):
        fs.forecast(fs.teaching_world(), 3)
    with pytest.raises(TypeError, match="load it first"):
        fs.forecast("teaching", 3)  # type: ignore[arg-type]


def test_no_later_row_is_nothing_to_score_by() -> None:
    known = {name: [row for row in rows if row[0] <= DAY] for name, rows in ROWS.items()}
    world = camps_world(known)
    with pytest.raises(ScenarioError, match="nothing to score by"):
        fs.forecast(world, DAY).score(world)


# ---- files -----------------------------------------------------------------------------------


def test_cut_off_it_leaves_no_file_and_made_again_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = fs.forecast(camps_world(), DAY)
    with monkeypatch.context() as patched:

        def cut_off(table: Any, file: Path) -> None:
            file.write_text("date,")
            raise KeyboardInterrupt

        patched.setattr(module, "as_csv", cut_off)
        with pytest.raises(KeyboardInterrupt):
            told.to_csv(tmp_path / "one.csv")
    assert not list(tmp_path.iterdir())
    told.to_csv(tmp_path / "one.csv")
    fs.forecast(camps_world(), "2030-01-31").to_csv(tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_the_command_writes_tells_and_scores(tmp_path: Path) -> None:
    folder = tmp_path / "camps"
    folder.mkdir()
    write_scenario(camps_world(), folder)
    table, figure, totals = (tmp_path / name for name in ("f.csv", "f.png", "totals.csv"))
    totals.write_text("date,persons\n2030-01-31,4000\n2030-03-31,8000\n")
    files = ["-o", str(table), "--figure", str(figure), "--totals", str(totals), "--json"]
    done = CliRunner().invoke(
        cli, ["forecast", str(folder), "--until", "30", "--horizon", "59", "--score", *files]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["totals"] == "given"
    assert {row["method"] for row in told["scores"]} >= {"forecast", "held and rest"}
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 59 * 4
    assert float(rows[-1]["median"]) == 8000.0
    assert figure.stat().st_size > 10_000


def test_the_command_refuses_with_status_2_and_writes_nothing(tmp_path: Path) -> None:
    totals = tmp_path / "totals.csv"
    totals.write_text("date,persons\n2030-01-xx,4000\n2030-03-31,many\n")
    out = tmp_path / "f.csv"
    folder = tmp_path / "camps"
    folder.mkdir()
    write_scenario(camps_world(), folder)
    done = CliRunner().invoke(cli, ["forecast", str(folder), "--until", "30", "-o", str(out),
                                     "--totals", str(totals)])  # fmt: skip
    assert done.exit_code == 2
    assert f"{totals}:2:1" in done.stderr
    assert f"{totals}:3:2" in done.stderr
    assert not out.exists()


def test_what_a_file_says_of_counts_is_read_back(tmp_path: Path) -> None:
    values = {"reports[Near 28].counted": 3100, "reports[Near 50].recount": True}
    world = camps_world().with_values(values)
    write_scenario(world, tmp_path)
    assert fs.load(tmp_path).reports == world.reports


# ---- the figure ------------------------------------------------------------------------------


def test_the_figure_shows_rows_known_rows_that_came_and_bands() -> None:
    world = camps_world()
    told = fs.forecast(world, DAY)
    chart = fs.plot.forecast(told, world)
    gids = {artist.get_gid() for axes in chart.axes for artist in (*axes.lines, *axes.collections)}
    for name in ("All places", "Near", "Far", "Late"):
        assert {f"median {name}", f"50 % interval {name}", f"90 % interval {name}"} <= gids
    assert {"known Near", "came Near", "came Late"} <= gids
    (came,) = [line for line in chart.axes[1].lines if line.get_gid() == "came Near"]
    assert came.get_ydata().tolist() == [5200.0, 7000.0]  # type: ignore[union-attr]


# ---- folders of Flee -------------------------------------------------------------------------


@needs_conflicts
@pytest.mark.filterwarnings("ignore::flowsim.ScenarioWarning")
def test_a_folder_of_flee_keeps_rows_as_they_were_counted() -> None:
    """Lusenda was counted anew on 30 September 2015, and all rows before were scaled to it."""
    folder = conflicts_folder()
    assert folder is not None
    burundi = fs.load(folder / "burundi2015")
    row = next(r for r in burundi.reports if r.place == "Lusenda" and r.when.month == 8)
    assert row.value == 155.0
    assert row.counted == 7332.0
    told = fs.forecast(burundi, "2015-08-10", horizon=7, totals="told", fold="burundi2015")
    known = dict(zip(told.known.places, told.known.series, strict=True))["Lusenda"]
    assert known.persons.tolist() == [0.0, 7.0, 7332.0]
    assert fs.forecast(burundi, "2015-10-01", horizon=7).known.series[
        told.places.index("Lusenda")
    ].persons.tolist()[-2:] == [155.0, 155.0]
