"""The reported quantities, as a run has them: one series over time for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flowsim.recorded import moment_of

if TYPE_CHECKING:
    import xarray as xr

    from flowsim.results.result import Result

UNITS = {
    "crossed": "persons", "crossed_day": "persons", "registered_adults": "adults",
    "waiting": "persons", "displaced_inside": "persons", "stock_abroad": "persons",
    "deaths": "deaths", "deaths_official": "deaths", "injured_official": "persons",
    "share_children": "share", "share_women": "share", "share_men": "share",
    "share_women_children": "share",
}  # fmt: skip
"""Quantities that a run has, with their units."""
LAGGING = ("deaths_official", "injured_official")
"""Counts at the time of report. They lag what happened; see `flowsim.evidence.statements`."""
CHILDREN, WOMEN, MEN = ("children",), ("women", "elderly_women"), ("men", "elderly_men")
SHARES = {
    "share_children": CHILDREN,
    "share_women": WOMEN,
    "share_men": MEN,
    "share_women_children": CHILDREN + WOMEN,
}
"""Kinds of person in each share; reports count the elderly with their sex."""


def quantity(result: Result, variable: str, place: str = "") -> xr.DataArray:
    """A reported quantity as a run has it, at each recorded time.

    ============================  ==================================================================
    ``crossed``                   persons who have crossed, each counted once and net of push-back
    ``crossed_day``               of these, since the last midnight (at 24:00: in that whole day)
    ``registered_adults``         persons over 14 whom the host has registered, with its delay
    ``waiting``                   persons in the queues
    ``displaced_inside``          persons displaced, waiting or moving in the countries fled from,
                                  so all who are out of their home there and not back in it
    ``stock_abroad``              persons sheltered in the other countries
    ``deaths``                    deaths so far, by time of death
    ``deaths_official``           deaths counted so far, where the scenario says how late deaths are
                                  counted (``harm.counted_after_days``); else the same as deaths, to
                                  be drawn beside the other
    ``injured_official``          wounded so far, likewise
    ``share_children`` and so on  part of the persons at places abroad or, where ``place`` is a
                                  crossing, of those who have crossed there; NaN if nobody has
    ============================  ==================================================================

    Parameters
    ----------
    result : Result
    variable : str
        One of the above.
    place : str
        A crossing, country, region or place; empty means all. Those who cross, and those who wait,
        belong to the places on both sides of the crossing and to their regions and countries.

    Returns
    -------
    xarray.DataArray
        (time,), float64; ``attrs["units"]`` is persons, adults, deaths or share.

    Raises
    ------
    KeyError
        No such quantity or place.

    Examples
    --------
    >>> import pandas as pd
    >>> import xarray as xr
    >>> from flowsim.results.result import Result
    >>> data = xr.Dataset(
    ...     {"deaths": (("time", "place", "group"), np.array([[[2]], [[1]]], dtype=np.int32))},
    ...     {"time": pd.to_datetime(["2010-06-12", "2010-06-13"]), "place": ["Town"],
    ...      "country": ("place", ["A"]), "region": ("place", ["South"])},
    ... )
    >>> quantity(Result(data), "deaths", "South").values.tolist()
    [2.0, 3.0]
    """
    if variable not in UNITS:
        raise KeyError(f"no quantity {variable!r}; there is {', '.join(UNITS)}")
    if variable in SHARES:
        series = _share(result, SHARES[variable], place)
    else:
        series = _COUNTS[variable](result, place)
    bare = series.astype(np.float64).reset_coords(drop=True).rename(variable)
    return bare.assign_attrs(units=UNITS[variable])


def at(series: xr.DataArray, when: datetime) -> float:
    """Value at the last recorded time up to ``when``; NaN outside the recorded span.

    So a table holds the reports from before and after a run too, each with nothing beside it.

    Raises
    ------
    ValueError
        ``when`` is not a local time.

    Examples
    --------
    >>> import pandas as pd
    >>> import xarray as xr
    >>> days = pd.to_datetime(["2010-06-12", "2010-06-13"])
    >>> at(xr.DataArray([1.0, 5.0], {"time": days}, ["time"]), datetime(2010, 6, 12, 18))
    1.0
    """
    moment = np.datetime64(moment_of(when), "us")
    times = series["time"].values
    if not times[0] <= moment <= times[-1]:
        return float("nan")
    return float(series.values[np.searchsorted(times, moment, side="right") - 1])


def covers(result: Result, place: str) -> bool:
    """Whether a place means all: it is empty, or a whole country on either side.

    With more than two countries in the run, one of several that people flee to is a part.
    """
    fled, other = _countries(result)
    return place == "" or any(side == {place} for side in (fled, other))


def _countries(result: Result) -> tuple[set[str], set[str]]:
    fled = set(result.data.attrs.get("flee_from", "").split(",")) - {""}
    return fled, set(result.data["country"].values.tolist()) - fled


def _at_places(result: Result, place: str) -> np.ndarray:
    """Which places a name means, bool (place,)."""
    data = result.data
    if place == "":
        return np.ones(data.sizes["place"], dtype=bool)
    for label in ("country", "region", "place"):
        found = np.asarray(data[label].values == place)
        if found.any():
            return found
    raise KeyError(f"no country, region or place {place!r} in the result")


def _at_crossings(result: Result, place: str) -> np.ndarray:
    """Which crossings a name means, bool (crossing,)."""
    data = result.data
    named = np.asarray(data["crossing"].values == place)
    if named.any():
        return named
    try:
        places = data["place"].values[_at_places(result, place)]
    except KeyError:
        raise KeyError(f"no crossing, country, region or place {place!r} in the result") from None
    return np.isin(data["near"].values, places) | np.isin(data["far"].values, places)


def _abroad(result: Result) -> np.ndarray:
    return ~np.isin(result.data["country"].values, list(_countries(result)[0]))


def _crossed(result: Result, place: str) -> xr.DataArray:
    return result.crossed().isel(crossing=_at_crossings(result, place)).sum("crossing")


def _crossed_day(result: Result, place: str) -> xr.DataArray:
    import pandas as pd  # only now: who scores a run by Flee's rules needs neither it nor xarray

    crossed = _crossed(result, place)
    times = pd.DatetimeIndex(crossed["time"].values)
    midnights = (times - pd.Timedelta(1, "ns")).floor("D")
    last = times.searchsorted(midnights, side="right") - 1  # -1 where the day is the first
    before = np.where(last >= 0, crossed.values[last], 0)
    return crossed - before


def _waiting(result: Result, place: str) -> xr.DataArray:
    queues = result.waiting.isel(crossing=_at_crossings(result, place))
    return queues.sum(["crossing", "kind"])


def _registered_adults(result: Result, place: str) -> xr.DataArray:
    adults = result.registered.sel(kind=list(WOMEN + MEN))
    return adults.isel(place=_at_places(result, place)).sum(["place", "kind"])


def _displaced_inside(result: Result, place: str) -> xr.DataArray:
    away = result.people.sel(status=["displaced", "waiting", "moving"])
    where = _at_places(result, place) & ~_abroad(result)
    return away.isel(place=where).sum(["place", "group", "status"])


def _stock_abroad(result: Result, place: str) -> xr.DataArray:
    sheltered = result.people.sel(status="sheltered")
    where = _at_places(result, place) & _abroad(result)
    return sheltered.isel(place=where).sum(["place", "group"])


def _deaths(result: Result, place: str) -> xr.DataArray:
    where = _at_places(result, place)
    return result.deaths.isel(place=where).sum(["place", "group"]).cumsum("time")


def _deaths_official(result: Result, place: str) -> xr.DataArray:
    if "deaths_counted" not in result.data:
        return _deaths(result, place)
    where = _at_places(result, place)
    return result.deaths_counted.isel(place=where).sum("place").cumsum("time")


def _wounded(result: Result, place: str) -> xr.DataArray:
    where = _at_places(result, place)
    return result.wounded.isel(place=where).sum(["place", "group"]).cumsum("time")


def _share(result: Result, kinds: tuple[str, ...], place: str) -> xr.DataArray:
    if place in result.data["crossing"].values:
        persons = result.crossed(by_kind=True).sel(crossing=place)
    else:
        where = _at_places(result, place) & _abroad(result)
        persons = result.composition.isel(place=where).sum("place")
    total = persons.sum("kind")
    return persons.sel(kind=list(kinds)).sum("kind") / total.where(total > 0)


_COUNTS: dict[str, Callable[[Result, str], xr.DataArray]] = {
    "crossed": _crossed,
    "crossed_day": _crossed_day,
    "registered_adults": _registered_adults,
    "waiting": _waiting,
    "displaced_inside": _displaced_inside,
    "stock_abroad": _stock_abroad,
    "deaths": _deaths,
    "deaths_official": _deaths_official,
    "injured_official": _wounded,
}
