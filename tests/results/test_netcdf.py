"""A Dataset goes through a netCDF-3 file without loss, or is refused with reasons."""

from __future__ import annotations

import os

import dask
import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import flowsim as fs
from flowsim.results.netcdf import MOST_BYTES, misfits, read_netcdf, write_netcdf
from tests.worlds import small_scenario

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=6
)


def through(data: xr.Dataset, folder) -> xr.Dataset:
    write_netcdf(data, folder / "d.nc")
    return read_netcdf(folder / "d.nc")


def assert_same(back: xr.Dataset, data: xr.Dataset) -> None:
    xr.testing.assert_identical(back, data)
    assert list(back.coords) == list(data.coords)
    assert list(back.data_vars) == list(data.data_vars)
    for name, variable in data.variables.items():
        assert back[name].dtype == variable.dtype, name


@given(
    names=st.lists(NAMES, min_size=1, max_size=4, unique=True),
    dtype=st.sampled_from(["int8", "int16", "int32", "int64", "uint8", "float32", "float64",
                           "bool"]),
    members=st.integers(0, 3),
    data=st.data(),
)  # fmt: skip
def test_any_dtype_text_and_size_comes_back(tmp_path, names, dtype, members, data):
    most = {"int64": {"min_value": -(2**31), "max_value": 2**31 - 1},
            "uint8": {"max_value": 127}}.get(dtype, {})  # fmt: skip
    values = data.draw(
        hnp.arrays(dtype, (len(names), members), elements=hnp.from_dtype(np.dtype(dtype), **most))
    )
    dataset = xr.Dataset(
        {"zeta": (("scenario", "member"), values, {"units": "persons"}), "alpha": ("member",
         np.arange(members, dtype=np.int32))},
        {"scenario": np.array(names, dtype="U9"), "member": np.arange(1, members + 1)},
        {"name": names[0], "n": 3, "share": 0.1},
    )  # fmt: skip
    assert_same(through(dataset, tmp_path), dataset)


def test_order_numbers_in_attributes_and_dimensions_of_nothing_come_back(tmp_path):
    dataset = xr.Dataset(
        {"z": ("b", np.arange(2.0)), "a": (("none", "only_here"), np.zeros((0, 7), np.int32),
         {"units": "persons"}), "note": ("b", np.array(["Ош", ""]))},
        {"late": ("b", [1, 2]), "b": [10, 20], "early": 5},
        {"text": "", "lists": [1, 2], "whole": -7, "share": 0.1},
    )  # fmt: skip
    back = through(dataset, tmp_path)
    assert_same(back, dataset)
    assert back["a"].attrs == {"units": "persons"}
    assert type(back.attrs["whole"]) is int
    assert_same(through(xr.Dataset(attrs={"a": "b"}), tmp_path), xr.Dataset(attrs={"a": "b"}))


def test_times_come_back_even_where_some_are_missing_or_far_away(tmp_path):
    near = np.array(["2010-06-11T12:00:01", "2010-06-12"], dtype="datetime64[ns]")
    far = np.array(["1750-01-01", "2200-01-01"], dtype="datetime64[ns]")
    missing = np.array(["2010-06-11", "NaT"], dtype="datetime64[ns]")
    dataset = xr.Dataset({"far": ("time", far), "missing": ("time", missing)}, {"time": near})
    assert_same(through(dataset, tmp_path), dataset)


def test_texts_of_pandas_come_back_as_texts(tmp_path):
    both = xr.concat(
        [fs.run(small_scenario(), seed=seed).data for seed in (1, 2)],
        dim=pd.Index(["one", "other"], dtype="str", name="run"),
    )
    result = fs.Result(both)
    result.to_netcdf(tmp_path / "a.nc")
    back = fs.Result.from_netcdf(tmp_path / "a.nc").data
    assert back["run"].values.tolist() == ["one", "other"]
    assert back["run"].dtype.kind == "U"
    xr.testing.assert_identical(back, both)
    assert back.sel(run="other").people.equals(both.sel(run="other").people)


def test_texts_that_are_missing_are_refused(tmp_path):
    for names in (["a", None], ["a", float("nan")], ["a", 5]):
        data = xr.Dataset({"p": ("run", [1, 2])}, {"run": np.array(names, dtype=object)})
        with pytest.raises(ValueError, match="run: netCDF-3 has no "):
            write_netcdf(data, tmp_path / "a.nc")


def test_lazy_values_give_the_same_bytes(tmp_path):
    values = np.arange(24, dtype=np.int32).reshape(4, 6)
    write_netcdf(xr.Dataset({"a": (("x", "y"), values)}), tmp_path / "eager.nc")
    lazy = da.from_array(values, chunks=(1, 2))
    write_netcdf(xr.Dataset({"a": (("x", "y"), lazy)}), tmp_path / "lazy.nc")
    assert (tmp_path / "eager.nc").read_bytes() == (tmp_path / "lazy.nc").read_bytes()


def test_all_that_netcdf_cannot_hold_is_told_before_anything_is_written(tmp_path):
    rows = MOST_BYTES // 8 + 1
    dataset = xr.Dataset(
        {
            "people": ("row", da.zeros(rows, dtype=np.float64, chunks=-1)),
            "complex": ("x", np.zeros(2, dtype=complex)),
            "большой": ("x", np.array([1, 2])),
            "wide": ("x", np.array([1, 2**31])),
            "deep": ("x", np.array([-(2**31) - 1, 1])),
            "when": ("x", np.array(["2010-06-11", "2010-06-11T00:00:00.5"], "datetime64[ns]")),
        },
        attrs={"names": ["a"], "count": 2**40, "real": 1},
    )
    found = misfits(dataset)
    assert [name for name, *_ in found] == [
        "большой", "names", "count", "real", "people", "complex", "wide", "deep", "when",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"people: 2\.0 GiB are more .* write Zarr \(\.zarr\)"):
        write_netcdf(dataset, tmp_path / "d.nc")
    assert os.listdir(tmp_path) == []


def test_the_largest_variable_is_that_of_the_writer():
    """The size of a variable stands in 32 bits with a sign, in steps of four bytes."""
    just = xr.Dataset({"a": ("row", da.zeros(MOST_BYTES // 4, dtype=np.int32, chunks=-1))})
    assert misfits(just) == []
    np.array(MOST_BYTES, ">i")
    with pytest.raises(OverflowError):
        np.array(MOST_BYTES + 4, ">i")


def test_a_file_is_replaced_only_where_asked(tmp_path):
    (tmp_path / "d.nc").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write_netcdf(xr.Dataset(attrs={"a": "b"}), tmp_path / "d.nc", replace=False)
    assert (tmp_path / "d.nc").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["d.nc"]


def test_lazy_values_are_computed_here_whatever_scheduler_is_set(tmp_path):
    def elsewhere(*args, **kwargs):
        raise RuntimeError("on another machine")

    lazy = xr.Dataset({"a": ("x", da.arange(6, chunks=2, dtype=np.int32))})
    with dask.config.set(scheduler=elsewhere):
        write_netcdf(lazy, tmp_path / "d.nc")
    assert read_netcdf(tmp_path / "d.nc")["a"].values.tolist() == list(range(6))
