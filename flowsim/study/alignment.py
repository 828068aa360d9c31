"""Scenarios that differ in their places, crossings or times, put into one Dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from flowsim.arrays import TEXTS
from flowsim.errors import StoreError
from flowsim.results.resample import thin

RUN = ("scenario", "sample", "member")
"""Which run: the dimensions that come before those of a run's own arrays."""


def at_common_times(parts: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """Every scenario at the times that all have: those of their reports may differ."""
    times = [part["time"].values for part in parts if "time" in part.dims]
    if all(np.array_equal(own, times[0]) for own in times):
        return list(parts)
    common = times[0]
    for own in times[1:]:
        common = np.intersect1d(common, own)
    try:
        return [thin(part, common) if "time" in part.dims else part for part in parts]
    except KeyError:
        raise StoreError(
            "the scenarios have reports at different times, and waiting_time cannot be brought to "
            "those that all have without outcomes; keep outcomes too, or a waiting_time:total"
        ) from None


def together(parts: Sequence[xr.Dataset], names: Sequence[str]) -> xr.Dataset:
    """One Dataset with a first dimension ``scenario``.

    Parameters
    ----------
    parts : sequence of xarray.Dataset
        Their labels may differ. A variable that only some have is NaN in the others, see
        `flowsim.results.variables.Variable`.
    names : sequence of str
        Of the scenarios.

    Examples
    --------
    >>> people = {"people": ("place", [5, 6])}
    >>> a = xr.Dataset(people, {"place": ["A", "B"], "lat": ("place", [1, 2])})
    >>> b = xr.Dataset({"people": ("place", [7])}, {"place": ["C"], "lat": ("place", [3])})
    >>> both = together([a, b], ["first", "other"])
    >>> both["people"].sel(scenario="other").values.tolist(), both["lat"].values.tolist()
    ([0, 0, 7], [1, 2, 3])
    """
    labels = _union(parts)
    beside = {name: _beside(parts, name, labels) for name in _names_beside(parts)}
    varied = [name for name, coord in beside.items() if coord is None]
    aligned = [_aligned(part, labels, varied) for part in parts]
    whole = xr.concat(
        aligned, pd.Index(names, name="scenario"), coords="minimal", compat="override",
        join="override", combine_attrs="drop", data_vars="all",
    )  # fmt: skip
    shared = {name: coord for name, coord in beside.items() if coord is not None}
    labelled = {**shared, "scenario": np.array(names, dtype=np.str_)}
    whole = whole.set_coords(varied).assign_coords(labelled)
    for name, variable in whole.variables.items():
        variable.attrs = dict(next((p[name].attrs for p in parts if name in p.variables), {}))
    return whole.transpose(*RUN, ..., missing_dims="ignore")


def _union(parts: Sequence[xr.Dataset]) -> dict[str, NDArray]:
    """All labels of each dimension, in the order in which scenarios name them."""
    labels: dict[str, NDArray] = {}
    for part in parts:
        for dim in part.dims:
            name, own = str(dim), part[dim].values
            known = labels.setdefault(name, own)
            if not np.array_equal(known, own):
                labels[name] = np.concatenate([known, own[~np.isin(own, known)]])
    return labels


def _names_beside(parts: Sequence[xr.Dataset]) -> list[str]:
    """Coordinates that are not the labels of a dimension."""
    found = (str(name) for part in parts for name in part.coords if name not in part.dims)
    return list(dict.fromkeys(found))


def _beside(
    parts: Sequence[xr.Dataset], name: str, labels: dict[str, NDArray]
) -> xr.Variable | None:
    """A coordinate by the scenarios that have each label; None for numbers that these vary."""
    own = [part.coords[name] for part in parts if name in part.coords]
    first, is_text = own[0], own[0].dtype.kind in TEXTS
    if not first.dims:
        return first.variable
    if first.dims == ("sample", "member"):
        return first.variable
    (dim, *more) = map(str, first.dims)
    if more:
        return None
    known: dict[Any, Any] = {}
    for coord in own:
        if coord.dims != first.dims:
            return None
        for label, value in zip(coord[dim].values.tolist(), coord.values.tolist(), strict=True):
            if _differ(known.setdefault(label, value), value) and not is_text:
                return None
    values = [known[label] for label in labels[dim].tolist()]
    dtype = np.str_ if is_text else np.result_type(*(coord.dtype for coord in own))
    return xr.Variable((dim,), np.array(values, dtype=dtype), first.attrs)


def _differ(one: Any, other: Any) -> bool:
    """Whether two numbers are not the same; no number is the same as no number."""
    return bool(one != other and not (pd.isna(one) and pd.isna(other)))


def _aligned(part: xr.Dataset, labels: dict[str, NDArray], varied: Sequence[str]) -> xr.Dataset:
    """A scenario with all labels, and coordinates that vary as variables."""
    bare = part.reset_coords(varied).drop_vars(
        [c for c in part.coords if c not in part.dims and c not in varied]
    )
    own = {dim: part[dim].values for dim in labels if dim in part.dims}
    apart = {dim: labels[dim] for dim in own if not np.array_equal(own[dim], labels[dim])}
    if not apart:
        return bare
    fill = {name: _nothing(array.dtype) for name, array in bare.data_vars.items()}
    wider = bare.reindex(apart, fill_value=fill)
    # Where a scenario has no label at all xarray takes the type of what it fills with.
    return wider.assign({n: a.astype(bare[n].dtype, copy=False) for n, a in wider.items()})


def _nothing(dtype: np.dtype) -> Any:
    """What a place has that a scenario does not know: nobody, and no number."""
    return 0 if dtype.kind in "iu" else np.nan
