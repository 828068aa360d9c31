"""Places of Flee that change their type on a day: camps that open or close, conflict that comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from flowsim.flee.reader.conflict import GROUP
from flowsim.flee.reader.places import Spot, type_of
from flowsim.flee.reader.rows import Notes, Row, is_told, read_rows
from flowsim.world.violence_config import Event

INTENSITY = 1.0
"""Of a place that becomes one of conflict (Flee's ``default_conflict_intensity``)."""
PLAIN = ("forward", "marker", "flood_zone")
"""Types that a place has from the start or never: one that becomes such is taken for a town."""


class Phase(NamedTuple):
    """Days ``[first, last)`` in which a place is of one type; a last of None is for good.

    Attributes
    ----------
    row : Row
        Of the change that it begins with; of the one that ends it, for the first phase.
    changed : bool
        Whether it begins with a change.
    """

    row: Row
    place: str
    kind: str
    first: int
    last: int | None
    changed: bool


def read_changes(
    path: Path, spots: Mapping[str, Spot], length: int, notes: Notes
) -> tuple[Phase, ...]:
    """The phases of all places that change, from rows ``name,new type,day``."""
    changes: dict[str, dict[int, tuple[Row, str]]] = {}
    for row in read_rows(path, notes) if is_told(path) else []:
        name, kind, day = row.text(0), type_of(row, 1), row.whole(2, "day")
        if name not in spots:
            near = notes.near(name, spots)
            row.wrong(0, f"there is no place {name!r}", f"name one of locations.csv{near}")
        elif day in changes.get(name, {}):
            row.wrong(2, f"{name!r} changes twice on day {day}", "keep one of the rows")
        elif day >= length:
            notes.warn(row, f"day {day} is after the last, {length - 1}; the row is left out")
        else:
            if kind in PLAIN:
                notes.warn(row, f"{name!r} becomes {row.text(1)!r}, and is taken for a town")
            changes.setdefault(name, {})[day] = row, kind
    return tuple(phase for name, mine in changes.items() for phase in _phases(spots[name], mine))


def _phases(spot: Spot, changes: Mapping[int, tuple[Row, str]]) -> list[Phase]:
    days = sorted(changes)
    begins = [(0, changes[days[0]][0], spot.kind, False)] if days[0] > 0 else []
    begins += [(day, *changes[day], True) for day in days]
    ends = [day for day, *_ in begins[1:]]
    return [
        Phase(row, spot.name, kind, first, last, changed)
        for (first, row, kind, changed), last in zip(begins, [*ends, None], strict=True)
    ]


def camps_at_times(spots: Mapping[str, Spot], phases: Iterable[Phase]) -> dict[str, Spot]:
    """The places, with those as camps that are one at some time.

    One that becomes a camp has no limit of capacity: its number is that of its residents.
    """
    camps = {phase.place for phase in phases if phase.kind == "camp"}
    return {
        name: replace(spot, kind="camp", number=None, residents=spot.number)
        if name in camps and spot.kind != "camp"
        else spot
        for name, spot in spots.items()
    }


def shut(spots: Mapping[str, Spot], phases: Iterable[Phase]) -> list[Phase]:
    """When places that are a camp at some time, as ``spots`` has them, are none."""
    return [p for p in phases if spots[p.place].kind == "camp" and p.kind != "camp"]


def with_changes(
    events: Sequence[Event], phases: Sequence[Phase], start: datetime, end: datetime, notes: Notes
) -> tuple[Event, ...]:
    """Spells of violence, those that changes begin among them and those that they end cut short."""
    changes = [phase for phase in phases if phase.changed]
    if not changes:
        return tuple(events)
    by_place: dict[str, list[Event]] = {}
    for event in events:
        by_place.setdefault(event.place, []).append(event)
    for phase in changes:
        kept = by_place.setdefault(phase.place, [])
        first = start + timedelta(days=phase.first)
        last = end if phase.last is None else start + timedelta(days=phase.last)
        running = _running(kept, first)
        if running:
            told = "is in conflict then by conflicts.csv or locations.csv; the change counts"
            notes.warn(phase.row, f"{phase.place!r} {told}")
        for event in running:
            kept.remove(event)
            if event.start < first:
                kept.append(event.model_copy(update={"until": first}))
        if phase.kind == "conflict":
            kept[:] = [event for event in kept if not first <= event.start < last]
            kept.append(_spell(phase.place, first, last))
    every = (event for kept in by_place.values() for event in kept)
    return tuple(sorted(every, key=lambda event: (event.place, event.start)))


def _running(events: Iterable[Event], when: datetime) -> list[Event]:
    """The spell of a place at a moment, and those that follow it without a break."""
    mine = sorted((e for e in events if e.until > when), key=lambda e: e.start)
    if not mine or mine[0].start > when:
        return []
    whole = [mine[0]]
    for before, after in pairwise(mine):
        if after.start != before.until:
            break
        whole.append(after)
    return whole


def _spell(place: str, first: datetime, last: datetime) -> Event:
    return Event(
        place=place, start=first, peak=first, until=last, intensity=INTENSITY, target={GROUP: 1.0}
    )
