"""A study goes to netCDF, Zarr, Parquet and CSV without loss, and whole or not at all."""

from __future__ import annotations

import builtins
import csv
import errno
import os
from pathlib import Path

import dask
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr
import zarr

import flowsim as fs
from flowsim.errors import ScenarioError
from flowsim.results.netcdf import read_netcdf
from flowsim.study import export as module
from flowsim.study.export import export
from tests.worlds import small_scenario

SUFFIXES = (".nc", ".zarr", ".parquet", ".csv")
SIZES = {"scenario": 2, "sample": 2, "member": 3, "time": 4, "place": 2, "kind": 2, "effect": 4}
RUN = ("scenario", "sample", "member")


def small_study() -> xr.Dataset:
    """Two scenarios, two samples, three members, by hand; some names are not of ASCII."""

    def cells(*dims: str) -> tuple[tuple[str, ...], np.ndarray]:
        shape = [SIZES[d] for d in dims]
        return dims, np.arange(np.prod(shape), dtype=np.int32).reshape(shape)

    def texts(values: list[str]) -> np.ndarray:
        return np.array(values, dtype=np.str_)

    effects = cells(*RUN, "effect")[1] / 3.0
    effects[1, 0, 2, 0] = np.nan
    seeds = [[f"7.{sample}.{member}" for member in (1, 2, 3)] for sample in (1, 2)]
    waiting = cells(*RUN, "time", "place", "kind")
    return xr.Dataset(
        {
            "waiting": (*waiting, {"units": "persons"}),
            "violence": ((*RUN, "time"), np.linspace(0, 1, 48).reshape(2, 2, 3, 4)),
            "effects": ((*RUN, "effect"), effects),
        },
        {
            "scenario": texts(["закрыто, 100 %", "Ōzbek 𐰴 ß"]),
            "sample": [1, 2],
            "member": [1, 2, 3],
            "time": np.datetime64("2010-06-11", "ns") + np.arange(4) * np.timedelta64(12, "h"),
            "place": texts(["Ош", "Dustlik"]),
            "kind": texts(["children", "men"]),
            "effect": texts(["admitted", "Dostuk: admitted", "deaths", "Ош: sheltered_peak"]),
            "about": ("effect", texts(["crossing", "crossing", "people", "host"])),
            "where": ("effect", texts(["all", "Dostuk", "all", "Ош"])),
            "measure": ("effect", texts(["admitted", "admitted", "deaths", "sheltered_peak"])),
            "unit": ("effect", texts(["persons"] * 4)),
            "capacity": ("place", np.array([-1, 500])),
            "seed_of_run": (("sample", "member"), texts(seeds[0] + seeds[1]).reshape(2, 3)),
        },
        {"name": "Ош", "seed": "7", "samples": 2, "start": "2010-06-10T18:00:00"},
    )


def lazy_study() -> xr.Dataset:
    """The same, computed where it is asked for, a run at a time."""
    data = small_study()
    chunked = {n: data[n].chunk({"scenario": 1, "sample": 1, "member": 2}) for n in data.data_vars}
    return data.assign(chunked)


def content(path: Path) -> dict[str, bytes]:
    """All bytes of a file or folder."""
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path)
    return pd.read_parquet(path)


def problems(*args, **kwargs) -> list[str]:
    with pytest.raises(ScenarioError) as told:
        export(*args, **kwargs)
    return [str(problem) for problem in told.value.problems]


@pytest.mark.parametrize("make", [small_study, lazy_study])
@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_the_dataset_comes_back(tmp_path, suffix, make):
    path, data = tmp_path / f"s{suffix}", small_study()
    export(make(), path)
    back = read_netcdf(path) if suffix == ".nc" else xr.open_zarr(path).load()
    xr.testing.assert_identical(back.drop_encoding(), data)
    for name, variable in data.variables.items():
        assert back[name].dtype == variable.dtype, name
    if suffix == ".nc":
        assert list(back.coords) == list(data.coords)
        assert list(back.data_vars) == list(data.data_vars)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("variable", [None, "waiting"])
def test_bytes_are_the_same_each_time_lazy_or_not(tmp_path, suffix, variable):
    export(small_study(), tmp_path / f"a{suffix}", variable)
    export(lazy_study(), tmp_path / f"b{suffix}", variable)
    one = content(tmp_path / f"a{suffix}")
    assert one
    assert one == content(tmp_path / f"b{suffix}")


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_one_variable_keeps_its_own_coordinates(tmp_path, suffix):
    path, data = tmp_path / f"s{suffix}", small_study()
    export(data, path, "violence")
    back = read_netcdf(path) if suffix == ".nc" else xr.open_zarr(path).load()
    assert list(back.data_vars) == ["violence"]
    assert set(back.coords) == {*RUN, "time", "seed_of_run"}
    xr.testing.assert_identical(back["violence"].drop_encoding(), data["violence"])
    assert back.attrs == data.attrs


def test_zarr_has_a_chunk_a_scenario_and_consolidated_metadata(tmp_path):
    export(lazy_study(), tmp_path / "s.zarr")
    group = zarr.open_group(tmp_path / "s.zarr", mode="r", use_consolidated=True)
    assert group["waiting"].chunks == (1, 2, 3, 4, 2, 2)
    assert group["seed_of_run"].chunks == (2, 3)


@pytest.mark.parametrize(
    ("shape", "chunks"),
    [
        ((3, 10, 4), (1, 10, 4)),
        ((3, 1000, 2**13), (1, 1000, 2**13)),
        ((3, 1000, 2**14), (1, 512, 2**14)),
        ((3, 10, 2**25), (1, 1, 2**23)),
        ((3, 0, 4), (1, 1, 4)),
    ],
)
def test_a_chunk_is_at_most_64_mib(shape, chunks):
    lazy = dask.array.zeros(shape, dtype=np.float64, chunks=(1, *shape[1:]))
    assert module._chunks(xr.Variable(("scenario", "member", "x"), lazy)) == chunks


def test_lazy_chunks_across_those_of_zarr_are_written_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 3 * 16 * 4)
    data = lazy_study()
    export(data, tmp_path / "s.zarr")
    stored = zarr.open_group(tmp_path / "s.zarr", mode="r")["waiting"]
    assert stored.chunks == (1, 1, 3, 4, 2, 2)
    back = xr.open_zarr(tmp_path / "s.zarr")["waiting"]
    np.testing.assert_array_equal(back.values, data["waiting"].values)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_table_of_runs_has_a_row_a_run_and_a_column_an_effect_on_all(tmp_path, suffix):
    path, data = tmp_path / f"s{suffix}", small_study()
    export(data, path)
    table = read(path)
    assert list(table) == [*RUN, "seed_of_run", "admitted", "deaths"]
    assert len(table) == 12
    for row in table.to_dict("records"):
        run = {dim: row[dim] for dim in RUN}
        one = data.sel(run)
        assert row["seed_of_run"] == one["seed_of_run"].item()
        for label in ("admitted", "deaths"):
            np.testing.assert_equal(row[label], one["effects"].sel(effect=label).item())
    assert table[list(RUN)].drop_duplicates().shape == (12, 3)


def test_runs_of_one_scenario_taken_out_are_still_a_table(tmp_path):
    data = small_study()
    export(data.isel(scenario=1), tmp_path / "s.csv")
    export(data.isel(scenario=[1]), tmp_path / "t.csv")
    assert (tmp_path / "s.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("most", [1, 7, 1_000_000])
@pytest.mark.parametrize("variable", ["waiting", "effects", "violence"])
def test_long_form_has_a_row_a_cell_in_any_number_of_parts(
    tmp_path, monkeypatch, suffix, variable, most
):
    monkeypatch.setattr(module, "MOST_ROWS", most)
    path, data = tmp_path / f"s{suffix}", small_study()
    export(lazy_study(), path, variable)
    table = read(path)
    array = data[variable]
    assert list(table) == [*array.dims, variable]
    assert len(table) == array.size
    if "time" in table:
        table["time"] = pd.to_datetime(table["time"])
    np.testing.assert_array_equal(table[variable].to_numpy(), array.values.ravel())
    back = table.astype({d: object for d in array.dims if array[d].dtype.kind == "U"})
    back = back.set_index(list(array.dims))[variable].to_xarray()
    np.testing.assert_array_equal(
        back.sel({d: array[d].values for d in array.dims}).values, array.values
    )


def test_parts_are_small_and_each_of_one_scenario(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 10)
    tables = list(module.long_tables(small_study()["waiting"]))
    assert max(map(len, tables)) <= 10
    assert sum(map(len, tables)) == 192
    assert all(table["scenario"].nunique() == 1 for table in tables)


def test_parquet_keeps_texts_once_and_a_row_group_a_scenario(tmp_path):
    export(small_study(), tmp_path / "s.parquet", "waiting")
    file = pq.ParquetFile(tmp_path / "s.parquet")
    assert file.num_row_groups == 2
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert all(types[name].startswith("dictionary") for name in ("scenario", "place", "kind"))
    assert types["time"] == "timestamp[ns]"
    assert types["waiting"] == "int32"
    groups = [file.read_row_group(i, ["scenario"]).to_pandas() for i in range(2)]
    assert [group["scenario"].unique().tolist() for group in groups] == [
        [name] for name in small_study()["scenario"].values
    ]


def test_csv_is_plain(tmp_path):
    data = small_study().isel(sample=[0], member=[0], time=slice(2), place=[0], kind=[0])
    export(data, tmp_path / "s.csv", "waiting")
    text = (tmp_path / "s.csv").read_bytes().decode("utf-8")
    assert "\r" not in text
    assert text.splitlines()[:3] == [
        "scenario,sample,member,time,place,kind,waiting",
        '"закрыто, 100 %",1,1,2010-06-11T00:00:00,Ош,children,0',
        '"закрыто, 100 %",1,1,2010-06-11T12:00:00,Ош,children,4',
    ]


def test_csv_gives_every_float_back(tmp_path):
    values = np.array([0.1, 1 / 3, 1e-300, -1.7976931348623157e308, 5e-324, 2.0**53 + 2, np.nan])
    export(xr.Dataset({"a": ("x", values)}), tmp_path / "s.csv", "a")
    with (tmp_path / "s.csv").open(newline="", encoding="utf-8") as file:
        told = [row["a"] for row in csv.DictReader(file)]
    np.testing.assert_array_equal([float(cell or "nan") for cell in told], values)
    assert told[-1] == ""


def test_times_in_csv_lose_nothing(tmp_path):
    times = np.array(["2010-06-11T12:00:00.25", "NaT"], dtype="datetime64[ns]")
    export(xr.Dataset({"a": ("x", times)}), tmp_path / "s.csv", "a")
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert lines == ["x,a", "0,2010-06-11T12:00:00.250000000", "1,"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("variable", [None, "waiting"])
def test_a_study_without_places_or_members_is_exported_too(tmp_path, suffix, variable):
    path = tmp_path / f"s{suffix}"
    data = small_study().isel(place=[], member=[])
    export(data, path, variable)
    if suffix == ".nc":
        back = read_netcdf(path)
        assert back["waiting"].shape == (2, 2, 0, 4, 0, 2)
    elif suffix == ".zarr":
        assert xr.open_zarr(path)["waiting"].shape == (2, 2, 0, 4, 0, 2)
    else:
        table = read(path)
        assert len(table) == 0
        assert list(table)[:3] == list(RUN)


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    told = problems(small_study(), tmp_path / "no" / "s.xlsx", "wating")
    assert len(told) == 3
    assert "'.xlsx'; give one of .nc (netCDF), .zarr (Zarr), .parquet (Parquet), .csv" in told[0]
    assert "no does not exist" in told[1]
    assert told[2].endswith("(did you mean 'waiting'?)")
    assert "there is no suffix" in problems(small_study(), tmp_path / "s")[0]
    assert "no effects" in problems(small_study()[["waiting"]], tmp_path / "s.csv")[0]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_there_is_replaced_only_where_asked(tmp_path, suffix):
    path = tmp_path / f"s{suffix}"
    export(small_study(), path)
    before = content(path)
    assert "it exists; give another path, or overwrite" in problems(small_study(), path)[0]
    assert content(path) == before
    export(small_study(), path, "violence", overwrite=True)
    after = content(path)
    assert after != before
    assert os.listdir(tmp_path) == [path.name]
    export(small_study(), tmp_path / f"t{suffix}", "violence")
    assert content(tmp_path / f"t{suffix}") == after


def test_what_is_no_export_is_never_replaced(tmp_path):
    for suffix in SUFFIXES:
        folder = tmp_path / f"mine{suffix}"
        folder.mkdir()
        (folder / "notes").write_text("mine")
        told = problems(small_study(), folder, overwrite=True)
        assert told[0].endswith("give another path, or remove it")
        assert (folder / "notes").read_text() == "mine"
    (tmp_path / "file.zarr").write_text("mine")
    assert "not Zarr" in problems(small_study(), tmp_path / "file.zarr", overwrite=True)[0]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("at", ["write", "rename"])
def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch, suffix, old, at):
    path = tmp_path / f"s{suffix}"
    if old:
        export(small_study(), path, "violence")
    before = content(path) if old else {}

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    if at == "rename":
        monkeypatch.setattr(os, "replace", full)
        monkeypatch.setattr("flowsim.folders._swap", full)
    else:
        monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
        monkeypatch.setattr(xr.Dataset, "to_zarr", full)
        monkeypatch.setattr(pd.DataFrame, "to_csv", full)
        monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        export(small_study(), path, overwrite=True)
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ([path.name] if old else [])
    assert not old or content(path) == before


@pytest.mark.parametrize(("suffix", "package"), [(".zarr", "zarr"), (".parquet", "pyarrow")])
def test_a_missing_package_is_named_with_the_command(tmp_path, monkeypatch, suffix, package):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == package:
            raise ImportError(f"No module named {name!r}")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError) as told:
        export(small_study(), tmp_path / f"s{suffix}")
    monkeypatch.undo()
    assert "pip install 'flowsim[export]'" in str(told.value)
    assert package in str(told.value)
    assert os.listdir(tmp_path) == []


def test_netcdf_that_does_not_fit_names_zarr(tmp_path):
    data = small_study()
    huge = dask.array.zeros((2, 2**28), dtype=np.int32, chunks=(1, -1))
    data["huge"] = (("scenario", "cell"), huge)
    told = problems(data, tmp_path / "s.nc")
    assert len(told) == 1
    assert "huge: 2.0 GiB are more than the 2 GiB" in told[0]
    assert ".zarr" in told[0]
    export(data, tmp_path / "s.nc", "waiting")


def test_runs_are_exported_as_their_data(tmp_path: Path) -> None:
    runs = fs.Study(small_scenario(), members=2).run(tmp_path / "store", progress=False)
    for name in ("runs.csv", "runs.nc"):
        fs.export(runs, tmp_path / name)
        fs.export(runs.data, tmp_path / f"data_{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"data_{name}").read_bytes()
    assert len((tmp_path / "runs.csv").read_text().splitlines()) == 3
    fs.export(runs, tmp_path / "deaths.csv", "deaths")
    with pytest.raises(ScenarioError, match=r"there is no 'dead'.*did you mean 'deaths'"):
        fs.export(runs, tmp_path / "no.csv", "dead")


@pytest.mark.parametrize("what", [None, "out/store", {}, pd.DataFrame()], ids=repr)
def test_nothing_else_is_exported(tmp_path: Path, what: object) -> None:
    with pytest.raises(TypeError, match="cannot be exported; give the runs of a study, or their"):
        fs.export(what, tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())


def test_a_result_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Result cannot be exported"):
        fs.export(fs.run(small_scenario()), tmp_path / "a.csv")
