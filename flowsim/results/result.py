"""What a run gives back: one labelled Dataset, with shorthands, days, tables and netCDF."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.results.effects import policy_effects
from flowsim.results.netcdf import read_netcdf, write_netcdf
from flowsim.results.resample import FLOWS as FLOWS
from flowsim.results.resample import day_ends, day_of, thin
from flowsim.shown import plain

VARIABLES = (
    "people", "outcomes", "waiting", "composition", "registered", "violence", "deaths", "wounded",
    "exposure", "waiting_time", "hours_waited", "hours_to_safety", "split", "reunited", "apart",
    "barred_deaths",
)  # fmt: skip
ENTERED = ("admitted", "exempt", "irregular")
"""Outcomes by which a person comes to the far side."""


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Labelled output of one run.

    ``data`` has these dimensions: ``time`` (end of a recording interval, naive local time),
    ``place``, ``group``, ``status``, ``crossing``, ``outcome``, ``kind``, ``refuge``, and ``wait``
    (classes of hours by their lower edges, the last one open). Flows cover the interval
    (previous time, this time]; stocks hold at its end. The coordinate ``capacity`` of places is -1
    where there is no limit.

    Parameters
    ----------
    data : xarray.Dataset
        As `flowsim.run` makes it; each variable states its units.

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

    @property
    def people(self) -> xr.DataArray:
        """Persons alive by place, group and status, (time, place, group, status).

        Those who move are counted where their leg began, those who wait on the near side.
        """
        return self.data["people"]

    @property
    def outcomes(self) -> xr.DataArray:
        """Persons to whom something happened, (time, crossing, outcome, kind), in the interval."""
        return self.data["outcomes"]

    @property
    def waiting(self) -> xr.DataArray:
        """Persons who wait, (time, crossing, kind)."""
        return self.data["waiting"]

    @property
    def composition(self) -> xr.DataArray:
        """Persons present, all but those who move, (time, place, kind)."""
        return self.data["composition"]

    @property
    def registered(self) -> xr.DataArray:
        """Persons the host has counted so far, with its delay, (time, place, kind)."""
        return self.data["registered"]

    @property
    def violence(self) -> xr.DataArray:
        """Intensity of violence, 1 on the worst day in the worst place, (time, place)."""
        return self.data["violence"]

    @property
    def deaths(self) -> xr.DataArray:
        """Persons who died in the interval, (time, place, group)."""
        return self.data["deaths"]

    @property
    def wounded(self) -> xr.DataArray:
        """Persons wounded in the interval, (time, place, group)."""
        return self.data["wounded"]

    @property
    def exposure(self) -> xr.DataArray:
        """Person-days in danger in the interval, (time, place, group)."""
        return self.data["exposure"]

    @property
    def waiting_time(self) -> xr.DataArray:
        """Mean hours waited by those admitted in the interval, (time, crossing); NaN if none."""
        return self.data["waiting_time"]

    @property
    def hours_waited(self) -> xr.DataArray:
        """Persons let through in the whole run by the hours they had waited, (crossing, wait)."""
        return self.data["hours_waited"]

    @property
    def hours_to_safety(self) -> xr.DataArray:
        """Persons by the hours from leaving home until they first settled, (refuge, wait).

        A flight counts once inside and once abroad, as far as it came; going home is none.
        """
        return self.data["hours_to_safety"]

    @property
    def split(self) -> xr.DataArray:
        """Families parted at a gate in the interval, in either direction, (time, crossing)."""
        return self.data["split"]

    @property
    def reunited(self) -> xr.DataArray:
        """Parts left at a gate that joined their family again in the interval, (time, place)."""
        return self.data["reunited"]

    @property
    def apart(self) -> xr.DataArray:
        """Persons left at a gate who have not joined their family again, (time,)."""
        return self.data["apart"]

    @property
    def barred_deaths(self) -> xr.DataArray:
        """Persons who died in the interval, refused at a crossing and not past it since.

        Wherever they died; (time, crossing), the crossing being that of the last refusal.
        """
        return self.data["barred_deaths"]

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
        days = ("time", day_of(thinned["time"].values))
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
            names = ", ".join(str(name) for name in self.data.data_vars)
            raise KeyError(f"no variable {variable!r}; there is {names}")
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
        names = ", ".join(str(name) for name in self.data.data_vars)
        seed = f", seed {plain(self.seed)}" if self.seed else ""
        told = f"{plain(self.name) or 'a run'}{seed}{self._span()}"
        return f"<Result of {told}>\n{plain(sizes)}\nvariables: {plain(names)}"

    def _span(self) -> str:
        """Its first and last time, or first and last day of what `daily` gave."""
        for along, unit in (("time", "m"), ("day", "D")):
            if self.data.sizes.get(along) and along in self.data.coords:
                ends = self.data[along].values[[0, -1]].astype(f"datetime64[{unit}]")
                return f", {ends[0]} to {ends[1]}"
        return ""

    def _repr_html_(self) -> str:
        return self.data._repr_html_()
