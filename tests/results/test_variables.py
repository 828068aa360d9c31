"""What variables and coordinates say of themselves, by the CF conventions, is what they are."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from flowsim.results.resample import thin
from flowsim.results.result import VARIABLES, Result
from flowsim.results.variables import ALL_VARIABLES, COORDINATES, OVER_TIME
from flowsim.running import run
from tests.fake_result import toy_data, toy_result
from tests.model.worlds import full_of_jams

CELL_METHODS = re.compile(r"time: (point|sum|mean|maximum)( \(weighted by [a-z ]+\))?")
COUNTED = {"persons", "families", "parts of families", "person-days"}
UDUNITS = {"1", "h", "degrees_north", "degrees_east"}
METHODS = {"sum": np.sum, "point": lambda values, axis: np.take(values, -1, axis)}


@pytest.fixture(scope="module")
def result() -> Result:
    """Roads have a capacity, wounds heal and counts are late, so that all variables are there."""
    world = full_of_jams(400, days=1, record="6h")
    harm = {"behaviour.harm.recover_per_day": 0.5, "behaviour.harm.counted_after_days": 1.0}
    return run(world.with_values(harm))


def test_each_variable_and_coordinate_says_what_it_is(result: Result) -> None:
    data = result.data
    assert data.attrs["Conventions"] == "CF-1.11"
    assert set(map(str, data.variables)) == {*ALL_VARIABLES, *COORDINATES} - {"day"}
    for name, variable in data.variables.items():
        attrs = variable.attrs
        assert set(attrs) <= {
            "long_name", "standard_name", "units", "cell_methods", "comment", "axis"
        }, name  # fmt: skip
        assert all(isinstance(text, str) and text for text in attrs.values()), name
        assert attrs["long_name"], name
        assert attrs.get("units", "1") in COUNTED | UDUNITS, name
        assert ("units" in attrs) == (variable.dtype.kind not in "UM"), name
    for name, table in ALL_VARIABLES.items():
        said = data[name].attrs.get("cell_methods", "")
        assert ("time" in data[name].dims) == bool(said)
        assert CELL_METHODS.fullmatch(said) or not said
        assert data[name].dims == table.dims


@pytest.mark.parametrize("name", [n for n, v in ALL_VARIABLES.items() if "time" in v.dims])
def test_a_longer_interval_is_what_the_cell_methods_say(result: Result, name: str) -> None:
    array = result.data[name]
    method = array.attrs["cell_methods"].split()[1]
    merged = thin(result.data, result.data["time"].values[-1:])[name]
    assert merged.attrs == array.attrs
    if method == "mean":  # its weights are held in test_resample.py
        values = array.values[np.isfinite(array.values)]
        assert values.min() <= np.nanmin(merged.values)
        assert np.nanmax(merged.values) <= values.max()
    else:
        expected = METHODS[method](array.values, axis=array.get_axis_num("time"))
        assert np.allclose(merged.values[0], expected, rtol=1e-12, atol=0.0)


def test_a_variable_that_nobody_described_is_a_level() -> None:
    data = toy_data().assign(mine=("time", np.arange(60)))
    assert "mine" not in OVER_TIME
    assert thin(data, data["time"].values[[9, 19]])["mine"].values.tolist() == [9, 19]


def test_days_say_what_they_are(result: Result) -> None:
    day = result.daily()["day"]
    assert day.attrs == COORDINATES["day"]
    assert "time" in result.data["time"].attrs["standard_name"]


def test_a_file_has_them_for_any_reader(result: Result, tmp_path: Path) -> None:
    result.to_netcdf(tmp_path / "a.nc")
    assert Result.from_netcdf(tmp_path / "a.nc").data.identical(result.data)
    with xr.open_dataset(tmp_path / "a.nc", engine="scipy") as plain:
        for name, variable in result.data.variables.items():
            assert plain[name].attrs.items() >= variable.attrs.items(), name
            assert plain[name].dtype.kind != "m", name  # hours that are taken for durations
        assert plain["time"].encoding["calendar"] == "standard"
        assert plain["time"].values.tolist() == result.data["time"].values.tolist()


def test_a_file_from_before_is_read(tmp_path: Path) -> None:
    """Results had the units alone, and of them some with a remark."""
    before = toy_data()
    before["registered"].attrs = {"units": "persons, cumulative"}
    before["waiting_time"].attrs = {"units": "hours"}
    before["wait"].attrs = {"units": "hours, lower edge"}
    Result(before).to_netcdf(tmp_path / "old.nc")
    back = Result.from_netcdf(tmp_path / "old.nc")
    assert back.data.identical(before)
    assert back.waiting_time.attrs == {"units": "hours"}
    daily = back.daily()
    assert daily["deaths"].sum() == before["deaths"].sum()


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_is_an_attribute_of_a_result(name: str) -> None:
    result = toy_result()
    assert getattr(result, name).identical(result.data[name])
    assert name in dir(result)
    without = Result(result.data.drop_vars(name))
    assert name not in dir(without)
    assert not hasattr(without, name)
    with pytest.raises(AttributeError, match=f"^the result has no variable '{name}'; it has "):
        getattr(without, name)


def test_what_is_not_a_variable_is_not_an_attribute() -> None:
    result = toy_result()
    with pytest.raises(AttributeError, match=r"^'Result' object has no attribute 'death'$"):
        _ = result.death  # type: ignore[attr-defined]
    assert not hasattr(result, "queue_peak")
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.deaths = result.wounded
    assert [field.name for field in dataclasses.fields(Result)] == ["data"]
    for other in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert other.deaths.identical(result.deaths)


def test_the_docstring_lists_them() -> None:
    assert Result.__doc__ is not None
    for name, variable in ALL_VARIABLES.items():
        line = f"    {name} : {variable.units}, ({', '.join(variable.dims)})\n"
        assert line in Result.__doc__
    assert max(map(len, Result.__doc__.splitlines())) <= 100
