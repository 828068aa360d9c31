"""Rules on who is told to leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, listed
from flowsim.scenario.rules.common import unknown

ARRIVALS = ("arrivals",)


def homes(draft: Draft) -> Iterator[Flaw]:
    """They live at places of the scenario, in countries people flee from."""
    country = draft.country_of()
    told = [(loc, row.place) for loc, row in draft.rows(ARRIVALS).each() if row.place is not None]
    yield from unknown([((*loc, "place"), name) for loc, name in told], set(country), "place")
    fled, right = set(draft.flee_from), ""
    for loc, name in told:
        if name in country and country[name] not in fled:
            wrong = f"{name!r} is in {country[name]}, which people do not flee from"
            right = right or f"name a place in {listed(draft.flee_from)}, or leave it out"
            yield Flaw((*loc, "place"), wrong, right)


def row_twice(draft: Draft) -> Iterator[Flaw]:
    """No two rows tell of one place and moment, as their households would be the same."""
    first: dict[tuple[datetime, str | None], int] = {}
    for loc, row in draft.rows(ARRIVALS).each():
        key, index = (row.start, row.place), int(loc[-1])
        if key in first:
            wrong = f"this moment and place appear twice, first as number {first[key] + 1}"
            yield Flaw((*loc, "start"), wrong, "add the persons up in one row")
        first.setdefault(key, index)


RULES = (homes, row_twice)
