"""A study in a file for other tools, and as tables: netCDF, Zarr, Parquet or CSV."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from flowsim.arrays import TEXTS
from flowsim.errors import Problem, ScenarioError
from flowsim.folders import whole_file, whole_folder
from flowsim.results.effects import ALL
from flowsim.results.netcdf import misfits, write_netcdf
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.shown import as_csv, uncell
from flowsim.study.alignment import RUN
from flowsim.study.drawn import inputs_by_run
from flowsim.study.runs import Runs

if TYPE_CHECKING:
    import pyarrow as pa
FORMATS = {".nc": "netCDF", ".zarr": "Zarr", ".parquet": "Parquet", ".csv": "CSV"}
CHUNK = 64 * 2**20
"""Most bytes of one chunk of a Zarr array, before it is compressed."""
SEED = "seed_of_run"
OF_INPUT = "input: "
"""With which the columns of sampled inputs begin."""
MOST_ROWS = 1_000_000
"""Rows made at once; what bounds the memory of an export."""


def export(
    data: xr.Dataset | Runs,
    path: str | os.PathLike[str],
    variable: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write a study's Dataset, in the format that the suffix tells: whole or not at all.

    ============  ================================================================================
    ``.nc``       netCDF-3, the same Dataset by `flowsim.results.netcdf.read_netcdf`. All of it is
                  in memory while it is written, also what was lazy; a variable has at most 2 GiB.
    ``.zarr``     Zarr (format 2), the same Dataset by `xarray.open_zarr`; of any size. A chunk is
                  one scenario of one variable, or a part of it if that is above 64 MiB.
    ``.parquet``  a table (see below), a scenario and at most a million rows at a time
    ``.csv``      the same table: UTF-8, floats to the last digit, nothing for NaN, ISO times, a
                  quote before texts that a spreadsheet would compute
    ============  ================================================================================

    A table without ``variable`` has a row a run: ``scenario``, ``sample``, ``member``,
    ``seed_of_run``, each effect on all crossings, people or hosts together, under its label, and
    each sampled input as ``input: PATH``, times as times and durations in hours.
    With ``variable`` it is in long form: a column a dimension, and one of values.

    Parameters
    ----------
    data : Runs or xarray.Dataset
        Of a study: its runs, or their ``data``, which may be lazy (dask) and changed.
    path : path
        What to write; its folder must exist.
    variable : str, optional
        Only this one; netCDF and Zarr keep its coordinates.
    overwrite : bool
        Whether what is there already is replaced.

    Raises
    ------
    ScenarioError
        No such format, variable or folder; something is there; netCDF-3 cannot hold the data.
    ImportError
        A package is missing (zarr, pyarrow).
    OSError
        It cannot be written; what was there stays as it was.
    TypeError
        The data are something else, as the result of one run.

    Examples
    --------
    >>> import tempfile
    >>> data = xr.Dataset({"deaths": (("scenario", "member"), [[1], [2]])}, {"member": [1]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(data.assign_coords(scenario=["open", "shut"]), f"{folder}/a.csv", "deaths")
    ...     print(Path(f"{folder}/a.csv").read_text(), end="")
    scenario,member,deaths
    open,1,1
    shut,1,2
    """
    data = _dataset(data)
    path = Path(path)
    suffix = path.suffix.lower()
    problems = [*_wrong_target(path, suffix, overwrite), *_wrong_variable(data, suffix, variable)]
    if problems:
        raise ScenarioError(problems)
    if suffix in (".nc", ".zarr"):
        chosen = data if variable is None else data[[variable]]
        (_netcdf if suffix == ".nc" else _zarr)(chosen, path, overwrite)
    else:
        tables = run_tables(data) if variable is None else long_tables(data[variable])
        (_csv if suffix == ".csv" else _parquet)(tables, path, overwrite)


def _dataset(data: Any) -> xr.Dataset:
    """What is exported of what was given."""
    found = data.data if isinstance(data, Runs) else data
    if not isinstance(found, xr.Dataset):
        right = "give the runs of a study, or their data"
        raise TypeError(f"{type(data).__name__} cannot be exported; {right}")
    return found


def _wrong_target(path: Path, suffix: str, overwrite: bool) -> Iterator[Problem]:
    told = str(path)
    if suffix not in FORMATS:
        wrong = f"no format has the suffix {suffix!r}" if suffix else "there is no suffix"
        kinds = ", ".join(f"{end} ({name})" for end, name in FORMATS.items())
        yield Problem(told, wrong, f"give one of {kinds}")
    if not path.parent.is_dir():
        why = "is not a folder" if path.parent.exists() else "does not exist"
        yield Problem(told, f"the folder {path.parent} {why}", "make it, or give another path")
    if not os.path.lexists(path):
        return
    if path.is_symlink():
        wrong = f"it is a link to {os.readlink(path)}, and flowsim does not write through links"
        yield Problem(told, wrong, "remove it, or give another path")
    elif not overwrite:
        yield Problem(told, "it exists", "give another path, or overwrite to replace it")
    elif suffix == ".zarr" and not _is_zarr(path):
        yield Problem(told, "it exists and is not Zarr", "give another path, or remove it")
    elif suffix != ".zarr" and path.is_dir():
        yield Problem(told, "it is a folder", "give another path, or remove it")


def _is_of_zarr(entry: Path) -> bool:
    """Whether an entry of a Zarr group is a part of it, which goes with it."""
    kinds = (".zarray", ".zgroup", "zarr.json")
    if entry.is_dir():
        return any((entry / name).is_file() for name in kinds)
    return entry.name in (*kinds, ".zattrs", ".zmetadata")


def _is_zarr(path: Path) -> bool:
    """Whether a path is one that may be replaced by Zarr: a Zarr group, or an empty folder."""
    known = any((path / name).is_file() for name in (".zgroup", "zarr.json"))
    return path.is_dir() and (known or not any(path.iterdir()))


def _wrong_variable(data: xr.Dataset, suffix: str, variable: str | None) -> Iterator[Problem]:
    names = [str(name) for name in data.data_vars]
    if variable is not None and variable not in names:
        right = f"use one of {listed(names, 30)}{did_you_mean(variable, names)}"
        yield Problem("variable", f"there is no {variable!r}", right)
    if variable is None and suffix in (".parquet", ".csv") and "effects" not in names:
        right = f"name a variable, one of {listed(names, 30)}"
        yield Problem("variable", "there are no effects to make a table of runs of", right)


def _netcdf(data: xr.Dataset, path: Path, overwrite: bool) -> None:
    wrong = misfits(data)
    if wrong:
        raise ScenarioError([Problem(f"{path}: {name}", why, so) for name, why, so in wrong])
    write_netcdf(data, path, overwrite)


def _zarr(data: xr.Dataset, path: Path, overwrite: bool) -> None:
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise ImportError(_install("zarr", ".zarr")) from error
    data = data.drop_encoding()
    chunks = {str(name): _chunks(v) for name, v in data.variables.items() if v.dims}
    for name, shape in chunks.items():
        if data[name].chunks is not None:  # a task may not write a part of a chunk
            data[name] = data[name].chunk(dict(zip(data[name].dims, shape, strict=True)))
    with whole_folder(path, overwrite, _is_of_zarr) as made:
        # Format 3 has no consolidated metadata and no texts of fixed width yet.
        data.to_zarr(
            made,
            mode="w",
            encoding={name: {"chunks": shape} for name, shape in chunks.items()},
            consolidated=True,
            zarr_format=2,
        )


def _chunks(variable: xr.Variable) -> tuple[int, ...]:
    """Shape of the chunks: a scenario, shortened from the first dimension on to fit `CHUNK`."""
    shape = [1 if d == "scenario" else max(1, n) for d, n in variable.sizes.items()]
    for axis, length in enumerate(shape):
        size = math.prod(shape) * variable.dtype.itemsize
        shape[axis] = max(1, length * CHUNK // size) if size > CHUNK else length
    return tuple(shape)


def _csv(tables: Iterator[pd.DataFrame], path: Path, overwrite: bool) -> None:
    with (
        whole_file(path, overwrite) as made,
        made.open("w", encoding="utf-8", newline="") as file,
    ):
        for i, table in enumerate(tables):
            times = table.select_dtypes("datetime").columns
            told = table.assign(**{name: _iso(table[name]) for name in times})
            as_csv(told, file, header=i == 0)


def _iso(times: pd.Series) -> pd.Series:
    """Times as text, to the second; finer where they are, so that none is lost."""
    values, codes = np.unique(times.to_numpy(), return_inverse=True)
    whole = values.astype("datetime64[s]")
    fine = ((whole != values) & ~np.isnat(values)).any()
    texts = np.datetime_as_string(values if fine else whole)
    return pd.Series(texts[codes], index=times.index).where(times.notna())


def _parquet(tables: Iterator[pd.DataFrame], path: Path, overwrite: bool) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ImportError(_install("pyarrow", ".parquet")) from error
    first = pa.Table.from_pandas(next(tables), preserve_index=False)
    with (
        whole_file(path, overwrite) as made,
        pq.ParquetWriter(made, first.schema) as writer,
    ):
        writer.write_table(first)
        for table in tables:
            writer.write_table(_like(table, first.schema))


def _like(table: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pandas(table, schema=schema, preserve_index=False)


def _install(package: str, suffix: str) -> str:
    return f"{suffix} needs {package}, which is not installed: pip install 'flowsim[export]'"


def from_run_table(table: pd.DataFrame) -> xr.Dataset:
    """The Dataset of a table of runs, as an export has it: its effects, without their units.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `run_tables`; scenarios in the order of the rows, all with the same samples and
        members.

    Raises
    ------
    ValueError
        It lacks the columns that tell runs apart, or runs.

    Examples
    --------
    >>> runs = {"scenario": ["open", "shut"], "sample": 0, "member": 1, "deaths": [4, 9]}
    >>> table = pd.DataFrame(runs)
    >>> from_run_table(table)["effects"].sel(scenario="shut", effect="deaths").item()
    9.0
    """
    lost = [name for name in RUN if name not in table]
    if lost:
        raise ValueError(f"a table of runs has {', '.join(RUN)}; {lost[0]} is not there")
    table = table.rename(columns=lambda name: uncell(str(name)))  # as CSV has them
    table = table.assign(scenario=[uncell(str(name)) for name in table["scenario"]])
    order = list(dict.fromkeys(table["scenario"]))
    effects = [n for n in table.columns if n not in (*RUN, SEED) and not n.startswith(OF_INPUT)]
    indexed = table.set_index(list(RUN))
    sizes = [len(indexed.index.unique(name)) for name in RUN]
    if indexed.index.has_duplicates or len(indexed) != int(np.prod(sizes)):
        raise ValueError("a table of runs has each scenario, sample and member once; some are not")
    cube = indexed[effects].to_xarray().to_dataarray("effect").astype(np.float64)
    cube = cube.sel(scenario=order).transpose(*RUN, "effect")
    texts = {name: cube[name].values.astype(np.str_) for name in ("scenario", "effect")}
    return xr.Dataset({"effects": cube.assign_coords(texts)})


def run_tables(data: xr.Dataset) -> Iterator[pd.DataFrame]:
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
        together, under its label. Then one for each sampled input, by `OF_INPUT` and its path. At
        least one table, which may be empty.

    Examples
    --------
    >>> data = xr.Dataset(
    ...     {"effects": (("scenario", "sample", "member", "effect"), [[[[9.0, 4.0]]]])},
    ...     {"scenario": ["open"], "sample": [0], "member": [1], "effect": ["deaths", "Osh: shot"],
    ...      "where": ("effect", ["all", "Osh"]), "seed_of_run": (("sample", "member"), [["1.1"]])},
    ... )
    >>> print(next(run_tables(data)).to_string(index=False))
    scenario  sample  member seed_of_run  deaths
        open       0       1         1.1     9.0
    """
    lost = [dim for dim in RUN if dim not in data["effects"].dims and dim in data.coords]
    inputs = inputs_by_run(data)
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
        told = {
            OF_INPUT + path: values.broadcast_like(bare).transpose(*RUN).values.ravel()
            for path, values in ((p, v.sel({d: bare[d] for d in v.dims})) for p, v in inputs)
        }
        yield pd.DataFrame({**columns, **wide, **told})


def long_tables(array: xr.DataArray) -> Iterator[pd.DataFrame]:
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
    >>> [table.to_numpy().tolist() for table in long_tables(array)]
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
