"""What was learnt of June 2010: the posterior, the table over it, and the forecast."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.study import learnt
from flowsim.study.export import SEED
from flowsim.study.read import read_study
from tests.june_2010.forecast import PARTS, TABLE
from tests.june_2010.test_variants import COUNTERFACTUALS, HEADINGS, REPORTED

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "kyrgyz_uzbek_2010"
MEMBERS = FOLDER / "variants" / "posterior_members.csv"


def test_the_posterior_is_of_the_scenario_as_it_is() -> None:
    base = fs.load(FOLDER)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = fs.Study(base, samples="posterior")
    assert len(study) == 200
    found = learnt.read(FOLDER / learnt.FILE)
    assert int(found.head["runs"]) <= 2000
    assert float(found.head["effective samples"]) >= 10


def test_a_variant_draws_from_it_and_drops_what_it_has_no_more() -> None:
    variant = fs.load(FOLDER / "variants" / "open_to_all.yaml")
    both = {"as reported": fs.load(FOLDER), "open": variant}
    assert len(fs.Study(both, samples="posterior:3")) == 6


def test_samples_that_a_variant_turns_round_are_passed_over_and_told() -> None:
    base = fs.load(FOLDER)
    both = {"as reported": base, "earlier": fs.load(FOLDER / "variants" / "a_day_earlier.yaml")}
    with pytest.warns(fs.ScenarioWarning, match=r"samples .* are passed over"):
        study = fs.Study(both, samples="posterior:12")
    assert len(study) == 24


def test_the_study_is_that_of_the_table() -> None:
    with pytest.warns(fs.ScenarioWarning, match=r"samples 85, 189, 194 are passed over"):
        told = read_study(FOLDER / "posterior_study.yaml")
    frame = pd.read_csv(MEMBERS)
    assert list(told.scenarios) == list(dict.fromkeys(frame["scenario"]))
    assert told.samples == f"posterior:{frame['sample'].nunique()}"
    assert told.members == frame["member"].nunique()


def test_the_page_shows_what_the_samples_say() -> None:
    frame = pd.read_csv(MEMBERS, dtype={SEED: str})
    told = fs.compare(frame, REPORTED, list(HEADINGS))
    assert told.markdown(names=HEADINGS) in COUNTERFACTUALS
    assert set(told.table["holds"]) == {"", "inputs and chance"}
    assert frame.groupby(["scenario", "sample"]).size().min() >= 2


def test_the_forecast_is_of_the_days_that_nobody_compared() -> None:
    table = pd.read_csv(TABLE, parse_dates=["day"])
    assert list(table.columns) == ["day", "quantity", "place", *PARTS]
    assert table["day"].min() == pd.Timestamp("2010-06-15")  # at its end, the last that was fitted
    assert table["day"].max() == pd.Timestamp("2010-06-27")
    assert {"crossed", "sheltered abroad", "returned home", "waiting", "share_women"} <= set(
        table["quantity"]
    )
    values = table[list(PARTS)].to_numpy()
    assert (np.diff(values, axis=1) >= 0.0).all()


def test_what_the_page_says_survives_the_reports() -> None:
    frame = pd.read_csv(MEMBERS, dtype={SEED: str})
    told = fs.compare(frame, REPORTED, list(HEADINGS)).table.set_index(["outcome", "scenario"])

    def holds(outcome: str, scenario: str, sign: str, low: float, high: float, digits: int) -> bool:
        """In every pair, or in nearly all, with these ends of 90 %."""
        row = told.loc[(outcome, scenario)]
        ends = sorted(abs(round(row[end], digits)) for end in ("effect_low", "effect_high"))
        return row[sign] > 0.96 and ends == [low, high]

    exposure, across = "person_days_exposed", "let_through"
    said = {
        "to all 3,500 to 20,200 person-days": holds(
            exposure, "open to all", "less", 3_500, 20_200, -2
        ),
        "so does opening a day earlier (1,800 to 10,300)": holds(
            exposure, "a day earlier", "less", 1_800, 10_300, -2
        ),
        "add exposure (1,800 to 9,800 and 1,100 to 7,200)": holds(
            exposure, "blockade", "more", 1_800, 9_800, -2
        )
        and holds(exposure, "5,000 a day", "more", 1_100, 7_200, -2),
        "saves lives (33 to 154), and without one more die (33 to 163)": holds(
            "deaths", "order a day earlier", "less", 33, 154, 0
        )
        and holds("deaths", "no order to shoot", "more", 33, 163, 0),
        "corridors and peacekeepers take exposure away": all(
            told.loc[(exposure, name), "less"] == 1.0 for name in ("corridors", "peacekeepers")
        ),
        "Opening to all saves lives in 94 % of them, with 90 % between 1 and 102": (
            round(told.loc[("deaths", "open to all"), "less"], 2),
            *told.loc[("deaths", "open to all"), ["effect_low", "effect_high"]].round(),
        )
        == (0.94, -102.0, -1.0),
        "with the triage kept fewer die in 72 %": bool(
            round(told.loc[("deaths", "open, triage kept"), "less"], 2) == 0.72
        ),
        "14,800 to 88,800 with nearly all of the doubt in the inputs": holds(
            across, "open to all", "more", 14_800, 88_800, -2
        ),
    }
    assert [sentence for sentence in said if sentence not in COUNTERFACTUALS] == []
    assert [sentence for sentence, so in said.items() if not so] == []
