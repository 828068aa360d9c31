"""The figures of a run in a report, each with what it shows in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flowsim.evidence.digest import figures
from flowsim.evidence.scorecard import short_time
from flowsim.plot.folder import draw, figures_of
from flowsim.reporting.pictures import Picture, picture
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

CAPTIONS = {
    "timeline": "Stocks and flows over time, with the reported figures on them.",
    "flow_map": "Where people away from home are when most wait at the border.",
    "queues": "Who waits at each crossing point, and what states made of it.",
    "reception": "Who finds room, place by place, beside its capacity.",
    "composition": "Who crosses and who stays: children, women and men.",
    "violence": "Where and when people are in danger.",
    "deaths": "Who dies, where and when.",
    "reports": "Reports beside the run: how far off, in errors of each report.",
    "registrations": "Persons in camps day by day, simulated and registered.",
}
"""Of the figures of `flowsim.plot.folder.figures_of`; one without a caption has its name."""


def run_pictures(result: Result, scenario: Scenario) -> Iterator[Callable[[], Picture]]:
    """What draws each figure of a run, in the order in which one would look at them."""
    said = _said(result)
    for name in figures_of(result, scenario).values():
        if name == "queues" and not result.data.sizes["crossing"]:
            continue
        caption = CAPTIONS.get(name, name.replace("_", " "))
        alt = f"{caption} {said.get(name, '')}".strip()
        yield partial(
            picture, name, partial(_drawn, name, result, scenario), alt, caption
        )  # fmt: skip


def _drawn(name: str, result: Result, scenario: Scenario, width: float) -> Any:
    return draw(name, result, scenario, width=width)


def _said(result: Result) -> dict[str, str]:
    """The main numbers of figures, for who does not see them."""
    told = figures(result)
    stocks = [
        f"{words} {told[name]['peak']:,} at most, on {_time(told[name]['peak_at'])}, and "
        f"{told[name]['final']:,} at the end"
        for name, words in (
            ("displaced_inside", "out of their homes inside the country"),
            ("waiting", "waiting"),
            ("stock_abroad", "sheltered abroad"),
        )
    ]
    crossed = f"{told['crossed']['final']:,} have crossed by the end"
    by_crossing = "; ".join(
        f"{name} {count:,}" for name, count in told.get("crossed_by_crossing", {}).items()
    )
    return {
        "timeline": f"Persons {'; '.join(stocks)}; {crossed}.",
        "flow_map": f"{told['waiting']['peak']:,} persons wait in all.",
        "queues": f"Crossed by the end: {by_crossing}." if by_crossing else "",
        "deaths": f"{told['deaths']['total']:,} persons die in the run.",
    }


def _time(iso: str) -> str:
    from datetime import datetime

    return short_time(datetime.fromisoformat(iso)).strip()
