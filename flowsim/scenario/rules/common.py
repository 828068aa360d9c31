"""What rules about different things have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flowsim.scenario.draft import Rows
from flowsim.scenario.flaws import SUGGESTIONS, Flaw, did_you_mean, listed
from flowsim.scenario.nodes import Loc

TOLERANCE = 0.005
"""How far shares of a whole may add up to something else than 1."""


def twice(rows: Rows[Any], field: str, what: str) -> Iterator[Flaw]:
    """Items with a name that an earlier one has."""
    first: dict[str, int] = {}
    for loc, item in rows.each():
        name, index = getattr(item, field), int(loc[-1])
        if name in first:
            wrong = f"the {what} {name!r} appears twice, first as number {first[name] + 1}"
            yield Flaw((*loc, field), wrong, "remove one of them or rename it")
        elif name:
            first[name] = index


def unknown(
    names: Iterable[tuple[Loc, str]], known: set[str], what: str, where: str = "", none: str = ""
) -> Iterator[Flaw]:
    """Names that are not among those known.

    ``where`` says what these are, else they are listed; ``none`` what to do where none is known.
    """
    lost = [(loc, name) for loc, name in names if name not in known]
    among = sorted(known) if lost else []
    right = none if none and not known else f"name one of {where or listed(among)}"
    for i, (loc, name) in enumerate(lost):
        near = did_you_mean(name, among) if i < SUGGESTIONS else ""
        yield Flaw(loc, f"there is no {what} {name!r}", right + near)


def numbered(loc: Loc, field: str, names: Iterable[str]) -> Iterator[tuple[Loc, str]]:
    """The names of a list with where each stands."""
    return (((*loc, field, i), name) for i, name in enumerate(names))
