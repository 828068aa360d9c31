"""Every row of a run's table, with its unit, and every shorthand of a result, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from flowsim.results.effects import policy_effects, quantile
from flowsim.results.result import VARIABLES, Result
from tests.fake_result import OUTCOMES, put, toy_data, toy_result

NAN = float("nan")
UNITS = {
    **dict.fromkeys(OUTCOMES, "persons"),
    "let_through": "persons", "waiting_at_end": "persons", "waiting_peak": "persons",
    "person_days_waited": "person-days", "hours_waited_median": "hours",
    "hours_waited_90th_percentile": "hours", "share_waited_over_24_hours": "share",
    "families_split": "families", "deaths_while_barred": "persons",
}  # fmt: skip
PEOPLE = [
    ("person_days_exposed", 2.0, "person-days, weighted by danger"),
    ("deaths", 5, "persons"),
    ("families_split", 4, "families"),
    ("families_reunited", 3, "parts of families"),
    ("persons_apart_at_end", 2, "persons"),
    ("hours_to_safety_abroad_median", 18.0, "hours"),
    ("hours_to_safety_abroad_90th_percentile", 22.8, "hours"),
    ("hours_to_safety_inside_median", NAN, "hours"),
    ("hours_to_safety_inside_90th_percentile", NAN, "hours"),
    ("displaced_inside_at_end", 15, "persons"),
    ("sheltered_abroad_at_end", 60, "persons"),
    ("sheltered_abroad_peak", 60, "persons"),
]
HOSTS = [
    ("Camp", "sheltered_at_end", 60, "persons"), ("Camp", "sheltered_peak", 60, "persons"),
    ("Camp", "load_peak", 0.6, "share"), ("Camp", "days_over_90_percent", 0, "days"),
    ("City", "sheltered_at_end", 0, "persons"), ("City", "sheltered_peak", 0, "persons"),
    ("City", "load_peak", 0, "share"), ("City", "days_over_90_percent", 0, "days"),
    ("all", "sheltered_at_end", 60, "persons"), ("all", "sheltered_peak", 60, "persons"),
    ("all", "load_peak", 0.2, "share"), ("all", "days_over_90_percent", 0, "days"),
]  # fmt: skip


def rows(table: pd.DataFrame, about: str) -> list[tuple[object, ...]]:
    part = table[table["about"] == about]
    return list(part[["where", "measure", "value", "unit"]].itertuples(index=False, name=None))


def test_each_row_about_people_and_hosts_with_its_unit_in_its_order() -> None:
    table = toy_result().policy_effects()
    assert table["about"].unique().tolist() == ["crossing", "people", "host"]
    people = [("all", *row) for row in PEOPLE]
    for found, wanted in ((rows(table, "people"), people), (rows(table, "host"), HOSTS)):
        assert [(w, m, u) for w, m, _, u in found] == [(w, m, u) for w, m, _, u in wanted]
        assert [row[2] for row in found] == pytest.approx([row[2] for row in wanted], nan_ok=True)


def test_each_row_about_a_crossing_has_its_unit_in_its_order() -> None:
    found = rows(toy_result().policy_effects(), "crossing")
    wanted = [(where, *row) for where in ("Post", "Gap", "all") for row in UNITS.items()]
    assert [(where, measure, unit) for where, measure, _, unit in found] == wanted


def test_persons_at_all_crossings_are_counted_without_overflow() -> None:
    """A run's variables are 32 bits wide; the sums over time and crossings are not."""
    data = toy_data()
    many = 2_000_000_000
    for crossing in ("Post", "Gap"):
        put(data, "outcomes", many, time="2010-06-11T06:00", crossing=crossing, outcome="admitted",
            kind="men")  # fmt: skip
        put(data, "hours_waited", many, crossing=crossing, wait=4.0)
    table = policy_effects(data)
    every = table[(table["about"] == "crossing") & (table["where"] == "all")]
    value = every.set_index("measure")["value"]
    assert value["admitted"] == value["let_through"] == 4e9
    assert value["hours_waited_median"] == 6.0


def test_the_load_is_that_of_hosts_with_a_limit_and_nine_tenths_are_not_above_nine_tenths() -> None:
    """Camp has room for 100; City has none told; the other places are not abroad."""
    data = toy_data()
    data["capacity"].loc[{"place": ["Camp", "City"]}] = [100, -1]
    some = slice("2010-06-11T01:00", "2010-06-11T06:00")
    few = slice("2010-06-11T07:00", "2010-06-11T09:00")
    put(data, "people", 90, time=some, place="Camp", group="Uzbek", status="sheltered")
    put(data, "people", 91, time=few, place="Camp", group="Uzbek", status="sheltered")
    put(data, "people", 5, time=some, place="Town", group="Uzbek", status="sheltered")
    found = {(w, m): v for w, m, v, _ in rows(policy_effects(data), "host")}
    assert found["Camp", "days_over_90_percent"] == pytest.approx(3 / 24)
    assert found["all", "load_peak"] == found["Camp", "load_peak"] == 0.91
    assert {where for where, _ in found} == {"Camp", "all"}
    data["capacity"].loc[{"place": "Camp"}] = 0  # a place without room has no load
    found = {(w, m): v for w, m, v, _ in rows(policy_effects(data), "host")}
    assert ("Camp", "load_peak") not in found
    assert ("all", "load_peak") not in found
    assert found["Camp", "sheltered_peak"] == 91


def test_people_flee_from_more_than_one_country() -> None:
    data = toy_data().assign_attrs(flee_from="A-land,B-land")
    assert {where for where, *_ in rows(policy_effects(data, every_host=True), "host")} == {"all"}


def test_who_waited_a_day_waited_long() -> None:
    data = toy_data()
    for hours, persons in ((12.0, 30), (24.0, 10)):
        put(data, "hours_waited", persons, crossing="Post", wait=hours)
    table = policy_effects(data).query("where == 'Post'").set_index("measure")["value"]
    assert table["share_waited_over_24_hours"] == 0.25


def test_a_quantile_at_the_ends_of_a_histogram() -> None:
    edges = np.array([0.0, 1.0, 2.0])
    assert quantile(np.array([4, 4, 0]), edges, 0.0) == 0.0
    assert quantile(np.array([4, 4, 0]), edges, 1.0) == 2.0
    assert quantile(np.array([0, 0, 4]), edges, 0.5) == 2.0
    assert quantile(np.array([1, 3, 0]), edges, 0.5) == pytest.approx(1.0 + 1 / 3)
    assert np.isnan(quantile(np.array([]), edges, 0.5))
    assert quantile(np.array([0.5, 0.5, 0.0]), edges, 0.25) == 0.5


@pytest.mark.parametrize("name", VARIABLES)
def test_a_shorthand_is_the_variable_of_its_name(name: str) -> None:
    result = toy_result()
    assert getattr(result, name).identical(result.data[name])


def test_all_variables_have_a_shorthand_and_a_run_has_them_all() -> None:
    assert list(toy_result().data.data_vars) == list(VARIABLES)


def test_a_result_says_of_which_scenario_and_seed_it_is() -> None:
    result = toy_result()
    assert (result.name, result.seed) == ("toy", "1")
    bare = Result(result.data.drop_attrs())
    assert (bare.name, bare.seed) == ("", "")
    assert repr(bare).startswith("<Result of a run, 2010-06-10T19:00 to 2010-06-13T06:00>\n")


def test_repr_tells_sizes_and_variables() -> None:
    assert repr(toy_result()) == (
        "<Result of toy, seed 1, 2010-06-10T19:00 to 2010-06-13T06:00>\n"
        "60 time, 5 place, 3 group, 7 status, 2 crossing, 12 outcome, 5 kind, 10 wait, 2 refuge\n"
        f"variables: {', '.join(VARIABLES)}"
    )


def test_crossed_counts_each_way_in_and_takes_push_back_off() -> None:
    data = toy_data()
    for i, outcome in enumerate(OUTCOMES):
        put(data, "outcomes", 1000 + 2**i, time="2010-06-11T06:00", crossing="Post",
            outcome=outcome, kind="men")  # fmt: skip
    wanted = sum(1000 + 2 ** OUTCOMES.index(o) for o in ("admitted", "exempt", "irregular"))
    wanted -= 1000 + 2 ** OUTCOMES.index("pushed_back")
    for by_kind in (False, True):
        crossed = Result(data).crossed(by_kind)
        assert crossed.name == "crossed"
        assert crossed.dtype == np.int64
        assert crossed.dims == ("time", "crossing", *(["kind"] if by_kind else []))
        assert int(crossed.isel(time=-1).sum()) == wanted
        assert "outcome" not in crossed.coords


def test_days_are_named_and_have_no_time_left() -> None:
    daily = toy_result().daily()
    assert "time" not in daily.variables
    assert daily.day.values.astype("datetime64[D]").astype(str).tolist() == [
        "2010-06-10", "2010-06-11", "2010-06-12", "2010-06-13",
    ]  # fmt: skip
    assert daily.attrs == toy_result().data.attrs


def test_a_table_of_one_variable_has_its_dimensions_alone() -> None:
    result = toy_result()
    frame = result.to_dataframe("registered")
    assert list(frame.columns) == ["time", "place", "kind", "registered"]
    assert frame.index.tolist() == list(range(len(frame)))
    names = ", ".join(VARIABLES)
    with pytest.raises(KeyError) as error:
        result.to_dataframe("persons")
    assert error.value.args == (f"no variable 'persons'; there is {names}",)
