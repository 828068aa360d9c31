"""The counterfactuals: each loads, says why it is asked, and has the members of the README."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import flowsim as fs

ROOT = Path(__file__).parents[2]
MEMBERS = 30


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "counterfactuals", ROOT / "examples" / "counterfactuals.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = script()
NAMES = [name for name in SCRIPT.VARIANTS if name != SCRIPT.REPORTED]


def test_there_are_eleven_and_each_file_is_one_of_them() -> None:
    files = set((SCRIPT.SCENARIO / "variants").glob("*.yaml"))
    assert {SCRIPT.VARIANTS[name] for name in NAMES} == files
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_differs_and_says_why_it_is_asked(name: str) -> None:
    path = SCRIPT.VARIANTS[name]
    base, other = fs.load(SCRIPT.SCENARIO), fs.load(path)
    assert other.digest() != base.digest()
    assert other.name != base.name
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^# Changed: ", text, re.MULTILINE)
    assert re.search(r"^# Why ask: ", text, re.MULTILINE)
    assert (other.start, other.end, other.places) == (base.start, base.end, base.places)


def test_all_members_are_there() -> None:
    frame = pd.read_csv(SCRIPT.MEMBERS)
    assert list(frame.columns) == SCRIPT.COLUMNS
    assert not frame.isna().any().any()
    for name in SCRIPT.VARIANTS:
        assert frame.loc[frame["variant"] == name, "seed"].tolist() == list(range(1, MEMBERS + 1))
    assert not SCRIPT.missing(SCRIPT.MEMBERS, MEMBERS)


def test_the_readme_shows_what_the_members_say() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = SCRIPT.markdown(SCRIPT.compared(pd.read_csv(SCRIPT.MEMBERS)))
    assert table in readme


@pytest.mark.parametrize("name", [SCRIPT.REPORTED, "men too"])
def test_the_members_are_of_this_code(name: str) -> None:
    frame = pd.read_csv(SCRIPT.MEMBERS).set_index(["variant", "seed"])
    told = SCRIPT.member(name, 1)
    for measure in SCRIPT.MEASURES:
        assert told[measure] == pytest.approx(frame.loc[(name, 1), measure], rel=1e-9), measure


def test_intervals_are_those_of_the_members() -> None:
    """Median and 90 % range of 1 .. 21; mean and t interval of paired differences 2 +- 1."""
    rows = [
        {"variant": name, "seed": seed, **dict.fromkeys(SCRIPT.MEASURES, value)}
        for seed in range(1, 22)
        for name, value in (
            (SCRIPT.REPORTED, float(seed)),
            ("men too", seed + 1.0 + 2 * (seed % 2)),
        )
    ]
    table = SCRIPT.compared(pd.DataFrame(rows)).set_index(["variant", "measure"])
    base = table.loc[(SCRIPT.REPORTED, "deaths")]
    told = [base[key] for key in ("median", "low", "high")]
    assert told == pytest.approx([11.0, 2.0, 20.0])
    paired = table.loc[("men too", "deaths")]
    values = pd.Series([1.0 + 2 * (seed % 2) for seed in range(1, 22)])
    half = 1.7247 * values.sem()  # Student's t, 20 degrees of freedom, 95 %
    assert paired["difference"] == pytest.approx(values.mean())
    assert paired["difference_high"] - paired["difference"] == pytest.approx(half, rel=1e-4)
