"""How variables over time are merged into longer intervals: one rule for days, studies, readers."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from flowsim.results.variables import MAXIMUM, OVER_TIME, SUM

FLOWS = tuple(name for name, method in OVER_TIME.items() if method == SUM)
"""Variables that belong to an interval and are summed over time; all others that have a time are
levels, and those without are of the whole run."""
LET_THROUGH = ("admitted", "exempt")
"""Outcomes of those whom a gate lets pass: whoever has a waiting time."""


_MERGES = {SUM: np.add, MAXIMUM: np.maximum}


def thin(data: xr.Dataset, stops: ArrayLike) -> xr.Dataset:
    """A Dataset over time at fewer instants, as `flowsim.results.variables` says of each variable.

    ============================  ==================================================================
    flows (`FLOWS`)               summed over (previous instant, this one]
    ``queue_peak``                the highest
    ``violence``                  mean, weighted by the length of the intervals
    ``waiting_time``,             mean over those let through; the weights are in ``outcomes``
    ``travel_time``
    ``road_hours``                mean over those who came out; its weights are in ``road_left``
    all other with a ``time``     levels: as they stand at the instant
    without a ``time``            as they are
    ============================  ==================================================================

    Thinning twice is thinning once: what is thin can be merged further. Dimensions before ``time``,
    as those of a study, are kept.

    Parameters
    ----------
    data : xarray.Dataset
        As of `flowsim.results.result.Result`; with ``violence`` it needs ``attrs["start"]``.
    stops : array of datetime64 (n,)
        The instants, ascending, each one of ``data["time"]``. What is after the last is left out.

    Returns
    -------
    xarray.Dataset
        The same variables in the same order, with their dtypes and attributes.

    Raises
    ------
    ValueError
        The instants do not ascend, or one of them is not in the data.
    KeyError
        ``waiting_time`` or ``travel_time`` is there without ``outcomes``, or ``road_hours`` without
        ``road_left``.

    Examples
    --------
    >>> data = xr.Dataset(
    ...     {"deaths": ("time", [1, 2, 4]), "apart": ("time", [5, 3, 0])},
    ...     {"time": pd.to_datetime(["2010-06-11", "2010-06-12", "2010-06-13"])},
    ... )
    >>> fewer = thin(data, data["time"].values[[1, 2]])
    >>> fewer["deaths"].values.tolist(), fewer["apart"].values.tolist()
    ([3, 4], [3, 0])
    """
    last = _places_of(stops, data["time"].values)
    first = np.concatenate([[0], last[:-1] + 1]) if last.size else last
    variables: dict[Hashable, xr.Variable] = {}
    for name, variable in data.variables.items():
        if "time" not in variable.dims:
            variables[name] = variable
        elif name in ("waiting_time", "travel_time"):
            variables[name] = _mean(variable, _let_through(data, str(name)), first, last)
        elif name == "road_hours":
            variables[name] = _mean(variable, _came_out(data), first, last)
        elif name == "violence":
            length = xr.Variable("time", interval_days(data))
            variables[name] = _mean(variable, length, first, last)
        elif how := _MERGES.get(OVER_TIME.get(str(name), "")):
            variables[name] = _merged(how, variable, first, last)
        else:
            variables[name] = variable.isel(time=last)
    coords = {name: variables.pop(name) for name in data.coords}
    return xr.Dataset(variables, coords, data.attrs)


def interval_days(data: xr.Dataset) -> NDArray:
    """Length of each interval, days; float64 array (time,). ``attrs["start"]`` begins the first."""
    start = np.datetime64(data.attrs["start"], "ns")
    lengths = np.diff(np.concatenate([[start], data["time"].values.astype("datetime64[ns]")]))
    return lengths / np.timedelta64(1, "D")


def day_of(times: ArrayLike) -> pd.DatetimeIndex:
    """The local day of the interval that ends at each time: at midnight, the day before.

    Examples
    --------
    >>> day_of(np.array(["2010-06-11T23:00", "2010-06-12T00:00"], dtype="datetime64[ns]")).day
    Index([11, 11], dtype='int32')
    """
    # The last instant of an interval is just before its end.
    return (pd.DatetimeIndex(np.asarray(times)) - pd.Timedelta(1, "ns")).floor("D")


def day_ends(times: ArrayLike) -> NDArray:
    """Of ascending times, those that are the last of their local day, datetime64 array.

    Examples
    --------
    >>> times = np.array(["2010-06-11T12", "2010-06-12T00", "2010-06-12T12"], dtype="datetime64[h]")
    >>> day_ends(times).astype(str).tolist()
    ['2010-06-12T00', '2010-06-12T12']
    """
    moments, days = np.asarray(times), day_of(times)
    is_last = np.ones(moments.size, dtype=bool)
    is_last[:-1] = days[1:] != days[:-1]
    return moments[is_last]


def _places_of(stops: ArrayLike, times: NDArray) -> NDArray:
    """Where the instants stand among the times, int64 (n,)."""
    wanted = np.atleast_1d(np.asarray(stops))
    last = np.searchsorted(times, wanted)
    known = last < times.size
    known[known] = times[last[known]] == wanted[known]
    if not known.all():
        raise ValueError(f"{wanted[~known][0]} is not a time of the data; thin at its own times")
    if (np.diff(last) <= 0).any():
        raise ValueError("the instants do not ascend; sort them, each once")
    return last


def _merged(how: np.ufunc, variable: xr.Variable, first: NDArray, last: NDArray) -> xr.Variable:
    """A variable with its intervals from ``first`` to ``last`` put together, in its own dtype."""
    axis, values = variable.get_axis_num("time"), variable.values
    if not last.size:
        return variable.isel(time=last)
    values = np.moveaxis(values, axis, 0)[: last[-1] + 1]
    merged = how.reduceat(values, first, axis=0, dtype=values.dtype)
    return xr.Variable(variable.dims, np.moveaxis(merged, 0, axis), variable.attrs)


def _mean(
    variable: xr.Variable, weights: xr.Variable, first: NDArray, last: NDArray
) -> xr.Variable:
    """The mean of each merged interval; NaN where the weights are zero. NaN weighs nothing."""
    weights = weights.set_dims(dict(variable.sizes)).transpose(*variable.dims)
    weights = weights.where(variable.notnull(), 0).astype(np.float64)
    summed = _merged(np.add, variable.fillna(0.0) * weights, first, last)
    total = _merged(np.add, weights, first, last)
    mean = summed / total.where(total > 0)
    return xr.Variable(variable.dims, mean.values, variable.attrs)


def _let_through(data: xr.Dataset, name: str) -> xr.Variable:
    """Persons let through in each interval, float64 (..., time, crossing)."""
    if "outcomes" not in data:
        wrong = f"{name} is a mean over those in outcomes"
        raise KeyError(f"{wrong}; keep both, or leave it out")
    outcomes = data["outcomes"]
    chosen = np.flatnonzero(np.isin(data["outcome"].values, LET_THROUGH))
    return outcomes.variable.isel(outcome=chosen).sum(["outcome", "kind"])


def _came_out(data: xr.Dataset) -> xr.Variable:
    """Persons who came out of each road in each interval."""
    if "road_left" not in data:
        raise KeyError("road_hours is a mean over those in road_left; keep both, or leave it out")
    return data["road_left"].variable
