"""Mechanisms that June 2010 leaves off: what MODEL.md says of them is so."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.evidence.quantities import at, quantity
from tests.june_2010.added import BASE, DIES, HARM, added, difference, escalation
from tests.june_2010.said import said_of
from tests.june_2010.test_targets import SCENARIO
from tests.pages import model

PAGE = model()


def table(name: str) -> list[list[str]]:
    """Cells of the rows of a table of MODEL.md, heads and rules left out."""
    text = PAGE.split(f"<!-- table: {name} -->\n")[1].split("<!-- end -->")[0]
    lines = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in lines]


def test_the_table_has_a_row_for_each_and_the_base_misses_nothing() -> None:
    rows = {row[0]: row[1:] for row in table("added")[1:]}
    assert list(rows) == list(added())
    assert rows[BASE][-1] == "none"


def test_each_row_is_another_scenario_but_the_first() -> None:
    setup = fs.load(SCENARIO)
    digests = {words: setup.with_values(changes).digest() for words, changes in added().items()}
    assert digests[BASE] == setup.digest()
    assert len(set(digests.values())) == len(digests)


def test_as_many_are_struck_and_die_where_some_die_of_wounds() -> None:
    harm = fs.load(SCENARIO).behaviour.harm
    row = next(changes for words, changes in added().items() if "die of wounds" in words)
    deaths, wounded = row[f"{HARM}.deaths_per_day"], row[f"{HARM}.wounded_per_death"]
    struck = harm.deaths_per_day * (1.0 + harm.wounded_per_death)
    assert deaths * (1.0 + wounded) == pytest.approx(struck)
    assert deaths * (1.0 + wounded * DIES) == pytest.approx(harm.deaths_per_day)


def test_events_are_lower_by_what_escalation_would_add() -> None:
    setup = fs.load(SCENARIO)
    lower = setup.with_values(escalation(setup, 0.3))
    assert lower.violence.escalation.branching == 0.3
    for one, other in zip(setup.violence.events, lower.violence.events, strict=True):
        assert other.intensity / (1.0 - 0.3) == pytest.approx(one.intensity)


def test_how_late_the_dead_were_counted() -> None:
    """Held against the counts told up to 15 June, and the part of all that they were."""
    (row,) = [changes for words, changes in added().items() if "counted late" in words]
    setup = fs.load(SCENARIO).with_values({"end": "2010-06-16T00:00", **row})
    result = fs.run(setup, seed=1)
    series = quantity(result, "deaths_official")
    told = [
        report
        for report in setup.reports
        if report.variable == "deaths_official" and report.when <= setup.end
    ]
    errors = [at(series, report.when) - report.value for report in told if report.value]
    assert len(errors) >= 19
    assert np.sqrt(np.mean(np.square(errors))) < 25.0
    part = float(series[-1]) / float(quantity(result, "deaths")[-1])
    assert 0.36 - 0.03 <= part <= 0.44 + 0.03, "reported, and what chance does to 170 counts"


def test_what_is_said_of_the_days_after_15_june_is_what_a_run_says() -> None:
    setup = fs.load(SCENARIO).with_values({"end": "2010-06-16T13:00"})
    now = said_of(fs.run(setup, seed=1))
    assert len(now) > 30
    cells = {row[0]: row[1].split(" (")[0] for row in table("said")}
    assert re.fullmatch(r"[\d,]+", cells["all crossings"])
    for name, persons in now.items():
        place = name.split(": ")[1]
        if place in cells and persons > 500.0:
            assert float(cells[place].replace(",", "")) == pytest.approx(persons, rel=0.15), name


def test_a_difference_is_a_mean_with_its_interval() -> None:
    pairs = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert difference(pd.Series(pairs)) == "+3 ± 2"
    assert difference(pd.Series(0.0 * pairs)) == "the same"


def test_the_text_says_what_the_table_does() -> None:
    rows = {row[0].split(" (")[0]: row[1:] for row in table("added")[1:]}

    def number(words: str, column: int) -> float:
        return float(rows[words][column].split(" ±")[0].replace(",", "").replace("the same", "0"))

    across, exposure, deaths, open_exposure, missed = 0, 1, 2, 4, -1
    base, some, more = BASE, "leaving knows the way out a little", "leaving knows the way out"
    spills, fear = "violence spills over to the gates too", "fear beside the violence"
    said = {
        "without it some 3,900 person-days less are borne": number("no danger on the way", exposure)
        == pytest.approx(-3_900, rel=0.05),
        "exposure grows by a fifth": 0.17
        < number(spills, exposure) / number(base, exposure)
        < 0.23,
        "all figures stay inside, some 2,800 fewer are let through": rows[some][missed] == "none"
        and number(some, across) == pytest.approx(-2_800, rel=0.1),
        "with 0.3 three are missed": rows[more][missed].count(";") == 2,
        "from 11,500 person-days to 12,200 and 14,600": [
            -number(row, open_exposure) for row in (base, some, more)
        ]
        == pytest.approx([11_500, 12_200, 14_600], rel=0.02),
        "bring 19,000 more across": number(fear, across) == pytest.approx(19_000, rel=0.05),
        "changes no figure by more than 2 %": abs(number("gunfire at the fence on 12 June", across))
        < 0.02 * number(base, across),
    }
    assert [sentence for sentence in said if sentence not in PAGE] == []
    assert [sentence for sentence, so in said.items() if not so] == []
    assert number(spills, deaths) > 30.0
