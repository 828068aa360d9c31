"""Scenarios of which only some record a variable stand in one Dataset."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from flowsim.study.alignment import together


@pytest.mark.parametrize("late", [0, 1])
def test_a_variable_that_only_one_scenario_has_is_nan_in_the_other(late: int) -> None:
    deaths = {"deaths": ("time", np.array([3, 1], dtype=np.int32))}
    counted = {"deaths_counted": ("time", np.array([0, 2], dtype=np.int32))}
    parts = [xr.Dataset({**deaths, **(counted if n == late else {})}) for n in range(2)]
    both = together(parts, ["first", "second"])
    assert both["deaths"].values.tolist() == [[3, 1], [3, 1]]
    assert both["deaths_counted"].values[late].tolist() == [0, 2]
    assert np.isnan(both["deaths_counted"].values[1 - late]).all()
