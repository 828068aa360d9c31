"""The page on every field of a scenario is current and says something of each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flowsim.cli.main import cli
from flowsim.config import Section, field_docs
from flowsim.policy.stock import STOCK
from flowsim.scenario.reference import ACTS, MEANT, _sections, reference
from flowsim.scenario.units import FACTOR, PART, in_words

PAGE = Path(__file__).parents[2] / "docs/fields.md"
SECTIONS = [section for section, _ in _sections()]


def test_it_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(cli, ["schema", "--markdown"]).output
    wrong = "run: flowsim schema --markdown > docs/fields.md"
    assert PAGE.read_text(encoding="utf-8") == printed, wrong
    assert CliRunner().invoke(cli, ["schema", "--markdown", "--study"]).exit_code == 2


@pytest.mark.parametrize("section", [*SECTIONS, *STOCK.values()], ids=lambda kind: kind.__name__)
def test_each_field_is_told(section: type[Section]) -> None:
    told = field_docs(section)
    silent = [n for n in section.model_fields if n not in told and n not in MEANT]
    assert silent == [], "write a docstring below each of these fields"
    assert section in STOCK.values() or section.__name__ in ACTS, "say in ACTS where it acts"


def test_each_row_has_its_cells_and_an_example() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 250
    for row in rows:
        cells = [cell.strip() for cell in row.replace("\\|", "").strip("|").split(" | ")]
        assert len(cells) == 6, row
        field, kind, unit, default, example, told = cells
        assert kind, field
        assert default, field
        assert told, field
        # sections and what only a rule across fields allows have their own table
        assert example.startswith("`") or example == "see below", row
        if "number" in kind:
            assert unit, row


def test_few_numbers_have_no_unit() -> None:
    """A factor is one that multiplies; a new quantity gets its unit in the tables of the module."""
    rows = [line.split(" | ") for line in reference().splitlines() if line.startswith("| `")]
    factors = {row[0].strip("| `") for row in rows if row[2] == FACTOR}
    assert not {name for name in factors if name.endswith(("_km", "_hours", "_days", "_per_day"))}


WORDS = {
    "Persons": "persons", "Vehicles": "vehicles", "Lanes": "lanes", "Hours": "h", "Power": "power",
    "Kilometres": "km", "Share": PART, "Hazard": "1/day", "Utility": "utility", "Chance": PART,
}  # fmt: skip
"""What a field is that is told to be some, as the first word says."""


def test_units_are_those_that_the_words_name() -> None:
    rows = [line.split(" | ") for line in reference().splitlines() if line.startswith("| `")]
    numbers = [row for row in rows if "number" in row[1]]
    of = {row[0]: (WORDS.get(row[5].split()[0]), row[2]) for row in numbers}
    # relative hazards are factors and not rates
    wrong = {
        name: (meant, unit)
        for name, (meant, unit) in of.items()
        if meant and meant not in unit and not (meant == "1/day" and unit in (PART, FACTOR))
    }
    assert wrong == {}
    parts = [row for row in numbers if row[2] == PART]
    assert not [row for row in parts if "from 0 to 10" in row[1]], "more than 1 is no part of it"


def test_types_of_policies_are_told_as_such() -> None:
    told = in_words(
        next(s for s in SECTIONS if s.__name__ == "Authority").model_fields["back"].annotation
    )
    assert told == "list of policy"
