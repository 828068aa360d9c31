"""How well runs do against the registrations at camps, as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from flowsim.evidence import score
from flowsim.evidence.against_registrations import CampScore, Scores
from flowsim.plot.folder import has_series
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


class CampRow(NamedTuple):
    """A camp in words: on the last day, and over all days."""

    camp: str
    registered: str
    simulated: str
    bias: str
    error: str


def scores_of(
    results: Sequence[Result], scenario: Scenario, inputs_differ: bool = False
) -> Scores | None:
    """The scores of some runs of a scenario; None where no camp has registrations.

    Parameters
    ----------
    results : sequence of Result
    scenario : Scenario
    inputs_differ : bool
        Whether they are runs of several samples of the inputs.
    """
    if not results or not has_series(results[0], scenario):
        return None
    return replace(score(list(results), scenario), inputs_differ=inputs_differ)


def score_rows(told: Scores) -> list[tuple[str, str]]:
    """Scores with their names."""
    rows = [
        ("average relative difference (ARD), 0 is best", f"{told.ard:.3f}"),
        ("root mean square error, persons", f"{told.rmse:,.0f}"),
        ("continuous ranked probability score, persons", f"{told.crps:,.0f}"),
    ]
    if len(told.members) > 1:
        rows.append(("days and camps inside the 90 % interval", f"{told.coverage:.0%}"))
    for name, row in told.against.items():
        days = f"days {row.first} to {row.last}"
        rows.append((f"ARD of the forecast {name!r}, {days}", f"{row.ard:.3f}"))
        rows.append((f"ARD of the model on {days}", f"{row.model:.3f}"))
    return rows


def camp_rows(told: Scores) -> list[CampRow]:
    """A row a camp, the largest first, and one of all together."""
    order = sorted(told.camps, key=lambda camp: (-camp.registered, camp.camp))
    return [_camp(row, len(told.members)) for row in (*order, told.total)]


def _camp(row: CampScore, members: int) -> CampRow:
    span = f" ({row.low:,.0f} to {row.high:,.0f})" if members > 1 else ""
    return CampRow(
        row.camp, f"{row.registered:,.0f}", f"{row.median:,.0f}{span}", f"{row.bias:+,.0f}",
        f"{row.error:,.0f}",
    )  # fmt: skip
