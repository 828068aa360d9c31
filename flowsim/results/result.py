"""What a run gives back: one labelled Dataset, with shorthands, days, tables and netCDF."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.results.effects import policy_effects
from flowsim.results.netcdf import read_netcdf, write_netcdf
from flowsim.results.resample import FLOWS as FLOWS
from flowsim.results.resample import day_ends, day_of, thin
from flowsim.results.variables import ALL_VARIABLES, COORDINATES, Variables, listed
from flowsim.results.variables import VARIABLES as VARIABLES
from flowsim.shown import plain

ENTERED = ("admitted", "exempt", "irregular")
"""Outcomes by which a person comes to the far side."""


@dataclass(frozen=True, eq=False, repr=False)
class Result(Variables):
    """Labelled output of one run.

    ``data`` has these dimensions: ``time`` (end of a recording interval, naive local time),
    ``place``, ``group``, ``status``, ``crossing``, ``outcome``, ``kind``, ``refuge``, and ``wait``
    (classes of hours by their lower edges, the last one open). Flows cover the interval
    (previous time, this time]; stocks hold at its end. The coordinate ``capacity`` of places is -1
    where there is no limit.

    Parameters
    ----------
    data : xarray.Dataset
        As `flowsim.run` makes it. Attributes by the CF conventions say what each variable and
        coordinate is (``long_name``, ``units``, ``comment``) and how it relates to its interval
        (``cell_methods``).

    Examples
    --------
    >>> deaths = np.array([[[1, 0]], [[2, 3]]], dtype=np.int32)
    >>> data = xr.Dataset(
    ...     {"deaths": (("time", "place", "group"), deaths)},
    ...     {"time": pd.to_datetime(["2010-06-11T12:00", "2010-06-12T00:00"])},
    ... )
    >>> result = Result(data)
    >>> int(result.deaths.sum())
    6
    >>> result.daily().day.dt.strftime("%d %b").values.tolist()
    ['11 Jun']
    """

    data: xr.Dataset

    if not TYPE_CHECKING:  # type checkers know the names, and tell of others

        def __getattr__(self, name: str) -> xr.DataArray:
            if name not in ALL_VARIABLES:
                wrong = f"{type(self).__name__!r} object has no attribute {name!r}"
            elif name in self.data:
                return self.data[name]
            else:
                wrong = f"the result has no variable {name!r}; it has {_names(self.data)}"
            raise AttributeError(wrong, name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in ALL_VARIABLES if name in self.data)})

    @property
    def start(self) -> datetime:
        """Local time at which the run began."""
        return datetime.fromisoformat(self.data.attrs["start"])

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.data.attrs.get("name", ""))

    @property
    def seed(self) -> str:
        """Seed of all draws, as text."""
        return str(self.data.attrs.get("seed", ""))

    @property
    def one_in(self) -> int:
        """Households for which each that was run stands; counts are in full."""
        return int(self.data.attrs.get("one_in", 1))

    def crossed(self, by_kind: bool = False) -> xr.DataArray:
        """Persons who have crossed so far, each counted once and net of push-back.

        Parameters
        ----------
        by_kind : bool
            Keep the dimension ``kind``.

        Returns
        -------
        xarray.DataArray
            int64, (time, crossing) or (time, crossing, kind).
        """
        moved = self.outcomes.astype(np.int64)
        net = moved.sel(outcome=list(ENTERED)).sum("outcome")
        net = net - moved.sel(outcome="pushed_back", drop=True)
        return (net if by_kind else net.sum("kind")).cumsum("time").rename("crossed")

    def daily(self) -> xr.Dataset:
        """The same variables by local day, along ``day`` (the date) instead of ``time``.

        Flows are summed, violence is the mean over the day, waiting time the mean over those
        admitted, and stocks are as they stand at the day's end; what is of the whole run stays. An
        interval that ends at midnight belongs to the day before.
        """
        thinned = thin(self.data, day_ends(self.data["time"].values))
        days = ("time", day_of(thinned["time"].values), COORDINATES["day"])
        return thinned.assign_coords(day=days).swap_dims(time="day").drop_vars("time")

    def policy_effects(self) -> pd.DataFrame:
        """What the policies did, as one tidy table: about, where, measure, value, unit.

        About each crossing and all of them, about people, and about each host abroad and all of
        them; see `flowsim.results.effects.policy_effects` for every measure.
        """
        return policy_effects(self.data)

    def to_dataframe(self, variable: str) -> pd.DataFrame:
        """One variable as a tidy table: a column a dimension and one of values.

        Raises
        ------
        KeyError
            No such variable.
        """
        if variable not in self.data.data_vars:
            raise KeyError(f"no variable {variable!r}; there is {_names(self.data)}")
        array = self.data[variable]
        bare = array.drop_vars([c for c in array.coords if c not in array.dims])
        return bare.to_dataframe().reset_index()

    def to_netcdf(self, path: str | os.PathLike[str]) -> None:
        """Write the Dataset as netCDF-3: whole or not at all, and the same bytes each time.

        See `flowsim.results.netcdf.write_netcdf`. A file that is there already is replaced.
        """
        write_netcdf(self.data, path)

    @classmethod
    def from_netcdf(cls, path: str | os.PathLike[str]) -> Result:
        """Read what `to_netcdf` wrote."""
        return cls(read_netcdf(path))

    def __repr__(self) -> str:
        """One line on the run and one on what is in it."""
        sizes = ", ".join(f"{n} {d}" for d, n in self.data.sizes.items())
        seed = f", seed {plain(self.seed)}" if self.seed else ""
        sample = f", one household in {self.one_in}" if self.one_in > 1 else ""
        told = f"{plain(self.name) or 'a run'}{seed}{sample}{self._span()}"
        return f"<Result of {told}>\n{plain(sizes)}\nvariables: {plain(_names(self.data))}"

    def _span(self) -> str:
        """Its first and last time, or first and last day of what `daily` gave."""
        for along, unit in (("time", "m"), ("day", "D")):
            if self.data.sizes.get(along) and along in self.data.coords:
                ends = self.data[along].values[[0, -1]].astype(f"datetime64[{unit}]")
                return f", {ends[0]} to {ends[1]}"
        return ""

    def _repr_html_(self) -> str:
        return self.data._repr_html_()


def _names(data: xr.Dataset) -> str:
    return ", ".join(str(name) for name in data.data_vars)


if Result.__doc__:  # python -OO takes docstrings away
    Result.__doc__ = Result.__doc__.replace("    Examples\n", f"{listed()}\n    Examples\n")
