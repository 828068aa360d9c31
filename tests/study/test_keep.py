"""What a study keeps of a run: enough for its reports, and laid out alike for every seed."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import flowsim as fs
from flowsim.evidence.quantities import UNITS, at, quantity
from flowsim.results.resample import thin
from flowsim.results.result import FLOWS, VARIABLES, Result
from flowsim.results.variables import ALL_VARIABLES
from flowsim.study.keep import (
    ALWAYS,
    CHOICES,
    GROUPS,
    effects_of,
    instants,
    kept,
    parse_keep,
    recorded_times,
)
from flowsim.world.reported import Report
from tests.fake_result import TOY_CROSSINGS, TOY_PLACES, empty_data, toy_data, toy_result
from tests.fake_result import toy_scenario as toy
from tests.worlds import small_scenario

SMALL = Path(__file__).parents[1] / "data" / "small"
WHENS = (
    "2010-06-10T18:30", "2010-06-11T05:20", "2010-06-11T14:00", "2010-06-12T00:00",
    "2010-06-12T17:59", "2010-06-12T18:00", "2010-06-14T00:00", "2010-06-10T12:00",
)  # fmt: skip


def reports() -> tuple[Report, ...]:
    """Within the run, on and off its recorded times, and outside of it."""
    return tuple(
        Report(id=f"R{i}", when=datetime.fromisoformat(when), variable="crossed", value=1)
        for i, when in enumerate(WHENS)
    )


def small() -> fs.Scenario:
    return small_scenario(reports=reports())


@cache
def ran(seed: int) -> Result:
    return fs.run(small(), seed=seed)


def layout(data: xr.Dataset) -> list[tuple]:
    """All but the numbers: variables and coordinates in their order, with what labels say."""
    told = [(n, v.dims, v.dtype.str, v.shape, v.attrs) for n, v in data.data_vars.items()]
    labels = [(n, v.dims, v.dtype.str, v.values.tolist(), v.attrs) for n, v in data.coords.items()]
    return [*told, *labels, *data.attrs.items()]


# ---- what to keep ----------------------------------------------------------------------------


def test_no_entries_keep_everything_daily():
    keep = parse_keep()
    assert keep.at("daily") == CHOICES
    assert keep.at("recorded") == keep.at("total") == ()
    whole_run = {"hours_waited", "hours_to_safety", "hours_on_the_way"}
    assert set(CHOICES) | whole_run == set(ALL_VARIABLES)
    assert parse_keep(["all"]) == parse_keep("all") == parse_keep(list(CHOICES)) == keep


def test_order_and_spelling_do_not_matter():
    entries = ("waiting:recorded", "hosts", "people:total", "deaths : daily")
    keep = parse_keep(entries)
    assert keep.entries == (
        "composition:daily", "deaths:daily", "people:total", "registered:daily", "waiting:recorded",
    )  # fmt: skip
    assert {parse_keep(order) for order in permutations(entries)} == {keep}
    assert parse_keep(keep.entries) == keep
    assert parse_keep(("effects", "queue_peak", *entries, *entries)) == keep


def test_nothing_but_what_is_always_kept():
    keep = parse_keep(["effects"])
    assert keep == parse_keep(ALWAYS) == parse_keep(keep.entries)
    assert keep != parse_keep()
    assert all(keep.at(interval) == () for interval in ("daily", "recorded", "total"))


def test_groups_are_of_variables():
    for name, members in GROUPS.items():
        assert set(members) <= set(CHOICES)
        assert parse_keep([f"{name}:total"]) == parse_keep([f"{m}:total" for m in members])
    assert GROUPS["crossings"] == (
        "outcomes", "waiting", "waiting_time", "split", "barred_deaths",
    )  # fmt: skip


def test_all_problems_are_told():
    entries = ["peple", "waiting:hourly", "people", "people:total", "crosings:dayly", "",
               "effects:daily", 3, "crossings:recorded", "split:total"]  # fmt: skip
    with pytest.raises(fs.ScenarioError) as error:
        parse_keep(entries)  # type: ignore[arg-type]
    told = [(p.path, p.wrong) for p in error.value.problems]
    assert told == [
        ("keep[0]", "there is no 'peple' to keep"),
        ("keep[1]", "'hourly' is not an interval"),
        ("keep[3]", "people: total here, and at another interval before"),
        ("keep[4]", "there is no 'crosings' to keep"),
        ("keep[4]", "'dayly' is not an interval"),
        ("keep[5]", "there is no '' to keep"),
        ("keep[6]", "effects is always kept, at no interval of your choice"),
        ("keep[7]", "3 is not text"),
        ("keep[9]", "split: total here, and at another interval before"),
    ]
    right = {p.wrong: p.right for p in error.value.problems}
    assert right["there is no 'peple' to keep"].endswith("(did you mean 'people'?)")
    assert right["'dayly' is not an interval"] == (
        "give daily, recorded or total (did you mean 'daily'?)"
    )
    assert all(name in right["there is no '' to keep"] for name in (*CHOICES, *GROUPS))


# ---- when ------------------------------------------------------------------------------------


def test_instants_are_days_reports_and_the_end():
    stops = instants(small())
    assert stops.dtype == np.dtype("datetime64[ns]")
    assert np.datetime_as_string(stops, unit="m").tolist() == [
        "2010-06-11T00:00", "2010-06-11T05:00", "2010-06-11T14:00", "2010-06-12T00:00",
        "2010-06-12T17:00", "2010-06-12T18:00",
    ]  # fmt: skip


@pytest.mark.parametrize("record", ["1h", "6h", "8h", "16h", "48h"])
def test_instants_are_recorded_times(record):
    scenario = small_scenario(step="1h", record=record, reports=reports())
    times, stops = recorded_times(scenario), instants(scenario)
    assert np.isin(stops, times).all()
    assert (np.diff(stops) > np.timedelta64(0, "ns")).all()
    assert stops[-1] == np.datetime64(scenario.end)


def test_recorded_times_are_those_of_a_run():
    assert (ran(1).data["time"].values == recorded_times(small())).all()


# ---- what is kept ----------------------------------------------------------------------------


def test_the_layout_is_the_same_for_every_seed():
    for entries in ((), ("crossings:recorded", "people:total", "deaths"), ("effects",)):
        keep = parse_keep(entries)
        layouts = [layout(kept(ran(seed), small(), keep)) for seed in (1, 2)]
        assert layouts[0] == layouts[1]
    assert not ran(1).people.equals(ran(2).people)


def test_it_does_not_matter_where_people_went():
    """A host without a limit has its rows though nobody came, so the layout stays."""
    scenario = toy(reports=[])
    empty, full = toy_data(), toy_data()
    full["people"].loc[{"place": "City", "group": "Uzbek", "status": "sheltered"}] = 9
    one, other = (kept(Result(data), scenario, parse_keep()) for data in (empty, full))
    assert layout(one) == layout(other)
    assert float(one["effects"].sel(effect="City: sheltered_peak")) == 0
    assert float(other["effects"].sel(effect="City: sheltered_peak")) == 9


def test_the_default_is_the_run_thinned_at_the_instants():
    result, scenario = ran(1), small()
    data = kept(result, scenario, parse_keep())
    assert list(data.data_vars) == [*VARIABLES, "queue_peak", "effects"]
    fewer = thin(result.data, instants(scenario))
    for name in VARIABLES:
        assert data[name].identical(fewer[name]), name
        assert data[name].dtype == result.data[name].dtype
    assert set(data.coords) == {*result.data.coords, "effect", "about", "where", "measure", "unit"}
    assert list(data.attrs) == [
        "name",
        "title",
        "digest",
        "start",
        "timezone",
        "flee_from",
        "Conventions",
    ]
    assert data.attrs == {name: result.data.attrs[name] for name in data.attrs}


def test_each_interval_has_a_dimension_of_its_own():
    result, scenario = ran(1), small()
    entries = ["waiting:recorded", "outcomes:total", "people:total", "violence:total",
               "waiting_time:total", "apart:total", "deaths"]  # fmt: skip
    data = kept(result, scenario, parse_keep(entries))
    assert list(data.data_vars) == [
        "people", "outcomes", "waiting", "violence", "deaths", "waiting_time", "hours_waited",
        "hours_to_safety", "apart", "queue_peak", "effects",
    ]  # fmt: skip
    assert data["waiting"].dims == ("time_recorded", "crossing", "kind")
    assert (data["waiting"].values == result.waiting.values).all()
    assert (data["time_recorded"].values == result.data["time"].values).all()
    assert data["people"].dims == ("place", "group", "status")
    assert (data["people"].values == result.people.values[-1]).all()
    assert (data["outcomes"].values == result.outcomes.values.sum(axis=0)).all()
    assert data["outcomes"].dtype == np.int32
    assert data["outcomes"].attrs == result.outcomes.attrs
    np.testing.assert_allclose(data["violence"], result.violence.mean("time"), rtol=1e-12)
    through = result.outcomes.sel(outcome=["admitted", "exempt"]).sum(["outcome", "kind"])
    mean = (result.waiting_time.fillna(0) * through).sum("time") / through.sum("time")
    np.testing.assert_allclose(data["waiting_time"], mean, rtol=1e-12)
    assert float(data["waiting_time"].sum()) > 0
    assert data["apart"].dims == ()
    assert data["deaths"].dims == ("time", "place", "group")


def test_only_coordinates_of_what_is_kept():
    data = kept(ran(1), small(), parse_keep(["effects"]))
    assert list(data.data_vars) == ["hours_waited", "hours_to_safety", "queue_peak", "effects"]
    assert set(data.dims) == {"time", "crossing", "wait", "refuge", "effect"}
    assert {"near", "far", "crossing_kind"} <= set(data.coords)
    assert "place" not in data.coords
    assert "time_recorded" not in data.coords


def test_the_peak_of_a_queue_is_that_of_its_interval():
    result, scenario = ran(1), small()
    data = kept(result, scenario, parse_keep(["waiting"]))
    queue, stops = result.waiting.sum("kind"), data["time"].values
    assert data["queue_peak"].dtype == np.int32
    assert data["queue_peak"].dims == ("time", "crossing")
    assert (data["queue_peak"] >= data["waiting"].sum("kind")).all()
    assert (data["queue_peak"] > data["waiting"].sum("kind")).any()
    before = np.datetime64(scenario.start)
    for i, stop in enumerate(stops):
        times = result.data["time"].values
        within = queue.values[(times > before) & (times <= stop)]
        assert (data["queue_peak"].values[i] == within.max(axis=0)).all()
        before = stop


def test_merging_what_was_kept_is_keeping_less():
    """Days of a stored run give its total."""
    result, scenario = ran(1), small()
    daily = kept(result, scenario, parse_keep())
    total = kept(result, scenario, parse_keep(["all:total"]))
    merged = thin(daily, daily["time"].values[-1:]).isel(time=0)
    for name in VARIABLES.keys() & set(CHOICES):
        np.testing.assert_allclose(merged[name], total[name], rtol=1e-12, err_msg=name)
    for name in VARIABLES.keys() & set(FLOWS):
        assert float(total[name].sum()) == pytest.approx(float(result.data[name].sum()), rel=1e-12)


@pytest.mark.parametrize("scenario", [small(), fs.load(SMALL)], ids=["python", "folder"])
def test_reports_see_in_what_was_kept_what_they_see_in_the_run(scenario):
    if scenario.reports[0].id != "R0":
        scenario = scenario.model_copy(update={"reports": reports()})
    result = fs.run(scenario, seed=3)
    fewer = Result(kept(result, scenario, parse_keep()))
    assert fewer.data.sizes["time"] < result.data.sizes["time"]
    for place in ("", "There", "Bridge", "Camp"):
        for variable in UNITS:
            if place == "Bridge" and not (
                variable in ("waiting", "crossed", "crossed_day") or "share" in variable
            ):
                continue
            whole, thinned = (quantity(r, variable, place) for r in (result, fewer))
            for report in scenario.reports:
                one, other = at(whole, report.when), at(thinned, report.when)
                assert one == other or (np.isnan(one) and np.isnan(other)), (variable, place)
    assert at(quantity(fewer, "crossed"), scenario.end) > 0


def test_a_run_of_other_times_is_refused():
    with pytest.raises(ValueError, match="not recorded at the scenario's times"):
        kept(toy_result(), small(), parse_keep())
    short = Result(ran(1).data.isel(time=slice(None, -1)))
    with pytest.raises(ValueError, match="not recorded at the scenario's times"):
        kept(short, small(), parse_keep())


# ---- effects ---------------------------------------------------------------------------------


def test_effects_are_the_table_with_unique_labels():
    result = toy_result()
    effects = effects_of(result.data)
    assert effects.dims == ("effect",)
    assert effects.dtype == np.float64
    labels = effects["effect"].values.tolist()
    assert len(set(labels)) == len(labels)
    value = effects.to_series()
    assert value["let_through"] == value["Post: let_through"] == 55
    assert value["Gap: irregular"] == value["irregular"] == 10
    assert value["Camp: sheltered_peak"] == value["sheltered_peak"] == 60
    assert value["deaths"] == 5
    table = result.policy_effects()
    twice = (table["about"] == "people") & (table["measure"] == "families_split")
    assert value["families_split"] == 4
    assert len(value) == len(table) - twice.sum()
    assert str(effects.sel(effect="families_split")["about"].values) == "crossing"
    camp = effects.sel(effect="Camp: load_peak")
    named = [str(camp[c].values) for c in ("about", "where", "measure", "unit")]
    assert named == ["host", "Camp", "load_peak", "share"]


def test_a_crossing_and_a_host_of_one_name_are_told_apart():
    crossings = [("Camp", *TOY_CROSSINGS[0][1:]), TOY_CROSSINGS[1]]
    data = empty_data(TOY_PLACES, crossings, toy_data().time.values)
    data["people"].loc[{"place": "Camp", "group": "Uzbek", "status": "sheltered"}] = 7
    data["outcomes"].loc[{"crossing": "Camp", "outcome": "admitted", "kind": "men"}] = 2
    effects = effects_of(data)
    assert effects["effect"].to_index().is_unique
    value = effects.to_series()
    assert value["Camp (crossing): admitted"] == 2 * data.sizes["time"]
    assert value["Camp (host): sheltered_peak"] == 7
    assert value["Gap: admitted"] == 0
    assert not any(label.startswith("Camp:") for label in value.index)


def test_a_crossing_by_the_name_of_all():
    crossings = [("all", *TOY_CROSSINGS[0][1:]), TOY_CROSSINGS[1]]
    data = empty_data(TOY_PLACES, crossings, toy_data(1).time.values)
    data["outcomes"].loc[{"outcome": "admitted", "kind": "men"}] = 2
    effects = effects_of(data)
    assert effects["effect"].to_index().is_unique
    assert effects.to_series()["admitted"] == 4
