"""Each figure with an interval says in its key which part it holds, and of what."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.collections import FillBetweenPolyCollection

import flowsim as fs
from flowsim import plot
from flowsim.plot import distances, fit
from flowsim.plot.style import Chart
from flowsim.study.comparison import compare
from flowsim.study.doubt import BOTH, CHANCE, NOT_APART, hold
from tests.fake_result import toy_result, toy_scenario
from tests.learn.camps import camps_world
from tests.learn.made_up import made_up
from tests.plot.layout import flaws
from tests.plot.test_camps import scores
from tests.study.comparisons import study_of

WITHOUT = (
    "animation", "composition", "deaths", "flow_map", "queues", "reception", "sankey", "save_all",
    "story", "violence",
)  # fmt: skip
"""Figures of one run, which have no interval but the ranges that reports give."""
ALONE = f"{CHANCE} alone"
REPORTS = pd.DataFrame(
    {"id": ["R1"], "quantity": ["crossed"], "when": [pd.Timestamp("2030-05-04")],
     "bound": ["about"], "reported": [100.0], "low": [80.0], "high": [120.0], "prior_low": [20.0],
     "prior_high": [300.0], "run_median": [105.0], "implausibility": [0.5]}
)  # fmt: skip
INPUTS = pd.DataFrame(
    {"factor": ["behaviour.harm.deaths_per_day"], "informed": [True], "width": [0.3],
     "low": [0.2], "median": [0.4], "high": [0.5]}
)  # fmt: skip


def study_reports(samples: int, patch: pytest.MonkeyPatch) -> Chart:
    told = np.random.default_rng(1).normal(300.0, 20.0, (6, 2))
    patch.setattr(distances, "predicted", lambda what, asked: told[:, : len(asked)])
    data = xr.Dataset(coords={"sample": range(samples), "member": range(6 // samples)})
    world = {"id": "R", "when": "2010-06-12T00:00", "variable": "crossed", "place": "B-land",
             "low": 200, "high": 400, "use": "fit"}  # fmt: skip
    return plot.reports(data, toy_scenario(reports=[world]))


def effects_by_fit(patch: pytest.MonkeyPatch) -> Chart:
    found = np.array([1.0, 4.0]), np.array([[1.0, 5.0, 3.0], [2.0, 2.5, 4.0]]), "persons"
    patch.setattr(fit, "fit_and_effect", lambda *_: found)
    return plot.effect_by_fit(None, toy_scenario(), of="b", against="a")  # type: ignore[arg-type]


def differences(samples: int, members: int) -> Chart:
    dice = np.random.default_rng(3).normal(size=(2, samples, members))
    data = study_of({"a": {"deaths": dice[0]}, "b": {"deaths": dice[1] + 4.0}})
    return plot.contrasts(compare(data, "a"))


WITH: dict[str, tuple[Callable[[pytest.MonkeyPatch], Chart], str]] = {
    "timeline": (lambda _: plot.timeline([toy_result(), toy_result()]), ALONE),
    "registrations": (lambda _: plot.registrations(scores({"C": 9}), toy_scenario()), ALONE),
    "reports": (lambda patch: study_reports(1, patch), ALONE),
    "reports of samples": (lambda patch: study_reports(3, patch), BOTH),
    "contrasts": (lambda _: differences(1, 5), ALONE),
    "contrasts of samples": (lambda _: differences(4, 3), BOTH),
    "contrasts of one run a sample": (lambda _: differences(4, 1), NOT_APART),
    "effect_by_fit": (effects_by_fit, ALONE),
    "sensitivity": (lambda _: plot.sensitivity(made_up("sobol")), r"which \d+ points were drawn"),
    "forecast": (
        lambda _: plot.forecast(fs.forecast(camps_world(), 30, fold="mali2012"), camps_world()),
        "how far off such forecasts were on nine conflicts, mali2012 left out",
    ),
    "posterior": (
        lambda _: plot.posterior(SimpleNamespace(reports=REPORTS, inputs=INPUTS)),  # type: ignore[arg-type]
        f"{BOTH}, and the errors of a report",
    ),
}


def key_of(figure: Any) -> str:
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    told = [text.get_text() for legend in legends if legend for text in legend.get_texts()]
    return "; ".join(" ".join(words.split()) for words in told)


def test_each_figure_has_an_interval_or_none() -> None:
    """A new figure is put on either list."""
    assert {name.partition(" ")[0] for name in WITH} | set(WITHOUT) == set(plot.__all__)


@pytest.mark.parametrize("name", WITH)
def test_a_key_says_what_its_intervals_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, held = WITH[name]
    chart = draw(monkeypatch)
    told = key_of(chart)
    assert re.search(rf"\bhold {held}", told), told
    assert re.search(r"\d+ %|half of the runs|lowest to highest", told), told
    assert flaws(chart) == []


@pytest.mark.parametrize("name", sorted({*WITHOUT} - {"animation", "sankey", "save_all", "story"}))
def test_one_run_has_no_band(name: str, toy: Callable[..., Chart]) -> None:
    bands = [a for a in toy(name).findobj(FillBetweenPolyCollection) if "%" in str(a.get_gid())]
    assert bands == []


def test_registrations_of_runs_with_different_inputs_say_so() -> None:
    one, other = (
        fs.run(camps_world().with_values({"behaviour.leaving.violence_per_day": rate}), seed=1)
        for rate in (0.1, 0.2)
    )
    world = camps_world()
    same = fs.evidence.score([one, one], world)
    different = fs.evidence.score([one, other], world)
    assert not same.inputs_differ
    assert different.inputs_differ
    assert f"hold {BOTH}" in key_of(plot.registrations(different, world))


def test_a_table_words_it_as_a_figure_does() -> None:
    told = fs.forecast(camps_world(), 30)
    words = " ".join(str(told).split())
    assert hold("intervals", "how far off such forecasts were on nine conflicts") in words
    dice = np.random.default_rng(3).normal(size=(2, 4, 3))
    for values, held in ((dice[:, :1], CHANCE), (dice, BOTH)):
        data = study_of({"a": {"deaths": values[0]}, "b": {"deaths": values[1]}})
        assert hold("intervals", held) in " ".join(str(compare(data, "a")).split())
