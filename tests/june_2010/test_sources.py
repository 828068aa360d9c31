"""What each report of June 2010 was used for is what the inputs say of their sources."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest

import flowsim as fs
from flowsim.evidence.statements import statements
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.sampling import sampled
from tests.june_2010.test_targets import RANGES
from tests.pages import model

FOLDER = Path(__file__).parents[2] / "scenarios" / "kyrgyz_uzbek_2010"
USES = pd.read_csv(FOLDER / "reports.csv", dtype=str).set_index("id")["use"]


def cited(text: str) -> set[str]:
    """Reports named in a text, those between two ends too."""
    found = set(re.findall(r"KG\d{3}(?:-[a-z]+)?", text))
    for first, last in re.findall(r"KG(\d{3}) to KG(\d{3})", text):
        found |= {f"KG{number:03}" for number in range(int(first), int(last) + 1)} & set(USES.index)
    return found


def inputs() -> str:
    """All of the scenario and its variants that a run may depend on, without comments."""
    tables = [FOLDER / f"{name}.csv" for name in ("places", "routes", "events")]
    files = [FOLDER / "scenario.yaml", *sorted((FOLDER / "variants").glob("*.yaml"))]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    kept = [line for line in lines if not line.lstrip().startswith("#")]
    return "\n".join([*(table.read_text("utf-8") for table in tables), *kept])


def test_every_report_that_a_text_cites_is_in_the_table() -> None:
    texts = [inputs(), *((FOLDER / name).read_text("utf-8") for name in ("SOURCES.md",))]
    texts.append(model())
    assert set().union(*map(cited, texts)) - set(USES.index) == set()


def test_no_input_rests_on_a_report_that_is_kept_to_check() -> None:
    used = cited(inputs())
    assert used, "no input cites a report"
    assert {report for report in used if USES[report] == "check"} == set()


def test_a_report_that_an_input_was_set_from_is_cited_by_one() -> None:
    assert set(USES[USES == "specify"].index) - cited(inputs()) == set()


OF_REPORTS = {
    "across by the end of 12 June": "KG001",
    "adults registered in Andijan region by the end of 13 June": "KG005",
    "adults registered in Andijan region by the end of 14 June": "KG010",
    "across by the end of 15 June": "KG017",
    "waiting on the morning of 14 June": "KG047",
    "displaced inside by 15 June": "KG063",
    "children, % of those across": "KG070",
    "women, % of those across": "KG072",
    "men, % of those across": "KG071",
    "dead": "KG175",
}


def test_the_ranges_of_the_targets_are_those_of_the_reports() -> None:
    told = {s.id: s for s in statements(fs.load(FOLDER))}
    for target, report in OF_REPORTS.items():
        share = 100.0 if told[report].kind == "share" else 1.0
        ends = [told[report].low, told[report].high]
        expected = [math.inf if end is None else share * end for end in ends]
        assert list(RANGES[target]) == pytest.approx(expected), target


def test_capacities_move_together_over_their_own_ranges() -> None:
    """And so does what else is one doubt: 275 uncertain inputs are 150 factors."""
    base = fs.load(FOLDER)
    paths = uncertain([base])
    factors = doubts([base], paths)
    assert (len(paths), len(set(factors.values()))) == (275, 150)
    numbers = {n.path: n for n in base.numbers}
    rooms = [path for path in paths if factors[path] == "linked[capacities]"]
    assert len(rooms) == 11
    for at, part in ((0.05, "low"), (0.5, "value"), (0.95, "high")):
        moved = sampled(base, dict.fromkeys(rooms, at))
        got = {f"places[{p.name}].capacity": p.capacity for p in moved.places}
        assert [got[path] for path in rooms] == [getattr(numbers[path], part) for path in rooms]


def test_the_table_of_sensitivity_ranks_room_and_the_wish_to_stay_first() -> None:
    table = pd.read_csv(FOLDER / "sensitivity.csv")
    assert 2 * table["samples"].max() <= 400
    leading = table[(table["outcome"] == "let_through") & (table["index"] == "mu_star")]
    order = leading.sort_values("value", ascending=False)["factor"].tolist()
    assert order[:2] == ["linked[capacities]", "behaviour.routes.settle_abroad"]
    assert len(order) == 14
    assert "chance" in order[8:]
