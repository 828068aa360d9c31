"""Longer intervals hold what the shorter ones held, and merging twice is merging once."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from flowsim.results.resample import FLOWS, day_ends, thin
from flowsim.results.result import VARIABLES
from tests.fake_result import toy_data

LEVELS = [
    name
    for name in VARIABLES
    if name not in (*FLOWS, "violence", "waiting_time", "hours_waited", "hours_to_safety")
]


def random_data(seed: int = 1, hours: int = 60) -> xr.Dataset:
    """The toy world full of random numbers, at uneven times; waits where any were let through."""
    rng = np.random.default_rng(seed)
    data = toy_data(hours)
    for name, variable in data.data_vars.items():
        values = rng.integers(0, 9, variable.shape)
        if name == "outcomes":
            values *= rng.integers(0, 2, values.shape[:2])[:, :, None, None]
        data[name] = variable.copy(data=(values / 7 if variable.dtype == float else values))
        data[name] = data[name].astype(variable.dtype)
    through = data["outcomes"].sel(outcome=["admitted", "exempt"]).sum(["outcome", "kind"])
    data["waiting_time"] = data["waiting_time"].where(through > 0)
    data["queue_peak"] = data["waiting"].sum("kind").astype(np.int32) + rng.integers(
        0, 5, (hours, data.sizes["crossing"]), dtype=np.int32
    )
    gaps = rng.integers(1, 6, hours)
    return data.assign_coords(
        time=data["time"].values[0] + np.cumsum(gaps) * np.timedelta64(1, "h")
    )


def some(data: xr.Dataset, at: list[int]) -> np.ndarray:
    return data["time"].values[sorted(at)]


def assert_same(one: xr.Dataset, other: xr.Dataset) -> None:
    """Integers exactly, floats but for rounding."""
    assert list(one.data_vars) == list(other.data_vars)
    for name, variable in one.data_vars.items():
        assert variable.dims == other[name].dims
        assert variable.dtype == other[name].dtype, name
        if variable.dtype == float:
            np.testing.assert_allclose(variable, other[name], rtol=1e-12, err_msg=str(name))
        else:
            np.testing.assert_array_equal(variable, other[name], err_msg=str(name))


@given(at=st.sets(st.integers(0, 59), min_size=1), seed=st.integers(0, 3))
def test_flows_are_summed_and_levels_taken(at, seed):
    data = random_data(seed)
    stops = some(data, list(at))
    fewer, before = thin(data, stops), data.sel(time=slice(None, stops[-1]))
    assert (fewer["time"].values == stops).all()
    for name in set(FLOWS) & set(VARIABLES):
        np.testing.assert_allclose(fewer[name].sum("time"), before[name].sum("time"), rtol=1e-12)
    for name in LEVELS:
        assert fewer[name].equals(data[name].sel(time=stops)), name
    assert fewer["hours_waited"].identical(data["hours_waited"])
    assert fewer["queue_peak"].max() == before["queue_peak"].max()
    assert (fewer["queue_peak"] >= fewer["waiting"].sum("kind")).all()
    for name, variable in data.data_vars.items():
        assert fewer[name].dtype == variable.dtype, name


@given(
    sets=st.sets(st.integers(0, 59), min_size=1).flatmap(
        lambda a: st.tuples(st.just(a), st.sets(st.sampled_from(sorted(a)), min_size=1))
    ),
    seed=st.integers(0, 3),
)
def test_thinning_twice_is_thinning_once(sets, seed):
    data = random_data(seed)
    more, fewer = (some(data, list(at)) for at in sets)
    assert_same(thin(thin(data, more), fewer), thin(data, fewer))


def test_all_instants_change_nothing():
    data = random_data()
    assert_same(thin(data, data["time"].values), data)


def test_violence_is_weighted_by_time():
    """Half for six hours, then nothing for eighteen."""
    times = np.array(["2010-06-11T00", "2010-06-11T18"], dtype="datetime64[ns]")
    data = xr.Dataset(
        {"violence": (("time", "place"), [[0.5], [0.0]])},
        {"time": times},
        {"start": "2010-06-10T18:00:00"},
    )
    assert thin(data, times[1:])["violence"].values.tolist() == [[0.125]]


def test_waiting_time_is_a_mean_over_those_let_through():
    data = toy_data(4)
    for hour, admitted, exempt, refused, hours in ((0, 10, 20, 99, 2.0), (2, 10, 0, 99, 6.0)):
        for outcome, n in (("admitted", admitted), ("exempt", exempt), ("refused", refused)):
            data["outcomes"].loc[{"outcome": outcome, "crossing": "Post", "kind": "men"}][hour] = n
        data["waiting_time"].loc[{"crossing": "Post"}][hour] = hours
    wait = thin(data, data["time"].values[[2, 3]])["waiting_time"].sel(crossing="Post").values
    assert wait[0] == 3.0
    assert np.isnan(wait[1])
    with pytest.raises(KeyError, match="keep both, or leave it out"):
        thin(data[["waiting_time"]], data["time"].values[-1:])


def test_dimensions_before_time_are_kept():
    members = [random_data(3), random_data(3) * 2]
    members = [m.assign_attrs(start="2010-06-10T18:00:00") for m in members]
    both = xr.concat(members, "member", data_vars="all", join="exact", coords="minimal",
                     compat="override", combine_attrs="override")  # fmt: skip
    stops = day_ends(both["time"].values)
    fewer = thin(both, stops)
    assert fewer["people"].dims == ("member", "time", "place", "group", "status")
    for m, member in enumerate(members):
        assert_same(fewer.isel(member=m), thin(member, stops))


def test_instants_must_be_those_of_the_data():
    data = random_data()
    times = data["time"].values
    with pytest.raises(ValueError, match="is not a time of the data"):
        thin(data, times[:2] + np.timedelta64(1, "m"))
    with pytest.raises(ValueError, match="is not a time of the data"):
        thin(data, times[-1:] + np.timedelta64(1, "D"))
    for wrong in (times[[3, 2]], times[[2, 2]]):
        with pytest.raises(ValueError, match="do not ascend"):
            thin(data, wrong)
    assert thin(data, times[:0]).sizes["time"] == 0


def test_no_crossing_and_no_place_are_no_trouble():
    data = toy_data(5).isel(crossing=[], place=[])
    fewer = thin(data, data["time"].values[[1, 4]])
    assert fewer["outcomes"].shape == (2, 0, 12, 5)
    assert fewer["waiting_time"].shape == (2, 0)
    assert fewer["people"].shape == (2, 0, 3, 7)
