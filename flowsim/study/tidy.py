"""A study's Dataset as tables, and back: a row a run, or a row a value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from flowsim.arrays import TEXTS
from flowsim.results.effects import ALL
from flowsim.shown import uncell

RUN = ("scenario", "sample", "member")
SEED = "seed_of_run"
MOST_ROWS = 1_000_000
"""Rows made at once; what bounds the memory of an export."""


def of_runs(table: pd.DataFrame) -> xr.Dataset:
    """The Dataset of a table of runs, as an export has it: its effects, without their units.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `runs`; scenarios in the order of the rows, each with the same samples and members.

    Raises
    ------
    ValueError
        It lacks the columns that tell runs apart, or runs.

    Examples
    --------
    >>> runs = {"scenario": ["open", "shut"], "sample": 0, "member": 1, "deaths": [4, 9]}
    >>> table = pd.DataFrame(runs)
    >>> of_runs(table)["effects"].sel(scenario="shut", effect="deaths").item()
    9.0
    """
    lost = [name for name in RUN if name not in table]
    if lost:
        raise ValueError(f"a table of runs has {', '.join(RUN)}; {lost[0]} is not there")
    table = table.rename(columns=lambda name: uncell(str(name)))  # as CSV has them
    table = table.assign(scenario=[uncell(str(name)) for name in table["scenario"]])
    order = list(dict.fromkeys(table["scenario"]))
    effects = [name for name in table.columns if name not in (*RUN, SEED)]
    indexed = table.set_index(list(RUN))
    sizes = [len(indexed.index.unique(name)) for name in RUN]
    if indexed.index.has_duplicates or len(indexed) != int(np.prod(sizes)):
        raise ValueError("a table of runs has each scenario, sample and member once; some are not")
    cube = indexed[effects].to_xarray().to_dataarray("effect").astype(np.float64)
    cube = cube.sel(scenario=order).transpose(*RUN, "effect")
    texts = {name: cube[name].values.astype(np.str_) for name in ("scenario", "effect")}
    return xr.Dataset({"effects": cube.assign_coords(texts)})


def runs(data: xr.Dataset) -> Iterator[pd.DataFrame]:
    """The table of runs, a scenario at a time.

    Parameters
    ----------
    data : xarray.Dataset
        Of a study, with ``effects``. A dimension of runs that was selected away but has kept its
        coordinate counts as one of length one.

    Yields
    ------
    pandas.DataFrame
        A row a run, with the columns ``scenario`` (categorical), ``sample``, ``member``,
        ``seed_of_run``, and one (float64) for each effect on all crossings, people or hosts
        together, under its label. At least one table, which may be empty.

    Examples
    --------
    >>> data = xr.Dataset(
    ...     {"effects": (("scenario", "sample", "member", "effect"), [[[[9.0, 4.0]]]])},
    ...     {"scenario": ["open"], "sample": [0], "member": [1], "effect": ["deaths", "Osh: shot"],
    ...      "where": ("effect", ["all", "Osh"]), "seed_of_run": (("sample", "member"), [["1.1"]])},
    ... )
    >>> print(next(runs(data)).to_string(index=False))
    scenario  sample  member seed_of_run  deaths
        open       0       1         1.1     9.0
    """
    lost = [dim for dim in RUN if dim not in data["effects"].dims and dim in data.coords]
    data = data[["effects"]].expand_dims(lost)
    effects = data["effects"].transpose(*RUN, "effect")
    effects = effects.isel(effect=np.flatnonzero(data["where"].values == ALL))
    labels = [str(label) for label in effects["effect"].values]
    for part in _parts(effects):
        bare = part.isel(effect=[]).sum("effect")  # the runs, without a look at what is in them
        columns = _labels(bare, effects)
        if SEED in bare.coords:
            seeds = bare[SEED].broadcast_like(bare).transpose(*RUN)
            columns[SEED] = seeds.values.ravel().astype(str)
        values = part.values.reshape(bare.size, len(labels))
        wide = {label: values[:, i] for i, label in enumerate(labels)}
        yield pd.DataFrame({**columns, **wide})


def long(array: xr.DataArray) -> Iterator[pd.DataFrame]:
    """A variable in long form, a scenario at a time, and at most `MOST_ROWS` rows.

    Parameters
    ----------
    array : xarray.DataArray
        Named; may be lazy.

    Yields
    ------
    pandas.DataFrame
        A column a dimension (texts as categoricals, the position from 0 where it has no labels)
        and one of values under the variable's name. At least one table, which may be empty.

    Examples
    --------
    >>> array = xr.DataArray([[1, 2], [3, 4]], {"scenario": ["a", "b"]}, ("scenario", "x"), "n")
    >>> [table.to_numpy().tolist() for table in long(array)]
    [[['a', 0, 1], ['a', 1, 2]], [['b', 0, 3], ['b', 1, 4]]]
    """
    labelled = array.assign_coords(
        {d: np.arange(n) for d, n in array.sizes.items() if d not in array.coords}
    )
    for part in _parts(labelled):
        yield pd.DataFrame({**_labels(part, labelled), str(array.name): part.values.ravel()})


def _parts(array: xr.DataArray, axis: int = 0) -> Iterator[xr.DataArray]:
    """An array in order, a scenario at a time and at most `MOST_ROWS` cells; once if empty."""
    if axis == array.ndim or array.size == 0:
        yield array
        return
    dim = array.dims[axis]
    if dim != "scenario" and array.size <= MOST_ROWS:
        yield array
        return
    step = 1 if dim == "scenario" else max(1, MOST_ROWS * array.sizes[dim] // array.size)
    for at in range(0, array.sizes[dim], step):
        yield from _parts(array.isel({dim: slice(at, at + step)}), axis + 1)


def _labels(part: xr.DataArray, whole: xr.DataArray) -> dict[str, NDArray | pd.Categorical]:
    """A column for each dimension, in the order of the cells."""
    columns: dict[str, NDArray | pd.Categorical] = {}
    after = part.size
    before = 1
    for dim, n in part.sizes.items():
        values = part[dim].values
        after = after // n if n else 0
        at = np.tile(np.repeat(np.arange(n), after), before)
        before *= n
        if values.dtype.kind not in TEXTS:
            columns[str(dim)] = values[at]
            continue
        texts = pd.Index([str(v) for v in whole[dim].values], dtype=object).unique()
        codes = texts.get_indexer(pd.Index([str(v) for v in values], dtype=object))
        columns[str(dim)] = pd.Categorical.from_codes(codes[at], categories=texts)
    return columns
