"""Who is in none of the camps that registrations are known of as a run ends, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from flowsim.evidence.registered import Registered
from flowsim.flee.simulate import Days

if TYPE_CHECKING:
    from flowsim.results.result import Result

HOW = {
    "at_home": "still at home in",
    "moving": "on the way at",
    "waiting": "waiting at",
    "displaced": "displaced in",
    "sheltered": "sheltered at",
    "detained": "detained at",
    "returned": "back in",
}
"""What each status of a person is called here."""
AT = "at"
"""The same of those who rest at a place by Flee's rules."""


class Elsewhere(NamedTuple):
    """Persons at the end of a run who are in no camp that is scored, mean over the members.

    Attributes
    ----------
    how : str
        What they do there, as ``waiting at``.
    place : str
    persons : float
    """

    how: str
    place: str
    persons: float


def elsewhere(
    results: Sequence[Result | Days], known: Registered, given: bool
) -> tuple[Elsewhere, ...]:
    """Everybody on the last day who is in no camp with registrations, the most first.

    Parameters
    ----------
    results : sequence of Result or Days
        Members of one scenario.
    known : Registered
    given : bool
        Whether it is told how many leave: only then do those who are at home count, as they should
        have left.
    """
    found: dict[tuple[str, str], float] = {}
    for result in results:
        some = _daily(result) if isinstance(result, Days) else _by_status(result, given)
        for how, place, persons in some:
            if how not in (AT, HOW["sheltered"]) or place not in known.camps:
                found[how, place] = found.get((how, place), 0.0) + persons / len(results)
    rows = [Elsewhere(how, place, persons) for (how, place), persons in found.items() if persons]
    return tuple(sorted(rows, key=lambda row: (-row.persons, row.place, row.how)))


def _daily(days: Days) -> list[Elsewhere]:
    """Who is where by Flee's rules: at a place, a camp or not, or on the way."""
    at = [
        Elsewhere(AT, name, float(persons))
        for name, persons in zip(days.places, days.persons[-1].tolist(), strict=True)
    ]
    return at + [
        Elsewhere("on the way from", name, float(persons))
        for name, persons in zip(days.places, days.on_way[-1].tolist(), strict=True)
    ]


def _by_status(result: Result, given: bool) -> list[Elsewhere]:
    last = result.people.isel(time=-1).sum("group").transpose("status", "place")
    return [
        Elsewhere(HOW[str(status)], str(place), float(persons))
        for status, row in zip(last["status"].values, last.values, strict=True)
        if given or str(status) != "at_home"
        for place, persons in zip(last["place"].values, row, strict=True)
    ]
