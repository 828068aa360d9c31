"""The counterfactuals: each loads, says why it is asked, and has the members of the README."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.study.keep import effects_of
from flowsim.study.read import read_study
from flowsim.study.rows import SEED
from tests.full import only_full

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "kyrgyz_uzbek_2010"
MEMBERS = FOLDER / "variants" / "members.csv"
STUDY = read_study(FOLDER / "study.yaml")
REPORTED, *NAMES = STUDY.scenarios
HEADINGS = {
    "let_through": "admitted",
    "refused": "refused",
    "waiting_peak": "waiting at the peak",
    "person_days_exposed": "exposure, person-days",
    "deaths": "deaths",
    "sheltered_abroad_peak": "in camps at the peak",
    "sheltered_abroad_at_end": "in camps on 28 June",
}
"""Outcomes of the README's table, and what it calls them."""


def test_there_are_eleven_and_each_file_is_one_of_them() -> None:
    files = {fs.load(path).name for path in (FOLDER / "variants").glob("*.yaml")}
    assert {STUDY.scenarios[name].name for name in NAMES} == files
    assert len(NAMES) == len(files) == 11


@pytest.mark.parametrize("path", sorted((FOLDER / "variants").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_variant_differs_and_says_why_it_is_asked(path: Path) -> None:
    base, other = STUDY.scenarios[REPORTED], fs.load(path)
    assert other.digest() != base.digest()
    assert other.name != base.name
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^# Changed: ", text, re.MULTILINE)
    assert re.search(r"^# Why ask: ", text, re.MULTILINE)
    assert (other.start, other.end, other.places) == (base.start, base.end, base.places)


def test_all_members_are_there() -> None:
    frame = pd.read_csv(MEMBERS, dtype={SEED: str})
    assert list(dict.fromkeys(frame["scenario"])) == [REPORTED, *NAMES]
    for _, rows in frame.groupby("scenario"):
        assert rows["member"].tolist() == list(range(1, STUDY.members + 1))
        assert rows[SEED].tolist() == [f"{STUDY.seed}.{m}" for m in rows["member"]]


def test_the_readme_shows_what_the_members_say() -> None:
    told = fs.compare(pd.read_csv(MEMBERS, dtype={SEED: str}), REPORTED, list(HEADINGS))
    assert told.markdown(names=HEADINGS) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_pairing_gains() -> None:
    """Ten times in the deaths of every variant but one; where it is less, the table says why."""
    told = fs.compare(pd.read_csv(MEMBERS), REPORTED, ["deaths", "person_days_exposed"])
    table = told.table[told.table["scenario"] != REPORTED].set_index(["outcome", "scenario"])
    gain = table["gain"]
    assert (gain["deaths"] >= 10.0).sum() >= 10
    assert (gain["person_days_exposed"] >= 10.0).sum() >= 9
    assert gain[("deaths", "open throughout")] >= 10.0
    assert gain[("person_days_exposed", "open throughout")] >= 3.0
    less = table[gain < 10.0]
    assert len(less) > 0
    assert less["reason"].str.len().min() > 0
    assert less["reason"].tolist()[0] in str(told)


@only_full
@pytest.mark.parametrize("name", ["men too"])  # that as reported has its baseline
def test_the_members_are_of_this_code(name: str) -> None:
    frame = pd.read_csv(MEMBERS, dtype={SEED: str}).set_index(["scenario", "member"])
    told = frame.loc[(name, 1)]
    result = fs.run(STUDY.scenarios[name], seed=told[SEED])
    effects = effects_of(result.data)
    for label in frame.columns.drop(["sample", SEED]):
        now = float(effects.sel(effect=label))
        assert np.isclose(now, told[label], rtol=1e-9, equal_nan=True), label
