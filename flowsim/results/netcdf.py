"""A Dataset as a netCDF-3 file, and back without loss."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from flowsim.arrays import TEXTS, as_texts
from flowsim.folders import whole_file
from flowsim.suffixes import NETCDF, ending_of

MOST_BYTES = 2**31 - 4
"""Of one variable. The format itself (with 64-bit offsets) goes to 4 GiB, but scipy, which writes
the file, keeps the size in a signed integer of 32 bits."""
LAYOUT = "flowsim_layout"
"""Attribute of the file that notes, as JSON, what netCDF-3 cannot hold or keep in order."""

_NARROWER = {"int64": "int32", "uint64": "int32", "uint32": "int32", "uint16": "int16",
             "uint8": "int8"}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_][ -.0-~]*")
_RESERVED = {"byte", "char", "short", "ushort", "int", "uint", "int64", "uint64", "float", "real",
             "double", "bool", "string"}  # fmt: skip
_HELD = ("bool", "int8", "int16", "int32", "float32", "float64")


def write_netcdf(data: xr.Dataset, path: str | os.PathLike[str], replace: bool = True) -> None:
    """Write a Dataset as netCDF-3: whole or not at all, and the same bytes each time.

    What netCDF-3 does not know is noted in the attribute ``flowsim_layout``, so that
    `read_netcdf` gives the same Dataset back: dtypes (integers of 64 bits, which must fit in 32;
    the width of texts), the order of variables and coordinates, and arrays without a cell.
    Attributes may be texts, numbers and lists of numbers.

    The whole Dataset, and a copy of one variable, are in memory while it is written, for neither
    xarray nor scipy writes this format in parts. Lazy (dask) variables are computed a block at a
    time, but into memory; what is too large for that can go to Zarr.

    Parameters
    ----------
    data : xarray.Dataset
    path : path
        The file; its folder must exist, and a suffix must be one of netCDF-3 (.nc, .nc3, .cdf).
    replace : bool
        Whether a file that is there already is replaced.

    Raises
    ------
    ValueError
        netCDF-3 cannot hold the Dataset, and the message names all that it cannot; or the name
        promises another format.
    FileExistsError
        The file exists and is not to be replaced.
    OSError
        The file cannot be written; what was there stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> data = xr.Dataset({"people": ("place", [3, 2**31 - 1])}, {"place": ["Osh", "Ош"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_netcdf(data, Path(folder) / "a.nc")
    ...     back = read_netcdf(Path(folder) / "a.nc")
    >>> back.identical(data), str(back.people.dtype)
    (True, 'int64')
    """
    ending_of(path, NETCDF, what="netCDF-3")
    wrong = misfits(data)
    if wrong:
        raise ValueError("\n".join(f"{name}: {why}; {right}" for name, why, right in wrong))
    data = _changed(data.drop_encoding(), "T", lambda v: v.copy(data=as_texts(v.values)))
    filled = data.drop_vars([name for name, v in data.variables.items() if v.size == 0])
    filled = _changed(filled, "M", _in_seconds)  # xarray overflows where times lie far apart
    filled = filled.assign_attrs({LAYOUT: json.dumps(_layout(data))})
    with whole_file(Path(path), replace) as made, _in_this_process(filled):
        filled.to_netcdf(str(made), engine="scipy", format="NETCDF3_64BIT")


def _changed(
    data: xr.Dataset, kind: str, change: Callable[[xr.Variable], xr.Variable]
) -> xr.Dataset:
    """A Dataset with its variables of a kind of dtype changed."""
    made = {
        n: change(v.to_base_variable()) for n, v in data.variables.items() if v.dtype.kind == kind
    }
    coords = {name: variable for name, variable in made.items() if name in data.coords}
    return data.assign({n: v for n, v in made.items() if n not in coords}).assign_coords(coords)


def _in_this_process(data: xr.Dataset) -> AbstractContextManager[Any]:
    """Lazy values are written by threads; xarray refuses where a cluster is at work."""
    if all(variable.chunks is None for variable in data.variables.values()):
        return nullcontext()
    import dask

    return dask.config.set(scheduler="threads")


def _layout(data: xr.Dataset) -> dict[str, Any]:
    """What of a Dataset the file does not tell by itself."""
    empty = {str(name): v for name, v in data.variables.items() if v.size == 0}
    return {
        "coords": [str(name) for name in data.coords],
        "variables": [str(name) for name in data.data_vars],
        "types": {str(name): v.dtype.str for name, v in data.variables.items()},
        "empty": {n: [v.dims, v.shape, v.dtype.str, _plain(v.attrs)] for n, v in empty.items()},
    }


def read_netcdf(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read what `write_netcdf` wrote, into memory.

    Parameters
    ----------
    path : path

    Returns
    -------
    xarray.Dataset
        As it was written; of another netCDF-3 file as xarray reads it, with texts as such.
    """
    # A mapped file could not be closed while its arrays live.
    with xr.open_dataset(
        os.fspath(path), engine="scipy", mmap=False, decode_timedelta=False
    ) as file:
        data = file.load().drop_encoding()
    layout: dict[str, Any] = json.loads(data.attrs.pop(LAYOUT, "{}"))
    types = layout.get("types", {})
    arrays = {
        str(name): (v.dims, _typed(v.values, types.get(str(name))), _plain(v.attrs))
        for name, v in data.variables.items()
    }
    for name, (dims, shape, dtype, attrs) in layout.get("empty", {}).items():
        arrays[name] = (tuple(dims), np.zeros(shape, dtype=dtype), attrs)
    coords = layout.get("coords", list(map(str, data.coords)))
    variables = layout.get("variables", list(map(str, data.data_vars)))
    return xr.Dataset(
        {name: arrays[name] for name in variables},
        {name: arrays[name] for name in coords},
        _plain(data.attrs),
    )


def misfits(data: xr.Dataset) -> list[tuple[str, str, str]]:
    """What of a Dataset netCDF-3 cannot hold.

    Parameters
    ----------
    data : xarray.Dataset

    Returns
    -------
    list of tuple
        Name, what is wrong and what would be right, in the order of the Dataset.

    Examples
    --------
    >>> misfits(xr.Dataset({"persons": ("place", [2**31])}))[0][:2]
    ('persons', 'netCDF-3 has no integers beyond 32 bits')
    """
    names = [str(name) for name in dict.fromkeys([*data.dims, *data.variables])]
    found = [(n, "netCDF-3 has no such name", _elsewhere()) for n in names if not _fits(n)]
    found += _attributes_that_misfit("", data.attrs)
    for key, variable in data.variables.items():
        name = str(key)
        found += _attributes_that_misfit(name, variable.attrs)
        size = variable.size * variable.dtype.itemsize
        if variable.dtype.name in _NARROWER:
            size = variable.size * np.dtype(_NARROWER[variable.dtype.name]).itemsize
        if size > MOST_BYTES:
            wrong = f"{size / 2**30:.1f} GiB are more than the 2 GiB of a variable of netCDF-3"
            found.append((name, wrong, _elsewhere()))
        elif wrong := _values_that_misfit(variable):
            found.append((name, wrong, _elsewhere()))
    return found


def _fits(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name not in _RESERVED


def _elsewhere() -> str:
    return "write Zarr (.zarr) instead"


def _values_that_misfit(variable: xr.Variable) -> str:
    dtype = variable.dtype
    if variable.size == 0 or dtype.name in _HELD:
        return ""
    if dtype.kind in TEXTS:
        return _texts_that_misfit(variable)
    if dtype.kind == "M":
        whole = variable.values.astype("datetime64[s]")
        odd = (whole != variable.values) & ~np.isnat(variable.values)
        return "netCDF-3 as written here has no times finer than a second" if odd.any() else ""
    if dtype.name in _NARROWER:
        most = np.iinfo(_NARROWER[dtype.name])
        fits = int(variable.min()) >= most.min and int(variable.max()) <= most.max
        return "" if fits else f"netCDF-3 has no integers beyond {most.bits} bits"
    return f"netCDF-3 has no {dtype}"


def _texts_that_misfit(variable: xr.Variable) -> str:
    if variable.dtype.kind in "SU":
        return ""
    odd = next((v for v in variable.values.ravel() if not isinstance(v, str | bytes)), None)
    if odd is None:
        return ""
    return "netCDF-3 has no missing texts" if odd != odd else f"netCDF-3 has no {odd!r} in texts"


def _attributes_that_misfit(name: str, attrs: Mapping[Any, Any]) -> Iterator[tuple[str, str, str]]:
    for key, value in attrs.items():
        path = f"{name}.{key}" if name else str(key)
        if not _fits(str(key)):
            yield path, "netCDF-3 has no attribute of such a name", "give it another name"
        numbers = np.asarray(value)
        large = numbers.dtype.kind in "iu" and numbers.size and abs(numbers).max() >= 2**31
        if isinstance(value, str) or (numbers.dtype.kind in "biuf" and not large):
            continue
        yield path, f"netCDF-3 has no attribute {value!r}", "make it a text"


def _in_seconds(times: xr.Variable) -> xr.Variable:
    """Times in seconds: since the first, as integers, where that fits."""
    whole = times.values.astype("datetime64[s]")
    seconds, missing = whole.astype(np.int64), np.isnat(whole)
    if missing.any() or np.ptp(seconds) >= 2**31:
        first = np.datetime64(0, "s")
        values: NDArray = np.where(missing, np.nan, seconds)
    else:
        first = whole.ravel()[0]
        values = (seconds - first.astype(np.int64)).astype(np.int32)
    since = np.datetime_as_string(first).replace("T", " ")
    more = {"units": f"seconds since {since}", "calendar": "standard"}
    return xr.Variable(times.dims, values, {**times.attrs, **more})


def _typed(values: NDArray, dtype: str | None) -> NDArray:
    """Values with the dtype they had; texts as such, whatever netCDF made of them."""
    if values.dtype.kind in TEXTS:
        texts = [v.decode() if isinstance(v, bytes) else str(v) for v in values.ravel()]
        values = np.array(texts, dtype=np.str_).reshape(values.shape)
    return values if dtype is None else values.astype(dtype)


def _plain(attrs: Mapping[Any, Any]) -> dict[Any, Any]:
    """Attributes with Python's numbers and lists for numpy's."""
    numpys = (np.generic, np.ndarray)
    return {k: v.tolist() if isinstance(v, numpys) else v for k, v in attrs.items()}
