"""The whole way: a world, its reports, the posterior, its file, and studies that draw from it."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from pydantic import create_model

import flowsim as fs
from flowsim.behaviour.config import Behaviour
from flowsim.cli.main import cli
from flowsim.evidence.statements import Statement, statements
from flowsim.learn import diagnostics
from flowsim.learn.posterior import Posterior
from flowsim.learn.waves import CUT
from flowsim.plot.fit import fit_and_effect
from flowsim.study import learnt as file
from tests.learn.toys import reported
from tests.study.worlds import contents

VIOLENCE = "behaviour.leaving.violence_per_day"
STAY = "behaviour.leaving.men_stay"
CAMP = "places[Camp].capacity"
RUNS = 60


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration") / "store"


@pytest.fixture(scope="module")
def told(store: Path) -> Posterior:
    return fs.calibrate(
        reported(), runs=RUNS, waves=1, rows=30, leave_out="originator", check_at_full=2,
        store=store, progress=False,
    )  # fmt: skip


@pytest.fixture
def written(told: Posterior, tmp_path: Path) -> Path:
    told.to_csv(tmp_path / "posterior.csv")
    return tmp_path / "posterior.csv"


def test_reports_inform_what_moves_them(told: Posterior) -> None:
    width = told.inputs.set_index("factor")["width"]
    assert width[VIOLENCE] < width[CAMP]
    assert set(width.index) == {VIOLENCE, STAY, CAMP}
    assert (told.reports["implausibility"] < 3.0).all()
    assert (told.reports["low"] < told.reports["reported"]).all()
    assert (told.reports["reported"] < told.reports["high"]).all()


def test_samples_are_runs_of_the_store_and_weigh_what_runs_weigh(told: Posterior) -> None:
    assert len(told.table) == 30
    runs = told.table["run"].to_numpy() - 1
    assert np.array_equal(told.positions().to_numpy(), told.learnt.positions[runs])
    counts = np.bincount(runs, minlength=len(told.learnt.weights))
    assert np.abs(counts - 30 * told.learnt.weights).max() < 1.0


def test_originators_are_left_out_one_at_a_time(told: Posterior) -> None:
    assert told.left_out["originator"].tolist() == ["one", "one", "two"]
    assert (told.left_out["width"] > 0.0).all()
    assert "reports left out" in str(told)
    without = 100.0 * told.left_out["run_width"].median()
    assert f"and {without:.0f} % without the errors of reports" in " ".join(str(told).split())


def test_the_size_that_discrepancies_are_learnt_to_be_is_told_where_it_is_learnt(
    told: Posterior,
) -> None:
    assert told.discrepancy == (1.0, 1.0, 1.0)
    assert "What the model cannot do" not in str(told)
    unsure = " ".join(str(replace(told, discrepancy=(0.41, 0.8, 1.42))).split())
    assert "What the model cannot do is 0.8 times what was stated (0.41 to 1.4)." in unsure


def test_all_reports_of_an_originator_are_left_out_at_once(
    told: Posterior, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def noted(some: tuple[Statement, ...]) -> diagnostics.Reports:
        asked.append([s.id for s in some])
        return Reports(some)

    Reports = diagnostics.Reports
    monkeypatch.setattr(diagnostics, "Reports", noted)
    diagnostics.left_out(told.learnt, statements(reported()))
    assert asked == [["R2"], ["R0", "R1"]]


def test_some_samples_are_run_with_the_whole_population(told: Posterior) -> None:
    assert told.full["id"].tolist() == ["R0", "R1", "R2"]
    # Here the whole population is what was run, by the same seeds of other samples.
    apart = (told.full["mean"] - told.full["thin_mean"]).abs()
    assert (apart < 0.5 * told.full["thin_mean"].clip(lower=20.0)).all()


def test_cut_off_and_gone_on_with_it_ends_with_the_same_bytes(
    told: Posterior, store: Path, tmp_path: Path
) -> None:
    again = tmp_path / "store"
    shutil.copytree(store, again)
    for record in sorted((again / "runs").rglob("*.run"))[::7]:
        record.unlink()  # as if they had not been done, nor the plan been made for all of them
    plan = again / "runs" / "manifest.json"
    plan.unlink()
    second = fs.calibrate(reported(), runs=RUNS, waves=1, rows=30, store=again, progress=False)
    pd.testing.assert_frame_equal(second.table, told.table)
    assert contents(again / "runs") == contents(store / "runs")


def test_a_study_draws_from_the_file(told: Posterior, written: Path) -> None:
    study = fs.Study(reported(), samples=written)
    assert len(study) == 30
    # A file tells eight digits.
    first = told.positions(1).iloc[0]
    assert study.position(1) == pytest.approx(first.to_dict(), abs=1e-7)
    assert len(fs.Study(reported(), samples=f"{written}:7")) == 7
    assert [study.position(i) for i in (1, 2)] == [
        fs.Study(reported(), samples=f"{written}:7").position(i) for i in (1, 2)
    ]


def test_the_file_says_what_it_was_learnt_from(told: Posterior, written: Path) -> None:
    found = file.read(written)
    assert found.head["scenario"] == file.digest_of(reported())
    assert found.head["runs"] == str(len(told.learnt.positions))
    assert found.factors == (VIOLENCE, STAY, CAMP)


def test_the_digest_is_of_what_a_scenario_states() -> None:
    """So that a field that a later version adds, at its default, makes no posterior a stranger."""

    here = reported()
    assert not {"title", "grid", "linked"} & set(file._stated(here, here.effective()))
    later = create_model("Later", __base__=Behaviour, patience=(float, 0.5), more=(dict, {}))
    fields = here.behaviour.model_dump(exclude_unset=True)
    told = [kind(**fields) for kind in (Behaviour, later)]
    assert told[1].model_dump() != told[0].model_dump()
    assert len({str(file._stated(one, one.model_dump(mode="json"))) for one in told}) == 1
    used = later(**fields, patience=0.0)
    assert file._stated(used, used.model_dump(mode="json"))["patience"] == 0.0
    assert file.digest_of(here.with_values({"population.one_in": 5})) == file.digest_of(here)
    # The type of a policy stands at its default in its class.
    kinds = (fs.policy.Open(), fs.policy.Closed())
    both = [here.add_policies("Here-There", kind) for kind in kinds]
    assert len({file.digest_of(one) for one in both}) == 2


def test_it_is_found_beside_the_scenario_and_beside_what_a_variant_extends(
    told: Posterior, tmp_path: Path
) -> None:
    reported().save(tmp_path / "world")
    told.to_csv(tmp_path / "world" / "posterior.csv")
    variant = tmp_path / "world" / "variants" / "more.yaml"
    variant.parent.mkdir()
    variant.write_text("extends: ../scenario.yaml\ntitle: more\n", encoding="utf-8")
    for path in (tmp_path / "world", variant):
        assert len(fs.Study(fs.load(path), samples="posterior")) == 30
    study = tmp_path / "world" / "study.yaml"
    study.write_text(
        "name: s\nscenarios: {a: scenario.yaml, b: variants/more.yaml}\nsamples: posterior:2\n",
        encoding="utf-8",
    )
    run = CliRunner().invoke(cli, ["study", str(study), "-o", str(tmp_path / "out"), "-q"])
    assert run.exit_code == 0, run.output
    assert fs.open_study(tmp_path / "out").data.sizes["sample"] == 2


def test_a_range_that_has_changed_is_refused_with_its_place(written: Path) -> None:
    other = reported().with_values({STAY: {"value": 0.5, "low": 0.4, "high": 0.8}})
    with pytest.raises(fs.ScenarioError, match=r"men_stay was .* and is .* flowsim calibrate") as e:
        fs.Study(other, samples=written)
    assert {p.file for p in e.value.problems} == {str(written)}
    assert e.value.problems[0].line > 1


def test_other_contents_and_other_reports_are_warned_of(written: Path) -> None:
    other = reported().with_values({"behaviour.routes.km_cost": 0.2})
    with pytest.warns(fs.ScenarioWarning, match="learnt from another scenario"):
        fs.Study(other, samples=written)
    fewer = reported().model_copy(update={"reports": reported().reports[:2]})
    with pytest.warns(fs.ScenarioWarning, match="other reports than the scenario has now"):
        fs.Study(fewer, samples=written)
    with pytest.warns(fs.ScenarioWarning, match="learnt from another scenario"):
        assert len(fs.Study(other, samples=written)) == 30
    both = {"a": reported(), "b": other}  # the one that it was learnt from is there
    assert len(fs.Study(both, samples=written)) == 60


@pytest.mark.parametrize(
    ("samples", "wrong"),
    [
        ("posterior", "these scenarios lie in no folder"),
        ("nowhere.csv", "cannot be read"),
        ("{}:99", "there is no first 99"),
    ],
)
def test_what_cannot_be_drawn_is_told(written: Path, samples: str, wrong: str) -> None:
    with pytest.raises(fs.ScenarioError, match=wrong):
        fs.Study(reported(), samples=samples.format(written))


def test_a_damaged_file_is_refused_with_line_and_column(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    number = re.search(r"\n\d+,[^,]+,(0\.\d+)", text)
    assert number is not None
    written.write_text(text.replace(number[1], "1.5", 1), encoding="utf-8")
    with pytest.raises(fs.ScenarioError, match=r"1\.5 is not a position between 0 and 1"):
        file.read(written)
    written.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(fs.ScenarioError, match="does not begin with"):
        file.read(written)


def test_everything_wrong_is_told_at_once() -> None:
    bare = reported().model_copy(update={"reports": ()})
    with pytest.raises(fs.ScenarioError) as error:
        fs.calibrate(bare, runs=10, waves=0, leave_out="country")  # type: ignore[arg-type]
    assert {p.path for p in error.value.problems} == {"reports", "runs", "waves", "leave_out"}
    with pytest.raises(fs.ScenarioError, match=r"no uncertain input fits 'behaviour\.leving"):
        fs.calibrate(reported(), inputs=["behaviour.leving.*"], runs=RUNS)


def test_the_command_goes_on_from_its_store_and_writes_what_the_call_gives(
    told: Posterior, store: Path, tmp_path: Path
) -> None:
    reported().save(tmp_path / "world")
    where = tmp_path / "world"
    target = where / "posterior.csv"
    command = ["calibrate", str(where), "-o", str(target), "--runs", str(RUNS), "--waves", "1",
               "--rows", "30", "--store", str(store), "--json"]  # fmt: skip
    run = CliRunner().invoke(cli, command)
    assert run.exit_code == 0, run.output
    answer = json.loads(run.stdout)
    assert answer["by"] == told.learnt.by
    assert len(answer["inputs"]) == 3
    assert (store / "posterior.png").stat().st_size > 10_000
    pd.testing.assert_frame_equal(
        file.read(target).positions(), told.positions(), check_exact=False, atol=1e-7
    )


def test_the_command_refuses_before_anything_is_run(tmp_path: Path) -> None:
    reported().save(tmp_path / "world")
    for more in (["-o", str(tmp_path / "posterior.txt")], ["--jobs", "0"], ["--runs", "5"],
                 ["--input", "nothing.*"]):  # fmt: skip
        run = CliRunner().invoke(
            cli, ["calibrate", str(tmp_path / "world"), "--store", str(tmp_path / "s"), *more]
        )
        assert run.exit_code == 2, (more, run.output)
        assert not (tmp_path / "s").exists()


def test_the_figure_has_a_row_a_report_and_a_row_an_informed_input(told: Posterior) -> None:
    figure = fs.plot.posterior(told)
    gids = {line.get_gid() for axes in figure.axes for line in axes.lines}
    assert {f"posterior_{name}" for name in ("R0", "R1", "R2")} <= gids
    informed = set(told.inputs.loc[told.inputs["informed"], "factor"])
    assert {gid.removeprefix("input ") for gid in gids if gid and gid.startswith("input ")} == (
        informed
    )
    plt.close(figure)


def test_an_effect_is_drawn_against_how_well_its_inputs_meet_the_reports(
    told: Posterior, tmp_path: Path
) -> None:
    base = reported()
    both = {"shut": base, "open": base.replace_policies("Here-There", fs.policy.Open())}
    best, worst = told.positions(3), told.positions(1).assign(**{VIOLENCE: 0.0001})
    samples = pd.concat([best, worst], ignore_index=True)
    study = fs.Study(both, members=2, samples=samples, keep=["reports"])
    runs = study.run(tmp_path / "store", progress=False)
    off, effects, unit = fit_and_effect(runs, base, "open", "shut", "let_through")
    assert off.argmax() == 3
    assert (effects.shape, unit) == ((4, 2), "persons")
    meets = off < CUT
    assert 1 <= meets.sum() < 4
    figure = fs.plot.effect_by_fit(runs, base, of="open", against="shut")
    drawn = {line.get_gid(): line for line in figure.axes[0].lines}
    assert list(drawn["meets"].get_ydata()) == effects.mean(axis=1)[meets].tolist()
    assert len(drawn["misses"].get_xdata()) == (~meets).sum()
    plt.close(figure)
    with pytest.raises(fs.ScenarioError, match="'nobody' is not an outcome"):
        fit_and_effect(runs, base, "open", "shut", "nobody")
