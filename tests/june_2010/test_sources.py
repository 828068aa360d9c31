"""What each report of June 2010 was used for is what the inputs say of their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

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
    texts.append((FOLDER.parents[1] / "MODEL.md").read_text("utf-8"))
    assert set().union(*map(cited, texts)) - set(USES.index) == set()


def test_no_input_rests_on_a_report_that_is_kept_to_check() -> None:
    used = cited(inputs())
    assert used, "no input cites a report"
    assert {report for report in used if USES[report] == "check"} == set()


def test_a_report_that_an_input_was_set_from_is_cited_by_one() -> None:
    assert set(USES[USES == "specify"].index) - cited(inputs()) == set()
