"""How well runs do against the registrations at camps, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from flowsim.evidence import score
from flowsim.evidence.registered import registered
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


def score_rows(results: Sequence[Result], scenario: Scenario) -> list[tuple[str, str]]:
    """Scores with their names; none where no camp has registrations."""
    try:
        registered(scenario)
    except ValueError:  # it has none
        return []
    told = score(list(results), scenario)
    rows = [
        ("average relative difference (ARD), 0 is best", f"{told.ard:.3f}"),
        ("root mean square error, persons", f"{told.rmse:,.0f}"),
        ("continuous ranked probability score, persons", f"{told.crps:,.0f}"),
    ]
    if len(results) > 1:
        rows.append(("days and camps inside the 90 % interval", f"{told.coverage:.0%}"))
    for name, row in told.against.items():
        days = f"days {row.first} to {row.last}"
        rows.append((f"ARD of the forecast {name!r}, {days}", f"{row.ard:.3f}"))
        rows.append((f"ARD of the model on {days}", f"{row.model:.3f}"))
    return rows
