"""What a scenario is about, in sentences, and what was changed in it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flowsim.scenario.differences import Difference, Written, differences, in_words
from flowsim.scenario.scenario import Scenario

MOST_TOLD = 40
"""Changes that are told one by one; more are counted."""


class Change(NamedTuple):
    """One value that is otherwise than in another scenario, in words."""

    path: str
    before: str
    now: str


def about(scenario: Scenario) -> list[str]:
    """Sentences on when, where and who.

    Examples
    --------
    >>> import flowsim as fs
    >>> about(fs.teaching_world())[0]
    'From 1 May 2030 00:00 to 8 May 2030 00:00, local time (UTC), in steps of 1 hour.'
    """
    fled = [p for p in scenario.places if p.country in scenario.flee_from]
    others = [p for p in scenario.places if p.country not in scenario.flee_from]
    abroad = list(dict.fromkeys(p.country for p in others))
    crossings = [r.crossing for r in scenario.routes if r.crossing]
    beside = (
        f" Abroad, in {_listed(abroad)}, people can go to {_count(len(others), 'place')}."
        if abroad
        else ""
    )
    told = [
        f"From {day(scenario.start)} to {day(scenario.end)}, local time ({scenario.timezone}), in "
        f"steps of {_length(scenario.step)}.",
        f"People flee from {_listed(scenario.flee_from)}: {_count(len(fled), 'place')} with "
        f"{sum(p.population or 0 for p in fled):,} residents.{beside}",
    ]
    if crossings:
        told.append(f"{_count(len(crossings), 'crossing')}: {_listed(crossings)}.")
    if scenario.rules == "flee":
        told.append("People move day by day by the rules of Flee.")
    if scenario.population.one_in > 1:
        one_in = scenario.population.one_in
        told.append(
            f"Thinned: one household in {one_in} was run, and counts are in full (each stands for "
            f"{one_in}). Small numbers are rough."
        )
    return told


def changes(scenario: Scenario, base: Scenario) -> tuple[list[Change], int]:
    """What a scenario has otherwise than its base, and how many more there are than are told."""
    found = [d for d in differences(Written(base), Written(scenario)) if d.path not in UNTOLD]
    return [_change(d) for d in found[:MOST_TOLD]], max(0, len(found) - MOST_TOLD)


UNTOLD = ("name", "title")


def _change(found: Difference) -> Change:
    if found.kind == "reordered":
        return Change(found.path, "in this order", "in another order")
    before = "not there" if found.kind == "added" else in_words(found.old)
    return Change(
        found.path, before, "taken out" if found.kind == "removed" else in_words(found.new)
    )


def day(when: datetime) -> str:
    """A time with its year: ``14 Jun 2010 09:00``."""
    return f"{when.day} {when:%b %Y %H:%M}"


def _length(seconds: int) -> str:
    hours = seconds / 3600
    return f"{hours:g} hour{'s' * (hours != 1)}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"


def _listed(names: object) -> str:
    words = [str(name) for name in names]  # type: ignore[attr-defined]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
