"""The table of what policies did, held against counts made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from flowsim.results.effects import policy_effects, quantile
from flowsim.results.result import Result
from flowsim.running import run
from tests.fake_result import OUTCOMES, empty_data, put, toy_data, toy_result
from tests.model.worlds import rich


def part(table: pd.DataFrame, about: str, where: str = "all") -> pd.Series:
    rows = table[(table["about"] == about) & (table["where"] == where)]
    assert rows["measure"].is_unique
    return rows.set_index("measure")["value"]


def test_the_table_is_tidy():
    table = toy_result().policy_effects()
    assert list(table.columns) == ["about", "where", "measure", "value", "unit"]
    assert table["value"].dtype == np.float64
    assert not table.duplicated(["about", "where", "measure"]).any()
    assert (table["unit"] != "").all()
    assert table["where"][table["about"] == "crossing"].unique().tolist() == ["Post", "Gap", "all"]
    assert table["where"][table["about"] == "people"].unique().tolist() == ["all"]
    assert table["where"][table["about"] == "host"].unique().tolist() == ["Camp", "City", "all"]


def test_crossings_of_the_toy():
    table = toy_result().policy_effects()
    post, gap, every = (part(table, "crossing", name) for name in ("Post", "Gap", "all"))
    for outcome in OUTCOMES:
        assert every[outcome] == post[outcome] + gap[outcome]
    assert post[["reached", "admitted", "exempt", "let_through"]].tolist() == [85, 40, 15, 55]
    assert every["let_through"] == 55
    assert gap["let_through"] == 0  # through the fence is not let through
    assert gap[["irregular", "pushed_back"]].tolist() == [10, 5]
    assert post[["waiting_at_end", "waiting_peak"]].tolist() == [20, 20]
    # 20 wait at the ends of the 31 hours from 12 June, 0:00
    assert post["person_days_waited"] == pytest.approx(20 * 31 / 24)
    # 30 waited 4 to 8 hours and 30 a day to two
    assert post["hours_waited_median"] == 8.0
    assert post["hours_waited_90th_percentile"] == pytest.approx(24 + 24 * 24 / 30)
    assert post["share_waited_over_24_hours"] == 0.5
    assert gap["hours_waited_median"] == 192.0  # the open class
    assert every["share_waited_over_24_hours"] == pytest.approx(40 / 70)
    assert post[["families_split", "deaths_while_barred"]].tolist() == [4, 1]
    assert gap[["families_split", "deaths_while_barred"]].tolist() == [0, 0]


def test_the_peak_of_all_is_of_one_moment():
    data = toy_data()
    put(data, "waiting", 30, time="2010-06-11T00:00", crossing="Post", kind="men")
    put(data, "waiting", 20, time="2010-06-12T00:00", crossing="Gap", kind="men")
    table = policy_effects(data)
    assert part(table, "crossing")["waiting_peak"] == 30
    assert part(table, "crossing")["waiting_at_end"] == 0
    assert np.isnan(part(table, "crossing")["hours_waited_median"])  # nobody was let through
    assert np.isnan(part(table, "crossing")["share_waited_over_24_hours"])


def test_people_of_the_toy():
    people = part(toy_result().policy_effects(), "people")
    assert people["person_days_exposed"] == 2.0
    assert people[["deaths", "families_split", "families_reunited"]].tolist() == [5, 4, 3]
    assert people["persons_apart_at_end"] == 2
    assert people["hours_to_safety_abroad_median"] == 18.0  # half way from 12 to 24
    assert people["hours_to_safety_abroad_90th_percentile"] == pytest.approx(22.8)
    assert np.isnan(people["hours_to_safety_inside_median"])
    assert people["displaced_inside_at_end"] == 15
    assert people[["sheltered_abroad_at_end", "sheltered_abroad_peak"]].tolist() == [60, 60]


def test_hosts_by_hand():
    """Camp, for 100, has 95 for six hours; City has no limit here; nobody counts who is inside."""
    data = toy_data()
    data["capacity"].loc[{"place": "Camp"}] = 100
    data["capacity"].loc[{"place": "Calm"}] = 50
    some = slice("2010-06-11T01:00", "2010-06-11T06:00")
    put(data, "people", 40, place="Camp", group="Uzbek", status="sheltered")
    put(data, "people", 95, time=some, place="Camp", group="Uzbek", status="sheltered")
    put(data, "people", 300, time=some, place="City", group="Other", status="sheltered")
    table = policy_effects(data)
    camp, city, every = (part(table, "host", name) for name in ("Camp", "City", "all"))
    assert camp[["sheltered_peak", "sheltered_at_end", "load_peak"]].tolist() == [95, 40, 0.95]
    assert camp["days_over_90_percent"] == pytest.approx(6 / 24)
    assert city.to_dict() == {"sheltered_at_end": 0.0, "sheltered_peak": 300.0}
    assert every[["sheltered_peak", "sheltered_at_end", "load_peak"]].tolist() == [395, 40, 0.95]
    assert set(table["where"][table["about"] == "host"]) == {"Camp", "City", "all"}


def test_a_host_with_room_for_one_has_a_limit():
    data = toy_data()
    data["capacity"].loc[{"place": "Camp"}] = 1
    put(data, "people", 1, place="Camp", group="Uzbek", status="sheltered")
    camp = part(policy_effects(data), "host", "Camp")
    assert camp["load_peak"] == 1.0 * camp["sheltered_peak"]


def test_every_host_has_its_rows_where_that_is_asked_for():
    """City has no limit here, and nobody is ever sheltered in it."""
    data = toy_data()
    data["capacity"].loc[{"place": "Camp"}] = 100
    some, every = policy_effects(data), policy_effects(data, every_host=True)
    assert part(some, "host", "City").empty
    assert part(every, "host", "City").to_dict() == {"sheltered_at_end": 0.0, "sheltered_peak": 0.0}
    rest = every[every["where"] != "City"].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, some)
    put(data, "people", 300, place="City", group="Other", status="sheltered")
    after = policy_effects(data, every_host=True)
    keys = ["about", "where", "measure", "unit"]
    pd.testing.assert_frame_equal(after[keys], every[keys])


def test_where_there_is_no_host_and_no_crossing():
    places = [{"name": "P", "country": "A-land", "region": "", "kind": "town", "lat": 1, "lon": 2}]
    times = np.array(["2010-06-11T00:00"], dtype="datetime64[s]")
    table = policy_effects(empty_data(places, [], times))
    assert part(table, "crossing")["reached"] == 0
    assert part(table, "host").to_dict() == {"sheltered_at_end": 0.0, "sheltered_peak": 0.0}


def test_a_run_agrees_with_its_dataset(tmp_path):
    result = run(rich(1500, record="6h"))
    table = result.policy_effects()
    for crossing in ("Gate", "Side"):
        row, data = part(table, "crossing", crossing), result.data.sel(crossing=crossing)
        for outcome in OUTCOMES:
            assert row[outcome] == data.outcomes.sel(outcome=outcome).sum()
        assert row["person_days_waited"] == float(data.waiting.sum()) / 4
        hours = data.hours_waited.to_series()
        low = hours.index[np.searchsorted(hours.cumsum(), 0.5 * hours.sum())]
        assert low <= row["hours_waited_median"] <= 2 * max(low, 0.5)
    camp = part(table, "host", "Camp")
    assert camp["load_peak"] == camp["sheltered_peak"] / (1500 // 8) > 0.2
    assert part(table, "host")["load_peak"] == camp["load_peak"]  # the city has no limit
    result.to_netcdf(tmp_path / "run.nc")
    pd.testing.assert_frame_equal(
        Result.from_netcdf(tmp_path / "run.nc").policy_effects(), table, check_exact=True
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_quantiles_of_an_even_spread(share):
    edges = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    assert quantile(np.array([10, 10, 20, 40, 0]), edges, share) == pytest.approx(8 * share)


def test_a_quantile_skips_empty_classes():
    edges = np.array([0.0, 1.0, 2.0, 4.0])
    assert quantile(np.array([0, 0, 10, 0]), edges, 0.5) == 3.0
    assert quantile(np.array([10, 0, 10, 0]), edges, 0.5) == 1.0
    assert np.isnan(quantile(np.zeros(4), edges, 0.5))
