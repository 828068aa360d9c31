"""The files of a baseline: what is written, what comes back, and what is wrong with damaged ones.

The numbers in them are made by hand, so that nothing is run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.check import guard
from flowsim.check.baseline import About, check_place, read_baseline, write_baseline
from flowsim.check.config import CheckSection
from flowsim.check.contributors import contributions
from flowsim.check.measure import Measured
from flowsim.check.read import Asked
from tests.fake_result import toy_scenario

DAYS = ["2010-06-10", "2010-06-11"]


def days(rows: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(rows), names=["quantity", "where"])
    return pd.DataFrame(list(rows.values()), index, DAYS, dtype=float)


def outcomes(**values: list[float]) -> pd.DataFrame:
    return pd.DataFrame(values, pd.RangeIndex(1, 3, name="member"), dtype=float)


ABOUT = About(
    version="1.2", date="2010-07-01", reason="почему *так*", scenario="s", code="c",
    asked={"seed": 1, "members": 2, "outcomes": ["deaths", "share"], "set": {}},
    environment={"cpu": "x"}, units={"deaths": "persons", "share": ""}, digests=("a", "b"),
)  # fmt: skip
MEASURED = Measured(
    outcomes(deaths=[0.0, 3.0], share=[np.nan, 0.25]), ABOUT.units,
    days({("deaths", "Osh"): [1, 2], ("waiting", "Пост"): [0, 1 / 3]}), ABOUT.digests,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_baseline(tmp_path, ABOUT, MEASURED, "Moved: a|b.")
    return tmp_path


def test_each_file_reads_well(folder: Path) -> None:
    made = {path.name: path.read_text(encoding="utf-8") for path in (folder / "baseline").iterdir()}
    assert made.pop("outcomes.csv") == "member,deaths,share\n1,0,\n2,3,0.25\n"
    assert made.pop("days.csv") == (
        "quantity,where,2010-06-10,2010-06-11\ndeaths,Osh,1,2\nwaiting,Пост,0,0.333333333333\n"
    )
    assert made.pop("history.md") == (
        "# What moved this scenario, and why\n\n"
        "- 2010-07-01, flowsim 1.2: почему *так*. Moved: a\\|b.\n"
    )
    about = made.pop("about.json")
    assert made == {}
    assert about.startswith('{\n "format": 1,\n "version": "1.2",\n')
    assert '"reason": "почему *так*"' in about
    assert about.endswith("\n}\n")
    assert list(json.loads(about)) == ["format", *vars(ABOUT)]


def test_what_was_written_comes_back(folder: Path) -> None:
    kept = read_baseline(folder)
    assert kept is not None
    assert kept.about == ABOUT
    pd.testing.assert_frame_equal(kept.outcomes, MEASURED.outcomes)
    assert kept.days.index.names == ["quantity", "where"]
    assert kept.days.loc[("waiting", "Пост")].tolist() == [0.0, 0.333333333333]
    assert str(kept) == "the baseline of 2010-07-01, flowsim 1.2 (почему *так*)"
    assert read_baseline(folder / "baseline") is None


def test_the_history_grows_and_what_is_somebody_elses_stays(folder: Path) -> None:
    (folder / "baseline" / "notes.txt").write_text("mine", encoding="utf-8")
    write_baseline(folder, ABOUT, MEASURED, "Again.")
    assert (folder / "baseline" / "notes.txt").read_text(encoding="utf-8") == "mine"
    history = (folder / "baseline" / "history.md").read_text(encoding="utf-8").splitlines()
    assert [line[-12:] for line in history[2:]] == ["Moved: a\\|b.", "так*. Again."]


def test_a_scenario_in_which_nothing_happens_has_a_baseline_too(tmp_path: Path) -> None:
    """All rows of its days are left out, and later some are there."""
    rows = {("deaths", "Osh"): [1.0, 2.0]}
    none = days(rows).iloc[:0]
    write_baseline(tmp_path, ABOUT, Measured(MEASURED.outcomes, {}, none, ABOUT.digests), "t")
    kept = read_baseline(tmp_path)
    assert kept is not None
    assert kept.days.shape == (0, 2)
    assert set(kept.days.dtypes) == {np.dtype(float)}
    assert contributions(kept.days, none, 1e-9) == ()
    told = [str(spot) for spot in contributions(kept.days, days(rows), 1e-9, "deaths")]
    assert told == ["Osh, 2010-06-11: deaths 0 -> 2", "Osh, 2010-06-10: deaths 0 -> 1"]


# ---- what is damaged ------------------------------------------------------------------------

RIGHT = "restore it from your repository, or write it again with --update REASON"
NUMBERED = "its members are not numbered from 1"


def refused(folder: Path, name: str, text: str, wrong: str) -> None:
    file = folder / "baseline" / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(fs.ScenarioError) as error:
        read_baseline(folder)
    assert str(error.value) == f"{file}:1:1: this is not a baseline: {wrong}; {RIGHT}"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"format": 2}, "it is of another version of flowsim"),
        ({"asked": {"seed": 1}}, "asked does not say seed, members, outcomes and set"),
        ({"asked": {**ABOUT.asked, "outcomes": "deaths"}}, "asked.outcomes is not a list of texts"),
        ({"asked": {**ABOUT.asked, "outcomes": ["a", 3]}}, "asked.outcomes is not a list of texts"),
        ({"asked": {**ABOUT.asked, "members": 3}},
         "there is not one digest for each member of the exact level"),
        ({"version": 3}, "version: Input should be a valid string"),
        ({"more": 1}, "more: Unexpected keyword argument"),
    ],
)  # fmt: skip
def test_what_it_says_of_itself_that_is_wrong(
    folder: Path, changes: dict[str, Any], wrong: str
) -> None:
    plain = json.loads((folder / "baseline" / "about.json").read_text(encoding="utf-8"))
    refused(folder, "about.json", json.dumps({**plain, **changes}), wrong)


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("1,0,0\n3,0,0\n", NUMBERED),
        ("2,0,0\n3,0,0\n", NUMBERED),
        ("1,0,0\n", "it lacks members of the exact level"),
        ("1,0,0\n2,0,0", "it is cut off"),
        ("1,0,0\n2,0\n", "row 3 has 2 cells and the header 3"),
        ("1,0,0\n1,0,0\n", "a row is in it twice"),
        ("1,0,0\n2,0,1e18\n", "'1e18' is not a number below 1e+18"),
        ("1,0,0\n2,0,-1e18\n", "'-1e18' is not a number below 1e+18"),
        ("1,0,0\n2,0,inf\n", "'inf' is not a number below 1e+18"),
        ("1,0,0\n2,0,٣\n", "'٣' is not a number below 1e+18"),
        ('1,0,0\n2,0,"3"x\n', "it is not a table: ',' expected after '\"'"),
    ],
)
def test_outcomes_that_are_wrong(folder: Path, rows: str, wrong: str) -> None:
    refused(folder, "outcomes.csv", f"member,deaths,share\n{rows}", wrong)


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("outcomes.csv", "member,deaths\n1,0\n2,0\n", "it has other outcomes than about.json"),
        ("outcomes.csv", "member,share,share\n1,0,0\n2,0,0\n",
         "its columns are not member and one for each number"),
        ("outcomes.csv", "\n", "its columns are not member and one for each number"),
        ("days.csv", "where,quantity,2010-06-10\na,b,1\n",
         "its columns are not quantity, where and one for each number"),
        ("days.csv", "quantity,where,2010-06-10\ndeaths,Osh,\n", "a day has no value"),
        ("days.csv", "quantity,where,2010-6-10\ndeaths,Osh,1\n",
         "its column '2010-6-10' is not a day"),
        ("days.csv", "quantity,where,२०१०-०६-११\ndeaths,Osh,1\n",
         "its column '२०१०-०६-११' is not a day"),
    ],
)  # fmt: skip
def test_tables_with_other_columns(folder: Path, name: str, text: str, wrong: str) -> None:
    refused(folder, name, text, wrong)


def test_columns_may_stand_in_any_order_and_lines_be_empty(folder: Path) -> None:
    text = "member,share,deaths\n1,,0\n\n2,1.5e-3,-2\n"
    (folder / "baseline" / "outcomes.csv").write_text(text, encoding="utf-8")
    kept = read_baseline(folder)
    assert kept is not None
    assert kept.outcomes["deaths"].tolist() == [0.0, -2.0]
    assert kept.outcomes["share"].fillna(9.0).tolist() == [9.0, 0.0015]


def test_a_table_that_is_gone_is_told(folder: Path) -> None:
    (folder / "baseline" / "days.csv").unlink()
    with pytest.raises(fs.ScenarioError, match=r"there is no file 'days\.csv'"):
        read_baseline(folder)


def test_all_that_is_in_the_way_is_told_at_once(tmp_path: Path) -> None:
    target = tmp_path / "baseline"
    (target / "about.json").mkdir(parents=True)
    (target / "history.md").mkdir()
    (target / "days.csv").symlink_to("elsewhere.csv")
    with pytest.raises(fs.ScenarioError) as error:
        check_place(tmp_path)
    link = "it is a link to elsewhere.csv, and flowsim does not write through links"
    assert [str(problem) for problem in error.value.problems] == [
        f"{target / 'about.json'}: it is a folder; remove or rename it",
        f"{target / 'days.csv'}: {link}; put the folder or file itself there",
        f"{target / 'history.md'}: it is a folder; remove or rename it",
    ]
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "baseline").write_text("", encoding="utf-8")
    with pytest.raises(fs.ScenarioError, match=r"baseline: it is not a folder; remove or rename"):
        check_place(tmp_path / "file")


# ---- written anew and held, with what was measured made by hand -------------------------------


def test_the_history_tells_which_means_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small they are; a mean that moved by rounding did not move."""
    mine = Asked(tmp_path, CheckSection(outcomes=("tiny", "near", "gone")), toy_scenario())
    found = [
        outcomes(tiny=[1e-12, 3e-12], near=[1.0, 2.0], gone=[np.nan, np.nan]),
        outcomes(tiny=[2e-12, 4e-12], near=[1.0, 2.0 + 1e-10], gone=[np.nan, np.nan]),
        outcomes(tiny=[2e-12, 4e-12], near=[1.0, 2.00001], gone=[1234567.0, 1234567.0]),
    ]
    for i, table in enumerate(found):
        made = Measured(table, {}, MEASURED.days, ABOUT.digests)
        monkeypatch.setattr(guard, "measure", lambda *_, made=made: made)
        guard.update(mine, f"{i}")
    lines = (tmp_path / "baseline" / "history.md").read_text(encoding="utf-8").splitlines()[2:]
    assert [line.partition(": ")[2] for line in lines] == [
        "0. The first baseline.",
        "1. Moved: tiny 2e-12 -> 3e-12 (means over members).",
        "2. Moved: near 1.5 -> 1.50001, gone nan -> 1.23457e+06 (means over members).",
    ]


def test_each_outcome_that_moved_has_the_places_and_days_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Asked(tmp_path, CheckSection(outcomes=("deaths", "waiting_peak")), toy_scenario())
    for by in (0.0, 3.0):
        table = outcomes(deaths=[1.0, 2.0 + by], waiting_peak=[5.0 + by, 5.0])
        rows = days({("deaths", "Osh"): [1, 2 + by], ("waiting", "Post"): [5 + by, 5]})
        made = Measured(table, {"deaths": "persons", "waiting_peak": "persons"}, rows, ("a", "b"))
        monkeypatch.setattr(guard, "measure", lambda *_, made=made: made)
        if not by:
            guard.update(mine, "why")
    assert guard.hold(mine, "exact").lines() == [
        "deaths: 1 -> 1 (member 1), 2 -> 5 (member 2) persons",
        "  Osh, 2010-06-11: deaths 2 -> 5",
        "waiting_peak: 5 -> 8 (member 1), 5 -> 5 (member 2) persons",
        "  Post, 2010-06-10: waiting 5 -> 8",
    ]


def test_a_lone_scenario_has_the_whole_rate_of_false_alarms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its power is told with two digits, each outcome with its own."""
    members = pd.RangeIndex(1, 13, name="member")
    table = pd.DataFrame({"calm": 7.0, "wild": np.linspace(850.0, 1150.0, 12)}, members)
    made = Measured(table, {}, MEASURED.days, ABOUT.digests)
    monkeypatch.setattr(guard, "measure", lambda *_: made)
    section = CheckSection(outcomes=("calm", "wild"), statistical={"members": 12})
    mine = Asked(tmp_path, section, toy_scenario())
    guard.update(mine, "why")
    note = guard.hold(mine, "statistical").notes[0]
    head = "12 members, level 0.01; power against a shift of 2%, were all drawn anew: calm 1.00, "
    assert note.startswith(f"{head}wild 0.0")
    assert len(note) == len(f"{head}wild 0.00")
