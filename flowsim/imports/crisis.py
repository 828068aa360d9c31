"""A scenario from files that others publish, and what came of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from flowsim.imports.acled import WITHIN_KM, read_acled
from flowsim.imports.imported import Bad as Bad
from flowsim.imports.imported import Imported
from flowsim.imports.places import read_places
from flowsim.imports.registrations import read_registrations
from flowsim.imports.roads import read_roads
from flowsim.scenario.scenario import Scenario


class Files(NamedTuple):
    """What a crisis is read from.

    Attributes
    ----------
    places, roads, acled : path, optional
    registrations : sequence of path
    """

    places: Any = None
    roads: Any = None
    acled: Any = None
    registrations: Sequence[Any] = ()


class How(NamedTuple):
    """How files are read; see the functions that read them.

    Attributes
    ----------
    country : str, optional
        Of places that tell none.
    place : str
        Of registrations that tell none.
    variable : str, optional
        What registrations count.
    within_km : float
        How far events and registrations may be from a place.
    worst : float, optional
        Dead and events of a day of intensity 1.
    period : pair of date, optional
        First and last day of the events and reports that are taken; where there is neither violence
        nor a base, of the scenario.
    day_first : bool, optional
    bad : {"refuse", "leave_out"}
    flee_from : sequence of str
        Countries that people flee from; empty means those in danger.
    """

    country: str | None = None
    place: str = ""
    variable: str | None = None
    within_km: float = WITHIN_KM
    worst: float | None = None
    period: tuple[date, date] | None = None
    day_first: bool | None = None
    bad: Bad = "refuse"
    flee_from: Sequence[str] = ()


def import_files(
    files: Files, base: Scenario | None = None, name: str = "", how: How | None = None
) -> tuple[Scenario, list[Imported]]:
    """The scenario that files make, with what is left out filled in as by `Scenario.from_frames`.

    Parameters
    ----------
    files : Files
    base : Scenario, optional
        What the files do not give is taken from here.
    name : str
        Of the scenario; by default that of the base.
    how : How, optional

    Raises
    ------
    ScenarioError
        A file cannot be read, or they make no scenario together.
    """
    how = how or How()
    done: list[Imported] = []
    places: Any = None if base is None else base.places
    if files.places is not None:
        done.append(read_places(files.places, country=how.country, bad=how.bad))
        places = done[-1].rows
    if files.roads is not None:
        done.append(read_roads(files.roads, places))
    if files.acled is not None:
        done.append(
            read_acled(
                files.acled, places, within_km=how.within_km, worst=how.worst, period=how.period,
                day_first=how.day_first, bad=how.bad,
            )
        )  # fmt: skip
    for source in files.registrations:
        done.append(
            read_registrations(
                source, places, place=how.place, variable=how.variable, within_km=how.within_km,
                period=how.period, day_first=how.day_first, bad=how.bad,
            )
        )  # fmt: skip
    return _together(done, base, name, how), done


def _together(done: Sequence[Imported], base: Scenario | None, name: str, how: How) -> Scenario:
    import pandas as pd

    given: dict[str, Any] = {}
    for table in dict.fromkeys(found.table for found in done):
        frames = [found.rows for found in done if found.table == table]
        given[table] = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    kept = _kept(base, given)
    if how.period and base is None and "events" not in given:
        first, last = how.period
        kept |= {"start": first.isoformat(), "end": (last + timedelta(days=1)).isoformat()}
    if how.flee_from:
        given["flee_from"] = list(how.flee_from)
    return Scenario.from_frames(**{**kept, **given, **({"name": name} if name else {})})


def _kept(base: Scenario | None, given: dict[str, Any]) -> dict[str, Any]:
    """What of a base stays: all that is not given anew or follows from what is."""
    if base is None:
        return {}
    gone = set(given)
    gone |= {"flee_from", "start", "end", "record"} if "events" in given else set()
    gone |= {"routes", "borders"} if "places" in given else set()
    gone |= {"borders"} if "routes" in given else set()
    kept = {name: getattr(base, name) for name in base.model_fields_set - gone}
    kept = {
        key: f"{value}s" if key in ("step", "grid", "record") else value
        for key, value in kept.items()
    }
    if "events" in given and "violence" in kept:
        kept["violence"] = base.violence.model_copy(update={"events": ()})
    starts = tuple("violence.events" if key == "events" else key for key in gone)
    kept["numbers"] = [n for n in base.numbers if not n.path.startswith(starts)]
    return kept
