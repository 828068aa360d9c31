"""How far people got: the figure ``how_far``."""

from __future__ import annotations

from typing import Any

from flowsim import Result, Scenario
from flowsim.plot.style import INK, STATUS, WIDTH_MM, Chart, name_of, styled, width_inches

STEPS = ("at_home", "moving", "displaced", "waiting", "sheltered", "returned")


@styled
def how_far(
    result: Result, scenario: Scenario | None = None, *, width: float = WIDTH_MM, **others: Any
) -> Chart:
    """Where people stand at the end, from at home to sheltered, as bars with their numbers."""
    persons = result.data["people"].isel(time=-1).sum(("place", "group"))
    counts = [int(persons.sel(status=status)) for status in STEPS]
    inches = width_inches(width)
    chart = Chart(inches, 0.45 * inches)
    axes = chart.add_subplot()
    bars = axes.barh(
        [name_of(status) for status in STEPS], counts, color=[STATUS[status] for status in STEPS]
    )
    axes.bar_label(bars, [f"{count:,}" for count in counts], padding=3, color=INK)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel("persons at the end of the run")
    axes.set_title(scenario.title or scenario.name if scenario is not None else result.name)
    chart.set_layout_engine("constrained")
    return chart
