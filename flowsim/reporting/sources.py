"""Where a scenario's uncertain numbers come from: fitted, assumed, or from a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from flowsim.config import Section
from flowsim.scenario.differences import in_words
from flowsim.scenario.nodes import Loc, Paths
from flowsim.scenario.scenario import Number, Scenario

KINDS = {
    "fitted": "fitted to reports",
    "assumed": "assumed, with a range",
    "source": "from a source",
    "none": "with a range, source not told",
}
HARD = {"uniform": "anywhere between", "triangular": "between, likeliest at the value"}


class NumberRow(NamedTuple):
    """A number with its range and source, in words; `kind` is one of `KINDS`."""

    path: str
    value: str
    spread: str
    kind: str
    source: str


def number_rows(scenario: Scenario) -> list[NumberRow]:
    """Every number that has a source or a range, in the order of the scenario.

    A number without a source of its own has that of the thing that it belongs to.

    Examples
    --------
    >>> import flowsim as fs
    >>> june = fs.load("kyrgyz_uzbek_2010")
    >>> [row] = [r for r in number_rows(june) if r.path == "behaviour.routes.wait_cost_per_hour"]
    >>> row.value, row.spread, row.kind
    ('0.15', '0.02 to 0.5', 'assumed')
    """
    others = dict(_sources(scenario))
    return [_row(number, others) for number in scenario.numbers]


def tally(rows: list[NumberRow]) -> list[tuple[str, int]]:
    """How many there are of each kind, in words."""
    count = Counter(row.kind for row in rows)
    return [(words, count[kind]) for kind, words in KINDS.items() if count[kind]]


def kind_of(source: str) -> str:
    """What a source says of a number.

    Examples
    --------
    >>> kind_of("fitted by hand to KG012"), kind_of("Assumed; many stayed"), kind_of("HRW 2010")
    ('fitted', 'assumed', 'source')
    """
    words = source.strip().lower()
    if not words:
        return "none"
    if words.startswith(("fitted", "calibrated", "posterior")):
        return "fitted"
    return "assumed" if words.startswith(("assumed", "assumption", "guess")) else "source"


def _row(number: Number, others: dict[str, str]) -> NumberRow:
    source = number.source or _of_whole(number.path, others)
    spread = ""
    if number.low is not None or number.high is not None:
        spread = f"{_short(number.low)} to {_short(number.high)}"
        if number.distribution in HARD:
            spread += f" ({number.distribution})"
    return NumberRow(
        number.path,
        _short(number.value),
        spread,
        kind_of(source),
        "; ".join(filter(None, (source, number.note))),
    )


def _short(value: Any) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:,}" if abs(value) >= 10_000 else f"{value:g}"
    return in_words(value)


def _of_whole(path: str, others: dict[str, str]) -> str:
    """The source of the smallest thing that a path lies in and that has one."""
    fits = [whole for whole in others if path.startswith((f"{whole}.", f"{whole}["))]
    return others[max(fits, key=len)] if fits else ""


def _sources(scenario: Scenario) -> Iterator[tuple[str, str]]:
    paths = Paths(scenario)

    def walk(value: Any, loc: Loc) -> Iterator[tuple[str, str]]:
        if isinstance(value, tuple):
            for i, item in enumerate(value):
                yield from walk(item, (*loc, i))
        if isinstance(value, Section):
            source = getattr(value, "source", "")
            if source and loc:
                yield paths(loc), str(source)
            for name in type(value).model_fields:
                yield from walk(getattr(value, name), (*loc, name))

    for name in type(scenario).model_fields:
        if name not in ("numbers", "linked", "reports"):
            yield from walk(getattr(scenario, name), (name,))
