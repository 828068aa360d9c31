"""A Result keeps its labels and bytes, and its days are local days."""

from __future__ import annotations

import os

import numpy as np
import pytest
import xarray as xr

from flowsim.results.result import Result
from flowsim.running import run
from tests.fake_result import empty_data, toy_data, toy_result
from tests.worlds import small_scenario


def test_netcdf_gives_back_the_same_dataset(tmp_path):
    result = toy_result()
    result.to_netcdf(tmp_path / "r.nc")
    back = Result.from_netcdf(tmp_path / "r.nc")
    xr.testing.assert_identical(back.data, result.data)
    for name, variable in result.data.variables.items():
        assert back.data[name].dtype == variable.dtype, name


def test_netcdf_bytes_do_not_depend_on_when_or_how_often(tmp_path):
    result = toy_result()
    result.to_netcdf(tmp_path / "one.nc")
    Result.from_netcdf(tmp_path / "one.nc").to_netcdf(tmp_path / "two.nc")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()


def test_netcdf_with_no_crossing_no_region_and_other_letters(tmp_path):
    places = [{"name": "Ош", "country": "A", "region": "", "kind": "town", "lat": 1.0, "lon": 2.0}]
    times = np.array(["2020-01-02T00:00"], dtype="datetime64[s]")
    result = Result(empty_data(places, [], times, title=""))
    result.to_netcdf(tmp_path / "r.nc")
    back = Result.from_netcdf(tmp_path / "r.nc")
    assert back.data["place"].values.tolist() == ["Ош"]
    assert back.data["region"].values.tolist() == [""]
    assert back.data.sizes["crossing"] == 0
    assert back.data.attrs == result.data.attrs


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "r.nc"
    path.write_bytes(b"old")

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", fail)
    with pytest.raises(OSError, match="disk full"):
        toy_result().to_netcdf(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["r.nc"]


def test_crossed_is_net_of_push_back():
    crossed = toy_result().crossed()
    total = crossed.sum("crossing")
    assert int(total.sel(time="2010-06-11T23:00")) == 0
    assert int(total.sel(time="2010-06-12T00:00")) == 55
    assert int(total.sel(time="2010-06-12T06:00")) == 65
    assert int(total.isel(time=-1)) == 60
    assert crossed.dims == ("time", "crossing")
    by_kind = toy_result().crossed(by_kind=True).isel(time=-1).sum("crossing")
    assert by_kind.sel(kind=["children", "women", "men"]).values.tolist() == [15, 40, 5]


def test_midnight_belongs_to_the_day_before():
    daily = toy_result().daily()
    days = daily.day.dt.strftime("%d %b").values.tolist()
    assert days == ["10 Jun", "11 Jun", "12 Jun", "13 Jun"]
    admitted = daily.outcomes.sel(outcome="admitted").sum(["crossing", "kind"])
    assert admitted.values.tolist() == [0, 40, 0, 0]
    assert daily.outcomes.dtype == np.int32
    assert daily.people.dtype == np.int32
    # the stock of 11 June is that of midnight
    sheltered = daily.people.sel(status="sheltered").sum(["place", "group"])
    assert sheltered.values.tolist() == [0, 60, 60, 60]
    assert daily.people.dims == ("day", "place", "group", "status")


def test_daily_waiting_time_weighs_by_persons():
    data = toy_data()
    for hour, persons, hours in (("10:00", 30, 2.0), ("11:00", 10, 6.0)):
        at = {"time": f"2010-06-11T{hour}", "crossing": "Post"}
        data["outcomes"].loc[{**at, "outcome": "admitted", "kind": "women"}] = persons
        data["waiting_time"].loc[at] = hours
    wait = Result(data).daily().waiting_time
    assert float(wait.sel(day="2010-06-11", crossing="Post")) == 3.0
    assert np.isnan(wait.sel(day="2010-06-12", crossing="Post"))


def test_dataframe_is_tidy():
    frame = toy_result().to_dataframe("waiting")
    assert list(frame.columns) == ["time", "crossing", "kind", "waiting"]
    assert len(frame) == 60 * 2 * 5
    with pytest.raises(KeyError, match="no variable 'wait'; there is people"):
        toy_result().to_dataframe("wait")


def test_repr_says_what_it_is():
    result = toy_result()
    assert "toy, seed 1, 2010-06-10T19:00 to 2010-06-13T06:00" in repr(result)
    assert "<div>" in result._repr_html_() or "<div" in result._repr_html_()
    assert result.start.isoformat() == "2010-06-10T18:00:00"


def test_what_daily_gives_can_be_shown() -> None:
    result = run(small_scenario())
    whole, days = repr(result).splitlines(), repr(Result(result.daily())).splitlines()
    assert whole[0] == "<Result of small, seed 1, 2010-06-10T19:00 to 2010-06-12T18:00>"
    assert days[0] == "<Result of small, seed 1, 2010-06-10 to 2010-06-12>"
    assert days[1].startswith("3 day, ")
    assert Result(result.daily())._repr_html_()
    assert repr(Result(result.data.isel(time=[]))).startswith("<Result of small, seed 1>")
    assert repr(Result(result.data[["hours_waited"]].drop_vars("time", errors="ignore")))
