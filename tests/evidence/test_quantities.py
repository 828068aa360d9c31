"""Each reported quantity, on numbers made by hand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from flowsim.evidence.quantities import UNITS, at, covers, quantity
from tests.fake_result import put, toy_result

END = datetime(2010, 6, 13, 6)
NOON = datetime(2010, 6, 12, 12)
MIDNIGHT = datetime(2010, 6, 12)


@pytest.mark.parametrize(
    ("variable", "place", "when", "value"),
    [
        ("crossed", "", MIDNIGHT, 55),
        ("crossed", "B-land", NOON, 60),
        ("crossed", "A-land", NOON, 60),
        ("crossed", "East", NOON, 55),
        ("crossed", "Gap", NOON, 5),
        ("crossed", "West", datetime(2010, 6, 12, 7), 10),
        ("crossed_day", "", MIDNIGHT, 55),
        ("crossed_day", "", datetime(2010, 6, 12, 1), 0),
        ("crossed_day", "", datetime(2010, 6, 13), 5),
        ("crossed_day", "", datetime(2010, 6, 11, 23), 0),
        ("registered_adults", "", END, 33),
        ("registered_adults", "West", END, 0),
        ("waiting", "", NOON, 20),
        ("waiting", "Post", NOON, 20),
        ("waiting", "Gate", NOON, 20),
        ("waiting", "Gap", NOON, 0),
        ("displaced_inside", "", NOON, 35),
        ("displaced_inside", "North", NOON, 15),
        ("displaced_inside", "B-land", NOON, 0),
        ("stock_abroad", "", NOON, 60),
        ("stock_abroad", "East", NOON, 60),
        ("stock_abroad", "A-land", NOON, 0),
        ("deaths", "A-land", datetime(2010, 6, 11, 5), 0),
        ("deaths", "", END, 5),
        ("deaths_official", "", END, 5),
        ("injured_official", "", END, 20),
        ("share_children", "", NOON, 25 / 60),
        ("share_women", "East", NOON, 34 / 60),
        ("share_men", "East", NOON, 1 / 60),
        ("share_women_children", "B-land", NOON, 59 / 60),
        ("share_women_children", "Post", NOON, 1.0),
    ],
)
def test_quantity_by_hand(variable, place, when, value):
    assert at(quantity(toy_result(), variable, place), when) == pytest.approx(value)


@pytest.mark.parametrize("variable", UNITS)
def test_every_quantity_is_a_plain_series_with_units(variable):
    result = toy_result()
    series = quantity(result, variable)
    assert series.dims == ("time",)
    assert series.dtype == np.float64
    assert series.sizes == {"time": result.data.sizes["time"]}
    assert series.attrs["units"] == UNITS[variable]
    assert set(series.coords) == {"time"}
    assert series.name == variable


def test_who_crossed_in_the_first_hour_of_a_day_counts_for_it():
    result = toy_result()
    first = {"time": "2010-06-12T01:00", "crossing": "Post", "outcome": "admitted", "kind": "men"}
    put(result.data, "outcomes", 7, **first)
    crossed = quantity(result, "crossed_day")
    assert [at(crossed, datetime(2010, 6, 12, hour)) for hour in (0, 1, 2, 7)] == [55, 7, 7, 17]


def test_a_share_of_nobody_is_nan():
    assert np.isnan(at(quantity(toy_result(), "share_men"), datetime(2010, 6, 11, 12)))


def test_outside_the_run_there_is_no_value():
    series = quantity(toy_result(), "crossed")
    assert np.isnan(at(series, datetime(2010, 6, 10, 18)))
    assert np.isnan(at(series, datetime(2010, 6, 20)))
    assert at(series, datetime(2010, 6, 12, 6, 59)) == 65


def test_unknown_names_are_told():
    with pytest.raises(KeyError, match="no quantity 'croosed'"):
        quantity(toy_result(), "croosed")
    for variable in ("crossed", "deaths"):
        with pytest.raises(KeyError, match="'Nowhere' in the result"):
            quantity(toy_result(), variable, "Nowhere")


def test_covers_all_or_a_part():
    result = toy_result()
    assert covers(result, "")
    assert covers(result, "B-land")
    assert not covers(result, "East")
    assert not covers(result, "Post")
