"""Rules on what places can shelter over time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.rules.common import unknown


def of_places(draft: Draft) -> Iterator[Flaw]:
    """Capacities are of places that exist, one at a time."""
    told = list(draft.capacities.each())
    where = [((*loc, "place"), row.place) for loc, row in told]
    yield from unknown(where, draft.places.names(), "place")
    first: dict[tuple[str, datetime], int] = {}
    for loc, row in told:
        key = row.place, row.start
        if key in first:
            wrong = f"the capacity of {row.place!r} from then on is told twice"
            yield Flaw((*loc, "start"), wrong, f"remove one; the first is number {first[key] + 1}")
        first.setdefault(key, int(loc[-1]))


def one_measure(draft: Draft) -> Iterator[Flaw]:
    """A capacity is told in persons, or as sites times places on a site."""
    for loc, row in draft.capacities.each():
        given = row.sites is not None, row.places_per_site is not None
        if row.persons is not None and any(given):
            wrong = "it tells the persons, and the sites or the places on one too"
            yield Flaw((*loc, "persons"), wrong, "give one of them")
        elif row.persons is None and not all(given) and (any(given) or not row.hosts):
            missing = ("places_per_site" if given[0] else "sites") if any(given) else ""
            wrong = f"{missing!r} is missing" if missing else "it does not say how many"
            yield Flaw(loc, wrong, "give `persons`, or `sites` and `places_per_site`, or `hosts`")


def in_the_period(draft: Draft) -> Iterator[Flaw]:
    """Some row begins before the end; a shortened run does not come to the others."""
    rows = draft.capacities.all()
    if rows and all(row.start >= draft.end for row in rows):
        wrong = "all capacities begin after the period"
        yield Flaw(("capacities",), wrong, "give one that begins earlier")


RULES = (of_places, one_measure, in_the_period)
