"""The moment that somebody names, and where it stands among the recorded times of a run."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

Moment = str | date | datetime | np.datetime64
"""Local time: ISO text, a date (its first moment), a datetime or a datetime64."""
_RIGHT = "write it as 2010-06-12T18:00"


def moment_of(at: Moment, timezone: str = "") -> datetime:
    """A naive local time from what a user gives.

    Parameters
    ----------
    at : str, date, datetime or datetime64
        One with an offset is converted to ``timezone``.
    timezone : str
        Name of the zone in which times are local; empty where it is not known.

    Raises
    ------
    ValueError
        It is not a time, or has an offset that cannot be converted.

    Examples
    --------
    >>> moment_of("2010-06-12T18:00Z", "Asia/Bishkek").isoformat()
    '2010-06-13T00:00:00'
    """
    when = _read(at)
    if when.tzinfo is None:
        return when
    if not timezone:
        wrong = f"{at} has an offset and the run does not say its timezone"
        raise ValueError(f"{wrong}; give local time without an offset")
    return when.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def _read(at: Moment) -> datetime:
    found: object = at
    if isinstance(at, np.datetime64):
        found = at.astype("datetime64[us]").item()
    elif isinstance(at, str):
        try:
            found = datetime.fromisoformat(at.strip())
        except ValueError:
            found = None
    elif isinstance(at, date) and not isinstance(at, datetime):
        found = datetime(at.year, at.month, at.day)
    # pandas' NaT is a datetime by its class, and equal to nothing
    if not isinstance(found, datetime) or found != found:
        told = repr(at) if isinstance(at, str) else str(at)
        raise ValueError(f"{told} is not a time; {_RIGHT}")
    return found


def step_at(data: xr.Dataset, at: Moment) -> int:
    """Number of the last recorded time up to a moment.

    Parameters
    ----------
    data : xarray.Dataset
        With ``time``, ascending, and the attribute ``timezone``.
    at : str, date, datetime or datetime64

    Raises
    ------
    ValueError
        It is not a time, or lies before the first or after the last recorded one.

    Examples
    --------
    >>> days = np.array(["2010-06-12", "2010-06-13"], dtype="M8[ns]")
    >>> import xarray as xr
    >>> data = xr.Dataset(coords={"time": days})
    >>> step_at(data, "2010-06-12T18:00")
    0
    >>> step_at(data, "2030-01-01")
    Traceback (most recent call last):
    ValueError: 2030-01-01 is after the last recorded time; the run is recorded from \
2010-06-12T00:00 to 2010-06-13T00:00
    """
    times = data["time"].values
    local = moment_of(at, str(data.attrs.get("timezone", "")))
    moment = np.datetime64(local, "us")
    if not times[0] <= moment <= times[-1]:
        side = "before the first" if moment < times[0] else "after the last"
        first, last = (np.datetime_as_string(t, unit="m") for t in (times[0], times[-1]))
        told = f"{at} ({local:%Y-%m-%dT%H:%M} local time)" if _read(at).tzinfo else f"{at}"
        raise ValueError(
            f"{told} is {side} recorded time; the run is recorded from {first} to {last}"
        )
    return int(np.searchsorted(times, moment, side="right")) - 1
